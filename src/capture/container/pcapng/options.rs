//! Options: what blocks carry behind their fixed part.

use pcap_parser::{OptionCode, PcapError, parse_option_be, parse_option_le};

use super::super::fields::Fields;
use crate::capture::packet::Endian;

/// A comment, in every block.
pub const COMMENT: u16 = 1;

/// The options in some octets, up to their end or to the first that cannot be read.
#[derive(Clone, Debug)]
pub(super) struct Options<'a> {
    rest: Fields<'a>,
    damaged: bool,
}

impl<'a> Options<'a> {
    pub fn new(rest: Fields<'a>) -> Options<'a> {
        Options { rest, damaged: false }
    }
}

impl Options<'_> {
    /// Whether reading ended at an option that is longer than what is left.
    pub fn is_damaged(&self) -> bool {
        self.damaged
    }
}

impl<'a> Iterator for Options<'a> {
    type Item = (u16, Fields<'a>);

    fn next(&mut self) -> Option<Self::Item> {
        let Fields { bytes, endian } = self.rest;
        if self.damaged || bytes.is_empty() {
            return None;
        }
        let parsed = match endian {
            Endian::Little => parse_option_le::<PcapError<&[u8]>>(bytes),
            Endian::Big => parse_option_be::<PcapError<&[u8]>>(bytes),
        };
        let Ok((rest, option)) = parsed else {
            self.damaged = true;
            return None;
        };
        self.rest.bytes = rest;
        let OptionCode::EndOfOpt = option.code else {
            // The value is a slice of ours, but is not given out as one.
            let value = bytes.get(4..4 + usize::from(option.len)).unwrap_or(&[]);
            return Some((option.code.0, Fields { bytes: value, endian }));
        };
        None
    }
}

/// The value of an option that is text: UTF-8, as far as it is.
pub(super) fn text(bytes: &[u8]) -> String {
    let end = bytes.iter().position(|&octet| octet == 0).unwrap_or(bytes.len());
    String::from_utf8_lossy(&bytes[..end]).into_owned()
}
