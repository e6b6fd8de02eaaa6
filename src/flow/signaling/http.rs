//! HTTP/1.1 messages, as far as their bodies need it (RFC 9112); SIP has the same form.

use std::borrow::Cow;
use std::io::Read;

use flate2::read::{DeflateDecoder, MultiGzDecoder};
use memchr::memmem;

/// Longer heads are none.
const LONGEST_HEAD: usize = 64 << 10;
/// A body that unpacks to more is cut.
const LONGEST_BODY: u64 = 4 << 20;

/// The words that requests and answers begin with.
const STARTS: [&[u8]; 20] = [
    b"HTTP/1.",
    b"GET ",
    b"POST ",
    b"PUT ",
    b"PATCH ",
    b"DELETE ",
    b"OPTIONS ",
    b"HEAD ",
    b"SIP/2.0 ",
    b"INVITE ",
    b"ACK ",
    b"BYE ",
    b"CANCEL ",
    b"REGISTER ",
    b"UPDATE ",
    b"MESSAGE ",
    b"INFO ",
    b"NOTIFY ",
    b"SUBSCRIBE ",
    b"PRACK ",
];

/// The start of a message.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Head {
    /// All of it is there: its length, the empty line included, and how the body is told.
    Whole { length: usize, body: Body },
    /// More must come.
    Incomplete,
    /// Neither HTTP nor SIP.
    NotHttp,
}

/// How long a body is, and how it is packed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Body {
    length: usize,
    chunked: bool,
    packed: Option<Packed>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Packed {
    Gzip,
    Deflate,
}

/// Whether octets may be the start of a message.
pub(super) fn begins(bytes: &[u8]) -> bool {
    !bytes.is_empty()
        && STARTS.iter().any(|start| {
            let both = start.len().min(bytes.len());
            bytes[..both] == start[..both]
        })
}

/// The head at the start of `bytes`.
pub(super) fn head(bytes: &[u8]) -> Head {
    if bytes.is_empty() {
        return Head::Incomplete;
    }
    if !begins(bytes) {
        return Head::NotHttp;
    }
    let Some(end) = memmem::find(bytes, b"\r\n\r\n") else {
        return if bytes.len() > LONGEST_HEAD {
            Head::NotHttp
        } else {
            Head::Incomplete
        };
    };
    let mut body = Body::default();
    for line in bytes[..end].split(|&octet| octet == b'\n') {
        let Some(colon) = line.iter().position(|&octet| octet == b':') else {
            continue;
        };
        let name = line[..colon].trim_ascii().to_ascii_lowercase();
        let value = String::from_utf8_lossy(line[colon + 1..].trim_ascii()).to_ascii_lowercase();
        match name.as_slice() {
            b"content-length" | b"l" => body.length = value.parse().unwrap_or(0),
            b"transfer-encoding" => body.chunked = value.contains("chunked"),
            b"content-encoding" if value.contains("gzip") => body.packed = Some(Packed::Gzip),
            b"content-encoding" if value.contains("deflate") => body.packed = Some(Packed::Deflate),
            _ => {}
        }
    }
    Head::Whole { length: end + 4, body }
}

/// Whether an answer agrees to speak WebSocket (RFC 6455 §4.2.2).
pub(super) fn is_upgrade(head: &[u8]) -> bool {
    let first = head.split(|&octet| octet == b'\r').next().unwrap_or_default();
    first.starts_with(b"HTTP/1.1 101") && head.to_ascii_lowercase().windows(9).any(|word| word == b"websocket")
}

/// The body at the start of `bytes`, unpacked, and how many octets it takes; `None` if more must come.
pub(super) fn body<'a>(bytes: &'a [u8], body: &Body) -> Option<(usize, Cow<'a, [u8]>)> {
    let (taken, plain) = if body.chunked {
        let (taken, joined) = chunks(bytes)?;
        (taken, Cow::Owned(joined))
    } else {
        (body.length, Cow::Borrowed(bytes.get(..body.length)?))
    };
    let mut unpacked = Vec::new();
    // What is damaged is read up to the damage.
    let _ = match body.packed {
        None => return Some((taken, plain)),
        Some(Packed::Gzip) => MultiGzDecoder::new(&*plain)
            .take(LONGEST_BODY)
            .read_to_end(&mut unpacked),
        Some(Packed::Deflate) => DeflateDecoder::new(&*plain)
            .take(LONGEST_BODY)
            .read_to_end(&mut unpacked),
    };
    Some((taken, Cow::Owned(unpacked)))
}

/// Chunks (RFC 9112 §7.1), joined; a wrong one ends the body.
fn chunks(bytes: &[u8]) -> Option<(usize, Vec<u8>)> {
    let (mut at, mut joined) = (0, Vec::new());
    loop {
        let line = at + memmem::find(&bytes[at..], b"\r\n")?;
        let size = bytes[at..line].split(|&octet| octet == b';').next().unwrap_or_default();
        let size = str::from_utf8(size.trim_ascii())
            .ok()
            .and_then(|size| usize::from_str_radix(size, 16).ok());
        at = line + 2;
        match size {
            Some(0) => {
                let end = if bytes[at..].starts_with(b"\r\n") {
                    2
                } else {
                    memmem::find(&bytes[at..], b"\r\n\r\n")? + 4
                };
                return Some((at + end, joined));
            }
            Some(size) => {
                let end = at.checked_add(size)?;
                joined.extend_from_slice(bytes.get(at..end)?);
                at = end.checked_add(2).filter(|&at| at <= bytes.len())?;
            }
            None => return Some((bytes.len(), joined)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn heads() {
        assert_eq!(head(b""), Head::Incomplete);
        assert_eq!(head(b"GE"), Head::Incomplete);
        assert_eq!(head(b"\x16\x03"), Head::NotHttp);
        let Head::Whole { length, body } = head(b"INVITE sip:a SIP/2.0\r\nl: 12\r\n\r\nv=0") else {
            panic!()
        };
        assert_eq!((length, body.length), (31, 12));
    }

    #[test]
    fn a_body_cut_anywhere_waits_or_ends() {
        let chunked = Body {
            chunked: true,
            ..Body::default()
        };
        let bytes = b"5\r\nhello\r\n0\r\n\r\n";
        for cut in 0..bytes.len() {
            assert_eq!(body(&bytes[..cut], &chunked), None, "{cut}");
        }
        assert_eq!(body(bytes, &chunked), Some((15, Cow::Owned(b"hello".to_vec()))));
        assert_eq!(body(b"zz\r\n", &chunked).map(|(taken, _)| taken), Some(4));
        assert_eq!(body(b"ffffffffffffffff\r\n", &chunked), None);
    }
}
