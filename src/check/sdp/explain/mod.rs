//! What each line of a description means, in one sentence, with the values that it has.
//!
//! Where the value cannot be read the sentence is that of the registry: what the attribute is for. What is wrong with
//! the value, a finding says.

mod attribute;
mod codec;
pub mod examples;
mod media;

use std::collections::HashMap;

use crate::proto::sdp::attribute::Entry;
use crate::proto::sdp::{
    Bandwidth, Codec, Connection, Description, Line, LineType, Origin, Section, Timing, Value, codecs,
};
use crate::report::sdp_explain::{Explanation, LineMeaning};

/// All lines of a description; `index` is its place in the report.
pub fn explain(description: &Description<'_>, index: usize) -> Explanation {
    let mut lines = Vec::with_capacity(description.line_count());
    for section in description.sections() {
        let context = Context::of(&section);
        let written = section.lines().filter(|line| !line.is_blank());
        lines.extend(written.map(|line| explain_line(line, &context)));
    }
    Explanation {
        description: index,
        lines,
    }
}

/// What the meaning of a line can depend on.
pub(super) struct Context<'d> {
    section: Section<'d>,
    /// The codecs by payload type, the first of each.
    codecs: HashMap<u16, Codec<'d>>,
}

impl<'d> Context<'d> {
    fn of(section: &Section<'d>) -> Context<'d> {
        let mut by_type = HashMap::new();
        for codec in codecs(section) {
            if let Some(payload_type) = codec.payload_type {
                by_type.entry(payload_type).or_insert(codec);
            }
        }
        Context {
            section: *section,
            codecs: by_type,
        }
    }

    /// `VP8 (96)`, or `payload type 96`.
    fn codec_name(&self, payload_type: u16) -> String {
        match self.codecs.get(&payload_type).and_then(Codec::encoding) {
            Some(encoding) => format!("{encoding} ({payload_type})"),
            None => format!("payload type {payload_type}"),
        }
    }
}

fn explain_line(line: Line<'_>, context: &Context<'_>) -> LineMeaning {
    let (meaning, reference) = match line.letter() {
        Some('a') => explain_attribute(line, context),
        Some(letter) => match LineType::find(letter) {
            Some(known) => {
                let text = field(letter, line, context).unwrap_or_else(|| known.meaning.to_owned());
                (text, Some(known.reference))
            }
            None => (
                format!("No type of line that SDP has: readers pass over `{letter}=`."),
                Some("RFC 8866 §5"),
            ),
        },
        None => (
            "No line of SDP: a letter and `=` are missing.".to_owned(),
            Some("RFC 8866 §5"),
        ),
    };
    LineMeaning {
        line: line.number,
        media: context.section.index(),
        text: line.text.to_owned(),
        meaning,
        reference: reference.map(str::to_owned),
    }
}

fn explain_attribute(line: Line<'_>, context: &Context<'_>) -> (String, Option<&'static str>) {
    let Some(attribute) = line.attribute() else {
        return ("An attribute without a name.".to_owned(), Some("RFC 8866 §5.13"));
    };
    let Some(entry) = Entry::find(attribute.name) else {
        let text = "An attribute that is not known here; readers pass over what they do not know.";
        return (text.to_owned(), None);
    };
    let value = Value::decode(&attribute).value;
    let text = value.and_then(|value| attribute::sentence(entry, &value, context));
    (text.unwrap_or_else(|| entry.meaning.to_owned()), Some(entry.reference))
}

/// What a line that is no attribute says; `None` where the registry says it all.
fn field(letter: char, line: Line<'_>, context: &Context<'_>) -> Option<String> {
    match letter {
        'v' => (line.value().trim() == "0").then(|| "SDP version 0, the only one there is.".to_owned()),
        'o' => {
            let origin = Origin::decode(line).value?;
            Some(format!(
                "Session {} in its version {}, made by `{}` at {}; the address is a part of the name only.",
                origin.session_id, origin.session_version, origin.username, origin.address
            ))
        }
        't' => {
            let timing = Timing::decode(line).value?;
            (timing == Timing { start: 0, stop: 0 }).then(|| "The session has no start and no end.".to_owned())
        }
        'c' => {
            let connection = Connection::decode(line).value?;
            Some(match connection.address {
                "0.0.0.0" | "::" => "No address yet: ICE candidates, here or later, say where media go.".to_owned(),
                address => format!("Media go to {address}, unless ICE finds a better way."),
            })
        }
        'b' => {
            let limit = Bandwidth::decode(line).value?;
            Some(match limit.kind {
                "AS" => format!(
                    "The writer wants to receive at most {} kbit/s, all headers included.",
                    limit.limit
                ),
                "TIAS" => format!(
                    "The writer wants to receive at most {} bit/s, without IP and UDP headers.",
                    limit.limit
                ),
                "RS" => format!("Senders may use {} bit/s for RTCP.", limit.limit),
                "RR" => format!("Receivers may use {} bit/s for RTCP.", limit.limit),
                "CT" => format!("The whole conference may use {} kbit/s.", limit.limit),
                _ => return None,
            })
        }
        'm' => media::sentence(&context.section),
        _ => None,
    }
}

#[cfg(test)]
mod tests;
