//! Linux's error queue: which ICMP error came back for which datagram.
//!
//! Without it an ICMP error shows as a failure of whichever call comes next, whoever it was for. With `IP_RECVERR` the
//! kernel keeps the error, the destination it was for and what the ICMP message quotes of the datagram.

use std::io::{self, IoSliceMut};
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::os::fd::{AsFd, AsRawFd};

use nix::errno::Errno;
use nix::libc::{sock_extended_err, sockaddr_in, sockaddr_in6};
use nix::sys::socket::{
    ControlMessageOwned, MsgFlags, SockaddrStorage, recvmsg, setsockopt, sockopt::Ipv4RecvErr, sockopt::Ipv6RecvErr,
};

use crate::probe::PathError;

/// One entry of the queue.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct QueuedError {
    /// The error, for the probe.
    pub(super) error: PathError,
    /// To whom the datagram was sent.
    pub(super) destination: Option<SocketAddr>,
    /// What the ICMP message quotes of its payload; may be cut, may be empty.
    pub(super) quoted: Vec<u8>,
}

/// Asks the kernel to keep errors of this socket.
pub(super) fn enable(socket: &impl AsFd, v6: bool) -> io::Result<()> {
    let result = if v6 {
        setsockopt(socket, Ipv6RecvErr, &true)
    } else {
        setsockopt(socket, Ipv4RecvErr, &true)
    };
    result.map_err(io::Error::from)
}

/// Takes the next ICMP error off the queue. `WouldBlock` when there is none. Errors of our own host (a datagram larger
/// than the interface takes) are passed over: the failing send has reported them itself.
pub(super) fn next(socket: &impl AsRawFd) -> io::Result<QueuedError> {
    loop {
        let mut payload = [0_u8; 1500];
        let mut iov = [IoSliceMut::new(&mut payload)];
        let mut control = nix::cmsg_space!(sock_extended_err, sockaddr_in6);
        let flags = MsgFlags::MSG_ERRQUEUE | MsgFlags::MSG_DONTWAIT;
        let message = match recvmsg::<SockaddrStorage>(socket.as_raw_fd(), &mut iov, Some(&mut control), flags) {
            Ok(message) => message,
            Err(Errno::EINTR) => continue,
            Err(errno) => return Err(errno.into()),
        };
        let destination = message.address.and_then(socket_address);
        let error = message.cmsgs().ok().and_then(|mut list| list.find_map(path_error));
        let length = message.bytes;
        if let Some(error) = error {
            return Ok(QueuedError {
                error,
                destination,
                quoted: payload[..length.min(1500)].to_vec(),
            });
        }
    }
}

fn path_error(control: ControlMessageOwned) -> Option<PathError> {
    // SO_EE_ORIGIN_ICMP and SO_EE_ORIGIN_ICMP6 of <linux/errqueue.h>.
    const ICMP: u8 = 2;
    const ICMP6: u8 = 3;
    let (error, from) = match control {
        ControlMessageOwned::Ipv4RecvErr(error, from) => (error, from.map(v4_address)),
        ControlMessageOwned::Ipv6RecvErr(error, from) => (error, from.map(v6_address)),
        _ => return None,
    };
    let v6 = match error.ee_origin {
        ICMP => false,
        ICMP6 => true,
        _ => return None,
    };
    Some(PathError::Icmp {
        v6,
        kind: error.ee_type,
        code: error.ee_code,
        from,
    })
}

fn v4_address(address: sockaddr_in) -> IpAddr {
    IpAddr::V4(Ipv4Addr::from(address.sin_addr.s_addr.to_ne_bytes()))
}

fn v6_address(address: sockaddr_in6) -> IpAddr {
    IpAddr::V6(Ipv6Addr::from(address.sin6_addr.s6_addr))
}

fn socket_address(address: SockaddrStorage) -> Option<SocketAddr> {
    if let Some(v4) = address.as_sockaddr_in() {
        return Some(SocketAddr::V4((*v4).into()));
    }
    address.as_sockaddr_in6().map(|v6| SocketAddr::V6((*v6).into()))
}
