//! One attempt: from a local address to one address of a server, through connect, TLS and the probe.

use std::cell::RefCell;
use std::net::SocketAddr;
use std::time::Duration;

use super::connection;
use super::outcome::{self, fail, step};
use crate::datagram::Transport;
use crate::exchange::Exchanges;
use crate::net::clock::Clock;
use crate::net::driver::{self, Cancel, Channel};
use crate::net::limit::Limit;
use crate::net::random;
use crate::net::resolve::Resolver;
use crate::net::stream::{self, Connected, MessageStream};
use crate::net::tls::TlsClient;
use crate::net::udp::UdpEndpoint;
use crate::probe::allocate::{Allocate, AllocateOptions, RelayFamily};
use crate::probe::authentication::Credentials;
use crate::probe::binding::{Binding, BindingOptions};
use crate::probe::{Input, Probe, Step};
use crate::report::candidates::{Attempt, AttemptOutcome, ErrorKind};
use crate::time::At;

/// How long giving an allocation back may take beyond the server's time.
const RELEASE_GRACE: Duration = Duration::from_millis(1000);

/// What all attempts of a run share.
pub struct Shared {
    /// The clock of the run.
    pub clock: Clock,
    /// The user's wish to stop.
    pub cancel: Cancel,
    /// All requests and responses of the run.
    pub exchanges: RefCell<Exchanges>,
    /// Names, each looked up once.
    pub resolver: Resolver,
    /// How many servers are asked at once.
    pub servers: Limit,
    /// How many connections are open at once.
    pub connections: Limit,
    /// TLS, with its roots.
    pub tls: TlsClient,
    /// REQUESTED-ADDRESS-FAMILY.
    pub relay_family: Option<RelayFamily>,
}

/// Whom to ask, for what.
pub struct Target<'a> {
    /// The server's address.
    pub address: SocketAddr,
    /// What carries the messages.
    pub transport: Transport,
    /// The name or address that the certificate must be for.
    pub name: &'a str,
    /// `Some` asks for a relayed address, with credentials if there are any.
    pub allocate: Option<Option<Credentials>>,
    /// When the server's time is up.
    pub deadline: At,
}

/// Tells what is known of an attempt that has what it wants and is still giving it back.
pub type Known<'a> = &'a mut dyn FnMut(Attempt);

/// Asks `target` from the UDP socket `base` (or from its address, for TCP and TLS). Ends by the target's deadline, plus
/// the grace for a release. A redirection may come with the name that the next server's certificate is for.
pub async fn ask(
    shared: &Shared,
    target: Target<'_>,
    base: &UdpEndpoint,
    known: Known<'_>,
) -> (Attempt, Option<String>) {
    let mut attempt = Attempt::begun(target.transport.name(), Some(target.address));
    let domain = match target.transport {
        Transport::Udp => {
            let mut inbox = base.attach();
            attempt.local = Some(inbox.local());
            probe(shared, &target, Channel::Udp(&mut inbox), &mut attempt, known).await
        }
        Transport::Tcp | Transport::Tls => {
            let Some(turn) = shared.connections.turn(&shared.clock, &shared.cancel).await else {
                fail(&mut attempt, ErrorKind::Interrupted, None, None);
                return (attempt, None);
            };
            // The server is not to blame for the time that it had to wait for.
            let target = Target {
                deadline: target.deadline + turn.waited(),
                ..target
            };
            over_stream(shared, &target, base, &mut attempt, known).await
        }
        Transport::Dtls => {
            let reason = "TURN over DTLS is not supported".to_owned();
            fail(&mut attempt, ErrorKind::Unsupported, None, Some(reason));
            None
        }
    };
    (attempt, domain)
}

async fn over_stream(
    shared: &Shared,
    target: &Target<'_>,
    base: &UdpEndpoint,
    attempt: &mut Attempt,
    known: Known<'_>,
) -> Option<String> {
    let started = shared.clock.now();
    let local = base.local().ip();
    let connected = tokio::select! {
        connected = stream::connect(Some(local), target.address, &shared.clock, target.deadline) => connected,
        () = shared.cancel.cancelled() => {
            outcome::interrupted("connect", (started, shared.clock.now()), attempt);
            return None;
        }
    };
    let connected = match connected {
        Ok(connected) => connected,
        Err(error) => {
            connection::not_connected(&error, attempt);
            return None;
        }
    };
    attempt.local = Some(connected.local);
    attempt.steps.push(step(
        "connect",
        AttemptOutcome::Ok,
        (connected.started, connected.ended),
        None,
    ));
    let mut stream = match target.transport {
        Transport::Tls => over_tls(shared, target, connected, attempt).await?,
        _ => MessageStream::tcp(connected, shared.clock),
    };
    let domain = probe(shared, target, Channel::Stream(&mut stream), attempt, known).await;
    stream.close(shared.clock.now() + RELEASE_GRACE).await;
    domain
}

/// The handshake; `None` if it failed, or if its verdict forbids to go on.
async fn over_tls(
    shared: &Shared,
    target: &Target<'_>,
    connected: Connected,
    attempt: &mut Attempt,
) -> Option<MessageStream> {
    let started = shared.clock.now();
    let (local, remote) = (connected.local, connected.remote);
    let session = tokio::select! {
        session = shared.tls.handshake(connected.stream, remote, target.name, &shared.clock, target.deadline) => session,
        () = shared.cancel.cancelled() => {
            outcome::interrupted("tls", (started, shared.clock.now()), attempt);
            return None;
        }
    };
    match session {
        Ok(session) => connection::handshake(&session.info, shared.clock.unix_now(), attempt)
            .then(|| MessageStream::tls(session.stream, local, remote, shared.clock)),
        Err(error) => {
            connection::no_handshake(&error, attempt);
            None
        }
    }
}

async fn probe(
    shared: &Shared,
    target: &Target<'_>,
    channel: Channel<'_>,
    attempt: &mut Attempt,
    known: Known<'_>,
) -> Option<String> {
    let (server, transport, deadline) = (target.address, target.transport, target.deadline);
    let new_id = random::transaction_ids();
    let Some(credentials) = &target.allocate else {
        let mut binding = Binding::new(BindingOptions {
            server,
            transport,
            deadline,
            new_id,
        });
        driver::run(&mut binding, channel, &shared.clock, &shared.cancel, &shared.exchanges).await;
        return outcome::bound(binding.result(), &shared.exchanges.borrow(), attempt);
    };
    let allocate = Allocate::new(AllocateOptions {
        server,
        transport,
        credentials: credentials.clone(),
        family: shared.relay_family,
        deadline,
        release_grace: RELEASE_GRACE,
        new_id,
    });
    let mut tell = |allocate: &Allocate| {
        let mut so_far = attempt.clone();
        outcome::allocated(allocate.result(), &shared.exchanges.borrow(), &mut so_far);
        known(so_far);
    };
    let mut watched = Watched {
        allocate,
        tell: Some(&mut tell),
    };
    driver::run(&mut watched, channel, &shared.clock, &shared.cancel, &shared.exchanges).await;
    let result = watched.allocate.result();
    outcome::allocated(result, &shared.exchanges.borrow(), attempt)
}

/// An allocation that is told as soon as it is there: giving it back takes one round trip more.
struct Watched<'a> {
    allocate: Allocate,
    tell: Option<&'a mut dyn FnMut(&Allocate)>,
}

impl Probe for Watched<'_> {
    fn handle(&mut self, now: At, input: Input<'_>) {
        self.allocate.handle(now, input);
        if let Some(Ok(_)) = self.allocate.outcome()
            && let Some(tell) = self.tell.take()
        {
            tell(&self.allocate);
        }
    }

    fn poll(&mut self, now: At) -> Step {
        self.allocate.poll(now)
    }
}
