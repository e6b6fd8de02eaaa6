//! A network in virtual time, for probes: hosts, links that lose, delay, reorder and repeat, NATs by RFC 4787, and STUN and
//! TURN servers, good and bad. No socket, no clock, no thread: a day passes in a millisecond, and one seed gives one
//! course of events.
//!
//! ```text
//! probe -- socket -- host --link--+            +--link-- host -- service (STUN, TURN, misbehaving)
//!                                 +-- NAT -----+
//! probe -- socket -- host --link--+   (or none, or several one behind the other)
//! ```
//!
//! Each link is crossed once per direction, so a round trip between two hosts takes twice the sum of both delays.
//! A NAT takes no time.
#![allow(dead_code, unused_imports)]

pub mod link;
pub mod misbehaving;
pub mod nat;
pub mod network;
pub mod random;
pub mod service;
pub mod stun_server;
pub mod turn_server;

pub use link::Link;
pub use misbehaving::{Misbehaving, Misbehavior};
pub use nat::{Behavior, Nat};
pub use network::{Fate, HostId, NatId, Network, SocketId, Task};
pub use service::{Muffled, Reaction, Service, ids, ip, ms, socket};
pub use stun_server::StunServer;
pub use turn_server::{Auth, Tampering, TurnServer};
