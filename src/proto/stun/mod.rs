//! STUN messages (RFC 8489), those of TURN (RFC 8656) and of RFC 3489 too.
//!
//! [`Message`] is a view that loses nothing and refuses almost nothing: a diagnostic tool must show what is broken.
//! Strictness belongs to whoever judges. [`Builder`] writes messages that are right.

mod attribute_type;
mod attributes;
mod build;
mod error_code;
mod integrity;
mod list;
mod message;
mod method;
mod nonce;
mod read;
mod shape;
mod transaction_id;
mod value;

pub use crate::proto::reader::Damage;
pub use attribute_type::AttributeType;
pub use attributes::{Attributes, RawAttribute};
pub use build::Builder;
pub use error_code::ErrorCode;
pub use integrity::{Key, PasswordAlgorithm, user_hash};
pub use list::{Algorithms, Numbers};
pub use message::{Message, NotStun};
pub use method::{Class, Method};
pub use nonce::SecurityFeatures;
pub use shape::Shape;
pub use transaction_id::TransactionId;
pub use value::Value;

/// What a message has at octet 4 since RFC 5389 (RFC 8489 §5).
pub const MAGIC_COOKIE: u32 = 0x2112_A442;

/// Octets before the first attribute.
pub const HEADER: usize = 20;
