//! Calls that real peers make between themselves: their offers and answers, and what they say was agreed on.

use std::io::Write;
use std::process::{Command, Stdio};

use serde::{Deserialize, Serialize};

use super::browser::{Kind, run_in};
use super::peer::output;

/// An `RTCSessionDescriptionInit`.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Description {
    #[serde(rename = "type")]
    pub sdp_type: String,
    pub sdp: String,
}

/// Which call to make; `tests/support/peers` has them by name.
#[derive(Clone, Debug, Serialize)]
pub struct Wanted<'a> {
    pub name: &'a str,
    /// Somebody else's offer, to be answered.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub offer: Option<&'a Description>,
}

impl Wanted<'_> {
    /// These calls, with both sides by the same peer.
    pub fn all<'a>(names: &[&'a str]) -> Vec<Wanted<'a>> {
        names.iter().map(|name| Wanted { name, offer: None }).collect()
    }
}

/// A call as it was made.
#[derive(Clone, Debug, Deserialize)]
pub struct Call {
    pub name: String,
    pub offer: Description,
    pub answer: Description,
    /// Absent where the offer is somebody else's.
    pub offerer: Option<Facts>,
    pub answerer: Option<Facts>,
}

/// What a side says of itself, in the W3C's names.
#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Facts {
    pub transceivers: Vec<Transceiver>,
    /// `RTCSctpTransport`: the largest message that it may send.
    pub max_message_size: Option<f64>,
    pub connected: bool,
    /// `outbound-rtp` with its codec.
    pub sent: Vec<Sent>,
    pub dtls_role: Option<String>,
    pub ice_role: Option<String>,
}

/// `RTCRtpTransceiver`, with `getParameters` of its sender.
#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Transceiver {
    pub mid: String,
    pub kind: String,
    pub current_direction: Option<String>,
    pub codecs: Vec<Codec>,
    pub rids: Vec<String>,
    /// Absent where the peer does not tell.
    pub header_extensions: Option<Vec<HeaderExtension>>,
}

#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Codec {
    pub payload_type: u64,
    pub mime_type: String,
}

#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Deserialize)]
pub struct HeaderExtension {
    pub uri: String,
    pub id: u64,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Sent {
    pub mid: Option<String>,
    pub kind: String,
    pub rid: Option<String>,
    pub payload_type: u64,
}

/// What became of a call.
#[derive(Deserialize)]
#[serde(untagged)]
enum Made {
    Call(Call),
    Refused { refused: String },
}

/// Calls of a browser.
pub fn of_browser(kind: Kind, wanted: &[Wanted<'_>]) -> Result<Vec<Call>, String> {
    answers_of_browser(kind, wanted)?.into_iter().collect()
}

/// Calls of a browser, which may refuse somebody else's offers.
pub fn answers_of_browser(kind: Kind, wanted: &[Wanted<'_>]) -> Result<Vec<Result<Call, String>>, String> {
    let json = serde_json::to_string(wanted).map_err(|error| error.to_string())?;
    let json = json.replace('<', "\\u003c");
    let script = include_str!("peers/sdp_calls.js");
    let made = run_in(kind, &format!("const wanted = {json};\n{script}"))?;
    let made: Vec<Made> = serde_json::from_value(made).map_err(|error| error.to_string())?;
    let told = made.into_iter().map(|made| match made {
        Made::Call(call) => Ok(call),
        Made::Refused { refused } => Err(refused),
    });
    Ok(told.collect())
}

/// Calls of aiortc.
pub fn of_aiortc(wanted: &[Wanted<'_>]) -> Result<Vec<Call>, String> {
    let python = std::env::var("RTCDIAG_PYTHON").unwrap_or_else(|_| "python3".to_owned());
    output(Command::new(&python).args(["-c", "import aiortc"]))?;
    let mut child = Command::new(&python)
        .args(["-c", include_str!("peers/sdp_calls.py")])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .map_err(|error| format!("{python}: {error}"))?;
    let json = serde_json::to_vec(wanted).map_err(|error| error.to_string())?;
    if let Some(mut stdin) = child.stdin.take() {
        stdin.write_all(&json).map_err(|error| error.to_string())?;
    }
    let made = child.wait_with_output().map_err(|error| error.to_string())?;
    serde_json::from_slice(&made.stdout).map_err(|error| error.to_string())
}
