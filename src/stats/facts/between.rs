//! Both ends of a call side by side: their clocks, and each stream and data channel from the end that sends to the one that
//! receives.

use super::curve::counts_alike;
use super::ends::Link;
use super::offset::{Means, Offset};
use super::passage::{DATA, Passage, Place, RTP, Reading, Side, passage};
use super::rate::Spread;
use super::stream::{Stream, streams};
use crate::stats::names::Names;
use crate::stats::object::StatsObject;
use crate::stats::{Dump, PeerConnection};

/// One end.
#[derive(Clone, Copy, Debug)]
pub struct End<'d> {
    /// The peer connection.
    pub pc: &'d PeerConnection,
    /// The texts of its dump.
    pub names: &'d Names,
}

impl<'d> End<'d> {
    /// A peer connection of a dump, by its index.
    pub fn of(dump: &'d Dump, index: usize) -> Option<End<'d>> {
        Some(End {
            pc: dump.peer_connections.get(index)?,
            names: &dump.names,
        })
    }
}

/// Two ends of one call, `a` and `b`.
#[derive(Clone, Debug)]
pub struct Call<'d> {
    /// The first end; times are those of its clock.
    pub a: End<'d>,
    /// The second end.
    pub b: End<'d>,
    /// What says that they belong together.
    pub link: Link,
    /// How far the clocks are apart.
    pub offset: Offset,
    /// Whether the beginning may have been left out.
    pub cut: bool,
    /// Streams, those of `a` first.
    pub streams: Vec<Crossing<'d>>,
    /// Data channels, each once for each direction.
    pub channels: Vec<Crossing<'d>>,
}

/// What goes from one end to the other: a stream, or one direction of a data channel.
#[derive(Clone, Debug)]
pub struct Crossing<'d> {
    /// Whether `a` sends it.
    pub from_a: bool,
    /// `audio`, `video`, `data`.
    pub kind: String,
    /// What the sender says of it.
    pub sender: Option<&'d StatsObject>,
    /// What the receiver says of it.
    pub receiver: Option<&'d StatsObject>,
    /// What the sender counted last.
    pub sent: f64,
    /// What became of it, where both say something.
    pub passage: Option<Passage>,
}

impl<'d> Call<'d> {
    /// Compares two ends; of `cut` statistics the beginning may have been left out.
    pub fn new(a: End<'d>, b: End<'d>, link: Link, offset: Offset, cut: bool) -> Call<'d> {
        let mut call = Call {
            a,
            b,
            link,
            offset,
            cut,
            streams: Vec::new(),
            channels: Vec::new(),
        };
        call.streams = [true, false].iter().flat_map(|from_a| call.streams(*from_a)).collect();
        call.channels = [true, false].iter().flat_map(|from_a| call.channels(*from_a)).collect();
        call
    }

    /// The end that sends, and the one that receives.
    pub fn ends(&self, from_a: bool) -> (&End<'d>, &End<'d>) {
        if from_a { (&self.a, &self.b) } else { (&self.b, &self.a) }
    }

    fn streams(&self, from_a: bool) -> Vec<Crossing<'d>> {
        let (from, to) = self.ends(from_a);
        let outgoing = streams(from.pc, from.names)
            .into_iter()
            .filter(|stream| !stream.inbound);
        let incoming: Vec<Stream<'d>> = streams(to.pc, to.names)
            .into_iter()
            .filter(|stream| stream.inbound && stream.ssrc.is_some())
            .collect();
        let mut met: Vec<&str> = Vec::new();
        let mut crossings = Vec::new();
        for sender in outgoing {
            let same = || incoming.iter().filter(|receiver| receiver.ssrc == sender.ssrc);
            let receiver = same().max_by_key(|receiver| receiver.object.samples());
            met.extend(receiver.map(|receiver| &*receiver.object.id));
            // One that was replaced by another has not been quiet before.
            let quiet = receiver
                .filter(|_| same().count() == 1)
                .and_then(|receiver| quiet(to, receiver.object));
            crossings.push(Crossing {
                from_a,
                kind: sender.kind.clone(),
                sender: Some(sender.object),
                receiver: receiver.map(|receiver| receiver.object),
                sent: sender.object.number(from.names, "packetsSent").unwrap_or(0.0),
                passage: receiver.map(|receiver| {
                    let (one, other) = (
                        self.side(from_a, sender.object, None),
                        self.side(!from_a, receiver.object, quiet),
                    );
                    passage(&one, &other, RTP, self.reading(counts_alike(receiver, to.names)))
                }),
            });
        }
        let rest = incoming.iter().filter(|receiver| !met.contains(&&*receiver.object.id));
        crossings.extend(rest.map(|receiver| Crossing {
            from_a,
            kind: receiver.kind.clone(),
            sender: None,
            receiver: Some(receiver.object),
            sent: 0.0,
            passage: None,
        }));
        crossings
    }

    fn channels(&self, from_a: bool) -> Vec<Crossing<'d>> {
        let (from, to) = self.ends(from_a);
        let all = |end: &End<'d>| -> Vec<&'d StatsObject> {
            end.pc.typed(end.names, &["data-channel", "datachannel"]).collect()
        };
        let key = |end: &End<'d>, channel: &StatsObject| {
            let text = |member: &str| channel.text(end.names, member);
            (text("label"), text("dataChannelIdentifier"))
        };
        let others = all(to);
        let channels = all(from).into_iter().filter_map(|sender| {
            let receiver = others.iter().find(|other| key(to, other) == key(from, sender))?;
            let (one, other) = (self.side(from_a, sender, None), self.side(!from_a, receiver, None));
            Some(Crossing {
                from_a,
                kind: "data".to_owned(),
                sender: Some(sender),
                receiver: Some(receiver),
                sent: sender.number(from.names, "messagesSent").unwrap_or(0.0),
                passage: Some(passage(&one, &other, DATA, self.reading(true))),
            })
        });
        channels.collect()
    }

    /// Everything that goes over the call.
    pub fn crossings(&self) -> impl Iterator<Item = &Crossing<'d>> {
        self.streams.iter().chain(&self.channels)
    }

    /// Whether anything else of the same sender arrives.
    pub fn others_arrive(&self, crossing: &Crossing<'_>) -> bool {
        let others = self.crossings().filter(|other| other.from_a == crossing.from_a);
        let arrives = |passage: &Passage| passage.total.received >= 1.0;
        others.filter_map(|other| other.passage.as_ref()).any(arrives)
    }

    fn side(&self, is_a: bool, object: &'d StatsObject, quiet: Option<(f64, f64)>) -> Side<'d> {
        Side {
            object,
            names: if is_a { self.a.names } else { self.b.names },
            ahead: if is_a { 0.0 } else { self.offset.ms },
            quiet,
        }
    }

    fn reading(&self, alike: bool) -> Reading {
        Reading {
            alike,
            cut: self.cut,
            uncertain: self.uncertain(),
        }
    }

    /// How far counts of both ends may be apart in time, in milliseconds: what the clocks leave open, and the way itself.
    fn uncertain(&self) -> f64 {
        const UNKNOWN: f64 = 1000.0;
        let clocks = match self.offset.means {
            Means::Nothing => UNKNOWN,
            _ => self.offset.within_ms.unwrap_or(UNKNOWN),
        };
        let rtt = |end: &End<'_>| {
            let (pair, _) = super::pair::selected(end.pc, end.names)?;
            let times = pair.member(end.names, "currentRoundTripTime")?;
            let times = Spread::of(times.numbers(end.names).map(|(_, seconds)| seconds * 1000.0))?;
            Some(times.p95)
        };
        clocks + rtt(&self.a).into_iter().chain(rtt(&self.b)).fold(0.0, f64::max)
    }
}

/// From when to when a connection had statistics before it had these; nothing if these were there from the start.
fn quiet(end: &End<'_>, object: &StatsObject) -> Option<(f64, f64)> {
    const LATER: f64 = 500.0;
    let first = object.start()?;
    let kinds = [
        "transport",
        "candidate-pair",
        "peer-connection",
        "outbound-rtp",
        "inbound-rtp",
        "media-source",
    ];
    let earliest = end
        .pc
        .typed(end.names, &kinds)
        .filter_map(|other| Some((other.start()?, other)));
    let (start, other) = earliest.min_by(|a, b| a.0.total_cmp(&b.0))?;
    let before = other.times().take_while(|at| *at < first - LATER).last()?;
    (first - start > LATER).then_some((start, before))
}

impl Crossing<'_> {
    /// Where it stopped, if it did; `others_arrive` is whether anything else of the same sender does.
    pub fn stopped(&self, others_arrive: bool) -> Option<Place> {
        /// Of what was sent; less is what any path loses.
        const PART: f64 = 0.01;
        const FEW: f64 = 5.0;
        /// A second of video.
        const FRAMES: f64 = 25.0;
        /// Some frames are always passed over at the beginning.
        const DECODED: f64 = 0.9;
        if self.sender.is_some() && self.receiver.is_none() {
            return Some(match others_arrive {
                _ if self.sent < 0.5 => Place::Sender,
                true => Place::Receiver,
                false => Place::Network,
            });
        }
        let passage = self.passage.as_ref()?;
        let total = &passage.total;
        if passage.intervals.is_empty() {
            return None;
        }
        let vanished = total.missing > passage.slack + FEW;
        if vanished && total.missing >= PART * total.sent {
            return Some(Place::Network);
        }
        let came = total
            .frames_received
            .max(if total.received > 100.0 { total.frames_sent } else { 0.0 });
        if passage.frames && came >= FRAMES && total.frames_decoded < DECODED * came {
            return Some(Place::Receiver);
        }
        // Nobody need say anything over a data channel.
        (total.sent < 0.5 && passage.steady).then_some(Place::Sender)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::json;

    use super::super::ends::{Between, Marks, link};
    use super::super::offset::offset;
    use super::*;
    use crate::stats::read;

    /// Samples of one stream: times and counts as they come, with no order in them.
    fn dump(kind: &str, count: &str, samples: &[(f64, f64, f64)]) -> Dump {
        let line = |(at, packets, other): &(f64, f64, f64)| {
            let mut object = json!({
                "id": "S", "type": kind, "kind": "video", "ssrc": 5, "timestamp": at, "framesEncoded": other,
                "framesDecoded": other, "packetsLost": -other, "remoteTimestamp": other
            });
            object[count] = json!(packets);
            if *packets > 1e6 {
                object["retransmittedPacketsReceived"] = json!(other);
            }
            format!(
                "{}\n",
                json!({"t": at, "stats": [object, {"id": "R", "type": "remote-outbound-rtp", "timestamp": at, "remoteTimestamp": other}]})
            )
        };
        read(samples.iter().map(line).collect::<String>().as_bytes()).unwrap()
    }

    proptest! {
        #[test]
        fn whatever_both_ends_say_can_be_compared(
            a in proptest::collection::vec((-1e15_f64..1e15, -1e15_f64..1e15, -1e15_f64..1e15), 1..12),
            b in proptest::collection::vec((-1e15_f64..1e15, -1e15_f64..1e15, -1e15_f64..1e15), 1..12),
        ) {
            let (one, other) = (dump("outbound-rtp", "packetsSent", &a), dump("inbound-rtp", "packetsReceived", &b));
            let (one, other) = (End::of(&one, 0).unwrap(), End::of(&other, 0).unwrap());
            let found = link(&Marks::of(one.pc, one.names), &Marks::of(other.pc, other.names)).unwrap();
            prop_assert_eq!(found.between, Between::Unknown);
            let offset = offset(&one, &other, found.between, false);
            prop_assert!(offset.ms.is_finite());
            let call = Call::new(one, other, found, offset, false);
            for crossing in call.crossings() {
                let _ = crossing.stopped(false);
                let passage = crossing.passage.as_ref().unwrap();
                prop_assert!(passage.intervals.len() <= 5002);
                prop_assert!(passage.intervals.iter().all(|interval| interval.counts.missing >= 0.0));
                prop_assert!(passage.spans().len() <= passage.intervals.len());
            }
        }
    }
}
