//! The report of `rtcdiag sdp`: each description as it is written, and what holds for each media section.
//!
//! `session` and `media` have what is written where; `effective` has values of the session part filled in.

mod parts;
mod read;

use serde::{Deserialize, Serialize};

use crate::proto::sdp;
use crate::proto::sdp::effective::Bundles;
use crate::proto::sdp::unwrap::Found;
use crate::report::explain::Entry;
use crate::report::sdp_diff::Diff;
use crate::report::sdp_dump::{Pair, Unread};
use crate::report::sdp_explain::Explanation;
use crate::report::sdp_negotiation::Negotiation;

pub use parts::{
    Bandwidth, Candidate, Codec, Common, Connection, Crypto, ExtMap, Fingerprint, Fmtp, Group, Media, Msid, Origin,
    Rid, Rtcp, RtpmapConflict, SctpMap, Session, Simulcast, Ssrc, SsrcGroup,
};
use read::{holding, media, session, time};

/// Everything that was read.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Sdp {
    /// The descriptions, in the order of the files and within them.
    pub descriptions: Vec<Description>,
    /// What an offer and an answer agreed on.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub negotiation: Option<Negotiation>,
    /// What the offers and answers of a dump agreed on, by peer connection.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub pairs: Vec<Pair>,
    /// `--diff`: what changed from the first description to the second.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub diff: Option<Diff>,
    /// `--explain`: each description line by line.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub explanations: Vec<Explanation>,
    /// Inputs that could not be read.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub unread: Vec<Unread>,
    /// Whether text has a list of the descriptions in place of each in full.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub listed: bool,
    /// What the catalog says about the codes of the findings: for SARIF, which tells each rule once.
    #[serde(skip)]
    pub rules: Vec<Entry>,
}

/// One description.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Description {
    /// `offer`, `answer`, `pranswer` or `rollback`, where the input tells.
    #[serde(rename = "type")]
    pub kind: Option<String>,
    /// Where it comes from.
    pub input: Input,
    /// Who made it, as far as the text tells.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub made_by: Option<MadeBy>,
    /// The session part.
    pub session: Session,
    /// The media sections.
    pub media: Vec<Media>,
    /// What holds for each media section.
    pub effective: Vec<Effective>,
}

/// Who made a description: a guess, with what it rests on.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct MadeBy {
    /// `Chrome (libwebrtc)`, `Firefox`, `pion`, …
    pub name: String,
    /// Its version, where it is written.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub version: Option<String>,
    /// Whether it says so itself; else it is its habits that tell.
    pub certain: bool,
    /// What tells.
    pub clues: Vec<String>,
}

/// Where a description comes from.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Input {
    /// The file, `-` for stdin.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub file: String,
    /// Which description it is, from 1 through all files: the number for `--pick`.
    #[serde(default)]
    pub number: usize,
    /// The number of the description before it that has the same text; findings are told of that one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub same_as: Option<usize>,
    /// What it was wrapped in, from the outside in: `raw`, `json`, `base64-json`, `log`, …
    pub wrapper: String,
    /// Where in it: a JSON pointer.
    #[serde(rename = "where", default, skip_serializing_if = "Option::is_none")]
    pub place: Option<String>,
    /// What the wrapping calls it: `setLocalDescription`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub label: Option<String>,
    /// The peer connection, as a dump names it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub connection: Option<String>,
    /// When it was handed over: RFC 3339 where the dump has a time of day, else as it stands there.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub time: Option<String>,
    /// The line of the file at which it begins, from 1.
    pub line: usize,
    /// `crlf`, `lf`, `cr`, `mixed` or `none`.
    pub line_endings: String,
    /// The octets of the SDP.
    pub sdp_bytes: usize,
    /// The lines of the SDP.
    pub lines: usize,
    /// The media sections of the SDP.
    pub sections: usize,
}

/// What holds for a media section: its own values, else those of the session part.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Effective {
    /// From 0.
    pub index: usize,
    /// `a=mid`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub mid: Option<String>,
    /// sendrecv, where nothing is written.
    pub direction: String,
    /// `a=ice-ufrag`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ice_ufrag: Option<String>,
    /// `a=ice-pwd`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ice_pwd: Option<String>,
    /// `a=ice-options`.
    pub ice_options: Vec<String>,
    /// `a=fingerprint`.
    pub fingerprints: Vec<Fingerprint>,
    /// `a=setup`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub setup: Option<String>,
    /// `c=`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub connection: Option<Connection>,
    /// `a=extmap-allow-mixed`.
    pub extmap_allow_mixed: bool,
    /// Whether it is in a BUNDLE group.
    pub bundled: bool,
    /// The index of the section whose transport it uses.
    pub transport: usize,
}

impl Description {
    /// What was found in `file`, read as `sdp`.
    pub fn new(file: &str, found: &Found<'_>, sdp: &sdp::Description<'_>) -> Description {
        let session = session(&sdp.session());
        let media: Vec<Media> = sdp.media().map(|section| media(&section)).collect();
        let bundles = Bundles::of(sdp);
        Description {
            kind: found.kind.map(|kind| kind.name().to_owned()),
            input: Input {
                file: file.to_owned(),
                number: 1,
                same_as: None,
                wrapper: found.wrapper(),
                place: Some(found.place.clone()).filter(|place| !place.is_empty()),
                label: found.label.clone(),
                connection: found.connection.clone(),
                time: found.time.as_deref().map(time),
                line: found.line,
                line_endings: sdp.line_endings().name().to_owned(),
                sdp_bytes: sdp.text().len(),
                lines: sdp.line_count(),
                sections: sdp.media_count(),
            },
            made_by: None,
            effective: media
                .iter()
                .map(|media| holding(&session, media, sdp, &bundles))
                .collect(),
            session,
            media,
        }
    }
}
