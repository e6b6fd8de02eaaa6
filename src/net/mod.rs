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
//! - [`limit`]: how much of it goes on at once.
//! - [`runtime`]: the thread it all runs on, and Ctrl-C.
//! - [`server`]: the embedded STUN/TURN server behind its own small NAT.
//! - [`peer`]: whole calls, made of the `webrtc` crate; they have a runtime of several threads.
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
pub mod limit;
pub mod peer;
pub mod random;
pub mod resolve;
mod routes;
pub mod runtime;
mod selection;
pub mod server;
pub mod stop;
pub mod stream;
pub mod tls;
mod trust;
pub mod udp;
pub mod writer;

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
            message: reason(error),
        }
    }
}

/// The words of the operating system, without Rust's ` (os error 2)`.
pub(crate) fn reason(error: &io::Error) -> String {
    let text = error.to_string();
    match text.split_once(" (os error ") {
        Some((words, _)) => words.to_owned(),
        None => text,
    }
}

/// Whether the call failed because this process, or this machine, has too many files open. No server is to blame.
pub(crate) fn is_out_of_files(error: &io::Error) -> bool {
    // EMFILE and ENFILE have these numbers on all Unixes; WSAEMFILE.
    let numbers: &[i32] = if cfg!(windows) { &[10_024] } else { &[24, 23] };
    error.raw_os_error().is_some_and(|number| numbers.contains(&number))
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn errors_are_told_in_words() {
        let refused = io::Error::from_raw_os_error(2);
        assert!(refused.to_string().contains("os error"));
        assert!(!reason(&refused).contains("os error"));
        assert_eq!(reason(&io::Error::other("odd")), "odd");
        let error = NetError::new("bind", None, &refused);
        assert!(!error.to_string().contains("os error"), "{error}");
    }
}
