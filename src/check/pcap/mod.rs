//! A capture: from its facts to what went wrong in it, and why.
//!
//! A call goes through stages, each of which needs the one before: a relay from the TURN server, a path by ICE, keys by
//! DTLS, media. The first stage that fails is the cause and the only error; what fails for want of it is at most a
//! warning. What the capture cannot tell (it begins late, ends early, or saw one side only) is no finding.

mod binding;
mod described;
mod dtls;
mod file;
mod healthy;
mod ice;
mod media;
mod said;
#[cfg(test)]
mod tests;
mod turn;

use std::collections::{BTreeMap, BTreeSet};

use crate::capture::container::FileFacts;
use crate::check::catalog::Entry;
use crate::flow::agreed::Agreed;
use crate::flow::ice::Association;
use crate::flow::rtp::Stream;
use crate::flow::{Facts, SessionId};
use crate::report::{Evidence, Finding, Severity};

/// A finding, and the sessions that it concerns: none where it is about the capture as such.
#[derive(Clone, Debug, PartialEq)]
pub struct Found {
    /// What was found.
    pub finding: Finding,
    /// All sessions that it has to do with.
    pub sessions: Vec<SessionId>,
}

/// Every finding about the traffic of a capture, causes before their consequences, then about its files.
pub fn check(files: &[FileFacts], facts: &Facts, agreed: &Agreed) -> Vec<Found> {
    let mut told = Told::default();
    turn::check(facts, &mut told);
    dtls::check_identity(facts, &mut told);
    ice::check(facts, &mut told);
    dtls::check_outcome(facts, &mut told);
    media::check(facts, agreed, &mut told);
    described::check(facts, agreed, &mut told);
    binding::check(facts, &mut told);
    healthy::check(facts, &mut told);
    told.about([]);
    file::check(files, facts, &mut told);
    told.found
}

/// The streams of each session that has any.
fn streams_by_session(facts: &Facts) -> BTreeMap<SessionId, Vec<&Stream>> {
    let mut streams: BTreeMap<SessionId, Vec<&Stream>> = BTreeMap::new();
    for stream in facts.media.streams() {
        streams.entry(stream.session).or_default().push(stream);
    }
    streams
}

/// A session, and those that the same ICE agents have beside it.
fn with_others(facts: &Facts, id: SessionId) -> BTreeSet<SessionId> {
    let mut all = BTreeSet::from([id]);
    for association in &facts.ice {
        if association.pairs.iter().any(|pair| pair.session == id) {
            all.extend(association.pairs.iter().map(|pair| pair.session));
        }
    }
    all
}

/// What has been found, and what it explains.
#[derive(Default)]
struct Told {
    found: Vec<Found>,
    /// The sessions that what is found next has to do with.
    about: Vec<SessionId>,
    /// Sessions whose trouble has its cause named already.
    explained: BTreeSet<SessionId>,
    /// TURN clients' sessions that did not get what they asked for.
    refused: Vec<SessionId>,
}

impl Told {
    /// What is found from now on concerns these sessions.
    fn about(&mut self, sessions: impl IntoIterator<Item = SessionId>) {
        self.about.clear();
        self.about.extend(sessions);
    }

    fn push(&mut self, finding: Finding) {
        let sessions = self.about.clone();
        self.found.push(Found { finding, sessions });
    }

    /// Whether a relay that was refused explains that these two found no path.
    fn explains_ice(&self, facts: &Facts, association: &Association) -> bool {
        let mut refused = facts
            .allocations
            .iter()
            .filter(|one| self.refused.contains(&one.session));
        refused.any(|allocation| turn::serves(facts, allocation, association))
    }

    /// A finding, if there is anything to show for it.
    fn push_some(&mut self, entry: &Entry, subject: &str, summary: String, mut evidence: Vec<Evidence>) {
        if !evidence.is_empty() {
            evidence.truncate(8);
            self.push(entry.finding(subject, summary, evidence));
        }
    }

    /// The same, as a consequence of something that has been named, or beside something that works.
    fn push_at_most(&mut self, most: Severity, mut finding: Finding) {
        finding.severity = finding.severity.min(most);
        self.push(finding);
    }
}
