//! [`Agreed`]: what the descriptions of both sides say of the media of a session, and by that the name of each stream.
//!
//! | file | what |
//! | --- | --- |
//! | `line` | an m-line, as one side describes it |
//! | `name` | which m-line a stream belongs to, and what it is there |

mod line;
mod name;

use std::collections::{HashMap, HashSet};
use std::net::SocketAddr;

use foldhash::fast::RandomState;

use crate::flow::rtp::Stream;
use crate::flow::{Direction, Facts, SessionId};

pub use line::Line;
pub use name::{Clue, MID, Name, REPAIRED_RID, RID};

/// The descriptions of each session that has media, by who sends.
#[derive(Clone, Debug, Default)]
pub struct Agreed {
    /// By the place of the description in [`Facts::descriptions`].
    lines: Vec<Vec<Line>>,
    /// Which descriptions are of the one who sends forward, and of the one who sends backward, in order.
    sides: HashMap<SessionId, [Vec<usize>; 2], RandomState>,
    /// Who announces a source, for sessions that no description is known to be of.
    by_source: HashMap<u32, usize, RandomState>,
}

impl Agreed {
    /// What the descriptions say of the sessions that have media: by their ICE agents; without ICE, by the addresses that
    /// they name.
    pub fn of(facts: &Facts) -> Agreed {
        let mut agreed = Agreed::default();
        if facts.descriptions.is_empty() || facts.media.streams().is_empty() {
            return agreed;
        }
        agreed.lines = facts.descriptions.iter().map(|one| line::lines(&one.sdp)).collect();
        let wanted: HashSet<SessionId, RandomState> = facts.media.streams().iter().map(|one| one.session).collect();
        agreed.by_ufrag(facts, &wanted);
        agreed.by_address(facts, &wanted);
        for (place, lines) in agreed.lines.iter().enumerate() {
            let sources = lines.iter().flat_map(|line| &line.sources);
            agreed.by_source.extend(sources.map(|(ssrc, _)| (*ssrc, place)));
        }
        agreed
    }

    fn by_ufrag(&mut self, facts: &Facts, wanted: &HashSet<SessionId, RandomState>) {
        let mut places: HashMap<&str, Vec<usize>, RandomState> = HashMap::default();
        for (place, described) in facts.descriptions.iter().enumerate() {
            for own in &described.credentials {
                places.entry(own.ufrag.as_str()).or_default().push(place);
            }
        }
        for association in &facts.ice {
            for pair in association.pairs.iter().filter(|pair| wanted.contains(&pair.session)) {
                let forward = facts.session(pair.session).a == pair.addresses[0];
                for (side, agent) in association.sides.iter().enumerate() {
                    let Some(own) = places.get(agent.ufrag.as_str()) else {
                        continue;
                    };
                    let way = if forward { side } else { 1 - side };
                    self.sides.entry(pair.session).or_default()[way].extend(own);
                }
            }
        }
    }

    fn by_address(&mut self, facts: &Facts, wanted: &HashSet<SessionId, RandomState>) {
        let mut places: HashMap<SocketAddr, Vec<usize>, RandomState> = HashMap::default();
        for (place, lines) in self.lines.iter().enumerate() {
            for address in lines.iter().filter_map(|line| line.address) {
                places.entry(address).or_default().push(place);
            }
        }
        for id in wanted {
            if self.sides.contains_key(id) {
                continue;
            }
            let session = facts.session(*id);
            let own = [session.a, session.b].map(|address| places.get(&address).cloned().unwrap_or_default());
            if own.iter().any(|own| !own.is_empty()) {
                self.sides.insert(*id, own);
            }
        }
    }

    /// The descriptions of who sends this way in a session, the first one first.
    pub fn sender(&self, session: SessionId, direction: Direction) -> impl DoubleEndedIterator<Item = &[Line]> {
        let places = self.sides.get(&session).map(|sides| &sides[direction.index()]);
        places.into_iter().flatten().map(|&place| self.lines[place].as_slice())
    }

    /// The descriptions of who receives what goes this way.
    pub fn receiver(&self, session: SessionId, direction: Direction) -> impl DoubleEndedIterator<Item = &[Line]> {
        self.sender(session, direction.reverse())
    }

    /// Whether both sides of a session are described.
    pub fn is_described(&self, session: SessionId) -> bool {
        let sides = self.sides.get(&session);
        sides.is_some_and(|sides| sides.iter().all(|own| !own.is_empty()))
    }

    /// Whether the last descriptions of both sides say that both send audio or video.
    pub fn both_send(&self, session: SessionId) -> bool {
        [Direction::Forward, Direction::Backward].into_iter().all(|way| {
            let last = self.sender(session, way).next_back();
            last.is_some_and(|lines| lines.iter().any(|line| line.sends))
        })
    }

    /// All m-lines that are known of a session, of both sides.
    pub fn lines(&self, session: SessionId) -> impl Iterator<Item = &Line> {
        let ways = [Direction::Forward, Direction::Backward];
        ways.into_iter()
            .flat_map(move |way| self.sender(session, way).flatten())
    }

    /// The description of whoever announces this stream's source, where its session has none.
    fn announced(&self, stream: &Stream) -> Option<&[Line]> {
        if self.sides.contains_key(&stream.session) {
            return None;
        }
        Some(&self.lines[*self.by_source.get(&stream.ssrc)?])
    }
}
