//! [`Window`]: the part of a stream that is being looked at.

use std::fmt;
use std::io::{self, ErrorKind, Read};

/// Octets asked from the system at a time: measured best between 64 KiB and 1 MiB.
const SIZE: usize = 128 * 1024;

/// A window that slides over a stream. It grows as octets arrive, never by a number that the stream names.
pub struct Window {
    source: Box<dyn Read>,
    buffer: Vec<u8>,
    start: usize,
    end: usize,
    /// Where `start` stands in the stream.
    offset: u64,
    /// The stream gives no more.
    ended: bool,
    error: Option<io::Error>,
}

impl Window {
    /// A window at the start of `source`.
    pub fn new(source: Box<dyn Read>) -> Window {
        Window {
            source,
            buffer: vec![0; SIZE],
            start: 0,
            end: 0,
            offset: 0,
            ended: false,
            error: None,
        }
    }

    /// Octets from the start of the stream to the start of the window.
    pub fn offset(&self) -> u64 {
        self.offset
    }

    /// What is in the window now.
    pub fn bytes(&self) -> &[u8] {
        &self.buffer[self.start..self.end]
    }

    /// Why the stream ended, if it was not its end.
    pub fn error(&self) -> Option<&io::Error> {
        self.error.as_ref()
    }

    /// Reads until the window holds `count` octets; false if the stream ends before.
    #[inline]
    pub fn ensure(&mut self, count: usize) -> bool {
        self.end - self.start >= count || self.fill(count)
    }

    /// Moves the window on by `count` octets, at most to its end.
    #[inline]
    pub fn consume(&mut self, count: usize) {
        let count = count.min(self.end - self.start);
        self.start += count;
        self.offset += count as u64;
    }

    /// Moves on by `count` octets, however many; false if the stream ends before.
    pub fn skip(&mut self, mut count: u64) -> bool {
        loop {
            let here = count.min((self.end - self.start) as u64);
            self.consume(here as usize);
            count -= here;
            if count == 0 || !self.ensure(1) {
                return count == 0;
            }
        }
    }

    #[cold]
    fn fill(&mut self, count: usize) -> bool {
        self.buffer.copy_within(self.start..self.end, 0);
        self.end -= self.start;
        self.start = 0;
        while self.end < count && !self.ended {
            if self.end == self.buffer.len() {
                self.buffer.resize(self.buffer.len() * 2, 0);
            }
            match self.source.read(&mut self.buffer[self.end..]) {
                Ok(0) => self.ended = true,
                Ok(read) => self.end += read,
                Err(error) if error.kind() == ErrorKind::Interrupted => {}
                Err(error) => {
                    self.ended = true;
                    self.error = Some(error);
                }
            }
        }
        self.end >= count
    }
}

impl fmt::Debug for Window {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Window({} octets at {})", self.end - self.start, self.offset)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Gives one octet at a time, and fails at the end.
    struct Drip(u32);

    impl Read for Drip {
        fn read(&mut self, out: &mut [u8]) -> std::io::Result<usize> {
            self.0 += 1;
            match self.0 {
                0..=20 => {
                    out[0] = self.0 as u8;
                    Ok(1)
                }
                21 => Err(ErrorKind::Interrupted.into()),
                22..=30 => {
                    out[0] = 0;
                    Ok(1)
                }
                _ => Err(std::io::Error::other("disk on fire")),
            }
        }
    }

    #[test]
    fn slides_over_a_stream_of_any_pieces() {
        let mut window = Window::new(Box::new(Drip(0)));
        assert!(window.ensure(5));
        assert_eq!(window.bytes(), [1, 2, 3, 4, 5]);
        window.consume(3);
        assert!(window.ensure(4));
        assert_eq!((window.bytes(), window.offset()), (&[4, 5, 6, 7][..], 3));
        assert!(window.skip(20));
        assert_eq!((window.bytes().len(), window.offset()), (0, 23));
        assert!(!window.ensure(8), "29 octets in all");
        assert_eq!(window.bytes().len(), 6);
        assert_eq!(window.error().map(ToString::to_string), Some("disk on fire".to_owned()));
        assert!(!window.skip(7));
    }

    #[test]
    fn grows_by_what_comes_not_by_what_is_asked_for() {
        let mut window = Window::new(Box::new(std::io::repeat(7).take(SIZE as u64 + 1)));
        assert!(!window.ensure(usize::MAX));
        assert_eq!(window.bytes().len(), SIZE + 1);
        assert!(window.buffer.len() <= 4 * SIZE);
    }
}
