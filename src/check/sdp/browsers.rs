//! Which browser refuses a description for what, as far as that was tried.

use super::Profile;
use crate::report::{Finding, Severity};

/// The Chromium that was asked; `fixtures/sdp/mutations.tsv` has its answers, and a test asks again.
pub const CHROMIUM: &str = "Chromium 156";
/// The Firefox that was asked.
pub const FIREFOX: &str = "Firefox 153";

/// What browsers say to a description with a finding, with `…` for what changes from case to case. `None` if they took
/// it, or were not asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Refusal {
    /// The code of the finding.
    pub code: &'static str,
    /// What Chromium's `setRemoteDescription` says.
    pub chromium: Option<&'static str>,
    /// What Firefox's says.
    pub firefox: Option<&'static str>,
}

const fn row(code: &'static str, chromium: Option<&'static str>, firefox: Option<&'static str>) -> Refusal {
    Refusal {
        code,
        chromium,
        firefox,
    }
}

/// Every finding for which a browser refused the whole description, whenever it was asked; by code.
#[rustfmt::skip]
const REFUSALS: &[Refusal] = &[
    row("sdp-answer-direction", Some("Incompatible send direction"), None),
    row("sdp-answer-extmap-clash", Some("RTP extension ID reassignment not supported"), None),
    row("sdp-answer-m-line-count", Some("The order of m-lines in answer doesn't match order in offer."), None),
    row("sdp-answer-m-line-order", Some("The order of m-lines in answer doesn't match order in offer."), None),
    row("sdp-answer-mid-differs", Some("The order of m-lines in answer doesn't match order in offer."), None),
    row("sdp-blank-line", Some("Invalid SDP line."), Some("m-section at level … is missing a=rtcp-mux, which is required by rtcpMuxPolicy")),
    row("sdp-bundle-extmap-clash", Some("A BUNDLE group contains a codec collision for header extension id=…"), None),
    row("sdp-bundle-mid-in-two-groups", Some("A BUNDLE group contains a MID='…' that is already in a BUNDLE group."), Some("mid '…' appears more than once in a BUNDLE group")),
    row("sdp-bundle-mid-twice", None, Some("mid '…' appears more than once in a BUNDLE group")),
    row("sdp-candidate-port", Some("Invalid port"), None),
    row("sdp-connection-missing", None, Some("c= connection line not specified for every media level, validation failed.")),
    row("sdp-extmap-id-invalid", Some("Extension ID is not in valid range."), Some("Description contains invalid extension id … on level … which is unsupported until 2-byte rtp header extensions are supported")),
    row("sdp-extmap-id-needs-two-byte", None, Some("Description contains invalid extension id … on level … which is unsupported until 2-byte rtp header extensions are supported")),
    row("sdp-extmap-id-over-14", None, Some("Description contains invalid extension id … on level … which is unsupported until 2-byte rtp header extensions are supported")),
    row("sdp-extmap-id-reserved", None, Some("Description contains invalid extension id … on level … which is unsupported until 2-byte rtp header extensions are supported")),
    row("sdp-extmap-id-reused", Some("A BUNDLE group contains a codec collision for header extension id=…"), Some("Description contains duplicate extension id … on level …")),
    row("sdp-fingerprint-hash-unknown", Some("Failed to create fingerprint from the digest."), Some("Invalid description, no supported fingerprint algorithms present at level …")),
    row("sdp-fingerprint-missing", Some("Called with SDP without DTLS fingerprint."), Some("Invalid description, no fingerprint attribute at level …")),
    row("sdp-fmtp-for-absent-payload-type", Some("Failed to parse codecs correctly."), None),
    row("sdp-group-unknown-mid", Some("A BUNDLE group contains a MID='…' matching no m= section."), None),
    row("sdp-ice-credentials-missing", Some("Called with SDP without ice-ufrag and ice-pwd."), Some("Invalid description, no ice-ufrag attribute at level …")),
    row("sdp-ice-pwd-length", Some("Invalid ICE parameters: ICE pwd must be between 22 and 256 characters long."), Some("Invalid description, ice-pwd is too short at level …")),
    row("sdp-ice-ufrag-length", Some("Invalid ICE parameters: ICE ufrag must be between 4 and 256 characters long."), Some("Invalid description, ice-ufrag is too short at level …")),
    row("sdp-last-line-unterminated", Some("Invalid SDP line."), None),
    row("sdp-line-ends-cr", Some("Expect line: v="), Some("End of line beyond end of buffer.")),
    row("sdp-mid-duplicate", Some("Duplicate a=mid value '…'."), None),
    row("sdp-missing-origin", Some("Expect line: o="), Some("o= owner line not specified, validation failed.")),
    row("sdp-missing-session-name", Some("Expect line: s="), None),
    row("sdp-missing-timing", Some("Expect line: t="), Some("t= timespec line not specified, validation failed.")),
    row("sdp-payload-type-in-rtcp-range", Some("The media section with MID='…' used an invalid payload type … for codec"), Some("Illegal audio/video payload type \"…\" at level …")),
    row("sdp-payload-type-two-meanings", Some("Duplicate … payload type with conflicting codec name or clock rate."), None),
    row("sdp-plan-b", Some("Failed to add remote stream ssrc: …"), None),
    row("sdp-protocol-changed", None, Some("Invalid port format (…) specified for transport protocol (Unsupported), parse failed.")),
    row("sdp-reoffer-m-line-order", Some("The order of m-lines in subsequent offer doesn't match order from previous offer/answer."), Some("Remote description changes the media type of m-line …")),
    row("sdp-reoffer-m-line-removed", Some("The order of m-lines in subsequent offer doesn't match order from previous offer/answer."), Some("New remote description has fewer m-sections than the previous remote description.")),
    row("sdp-rid-direction", None, Some("No rid attribute for '…'")),
    row("sdp-rid-restriction", None, Some("Malformed at column …")),
    row("sdp-rtcp-fb-for-absent-payload-type", Some("Failed to parse codecs correctly."), None),
    row("sdp-rtcp-mux-missing", Some("rtcp-mux must be enabled when BUNDLE is enabled."), Some("m-section at level … is missing a=rtcp-mux, which is required by rtcpMuxPolicy")),
    row("sdp-rtcp-mux-only-misused", None, Some("m-section at level … is missing a=rtcp-mux, which is required by rtcpMuxPolicy")),
    row("sdp-rtx-apt-absent", Some("Failed to set remote video description send parameters for m-section with mid='…'."), None),
    row("sdp-rtx-without-apt", Some("Failed to set remote video description send parameters for m-section with mid='…'."), None),
    row("sdp-sctp-format", Some("sctp-port attribute can't be used with sctpmap."), Some("No webrtc-datachannel token in m= media line, parse failed.")),
    row("sdp-setup-actpass-in-answer", Some("Answerer must use either active or passive value for setup attribute."), None),
    row("sdp-setup-holdconn", None, Some("Invalid description, illegal setup attribute \"holdconn\" at level …")),
    row("sdp-setup-missing", None, Some("Invalid offer, no setup attribute at level …")),
    row("sdp-simulcast-draft", None, Some("Rid can contain only alphanumeric characters")),
    row("sdp-simulcast-undefined-rid", None, Some("No rid attribute for '…'")),
    row("sdp-ssrc-group-undeclared-ssrc", Some("Failed to add remote stream ssrc: …"), None),
];

/// What browsers said to one case of a rule whose cases they do not all refuse alike; by code and case. A case without
/// a row was accepted, or not asked.
#[rustfmt::skip]
const CASES: &[(&str, Refusal)] = &[
    ("receive", row("sdp-answer-direction", Some("Incompatible receive direction"), None)),
    ("send", row("sdp-answer-direction", Some("Incompatible send direction"), None)),
    ("unknown", row("sdp-candidate-transport-unknown", Some("Unsupported transport type"), None)),
    ("count", row("sdp-fid-group-broken", Some("The media section with MID='…' has a ssrc-group with semantics FID and an unexpected number of SSRCs."), None)),
    ("colons", row("sdp-fingerprint-malformed", Some("Failed to create fingerprint from the digest."), Some("Malformed fingerprint token"))),
    ("pwd", row("sdp-ice-credentials-characters", Some("Invalid ICE parameters: ICE pwd must contain only alphanumeric characters, '+', and '/'."), None)),
    ("pwd", row("sdp-ice-credentials-missing", Some("Called with SDP without ice-ufrag and ice-pwd."), Some("Invalid description, no ice-pwd attribute at level …"))),
    ("changed", row("sdp-reoffer-extmap-changed", Some("RTP extension ID reassignment not supported"), None)),
    ("unbundled", row("sdp-rtcp-mux-missing", None, Some("m-section at level … is missing a=rtcp-mux, which is required by rtcpMuxPolicy"))),
    ("alone", row("sdp-rtcp-mux-only-misused", Some("rtcp-mux must be enabled when BUNDLE is enabled."), Some("m-section at level … is missing a=rtcp-mux, which is required by rtcpMuxPolicy"))),
    ("unbundled", row("sdp-rtcp-mux-only-misused", None, Some("m-section at level … is missing a=rtcp-mux, which is required by rtcpMuxPolicy"))),
    ("empty", row("sdp-simulcast-malformed", Some("Malformed simulcast line: Simulcast alternative layer list is empty."), Some("Missing rid at column …"))),
    ("lines", row("sdp-simulcast-malformed", Some("Multiple Simulcast attributes specified."), None)),
    ("mid", row("sdp-trailing-blank", Some("Illegal character found in the value of mid"), None)),
];

/// What Firefox quotes there depends on the lines that it did not read.
const UNQUOTED: &str = "sdp-blank-line";

/// What browsers say to this case of a rule; the case `""` is the one of which all descriptions were refused.
fn verdict(code: &str, case: &str) -> Option<&'static Refusal> {
    match case {
        "" => refusal(code),
        _ => CASES
            .iter()
            .find(|(own, refusal)| *own == case && refusal.code == code)
            .map(|(_, refusal)| refusal),
    }
}

/// Says of a finding which browsers refuse the description for it, and makes it an error where the browser of the
/// profile does, or all of them.
pub(super) fn judge(finding: &mut Finding, case: &str, profile: Profile) {
    if finding.severity == Severity::Info {
        return;
    }
    if let Some(said) = sentence(&finding.code, case, profile) {
        finding.summary.push(' ');
        finding.summary.push_str(&said);
    }
    if refused_by(&finding.code, case, profile) {
        finding.severity = Severity::Error;
    }
}

/// What browsers say to a finding with this code, whenever they were asked.
pub fn refusal(code: &str) -> Option<&'static Refusal> {
    let at = REFUSALS.binary_search_by(|refusal| refusal.code.cmp(code)).ok()?;
    Some(&REFUSALS[at])
}

/// The sentences for a summary: what the browsers of the profile say.
fn sentence(code: &str, case: &str, profile: Profile) -> Option<String> {
    let refusal = verdict(code, case)?;
    let chromium = refusal.chromium.map(|said| match profile {
        Profile::Safari => format!("{CHROMIUM}, whose WebRTC library Safari has too, refuses it: `{said}`."),
        _ => format!("{CHROMIUM} refuses it: `{said}`."),
    });
    let firefox = refusal.firefox.map(|said| match code {
        UNQUOTED => format!("{FIREFOX} refuses it."),
        _ => format!("{FIREFOX} refuses it: `{said}`."),
    });
    let said: Vec<String> = match profile {
        Profile::Sip => return None,
        Profile::WebRtc => chromium.into_iter().chain(firefox).collect(),
        Profile::Chrome | Profile::Safari => chromium.into_iter().collect(),
        Profile::Firefox => firefox.into_iter().collect(),
    };
    (!said.is_empty()).then(|| said.join(" "))
}

/// Whether the browser of the profile refuses the description; if it is for all, whether all do.
fn refused_by(code: &str, case: &str, profile: Profile) -> bool {
    verdict(code, case).is_some_and(|refusal| match profile {
        Profile::Chrome => refusal.chromium.is_some(),
        Profile::Firefox => refusal.firefox.is_some(),
        Profile::WebRtc => refusal.chromium.is_some() && refusal.firefox.is_some(),
        Profile::Sip | Profile::Safari => false,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::check::catalog::sdp_lint;

    #[test]
    fn the_table_is_in_order_and_about_rules() {
        for pair in REFUSALS.windows(2) {
            assert!(pair[0].code < pair[1].code, "{} before {}", pair[0].code, pair[1].code);
        }
        // The grammar's own findings have their codes from `proto::sdp`.
        const DAMAGE: [&str; 4] = [
            "sdp-blank-line",
            "sdp-missing-origin",
            "sdp-missing-session-name",
            "sdp-missing-timing",
        ];
        for refusal in REFUSALS {
            let rule = sdp_lint::ALL.iter().any(|entry| entry.code == refusal.code);
            assert!(rule || DAMAGE.contains(&refusal.code), "{}", refusal.code);
        }
        for (case, refusal) in CASES {
            assert!(
                sdp_lint::ALL.iter().any(|entry| entry.code == refusal.code),
                "{}",
                refusal.code
            );
            assert_eq!(
                verdict(refusal.code, case),
                Some(refusal),
                "twice: {} {case}",
                refusal.code
            );
        }
    }
}
