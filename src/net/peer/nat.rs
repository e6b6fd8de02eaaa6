//! [`Nat`]: a NAT before a peer, made of one more socket.
//!
//! What the peer takes for its socket is the inside: nobody outside reaches it. What it sends leaves from a socket outside, the same
//! for all destinations (endpoint-independent mapping, RFC 4787 §4.1), and only what it has sent to may answer there
//! (address and port-dependent filtering, §5): what most routers at home do. With this filter a check never arrives before its
//! sender's candidate was told, so the remote candidate is server-reflexive whatever comes first, never peer-reflexive.

use std::collections::HashSet;
use std::io;
use std::net::{SocketAddr, UdpSocket};
use std::sync::{Mutex, MutexGuard, PoisonError};

/// A NAT with one mapping.
#[derive(Debug)]
pub struct Nat {
    /// Bound, so that the address is nobody else's, and never read: what is sent there is lost, as it is on the way to a private
    /// address.
    inside: UdpSocket,
    /// Who may answer.
    asked: Mutex<HashSet<SocketAddr>>,
}

/// So many addresses may answer; a NAT forgets too.
const FILTERS: usize = 1024;

impl Nat {
    /// Puts a NAT before `inside`; the socket outside of it.
    ///
    /// # Errors
    /// The operating system has no more sockets.
    pub fn before(inside: UdpSocket) -> io::Result<(Nat, UdpSocket)> {
        let outside = UdpSocket::bind(SocketAddr::new(inside.local_addr()?.ip(), 0))?;
        outside.set_nonblocking(true)?;
        let nat = Nat {
            inside,
            asked: Mutex::default(),
        };
        Ok((nat, outside))
    }

    /// The address inside.
    ///
    /// # Errors
    /// The operating system's.
    pub fn inside(&self) -> io::Result<SocketAddr> {
        self.inside.local_addr()
    }

    /// Something leaves for `destination`, which may answer from now on.
    pub fn sends_to(&self, destination: SocketAddr) {
        let mut asked = self.lock();
        if asked.len() < FILTERS {
            asked.insert(destination);
        }
    }

    /// Whether what comes from `source` is let in.
    pub fn lets_in(&self, source: SocketAddr) -> bool {
        self.lock().contains(&source)
    }

    fn lock(&self) -> MutexGuard<'_, HashSet<SocketAddr>> {
        self.asked.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn who_was_sent_to_may_answer_and_nobody_else() {
        let (nat, outside) = Nat::before(UdpSocket::bind("127.0.0.1:0").unwrap()).unwrap();
        let [inside, outside] = [nat.inside().unwrap(), outside.local_addr().unwrap()];
        assert_eq!(inside.ip(), outside.ip());
        assert_ne!(inside.port(), outside.port());
        let [one, other] = ["192.0.2.1:5000", "192.0.2.1:5001"].map(|text| text.parse().unwrap());
        assert!(!nat.lets_in(one));
        nat.sends_to(one);
        assert!(nat.lets_in(one) && !nat.lets_in(other));
    }

    #[test]
    fn the_table_has_an_end() {
        let (nat, _outside) = Nat::before(UdpSocket::bind("127.0.0.1:0").unwrap()).unwrap();
        let address = |port| SocketAddr::from(([192, 0, 2, 1], port));
        (1..=2000).for_each(|port| nat.sends_to(address(port)));
        assert!(nat.lets_in(address(1000)) && !nat.lets_in(address(2000)));
    }
}
