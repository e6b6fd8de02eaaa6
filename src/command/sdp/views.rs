//! What is made of the descriptions that were taken: findings about each, and what they are together: negotiation,
//! `--diff`, `--explain`.

use std::collections::{BTreeSet, HashMap};

use super::Taken;
use crate::check::catalog;
use crate::check::sdp::diff::diff;
use crate::check::sdp::explain::explain;
use crate::check::sdp::negotiate::negotiate;
use crate::check::sdp::{FIRST, LintContext, Profile, judge, lint_negotiated, lint_reoffer};
use crate::cli;
use crate::error::Error;
use crate::proto::sdp::Description;
use crate::proto::sdp::unwrap::{DescriptionType, Found};
use crate::report::explain::Entry;
use crate::report::sdp::Sdp;
use crate::report::sdp_dump::Pair;
use crate::report::sdp_negotiation::Negotiation;
use crate::report::{Evidence, Finding, Place};

/// So many different descriptions are shown in full; of more there is a list first.
pub(super) const FEW: usize = 2;

/// What the catalog says about the codes of the findings, each once.
pub(super) fn rules(findings: &[Finding]) -> Vec<Entry> {
    let codes: BTreeSet<&str> = findings.iter().map(|finding| finding.code.as_str()).collect();
    codes.into_iter().filter_map(catalog::find).map(Entry::from).collect()
}

/// What the rules are told about a description besides its text.
fn context(options: &cli::Sdp, sdp_type: Option<DescriptionType>) -> LintContext {
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
pub(super) struct Texts<'t> {
    list: Vec<Text<'t>>,
    /// The first of each text, in order.
    distinct: Vec<usize>,
    /// Whether there are several in the inputs, so that findings must say which they are about.
    several: bool,
}

struct Text<'t> {
    taken: &'t Taken<'t>,
    description: Description<'t>,
    /// The first one with the same text, if it is another one.
    same_as: Option<usize>,
    /// What it is, as its wrapping or that of another one with the same text says.
    kind: Option<DescriptionType>,
}

impl Text<'_> {
    fn found(&self) -> &Found<'_> {
        &self.taken.found
    }
}

impl<'t> Texts<'t> {
    /// What was taken, of so many descriptions.
    pub(super) fn of(taken: &'t [Taken<'t>], count: usize) -> Texts<'t> {
        // Two files are what the user says they are, even with the same text.
        let two_files = matches!(taken, [one, other] if one.file != other.file);
        let mut first: HashMap<&str, usize> = HashMap::new();
        let mut list: Vec<Text<'_>> = Vec::with_capacity(taken.len());
        for (index, one) in taken.iter().enumerate() {
            let before = *first.entry(&one.found.sdp).or_insert(index);
            list.push(Text {
                taken: one,
                description: Description::parse(&one.found.sdp),
                same_as: Some(before).filter(|before| *before != index && !two_files),
                kind: one.found.kind,
            });
            if !two_files {
                list[before].kind = list[before].kind.or(one.found.kind);
            }
        }
        let is_first = |index: &usize| list[*index].same_as.is_none();
        Texts {
            distinct: (0..list.len()).filter(is_first).collect(),
            several: count > 1,
            list,
        }
    }

    /// The description at `index`.
    pub(super) fn description(&self, index: usize) -> &Description<'t> {
        &self.list[index].description
    }

    /// The first description with the same text as that at `index`, if it is another one.
    pub(super) fn same_as(&self, index: usize) -> Option<usize> {
        self.list[index].same_as
    }

    /// How many different texts there are.
    pub(super) fn distinct(&self) -> usize {
        self.distinct.len()
    }

    /// What the description at `index` is: as its wrapping says, else by its place in a pair.
    fn kind(&self, index: usize, options: &cli::Sdp) -> Option<DescriptionType> {
        self.list[index].kind.or_else(|| {
            let (offer, answer) = self.pair().filter(|_| !options.diff)?;
            match index {
                _ if index == offer => Some(DescriptionType::Offer),
                _ if index == answer => Some(DescriptionType::Answer),
                _ => None,
            }
        })
    }

    /// What is wrong with each description by itself; of those with the same text with the first one.
    pub(super) fn judge(&self, options: &cli::Sdp) -> Vec<Finding> {
        let mut all = Vec::new();
        for &index in &self.distinct {
            let text = &self.list[index];
            let kind = self.kind(index, options);
            // A rollback has no SDP.
            if kind == Some(DescriptionType::Rollback) && text.found().sdp.is_empty() {
                continue;
            }
            let mut findings = judge(&text.description, &text.found().damage, &context(options, kind));
            self.tell(index, kind, &mut findings);
            all.extend(findings);
        }
        all
    }

    /// Says of findings which description they are about.
    fn name(&self, index: usize, kind: Option<DescriptionType>, findings: &mut [Finding]) {
        let number = self.list[index].taken.number;
        let name = match kind {
            Some(kind) => format!("{} (description {number})", kind.name()),
            None => format!("description {number}"),
        };
        for finding in findings {
            finding.subject = match finding.subject.is_empty() {
                true => name.clone(),
                false => format!("{name}, {}", finding.subject),
            };
        }
    }

    /// Says of findings about one description, and of each line under them, which it is.
    fn tell(&self, index: usize, kind: Option<DescriptionType>, findings: &mut [Finding]) {
        self.name(index, kind, findings);
        let facts = findings.iter_mut().flat_map(|finding| &mut finding.evidence);
        facts
            .filter(|fact| fact.line.is_some())
            .for_each(|fact| self.place(index, fact));
    }

    /// Says of each fact under a finding about two descriptions which of them it is of: the rules know the first and the
    /// second.
    fn place_pair(&self, first: usize, second: usize, finding: &mut Finding) {
        for fact in finding.evidence.iter_mut().filter(|fact| fact.description.is_some()) {
            let index = if fact.description == Some(FIRST) { first } else { second };
            self.place(index, fact);
        }
    }

    /// Says of a fact that it is of this description, where there are several, and where its line stands in the file.
    fn place(&self, index: usize, fact: &mut Evidence) {
        let number = self.list[index].taken.number as u64;
        let places = &self.list[index].found().places;
        fact.description = Some(number).filter(|_| self.several);
        let line = fact.line.and_then(|line| usize::try_from(line).ok()?.checked_sub(1));
        fact.in_file = line.and_then(|line| places.get(line)).map(|(line, column)| Place {
            line: *line as u64,
            column: *column as u64,
        });
    }

    /// Adds what was asked for to the report.
    pub(super) fn look_at(&self, options: &cli::Sdp, report: &mut Sdp) -> Result<(), Error> {
        if options.explain {
            let explained = |index: &usize| explain(self.description(*index), *index);
            report.explanations = self.distinct.iter().map(explained).collect();
        }
        if options.diff {
            let [before, after] = self.list.as_slice() else {
                return Err(
                    Error::new(format!("two descriptions are needed, there are {}", self.list.len()))
                        .at("--diff")
                        .hint("name two files with one description each, or take two with --pick"),
                );
            };
            report.diff = Some(diff(&before.description, &after.description));
        } else if let Some((offer, answer)) = self.pair() {
            report.negotiation = Some(negotiate(self.description(offer), self.description(answer)));
        } else if options.pick.is_empty() {
            report.pairs = self.pairs();
        }
        Ok(())
    }

    /// What two descriptions break together: a re-offer the session before it, an answer its offer.
    pub(super) fn lint_together(&self, options: &cli::Sdp, report: &Sdp) -> Vec<Finding> {
        let answer_to = |offer: usize, answer: usize, negotiation: &Negotiation| {
            let context = context(options, self.list[answer].kind);
            let (one, other) = (self.description(offer), self.description(answer));
            let mut findings = lint_negotiated(one, other, negotiation, &context);
            findings
                .iter_mut()
                .for_each(|finding| self.place_pair(offer, answer, finding));
            findings
        };
        if let (Some(_), [before, after]) = (&report.diff, self.list.as_slice()) {
            let context = context(options, after.kind);
            let mut findings = lint_reoffer(&before.description, &after.description, &context);
            findings.iter_mut().for_each(|finding| self.place_pair(0, 1, finding));
            return findings;
        }
        if let (Some(negotiation), Some((offer, answer))) = (&report.negotiation, self.pair()) {
            return answer_to(offer, answer, negotiation);
        }
        let at = |number: usize| self.list.iter().position(|text| text.taken.number == number);
        let mut all = Vec::new();
        for pair in &report.pairs {
            let (Some(offer), Some(answer)) = (at(pair.offer), at(pair.answer)) else {
                continue;
            };
            let mut findings = answer_to(offer, answer, &pair.negotiation);
            self.name(answer, Some(DescriptionType::Answer), &mut findings);
            all.extend(findings);
        }
        all
    }

    /// The places of the offer and of the answer, if these are what was read: by their types, else by their order.
    fn pair(&self) -> Option<(usize, usize)> {
        let [first, second] = self.distinct[..] else {
            return None;
        };
        let (one, other) = (&self.list[first], &self.list[second]);
        let is_answer = |kind| matches!(kind, Some(DescriptionType::Answer | DescriptionType::PrAnswer));
        let is_offer = |kind| kind == Some(DescriptionType::Offer);
        match (one.kind, other.kind) {
            (Some(DescriptionType::Rollback), _) | (_, Some(DescriptionType::Rollback)) => None,
            (kind, next) if is_answer(kind) && !is_answer(next) => Some((second, first)),
            (kind, next) if is_offer(next) && !is_offer(kind) => Some((second, first)),
            // Two offers of one dump are no pair; two files are what the user says they are.
            (kind, next) if kind.is_some() && kind == next && one.taken.file == other.taken.file => None,
            _ => Some((first, second)),
        }
    }

    /// The last answer of each peer connection with the offer before it; those with the same texts once.
    fn pairs(&self) -> Vec<Pair> {
        let mut calls: Vec<Call<'_>> = Vec::new();
        let mut places: HashMap<(&str, &str), usize> = HashMap::new();
        for (index, text) in self.list.iter().enumerate() {
            let Some(connection) = text.found().connection.as_deref() else {
                continue;
            };
            let at = *places.entry((text.taken.file, connection)).or_insert_with(|| {
                calls.push(Call {
                    connection,
                    offer: None,
                    answered: None,
                });
                calls.len() - 1
            });
            let first = text.same_as.unwrap_or(index);
            match text.kind {
                Some(DescriptionType::Offer) => calls[at].offer = Some(first),
                Some(DescriptionType::Answer) => {
                    let answered = calls[at].offer.map(|offer| (offer, first));
                    calls[at].answered = answered.or(calls[at].answered);
                }
                _ => {}
            }
        }
        let mut pairs: Vec<Pair> = Vec::new();
        for Call {
            connection, answered, ..
        } in calls
        {
            let Some((offer, answer)) = answered else { continue };
            let (offer_number, answer_number) = (self.list[offer].taken.number, self.list[answer].taken.number);
            let same = |pair: &&mut Pair| (pair.offer, pair.answer) == (offer_number, answer_number);
            if let Some(pair) = pairs.iter_mut().find(same) {
                pair.connections.push(connection.to_owned());
            } else if pairs.len() < PAIRS {
                pairs.push(Pair {
                    connections: vec![connection.to_owned()],
                    offer: offer_number,
                    answer: answer_number,
                    negotiation: negotiate(self.description(offer), self.description(answer)),
                });
            }
        }
        pairs
    }
}

/// One peer connection of a dump, by the places of its descriptions.
struct Call<'t> {
    connection: &'t str,
    /// The last offer so far.
    offer: Option<usize>,
    /// The last offer that was answered, and its answer.
    answered: Option<(usize, usize)>,
}

/// So many pairs of a dump are compared; a conference of many has as many peer connections.
const PAIRS: usize = 100;
