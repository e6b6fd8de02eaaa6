//! [`Streams`]: text on TCP connections in the clear, HTTP first and WebSocket after an upgrade.

use std::collections::HashMap;

use super::http::{self, Head};
use super::websocket::WebSocket;
use crate::flow::{Direction, SessionId};

/// How much of one direction is held, waiting for the end of a message.
const HELD: usize = 1 << 20;
/// How many directions are followed at once.
const MOST: usize = 1024;
/// How much is held of all of them.
const HELD_IN_ALL: usize = 16 << 20;

/// The text streams of a capture.
#[derive(Debug, Default)]
pub(in crate::flow) struct Streams {
    list: HashMap<(SessionId, usize), Stream>,
    held: usize,
}

#[derive(Debug, Default)]
struct Stream {
    buffer: Vec<u8>,
    state: State,
}

#[derive(Debug, Default)]
enum State {
    #[default]
    Http,
    WebSocket(Box<WebSocket>),
    /// Nothing that we read.
    Other,
}

impl Streams {
    /// Takes the next octets of one direction; whole texts go to `take`. Says whether this is text that we read.
    pub fn feed(
        &mut self,
        session: SessionId,
        direction: Direction,
        bytes: &[u8],
        gap: bool,
        take: &mut dyn FnMut(&[u8]),
    ) -> bool {
        let key = (session, direction.index());
        if !self.list.contains_key(&key) {
            if self.list.len() >= MOST || !http::begins(bytes) {
                return false;
            }
            self.list.insert(key, Stream::default());
        }
        let Some(stream) = self.list.get_mut(&key) else {
            return false;
        };
        if gap || stream.buffer.len() + bytes.len() > HELD || self.held > HELD_IN_ALL {
            self.held -= stream.buffer.len();
            *stream = Stream::default();
            if !http::begins(bytes) {
                stream.state = State::Other;
            }
        }
        if matches!(stream.state, State::Other) {
            return false;
        }
        self.held -= stream.buffer.len();
        stream.buffer.extend_from_slice(bytes);
        let upgraded = stream.advance(take);
        self.held += stream.buffer.len();
        if upgraded {
            // The client speaks WebSocket from now on as well; what it sent before was its request.
            let key = (session, direction.reverse().index());
            let other = self.list.entry(key).or_default();
            self.held -= other.buffer.len();
            other.buffer.clear();
            other.state = State::WebSocket(Box::default());
        }
        true
    }
}

impl Stream {
    /// Reads what is whole. Says whether this side agreed to speak WebSocket.
    fn advance(&mut self, take: &mut dyn FnMut(&[u8])) -> bool {
        let mut upgraded = false;
        loop {
            let used = match &mut self.state {
                State::Http => match http::head(&self.buffer) {
                    Head::Whole { length, .. } if http::is_upgrade(&self.buffer[..length]) => {
                        upgraded = true;
                        self.state = State::WebSocket(Box::default());
                        length
                    }
                    Head::Whole { length, body } => match http::body(&self.buffer[length..], &body) {
                        Some((taken, text)) => {
                            take(&text);
                            length + taken
                        }
                        None => return upgraded,
                    },
                    Head::Incomplete => return upgraded,
                    Head::NotHttp => {
                        self.state = State::Other;
                        self.buffer = Vec::new();
                        return upgraded;
                    }
                },
                State::WebSocket(socket) => match socket.frame(&self.buffer, take) {
                    Some(used) => used,
                    None => return upgraded,
                },
                State::Other => return upgraded,
            };
            self.buffer.drain(..used);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn texts(pieces: &[(Direction, &[u8])]) -> Vec<String> {
        let mut streams = Streams::default();
        let mut texts = Vec::new();
        for (direction, bytes) in pieces {
            // However the octets are cut, the texts are the same.
            for piece in bytes.chunks(7) {
                streams.feed(SessionId(0), *direction, piece, false, &mut |text| {
                    texts.push(String::from_utf8_lossy(text).into_owned());
                });
            }
        }
        texts
    }

    #[test]
    fn bodies_of_requests_and_answers() {
        let request = b"POST /offer HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\n\r\nv=0\r\nGET /b HTTP/1.1\r\n\r\n";
        let answer = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n2;x=y\r\nde\r\n0\r\n\r\n";
        let all = texts(&[(Direction::Forward, request), (Direction::Backward, answer)]);
        assert_eq!(all, ["v=0\r\n", "", "abcde"]);
    }

    #[test]
    fn websockets_are_read_both_ways_after_the_upgrade() {
        let request = b"GET /ws HTTP/1.1\r\nUpgrade: websocket\r\n\r\n";
        let answer = b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\n\r\n\x81\x02hi";
        let masked = [0x81, 0x83, 1, 2, 3, 4, b'a' ^ 1, b'b' ^ 2, b'c' ^ 3];
        let all = texts(&[
            (Direction::Forward, request),
            (Direction::Backward, answer),
            (Direction::Forward, &masked),
        ]);
        assert_eq!(all, ["", "hi", "abc"]);
    }

    #[test]
    fn what_is_no_http_is_left_alone() {
        let mut streams = Streams::default();
        let mut none = |_: &[u8]| panic!("no text");
        assert!(!streams.feed(SessionId(1), Direction::Forward, b"\x00\x01binary", false, &mut none));
        assert!(!streams.feed(SessionId(1), Direction::Forward, b"", false, &mut none));
        assert_eq!(streams.held, 0);
    }
}
