//! What a parser of candidate strings that is not ours made of one.

use std::net::IpAddr;

use serde::Deserialize;

use super::report::Candidate;

/// A candidate as Chromium or aiortc read it, in the W3C's names (RTCIceCandidate).
#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Parsed {
    pub foundation: Option<String>,
    pub component: Option<String>,
    pub protocol: Option<String>,
    pub priority: Option<u32>,
    pub address: Option<String>,
    pub port: Option<u16>,
    #[serde(rename = "type")]
    pub candidate_type: Option<String>,
    pub related_address: Option<String>,
    pub related_port: Option<u16>,
    pub tcp_type: Option<String>,
    /// What it said instead of parsing.
    pub error: Option<String>,
}

impl Parsed {
    /// # Panics
    /// Unless it read what the JSON says.
    #[track_caller]
    pub fn assert_is(&self, candidate: &Candidate) {
        let line = &candidate.candidate;
        assert_eq!(self.error, None, "{line}");
        assert_eq!(self.foundation.as_ref(), Some(&candidate.foundation), "{line}");
        assert_eq!(self.component.as_deref(), Some("rtp"), "{line}");
        assert_eq!(candidate.component, 1, "{line}");
        assert_eq!(
            self.protocol.as_ref().map(|name| name.to_lowercase()),
            Some(candidate.protocol.clone()),
            "{line}"
        );
        assert_eq!(self.priority, Some(candidate.priority), "{line}");
        assert_eq!(plain(self.address.as_ref()), Some(candidate.address), "{line}");
        assert_eq!(self.port, Some(candidate.port), "{line}");
        assert_eq!(self.candidate_type.as_ref(), Some(&candidate.candidate_type), "{line}");
        assert_eq!(
            plain(self.related_address.as_ref()),
            candidate.related_address,
            "{line}"
        );
        assert_eq!(self.related_port, candidate.related_port, "{line}");
        assert_eq!(self.tcp_type, candidate.tcp_type, "{line}");
    }
}

/// Chromium writes IPv6 addresses with brackets.
fn plain(address: Option<&String>) -> Option<IpAddr> {
    address?.trim_matches(['[', ']']).parse().ok()
}
