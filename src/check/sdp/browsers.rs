//! Which browser refuses a description for what, as far as that was tried.

use super::Profile;

/// The Chromium that was asked; `fixtures/sdp/mutations.tsv` has its answers, and a test asks again.
pub const CHROMIUM: &str = "Chromium 156";

/// What a browser says to a description with this finding.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Refusal {
    /// The code of the finding.
    pub code: &'static str,
    /// What Chromium's `setRemoteDescription` says, from its beginning; names and numbers of the case left out.
    pub chromium: &'static str,
}

/// Every finding for which Chromium refused the whole description, by code.
const REFUSALS: &[Refusal] = &[];

/// What Chromium says to a finding with this code; `None` if it took the description, or was not asked.
pub fn refusal(code: &str) -> Option<&'static Refusal> {
    let at = REFUSALS.binary_search_by(|refusal| refusal.code.cmp(code)).ok()?;
    Some(&REFUSALS[at])
}

/// The sentence for a summary.
pub(super) fn sentence(code: &str, profile: Profile) -> Option<String> {
    if matches!(profile, Profile::Sip | Profile::Firefox) {
        return None;
    }
    let said = refusal(code)?.chromium;
    Some(match profile {
        Profile::Safari => format!("{CHROMIUM}, whose WebRTC library Safari shares, refuses it: \"{said}\"."),
        _ => format!("{CHROMIUM} refuses it: \"{said}\"."),
    })
}

/// Whether the browser of the profile refuses the description.
pub(super) fn refused_by(code: &str, profile: Profile) -> bool {
    profile == Profile::Chrome && refusal(code).is_some()
}
