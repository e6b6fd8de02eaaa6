//! [`Body`]: what an RTCP packet says, by its type.

use crate::proto::rtcp::{
    Application, ExtendedReport, Feedback, Goodbye, Packet, PacketType, ReceiverReport, SenderReport, SourceDescription,
};

/// The content of an RTCP packet in clear.
#[derive(Clone, Copy, Debug)]
pub enum Body<'a> {
    /// What a source has sent and received.
    SenderReport(SenderReport<'a>),
    /// What a source has received.
    ReceiverReport(ReceiverReport<'a>),
    /// Names of sources.
    SourceDescription(SourceDescription<'a>),
    /// Sources that leave.
    Goodbye(Goodbye<'a>),
    /// Something an application defines.
    Application(Application<'a>),
    /// Feedback about transport or payload.
    Feedback(Feedback<'a>),
    /// Extended reports.
    ExtendedReport(ExtendedReport<'a>),
    /// A type that is not read, or too few octets for its own.
    Other,
}

impl<'a> Body<'a> {
    pub(super) fn of(packet: &Packet<'a>) -> Body<'a> {
        let (count, content) = (packet.count(), packet.content());
        let body = match packet.packet_type {
            PacketType::SR => SenderReport::decode(count, content).map(Body::SenderReport),
            PacketType::RR => ReceiverReport::decode(count, content).map(Body::ReceiverReport),
            PacketType::SDES => Some(Body::SourceDescription(SourceDescription::new(count, content))),
            PacketType::BYE => Some(Body::Goodbye(Goodbye::new(count, content))),
            PacketType::APP => Application::decode(count, content).map(Body::Application),
            PacketType::RTPFB | PacketType::PSFB => {
                Feedback::decode(packet.packet_type, count, content).map(Body::Feedback)
            }
            PacketType::XR => ExtendedReport::decode(content).map(Body::ExtendedReport),
            _ => None,
        };
        body.unwrap_or(Body::Other)
    }
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;

    /// Reads everything that a body can give, and counts it.
    pub(in crate::proto::rtcp) fn exhaust(body: Body<'_>) -> usize {
        match body {
            Body::SenderReport(report) => report.blocks().count(),
            Body::ReceiverReport(report) => report.blocks().count(),
            Body::SourceDescription(list) => list.chunks().map(|chunk| chunk.items().count()).sum(),
            Body::Goodbye(goodbye) => goodbye.sources().count() + goodbye.reason().map_or(0, str::len),
            Body::Application(application) => application.name().len(),
            Body::Feedback(feedback) => [
                feedback.nacks().map(|nacks| nacks.lost().count()),
                feedback.full_intra_requests().map(Iterator::count),
                feedback.slice_losses().map(Iterator::count),
                feedback.bitrates().map(Iterator::count),
                feedback.remb().map(|remb| remb.sources().count()),
                feedback.transport_cc().map(|twcc| twcc.arrivals().count()),
                feedback
                    .ccfb()
                    .map(|ccfb| ccfb.reports().map(|it| it.packets().count()).sum()),
            ]
            .into_iter()
            .flatten()
            .sum(),
            Body::ExtendedReport(report) => report.blocks().map(|block| block.dlrr().count()).sum(),
            Body::Other => 0,
        }
    }
}
