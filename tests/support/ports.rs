//! Ports for the servers that tests start, and ports where there is none.
//!
//! Those of servers are taken from below the range from which the kernel gives ports to clients, so that neither the program under test nor
//! another server's relay sockets can be in the way.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr, TcpListener, UdpSocket};
use std::sync::atomic::{AtomicU16, Ordering};

/// How many ports belong together.
pub const BLOCK: u16 = 64;
const FIRST: u16 = 20_000;
const BLOCKS: u16 = 190;

/// The first of [`BLOCK`] ports that nobody listened on a moment ago, and that this process hands out once only.
///
/// # Panics
/// If all of them are in use.
pub fn free_block() -> u16 {
    static NEXT: AtomicU16 = AtomicU16::new(0);
    let start = u16::try_from(std::process::id() % u32::from(BLOCKS)).unwrap_or(0);
    (0..BLOCKS)
        .map(|_| FIRST + BLOCK * ((start + NEXT.fetch_add(1, Ordering::Relaxed)) % BLOCKS))
        .find(|first| (*first..first + 8).all(is_free))
        .expect("a block of ports that nobody listens on")
}

fn is_free(port: u16) -> bool {
    let free_at = |ip: IpAddr| UdpSocket::bind((ip, port)).is_ok() && TcpListener::bind((ip, port)).is_ok();
    // Without IPv6 the second never binds; the first alone decides then.
    free_at(Ipv4Addr::LOCALHOST.into()) && (!has_ipv6() || free_at(Ipv6Addr::LOCALHOST.into()))
}

/// Whether `::1` can be used.
pub fn has_ipv6() -> bool {
    UdpSocket::bind((Ipv6Addr::LOCALHOST, 0)).is_ok()
}

/// A port that refuses whatever comes, as long as this is held. One that was merely free a moment ago may be somebody's by
/// now, of another test or of the very client that is to be refused.
#[derive(Debug)]
pub struct Dead {
    pub address: SocketAddr,
    socket: socket2::Socket,
}

impl Dead {
    /// For UDP: the socket there takes nothing but what it sends itself.
    pub fn udp(ip: IpAddr) -> Dead {
        let dead = Dead::bind(ip, socket2::Type::DGRAM);
        dead.socket.connect(&dead.address.into()).expect("a way to itself");
        dead
    }

    /// For TCP: the socket there does not listen.
    pub fn tcp(ip: IpAddr) -> Dead {
        Dead::bind(ip, socket2::Type::STREAM)
    }

    fn bind(ip: IpAddr, kind: socket2::Type) -> Dead {
        let any = SocketAddr::new(ip, 0);
        let socket = socket2::Socket::new(socket2::Domain::for_address(any), kind, None).expect("a socket");
        socket.bind(&any.into()).expect("a port");
        let address = socket.local_addr().ok().and_then(|address| address.as_socket());
        Dead {
            address: address.expect("a bound socket"),
            socket: socket,
        }
    }
}
