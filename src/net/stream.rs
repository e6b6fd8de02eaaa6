//! TCP: connecting with times, and whole messages over a stream.
//!
//! [`MessageStream`] cuts a TCP or TLS stream into STUN messages and ChannelData (RFC 8489 §6.2.2, RFC 8656 §12.5).
//! Neither side of it can block the other or grow without bound.

use std::fmt;
use std::future::poll_fn;
use std::io;
use std::net::{IpAddr, SocketAddr};
use std::pin::Pin;
use std::task::{Context, Poll, Waker, ready};
use std::time::Duration;

use tokio::io::{AsyncRead, AsyncWrite, AsyncWriteExt, ReadBuf};
use tokio::net::{TcpListener, TcpSocket, TcpStream};

use crate::datagram::Transport;
use crate::net::clock::Clock;
use crate::net::tls::TlsStream;
use crate::net::udp::Arrival;
use crate::net::{NetError, is_out_of_files, reason};
use crate::probe::PathError;
use crate::proto::stun::MAGIC_COOKIE;
use crate::proto::turn::{Frame, frame};
use crate::time::At;

/// Octets that wait to be written before a sender is told that the other end does not read.
const OUTGOING_LIMIT: usize = 256 * 1024;

/// How long to wait for a file to be closed when none can be opened.
const OUT_OF_FILES_WAIT: Duration = Duration::from_millis(20);

/// A connected TCP stream.
#[derive(Debug)]
pub struct Connected {
    /// The stream, with Nagle's algorithm off.
    pub stream: TcpStream,
    /// Our address.
    pub local: SocketAddr,
    /// The server's address.
    pub remote: SocketAddr,
    /// When the SYN left.
    pub started: At,
    /// When the handshake was complete.
    pub ended: At,
}

/// Why there is no connection.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{operation} {remote}: {message}")]
pub struct ConnectError {
    /// The call that failed: `bind`, `connect`.
    pub operation: &'static str,
    /// The local address asked for, if one was.
    pub local: Option<IpAddr>,
    /// The server's address.
    pub remote: SocketAddr,
    /// When it began.
    pub started: At,
    /// When it failed.
    pub ended: At,
    /// What went wrong.
    pub kind: ConnectErrorKind,
    /// What the operating system said.
    pub message: String,
}

/// What went wrong while connecting.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ConnectErrorKind {
    /// Nothing listens there, or a firewall rejects.
    Refused,
    /// The network or the host cannot be reached.
    Unreachable,
    /// No answer by the deadline (or by the operating system's own).
    Timeout,
    /// The local address cannot be used.
    AddressNotAvailable,
    /// Anything else.
    Other,
}

/// Connects from `local` (any address and port if `None`) to `remote`. Ends by `deadline`.
pub async fn connect(
    local: Option<IpAddr>,
    remote: SocketAddr,
    clock: &Clock,
    deadline: At,
) -> Result<Connected, ConnectError> {
    let started = clock.now();
    let fail = |operation, kind, message: String| ConnectError {
        operation,
        local,
        remote,
        started,
        ended: clock.now(),
        kind,
        message,
    };
    let io = |operation, error: &io::Error| fail(operation, connect_error_kind(error), reason(error));
    let socket = loop {
        match bound_socket(local, remote) {
            Ok(socket) => break socket,
            // Not the server's fault: others will close theirs.
            Err(error) if is_out_of_files(&error) && clock.now() < deadline => {
                clock.sleep_until(deadline.min(clock.now() + OUT_OF_FILES_WAIT)).await;
            }
            Err(error) if is_out_of_files(&error) => {
                let message = "the server was not asked: this process has too many open files";
                return Err(fail("bind", ConnectErrorKind::Other, message.into()));
            }
            Err(error) => return Err(io("bind", &error)),
        }
    };
    let stream = match clock.within(deadline, socket.connect(remote)).await {
        Some(Ok(stream)) => stream,
        Some(Err(error)) => return Err(io("connect", &error)),
        None => return Err(fail("connect", ConnectErrorKind::Timeout, "no answer in time".into())),
    };
    let ended = clock.now();
    // Best effort: small requests should leave at once.
    let _ = stream.set_nodelay(true);
    let local = stream.local_addr().map_err(|error| io("local address", &error))?;
    Ok(Connected {
        stream,
        local,
        remote,
        started,
        ended,
    })
}

fn bound_socket(local: Option<IpAddr>, remote: SocketAddr) -> io::Result<TcpSocket> {
    let socket = if remote.is_ipv4() {
        TcpSocket::new_v4()
    } else {
        TcpSocket::new_v6()
    }?;
    if let Some(ip) = local {
        socket.bind(SocketAddr::new(ip, 0))?;
    }
    Ok(socket)
}

fn connect_error_kind(error: &io::Error) -> ConnectErrorKind {
    match error.kind() {
        io::ErrorKind::ConnectionRefused | io::ErrorKind::ConnectionReset => ConnectErrorKind::Refused,
        io::ErrorKind::HostUnreachable | io::ErrorKind::NetworkUnreachable | io::ErrorKind::NetworkDown => {
            ConnectErrorKind::Unreachable
        }
        io::ErrorKind::TimedOut => ConnectErrorKind::Timeout,
        io::ErrorKind::AddrNotAvailable | io::ErrorKind::AddrInUse => ConnectErrorKind::AddressNotAvailable,
        _ => ConnectErrorKind::Other,
    }
}

/// A TCP port held open, for a passive host candidate (RFC 6544 §4.1). Closed on drop.
#[derive(Debug)]
pub struct PassivePort {
    /// Its address.
    pub local: SocketAddr,
    _listener: TcpListener,
}

/// Opens a passive TCP port of the system's choice on `ip`.
pub fn listen(ip: IpAddr) -> Result<PassivePort, NetError> {
    let address = SocketAddr::new(ip, 0);
    let open = || {
        let listener = std::net::TcpListener::bind(address)?;
        listener.set_nonblocking(true)?;
        let listener = TcpListener::from_std(listener)?;
        Ok(PassivePort {
            local: listener.local_addr()?,
            _listener: listener,
        })
    };
    open().map_err(|error: io::Error| NetError::new("listen", Some(address), &error))
}

/// A stream of any kind.
pub trait Io: AsyncRead + AsyncWrite + Unpin {}
impl<T: AsyncRead + AsyncWrite + Unpin> Io for T {}

/// A stream as a sequence of messages.
pub struct MessageStream {
    io: Box<dyn Io>,
    clock: Clock,
    transport: Transport,
    local: SocketAddr,
    remote: SocketAddr,
    channel_data: bool,
    incoming: Vec<u8>,
    outgoing: Vec<u8>,
    failure: Option<PathError>,
}

impl MessageStream {
    /// Messages over TCP in the clear.
    pub fn tcp(connected: Connected, clock: Clock) -> MessageStream {
        let Connected {
            stream, local, remote, ..
        } = connected;
        MessageStream::new(Box::new(stream), Transport::Tcp, local, remote, clock)
    }

    /// Messages over TLS; `local` and `remote` are the addresses of the TCP connection below.
    pub fn tls(stream: TlsStream, local: SocketAddr, remote: SocketAddr, clock: Clock) -> MessageStream {
        MessageStream::new(Box::new(stream), Transport::Tls, local, remote, clock)
    }

    fn new(
        io: Box<dyn Io>,
        transport: Transport,
        local: SocketAddr,
        remote: SocketAddr,
        clock: Clock,
    ) -> MessageStream {
        MessageStream {
            io,
            clock,
            transport,
            local,
            remote,
            channel_data: false,
            incoming: Vec::new(),
            outgoing: Vec::new(),
            failure: None,
        }
    }

    /// What carries the messages.
    pub fn transport(&self) -> Transport {
        self.transport
    }

    /// Our address.
    pub fn local(&self) -> SocketAddr {
        self.local
    }

    /// The other end's address.
    pub fn remote(&self) -> SocketAddr {
        self.remote
    }

    /// Whether ChannelData may arrive, because a channel was bound. Before that it cannot, and what looks like it is
    /// another protocol.
    pub fn set_channel_data(&mut self, expected: bool) {
        self.channel_data = expected;
    }

    /// Queues one message and writes what can be written at once; [`receive`](MessageStream::receive) writes the rest. Fails with the stream's failure, if it has
    /// failed, or if the other end has stopped reading.
    pub fn send(&mut self, bytes: &[u8]) -> Result<(), PathError> {
        if let Some(failure) = &self.failure {
            return Err(failure.clone());
        }
        if self.outgoing.len() + bytes.len() > OUTGOING_LIMIT {
            return Err(PathError::Io {
                operation: "send",
                message: "the other end does not read".into(),
            });
        }
        self.outgoing.extend_from_slice(bytes);
        // Nobody waits here: `receive` asks again, and tells of an error, which stays while octets wait.
        let _ = self.poll_write(&mut Context::from_waker(Waker::noop()));
        Ok(())
    }

    /// Writes what is queued and waits for the next whole message, or for the failure of the stream, which is given
    /// once; later calls wait forever. Safe to cancel.
    pub async fn receive(&mut self) -> Arrival {
        let event = poll_fn(|cx| self.poll_receive(cx)).await;
        let remote = self.remote;
        Arrival {
            at: self.clock.now(),
            event: event.map(|bytes| (remote, bytes)),
        }
    }

    /// Writes what is queued and says goodbye (FIN, or close_notify before it). Ends by `deadline`.
    pub async fn close(mut self, deadline: At) {
        if self.failure.is_none() {
            let clock = self.clock;
            let goodbye = async {
                self.io.write_all(&self.outgoing).await?;
                self.io.shutdown().await
            };
            // The answers are in; how the goodbye went changes nothing.
            let _ = clock.within(deadline, goodbye).await;
        }
    }

    fn poll_receive(&mut self, cx: &mut Context<'_>) -> Poll<Result<Vec<u8>, PathError>> {
        if self.failure.is_some() {
            return Poll::Pending;
        }
        let failure = match self.poll_message(cx) {
            Poll::Pending => return Poll::Pending,
            Poll::Ready(Ok(message)) => return Poll::Ready(Ok(message)),
            Poll::Ready(Err(failure)) => failure,
        };
        self.failure = Some(failure.clone());
        Poll::Ready(Err(failure))
    }

    fn poll_message(&mut self, cx: &mut Context<'_>) -> Poll<Result<Vec<u8>, PathError>> {
        // What has arrived counts even if writing fails: read first, report the failed write only when nothing is left.
        let write_failure = self.poll_write(cx).err();
        loop {
            if let Some(message) = self.cut()? {
                return Poll::Ready(Ok(message));
            }
            match self.poll_fill(cx) {
                Poll::Ready(Ok(0)) => {
                    return Poll::Ready(Err(PathError::Closed {
                        pending: self.incoming.len(),
                    }));
                }
                Poll::Ready(Ok(_)) => {}
                Poll::Ready(Err(error)) => return Poll::Ready(Err(self.path_error("receive", &error))),
                Poll::Pending => {
                    return match write_failure {
                        Some(error) => Poll::Ready(Err(self.path_error("send", &error))),
                        None => Poll::Pending,
                    };
                }
            }
        }
    }

    fn poll_write(&mut self, cx: &mut Context<'_>) -> io::Result<()> {
        while !self.outgoing.is_empty() {
            match Pin::new(&mut self.io).poll_write(cx, &self.outgoing) {
                Poll::Ready(Ok(0)) => return Err(io::ErrorKind::WriteZero.into()),
                Poll::Ready(Ok(written)) => drop(self.outgoing.drain(..written)),
                Poll::Ready(Err(error)) => return Err(error),
                Poll::Pending => return Ok(()),
            }
        }
        match Pin::new(&mut self.io).poll_flush(cx) {
            Poll::Ready(result) => result,
            Poll::Pending => Ok(()),
        }
    }

    fn poll_fill(&mut self, cx: &mut Context<'_>) -> Poll<io::Result<usize>> {
        let mut chunk = [0_u8; 4096];
        let mut buffer = ReadBuf::new(&mut chunk);
        ready!(Pin::new(&mut self.io).poll_read(cx, &mut buffer))?;
        self.incoming.extend_from_slice(buffer.filled());
        Poll::Ready(Ok(buffer.filled().len()))
    }

    /// Takes the first whole message off what has arrived.
    fn cut(&mut self) -> Result<Option<Vec<u8>>, PathError> {
        if self.is_foreign() {
            return Err(self.not_framed());
        }
        match frame(&self.incoming) {
            _ if self.incoming.is_empty() => Ok(None),
            Frame::Message(length) if length <= self.incoming.len() => {
                Ok(Some(self.incoming.drain(..length).collect()))
            }
            Frame::Message(_) | Frame::Incomplete { .. } => Ok(None),
            Frame::NotFramed => Err(self.not_framed()),
        }
    }

    /// Whether what has arrived has the shape of a message only by chance, and waiting for its end would be in vain:
    /// `HTTP/1.1` looks like data for channel 0x4854, a TLS alert like a STUN message of 768 octets.
    fn is_foreign(&self) -> bool {
        match self.incoming.first() {
            None | Some(0x80..) => false,
            Some(0x40..) => !self.channel_data,
            // RFC 7983 §7 leaves 0 to 3 to STUN.
            Some(4..) => true,
            // There is no STUN without the cookie over streams: RFC 3489 had UDP only.
            Some(..4) => self
                .incoming
                .get(4..8)
                .is_some_and(|cookie| cookie != MAGIC_COOKIE.to_be_bytes()),
        }
    }

    fn not_framed(&self) -> PathError {
        PathError::NotFramed {
            prefix: self.incoming[..self.incoming.len().min(64)].to_vec(),
        }
    }

    fn path_error(&self, operation: &'static str, error: &io::Error) -> PathError {
        match error.kind() {
            io::ErrorKind::ConnectionReset | io::ErrorKind::ConnectionAborted | io::ErrorKind::BrokenPipe => {
                PathError::Reset
            }
            // A TLS stream that ends without close_notify.
            io::ErrorKind::UnexpectedEof => PathError::Closed {
                pending: self.incoming.len(),
            },
            _ => PathError::Io {
                operation,
                message: reason(error),
            },
        }
    }
}

impl fmt::Debug for MessageStream {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("MessageStream")
            .field("transport", &self.transport)
            .field("local", &self.local)
            .field("remote", &self.remote)
            .field("failure", &self.failure)
            .finish_non_exhaustive()
    }
}
