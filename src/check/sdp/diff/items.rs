//! A section as items that can be compared: what each is about, and its value.

use super::rules::{self, Rule};
use crate::proto::sdp::attribute::AttributeValue;
use crate::proto::sdp::{
    CandidateLine, Direction, ExtMap, Group, Line, MediaLine, Rid, RtcpFeedback, Section, Ssrc, SsrcGroup, codecs,
    extension_name,
};

/// One thing that a section says.
pub(super) struct Item {
    pub(super) rule: &'static Rule,
    /// Which one of its kind; empty where there is only one.
    pub(super) key: String,
    /// Empty where the key says it all.
    pub(super) value: String,
    line: Option<usize>,
    /// What the value is told as, if not as itself.
    text: Option<String>,
}

impl Item {
    fn new(rule: &'static Rule, key: impl Into<String>, value: impl Into<String>, line: Line<'_>) -> Item {
        Item {
            rule,
            key: key.into(),
            value: value.into(),
            line: Some(line.number),
            text: None,
        }
    }

    /// What makes two the same thing.
    pub(super) fn id(&self) -> String {
        format!("{}\0{}", self.rule.what, self.key)
    }

    /// Value and line for the report.
    pub(super) fn shown(&self) -> (Option<String>, Option<usize>) {
        let text = self.text.as_ref().unwrap_or(&self.value);
        (Some(text.clone()).filter(|text| !text.is_empty()), self.line)
    }
}

/// Everything that a section says, but ICE credentials, which are compared as a pair.
pub(super) fn of(section: &Section<'_>) -> Vec<Item> {
    let mut items = Vec::new();
    if let (Some(line), Some(media)) = (section.media_line(), section.media()) {
        items.extend(media_line(section, line, &media));
    }
    let mut direction = None;
    for line in section.lines() {
        match line.letter() {
            Some('a') => {
                let Some(attribute) = line.attribute() else { continue };
                if let Some(one) = Direction::from_name(attribute.name) {
                    direction = Some((line, one));
                    continue;
                }
                items.extend(of_attribute(line, attribute.name, attribute.value.unwrap_or("")));
            }
            Some('c') => items.push(Item::new(rules::CONNECTION, "", line.value(), line)),
            Some('b') => {
                let (kind, limit) = line.value().split_once(':').unwrap_or((line.value(), ""));
                items.push(Item::new(rules::BANDWIDTH, kind, limit, line));
            }
            // `o=` is compared by its fields, `m=` above.
            Some('o' | 'm') | None => {}
            Some(letter) => items.push(Item::new(rules::FIELD, format!("{letter}="), line.value(), line)),
        }
    }
    // Nothing written means sendrecv; the session part alone says nothing then.
    match (direction, section.media_line()) {
        (Some((line, direction)), _) => items.push(Item::new(rules::DIRECTION, "", direction.name(), line)),
        (None, Some(_)) => {
            let session = section.description().session();
            let line = session
                .direction()
                .map(|(line, _)| line)
                .or_else(|| section.media_line());
            let direction = session
                .direction()
                .map_or(Direction::SendRecv, |(_, direction)| direction);
            items.extend(line.map(|line| Item::new(rules::DIRECTION, "", direction.name(), line)));
        }
        (None, None) => {}
    }
    items
}

fn media_line(section: &Section<'_>, line: Line<'_>, media: &MediaLine<'_>) -> Vec<Item> {
    let mut items = vec![
        Item::new(rules::PROTOCOL, "", media.protocol, line),
        Item::new(rules::PORT, "", media.port_text, line),
    ];
    if !media.is_rtp() {
        items.extend(
            media
                .formats()
                .map(|format| Item::new(rules::PAYLOAD_NAME, format, "", line)),
        );
    }
    for codec in codecs(section) {
        let mapped = codec.rtpmap.as_ref().map_or(line, |(line, _)| *line);
        let mut name = codec.encoding().unwrap_or("").to_owned();
        if let Some(rate) = codec.clock_rate() {
            name.push_str(&format!("/{rate}"));
        }
        if codec.channels() > 1 {
            name.push_str(&format!("/{}", codec.channels()));
        }
        let value = name.to_ascii_lowercase();
        items.push(Item {
            text: Some(name),
            ..Item::new(rules::CODEC, codec.format, value, mapped)
        });
        for (line, fmtp) in &codec.fmtp {
            // The order of parameters means nothing.
            let mut parameters: Vec<String> = fmtp
                .parameters()
                .iter()
                .map(|(name, value)| value.map_or(name.to_owned(), |value| format!("{name}={value}")))
                .collect();
            parameters.sort_unstable();
            items.push(Item {
                text: Some(fmtp.config.to_owned()),
                ..Item::new(rules::FMTP, codec.format, parameters.join(";"), *line)
            });
        }
    }
    items
}

fn of_attribute(line: Line<'_>, name: &str, value: &str) -> Option<Item> {
    let whole = |rule| Some(Item::new(rule, "", value.trim(), line));
    let each = |rule| Some(Item::new(rule, value.trim(), "", line));
    match name {
        // Compared elsewhere: as a pair, with their codec, or of no meaning.
        "ice-ufrag" | "ice-pwd" | "rtpmap" | "fmtp" => None,
        "mid" => whole(rules::MID),
        "ice-options" => whole(rules::ICE_OPTIONS),
        "ice-lite" => whole(rules::ICE_LITE),
        "setup" => whole(rules::SETUP),
        "tls-id" => whole(rules::TLS_ID),
        "rtcp-mux" => whole(rules::RTCP_MUX),
        "rtcp" => whole(rules::RTCP),
        "sctp-port" => whole(rules::SCTP_PORT),
        "max-message-size" => whole(rules::MAX_MESSAGE_SIZE),
        "simulcast" => whole(rules::SIMULCAST),
        "fingerprint" => Some(Item {
            text: Some(value.trim().to_owned()),
            ..Item::new(rules::FINGERPRINT, "", value.trim().to_ascii_lowercase(), line)
        }),
        "msid" => each(rules::MSID),
        "rtcp-fb" => {
            let feedback = RtcpFeedback::of(line).value?;
            let whom = feedback
                .payload_type
                .map_or("*".to_owned(), |payload_type| payload_type.to_string());
            let parameter = feedback
                .parameter
                .map_or(String::new(), |parameter| format!(" {parameter}"));
            Some(Item::new(
                rules::FEEDBACK,
                format!("{whom} {}{parameter}", feedback.kind),
                "",
                line,
            ))
        }
        "extmap" => {
            let extension = ExtMap::of(line).value?;
            let uri = extension.encrypts.unwrap_or(extension.uri);
            let direction = extension
                .direction
                .map_or(String::new(), |direction| format!("/{direction}"));
            Some(Item {
                text: Some(format!("{}{direction} {uri}", extension.id)),
                ..Item::new(
                    rules::EXTENSION,
                    extension_name(uri),
                    format!("{}{direction} {uri}", extension.id),
                    line,
                )
            })
        }
        "ssrc" => {
            let ssrc = Ssrc::of(line).value?;
            Some(Item::new(
                rules::SSRC,
                format!("{} {}", ssrc.id, ssrc.attribute).trim(),
                ssrc.value.unwrap_or(""),
                line,
            ))
        }
        "ssrc-group" => {
            let group = SsrcGroup::of(line).value?;
            Some(Item::new(
                rules::SSRC_GROUP,
                format!("{} {}", group.semantics, group.text),
                "",
                line,
            ))
        }
        "group" => {
            let group = Group::of(line).value?;
            // Groups of one kind are told apart by their first name.
            Some(Item::new(rules::GROUP, group.semantics, group.text, line))
        }
        "candidate" => {
            let one = CandidateLine::of(line).value?;
            let key = format!(
                "{} {} {} {} typ {}",
                one.component,
                one.protocol.to_ascii_lowercase(),
                one.address,
                one.port,
                one.kind
            );
            Some(Item::new(rules::CANDIDATE, key, "", line))
        }
        "rid" => {
            let rid = Rid::of(line).value?;
            let value = format!("{} {}", rid.direction, rid.parameters.unwrap_or(""));
            Some(Item::new(rules::RID, rid.id, value.trim(), line))
        }
        "crypto" => Some(Item::new(
            rules::CRYPTO,
            value.split(' ').next().unwrap_or(""),
            value,
            line,
        )),
        name if value.is_empty() => Some(Item::new(rules::ATTRIBUTE, name, "", line)),
        name => Some(Item::new(rules::ATTRIBUTE, name, value.trim(), line)),
    }
}
