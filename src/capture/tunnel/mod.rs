//! Tunnels: what carries packets inside packets.
//!
//! [`gre`] and [`udp`] take one header off, as [`open`](super::link::open) does for links. Those in UDP are told by their
//! port and by their header; the caller also sees whether IP stands inside, and otherwise takes the payload for what it is.

pub mod gre;
pub mod udp;
