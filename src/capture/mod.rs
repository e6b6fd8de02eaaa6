//! Capture files: containers, link layers, IP and TCP, up to the payload that the protocols of WebRTC stand in.
//!
//! [`Packet`]s come from files (one or several, merged by time); [`Unit`]s come from packets. Neither grows with the
//! file: what is kept (fragments, segments out of order) is bounded.

pub mod compression;
pub mod container;
pub mod dissect;
pub mod framing;
pub mod icmp;
pub mod ip;
pub mod layers;
pub mod link;
pub mod octets;
pub mod packet;
pub mod source;
pub mod tcp;
pub mod tunnel;
pub mod unit;

pub use dissect::Dissector;
pub use packet::{Endian, LinkType, Packet, Time};
pub use source::{Input, NotACapture, Source};
pub use unit::{FrameKind, Framing, IcmpError, Sink, TcpSignal, Unit};
