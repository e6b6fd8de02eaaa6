//! The header extension (RFC 3550 §5.3.1) and its elements (RFC 8285 §4).

/// Octets before the data of an extension: what it is, and its length.
pub(super) const HEADER: usize = 4;

/// How the elements of an extension are written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Form {
    /// One-octet element headers, ids 1 to 14 (RFC 8285 §4.2).
    OneByte,
    /// Two-octet element headers, ids 1 to 255 (RFC 8285 §4.3).
    TwoByte,
    /// Elements and payload encrypted together (RFC 9335): nothing to read.
    Cryptex,
    /// Defined by a profile.
    Other,
}

/// A header extension.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Extension<'a> {
    /// "Defined by profile": 0xbede, 0x1000 to 0x100f, 0xc0de, 0xc2de, or anything.
    pub profile: u16,
    /// The length field: 32-bit words of data.
    pub words: u16,
    /// The data that is there.
    pub data: &'a [u8],
}

impl<'a> Extension<'a> {
    pub(super) fn at(bytes: &'a [u8], offset: usize) -> Option<Extension<'a>> {
        let (&[a, b, c, d], data) = bytes.get(offset..)?.split_first_chunk::<HEADER>()?;
        let words = u16::from_be_bytes([c, d]);
        Some(Extension {
            profile: u16::from_be_bytes([a, b]),
            words,
            data: data.get(..4 * usize::from(words)).unwrap_or(data),
        })
    }

    /// Octets that it takes by its length field, its own header included.
    pub fn octets(&self) -> usize {
        HEADER + 4 * usize::from(self.words)
    }

    /// How its elements are written.
    pub fn form(&self) -> Form {
        match self.profile {
            0xbede => Form::OneByte,
            0x1000..=0x100f => Form::TwoByte,
            0xc0de | 0xc2de => Form::Cryptex,
            _ => Form::Other,
        }
    }

    /// The elements in order, padding left out, up to the first that is cut.
    pub fn elements(&self) -> Elements<'a> {
        let form = self.form();
        Elements {
            rest: match form {
                Form::OneByte | Form::TwoByte => self.data,
                Form::Cryptex | Form::Other => &[],
            },
            form,
        }
    }
}

/// One element of a header extension.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Element<'a> {
    /// The id that SDP's `a=extmap` gave to it.
    pub id: u8,
    /// Its data: 1 to 16 octets in the one-byte form, 0 to 255 in the other.
    pub data: &'a [u8],
}

/// Goes through the elements of an extension.
#[derive(Clone, Copy, Debug)]
pub struct Elements<'a> {
    rest: &'a [u8],
    form: Form,
}

impl<'a> Iterator for Elements<'a> {
    type Item = Element<'a>;

    #[inline]
    fn next(&mut self) -> Option<Element<'a>> {
        while let [0, rest @ ..] = self.rest {
            self.rest = rest;
        }
        let (id, length, data) = match (self.form, self.rest) {
            // 15 is reserved: stop there (RFC 8285 §4.2).
            (Form::OneByte, [head, rest @ ..]) if head >> 4 != 15 => (head >> 4, usize::from(head & 15) + 1, rest),
            (Form::TwoByte, [id, length, rest @ ..]) => (*id, usize::from(*length), rest),
            _ => return None,
        };
        let Some((data, rest)) = data.split_at_checked(length) else {
            self.rest = &[];
            return None;
        };
        self.rest = rest;
        Some(Element { id, data })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn elements(profile: u16, data: &[u8]) -> Vec<(u8, Vec<u8>)> {
        let words = u16::try_from(data.len() / 4).unwrap();
        let mut bytes = [profile.to_be_bytes(), words.to_be_bytes()].concat();
        bytes.extend(data);
        let extension = Extension::at(&bytes, 0).unwrap();
        assert_eq!(extension.octets(), bytes.len());
        extension
            .elements()
            .map(|element| (element.id, element.data.to_vec()))
            .collect()
    }

    #[test]
    fn one_byte_elements() {
        assert_eq!(
            elements(0xbede, &[0x10, 0xaa, 0, 0, 0x32, 1, 2, 3]),
            [(1, vec![0xaa]), (3, vec![1, 2, 3])]
        );
        assert_eq!(
            elements(0xbede, &[0x10, 0xaa, 0xf0, 0x10]),
            [(1, vec![0xaa])],
            "15 ends"
        );
        assert_eq!(elements(0xbede, &[0x1f, 1, 2, 3]), [], "cut");
    }

    #[test]
    fn two_byte_elements() {
        assert_eq!(
            elements(0x1003, &[200, 0, 0, 5, 1, 9, 0, 0]),
            [(200, vec![]), (5, vec![9])]
        );
        assert_eq!(elements(0x1000, &[5, 200, 1, 2]), [], "cut");
    }

    #[test]
    fn others_have_none_to_read() {
        assert_eq!(elements(0xc0de, &[0x10, 0xaa, 0, 0]), []);
        assert_eq!(elements(0x1234, &[0x10, 0xaa, 0, 0]), []);
        assert!(Extension::at(&[0xbe, 0xde, 0], 0).is_none());
        assert!(Extension::at(&[], 3).is_none());
    }
}
