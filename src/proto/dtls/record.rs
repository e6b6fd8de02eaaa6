//! [`Records`]: the records of one datagram (RFC 9147 §4, RFC 6347 §4.1, RFC 9146 §4).

use crate::proto::reader::{Damage, Reader};
use crate::proto::tls::{ContentType, Version};

/// What a record's header says about its content.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Kind {
    /// In clear: epoch 0.
    Plain,
    /// Encrypted, with the header of DTLS up to 1.2.
    Encrypted,
    /// Encrypted, with a connection id, and its type hidden (RFC 9146).
    ConnectionId,
    /// Encrypted, with the short header of 1.3, and its type and number hidden.
    Unified,
}

/// One record.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Record<'a> {
    /// What kind of header it has.
    pub kind: Kind,
    /// What it carries; that of a unified header is hidden, and `APPLICATION_DATA` here.
    pub content_type: ContentType,
    /// As the header has it; a unified header has none.
    pub version: Option<Version>,
    /// Which keys: 0 for none. Of a unified header only the lowest two bits: 2 for the handshake, 3 for data.
    pub epoch: u16,
    /// Its number in the epoch. Encrypted in a unified header, and cut off to 8 or 16 bits.
    pub sequence: u64,
    /// The connection id before the content, if any.
    pub connection_id: &'a [u8],
    /// Where it stands in the datagram.
    pub offset: usize,
    /// Where its content stands in the datagram.
    pub content_offset: usize,
    /// Its content.
    pub fragment: &'a [u8],
    /// Octets missing at the end of its content.
    pub missing: usize,
}

impl Record<'_> {
    /// Octets of a header up to 1.2, without connection id.
    pub const HEADER: usize = 13;
    /// More octets than this no record may carry (RFC 6347 §4.1 by RFC 5246 §6.2.3).
    pub const MAXIMUM: usize = (1 << 14) + 2048;

    /// Whether the fields of its header are those that an endpoint writes.
    pub fn is_plausible(&self) -> bool {
        let known = match self.kind {
            Kind::Unified => true,
            _ => self.version.is_some_and(is_known) && (20..=27).contains(&self.content_type.0),
        };
        let length = self.fragment.len() + self.missing;
        // Application data may be empty; nothing else may, and an alert or a change of ciphers in clear has its size.
        let fits = match (self.kind, self.content_type) {
            (Kind::Plain, ContentType::ALERT) => length == 2,
            (Kind::Plain, ContentType::CHANGE_CIPHER_SPEC) => (1..=3).contains(&length),
            (Kind::Plain, ContentType::HANDSHAKE) => length >= 12,
            (Kind::Plain, ContentType::APPLICATION_DATA) => false,
            _ => length > 0,
        };
        known && fits && length <= Record::MAXIMUM && self.epoch < 0x100
    }

    /// Octets on the wire, header included, without what is missing.
    pub const fn size(&self) -> usize {
        self.content_offset - self.offset + self.fragment.len()
    }
}

fn is_known(version: Version) -> bool {
    version.is_dtls() && version.name().is_some()
}

/// The records of a datagram, in order, up to the damage.
#[derive(Clone, Debug)]
pub struct Records<'a> {
    reader: Reader<'a>,
    /// Where the record begins that is being read.
    start: Reader<'a>,
    connection_id_length: Option<usize>,
    damage: Option<Damage>,
}

impl<'a> Records<'a> {
    /// Reads a datagram. Lengths of connection ids are guessed: the shortest with which records fill it.
    pub const fn new(datagram: &'a [u8]) -> Records<'a> {
        Records {
            reader: Reader::new(datagram),
            start: Reader::new(datagram),
            connection_id_length: None,
            damage: None,
        }
    }

    /// Reads connection ids of this length, as the receiver asked for in its hello.
    pub const fn with_connection_id_length(mut self, length: usize) -> Records<'a> {
        self.connection_id_length = Some(length);
        self
    }

    /// What is wrong after the last record: a header that is cut, or octets that begin no record.
    pub const fn damage(&self) -> Option<Damage> {
        self.damage
    }

    fn read(&mut self) -> Result<Record<'a>, Damage> {
        match self.reader.rest() {
            [0b0010_0000..=0b0011_1111, ..] => self.read_unified(),
            [20..=31, ..] => self.read_classic(),
            _ => Err(Damage {
                offset: self.reader.offset(),
                wanted: 1,
                available: 0,
                what: "content type of a record",
            }),
        }
    }

    /// A record with the header of DTLS up to 1.2 (RFC 6347 §4.1, RFC 9146 §4).
    fn read_classic(&mut self) -> Result<Record<'a>, Damage> {
        let offset = self.reader.offset();
        let content_type = ContentType(self.reader.u8("content type of a record")?);
        let version = Version(self.reader.u16("version of a record")?);
        let epoch = self.reader.u16("epoch of a record")?;
        let high = self.reader.u16("sequence number of a record")?;
        let low = self.reader.u32("sequence number of a record")?;
        let (kind, connection_id) = match (content_type, epoch) {
            (ContentType::TLS12_CID, _) => (Kind::ConnectionId, self.connection_id()?),
            (_, 0) => (Kind::Plain, &[][..]),
            _ => (Kind::Encrypted, &[][..]),
        };
        let length = self.reader.u16("length of a record")?;
        let content = self.content(Some(length.into()))?;
        Ok(Record {
            kind,
            content_type,
            version: Some(version),
            epoch,
            sequence: u64::from(high) << 32 | u64::from(low),
            connection_id,
            offset,
            ..content
        })
    }

    /// A record with the header of 1.3 (RFC 9147 §4): 001, connection id, long number, length, two bits of the epoch.
    fn read_unified(&mut self) -> Result<Record<'a>, Damage> {
        let offset = self.reader.offset();
        let flags = self.reader.u8("flags of a record")?;
        let (has_id, is_long, has_length) = (flags & 0x10 != 0, flags & 0x08 != 0, flags & 0x04 != 0);
        let connection_id = match has_id {
            true => self.connection_id()?,
            false => &[],
        };
        let sequence = match is_long {
            true => self.reader.u16("number of a record")?,
            false => self.reader.u8("number of a record")?.into(),
        };
        let length = match has_length {
            true => Some(self.reader.u16("length of a record")?.into()),
            false => None,
        };
        let content = self.content(length)?;
        Ok(Record {
            epoch: u16::from(flags & 0x03),
            sequence: sequence.into(),
            connection_id,
            offset,
            ..content
        })
    }

    /// The content of a record, up to the end of the datagram where there is no length; the fields of its header are still to
    /// be filled in.
    fn content(&mut self, length: Option<usize>) -> Result<Record<'a>, Damage> {
        let length = length.unwrap_or(self.reader.remaining());
        let content_offset = self.reader.offset();
        let there = length.min(self.reader.remaining());
        Ok(Record {
            kind: Kind::Unified,
            content_type: ContentType::APPLICATION_DATA,
            version: None,
            epoch: 0,
            sequence: 0,
            connection_id: &[],
            offset: content_offset,
            content_offset,
            fragment: self.reader.bytes(there, "content of a record")?,
            missing: length - there,
        })
    }

    /// A connection id, whose length no header says.
    fn connection_id(&mut self) -> Result<&'a [u8], Damage> {
        let length = match self.connection_id_length {
            Some(length) => length,
            None => self.guess_connection_id(),
        };
        self.reader.bytes(length, "connection id")
    }

    /// The shortest length with which the records from here fill the datagram; 0 if none does.
    fn guess_connection_id(&mut self) -> usize {
        let fills = |length: &usize| {
            let mut records = Records {
                reader: self.start,
                ..self.clone()
            }
            .with_connection_id_length(*length);
            records.by_ref().all(|record| record.missing == 0) && records.damage.is_none()
        };
        let length = (0..=LONGEST_GUESS).find(fills).unwrap_or(0);
        self.connection_id_length = Some(length);
        length
    }
}

/// Implementations use up to 20 octets; longer ones are allowed, but not guessed.
const LONGEST_GUESS: usize = 32;

impl<'a> Iterator for Records<'a> {
    type Item = Record<'a>;

    fn next(&mut self) -> Option<Record<'a>> {
        if self.reader.is_empty() || self.damage.is_some() {
            return None;
        }
        self.start = self.reader;
        match self.read() {
            Ok(record) => Some(record),
            Err(damage) => {
                self.damage = Some(damage);
                None
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// A record in the header of DTLS up to 1.2.
    pub fn record(content_type: u8, epoch: u16, sequence: u32, fragment: &[u8]) -> Vec<u8> {
        let mut bytes = vec![content_type, 0xfe, 0xfd];
        bytes.extend(epoch.to_be_bytes());
        bytes.extend([0, 0]);
        bytes.extend(sequence.to_be_bytes());
        bytes.extend((fragment.len() as u16).to_be_bytes());
        bytes.extend(fragment);
        bytes
    }

    #[test]
    fn several_records_in_a_datagram() {
        let datagram = [record(20, 0, 5, &[1]), record(22, 1, 0, b"secret")].concat();
        let mut records = Records::new(&datagram);
        let first = records.next().unwrap();
        assert_eq!(
            (first.kind, first.content_type),
            (Kind::Plain, ContentType::CHANGE_CIPHER_SPEC)
        );
        assert_eq!((first.version, first.sequence), (Some(Version::DTLS_1_2), 5));
        let second = records.next().unwrap();
        assert_eq!((second.kind, second.epoch), (Kind::Encrypted, 1));
        assert_eq!(
            (second.fragment, second.offset, second.content_offset),
            (&b"secret"[..], 14, 27)
        );
        assert_eq!((records.next(), records.damage()), (None, None));
        assert_eq!(first.size() + second.size(), datagram.len());
    }

    #[test]
    fn the_short_headers_of_1_3() {
        let record = Records::new(b"\x2e\x12\x34\0\x02ab").next().unwrap();
        assert_eq!((record.kind, record.epoch, record.sequence), (Kind::Unified, 2, 0x1234));
        assert_eq!((record.fragment, record.missing), (&b"ab"[..], 0));
        let record = Records::new(b"\x23\x12everything").next().unwrap();
        assert_eq!(
            (record.epoch, record.sequence, record.fragment),
            (3, 0x12, &b"everything"[..])
        );
        let mut records = Records::new(b"\x2f\0\x01\0\x01x\x27\x02\0\x01y");
        assert_eq!(
            records.by_ref().map(|record| record.fragment).collect::<Vec<_>>(),
            [b"x", b"y"]
        );
        assert_eq!(records.damage(), None);
    }

    #[test]
    fn connection_ids_are_known_or_guessed() {
        let datagram = b"\x19\xfe\xfd\0\x01\0\0\0\0\0\x07idid\0\x03abc";
        for records in [
            Records::new(datagram),
            Records::new(datagram).with_connection_id_length(4),
        ] {
            let record = records.clone().next().unwrap();
            assert_eq!((record.kind, record.connection_id), (Kind::ConnectionId, &b"idid"[..]));
            assert_eq!(record.fragment, b"abc");
        }
        let datagram = b"\x3fidid\0\x09\0\x03abc\x3fidid\0\x0a\0\x01z";
        let fragments = |records: Records<'static>| records.map(|record| record.fragment).collect::<Vec<_>>();
        assert_eq!(fragments(Records::new(datagram)), [&b"abc"[..], b"z"]);
        assert_eq!(
            fragments(Records::new(datagram).with_connection_id_length(4)),
            [&b"abc"[..], b"z"]
        );
    }

    #[test]
    fn every_cut_is_said() {
        let whole = record(22, 0, 1, &[7; 20]);
        for cut in 0..whole.len() {
            let mut records = Records::new(&whole[..cut]);
            match records.next() {
                Some(record) => assert_eq!(record.missing, whole.len() - cut),
                None => assert_eq!(records.damage().is_some(), cut > 0, "{cut}"),
            }
            assert_eq!(records.next(), None);
        }
    }

    #[test]
    fn other_octets_are_damage() {
        let datagram = [record(23, 1, 1, b"x"), b"GET /".to_vec()].concat();
        let mut records = Records::new(&datagram);
        assert!(records.next().is_some() && records.next().is_none());
        assert_eq!(records.damage().unwrap().offset, 14);
    }

    proptest! {
        #[test]
        fn records_from_anywhere_lie_one_after_another(
            mut bytes in prop::collection::vec(any::<u8>(), 0..120),
            first in 18_u8..66,
            id in prop::option::of(0_usize..40),
        ) {
            if let Some(octet) = bytes.first_mut() {
                *octet = first;
            }
            let mut records = Records::new(&bytes);
            if let Some(length) = id {
                records = records.with_connection_id_length(length);
            }
            let mut end = 0;
            for record in records {
                prop_assert_eq!(record.offset, end);
                end = record.offset + record.size();
                prop_assert!(end <= bytes.len() && record.size() > 0);
                let _ = record.is_plausible();
            }
        }
    }
}
