//! [`Method`] and [`Class`]: what a message is for (RFC 8489 §5, figure 3).

use std::fmt;

use crate::proto::registry::registry;

registry! {
    /// What a message asks, answers or tells. On the wire 12 bits, woven with the class.
    ///
    /// Numbers above 0xFFF are none of the wire: they keep methods of the drafts of TURN apart from those that
    /// were later given the same number.
    pub struct Method(u16), unknown "0x{:03x}";
    BINDING = 0x001, "binding", "RFC 8489 §3";
    SHARED_SECRET = 0x002, "shared-secret", "RFC 3489 §8.2", "reserved since RFC 5389";
    ALLOCATE = 0x003, "allocate", "RFC 8656 §7";
    REFRESH = 0x004, "refresh", "RFC 8656 §8";
    SEND = 0x006, "send", "RFC 8656 §11";
    DATA = 0x007, "data", "RFC 8656 §11";
    CREATE_PERMISSION = 0x008, "create-permission", "RFC 8656 §10";
    CHANNEL_BIND = 0x009, "channel-bind", "RFC 8656 §12";
    CONNECT = 0x00A, "connect", "RFC 6062 §4.3";
    CONNECTION_BIND = 0x00B, "connection-bind", "RFC 6062 §4.4";
    CONNECTION_ATTEMPT = 0x00C, "connection-attempt", "RFC 6062 §4.4";
    GOOG_PING = 0x080, "goog-ping", "libwebrtc", "carries only GOOG-MESSAGE-INTEGRITY-32";
    SET_ACTIVE_DESTINATION = 0x1006, "set-active-destination", "draft-rosenberg-midcom-turn-08, MS-TURN", "message type 0x0006 without cookie";
}

impl Method {
    /// Method and class of a message type: the first two octets of a message.
    ///
    /// In a classic message the numbers are those of RFC 3489 and of the drafts of TURN, as MS-TURN uses them.
    pub const fn from_message_type(message_type: u16, classic: bool) -> (Method, Class) {
        if classic {
            match message_type {
                0x0004 => return (Method::SEND, Class::Request),
                0x0104 => return (Method::SEND, Class::Success),
                0x0114 => return (Method::SEND, Class::Error),
                0x0115 => return (Method::DATA, Class::Indication),
                0x0006 => return (Method::SET_ACTIVE_DESTINATION, Class::Request),
                0x0106 => return (Method::SET_ACTIVE_DESTINATION, Class::Success),
                0x0116 => return (Method::SET_ACTIVE_DESTINATION, Class::Error),
                0x1112 => return (Method::SHARED_SECRET, Class::Error),
                _ => {}
            }
        }
        let method = (message_type & 0x3e00) >> 2 | (message_type & 0x00e0) >> 1 | message_type & 0x000f;
        let class = match message_type & 0x0110 {
            0x0000 => Class::Request,
            0x0010 => Class::Indication,
            0x0100 => Class::Success,
            _ => Class::Error,
        };
        (Method(method), class)
    }

    /// The message type of this method and class; the inverse of [`from_message_type`](Self::from_message_type).
    pub const fn message_type(self, class: Class, classic: bool) -> u16 {
        if classic {
            match (self, class) {
                (Method::SEND, Class::Request) => return 0x0004,
                (Method::SEND, Class::Success) => return 0x0104,
                (Method::SEND, Class::Error) => return 0x0114,
                (Method::DATA, Class::Indication) => return 0x0115,
                _ => {}
            }
        }
        let method = self.0;
        (method & 0x0f80) << 2 | (method & 0x0070) << 1 | method & 0x000f | class.bits()
    }
}

/// What kind of message (RFC 8489 §3).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Class {
    /// Wants an answer.
    Request,
    /// Wants none.
    Indication,
    /// A success response.
    Success,
    /// An error response.
    Error,
}

impl Class {
    /// All four.
    pub const ALL: [Class; 4] = [Class::Request, Class::Indication, Class::Success, Class::Error];

    /// The name in reports: `request`, `indication`, `success`, `error`.
    pub const fn name(self) -> &'static str {
        match self {
            Class::Request => "request",
            Class::Indication => "indication",
            Class::Success => "success",
            Class::Error => "error",
        }
    }

    /// Whether it answers a request.
    pub const fn is_response(self) -> bool {
        matches!(self, Class::Success | Class::Error)
    }

    const fn bits(self) -> u16 {
        match self {
            Class::Request => 0x0000,
            Class::Indication => 0x0010,
            Class::Success => 0x0100,
            Class::Error => 0x0110,
        }
    }
}

impl fmt::Display for Class {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_message_type_comes_back() {
        for message_type in 0..0x4000 {
            let (method, class) = Method::from_message_type(message_type, false);
            assert!(method.0 <= 0xfff);
            assert_eq!(method.message_type(class, false), message_type);
        }
    }

    #[test]
    fn the_types_of_the_rfcs() {
        for (message_type, method, class) in [
            (0x0001, Method::BINDING, Class::Request),
            (0x0011, Method::BINDING, Class::Indication),
            (0x0101, Method::BINDING, Class::Success),
            (0x0111, Method::BINDING, Class::Error),
            (0x0016, Method::SEND, Class::Indication),
            (0x0118, Method::CREATE_PERMISSION, Class::Error),
            (0x001c, Method::CONNECTION_ATTEMPT, Class::Indication),
            (0x0200, Method::GOOG_PING, Class::Request),
            (0x0300, Method::GOOG_PING, Class::Success),
            (0x0310, Method::GOOG_PING, Class::Error),
        ] {
            assert_eq!(Method::from_message_type(message_type, false), (method, class));
        }
    }

    #[test]
    fn classic_messages_have_numbers_of_their_own() {
        for (message_type, method, class) in [
            (0x0001, Method::BINDING, Class::Request),
            (0x0004, Method::SEND, Class::Request),
            (0x0115, Method::DATA, Class::Indication),
            (0x0006, Method::SET_ACTIVE_DESTINATION, Class::Request),
            (0x0116, Method::SET_ACTIVE_DESTINATION, Class::Error),
        ] {
            assert_eq!(Method::from_message_type(message_type, true), (method, class));
            assert_eq!(method.message_type(class, true), message_type, "{method}");
        }
        assert_eq!(
            Method::from_message_type(0x1112, true),
            (Method::SHARED_SECRET, Class::Error)
        );
    }

    #[test]
    fn unknown_methods_print_as_three_digits() {
        assert_eq!(Method(0x0ab).to_string(), "0x0ab");
        assert_eq!(Method::CREATE_PERMISSION.to_string(), "create-permission");
    }
}
