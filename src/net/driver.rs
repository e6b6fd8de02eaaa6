//! Runs probes over real channels: polls the machine, moves the bytes, tells the time.
//!
//! Any number of [`run`]s go on at once on one thread, over shared sockets or streams of their own.

use std::cell::{Cell, RefCell};
use std::net::SocketAddr;
use std::rc::Rc;

use tokio::sync::Notify;

use crate::datagram::{Datagram, Observer, Transport};
use crate::net::clock::Clock;
use crate::net::stream::MessageStream;
use crate::net::udp::{Arrival, Inbox};
use crate::probe::{Input, PathError, Probe, Step};
use crate::time::At;

/// What a probe talks over.
#[derive(derive_more_debug::None)]
pub enum Channel<'a> {
    /// A share of a UDP socket.
    Udp(&'a mut Inbox),
    /// A TCP or TLS connection.
    Stream(&'a mut MessageStream),
}
