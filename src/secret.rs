//! [`Secret`]: text that is used but never shown.

use std::fmt;

/// A password, credential or shared secret. `Debug` prints `(redacted)`; there is no `Display` and no serialization.
#[derive(Clone, PartialEq, Eq)]
pub struct Secret(String);

impl Secret {
    /// Takes the text over.
    pub fn new(text: impl Into<String>) -> Secret {
        Secret(text.into())
    }

    /// The text itself, for a computation; never for output.
    pub fn expose(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("(redacted)")
    }
}

/// What a private name is: what is not for sharing, though it may be shown to its owner.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Private {
    /// A host name, as in a URL or a certificate; `*.` before it stays.
    Host,
    /// A user name; the time in one of the TURN REST API stays.
    Username,
    /// The REALM of a server.
    Realm,
    /// A password or credential.
    Password,
    /// A user name fragment of ICE.
    Ufrag,
    /// A distinguished name of a certificate.
    Subject,
    /// A certificate itself, in base64.
    Certificate,
    /// The foundation of a candidate: made of addresses, which it could give away. Only replaced in its own places.
    Foundation,
    /// The session id in `o=` of SDP.
    Session,
    /// A name that a program made: of a stream, a track, a source, a DTLS association.
    Id,
    /// What a person wrote, or might have: a title, a phone number, an address of mail.
    Text,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn debug_never_shows_the_text() {
        assert_eq!(format!("{:?}", Some(Secret::new("hunter2"))), "Some((redacted))");
    }
}
