//! Simulcast: `rid`, `simulcast` (also its drafts), `imageattr`.

use super::AttributeValue;
use crate::proto::sdp::cursor::Cursor;
use crate::proto::sdp::fmtp::Parameters;

/// `a=rid:ID send|recv [pt=…;max-width=…]` (RFC 8851 §10).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Rid<'a> {
    /// Its name: letters, digits, `-`, `_`.
    pub id: &'a str,
    /// `send` or `recv`, as the writer sees it.
    pub direction: &'a str,
    /// The restrictions as written.
    pub parameters: Option<&'a str>,
}

impl<'a> Rid<'a> {
    /// The restrictions as `name=value` pairs; `pt` has payload types with commas between them.
    pub fn restrictions(&self) -> Parameters<'a> {
        Parameters::new(self.parameters.unwrap_or(""))
    }

    /// The payload types of `pt=`.
    pub fn payload_types(&self) -> impl Iterator<Item = &'a str> + use<'a> {
        let list = self.restrictions().get("pt").flatten();
        list.into_iter().flat_map(|list| list.split(','))
    }
}

/// RFC 8851 §10 `rid-id`, as RFC 8852 §3.1 limits it on the wire: letters and digits; `-` and `_` are read too.
pub(super) fn is_rid(text: &str) -> bool {
    !text.is_empty()
        && text
            .bytes()
            .all(|octet| octet.is_ascii_alphanumeric() || octet == b'-' || octet == b'_')
}

impl<'a> AttributeValue<'a> for Rid<'a> {
    const NAME: &'static str = "rid";

    fn decode(cursor: &mut Cursor<'a>) -> Option<Self> {
        cursor.no_blank();
        let id = cursor.wanted("a rid (letters and digits)")?;
        if !is_rid(id) {
            cursor.expected(id, "a rid (letters and digits)");
        }
        let direction = cursor.wanted("send or recv")?;
        if !matches!(direction, "send" | "recv") {
            cursor.expected(direction, "send or recv");
        }
        Some(Rid {
            id,
            direction,
            parameters: cursor.remainder(),
        })
    }
}

/// One way of a simulcast: streams with `;` between them, alternatives with `,`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SimulcastStreams<'a>(pub &'a str);

/// One rid in a list of streams.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SimulcastRid<'a> {
    /// The rid.
    pub rid: &'a str,
    /// Whether a `~` says that it starts paused.
    pub paused: bool,
}

impl<'a> SimulcastStreams<'a> {
    /// The streams, each with its alternatives, the best first.
    pub fn streams(&self) -> impl Iterator<Item = Vec<SimulcastRid<'a>>> + use<'a> {
        self.0
            .split(';')
            .map(|alternatives| alternatives.split(',').map(simulcast_rid).collect())
    }

    /// All rids, in order.
    pub fn rids(&self) -> impl Iterator<Item = SimulcastRid<'a>> + use<'a> {
        self.0.split([';', ',']).map(simulcast_rid)
    }
}

fn simulcast_rid(text: &str) -> SimulcastRid<'_> {
    match text.strip_prefix('~') {
        Some(rid) => SimulcastRid { rid, paused: true },
        None => SimulcastRid {
            rid: text,
            paused: false,
        },
    }
}

/// `a=simulcast:send LIST recv LIST` (RFC 8853 §5.1).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Simulcast<'a> {
    /// What the writer wants to send.
    pub send: Option<SimulcastStreams<'a>>,
    /// What the writer wants to receive.
    pub recv: Option<SimulcastStreams<'a>>,
    /// The text of an old draft (`a=simulcast: send rid=a;b`), which is not read further.
    pub draft: Option<&'a str>,
}

impl<'a> AttributeValue<'a> for Simulcast<'a> {
    const NAME: &'static str = "simulcast";

    fn decode(cursor: &mut Cursor<'a>) -> Option<Self> {
        let mut simulcast = Simulcast {
            send: None,
            recv: None,
            draft: None,
        };
        // draft-ietf-mmusic-sdp-simulcast-03 to -06, Firefox up to 2018: ` send rid=a;b paused=b`, ` send pt=97;98`.
        if ["rid=", "pt="].iter().any(|name| cursor.rest().contains(name)) {
            let text = cursor.remainder()?;
            let mut words = super::source::words(text);
            while let (Some(direction), Some(list)) = (words.next(), words.next()) {
                let rids = list.split_once('=').map(|(_, rids)| SimulcastStreams(rids));
                match direction {
                    "send" => simulcast.send = rids,
                    "recv" => simulcast.recv = rids,
                    _ => {}
                }
            }
            simulcast.draft = Some(text);
            return Some(simulcast);
        }
        cursor.no_blank();
        loop {
            let direction = cursor.wanted("send or recv")?;
            let Some(list) = cursor.wanted("a list of rids") else {
                return Some(simulcast);
            };
            let streams = SimulcastStreams(list);
            match direction {
                "send" if simulcast.send.is_none() => simulcast.send = Some(streams),
                "recv" if simulcast.recv.is_none() => simulcast.recv = Some(streams),
                _ => {
                    cursor.expected(direction, "send or recv, each once");
                    return Some(simulcast);
                }
            }
            for one in streams.rids().filter(|one| !is_rid(one.rid)) {
                cursor.expected(one.rid, "a rid (letters and digits)");
            }
            if cursor.at_end() {
                return Some(simulcast);
            }
        }
    }
}

/// `a=imageattr:PT|* send|recv SETS …` (RFC 6236 §3.1).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ImageAttr<'a> {
    /// The payload type; `None` for `*`.
    pub payload_type: Option<u16>,
    /// What the writer sends: `[x=…,y=…]`, several, or `*`.
    pub send: Option<&'a str>,
    /// What the writer receives.
    pub recv: Option<&'a str>,
}

/// The sets of one direction of an [`ImageAttr`]: the text within each pair of brackets.
pub fn image_sets(text: &str) -> impl Iterator<Item = &str> {
    let mut rest = text;
    std::iter::from_fn(move || {
        let start = rest.find('[')? + 1;
        let mut depth = 1;
        let end = rest[start..].bytes().position(|octet| {
            depth += i32::from(octet == b'[') - i32::from(octet == b']');
            depth == 0
        })?;
        let set = &rest[start..start + end];
        rest = &rest[start + end + 1..];
        Some(set)
    })
}

impl<'a> AttributeValue<'a> for ImageAttr<'a> {
    const NAME: &'static str = "imageattr";

    fn decode(cursor: &mut Cursor<'a>) -> Option<Self> {
        cursor.no_blank();
        let word = cursor.wanted("a payload type or `*`")?;
        let payload_type = match word {
            "*" => None,
            word => Some(cursor.parse(word, "a payload type or `*`")?),
        };
        let mut image = ImageAttr {
            payload_type,
            send: None,
            recv: None,
        };
        let text = cursor.rest();
        let position = |name: &str| {
            let spaced = text.match_indices(name).map(|(at, _)| at);
            spaced.into_iter().find(|at| {
                let before = text[..*at]
                    .bytes()
                    .last()
                    .is_none_or(|octet| octet == b' ' || octet == b'\t');
                before && text[at + name.len()..].starts_with([' ', '\t', '[', '*'])
            })
        };
        let (send, recv) = (position("send"), position("recv"));
        let part = |from: Option<usize>, other: Option<usize>| {
            from.map(|from| {
                let end = other.filter(|other| *other > from).unwrap_or(text.len());
                text[from + 4..end].trim_matches([' ', '\t'])
            })
        };
        image.send = part(send, recv);
        image.recv = part(recv, send);
        for sets in [image.send, image.recv].into_iter().flatten() {
            if sets != "*" && image_sets(sets).next().is_none() {
                cursor.expected(sets, "`[x=WIDTH,y=HEIGHT]` or `*`");
            }
        }
        if image.send.is_none() && image.recv.is_none() {
            cursor.expected(text, "send or recv");
        }
        Some(image)
    }
}
