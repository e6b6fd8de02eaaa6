//! [`StunServer`]: answers Binding requests, with RFC 5780's second address if it has one.

use std::net::SocketAddr;

use rtcdiag::proto::stun::{AttributeType, Builder, Class, Message, Method, Value};
use rtcdiag::time::At;

use super::service::{Reaction, Service};

/// A well-behaved STUN server.
#[derive(Clone, Debug)]
pub struct StunServer {
    /// A1:P1, and A2:P2 if RFC 5780 is supported; the two mixed addresses follow from them.
    first: SocketAddr,
    second: Option<SocketAddr>,
    pub software: Option<String>,
}

impl StunServer {
    pub fn new(address: SocketAddr) -> StunServer {
        StunServer {
            first: address,
            second: None,
            software: Some("sim".into()),
        }
    }

    /// A server that answers CHANGE-REQUEST.
    pub fn with_second(address: SocketAddr, second: SocketAddr) -> StunServer {
        StunServer {
            first: address,
            second: Some(second),
            software: None,
        }
    }

    /// All addresses it is to be put at.
    pub fn addresses(&self) -> Vec<SocketAddr> {
        let first = self.first;
        let mut addresses = vec![first];
        if let Some(second) = self.second {
            addresses.push(SocketAddr::new(first.ip(), second.port()));
            addresses.push(SocketAddr::new(second.ip(), first.port()));
            addresses.push(second);
        }
        addresses
    }

    /// The address that differs from `to` as asked.
    fn changed(&self, to: SocketAddr, ip: bool, port: bool) -> SocketAddr {
        let Some(second) = self.second else { return to };
        let other_ip = if to.ip() == self.first.ip() {
            second.ip()
        } else {
            self.first.ip()
        };
        let other_port = if to.port() == self.first.port() {
            second.port()
        } else {
            self.first.port()
        };
        SocketAddr::new(
            if ip { other_ip } else { to.ip() },
            if port { other_port } else { to.port() },
        )
    }
}

impl Service for StunServer {
    fn receive(&mut self, _: At, to: SocketAddr, from: SocketAddr, bytes: &[u8]) -> Vec<Reaction> {
        let Ok(request) = Message::decode(bytes) else {
            return Vec::new();
        };
        if (request.class(), request.method()) != (Class::Request, Method::BINDING) {
            return Vec::new();
        }
        let mut answer = Builder::new(Class::Success, Method::BINDING, request.transaction_id())
            .xor_address(AttributeType::XOR_MAPPED_ADDRESS, from)
            .address(AttributeType::MAPPED_ADDRESS, from);
        let origin = match request.get(AttributeType::CHANGE_REQUEST) {
            Some(Value::ChangeRequest { change_ip, change_port }) => self.changed(to, change_ip, change_port),
            _ => to,
        };
        if self.second.is_some() {
            answer = answer
                .address(AttributeType::OTHER_ADDRESS, self.changed(to, true, true))
                .address(AttributeType::RESPONSE_ORIGIN, origin);
        }
        if let Some(software) = &self.software {
            answer = answer.text(AttributeType::SOFTWARE, software);
        }
        vec![Reaction::send(origin, from, answer.fingerprint().build())]
    }
}
