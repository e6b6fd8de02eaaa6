//! [`TurnServer`]: allocations, with the long-term credential mechanism checked in the order of RFC 8489 §9.2.4. It does
//! not relay. Its vices are switches, so that each can be tried alone.

use std::collections::{BTreeMap, BTreeSet};
use std::net::{IpAddr, SocketAddr};
use std::time::Duration;

use rtcdiag::proto::stun::{
    AttributeType, Builder, Class, ErrorCode, Key, Message, Method, PasswordAlgorithm, SecurityFeatures, TransactionId,
    Value, user_hash,
};
use rtcdiag::secret::Secret;
use rtcdiag::time::At;

use super::service::{Reaction, Service};

/// How the server wants to know who we are.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Auth {
    /// Not at all: an open relay.
    None,
    /// RFC 5389: USERNAME, MD5, MESSAGE-INTEGRITY.
    Classic,
    /// RFC 8489: these algorithms, and USERHASH if `anonymous`.
    Algorithms {
        list: Vec<PasswordAlgorithm>,
        anonymous: bool,
    },
    /// RFC 8489 without algorithms, but with USERHASH.
    Anonymous,
}

/// What is done to responses on their way out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Tampering {
    Nothing,
    /// PASSWORD-ALGORITHMS is taken out of the challenge, the nonce still announces it.
    StripAlgorithms,
    /// Success responses get a nonce that announces what is not there.
    BidDownSuccess,
    /// Success responses are signed with another key.
    WrongIntegrity,
    /// Success responses are not signed.
    NoIntegrity,
    /// Success responses have no relayed address.
    NoRelayedAddress,
    /// Success responses have a comprehension-required attribute that nobody knows.
    UnknownAttribute,
}

/// One allocation.
#[derive(Clone, Debug)]
pub struct Allocation {
    pub relayed: SocketAddr,
    pub user: Option<String>,
    pub expires: At,
    transaction_id: TransactionId,
}

/// A TURN server.
#[derive(Clone, Debug)]
pub struct TurnServer {
    pub auth: Auth,
    pub users: BTreeMap<String, String>,
    pub realm: String,
    pub relay4: IpAddr,
    pub relay6: Option<IpAddr>,
    /// Answers retransmissions as the first time, as RFC 8489 §6.3.1 wants; else it treats them as new requests.
    pub remembers: bool,
    /// Signs error responses where it can.
    pub signs_errors: bool,
    /// Allocations it has room for.
    pub quota: usize,
    /// So many signed requests are answered with 438 first.
    pub stale: usize,
    /// The answer to every Allocate after the credentials were checked, as long as the count lasts.
    pub refuse: Option<(u16, &'static str)>,
    pub refusals: usize,
    /// The answer to every Allocate before that.
    pub refuse_early: Option<(u16, &'static str)>,
    /// Goes with a 300.
    pub alternates: Vec<SocketAddr>,
    pub alternate_domain: Option<String>,
    pub tampering: Tampering,
    pub software: Option<String>,
    /// Live allocations by client.
    pub allocations: BTreeMap<SocketAddr, Allocation>,
    /// When allocations were made, and when requests to release were taken up.
    pub made: Vec<At>,
    pub releases: Vec<At>,
    pub answered: BTreeMap<(SocketAddr, TransactionId), (At, Vec<u8>)>,
    pub nonces: BTreeSet<String>,
    pub next_port: u16,
}

/// A request whose sender is known.
struct Known {
    user: Option<String>,
    key: Option<Key>,
    sha256: bool,
}

impl TurnServer {
    /// RFC 5389 credentials, user `user` with password `pass` in realm `example.org`.
    pub fn new(relay: IpAddr) -> TurnServer {
        TurnServer {
            auth: Auth::Classic,
            users: BTreeMap::from([("user".to_owned(), "pass".to_owned())]),
            realm: "example.org".to_owned(),
            relay4: relay,
            relay6: None,
            remembers: true,
            signs_errors: true,
            quota: usize::MAX,
            stale: 0,
            refuse: None,
            refusals: usize::MAX,
            refuse_early: None,
            alternates: Vec::new(),
            alternate_domain: None,
            tampering: Tampering::Nothing,
            software: Some("sim-turn".to_owned()),
            allocations: BTreeMap::new(),
            made: Vec::new(),
            releases: Vec::new(),
            answered: BTreeMap::new(),
            nonces: BTreeSet::new(),
            next_port: 49_152,
        }
    }

    pub fn with(auth: Auth) -> TurnServer {
        TurnServer {
            auth,
            ..TurnServer::new(super::ip("198.51.100.9"))
        }
    }

    fn algorithms(&self) -> &[PasswordAlgorithm] {
        match &self.auth {
            Auth::Algorithms { list, .. } => list,
            _ => &[],
        }
    }

    /// What a nonce of this server begins with.
    fn nonce_prefix(&self) -> String {
        let features = match &self.auth {
            Auth::Algorithms { anonymous, .. } => SecurityFeatures {
                password_algorithms: true,
                username_anonymity: *anonymous,
            },
            Auth::Anonymous => SecurityFeatures {
                password_algorithms: false,
                username_anonymity: true,
            },
            _ => return String::new(),
        };
        features.nonce_prefix()
    }

    /// A new nonce. It stays valid, but for what [`stale`](TurnServer::stale) says.
    fn nonce(&mut self) -> String {
        let nonce = format!("{}nonce-{}", self.nonce_prefix(), self.nonces.len());
        self.nonces.insert(nonce.clone());
        nonce
    }

    fn error(&self, request: &Message<'_>, code: u16, reason: &str) -> Builder {
        let answer = Builder::new(Class::Error, request.method(), request.transaction_id());
        let mut answer = answer.error_code(ErrorCode(code), reason);
        if code == 300 {
            for alternate in &self.alternates {
                answer = answer.address(AttributeType::ALTERNATE_SERVER, *alternate);
            }
            if let Some(domain) = &self.alternate_domain {
                answer = answer.text(AttributeType::ALTERNATE_DOMAIN, domain);
            }
        }
        answer
    }

    /// A 401 or 438, with what the client needs to try again.
    fn challenge(&mut self, request: &Message<'_>, code: u16, reason: &str) -> Vec<u8> {
        let nonce = self.nonce();
        let answer = self
            .error(request, code, reason)
            .text(AttributeType::REALM, &self.realm)
            .text(AttributeType::NONCE, &nonce);
        match self.algorithms() {
            [] => answer.build(),
            _ if self.tampering == Tampering::StripAlgorithms => answer.build(),
            list => answer.password_algorithms(list).build(),
        }
    }

    /// RFC 8489 §9.2.4.
    fn identify(&mut self, request: &Message<'_>) -> Result<Known, Vec<u8>> {
        if self.auth == Auth::None {
            return Ok(Known {
                user: None,
                key: None,
                sha256: false,
            });
        }
        let sha256 = request.find(AttributeType::MESSAGE_INTEGRITY_SHA256).is_some();
        if !sha256 && request.find(AttributeType::MESSAGE_INTEGRITY).is_none() {
            return Err(self.challenge(request, 401, "Unauthenticated"));
        }
        let bad = |server: &TurnServer, why: &str| Err(server.error(request, 400, why).build());
        let hash = request.find(AttributeType::USERHASH).map(|hash| hash.value);
        let (Some(realm), Some(nonce)) = (request.realm(), request.nonce()) else {
            return bad(self, "no realm or nonce");
        };
        if request.username().is_none() && hash.is_none() {
            return bad(self, "no user");
        }
        let chosen = match request.get(AttributeType::PASSWORD_ALGORITHM) {
            Some(Value::PasswordAlgorithm { algorithm, .. }) => Some(algorithm),
            _ => None,
        };
        let listed: Option<Vec<_>> = request
            .password_algorithms()
            .map(|list| list.map(|(algorithm, _)| algorithm).collect());
        let algorithm = match (self.algorithms(), listed, chosen) {
            (_, None, None) => PasswordAlgorithm::MD5,
            (ours, Some(theirs), Some(chosen)) if ours == theirs && ours.contains(&chosen) => chosen,
            _ => return bad(self, "algorithms"),
        };
        let by_hash = |hash: &[u8]| {
            self.users
                .iter()
                .find(|(user, _)| user_hash(user, &self.realm) == hash)
                .map(|(user, _)| user.clone())
        };
        let wants_hash = SecurityFeatures::of_nonce(nonce).is_some_and(|features| features.username_anonymity);
        let user = match (hash, wants_hash) {
            (Some(hash), true) => by_hash(hash),
            (None, false) => request.username().map(str::to_owned),
            _ => return bad(self, "user named the wrong way"),
        };
        let Some((user, password)) = user.and_then(|user| Some((user.clone(), self.users.get(&user)?.clone()))) else {
            return Err(self.challenge(request, 401, "Unauthenticated"));
        };
        let key = Key::long_term(&user, &self.realm, &Secret::new(password), algorithm);
        let valid = match sha256 {
            true => request.message_integrity_sha256(key.as_bytes()),
            false => request.message_integrity(key.as_bytes()),
        };
        if valid != Some(true) || realm != self.realm {
            return Err(self.challenge(request, 401, "Unauthenticated"));
        }
        let issued = std::str::from_utf8(nonce).is_ok_and(|nonce| self.nonces.contains(nonce));
        if !issued || self.stale > 0 {
            self.stale = self.stale.saturating_sub(1);
            return Err(self.challenge(request, 438, "Stale Nonce"));
        }
        // RFC 8489 §9.2.5: with algorithms, SHA-256 only; without, SHA-1.
        if sha256 != chosen.is_some() {
            return bad(self, "the wrong integrity attribute");
        }
        Ok(Known {
            user: Some(user),
            key: Some(key),
            sha256,
        })
    }

    fn allocate(&mut self, now: At, client: SocketAddr, request: &Message<'_>, known: &Known) -> Builder {
        if let Some((code, reason)) = self.refuse.filter(|_| self.refusals > 0) {
            self.refusals = self.refusals.saturating_sub(1);
            return self.error(request, code, reason);
        }
        let id = request.transaction_id();
        if self
            .allocations
            .get(&client)
            .is_some_and(|held| held.transaction_id != id || !self.remembers)
        {
            return self.error(request, 437, "Allocation Mismatch");
        }
        let relay = match request.get(AttributeType::REQUESTED_ADDRESS_FAMILY) {
            Some(Value::AddressFamily(2)) => self.relay6,
            _ => Some(self.relay4),
        };
        let Some(relay) = relay else {
            return self.error(request, 440, "Address Family not Supported");
        };
        match request.get(AttributeType::REQUESTED_TRANSPORT) {
            Some(Value::RequestedTransport(17)) => {}
            Some(_) => return self.error(request, 442, "Unsupported Transport Protocol"),
            None => return self.error(request, 400, "Bad Request"),
        }
        if self.allocations.len() >= self.quota {
            return self.error(request, 486, "Allocation Quota Reached");
        }
        let lifetime = Duration::from_secs(request.lifetime().unwrap_or(600).clamp(600, 3600).into());
        let relayed = SocketAddr::new(relay, self.next_port);
        self.next_port += 1;
        let user = known.user.clone();
        self.allocations.insert(
            client,
            Allocation {
                relayed,
                user,
                expires: now + lifetime,
                transaction_id: id,
            },
        );
        self.made.push(now);
        let mut answer = Builder::new(Class::Success, Method::ALLOCATE, id)
            .xor_address(AttributeType::XOR_MAPPED_ADDRESS, client)
            .u32(AttributeType::LIFETIME, lifetime.as_secs() as u32);
        if self.tampering != Tampering::NoRelayedAddress {
            answer = answer.xor_address(AttributeType::XOR_RELAYED_ADDRESS, relayed);
        }
        if self.tampering == Tampering::UnknownAttribute {
            answer = answer.attribute(AttributeType(0x3ffe), b"what?");
        }
        if self.tampering == Tampering::BidDownSuccess {
            let features = SecurityFeatures {
                password_algorithms: true,
                username_anonymity: false,
            };
            answer = answer.text(AttributeType::NONCE, &(features.nonce_prefix() + "x"));
        }
        answer
    }

    fn refresh(&mut self, now: At, client: SocketAddr, request: &Message<'_>, known: &Known) -> Builder {
        let Some(held) = self.allocations.get_mut(&client) else {
            return self.error(request, 437, "Allocation Mismatch");
        };
        if held.user != known.user {
            return self.error(request, 441, "Wrong Credentials");
        }
        let lifetime = request.lifetime().unwrap_or(600);
        held.expires = now + Duration::from_secs(lifetime.into());
        if lifetime == 0 {
            self.allocations.remove(&client);
            self.releases.push(now);
        }
        Builder::new(Class::Success, Method::REFRESH, request.transaction_id()).u32(AttributeType::LIFETIME, lifetime)
    }

    /// Finishes a response as RFC 8489 §9.2.4 wants it, and then tampers with it.
    fn sign(&self, answer: Builder, known: &Known) -> Vec<u8> {
        let answer = match &self.software {
            Some(software) => answer.text(AttributeType::SOFTWARE, software),
            None => answer,
        };
        let plain = answer.clone().build();
        let is_error = Message::decode(&plain).is_ok_and(|message| message.class() == Class::Error);
        let Some(key) = &known.key else { return plain };
        let wrong = Key::short_term(&Secret::new("wrong"));
        let key = match self.tampering {
            Tampering::WrongIntegrity if !is_error => &wrong,
            Tampering::NoIntegrity if !is_error => return plain,
            _ if is_error && !self.signs_errors => return plain,
            _ => key,
        };
        if known.sha256 {
            answer.message_integrity_sha256(key).build()
        } else {
            answer.message_integrity(key).build()
        }
    }

    fn answer(&mut self, now: At, client: SocketAddr, request: &Message<'_>) -> Vec<u8> {
        if let Some((code, reason)) = self.refuse_early.filter(|_| request.method() == Method::ALLOCATE) {
            return self.error(request, code, reason).build();
        }
        let known = match self.identify(request) {
            Ok(known) => known,
            Err(answer) => return answer,
        };
        let answer = match request.method() {
            Method::ALLOCATE => self.allocate(now, client, request, &known),
            Method::REFRESH => self.refresh(now, client, request, &known),
            _ => self.error(request, 400, "Bad Request"),
        };
        self.sign(answer, &known)
    }
}

impl Service for TurnServer {
    fn receive(&mut self, now: At, to: SocketAddr, from: SocketAddr, bytes: &[u8]) -> Vec<Reaction> {
        let Ok(request) = Message::decode(bytes) else {
            return Vec::new();
        };
        if request.class() != Class::Request {
            return Vec::new();
        }
        self.allocations.retain(|_, held| held.expires > now);
        self.answered.retain(|_, (at, _)| now - *at < Duration::from_secs(40));
        let key = (from, request.transaction_id());
        let answer = match self.answered.get(&key) {
            Some((_, answer)) if self.remembers => answer.clone(),
            _ => self.answer(now, from, &request),
        };
        self.answered.insert(key, (now, answer.clone()));
        vec![Reaction::send(to, from, answer)]
    }
}
