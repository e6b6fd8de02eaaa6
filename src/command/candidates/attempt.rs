//! One attempt: from a local address to one address of a server, through connect, TLS and the probe.

use std::cell::RefCell;
use std::net::SocketAddr;
use std::time::Duration;

use super::outcome::{self, fail, not_made, step};
use crate::datagram::Transport;
use crate::exchange::Exchanges;
use crate::net::clock::Clock;
use crate::net::driver::{self, Cancel, Channel};
use crate::net::random;
use crate::net::stream::{self, Connected, MessageStream};
use crate::net::tls::TlsClient;
use crate::net::udp::UdpEndpoint;
use crate::probe::allocate::{Allocate, AllocateOptions, RelayFamily};
use crate::probe::authentication::Credentials;
use crate::probe::binding::{Binding, BindingOptions};
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

/// Asks `target` from the UDP socket `base` (or from its address, for TCP and TLS). Ends by the target's deadline, plus
/// the grace for a release. A redirection may come with the name that the next server's certificate is for.
pub async fn ask(shared: &Shared, target: Target<'_>, base: &UdpEndpoint) -> (Attempt, Option<String>) {
    let mut attempt = not_made(target.transport, Some(target.address));
    let domain = match target.transport {
        Transport::Udp => {
            let mut inbox = base.attach();
            attempt.local = Some(inbox.local());
            probe(shared, &target, Channel::Udp(&mut inbox), &mut attempt).await
        }
        Transport::Tcp | Transport::Tls => over_stream(shared, &target, base, &mut attempt).await,
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
            outcome::not_connected(&error, attempt);
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
    let domain = probe(shared, target, Channel::Stream(&mut stream), attempt).await;
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
        Ok(session) => outcome::handshake(&session.info, shared.clock.unix_now(), attempt)
            .then(|| MessageStream::tls(session.stream, local, remote, shared.clock)),
        Err(error) => {
            outcome::no_handshake(&error, attempt);
            None
        }
    }
}

async fn probe(shared: &Shared, target: &Target<'_>, channel: Channel<'_>, attempt: &mut Attempt) -> Option<String> {
    let (server, transport, deadline) = (target.address, target.transport, target.deadline);
    let new_id = random::transaction_ids();
    match &target.allocate {
        Some(credentials) => {
            let mut allocate = Allocate::new(AllocateOptions {
                server,
                transport,
                credentials: credentials.clone(),
                family: shared.relay_family,
                lifetime: None,
                deadline,
                release_grace: RELEASE_GRACE,
                new_id,
            });
            driver::run(&mut allocate, channel, &shared.clock, &shared.cancel, &shared.exchanges).await;
            outcome::allocated(allocate.result(), &shared.exchanges.borrow(), attempt)
        }
        None => {
            let mut binding = Binding::new(BindingOptions {
                server,
                transport,
                deadline,
                new_id,
            });
            driver::run(&mut binding, channel, &shared.clock, &shared.cancel, &shared.exchanges).await;
            outcome::bound(binding.result(), &shared.exchanges.borrow(), attempt)
        }
    }
}
