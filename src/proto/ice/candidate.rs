//! [`Candidate`]: the candidate-attribute of RFC 8839 §5.1, with the TCP extension of RFC 6544 §4.5.
//!
//! The reader is tolerant where browsers are (a leading `a=`, a line end, any priority, names as addresses, a missing
//! `rport`, extensions nobody knows); whether a candidate makes sense is for `check` to say.

use std::fmt;
use std::net::IpAddr;
use std::str::FromStr;

/// How a candidate was obtained (RFC 8445 §5.1.1).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum CandidateType {
    /// An address of this host.
    Host,
    /// What a STUN or TURN server saw: the outside of a NAT.
    ServerReflexive,
    /// What a peer saw during a connectivity check.
    PeerReflexive,
    /// An address on a TURN server.
    Relay,
}

impl CandidateType {
    /// All four, in the order of the text.
    pub const ALL: [CandidateType; 4] = [
        CandidateType::Host,
        CandidateType::ServerReflexive,
        CandidateType::PeerReflexive,
        CandidateType::Relay,
    ];

    /// The name on the wire: `host`, `srflx`, `prflx`, `relay`.
    pub const fn name(self) -> &'static str {
        match self {
            CandidateType::Host => "host",
            CandidateType::ServerReflexive => "srflx",
            CandidateType::PeerReflexive => "prflx",
            CandidateType::Relay => "relay",
        }
    }

    /// The type of this wire name, if it is one.
    pub fn from_name(name: &str) -> Option<CandidateType> {
        CandidateType::ALL.into_iter().find(|kind| kind.name() == name)
    }
}

impl fmt::Display for CandidateType {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// Who opens the connection of a TCP candidate (RFC 6544 §4.5).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum TcpType {
    /// Opens connections, accepts none; its port is 9 (discard).
    Active,
    /// Accepts connections, opens none.
    Passive,
    /// Simultaneous open: both at once.
    So,
}

impl TcpType {
    /// All three.
    pub const ALL: [TcpType; 3] = [TcpType::Active, TcpType::Passive, TcpType::So];

    /// The name on the wire: `active`, `passive`, `so`.
    pub const fn name(self) -> &'static str {
        match self {
            TcpType::Active => "active",
            TcpType::Passive => "passive",
            TcpType::So => "so",
        }
    }

    /// The type of this wire name, if it is one.
    pub fn from_name(name: &str) -> Option<TcpType> {
        TcpType::ALL.into_iter().find(|kind| kind.name() == name)
    }
}

impl fmt::Display for TcpType {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// One candidate as it stands in SDP or in an `icecandidate` event.
///
/// `Display` gives `candidate:…` without `a=`, as browsers take it in `RTCIceCandidateInit.candidate`.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Candidate {
    /// Equal for candidates that likely share their fate (RFC 8445 §5.1.1.3); 1 to 32 ice-chars.
    pub foundation: String,
    /// 1 is RTP (or everything, when multiplexed), 2 is RTCP; at most 256.
    pub component: u16,
    /// `udp` or `tcp`, in the case it was given.
    pub protocol: String,
    /// RFC 8445 §5.1.2; [`crate::proto::ice::Preferences::split`] takes it apart.
    pub priority: u32,
    /// An IP address without brackets, or a name (`….local` for mDNS).
    pub address: String,
    /// The port; 9 for an active TCP candidate.
    pub port: u16,
    /// The word after `typ`.
    pub candidate_type: CandidateType,
    /// `raddr` and `rport`: the base of a reflexive candidate, the mapped address of a relayed one.
    pub related: Option<(String, u16)>,
    /// `tcptype`, for TCP candidates.
    pub tcp_type: Option<TcpType>,
    /// Everything else, in order: `generation`, `ufrag`, `network-cost`, …
    pub extensions: Vec<(String, String)>,
}

impl Candidate {
    /// Reads a candidate-attribute, with or without `a=` before it and line ends after it.
    ///
    /// # Errors
    /// [`CandidateError`] names the column and what was expected there.
    pub fn parse(text: &str) -> Result<Candidate, CandidateError> {
        let line = text.trim_end_matches(['\r', '\n']);
        if line.is_empty() {
            return Err(CandidateError::new(
                text,
                0,
                "",
                "a candidate (an empty one marks the end of candidates)",
            ));
        }
        // Libwebrtc takes one line only, too; a line end within a value would become part of what is written of it.
        if let Some(at) = line.find(['\r', '\n']) {
            return Err(CandidateError::new(line, at, &line[at..=at], "one line"));
        }
        let start = if line.starts_with("a=") { 2 } else { 0 };
        let Some(fields) = line.get(start..).and_then(|rest| rest.strip_prefix("candidate:")) else {
            return Err(CandidateError::new(
                line,
                start,
                first_word(&line[start..]),
                "`candidate:`",
            ));
        };
        let mut fields = Fields {
            line,
            at: line.len() - fields.len(),
            rest: Some(fields),
        };

        let foundation = fields.take("a foundation (1 to 32 letters, digits, `+` or `/`)")?;
        let component = fields.number("a component from 1 to 256", |n: &u16| (1..=256).contains(n))?;
        let protocol = fields.take("a transport such as `udp` or `tcp`")?.text.to_owned();
        let priority = fields.number("a priority (a number below 2^32)", |_: &u32| true)?;
        let address = fields.take("an address")?.text.to_owned();
        let port = fields.number("a port from 0 to 65535", |_: &u16| true)?;
        let typ = fields.take("`typ`")?;
        if typ.text != "typ" {
            return Err(fields.refuse(typ, "`typ`"));
        }
        let kind = fields.take("a type: host, srflx, prflx or relay")?;
        let Some(candidate_type) = CandidateType::from_name(kind.text) else {
            return Err(fields.refuse(kind, "a type: host, srflx, prflx or relay"));
        };

        let mut candidate = Candidate {
            foundation: foundation.text.to_owned(),
            component,
            protocol,
            priority,
            address,
            port,
            candidate_type,
            related: None,
            tcp_type: None,
            extensions: Vec::new(),
        };
        candidate.read_extensions(&mut fields)?;
        Ok(candidate)
    }

    /// The address, if it is an IP address and not a name.
    pub fn ip(&self) -> Option<IpAddr> {
        self.address.parse().ok()
    }

    /// The value of the first extension of this name.
    pub fn extension(&self, name: &str) -> Option<&str> {
        self.extensions
            .iter()
            .find(|(key, _)| key == name)
            .map(|(_, value)| value.as_str())
    }

    /// Names and values up to the end. A value may be empty (RFC 8839: `*VCHAR`), a name may not.
    fn read_extensions(&mut self, fields: &mut Fields<'_>) -> Result<(), CandidateError> {
        while let Some(name) = fields.next() {
            if name.text.is_empty() {
                if fields.rest.is_none() {
                    break; // a blank at the end of the line
                }
                return Err(fields.refuse(name, "one blank between fields"));
            }
            match name.text {
                "raddr" if self.related.is_none() => {
                    let address = fields.take("the related address")?.text.to_owned();
                    // Libwebrtc takes an `raddr` alone; its port is then not known.
                    let port = match fields.peek() {
                        Some("rport") => {
                            fields.next();
                            fields.number("a port from 0 to 65535", |_: &u16| true)?
                        }
                        _ => 0,
                    };
                    self.related = Some((address, port));
                }
                "tcptype" if self.tcp_type.is_none() => {
                    let kind = fields.take("active, passive or so")?;
                    match TcpType::from_name(kind.text) {
                        Some(tcp_type) => self.tcp_type = Some(tcp_type),
                        None => return Err(fields.refuse(kind, "active, passive or so")),
                    }
                }
                _ => match fields.next() {
                    Some(value) => self.extensions.push((name.text.to_owned(), value.text.to_owned())),
                    None => return Err(fields.missing("a value for the extension before it")),
                },
            }
        }
        Ok(())
    }
}

impl FromStr for Candidate {
    type Err = CandidateError;
    fn from_str(text: &str) -> Result<Candidate, CandidateError> {
        Candidate::parse(text)
    }
}

impl fmt::Display for Candidate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Candidate {
            foundation,
            component,
            protocol,
            priority,
            address,
            port,
            candidate_type,
            ..
        } = self;
        write!(
            f,
            "candidate:{foundation} {component} {protocol} {priority} {address} {port} typ {candidate_type}"
        )?;
        if let Some((address, port)) = &self.related {
            write!(f, " raddr {address} rport {port}")?;
        }
        if let Some(tcp_type) = self.tcp_type {
            write!(f, " tcptype {tcp_type}")?;
        }
        self.extensions
            .iter()
            .try_for_each(|(name, value)| write!(f, " {name} {value}"))
    }
}

/// Where a candidate-attribute stops being one.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("column {column}: expected {expected}, found {}", Found(.found))]
pub struct CandidateError {
    /// The character at which the token begins, counted from 1.
    pub column: usize,
    /// The token that stands there; empty at the end of the text.
    pub found: String,
    /// What should stand there.
    pub expected: &'static str,
}

impl CandidateError {
    fn new(line: &str, offset: usize, found: &str, expected: &'static str) -> CandidateError {
        let column = line.get(..offset).unwrap_or(line).chars().count() + 1;
        CandidateError {
            column,
            found: found.to_owned(),
            expected,
        }
    }
}

/// A token in a message: quoted and escaped, or said to be missing.
struct Found<'a>(&'a str);

impl fmt::Display for Found<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.0.is_empty() {
            f.write_str("nothing")
        } else {
            write!(f, "`{}`", self.0.escape_debug())
        }
    }
}

/// The fields of the line, separated by exactly one blank each.
struct Fields<'a> {
    line: &'a str,
    /// Offset of `rest` in `line`.
    at: usize,
    /// What has not been taken yet; `None` after the last field.
    rest: Option<&'a str>,
}

/// A field and its offset in the line.
#[derive(Clone, Copy)]
struct Field<'a> {
    text: &'a str,
    at: usize,
}

impl<'a> Fields<'a> {
    fn next(&mut self) -> Option<Field<'a>> {
        let rest = self.rest?;
        let at = self.at;
        let text = match rest.split_once(' ') {
            Some((text, after)) => {
                self.rest = Some(after);
                text
            }
            None => {
                self.rest = None;
                rest
            }
        };
        self.at += (text.len() + 1).min(self.line.len() - at);
        Some(Field { text, at })
    }

    fn peek(&self) -> Option<&'a str> {
        self.rest
            .map(|rest| rest.split_once(' ').map_or(rest, |(text, _)| text))
    }

    fn take(&mut self, expected: &'static str) -> Result<Field<'a>, CandidateError> {
        match self.next() {
            Some(field) if !field.text.is_empty() => Ok(field),
            Some(field) => Err(self.refuse(field, expected)),
            None => Err(self.missing(expected)),
        }
    }

    fn number<T: FromStr>(&mut self, expected: &'static str, fits: fn(&T) -> bool) -> Result<T, CandidateError> {
        let field = self.take(expected)?;
        // `parse` would take a sign; the grammar has digits only.
        let number = field
            .text
            .bytes()
            .all(|b| b.is_ascii_digit())
            .then(|| field.text.parse().ok())
            .flatten();
        number.filter(fits).ok_or_else(|| self.refuse(field, expected))
    }

    fn refuse(&self, field: Field<'_>, expected: &'static str) -> CandidateError {
        CandidateError::new(self.line, field.at, field.text, expected)
    }

    fn missing(&self, expected: &'static str) -> CandidateError {
        CandidateError::new(self.line, self.line.len(), "", expected)
    }
}

fn first_word(text: &str) -> &str {
    text.split([' ', ':']).next().unwrap_or(text)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const CHROME_HOST: &str = "candidate:842163049 1 udp 1677729535 203.0.113.7 46154 typ srflx raddr 10.0.0.17 rport 46154 generation 0 ufrag EsAw network-id 1 network-cost 10";

    #[test]
    fn reads_what_browsers_write() {
        let candidate = Candidate::parse(CHROME_HOST).unwrap();
        assert_eq!(candidate.foundation, "842163049");
        assert_eq!(
            (candidate.component, candidate.priority, candidate.port),
            (1, 1_677_729_535, 46154)
        );
        assert_eq!(candidate.candidate_type, CandidateType::ServerReflexive);
        assert_eq!(candidate.related, Some(("10.0.0.17".to_owned(), 46154)));
        assert_eq!(candidate.extension("network-cost"), Some("10"));
        assert_eq!(candidate.ip(), Some("203.0.113.7".parse().unwrap()));
        assert_eq!(candidate.to_string(), CHROME_HOST);
    }

    #[test]
    fn every_text_here_comes_back_as_it_was() {
        for text in [
            "candidate:0 1 UDP 2122187007 9b36eaac-bb2e-49bb-bb78-21c41c499900.local 59013 typ host",
            "candidate:1 1 TCP 2105458943 192.0.2.1 9 typ host tcptype active",
            "candidate:2 2 tcp 1518280447 2001:db8::1 9 typ host tcptype so generation 0",
            "candidate:+/Az 1 udp 1 0.0.0.0 0 typ relay raddr 0.0.0.0 rport 0",
            "candidate:1 1 udp 4294967295 192.0.2.1 1 typ prflx x  y z",
            "candidate:1 1 ssltcp 1 192.0.2.1 443 typ host tcptype passive x ",
        ] {
            assert_eq!(Candidate::parse(text).unwrap().to_string(), text);
        }
    }

    #[test]
    fn the_sdp_prefix_and_the_line_end_are_not_part_of_it() {
        let bare = Candidate::parse(CHROME_HOST).unwrap();
        for text in [
            format!("a={CHROME_HOST}"),
            format!("{CHROME_HOST}\r\n"),
            format!("a={CHROME_HOST}\n"),
        ] {
            assert_eq!(Candidate::parse(&text), Ok(bare.clone()));
        }
        assert!(
            Candidate::parse("candidate:1 1 udp 1 192.0.2.1 1 typ host ").is_ok(),
            "a blank at the end"
        );
    }

    #[test]
    fn line_ends_are_no_part_of_the_last_value() {
        for end in ["", "\n", "\r\n", "\n\n", "\r\n\r\n"] {
            let line = format!("candidate:1 1 udp 1 192.0.2.1 1 typ host ufrag x{end}");
            assert_eq!(
                Candidate::parse(&line).unwrap().extension("ufrag"),
                Some("x"),
                "{end:?}"
            );
        }
        let error = Candidate::parse("candidate:1 1 udp 1 192.0.2.1 1 typ host ufrag x\ny").unwrap_err();
        assert_eq!((error.column, error.expected), (49, "one line"));
    }

    #[test]
    fn a_related_address_without_port_is_taken() {
        let candidate = Candidate::parse("candidate:1 1 udp 1 192.0.2.1 1 typ srflx raddr 10.0.0.1 ufrag x").unwrap();
        assert_eq!(candidate.related, Some(("10.0.0.1".to_owned(), 0)));
        assert_eq!(candidate.extension("ufrag"), Some("x"));
    }

    #[test]
    fn errors_name_column_and_token() {
        for (text, column, found) in [
            ("", 1, ""),
            ("v=0", 1, "v=0"),
            ("a=mid:0", 3, "mid"),
            ("candidate:", 11, ""),
            ("candidate:1", 12, ""),
            ("candidate:1  1 udp", 13, ""),
            ("candidate:1 0 udp 1 192.0.2.1 1 typ host", 13, "0"),
            ("candidate:1 257 udp 1 192.0.2.1 1 typ host", 13, "257"),
            ("candidate:1 1 udp -1 192.0.2.1 1 typ host", 19, "-1"),
            ("candidate:1 1 udp 4294967296 192.0.2.1 1 typ host", 19, "4294967296"),
            ("candidate:1 1 udp 1 192.0.2.1 65536 typ host", 31, "65536"),
            ("candidate:1 1 udp 1 192.0.2.1 1 type host", 33, "type"),
            ("candidate:1 1 udp 1 192.0.2.1 1 typ hosts", 37, "hosts"),
            ("a=candidate:1 1 udp 1 192.0.2.1 1 typ hosts", 39, "hosts"),
            ("candidate:1 1 udp 1 192.0.2.1 1 typ host tcptype open", 50, "open"),
            (
                "candidate:1 1 udp 1 192.0.2.1 1 typ srflx raddr 192.0.2.2 rport x",
                65,
                "x",
            ),
            ("candidate:1 1 udp 1 192.0.2.1 1 typ host generation", 52, ""),
            ("candidate:1 1 udp 1 ä 1 typ höst", 29, "höst"),
        ] {
            let error = Candidate::parse(text).unwrap_err();
            assert_eq!((error.column, error.found.as_str()), (column, found), "{text}: {error}");
        }
        let error = Candidate::parse("candidate:1 1 udp 1 192.0.2.1 1 typ \u{1b}[31m").unwrap_err();
        assert_eq!(
            error.to_string(),
            "column 37: expected a type: host, srflx, prflx or relay, found `\\u{1b}[31m`"
        );
    }

    #[test]
    fn cut_anywhere_it_is_whole_or_an_error() {
        let shortest = CHROME_HOST.find(" raddr").unwrap();
        for end in 0..CHROME_HOST.len() {
            if let Ok(candidate) = Candidate::parse(&CHROME_HOST[..end]) {
                assert!(end >= shortest, "{candidate}");
            }
        }
    }

    proptest! {
        #[test]
        fn never_panics(text in "(a=)?(candidate:)?[ -~ä€\r\n]{0,120}") {
            let _ = Candidate::parse(&text);
        }

        #[test]
        fn text_and_value_round_trip(
            foundation in "[A-Za-z0-9+/]{1,32}",
            component in 1u16..=256,
            protocol in "udp|UDP|tcp|TCP",
            priority: u32,
            address: IpAddr,
            port: u16,
            kind in 0usize..4,
            related in proptest::option::of((any::<IpAddr>().prop_map(|ip| ip.to_string()), any::<u16>())),
            tcp in proptest::option::of(0usize..3),
            extensions in proptest::collection::vec(("[a-z]{1,4}x", "[!-~]{0,5}"), 0..4),
        ) {
            let candidate = Candidate {
                foundation, component, protocol, priority, address: address.to_string(), port,
                candidate_type: CandidateType::ALL[kind], related,
                tcp_type: tcp.map(|index| TcpType::ALL[index]),
                extensions,
            };
            prop_assert_eq!(Candidate::parse(&candidate.to_string()), Ok(candidate));
        }
    }
}
