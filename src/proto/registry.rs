//! One list for each kind of wire number: the number, its name, where it is defined.
//!
//! `registry!` makes a newtype with a constant per line, so that unknown numbers survive decoding,
//! comparison and printing. The list itself stays readable as `ALL`.

/// One line of a registry.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Entry<T> {
    /// The number.
    pub value: T,
    /// Its registered name, or the name it is known by.
    pub name: &'static str,
    /// Where it is defined: an RFC, or the program that uses it.
    pub reference: &'static str,
    /// What else is worth knowing; often empty.
    pub note: &'static str,
}

/// Declares a newtype over a wire number, its constants, and the table `ALL` of [`Entry`]s.
///
/// ```text
/// registry! {
///     /// What it numbers.
///     pub struct Name(u16), unknown "0x{:04x}";
///     CONSTANT = 0x0001, "name", "RFC 8489 §1";
///     CONSTANT = 0x0002, "name", "RFC 8489 §1", "a note";
/// }
/// ```
macro_rules! registry {
    (
        $(#[$meta:meta])*
        pub struct $type:ident($repr:ty), unknown $unknown:literal;
        $($constant:ident = $value:literal, $name:literal, $reference:literal $(, $note:literal)?;)*
    ) => {
        $(#[$meta])*
        #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $type(pub $repr);

        impl $type {
            $(
                #[doc = concat!("`", stringify!($value), "` ", $name, ", ", $reference, $("; ", $note,)? ".")]
                pub const $constant: $type = $type($value);
            )*

            /// Every number that has a name, in ascending order.
            pub const ALL: &'static [$crate::proto::registry::Entry<$type>] = &[
                $($crate::proto::registry::Entry {
                    value: $type($value),
                    name: $name,
                    reference: $reference,
                    note: concat!($($note)?),
                },)*
            ];

            /// What the registry knows of this number.
            pub fn entry(self) -> Option<&'static $crate::proto::registry::Entry<$type>> {
                Self::ALL.binary_search_by_key(&self, |entry| entry.value).ok().map(|at| &Self::ALL[at])
            }

            /// Its name, if it has one.
            pub fn name(self) -> Option<&'static str> {
                self.entry().map(|entry| entry.name)
            }

            /// Where it is defined, if it is known.
            pub fn reference(self) -> Option<&'static str> {
                self.entry().map(|entry| entry.reference)
            }

            /// The number that goes by this name, in any case.
            pub fn from_name(name: &str) -> Option<$type> {
                Self::ALL.iter().find(|entry| entry.name.eq_ignore_ascii_case(name)).map(|entry| entry.value)
            }
        }

        /// The name, or the number where there is none.
        impl std::fmt::Display for $type {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                match self.name() {
                    Some(name) => f.pad(name),
                    None => f.pad(&format!($unknown, self.0)),
                }
            }
        }

        impl std::fmt::Debug for $type {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                write!(f, "{self}")
            }
        }
    };
}

pub(crate) use registry;

#[cfg(test)]
mod tests {
    registry! {
        /// Numbers for this test.
        pub struct Number(u16), unknown "0x{:04x}";
        ONE = 1, "ONE", "RFC 1 §1";
        THREE = 0x0003, "THREE", "RFC 3", "the third";
    }

    #[test]
    fn known_numbers_have_a_name_and_unknown_ones_survive() {
        assert_eq!(Number::ONE.name(), Some("ONE"));
        assert_eq!(Number::THREE.entry().map(|entry| entry.note), Some("the third"));
        assert_eq!(Number(2).name(), None);
        assert_eq!(Number(2).reference(), None);
        assert_eq!(
            format!("{} {} {:>8}", Number::THREE, Number(0xabc), Number(2)),
            "THREE 0x0abc   0x0002"
        );
        assert_eq!(Number::from_name("three"), Some(Number::THREE));
        assert_eq!(Number::from_name("two"), None);
    }
}
