//! A UDP forwarder that can hold datagrams back: distance, and a NAT in front of a server.

use std::collections::HashMap;
use std::net::{SocketAddr, UdpSocket};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

/// How long to hold the `n`th datagram (from 0) of one direction.
pub type Delay = fn(n: usize) -> Duration;

/// No delay.
pub fn at_once(_: usize) -> Duration {
    Duration::ZERO
}

/// Forwards until dropped, one outside socket for each client.
#[derive(Debug)]
pub struct Forwarder {
    address: SocketAddr,
    stop: Arc<AtomicBool>,
}

impl Forwarder {
    /// Forwards to `server`; `there` delays what goes to it, `back` what comes from it.
    pub fn start(server: SocketAddr, there: Delay, back: Delay) -> Forwarder {
        let inside = bind_like(server);
        let address = inside.local_addr().expect("a bound socket");
        let stop = Arc::new(AtomicBool::new(false));
        let flag = Arc::clone(&stop);
        std::thread::spawn(move || {
            let mut outside: HashMap<SocketAddr, UdpSocket> = HashMap::new();
            receive(&inside, &flag, |n, client, octets| {
                let out = outside.entry(client).or_insert_with(|| {
                    let out = bind_like(server);
                    let (from, to) = (clone(&out), clone(&inside));
                    let flag = Arc::clone(&flag);
                    std::thread::spawn(move || {
                        receive(&from, &flag, |n, _, octets| send_later(&to, client, octets, back(n)));
                    });
                    out
                });
                send_later(out, server, octets, there(n));
            });
        });
        Forwarder { address, stop }
    }

    /// Where clients send to.
    pub fn address(&self) -> SocketAddr {
        self.address
    }
}

impl Drop for Forwarder {
    fn drop(&mut self) {
        self.stop.store(true, Ordering::Relaxed);
    }
}

fn bind_like(server: SocketAddr) -> UdpSocket {
    let socket = UdpSocket::bind((server.ip(), 0)).expect("a port on loopback");
    let tick = Some(Duration::from_millis(100));
    socket.set_read_timeout(tick).expect("a timeout");
    socket
}

fn clone(socket: &UdpSocket) -> UdpSocket {
    socket.try_clone().expect("a second handle")
}

fn receive(socket: &UdpSocket, stop: &AtomicBool, mut each: impl FnMut(usize, SocketAddr, Vec<u8>)) {
    let mut buffer = [0; 2048];
    let mut n = 0;
    while !stop.load(Ordering::Relaxed) {
        // Errors are the time-out, and what ICMP brought back for an earlier datagram.
        if let Ok((length, from)) = socket.recv_from(&mut buffer) {
            each(n, from, buffer[..length].to_vec());
            n += 1;
        }
    }
}

fn send_later(socket: &UdpSocket, to: SocketAddr, octets: Vec<u8>, delay: Duration) {
    if delay.is_zero() {
        let _ = socket.send_to(&octets, to);
        return;
    }
    let socket = clone(socket);
    std::thread::spawn(move || {
        std::thread::sleep(delay);
        let _ = socket.send_to(&octets, to);
    });
}
