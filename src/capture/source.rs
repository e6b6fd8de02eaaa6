//! [`Source`]: the packets of one or several capture files, in the order of their times.

use std::cell::Cell;
use std::fmt;
use std::io::{self, BufReader, Cursor, Read};
use std::rc::Rc;

use crate::capture::compression::Compression;
use crate::capture::container::{FileFacts, Reader, Record, Window};
use crate::capture::packet::{Packet, Time};

/// Something to read a capture from.
pub struct Input {
    /// What to call it: its path, or `-`.
    pub name: String,
    /// Its octets.
    pub read: Box<dyn Read>,
    /// How many these are, where that is known.
    pub size: Option<u64>,
}

/// An input that is no capture.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NotACapture {
    /// The name of the input.
    pub name: String,
    /// What it looks like: `text`, `a ZIP archive`.
    pub looks_like: String,
}

/// Capture files being read.
///
/// Packets of several files come merged by time; each file keeps its own order, also where its times go back, and a
/// packet without a time goes with the one before it.
pub struct Source {
    streams: Vec<Stream>,
    files: Vec<FileFacts>,
    frame: u64,
    /// The stream whose packet was given out last.
    given: Option<usize>,
    /// Interfaces numbered so far.
    interfaces: u32,
}

/// One file, and the packet of it that is next.
struct Stream {
    window: Window,
    reader: Reader,
    head: Option<Record>,
    /// When the packet is taken to have passed.
    time: Option<Time>,
    /// Interfaces of it that have their numbers.
    numbered: usize,
    consumed: Rc<Cell<u64>>,
    size: Option<u64>,
}

impl Source {
    /// Opens all inputs: reads the head of each, up to its first packet.
    ///
    /// # Errors
    /// One of them is no capture.
    pub fn open(inputs: Vec<Input>) -> Result<Source, NotACapture> {
        let mut source = Source {
            streams: Vec::new(),
            files: Vec::new(),
            frame: 0,
            given: None,
            interfaces: 0,
        };
        for input in inputs {
            let (stream, facts) = Stream::open(input)?;
            source.streams.push(stream);
            source.files.push(facts);
            source.advance(source.streams.len() - 1);
        }
        Ok(source)
    }

    /// The next packet of all files; `None` after the last. Damage ends its file, and stands in its facts.
    #[allow(
        clippy::should_implement_trait,
        reason = "the packet borrows the window it stands in"
    )]
    pub fn next(&mut self) -> Option<Packet<'_>> {
        if let Some(given) = self.given.take() {
            self.advance(given);
        }
        let chosen = match self.streams.as_slice() {
            [_] => 0,
            streams => (0..streams.len())
                .filter(|&n| streams[n].head.is_some())
                .min_by_key(|&n| streams[n].time)?,
        };
        let stream = self.streams.get_mut(chosen)?;
        let record = stream.head.as_ref()?;
        let facts = self.files.get_mut(chosen)?;
        self.given = Some(chosen);
        self.frame += 1;
        facts.count(record.time, record.data.len());
        if let Reader::PcapNg(reader) = &mut stream.reader {
            reader.comments().for_each(|text| facts.comment(Some(self.frame), text));
        }
        Some(Packet {
            frame: self.frame,
            time: record.time,
            link_type: record.link_type,
            endian: record.endian,
            fcs: record.fcs,
            interface: facts.interfaces.get(record.interface as usize)?.index,
            length: record.length,
            data: stream.window.bytes().get(record.data.clone())?,
        })
    }

    /// What the files say about themselves, in the order of the inputs. Complete after the last packet.
    pub fn files(&self) -> &[FileFacts] {
        &self.files
    }

    /// Octets read of the files, before decompression.
    pub fn progress(&self) -> u64 {
        self.streams.iter().map(|stream| stream.consumed.get()).sum()
    }

    /// Octets of all files, if the sizes of all are known.
    pub fn size(&self) -> Option<u64> {
        self.streams.iter().map(|stream| stream.size).sum()
    }

    /// Reads the next packet of one file, and numbers the interfaces that came before it.
    fn advance(&mut self, number: usize) {
        let (Some(stream), Some(facts)) = (self.streams.get_mut(number), self.files.get_mut(number)) else {
            return;
        };
        stream.head = stream.reader.next(&mut stream.window, facts);
        for interface in facts.interfaces.iter_mut().skip(stream.numbered) {
            interface.index = self.interfaces;
            self.interfaces += 1;
            stream.numbered += 1;
        }
        facts.bytes = stream.consumed.get();
        match &stream.head {
            Some(record) => stream.time = record.time.or(stream.time),
            None => facts.bytes = facts.bytes.max(stream.size.unwrap_or(0)),
        }
    }
}

impl Stream {
    fn open(input: Input) -> Result<(Stream, FileFacts), NotACapture> {
        let Input { name, mut read, size } = input;
        let mut head = Vec::new();
        // An error shows again when the window reads on.
        let _ = read.by_ref().take(64).read_to_end(&mut head);
        let consumed = Rc::new(Cell::new(head.len() as u64));
        let mut facts = FileFacts::new(name);
        let compression = Compression::detect(&head);
        facts.compression = compression.map(Compression::name);
        let counter = Rc::clone(&consumed);
        let whole = Cursor::new(head).chain(Counted { read, counter });
        let mut window = Window::new(match compression {
            Some(compression) => compression.open(BufReader::with_capacity(128 * 1024, whole)),
            None => Box::new(whole),
        });
        let Some(reader) = Reader::open(&mut window, &mut facts) else {
            let content = looks_like(window.bytes());
            let looks_like = match facts.compression {
                Some(compression) => format!("{content}, compressed by {compression}"),
                None => content.to_owned(),
            };
            return Err(NotACapture {
                name: facts.name,
                looks_like,
            });
        };
        let stream = Stream {
            window,
            reader,
            head: None,
            time: None,
            numbered: 0,
            consumed,
            size,
        };
        Ok((stream, facts))
    }
}

/// Counts what is read.
struct Counted {
    read: Box<dyn Read>,
    counter: Rc<Cell<u64>>,
}

impl Read for Counted {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        let count = self.read.read(out)?;
        self.counter.set(self.counter.get() + count as u64);
        Ok(count)
    }
}

/// What octets that are no capture look like.
fn looks_like(bytes: &[u8]) -> &'static str {
    const KNOWN: &[(&[u8], &str)] = &[
        (b"BZh", "bzip2; decompress it first"),
        (b"\xfd7zXZ\0", "xz; decompress it first"),
        (b"PK\x03\x04", "a ZIP archive; extract it first"),
        (b"7z\xbc\xaf", "a 7-Zip archive; extract it first"),
        (b"snoop\0\0\0", "a snoop capture; convert it with editcap -F pcapng"),
        (b"btsnoop\0", "a Bluetooth capture"),
        (b"GMBU", "a Network Monitor capture; convert it with editcap -F pcapng"),
        (b"\x7fELF", "a program"),
        (b"#!rtpplay", "an rtpdump file"),
        (b"<", "XML or HTML"),
        (b"{", "JSON"),
        (b"[", "JSON"),
    ];
    let head = &bytes[..bytes.len().min(512)];
    if head.is_empty() {
        return "nothing: it is empty";
    }
    match KNOWN.iter().find(|(magic, _)| head.starts_with(magic)) {
        Some((_, name)) => name,
        None if std::str::from_utf8(head).map_or_else(|e| e.valid_up_to() + 4 > head.len(), |_| true) => "text",
        None => "nothing known",
    }
}

impl fmt::Display for NotACapture {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "no capture: it looks like {}", self.looks_like)
    }
}

impl std::error::Error for NotACapture {}

impl fmt::Debug for Input {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Input({:?}, {:?} octets)", self.name, self.size)
    }
}

impl fmt::Debug for Source {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Source({} files, at frame {})", self.streams.len(), self.frame)
    }
}
