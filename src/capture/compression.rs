//! Compressed capture files: gzip, zstd and LZ4, told by their first octets and read as streams.
//!
//! A compressed file that is cut or damaged is read as far as its decompressor can see, then gives the error.

use std::io::{self, BufRead, ErrorKind, Read};

use flate2::bufread::GzDecoder;
use lz4_flex::frame::FrameDecoder as Lz4Decoder;
use ruzstd::decoding::errors::{FrameDecoderError, ReadFrameHeaderError};
use ruzstd::decoding::{BlockDecodingStrategy, FrameDecoder as ZstdDecoder};

/// How a file is compressed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Compression {
    /// RFC 1952, several members included.
    Gzip,
    /// RFC 8878, several frames and skippable frames included.
    Zstd,
    /// The LZ4 frame format, and the legacy one of `lz4 -l`.
    Lz4,
}

impl Compression {
    /// Tells the compression by the first four octets of a file.
    pub fn detect(head: &[u8]) -> Option<Compression> {
        match head {
            [0x1f, 0x8b, ..] => Some(Compression::Gzip),
            [0x28, 0xb5, 0x2f, 0xfd, ..] | [0x50..=0x5f, 0x2a, 0x4d, 0x18, ..] => Some(Compression::Zstd),
            [0x04, 0x22, 0x4d, 0x18, ..] | [0x02, 0x21, 0x4c, 0x18, ..] => Some(Compression::Lz4),
            _ => None,
        }
    }

    /// The name in reports: `gzip`, `zstd`, `lz4`.
    pub const fn name(self) -> &'static str {
        match self {
            Compression::Gzip => "gzip",
            Compression::Zstd => "zstd",
            Compression::Lz4 => "lz4",
        }
    }

    /// What `source` holds, decompressed. Reads end with an error where the file is cut or damaged.
    pub fn open(self, source: impl BufRead + 'static) -> Box<dyn Read> {
        match self {
            Compression::Gzip => Box::new(Gzip::Member(GzDecoder::new(source))),
            Compression::Zstd => Box::new(Zstd::new(source)),
            Compression::Lz4 => Box::new(Lz4(Some(Lz4Decoder::new(source)))),
        }
    }
}

/// Reads gzip members until something else follows: zeros (of a tape) end the file like nothing does.
enum Gzip<R> {
    Member(GzDecoder<R>),
    Ended,
}

impl<R: BufRead> Read for Gzip<R> {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        while let Gzip::Member(decoder) = self {
            let count = decoder.read(out)?;
            if count > 0 || out.is_empty() {
                return Ok(count);
            }
            let Gzip::Member(ended) = std::mem::replace(self, Gzip::Ended) else {
                break;
            };
            let mut source = ended.into_inner();
            match source.fill_buf()?.first() {
                None | Some(0) => {}
                Some(0x1f) => *self = Gzip::Member(GzDecoder::new(source)),
                Some(_) => return Err(invalid("octets after the end of the gzip data")),
            }
        }
        Ok(0)
    }
}

/// Reads LZ4 frames one after another. Of a block that is cut nothing can be read: `lz4` makes them 4 MiB long.
struct Lz4<R: Read>(Option<Lz4Decoder<R>>);

impl<R: BufRead> Read for Lz4<R> {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        while let Some(decoder) = &mut self.0 {
            let count = decoder.read(out)?;
            if count > 0 || out.is_empty() {
                return Ok(count);
            }
            // The end of a frame, or of the file between two blocks.
            if !decoder.get_mut().fill_buf()?.is_empty() {
                self.0 = self.0.take().map(|ended| Lz4Decoder::new(ended.into_inner()));
            } else {
                self.0 = None;
            }
        }
        Ok(0)
    }
}

/// Reads zstd frames block by block.
///
/// The decoder keeps the last window of a frame (megabytes) to itself until the frame ends. So where a file is cut
/// the frame is ended for it, by an empty last block; what was decoded then comes out before the error does.
struct Zstd<R> {
    source: R,
    decoder: ZstdDecoder,
    block: Vec<u8>,
    failed: Option<io::Error>,
}

/// Octets of the largest block (RFC 8878 §3.1.1.2.4).
const MAX_BLOCK: usize = 128 * 1024;

/// An empty raw block that is the last of its frame (RFC 8878 §3.1.1.2), and a checksum that nobody compares.
const END_OF_FRAME: [u8; 7] = [1, 0, 0, 0, 0, 0, 0];

impl<R: BufRead> Zstd<R> {
    fn new(source: R) -> Zstd<R> {
        Zstd {
            source,
            decoder: ZstdDecoder::new(),
            block: Vec::new(),
            failed: None,
        }
    }

    /// Reads the header of the next frame; false at the end of the file.
    fn begin_frame(&mut self) -> io::Result<bool> {
        while !self.source.fill_buf()?.is_empty() {
            match self.decoder.init(&mut self.source) {
                Ok(()) => return Ok(true),
                Err(FrameDecoderError::ReadFrameHeaderError(ReadFrameHeaderError::SkipFrame { length, .. })) => {
                    io::copy(&mut self.source.by_ref().take(length.into()), &mut io::sink())?;
                }
                Err(error) => return Err(io::Error::new(ErrorKind::InvalidData, error)),
            }
        }
        Ok(false)
    }

    /// Reads one block whole, then decodes it: a decoder that meets the end of the file half-way has read it in vain.
    fn decode_block(&mut self) -> Result<(), io::Error> {
        let mut header = [0; 4];
        self.source.read_exact(&mut header[..3])?;
        let number = u32::from_le_bytes(header);
        let octets = match number >> 1 & 3 {
            1 => 1, // RLE: the size in the header is that of the output
            _ => (number >> 3) as usize,
        };
        if octets > MAX_BLOCK {
            return Err(invalid("zstd block of more than 128 KiB"));
        }
        self.block.clear();
        self.block.extend_from_slice(&header[..3]);
        self.block.resize(3 + octets, 0);
        self.source.read_exact(&mut self.block[3..])?;
        // After the last block the decoder reads a checksum, if there is one.
        let source = self.block.as_slice().chain(&mut self.source);
        let decoded = self.decoder.decode_blocks(source, BlockDecodingStrategy::UptoBlocks(1));
        decoded
            .map(drop)
            .map_err(|error| io::Error::new(ErrorKind::InvalidData, error))
    }
}

impl<R: BufRead> Read for Zstd<R> {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        loop {
            let count = self.decoder.read(out)?;
            if count > 0 || out.is_empty() {
                return Ok(count);
            }
            if let Some(error) = self.failed.take() {
                return Err(error);
            }
            if self.decoder.is_finished() {
                if !self.begin_frame()? {
                    return Ok(0);
                }
            } else if let Err(error) = self.decode_block() {
                self.failed = Some(error);
                let ended = self
                    .decoder
                    .decode_blocks(&END_OF_FRAME[..], BlockDecodingStrategy::UptoBlocks(1));
                ended.map_err(|error| io::Error::new(ErrorKind::InvalidData, error))?;
            }
        }
    }
}

fn invalid(what: &'static str) -> io::Error {
    io::Error::new(ErrorKind::InvalidData, what)
}

#[cfg(test)]
mod tests {
    use std::io::Write;

    use flate2::write::GzEncoder;
    use lz4_flex::frame::{BlockSize, FrameEncoder, FrameInfo};
    use proptest::prelude::*;
    use ruzstd::encoding::{CompressionLevel, compress_to_vec};

    use super::*;

    /// Something that compresses, but not to nothing.
    fn text(octets: usize) -> Vec<u8> {
        (0u32..)
            .flat_map(|number| format!("{number}, ").into_bytes())
            .take(octets)
            .collect()
    }

    fn pack(compression: Compression, bytes: &[u8]) -> Vec<u8> {
        match compression {
            Compression::Gzip => {
                let mut encoder = GzEncoder::new(Vec::new(), flate2::Compression::fast());
                encoder.write_all(bytes).unwrap();
                encoder.finish().unwrap()
            }
            Compression::Zstd => compress_to_vec(bytes, CompressionLevel::Fastest),
            Compression::Lz4 => {
                let info = FrameInfo::new().block_size(BlockSize::Max64KB);
                let mut encoder = FrameEncoder::with_frame_info(info, Vec::new());
                encoder.write_all(bytes).unwrap();
                encoder.finish().unwrap()
            }
        }
    }

    /// What can be read, and the error at its end.
    fn unpack(compression: Compression, packed: &[u8]) -> (Vec<u8>, Option<io::Error>) {
        let mut unpacked = Vec::new();
        let source = io::Cursor::new(packed.to_vec());
        let error = compression.open(source).read_to_end(&mut unpacked).err();
        (unpacked, error)
    }

    const ALL: [Compression; 3] = [Compression::Gzip, Compression::Zstd, Compression::Lz4];

    #[test]
    fn members_and_frames_follow_each_other() {
        for compression in ALL {
            let packed = [pack(compression, &text(300_000)), pack(compression, b"more")].concat();
            assert_eq!(Compression::detect(&packed), Some(compression));
            let (unpacked, error) = unpack(compression, &packed);
            assert!(error.is_none(), "{compression:?}: {error:?}");
            assert!(
                unpacked == [text(300_000), b"more".to_vec()].concat(),
                "{compression:?}"
            );
        }
    }

    #[test]
    fn zstd_frames_to_be_skipped_are() {
        let skipped = [0x51, 0x2a, 0x4d, 0x18, 3, 0, 0, 0, 7, 7, 7];
        let packed = [&skipped[..], &pack(Compression::Zstd, b"hello"), &skipped].concat();
        assert_eq!(Compression::detect(&packed), Some(Compression::Zstd));
        assert_eq!(unpack(Compression::Zstd, &packed).0, b"hello");
    }

    #[test]
    fn zeros_after_gzip_are_padding_and_other_octets_an_error() {
        let packed = pack(Compression::Gzip, b"hello");
        let (unpacked, error) = unpack(Compression::Gzip, &[&packed[..], &[0; 100]].concat());
        assert!(error.is_none());
        assert_eq!(unpacked, b"hello");
        let (unpacked, error) = unpack(Compression::Gzip, &[&packed[..], b"junk"].concat());
        assert!(error.is_some());
        assert_eq!(unpacked, b"hello");
    }

    #[test]
    fn what_is_cut_is_read_up_to_the_cut() {
        let whole = text(1_000_000);
        for compression in ALL {
            let packed = pack(compression, &whole);
            for cut in [packed.len() / 3, packed.len() / 2, packed.len() - 1] {
                let (unpacked, _) = unpack(compression, &packed[..cut]);
                assert!(whole.starts_with(&unpacked), "{compression:?}");
                // Blocks of zstd are 128 KiB, and no block can be read in part.
                let least = (whole.len() * cut / packed.len()).saturating_sub(300_000);
                assert!(unpacked.len() > least, "{compression:?} {cut}: {}", unpacked.len());
            }
        }
    }

    #[test]
    fn a_cut_anywhere_ends() {
        for compression in ALL {
            let packed = pack(compression, &text(2000));
            for cut in 4..packed.len() {
                let (unpacked, error) = unpack(compression, &packed[..cut]);
                assert!(unpacked.len() <= 2000);
                // LZ4 cut between two blocks, or before its end mark, does not show.
                assert!(
                    error.is_some() || compression == Compression::Lz4,
                    "{compression:?} {cut}"
                );
            }
        }
    }

    proptest! {
        #[test]
        fn damage_never_panics(which in 0..3usize, at in 4..500usize, octet: u8) {
            let mut packed = pack(ALL[which], &text(3000));
            if let Some(place) = packed.get_mut(at) {
                *place = octet;
            }
            let (unpacked, _) = unpack(ALL[which], &packed);
            prop_assert!(unpacked.len() < 1 << 20);
        }
    }
}
