//! The outside world: the only sockets, clock, randomness, name lookups and TLS of this program.
//!
//! Everything here runs on one tokio current-thread runtime inside a `LocalSet`; nothing needs to be `Send`. Every
//! operation takes a deadline ([`At`](crate::time::At)) and ends by then. Nothing here judges: errors are values that
//! carry the operation, the address and what the operating system (or the other end) said, and `check` makes findings
//! of them.
//!
//! - [`clock`], [`random`]: time and randomness, handed to everything else as values.
//! - [`interface`], [`resolve`]: which addresses this host has, which addresses a name has.
//! - [`udp`], [`stream`], [`tls`]: the three ways to reach a server; [`driver`] runs a probe over one of them.
//! - [`runtime`]: the thread it all runs on, and Ctrl-C.
//! - [`server`]: the embedded STUN/TURN server behind its own small NAT.
#![allow(
    clippy::disallowed_methods,
    reason = "this is the one module that may read the clock and open sockets"
)]

mod certificate;
pub mod clock;
pub mod driver;
#[cfg(target_os = "linux")]
mod errqueue;
pub mod interface;
pub mod random;
pub mod resolve;
mod routes;
pub mod runtime;
mod selection;
pub mod server;
pub mod stream;
pub mod tls;
mod trust;
pub mod udp;

use std::fmt;
use std::io;
use std::net::SocketAddr;

/// A socket call that failed before any message could pass.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NetError {
    /// The call: `bind`, `listen`, `enumerate`, ...
    pub operation: &'static str,
    /// The local or remote address it was made for, where there is one.
    pub address: Option<SocketAddr>,
    /// The kind of error, as the standard library sorts them.
    pub kind: io::ErrorKind,
    /// What the operating system said.
    pub message: String,
}

impl NetError {
    /// Wraps what `operation` returned.
    pub fn new(operation: &'static str, address: Option<SocketAddr>, error: &io::Error) -> NetError {
        NetError {
            operation,
            address,
            kind: error.kind(),
            message: error.to_string(),
        }
    }
}

impl fmt::Display for NetError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.address {
            Some(address) => write!(f, "{} {address}: {}", self.operation, self.message),
            None => write!(f, "{}: {}", self.operation, self.message),
        }
    }
}

impl std::error::Error for NetError {}
