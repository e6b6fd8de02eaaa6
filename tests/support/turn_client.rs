//! A TURN client that takes an allocation and keeps it, for tests of quotas. Built on the `stun` crate, not on ours.

use std::net::{SocketAddr, UdpSocket};
use std::time::Duration;

use stun::agent::TransactionId;
use stun::attributes::{ATTR_LIFETIME, ATTR_NONCE, ATTR_REALM, ATTR_REQUESTED_TRANSPORT, ATTR_USERNAME};
use stun::integrity::MessageIntegrity;
use stun::message::{
    CLASS_REQUEST, CLASS_SUCCESS_RESPONSE, METHOD_ALLOCATE, METHOD_REFRESH, Message, MessageType, Method, Setter,
};
use stun::textattrs::TextAttribute;

/// An allocation over UDP. It lives on after this is dropped, as one of a crashed client does; see [`Held::release`].
#[derive(Debug)]
pub struct Held {
    socket: UdpSocket,
    username: String,
    password: String,
    realm: String,
    nonce: String,
}

impl Held {
    /// Allocates at `server`.
    ///
    /// # Panics
    /// If the server does not grant it.
    pub fn allocate(server: SocketAddr, username: &str, password: &str) -> Held {
        let socket = UdpSocket::bind((server.ip(), 0)).expect("a port on loopback");
        socket.connect(server).expect("a route to loopback");
        socket
            .set_read_timeout(Some(Duration::from_secs(30)))
            .expect("a timeout");
        let mut held = Held {
            socket,
            username: username.to_owned(),
            password: password.to_owned(),
            realm: String::new(),
            nonce: String::new(),
        };
        let challenge = held.ask(METHOD_ALLOCATE);
        held.realm = text(&challenge, ATTR_REALM);
        held.nonce = text(&challenge, ATTR_NONCE);
        let answer = held.ask(METHOD_ALLOCATE);
        assert_eq!(answer.typ.class, CLASS_SUCCESS_RESPONSE, "{answer}");
        held
    }

    /// Gives it back (RFC 8656 §7.1, lifetime 0).
    pub fn release(self) {
        let answer = self.ask(METHOD_REFRESH);
        assert_eq!(answer.typ.class, CLASS_SUCCESS_RESPONSE, "{answer}");
    }

    fn ask(&self, method: Method) -> Message {
        let mut request = Message::new();
        request.transaction_id = TransactionId::new();
        request.set_type(MessageType {
            method,
            class: CLASS_REQUEST,
        });
        request.write_header();
        if method == METHOD_ALLOCATE {
            request.add(ATTR_REQUESTED_TRANSPORT, &[17, 0, 0, 0]);
        } else {
            request.add(ATTR_LIFETIME, &[0; 4]);
        }
        if !self.realm.is_empty() {
            request.add(ATTR_USERNAME, self.username.as_bytes());
            request.add(ATTR_REALM, self.realm.as_bytes());
            request.add(ATTR_NONCE, self.nonce.as_bytes());
            let (username, realm, password) = (&self.username, &self.realm, &self.password);
            MessageIntegrity::new_long_term_integrity(username.clone(), realm.clone(), password.clone())
                .add_to(&mut request)
                .expect("room for the integrity");
        }
        self.socket.send(&request.raw).expect("loopback takes it");
        let mut buffer = [0; 2048];
        let length = self.socket.recv(&mut buffer).expect("an answer from the server");
        let mut answer = Message::new();
        answer.unmarshal_binary(&buffer[..length]).expect("STUN");
        answer
    }
}

fn text(message: &Message, attribute: stun::attributes::AttrType) -> String {
    TextAttribute::get_from_as(message, attribute)
        .expect("the attribute of a challenge")
        .text
}
