//! ICE: `ice-ufrag`, `ice-pwd`, `ice-options`, `candidate`, `remote-candidates`, `ice-pacing`.

use super::AttributeValue;
use super::source::words;
use crate::proto::ice::{Candidate, CandidateError};
use crate::proto::sdp::cursor::{Cursor, digits};
use crate::proto::sdp::line::Line;

/// RFC 8839 §5.1 `ice-char`: a letter, a digit, `+` or `/`.
fn ice_chars(text: &str) -> bool {
    text.bytes()
        .all(|octet| octet.is_ascii_alphanumeric() || octet == b'+' || octet == b'/')
}

/// `a=ice-ufrag` (RFC 8839 §5.4): 4 to 256 ice-chars.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct IceUfrag<'a>(pub &'a str);

/// `a=ice-pwd` (RFC 8839 §5.4): 22 to 256 ice-chars.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct IcePwd<'a>(pub &'a str);

impl IceUfrag<'_> {
    /// Whether it has 4 to 256 characters.
    pub fn has_legal_length(&self) -> bool {
        (4..=256).contains(&self.0.len())
    }

    /// Whether it consists of ice-chars.
    pub fn has_legal_characters(&self) -> bool {
        ice_chars(self.0)
    }
}

impl IcePwd<'_> {
    /// Whether it has 22 to 256 characters.
    pub fn has_legal_length(&self) -> bool {
        (22..=256).contains(&self.0.len())
    }

    /// Whether it consists of ice-chars.
    pub fn has_legal_characters(&self) -> bool {
        ice_chars(self.0)
    }
}

impl<'a> AttributeValue<'a> for IceUfrag<'a> {
    const NAME: &'static str = "ice-ufrag";

    fn decode(cursor: &mut Cursor<'a>) -> Option<Self> {
        cursor.no_blank();
        let value = IceUfrag(cursor.wanted("4 to 256 letters, digits, `+` or `/`")?);
        cursor.end();
        Some(value)
    }
}

impl<'a> AttributeValue<'a> for IcePwd<'a> {
    const NAME: &'static str = "ice-pwd";

    fn decode(cursor: &mut Cursor<'a>) -> Option<Self> {
        cursor.no_blank();
        let value = IcePwd(cursor.wanted("22 to 256 letters, digits, `+` or `/`")?);
        cursor.end();
        Some(value)
    }
}

/// `a=ice-options:TAG TAG…` (RFC 8839 §5.6): `trickle`, `ice2`, `renomination`, …
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct IceOptions<'a>(pub &'a str);

impl<'a> IceOptions<'a> {
    /// The tags.
    pub fn tags(&self) -> impl Iterator<Item = &'a str> + Clone + use<'a> {
        words(self.0)
    }
}

impl<'a> AttributeValue<'a> for IceOptions<'a> {
    const NAME: &'static str = "ice-options";

    fn decode(cursor: &mut Cursor<'a>) -> Option<Self> {
        match cursor.remainder() {
            Some(tags) => Some(IceOptions(tags)),
            None => {
                cursor.expected("", "an option such as `trickle`");
                None
            }
        }
    }
}

/// `a=candidate` (RFC 8839 §5.1), read as far as it goes; the strict reader is `proto::ice::Candidate`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CandidateLine<'a> {
    /// Equal for candidates of one base, server and type.
    pub foundation: &'a str,
    /// 1 for RTP (and all with rtcp-mux), 2 for RTCP.
    pub component: u32,
    /// `udp` or `tcp`, in any case.
    pub protocol: &'a str,
    /// Higher is better.
    pub priority: u64,
    /// An address or a name (mDNS).
    pub address: &'a str,
    /// The port; over 65535 is a defect.
    pub port: u32,
    /// `host`, `srflx`, `prflx`, `relay`.
    pub kind: &'a str,
    /// The related address.
    pub related_address: Option<&'a str>,
    /// The related port.
    pub related_port: Option<u32>,
    /// `active`, `passive`, `so` (RFC 6544 §4.5).
    pub tcp_type: Option<&'a str>,
    /// What follows: names and values.
    pub extensions: &'a str,
}

impl<'a> CandidateLine<'a> {
    /// The candidate of an `a=candidate` line, read strictly.
    ///
    /// # Errors
    /// Names the column and what was expected there.
    pub fn strict(line: &Line<'_>) -> Result<Candidate, CandidateError> {
        Candidate::parse(line.text)
    }

    /// The extensions as pairs: `generation`, `ufrag`, `network-id`, `network-cost`, …
    pub fn extension_pairs(&self) -> impl Iterator<Item = (&'a str, &'a str)> + use<'a> {
        let mut words = words(self.extensions);
        std::iter::from_fn(move || Some((words.next()?, words.next().unwrap_or(""))))
    }

    /// The value of an extension.
    pub fn extension(&self, name: &str) -> Option<&'a str> {
        self.extension_pairs()
            .find(|(key, _)| *key == name)
            .map(|(_, value)| value)
    }
}

impl<'a> AttributeValue<'a> for CandidateLine<'a> {
    const NAME: &'static str = "candidate";

    fn decode(cursor: &mut Cursor<'a>) -> Option<Self> {
        let foundation = match cursor.rest().starts_with(' ') {
            true => {
                cursor.expected(cursor.rest(), "a foundation (1 to 32 letters, digits, `+` or `/`)");
                ""
            }
            false => cursor.wanted("a foundation (1 to 32 letters, digits, `+` or `/`)")?,
        };
        if foundation.len() > 32 || !ice_chars(foundation) {
            cursor.expected(foundation, "a foundation (1 to 32 letters, digits, `+` or `/`)");
        }
        let component_text = cursor.wanted("a component from 1 to 256")?;
        let component = cursor.parse(component_text, "a component from 1 to 256")?;
        if !(1..=256).contains(&component) {
            cursor.expected(component_text, "a component from 1 to 256");
        }
        let protocol = cursor.wanted("a transport such as `udp`")?;
        let priority_text = cursor.wanted("a priority below 2^32")?;
        let priority = cursor.parse(priority_text, "a priority below 2^32")?;
        if priority > u64::from(u32::MAX) {
            cursor.expected(priority_text, "a priority below 2^32");
        }
        let address = cursor.wanted("an address")?;
        let port_text = cursor.wanted("a port from 0 to 65535")?;
        let port = port(cursor, port_text)?;
        let typ = cursor.wanted("`typ`")?;
        if typ != "typ" {
            cursor.expected(typ, "`typ`");
            return None;
        }
        let kind = cursor.wanted("a type: host, srflx, prflx or relay")?;
        if !matches!(kind, "host" | "srflx" | "prflx" | "relay") {
            cursor.expected(kind, "a type: host, srflx, prflx or relay");
        }
        let mut candidate = CandidateLine {
            foundation,
            component,
            protocol,
            priority,
            address,
            port,
            kind,
            related_address: None,
            related_port: None,
            tcp_type: None,
            extensions: "",
        };
        candidate.read_tail(cursor);
        Some(candidate)
    }
}

impl<'a> CandidateLine<'a> {
    /// `raddr`, `rport` and `tcptype` in any order, then the extensions.
    fn read_tail(&mut self, cursor: &mut Cursor<'a>) {
        loop {
            let mut ahead = cursor.clone();
            match ahead.word() {
                Some("raddr") if self.related_address.is_none() => {
                    *cursor = ahead;
                    self.related_address = cursor.wanted("the related address");
                }
                Some("rport") if self.related_port.is_none() => {
                    *cursor = ahead;
                    if let Some(text) = cursor.wanted("the related port") {
                        self.related_port = port(cursor, text);
                    }
                }
                Some("tcptype") if self.tcp_type.is_none() => {
                    *cursor = ahead;
                    self.tcp_type = cursor.wanted("active, passive or so");
                    if let Some(kind) = self.tcp_type
                        && !matches!(kind, "active" | "passive" | "so")
                    {
                        cursor.expected(kind, "active, passive or so");
                    }
                }
                _ => break,
            }
        }
        self.extensions = cursor.remainder().unwrap_or("");
        let mut rest = words(self.extensions);
        while let Some(name) = rest.next() {
            match (name, rest.next()) {
                ("tcptype", kind @ Some(_)) if self.tcp_type.is_none() => self.tcp_type = kind,
                ("raddr", address @ Some(_)) if self.related_address.is_none() => self.related_address = address,
                ("rport", Some(text)) if self.related_port.is_none() => self.related_port = port(cursor, text),
                (_, Some(_)) => {}
                (_, None) => cursor.expected(name, "a name and a value"),
            }
        }
    }
}

fn port<'a>(cursor: &mut Cursor<'a>, text: &'a str) -> Option<u32> {
    let port = digits(text);
    if port.is_none_or(|port| port > 65535) {
        cursor.expected(text, "a port from 0 to 65535");
    }
    port
}
