//! What is made of several descriptions together, and of one at length: negotiation, `--diff`, `--explain`.

use std::collections::BTreeSet;

use crate::check::catalog;
use crate::check::sdp::diff::diff;
use crate::check::sdp::explain::explain;
use crate::check::sdp::negotiate::negotiate;
use crate::check::sdp::{LintContext, Profile, lint_negotiated, lint_reoffer, number};
use crate::cli;
use crate::error::Error;
use crate::proto::sdp::Description;
use crate::proto::sdp::unwrap::{DescriptionType, Found};
use crate::report::Finding;
use crate::report::explain::Entry;
use crate::report::sdp::Sdp;

/// What the catalog says about the codes of the findings, each once.
pub(super) fn rules(findings: &[Finding]) -> Vec<Entry> {
    let codes: BTreeSet<&str> = findings.iter().map(|finding| finding.code.as_str()).collect();
    codes.into_iter().filter_map(catalog::find).map(Entry::from).collect()
}

/// What the rules are told about a description besides its text.
pub(super) fn context(options: &cli::Sdp, sdp_type: Option<DescriptionType>) -> LintContext {
    let profile = options.profile.map(|profile| match profile {
        cli::Profile::Webrtc => Profile::WebRtc,
        cli::Profile::Sip => Profile::Sip,
        cli::Profile::Chrome => Profile::Chrome,
        cli::Profile::Firefox => Profile::Firefox,
        cli::Profile::Safari => Profile::Safari,
    });
    LintContext { sdp_type, profile }
}

/// The descriptions that were taken, each parsed once.
pub(super) struct Texts<'t>(Vec<Text<'t>>);

struct Text<'t> {
    file: &'t str,
    kind: Option<DescriptionType>,
    description: Description<'t>,
}

impl<'t> Texts<'t> {
    /// What was taken, with the names of the files.
    pub(super) fn of(taken: &'t [(&'t str, Found<'t>)]) -> Texts<'t> {
        let text = |(file, found): &'t (&'t str, Found<'t>)| Text {
            file,
            kind: found.kind,
            description: Description::parse(&found.sdp),
        };
        Texts(taken.iter().map(text).collect())
    }

    /// The description at `index`.
    pub(super) fn description(&self, index: usize) -> &Description<'t> {
        &self.0[index].description
    }

    /// What each of them is: as its wrapping says, else by its place in a pair.
    pub(super) fn kinds(&self, options: &cli::Sdp) -> Vec<Option<DescriptionType>> {
        let mut kinds: Vec<_> = self.0.iter().map(|text| text.kind).collect();
        if let Some((offer, answer)) = self.pair().filter(|_| !options.diff) {
            kinds[offer].get_or_insert(DescriptionType::Offer);
            kinds[answer].get_or_insert(DescriptionType::Answer);
        }
        kinds
    }

    /// Adds what was asked for to the report.
    pub(super) fn look_at(&self, options: &cli::Sdp, report: &mut Sdp) -> Result<(), Error> {
        if options.explain {
            let texts = self.0.iter().enumerate();
            report.explanations = texts.map(|(index, text)| explain(&text.description, index)).collect();
        }
        if options.diff {
            let [before, after] = self.0.as_slice() else {
                return Err(
                    Error::new(format!("two descriptions are needed, there are {}", self.0.len()))
                        .at("--diff")
                        .hint("name two files with one description each, or take two with --pick"),
                );
            };
            report.diff = Some(diff(&before.description, &after.description));
        } else if let Some((offer, answer)) = self.pair() {
            report.negotiation = Some(negotiate(self.description(offer), self.description(answer)));
        }
        Ok(())
    }

    /// What two descriptions break together: a re-offer the session before it, an answer its offer.
    pub(super) fn lint_together(&self, options: &cli::Sdp, report: &Sdp) -> Vec<Finding> {
        match (&report.negotiation, self.pair(), self.0.as_slice()) {
            (Some(negotiation), Some((offer, answer)), _) => {
                let context = context(options, self.0[answer].kind);
                let (one, other) = (self.description(offer), self.description(answer));
                let mut findings = lint_negotiated(one, other, negotiation, &context);
                number(&mut findings, offer as u64 + 1, answer as u64 + 1);
                findings
            }
            (None, _, [before, after]) if options.diff => {
                lint_reoffer(&before.description, &after.description, &context(options, after.kind))
            }
            _ => Vec::new(),
        }
    }

    /// Takes the numbers of descriptions out of findings where there is one description only.
    pub(super) fn place(&self, findings: &mut [Finding]) {
        if self.0.len() < 2 {
            let evidence = findings.iter_mut().flat_map(|finding| &mut finding.evidence);
            evidence.for_each(|fact| fact.description = None);
        }
    }

    /// The places of the offer and of the answer, if these are what was read: by their types, else by their order.
    fn pair(&self) -> Option<(usize, usize)> {
        let [one, other] = self.0.as_slice() else {
            return None;
        };
        let is_answer = |kind| matches!(kind, Some(DescriptionType::Answer | DescriptionType::PrAnswer));
        let is_offer = |kind| kind == Some(DescriptionType::Offer);
        match (one.kind, other.kind) {
            (Some(DescriptionType::Rollback), _) | (_, Some(DescriptionType::Rollback)) => None,
            (first, second) if is_answer(first) && !is_answer(second) => Some((1, 0)),
            (first, second) if is_offer(second) && !is_offer(first) => Some((1, 0)),
            // Two offers of one dump are no pair; two files are what the user says they are.
            (first, second) if first.is_some() && first == second && one.file == other.file => None,
            _ => Some((0, 1)),
        }
    }
}
