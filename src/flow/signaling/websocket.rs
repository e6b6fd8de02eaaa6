//! [`WebSocket`]: messages of a WebSocket connection, unmasked and inflated (RFC 6455, RFC 7692).

use flate2::{Decompress, FlushDecompress};

/// A message that is longer, packed or not, is no signaling; what comes after it is read all the same.
const LONGEST: usize = 1 << 20;

/// One direction of a connection.
#[derive(Debug, Default)]
pub(super) struct WebSocket {
    /// The fragments of a message so far.
    message: Vec<u8>,
    packed: bool,
    /// What the sender's compressor remembers from message to message.
    inflate: Option<Decompress>,
}

impl WebSocket {
    /// Reads the frame at the start of `bytes`; a message that it completes goes to `take`. Gives how many octets the
    /// frame has, or `None` if more must come.
    pub fn frame(&mut self, bytes: &[u8], take: &mut dyn FnMut(&[u8])) -> Option<usize> {
        let &[first, second, ref rest @ ..] = bytes else {
            return None;
        };
        let masked = second & 0x80 != 0;
        let (length, wide) = match second & 0x7f {
            126 => (u64::from(u16::from_be_bytes(*rest.first_chunk()?)), 2),
            127 => (u64::from_be_bytes(*rest.first_chunk()?), 8),
            length => (u64::from(length), 0),
        };
        // What cannot be held cannot be read; nor can anything after it.
        let length = usize::try_from(length).ok().filter(|&length| length <= LONGEST)?;
        let start = 2 + wide + if masked { 4 } else { 0 };
        let payload = bytes.get(start..start + length)?;
        let (last, packed, opcode) = (first & 0x80 != 0, first & 0x40 != 0, first & 0x0f);
        if opcode <= 2 {
            if opcode != 0 {
                self.message.clear();
                self.packed = packed;
            }
            let mask: [u8; 4] = match masked {
                true => *bytes[start - 4..].first_chunk()?,
                false => [0; 4],
            };
            if self.message.len() + length <= LONGEST {
                let clear = payload
                    .iter()
                    .zip(mask.iter().cycle())
                    .map(|(octet, mask)| octet ^ mask);
                self.message.extend(clear);
            }
            if last {
                self.end(take);
            }
        }
        Some(start + length)
    }

    fn end(&mut self, take: &mut dyn FnMut(&[u8])) {
        if !self.packed {
            take(&self.message);
            return self.message.clear();
        }
        self.message.extend_from_slice(&[0, 0, 0xff, 0xff]);
        let inflate = self.inflate.get_or_insert_with(|| Decompress::new(false));
        let mut text = Vec::new();
        let mut read = 0;
        while read < self.message.len() && text.len() < LONGEST {
            text.reserve(4096);
            let before = (inflate.total_in(), text.len());
            let done = inflate.decompress_vec(&self.message[read..], &mut text, FlushDecompress::Sync);
            read += (inflate.total_in() - before.0) as usize;
            if done.is_err() || (inflate.total_in(), text.len()) == before {
                break;
            }
        }
        take(&text);
        self.message.clear();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn all(bytes: &[u8]) -> (Vec<Vec<u8>>, usize) {
        let (mut socket, mut texts, mut at) = (WebSocket::default(), Vec::new(), 0);
        while let Some(used) = socket.frame(&bytes[at..], &mut |text| texts.push(text.to_vec())) {
            at += used;
        }
        (texts, at)
    }

    #[test]
    fn the_examples_of_the_rfcs() {
        // RFC 6455 §5.7: unmasked, masked, fragmented; RFC 7692 §7.2.3.1: packed, twice with one dictionary.
        let frames: [(&[u8], &[&str]); 4] = [
            (b"\x81\x05Hello", &["Hello"]),
            (b"\x81\x85\x37\xfa\x21\x3d\x7f\x9f\x4d\x51\x58", &["Hello"]),
            (b"\x01\x03Hel\x89\x00\x80\x02lo", &["Hello"]),
            (
                b"\xc1\x07\xf2\x48\xcd\xc9\xc9\x07\x00\xc1\x05\xf2\x00\x11\x00\x00",
                &["Hello", "Hello"],
            ),
        ];
        for (bytes, wanted) in frames {
            let (texts, used) = all(bytes);
            let texts: Vec<_> = texts.iter().map(|text| String::from_utf8_lossy(text)).collect();
            assert_eq!(
                (texts, used),
                (wanted.iter().map(|&text| text.into()).collect(), bytes.len())
            );
        }
    }

    #[test]
    fn a_frame_cut_anywhere_waits() {
        let bytes = b"\x81\xfe\x00\x05\x37\xfa\x21\x3d\x7f\x9f\x4d\x51\x58";
        for cut in 0..bytes.len() {
            assert_eq!(all(&bytes[..cut]), (vec![], 0), "{cut}");
        }
        assert_eq!(all(bytes).0, [b"Hello"]);
        assert_eq!(all(b"\x81\x7f\xff\xff\xff\xff\xff\xff\xff\xff").0.len(), 0);
    }
}
