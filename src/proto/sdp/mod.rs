//! Session descriptions (RFC 8866) as WebRTC uses them (JSEP, RFC 9429): read as they are, written back as they were.
//!
//! [`Description::parse`] never fails and decodes nothing: it finds the lines and the sections. What a line says is
//! decoded when someone asks, by types that read as far as they can and note what is wrong, with line and column.
//! What is written and what holds (inherited from the session part, shared in a BUNDLE) are kept apart:
//! [`Section`] tells the first, [`effective`] the second.

pub mod attribute;
mod codec;
mod cursor;
mod defect;
mod description;
pub mod effective;
mod extension;
mod fields;
pub mod fmtp;
mod grammar;
mod kind;
mod line;
mod line_type;
pub mod unwrap;

pub use attribute::dtls::{ConnectionReuse, Crypto, Fingerprint, Identity, Setup, TlsId};
pub use attribute::ice::{CandidateLine, IceOptions, IcePwd, IceUfrag};
pub use attribute::rid::{ImageAttr, Rid, Simulcast, SimulcastRid, SimulcastStreams, image_sets};
pub use attribute::rtp::{Direction, ExtMap, Fmtp, Rtcp, RtcpFeedback, RtpMap};
pub use attribute::sctp::{DcMap, MaxMessageSize, SctpMap, SctpPort};
pub use attribute::source::{Group, Mid, Msid, MsidSemantic, Ssrc, SsrcGroup};
pub use attribute::{AttributeValue, Value};
pub use codec::{Codec, StaticPayload, assemble, codecs, static_payload};
pub use cursor::{Cursor, Decoded};
pub use defect::{Defect, DefectKind, Defects};
pub use description::{Description, LineEndings, Section};
pub use extension::{Extension, extension_name};
pub use fields::{Bandwidth, Connection, MediaLine, Origin, Timing, ip_version};
pub use grammar::defects;
pub use line::{Attribute, Line, LineEnding};
pub use line_type::LineType;
