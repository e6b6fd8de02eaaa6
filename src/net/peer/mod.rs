//! A peer of a call, made of the `webrtc` crate, watched from every side.
//!
//! The library speaks WebRTC; this module gives it a [`runtime`] of our own, whose sockets tell a [`tap`] every datagram,
//! stand behind a [`nat`], [`impair`] what is sent and keep back what comes [too early](gate); a cryptography [provider](crypto) that shows SCTP in
//! clear; an observer of [`rtcp`]; and it collects its [`events`] and its [`log`]. What comes of it are facts with a time;
//! nothing here judges.

pub mod call;
pub mod crypto;
pub mod data;
pub mod events;
pub mod facts;
pub mod gate;
mod handler;
pub mod handshake;
pub mod impair;
pub mod log;
pub mod media;
pub mod nat;
mod peer_connection;
pub mod pump;
pub mod rtcp;
pub mod runs;
pub mod runtime;
pub mod sctp;
pub mod socket;
pub mod stats;
pub mod stream;
pub mod tap;
pub mod wire;

use peer_connection::ufrag;
pub use peer_connection::{IceServer, Outlets, Peer, PeerError, Setup};
pub use tap::{Direction, Side, Tap, Tapped, Watch};
