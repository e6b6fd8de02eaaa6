//! [`Misbehaving`]: servers as they should not be, and as they are.

use std::net::SocketAddr;

use rtcdiag::probe::PathError;
use rtcdiag::proto::stun::{AttributeType, Builder, Class, ErrorCode, Message, Method, TransactionId};
use rtcdiag::time::At;

use super::service::{Reaction, Service};

/// What it does with every request.
#[derive(Clone, Debug)]
pub enum Misbehavior {
    Silent,
    /// Answers with these octets.
    Answers(Vec<u8>),
    /// Sends the request back.
    Echoes,
    WrongTransactionId,
    /// Answers rightly, but from this address.
    WrongSource(SocketAddr),
    /// Leaves out the last octets of a right answer.
    Truncates(usize),
    /// Puts octets after a right answer.
    Appends(usize),
    WrongFingerprint,
    /// A success response to another method.
    WrongMethod,
    /// A success response without any address.
    NoAddress,
    /// A success response with a comprehension-required attribute that nobody knows.
    UnknownAttribute,
    /// An error response without ERROR-CODE.
    NoErrorCode,
    Error(u16, &'static str),
    /// 300 with this server; with none, without ALTERNATE-SERVER.
    Redirects(Vec<SocketAddr>),
    /// Answers the request of this number and later ones rightly, earlier ones with `Error(500)`.
    FailsUntil(usize),
    /// An ICMP error for each request before this number, then right answers.
    Unreachable {
        until: usize,
        kind: u8,
        code: u8,
    },
    /// Every answer so many times.
    Repeats(usize),
    /// MAPPED-ADDRESS only, as before RFC 5389.
    OldStyle,
    /// A stream ends instead of an answer.
    Breaks(PathError),
    /// A flood of different foreign responses before each right answer.
    Floods(usize),
}

/// A server with one vice.
#[derive(Clone, Debug)]
pub struct Misbehaving {
    vice: Misbehavior,
    requests: usize,
}

impl Misbehaving {
    pub fn new(vice: Misbehavior) -> Misbehaving {
        Misbehaving { vice, requests: 0 }
    }
}

/// A right answer to a Binding request.
fn right(id: TransactionId, from: SocketAddr) -> Builder {
    Builder::new(Class::Success, Method::BINDING, id).xor_address(AttributeType::XOR_MAPPED_ADDRESS, from)
}

impl Service for Misbehaving {
    fn receive(&mut self, _: At, to: SocketAddr, from: SocketAddr, bytes: &[u8]) -> Vec<Reaction> {
        let Ok(request) = Message::decode(bytes) else {
            return Vec::new();
        };
        self.requests += 1;
        let id = request.transaction_id();
        let whole = right(id, from).fingerprint().build();
        let success = |method| Builder::new(Class::Success, method, id);
        let error = || Builder::new(Class::Error, request.method(), id);
        let answer = match &self.vice {
            Misbehavior::Silent => return Vec::new(),
            Misbehavior::Answers(octets) => octets.clone(),
            Misbehavior::Echoes => bytes.to_vec(),
            Misbehavior::WrongTransactionId => right(TransactionId::new([0xee; 12]), from).build(),
            Misbehavior::WrongSource(source) => return vec![Reaction::send(*source, from, whole)],
            Misbehavior::Truncates(octets) => whole[..whole.len().saturating_sub(*octets)].to_vec(),
            Misbehavior::Appends(octets) => [whole, vec![0; *octets]].concat(),
            Misbehavior::WrongFingerprint => {
                let mut answer = whole;
                *answer.last_mut().expect("a fingerprint") ^= 0xff;
                answer
            }
            Misbehavior::WrongMethod => success(Method::REFRESH).build(),
            Misbehavior::NoAddress => success(request.method()).text(AttributeType::SOFTWARE, "none").build(),
            Misbehavior::UnknownAttribute => right(id, from).attribute(AttributeType(0x3ffe), b"?").build(),
            Misbehavior::NoErrorCode => error().build(),
            Misbehavior::Error(code, reason) => error().error_code(ErrorCode(*code), reason).build(),
            Misbehavior::Redirects(servers) => servers
                .iter()
                .fold(error().error_code(ErrorCode(300), "Try Alternate"), |answer, server| {
                    answer.address(AttributeType::ALTERNATE_SERVER, *server)
                })
                .text(AttributeType::ALTERNATE_DOMAIN, "other.example")
                .build(),
            Misbehavior::FailsUntil(number) if self.requests < *number => {
                error().error_code(ErrorCode(500), "Server Error").build()
            }
            Misbehavior::Unreachable { until, kind, code } if self.requests < *until => {
                let error = PathError::Icmp {
                    v6: to.is_ipv6(),
                    kind: *kind,
                    code: *code,
                    from: Some(to.ip()),
                };
                return vec![Reaction::Break {
                    from: to,
                    to: from,
                    error,
                }];
            }
            Misbehavior::FailsUntil(_) | Misbehavior::Unreachable { .. } => whole,
            Misbehavior::Repeats(times) => return vec![Reaction::send(to, from, whole); *times],
            Misbehavior::OldStyle => success(Method::BINDING)
                .address(AttributeType::MAPPED_ADDRESS, from)
                .build(),
            Misbehavior::Breaks(error) => {
                return vec![Reaction::Break {
                    from: to,
                    to: from,
                    error: error.clone(),
                }];
            }
            Misbehavior::Floods(count) => {
                let foreign = |number: usize| {
                    let mut id = [0xdd; 12];
                    id[..8].copy_from_slice(&(number as u64).to_be_bytes());
                    Reaction::send(to, from, right(TransactionId::new(id), from).build())
                };
                return (0..*count)
                    .map(foreign)
                    .chain([Reaction::send(to, from, whole)])
                    .collect();
            }
        };
        vec![Reaction::send(to, from, answer)]
    }
}
