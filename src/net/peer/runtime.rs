//! [`PeerRuntime`]: the runtime of one peer. It is tokio's, with our sockets, and with short naps while connecting.

use std::future::Future;
use std::io;
use std::net::{SocketAddr, TcpListener, UdpSocket};
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use socket2::SockRef;
use tokio::sync::watch;
use webrtc::runtime::{
    AsyncInterval, AsyncTcpListener, AsyncTcpStream, AsyncUdpSocket, JoinHandle, Runtime, TokioRuntime,
};

use super::log::SIDE;
use super::nat::Nat;
use super::socket::Socket;
use super::stream::{self, Listener, Stream};
use super::wire::Wire;

/// What the library makes of a datagram leaves only when it wakes the next time, after up to 200 ms. In a hurry it does not sleep
/// after anything has passed, and else no longer than this.
const NAP: Duration = Duration::from_millis(1);
/// Buffers of sockets, octets: a burst of a data channel is larger than what the system gives.
const BUFFER: usize = 4 << 20;

/// The runtime of one peer.
#[derive(Debug)]
pub struct PeerRuntime {
    inner: TokioRuntime,
    wire: Arc<Wire>,
    hurry: AtomicBool,
    /// The first task that the library starts is the one that does everything; when it ends, the peer is dead.
    started: AtomicBool,
    ended: watch::Sender<bool>,
}

impl PeerRuntime {
    /// A runtime whose sockets are on this wire. It starts in a hurry.
    pub fn new(wire: Arc<Wire>) -> PeerRuntime {
        PeerRuntime {
            inner: TokioRuntime,
            wire,
            hurry: AtomicBool::new(true),
            started: AtomicBool::new(false),
            ended: watch::Sender::new(false),
        }
    }

    /// Waits until the library has stopped working for this peer, by itself or because it was closed. It tells nobody else.
    pub async fn ended(&self) {
        // The sender lives as long as `self`.
        let _ = self.ended.subscribe().wait_for(|ended| *ended).await;
    }

    /// Whether the library may sleep only shortly: it answers at once, and costs a thousand wake-ups a second.
    pub fn hurry(&self, hurry: bool) {
        self.hurry.store(hurry, Ordering::Relaxed);
    }
}

impl Runtime for PeerRuntime {
    fn spawn(&self, future: Pin<Box<dyn Future<Output = ()> + Send>>) -> Box<dyn JoinHandle> {
        let is_driver = !self.started.swap(true, Ordering::Relaxed);
        let ended = self.ended.clone();
        let task = async move {
            future.await;
            if is_driver {
                ended.send_replace(true);
            }
        };
        self.inner.spawn(Box::pin(SIDE.scope(self.wire.side, task)))
    }

    fn wrap_udp_socket(&self, socket: UdpSocket) -> io::Result<Arc<dyn AsyncUdpSocket>> {
        let (nat, socket) = match self.wire.behind_nat {
            true => Nat::before(socket).map(|(nat, outside)| (Some(nat), outside))?,
            false => (None, socket),
        };
        let options = SockRef::from(&socket);
        // The system may give less: then the call is slower, not wrong.
        let _ = options.set_recv_buffer_size(BUFFER);
        let _ = options.set_send_buffer_size(BUFFER);
        let inner = self.inner.wrap_udp_socket(socket)?;
        Ok(Arc::new(Socket::new(inner, nat, Arc::clone(&self.wire))?))
    }

    fn wrap_tcp_listener(&self, listener: TcpListener) -> io::Result<Arc<dyn AsyncTcpListener>> {
        // Where the system does not pass it on to the streams that are accepted, they are slower.
        let _ = SockRef::from(&listener).set_tcp_nodelay(true);
        let inner = self.inner.wrap_tcp_listener(listener)?;
        Ok(Arc::new(Listener::new(inner, Arc::clone(&self.wire))))
    }

    fn connect_tcp<'a>(
        &'a self,
        remote: SocketAddr,
    ) -> Pin<Box<dyn Future<Output = io::Result<Arc<dyn AsyncTcpStream>>> + Send + 'a>> {
        Box::pin(async move {
            let stream = Stream::new(stream::connect(remote).await?, Arc::clone(&self.wire))?;
            self.wire.stir();
            Ok(Arc::new(stream) as Arc<dyn AsyncTcpStream>)
        })
    }

    fn resolve_host<'a>(
        &'a self,
        host: &'a str,
    ) -> Pin<Box<dyn Future<Output = io::Result<Vec<SocketAddr>>> + Send + 'a>> {
        self.inner.resolve_host(host)
    }

    fn sleep(&self, duration: Duration) -> Pin<Box<dyn Future<Output = ()> + Send + 'static>> {
        if !self.hurry.load(Ordering::Relaxed) {
            return self.inner.sleep(duration);
        }
        match self.wire.takes_turn() {
            true => self.inner.yield_now(),
            false => self.inner.sleep(duration.min(NAP)),
        }
    }

    fn interval(&self, period: Duration) -> Box<dyn AsyncInterval> {
        self.inner.interval(period)
    }

    fn block_on(&self, future: Pin<Box<dyn Future<Output = ()> + '_>>) {
        self.inner.block_on(future);
    }

    fn yield_now(&self) -> Pin<Box<dyn Future<Output = ()> + Send + 'static>> {
        self.inner.yield_now()
    }

    fn name(&self) -> &'static str {
        "rtcdiag"
    }
}
