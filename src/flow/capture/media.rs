//! DTLS, TLS, RTP, RTCP and SCTP, handed to those that follow them.

use super::{Capture, PIECES, Place, SCTP, TLS};
use crate::flow::dtls::{self, Dtls};
use crate::flow::sctp::Sctp;
use crate::flow::tls::Tls;
use crate::flow::{Carried, Direction, HandshakePiece, rtp};
use crate::proto::sctp::Packet;

impl Capture<'_> {
    /// A TLS record.
    pub(super) fn tls(&mut self, place: &Place, bytes: &[u8]) -> Carried {
        let next = self.tls.len();
        if place.icmp || !place.shown {
            return Carried::Tls;
        }
        if next >= TLS && !self.tls_index.contains_key(&place.session) {
            self.tls_left_out += 1;
            return Carried::Tls;
        }
        let at = *self.tls_index.entry(place.session).or_insert(next);
        if at == next {
            self.tls.push((place.session, Tls::default()));
        }
        self.tls[at].1.feed(place.direction, place.seen, bytes);
        Carried::Tls
    }

    /// SCTP that is not inside of DTLS.
    pub(super) fn sctp(&mut self, place: &Place, bytes: &[u8]) -> Carried {
        let Ok(packet) = Packet::decode(bytes) else {
            return Carried::Other;
        };
        if place.icmp || !place.shown {
            return Carried::Sctp;
        }
        let next = self.sctp.len();
        if next >= SCTP && !self.sctp_index.contains_key(&place.session) {
            self.sctp_left_out += 1;
            return Carried::Sctp;
        }
        let at = *self.sctp_index.entry(place.session).or_insert(next);
        if at == next {
            let fresh = Sctp::new(place.direction, place.seen, &packet);
            self.sctp.push((place.session, fresh));
        }
        self.sctp[at].1.take(place.direction, place.seen, &packet);
        Carried::Sctp
    }

    pub(super) fn dtls(&mut self, place: &Place, bytes: &[u8], missing: usize) -> Carried {
        if !place.shown {
            return Carried::Dtls;
        }
        // What an ICMP error quotes was seen before: its messages are listed, and change nothing.
        let mut quoted = Dtls::default();
        let (dtls, direction) = match place.icmp {
            true => (&mut quoted, place.direction),
            false => {
                let (at, direction) = self.dtls_of(place);
                (&mut self.dtls[at].1, direction)
            }
        };
        let pieces = dtls.feed(direction, place.seen, bytes, missing);
        // DTLS-SRTP: what looks like RTP is RTP from now on, and SRTP.
        let offered = |handshake: &dtls::Handshake| {
            let offer = handshake.offer.as_ref();
            offer.is_some_and(|offer| offer.srtp_profiles.is_some())
        };
        if !pieces.is_empty() && dtls.handshakes.iter().any(offered) {
            self.media.trust(place.session);
            self.media.protect(place.session);
        }
        for piece in pieces {
            if self.pieces.len() >= PIECES {
                self.pieces_left_out += 1;
                continue;
            }
            self.pieces.push(HandshakePiece {
                src: place.src,
                dst: place.dst,
                session: place.session,
                piece,
            });
        }
        self.moved(place);
        Carried::Dtls
    }

    /// The DTLS that a session is part of, and the way that a datagram goes in it: one for all pairs of two ICE agents
    /// (RFC 8842 §2), for it goes on where they change the path.
    pub(super) fn dtls_of(&mut self, place: &Place) -> (usize, Direction) {
        let agents = self.ice.place(place.session, place.direction);
        if let Some(&at) = self.dtls_index.get(&place.session) {
            return (at, self.same_way(place, at, agents));
        }
        let next = self.dtls.len();
        let at = match agents {
            Some((association, ..)) => *self.dtls_of_agents.entry(self.ice.origin(association)).or_insert(next),
            None => next,
        };
        self.dtls_index.insert(place.session, at);
        if at == next {
            self.dtls.push((place.session, Dtls::default()));
        }
        (at, self.same_way(place, at, agents))
    }

    /// The direction in the session that DTLS began in, of what goes the same way between the agents.
    pub(super) fn same_way(&self, place: &Place, at: usize, agents: Option<(u32, u32, usize)>) -> Direction {
        let began = self.dtls[at].0;
        match (agents, self.ice.place(began, place.direction)) {
            // New ufrags may have swapped the sides; who that was nobody can say.
            (Some((one, ..)), Some((other, ..))) if one != other => place.direction,
            (Some((.., side)), Some((.., other))) if began != place.session && side != other => {
                place.direction.reverse()
            }
            _ => place.direction,
        }
    }

    /// What can be RTP: whether it is, the packets around it tell.
    pub(super) fn rtp(&mut self, place: &Place, bytes: &[u8], missing: usize) -> Carried {
        if place.icmp || !place.shown {
            return Carried::Other;
        }
        let taken = self
            .media
            .rtp(place.session, place.direction, place.seen, bytes, missing);
        match taken {
            rtp::Taken::Rtp { held } => {
                if held > 0 {
                    let way = &mut self.table.get_mut(place.session).ways[place.direction.index()];
                    way.reconsider(held as u32);
                }
                self.moved(place);
                Carried::Rtp
            }
            rtp::Taken::Held | rtp::Taken::Refused => Carried::Other,
        }
    }

    pub(super) fn rtcp(&mut self, place: &Place, bytes: &[u8], missing: usize) -> Carried {
        if place.icmp || !place.shown {
            return Carried::Other;
        }
        let taken = self
            .media
            .rtcp(place.session, place.direction, place.seen, bytes, missing);
        if taken { Carried::Rtcp } else { Carried::Other }
    }

    /// Media or data: it shows which pair of ICE is used.
    pub(super) fn moved(&mut self, place: &Place) {
        if !place.icmp && place.shown {
            self.ice.media(place.session, place.direction, place.seen);
        }
    }
}
