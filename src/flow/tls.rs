//! TLS over TCP, as `turns:` and `wss:` use it: what is in clear of a handshake, in one connection.
//!
//! Up to 1.2 that includes the server's certificate; in 1.3 only the hellos. What passes afterwards is counted.

use crate::datagram::Seen;
use crate::flow::Direction;
use crate::flow::hello::{Choice, Offer};
use crate::proto::tls::{
    Alert, Certificate, CertificateChain, CipherSuite, ClientHello, ContentType, Flavor, HandshakeType, Joiner,
    NamedGroup, Record, ServerHello, ServerKeyExchange, Version,
};

/// Certificates kept of one side, and alerts of one connection.
const KEPT: usize = 10;

/// The handshake of one TLS connection. Whatever the capture does not show is absent.
#[derive(Clone, Debug, Default)]
pub struct Tls {
    /// The way that the client's records go.
    pub client: Option<Direction>,
    /// The ClientHello; the last one after a HelloRetryRequest.
    pub offer: Option<Offer>,
    /// When the server asked for another ClientHello.
    pub hello_retry_request: Option<Seen>,
    /// The ServerHello.
    pub choice: Option<Choice>,
    /// The group of the key agreement, once the server has said it.
    pub group: Option<NamedGroup>,
    /// The server's certificates, its own first; in 1.3 they are encrypted.
    pub certificates: Vec<Certificate>,
    /// Alerts in clear, and when encrypted ones came: `None`.
    pub alerts: Vec<(Seen, Direction, Option<Alert>)>,
    /// When each side first sent application data, by [`Direction::index`]. In 1.3 the rest of the handshake is taken for it.
    pub data: [Option<Seen>; 2],
    joiners: [Joiner; 2],
    /// By [`Direction::index`]: from here on handshake records are encrypted.
    encrypted: [bool; 2],
}

impl Tls {
    /// Takes one record, its header included; its end may be missing.
    pub fn feed(&mut self, direction: Direction, seen: Seen, record: &[u8]) {
        let Ok(record) = Record::decode(record) else {
            return;
        };
        let way = direction.index();
        match record.content_type {
            ContentType::HANDSHAKE if !self.encrypted[way] => {
                self.joiners[way].push(record.fragment);
                let mut joiner = std::mem::take(&mut self.joiners[way]);
                while let Some((kind, body)) = joiner.next_message() {
                    self.message(direction, seen, kind, body);
                }
                self.joiners[way] = joiner;
            }
            ContentType::CHANGE_CIPHER_SPEC => self.encrypted[way] = true,
            ContentType::ALERT if self.alerts.len() < KEPT => {
                let alert = (!self.encrypted[way] && record.length == 2).then(|| Alert::decode(record.fragment).ok());
                self.alerts.push((seen, direction, alert.flatten()));
            }
            ContentType::APPLICATION_DATA => {
                self.encrypted[way] = true;
                self.data[way].get_or_insert(seen);
            }
            _ => {}
        }
    }

    fn message(&mut self, direction: Direction, seen: Seen, kind: HandshakeType, body: &[u8]) {
        match kind {
            HandshakeType::CLIENT_HELLO => {
                self.client = Some(direction);
                let hello = ClientHello::decode(body, Flavor::Tls).ok();
                self.offer = hello
                    .map(|hello| Offer::new(&hello, body.len(), seen))
                    .or(self.offer.take());
            }
            HandshakeType::SERVER_HELLO => {
                self.client.get_or_insert(direction.reverse());
                match ServerHello::decode(body) {
                    Ok(hello) if hello.is_hello_retry_request() => self.hello_retry_request = Some(seen),
                    Ok(hello) => {
                        let choice = Choice::new(&hello, seen);
                        self.group = choice.group;
                        self.choice = Some(choice);
                    }
                    Err(_) => {}
                }
            }
            HandshakeType::CERTIFICATE if self.client != Some(direction) => {
                let chain = CertificateChain::decode(body).certificates;
                self.certificates = chain.into_iter().take(KEPT).map(Certificate::decode).collect();
            }
            HandshakeType::SERVER_KEY_EXCHANGE => {
                let choice = self.choice.as_ref();
                let suite = choice.and_then(|choice| choice.cipher_suite);
                let version = choice.map_or(Version::TLS_1_2, |choice| choice.version);
                let exchange =
                    ServerKeyExchange::decode(body, suite.unwrap_or(CipherSuite::TLS_NULL_WITH_NULL_NULL), version);
                self.group = exchange.ok().and_then(|exchange| exchange.group);
            }
            _ => {}
        }
    }

    /// The first fatal alert in clear: who refused the connection, and how.
    pub fn refusal(&self) -> Option<(Seen, Direction, Alert)> {
        let version = self.choice.as_ref().map_or(Version::TLS_1_2, |choice| choice.version);
        self.alerts.iter().find_map(|(seen, direction, alert)| {
            let alert = alert.filter(|alert| alert.is_fatal(version))?;
            Some((*seen, *direction, alert))
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::proto::tls::AlertDescription;

    fn record(content_type: u8, content: &[u8]) -> Vec<u8> {
        let mut record = vec![content_type, 3, 3];
        record.extend((content.len() as u16).to_be_bytes());
        record.extend(content);
        record
    }

    fn message(kind: u8, body: &[u8]) -> Vec<u8> {
        let mut message = (body.len() as u32).to_be_bytes().to_vec();
        message[0] = kind;
        message.extend(body);
        message
    }

    fn client_hello() -> Vec<u8> {
        let mut body = vec![3, 3];
        body.extend([1; 32]);
        body.extend(b"\0\0\x02\xc0\x2b\x01\0\0\x15\0\0\0\x11\0\x0f\0\0\x0cturn.example");
        message(1, &body)
    }

    fn server_flight() -> Vec<u8> {
        let mut body = vec![3, 3];
        body.extend([2; 32]);
        body.extend(b"\0\xc0\x2b\0");
        [
            message(2, &body),
            message(11, b"\0\0\x06\0\0\x03abc"),
            message(12, b"\x03\0\x17\x01k\x04\x03\0\x01s"),
            message(14, b""),
        ]
        .concat()
    }

    #[test]
    fn what_is_in_clear_is_told_however_records_cut_it() {
        let flight = server_flight();
        for cut in 1..flight.len() {
            let mut tls = Tls::default();
            tls.feed(Direction::Forward, Seen::default(), &record(22, &client_hello()));
            for part in [&flight[..cut], &flight[cut..]] {
                tls.feed(Direction::Backward, Seen::default(), &record(22, part));
            }
            assert_eq!(tls.client, Some(Direction::Forward));
            assert_eq!(tls.offer.as_ref().unwrap().server_name.as_deref(), Some("turn.example"));
            let choice = tls.choice.as_ref().unwrap();
            assert_eq!(
                (choice.version, choice.cipher_suite.unwrap().0),
                (Version::TLS_1_2, 0xc02b)
            );
            assert_eq!(tls.certificates, [Certificate::decode(b"abc")]);
            assert_eq!(tls.group, Some(NamedGroup::SECP256R1));
        }
    }

    #[test]
    fn what_is_encrypted_is_not_read() {
        let mut tls = Tls::default();
        tls.feed(Direction::Forward, Seen::default(), &record(22, &client_hello()));
        tls.feed(Direction::Backward, Seen::default(), &record(20, &[1]));
        tls.feed(Direction::Backward, Seen::default(), &record(22, &server_flight()));
        tls.feed(Direction::Backward, Seen::default(), &record(21, &[2, 42]));
        assert!(tls.choice.is_none() && tls.refusal().is_none() && tls.alerts.len() == 1);
        tls.feed(
            Direction::Forward,
            Seen {
                frame: 9,
                ..Seen::default()
            },
            &record(23, b"data"),
        );
        assert_eq!(tls.data[0].unwrap().frame, 9);
    }

    #[test]
    fn an_alert_refuses() {
        let mut tls = Tls::default();
        tls.feed(Direction::Forward, Seen::default(), &record(22, &client_hello()));
        tls.feed(Direction::Backward, Seen::default(), &record(21, &[2, 40]));
        let (_, direction, alert) = tls.refusal().unwrap();
        assert_eq!(
            (direction, alert.description),
            (Direction::Backward, AlertDescription::HANDSHAKE_FAILURE)
        );
        for cut in 0..7 {
            Tls::default().feed(Direction::Forward, Seen::default(), &record(21, &[2, 40])[..cut]);
        }
    }
}
