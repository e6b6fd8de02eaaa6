//! STUN messages, joined with their requests and with what they are part of: a server that is asked, a TURN allocation,
//! checks of ICE agents.

use super::{Capture, Owner, Place};
use crate::datagram::{Datagram, Transport};
use crate::exchange::Passed;
use crate::flow::heard::{Heard, Known, Via};
use crate::flow::passwords::Verdict;
use crate::flow::{Carried, ice, turn};
use crate::proto::stun::{AttributeType, Class, Message, Method};

impl Capture<'_> {
    /// A STUN message.
    pub(super) fn stun(&mut self, place: &Place, message: Message<'_>, missing: usize) -> Carried {
        let session = self.table.get(place.session);
        let heard = Heard {
            message,
            seen: place.seen,
            time: place.time,
            transport: place.transport,
            src: place.src,
            dst: place.dst,
            session: place.session,
            logical: (session.from(place.direction), session.to(place.direction)),
            direction: place.direction,
            via: place.via,
            tcp_frame_length: place.tcp_frame_length,
            in_icmp: place.icmp,
            missing,
            fingerprint: message.fingerprint(),
        };
        let known = if place.icmp {
            Known::default()
        } else {
            self.follow(place, &heard)
        };
        if place.shown {
            self.count_stun(&heard, &known);
            if let Some(watch) = &mut self.watch {
                watch(&heard, &known);
            }
        }
        self.open_data(place, &heard, missing);
        if message.is_classic() {
            Carried::ClassicStun
        } else {
            Carried::Stun
        }
    }

    /// What a DATA attribute holds.
    pub(super) fn open_data(&mut self, place: &Place, heard: &Heard<'_>, missing: usize) {
        let message = &heard.message;
        let inner = match place.icmp {
            false if matches!(message.method(), Method::SEND | Method::DATA) && !message.class().is_response() => {
                self.turn.data(heard, &mut self.table)
            }
            _ => None,
        };
        let data = message
            .attributes()
            .find(|one| one.attribute_type == AttributeType::DATA);
        let (bytes, missing) = match data {
            Some(data) => (data.value, 0),
            // The walk stops at an attribute that was cut; what there is of DATA is read all the same.
            None if missing > 0 => match message.cut_attribute() {
                Some((AttributeType::DATA, value, length)) => (value, usize::from(length) - value.len()),
                _ => return,
            },
            None => return,
        };
        let (session, direction) = inner.unwrap_or((place.session, place.direction));
        let inner_place = Place {
            session,
            direction,
            via: Some(Via::Data),
            tcp_frame_length: None,
            ..*place
        };
        self.nested(&inner_place, bytes, missing, inner.is_some());
    }

    /// Joins a message with the exchanges, and with what it is part of.
    pub(super) fn follow(&mut self, place: &Place, heard: &Heard<'_>) -> Known {
        let message = &heard.message;
        let nested = place.via.is_some();
        let datagram = Datagram {
            frame: heard.seen.frame,
            at: heard.seen.at,
            transport: if nested { Transport::Udp } else { heard.transport },
            src: heard.logical.0,
            dst: heard.logical.1,
            bytes: message.bytes(),
        };
        let outer = self
            .table
            .get(place.session)
            .inside
            .map_or(0, |relay| relay.outer.0 + 1);
        let scope = if nested { outer } else { 0 };
        let passed = self.exchanges.pass(scope, &datagram, message);
        let mut known = Known {
            passed: Some(passed),
            ..Known::default()
        };
        match passed {
            Passed::Request(number) => {
                let (owner, verdict) = self.request(heard, number, nested);
                known.integrity = verdict;
                self.owners.push_back(owner);
                while self.owners.len() > self.exchanges.len() {
                    self.owners.pop_front();
                }
            }
            Passed::Retransmission(number) => {
                known.request = self.exchanges.at(number).map(|exchange| exchange.first_sent());
                known.integrity = self.again(heard, number);
            }
            Passed::Response(number) | Passed::Duplicate(number) => {
                known.request = self.exchanges.at(number).map(|exchange| exchange.first_sent());
                known.integrity = self.answer(heard, number, matches!(passed, Passed::Response(_)));
            }
            Passed::Stray => {}
            Passed::Indication => {
                if message.method() == Method::BINDING {
                    self.ice.indication(heard);
                }
            }
        }
        known
    }

    pub(super) fn owner(&self, number: u64) -> Owner {
        let at = number.checked_sub(self.exchanges.forgotten());
        let at = at.and_then(|at| usize::try_from(at).ok());
        at.and_then(|at| self.owners.get(at)).copied().unwrap_or(Owner::Nobody)
    }

    /// A request that is seen for the first time: who it belongs to, and whether its integrity holds.
    pub(super) fn request(&mut self, heard: &Heard<'_>, number: u64, nested: bool) -> (Owner, Verdict) {
        let message = &heard.message;
        self.media.hint(heard.session);
        if turn::is_turn(message.method()) {
            let owner = self.turn.request(heard, number).map_or(Owner::Nobody, Owner::Turn);
            let verdict = self.check_turn(heard, owner);
            return (owner, verdict);
        }
        let ice = matches!(message.method(), Method::BINDING | Method::GOOG_PING);
        let username = message.username().filter(|_| ice);
        if let Some((username, (receiver, ..))) = username.and_then(|name| Some((name, ice::Tracker::ufrags(name)?))) {
            let verdict = self.passwords.check_ice(message, receiver);
            let asked = self.ice.request(heard, username, nested, &verdict);
            return (asked.map_or(Owner::Nobody, Owner::Check), verdict);
        }
        if ice && self.ice.knows(heard.session) {
            let verdict = match self.ice.receiver(heard.session, heard.direction) {
                Some(ufrag) => self.passwords.check_ice(message, ufrag),
                None => Verdict::default(),
            };
            let asked = self.ice.request_of_session(heard, &verdict);
            return (asked.map_or(Owner::Nobody, Owner::Check), verdict);
        }
        match message.method() {
            Method::BINDING => (
                self.bindings.request(heard).map_or(Owner::Nobody, Owner::Binding),
                Verdict::default(),
            ),
            _ => (Owner::Nobody, Verdict::default()),
        }
    }

    pub(super) fn again(&mut self, heard: &Heard<'_>, number: u64) -> Verdict {
        let owner = self.owner(number);
        match owner {
            Owner::Nobody => Verdict::default(),
            Owner::Binding(at) => {
                self.bindings.again(at, heard);
                Verdict::default()
            }
            Owner::Turn(asked) => {
                self.turn.again(asked, heard);
                self.check_turn(heard, owner)
            }
            Owner::Check(asked) => {
                self.ice.again(asked, heard);
                self.passwords.check_ice(&heard.message, self.ice.asked_ufrag(asked))
            }
        }
    }

    pub(super) fn answer(&mut self, heard: &Heard<'_>, number: u64, first: bool) -> Verdict {
        let owner = self.owner(number);
        let verdict = match owner {
            Owner::Turn(_) => self.check_turn(heard, owner),
            Owner::Check(asked) => self.passwords.check_ice(&heard.message, self.ice.asked_ufrag(asked)),
            Owner::Nobody | Owner::Binding(_) => Verdict::default(),
        };
        let Some(exchange) = self.exchanges.at(number).filter(|_| first) else {
            return verdict;
        };
        match owner {
            Owner::Nobody => {}
            Owner::Binding(at) => self.bindings.answer(at, heard, exchange),
            Owner::Turn(asked) => self.turn.answer(asked, number, heard, &mut self.table),
            Owner::Check(asked) => self.ice.answer(asked, heard, exchange, &verdict),
        }
        verdict
    }

    /// The long-term mechanism, with the names of the allocation where the message has none.
    pub(super) fn check_turn(&mut self, heard: &Heard<'_>, owner: Owner) -> Verdict {
        let message = &heard.message;
        let Owner::Turn(asked) = owner else {
            return Verdict::default();
        };
        if !self.passwords.has_turn() {
            return Verdict::default();
        }
        let allocation = &self.turn.list[asked.allocation as usize];
        let username = message.username().or(allocation.username.as_deref());
        let realm = message.realm().or(allocation.realm.as_deref());
        let (Some(username), Some(realm)) = (username, realm) else {
            return Verdict::default();
        };
        let verdict = self.passwords.check_turn(message, username, realm);
        if message.class() == Class::Request && verdict.valid.is_some() {
            self.turn.list[asked.allocation as usize].integrity = verdict.valid;
        }
        verdict
    }

    pub(super) fn count_stun(&mut self, heard: &Heard<'_>, known: &Known) {
        let message = &heard.message;
        let stun = &mut self.stun;
        stun.messages += 1;
        stun.nested += u64::from(heard.via.is_some());
        stun.classic += u64::from(message.is_classic());
        stun.in_icmp += u64::from(heard.in_icmp);
        stun.truncated += u64::from(message.is_truncated());
        stun.count_type(message.method(), message.class());
        stun.fingerprint_valid += u64::from(heard.fingerprint == Some(true));
        stun.fingerprint_invalid += u64::from(heard.fingerprint == Some(false));
        stun.integrity_valid += u64::from(known.integrity.valid == Some(true));
        stun.integrity_invalid += u64::from(known.integrity.valid == Some(false));
    }
}
