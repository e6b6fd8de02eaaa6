//! What well-formed lines of a session description mean together: the rules of JSEP (RFC 9429) and the RFCs under it.
//!
//! [`lint`] judges one description, [`lint_pair`] an answer against its offer, [`lint_reoffer`] a new offer against the
//! one before. [`judge`] adds to the first what the wrapping did and damage to the grammar; where a rule tells more about
//! a line, the damage is left out. All of it takes time by the number of lines.

mod agreement;
mod browsers;
mod bundle;
mod candidates;
mod cut;
pub mod diff;
mod dtls;
pub mod explain;
mod form;
mod ice;
mod line_ends;
pub mod negotiate;
pub mod origin;
mod out;
mod pair;
mod part;
mod payload;
mod reoffer;
mod rtp;
mod sctp;
mod session;
mod simulcast;
mod values;

pub use browsers::{CHROMIUM, FIREFOX, Refusal, refusal};
pub use pair::{lint_negotiated, lint_pair};
pub use reoffer::lint_reoffer;

use std::collections::HashSet;

use crate::proto::sdp::effective::Bundles;
use crate::proto::sdp::unwrap::{Damage, DescriptionType};
use crate::proto::sdp::{self, Defect, DefectKind, Defects, Description, Setup};
use crate::report::{Finding, Severity};
use cut::Cut;
use out::Out;
use part::{Part, Transport};

/// In the evidence of findings about two descriptions, the number of the first: the offer, or the one before.
pub const FIRST: u64 = 1;
/// The number of the second: the answer, or the one after.
pub const SECOND: u64 = 2;

/// For whom the description is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Profile {
    /// Any WebRTC endpoint (RFC 8834, RFC 9429).
    WebRtc,
    /// SIP and other users of offer and answer: no ICE, no DTLS and no BUNDLE is demanded.
    Sip,
    /// Chrome, Edge and everything else that is Chromium.
    Chrome,
    /// Firefox.
    Firefox,
    /// Safari, which has the same WebRTC library as Chrome.
    Safari,
}

impl Profile {
    /// As it is written after `--profile`.
    pub const fn name(self) -> &'static str {
        match self {
            Profile::WebRtc => "webrtc",
            Profile::Sip => "sip",
            Profile::Chrome => "chrome",
            Profile::Firefox => "firefox",
            Profile::Safari => "safari",
        }
    }

    /// Whether the rules of WebRTC hold.
    pub const fn is_webrtc(self) -> bool {
        !matches!(self, Profile::Sip)
    }

    /// The profile that fits a description: WebRTC if a media section has `UDP/TLS/RTP/SAVPF`, a data channel, or
    /// `RTP/SAVPF` (as Jitsi writes it) where there is a DTLS fingerprint, or any protocol where there are a DTLS
    /// fingerprint and ICE credentials; else SIP.
    pub fn of(description: &Description<'_>) -> Profile {
        let protocols = || description.media().filter_map(|section| section.media());
        let webrtc = protocols()
            .any(|media| media.protocol.ends_with("TLS/RTP/SAVPF") || (media.is_sctp() && media.is_dtls()))
            || ["fingerprint", "ice-ufrag"]
                .iter()
                .all(|name| description.lines().any(|line| line.is_attribute(name)))
            || (protocols().any(|media| media.protocol == "RTP/SAVPF")
                && description.lines().any(|line| line.is_attribute("fingerprint")));
        match webrtc {
            true => Profile::WebRtc,
            false => Profile::Sip,
        }
    }
}

/// What is known about a description besides its text.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct LintContext {
    /// What it is; `None` where nobody said. Then `a=setup` tells, as far as it can.
    pub sdp_type: Option<DescriptionType>,
    /// For whom it is; `None` for [`Profile::of`] the description.
    pub profile: Option<Profile>,
}

/// A description with what the rules need to know about it.
pub(crate) struct Subject<'d> {
    profile: Profile,
    sdp_type: Option<DescriptionType>,
    session: Part<'d>,
    /// `a=extmap-allow-mixed` for all sections.
    mixed: bool,
    bundles: Bundles<'d>,
}

impl<'d> Subject<'d> {
    fn new(description: &'d Description<'d>, context: &LintContext) -> Subject<'d> {
        let session = Part::of(&description.session());
        Subject {
            profile: context.profile.unwrap_or_else(|| Profile::of(description)),
            sdp_type: context.sdp_type,
            mixed: session.flag("extmap-allow-mixed").is_some(),
            session,
            bundles: Bundles::of(description),
        }
    }

    fn is_webrtc(&self) -> bool {
        self.profile.is_webrtc()
    }

    /// What it is: as the context says, else as `a=setup` gives it away. An `actpass` that says "answer" in its context
    /// stays an answer.
    fn guessed_type(&self, transports: &[Transport<'_>]) -> Option<DescriptionType> {
        self.sdp_type.or_else(|| {
            let session = self.session.setups.first().map(|(_, setup)| *setup);
            let setup = transports
                .iter()
                .find_map(|one| one.setup.map(|(_, setup)| setup))
                .or(session);
            match setup? {
                Setup::ActPass => Some(DescriptionType::Offer),
                Setup::Active | Setup::Passive => Some(DescriptionType::Answer),
                Setup::HoldConn => None,
            }
        })
    }
}

/// Everything there is to say about one description: what its wrapping did to it, its form, and the rules.
pub fn judge(description: &Description<'_>, damage: &[Damage], context: &LintContext) -> Vec<Finding> {
    let cut = Cut::of(description, damage);
    let rules = rules(description, context, cut.as_ref());
    let defects = untold(sdp::defects(description), &rules);
    let profile = context.profile.unwrap_or_else(|| Profile::of(description));
    let mut all = form::check(description, &defects, damage, cut.as_ref(), profile);
    all.extend(rules);
    all
}

/// What the rules find in one description.
pub fn lint(description: &Description<'_>, context: &LintContext) -> Vec<Finding> {
    rules(description, context, Cut::of(description, &[]).as_ref())
}

fn rules(description: &Description<'_>, context: &LintContext, cut: Option<&Cut>) -> Vec<Finding> {
    let subject = Subject::new(description, context);
    let mut out = Out::new(subject.profile).cut_at(cut.cloned());
    let mut transports = Vec::new();
    let mut sections = session::Sections::default();
    let mut bundled = bundle::Shared::default();
    line_ends::check(description, &mut out);
    session::check_session(&subject, &mut out);
    ice::check_values(&subject.session, &mut out);
    dtls::check_values(&subject.session, &mut out);
    rtp::check_extensions(&subject.session, subject.mixed, &mut out);
    for section in description.media() {
        let part = Part::of(&section);
        sections.check(&subject, &part, &mut out);
        if !part.is_rejected() {
            ice::check_values(&part, &mut out);
            dtls::check_values(&part, &mut out);
            dtls::check_section(&subject, &part, &mut out);
            payload::check(&subject, &part, &mut out);
            values::check_parameters(&part, &mut out);
            values::check_restrictions(&part, &mut out);
            rtp::check(&subject, &part, &mut out);
            simulcast::check(&part, &mut out);
            candidates::check(&part, &mut out);
            sctp::check(&part, &mut out);
            bundled.check(&subject, &part, &mut out);
        }
        transports.push(Transport::of(&part));
    }
    let sdp_type = subject.guessed_type(&transports);
    bundle::check(&subject, sdp_type, &transports, &mut out);
    ice::check(&subject, &transports, &mut out);
    dtls::check(&subject, &transports, &mut out);
    candidates::check_all(&subject, &transports, &mut out);
    out.finish()
}

/// Warnings that are about all that is wrong with a line; browsers take it.
const TELLS_ALL: [&str; 1] = ["sdp-candidate-foundation-missing"];

/// The defects that no finding of the lint tells more about: `a=fingerprint:sha-256 12` is a malformed fingerprint, and
/// needs no second finding about a value that cannot be read. A finding tells no more about what is worse than itself.
fn untold<'a>(defects: Defects<'a>, findings: &[Finding]) -> Defects<'a> {
    let mut told: HashSet<u64> = HashSet::new();
    for finding in findings.iter().filter(|finding| finding.severity > Severity::Info) {
        let whole = TELLS_ALL.contains(&finding.code.as_str());
        for evidence in &finding.evidence {
            let attribute = evidence.value.as_deref().unwrap_or("");
            let name = attribute.strip_prefix("a=").and_then(|text| text.split(':').next());
            if whole || finding.severity >= name.map_or(Severity::Error, form::severity_of) {
                told.extend(evidence.line);
            }
        }
    }
    let is_told = |defect: &Defect<'_>| defect.kind == DefectKind::BadAttribute && told.contains(&(defect.line as u64));
    let mut rest = Defects::default();
    let Defects { list, counts } = defects;
    let before = list.len();
    rest.list = list.into_iter().filter(|defect| !is_told(defect)).collect();
    let dropped = before - rest.list.len();
    rest.counts = counts;
    for (kind, count) in &mut rest.counts {
        if *kind == DefectKind::BadAttribute {
            *count -= dropped;
        }
    }
    rest.counts.retain(|(_, count)| *count > 0);
    rest
}

/// Whether a description of this type answers.
const fn is_answer(sdp_type: DescriptionType) -> bool {
    matches!(sdp_type, DescriptionType::Answer | DescriptionType::PrAnswer)
}
