//! ICE-TCP (RFC 6544): streams that tell the tap, message by message (RFC 4571 framing).
//!
//! Of what a bad network does to TCP the octets show its delay and its rate, and that is what an impaired stream has: losses are repaired
//! below, where only the kernel could lose something.

use std::fmt;
use std::future::Future;
use std::io;
use std::net::SocketAddr;
use std::pin::Pin;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use tokio::net::TcpStream;
use webrtc::runtime::{AsyncTcpListener, AsyncTcpStream};

use super::gate::Ready;
use super::tap::Direction;
use super::wire::Wire;
use crate::datagram::Transport;

type Pending<'a, T> = Pin<Box<dyn Future<Output = io::Result<T>> + Send + 'a>>;

/// A listener whose streams tell the tap.
pub struct Listener {
    inner: Arc<dyn AsyncTcpListener>,
    wire: Arc<Wire>,
}

impl Listener {
    /// Wraps a listener of the inner runtime.
    pub fn new(inner: Arc<dyn AsyncTcpListener>, wire: Arc<Wire>) -> Listener {
        Listener { inner, wire }
    }
}

impl AsyncTcpListener for Listener {
    fn accept<'a>(&'a self) -> Pending<'a, (Arc<dyn AsyncTcpStream>, SocketAddr)> {
        Box::pin(async move {
            let (stream, from) = self.inner.accept().await?;
            self.wire.stir();
            let stream = Stream::new(stream, Arc::clone(&self.wire))?;
            Ok((Arc::new(stream) as Arc<dyn AsyncTcpStream>, from))
        })
    }

    fn local_addr(&self) -> io::Result<SocketAddr> {
        self.inner.local_addr()
    }
}

impl fmt::Debug for Listener {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Listener").finish_non_exhaustive()
    }
}

/// A connection to `remote` that sends at once: the library leaves Nagle's algorithm on, which holds small messages back until
/// the other end has acknowledged the ones before.
pub async fn connect(remote: SocketAddr) -> io::Result<Arc<dyn AsyncTcpStream>> {
    let stream = TcpStream::connect(remote).await?;
    stream.set_nodelay(true)?;
    Ok(Arc::new(Prompt(stream)))
}

#[derive(Debug)]
struct Prompt(TcpStream);

impl AsyncTcpStream for Prompt {
    fn read<'a, 'b>(&'a self, buffer: &'b mut [u8]) -> Pending<'b, usize>
    where
        'a: 'b,
    {
        Box::pin(async move {
            loop {
                self.0.readable().await?;
                match self.0.try_read(buffer) {
                    Err(error) if error.kind() == io::ErrorKind::WouldBlock => {}
                    done => return done,
                }
            }
        })
    }

    fn write_all<'a, 'b>(&'a self, mut buffer: &'b [u8]) -> Pending<'b, ()>
    where
        'a: 'b,
    {
        Box::pin(async move {
            while !buffer.is_empty() {
                self.0.writable().await?;
                match self.0.try_write(buffer) {
                    Ok(count) => buffer = &buffer[count..],
                    Err(error) if error.kind() == io::ErrorKind::WouldBlock => {}
                    Err(error) => return Err(error),
                }
            }
            Ok(())
        })
    }

    fn local_addr(&self) -> io::Result<SocketAddr> {
        self.0.local_addr()
    }

    fn peer_addr(&self) -> io::Result<SocketAddr> {
        self.0.peer_addr()
    }
}

/// A stream that tells the tap.
pub struct Stream {
    inner: Arc<dyn AsyncTcpStream>,
    wire: Arc<Wire>,
    local: SocketAddr,
    remote: SocketAddr,
    /// What has come of messages that are not whole yet: sent, received.
    parts: [Mutex<Vec<u8>>; 2],
    /// Whether the peer has begun to read.
    is_read: AtomicBool,
}

impl Stream {
    /// Wraps a stream of the inner runtime.
    pub fn new(inner: Arc<dyn AsyncTcpStream>, wire: Arc<Wire>) -> io::Result<Stream> {
        Ok(Stream {
            local: inner.local_addr()?,
            remote: inner.peer_addr()?,
            inner,
            wire,
            parts: Default::default(),
            is_read: AtomicBool::new(false),
        })
    }

    /// Takes octets of one direction, and tells the messages that they complete.
    fn take(&self, direction: Direction, octets: &[u8]) {
        self.wire.stir();
        let mut part = self.parts[direction as usize]
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        part.extend_from_slice(octets);
        let mut messages = Vec::new();
        let mut done = 0;
        while let Some((&length, rest)) = part[done..].split_first_chunk::<2>() {
            let length = usize::from(u16::from_be_bytes(length));
            let Some(bytes) = rest.get(..length) else { break };
            messages.push(bytes);
            done += 2 + length;
        }
        let way = (Transport::Tcp, self.local, self.remote);
        self.wire.tap.tell(self.wire.side, direction, way, messages.into_iter());
        part.drain(..done);
    }
}

impl AsyncTcpStream for Stream {
    fn read<'a, 'b>(&'a self, buffer: &'b mut [u8]) -> Pending<'b, usize>
    where
        'a: 'b,
    {
        Box::pin(async move {
            if !self.is_read.swap(true, Ordering::Relaxed) {
                self.wire.streams.send_modify(|count| *count += 1);
            }
            // What comes first is a check.
            self.wire.gate.opened(Ready::Checks).await;
            let count = loop {
                let count = self.inner.read(buffer).await?;
                // The end of the stream does not come either.
                if !self.wire.faults.is_dead(&buffer[..count]) {
                    break count;
                }
                if count == 0 {
                    std::future::pending::<()>().await;
                }
            };
            self.take(Direction::Received, &buffer[..count]);
            Ok(count)
        })
    }

    fn write_all<'a, 'b>(&'a self, buffer: &'b [u8]) -> Pending<'b, ()>
    where
        'a: 'b,
    {
        Box::pin(async move {
            // One message, behind its length. Without its own STUN the other end has no consent, whatever arrives here.
            if self.wire.faults.are_there() && self.wire.faults.swallows(buffer.get(2..).unwrap_or_default()) {
                return Ok(());
            }
            self.take(Direction::Sent, buffer);
            match &self.wire.line {
                Some(pump) => pump.write(&self.wire.tap, &self.inner, buffer).await,
                None => self.inner.write_all(buffer).await?,
            }
            Ok(())
        })
    }

    fn local_addr(&self) -> io::Result<SocketAddr> {
        Ok(self.local)
    }

    fn peer_addr(&self) -> io::Result<SocketAddr> {
        Ok(self.remote)
    }
}

impl fmt::Debug for Stream {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Stream")
            .field("remote", &self.remote)
            .finish_non_exhaustive()
    }
}
