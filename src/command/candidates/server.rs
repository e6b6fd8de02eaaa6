//! One server: its name's addresses, an attempt from each local address to each of them, and redirections.

use std::net::SocketAddr;
use std::rc::Rc;
use std::time::Duration;

use tokio::sync::mpsc;
use tokio::task::JoinSet;

use super::attempt::{Shared, Target, ask};
use super::endpoint::{Endpoint, Endpoints};
use super::outcome::{fail, in_short, step};
use crate::datagram::Transport;
use crate::net::interface::Families;
use crate::net::resolve::{ResolveError, Resolved};
use crate::probe::authentication::Credentials;
use crate::proto::ice::{Host, IceServer};
use crate::report::candidates::{Attempt, AttemptOutcome, ErrorKind, Step};
use crate::time::At;

/// Redirections followed in a row (RFC 8489 §10 asks for loops to be detected).
const REDIRECTIONS: usize = 5;

/// An attempt's place among those of its server: which pair of addresses, which redirection.
pub type Order = (usize, usize);

/// What is told while a server is asked.
pub enum Told {
    /// An attempt has begun, or knows more than before: this is how it stands.
    Known {
        /// The server's place among the servers.
        server: usize,
        /// The attempt's place.
        order: Order,
        /// The local address; none before there is one.
        endpoint: Option<Rc<Endpoint>>,
        /// What is known.
        attempt: Box<Attempt>,
    },
    /// An attempt has ended.
    Attempt {
        /// The server's place among the servers.
        server: usize,
        /// The attempt's place.
        order: Order,
        /// The local address; none if it did not come to that.
        endpoint: Option<Rc<Endpoint>>,
        /// What happened.
        attempt: Box<Attempt>,
    },
    /// The server has been asked from everywhere.
    Done {
        /// The server's place.
        server: usize,
    },
}

/// A server being asked.
pub struct Asking {
    /// What all share.
    pub shared: Rc<Shared>,
    /// The local addresses.
    pub endpoints: Rc<Endpoints>,
    /// The server's place among the servers.
    pub index: usize,
    /// The server.
    pub server: IceServer,
    /// Which families are wanted.
    pub families: Families,
    /// How long the server may take.
    pub timeout: Duration,
    /// Where to tell.
    pub tell: mpsc::UnboundedSender<Told>,
}

impl Asking {
    /// Asks the server from everywhere at once.
    pub async fn run(self) {
        let asking = Rc::new(self);
        let shared = &asking.shared;
        let Some(_turn) = shared.servers.turn(&shared.clock, &shared.cancel).await else {
            let mut attempt = Attempt::begun(asking.server.url.transport.name(), None);
            fail(&mut attempt, ErrorKind::Interrupted, None, None);
            asking.told((0, 0), None, attempt);
            return asking.send(Told::Done { server: asking.index });
        };
        // The server's time begins with its turn.
        let deadline = asking.shared.clock.now() + asking.timeout;
        match asking.resolve(deadline).await {
            Ok((addresses, resolved)) => asking.clone().ask_addresses(&addresses, resolved, deadline).await,
            Err(attempt) => asking.told((0, 0), None, *attempt),
        }
        asking.send(Told::Done { server: asking.index });
    }

    /// The server's addresses, and the step that found them if it took one.
    async fn resolve(&self, deadline: At) -> Result<(Vec<SocketAddr>, Option<Step>), Box<Attempt>> {
        let url = &self.server.url;
        tracing::debug!("asking {}", url.text);
        let name = match &url.host {
            Host::Ip(ip) if self.families.contains(*ip) => return Ok((vec![SocketAddr::new(*ip, url.port)], None)),
            Host::Ip(ip) => {
                let mut attempt = Attempt::begun(url.transport.name(), Some(SocketAddr::new(*ip, url.port)));
                let reason = "excluded by -4 or -6".to_owned();
                fail(&mut attempt, ErrorKind::NoAddressOfFamily, None, Some(reason));
                return Err(Box::new(attempt));
            }
            Host::Name(name) => name,
        };
        let started = self.shared.clock.now();
        self.known((0, 0), None, Attempt::begun(url.transport.name(), None));
        let resolved = tokio::select! {
            resolved = self.shared.resolver.resolve(name, url.port, self.families, deadline) => Some(resolved),
            () = self.shared.cancel.cancelled() => None,
        };
        let times = (started, self.shared.clock.now());
        let (kind, reason) = match resolved {
            Some(Ok(Resolved { addresses, left_out })) => {
                let mut list: Vec<_> = addresses.iter().map(|address| address.ip().to_string()).collect();
                if left_out > 0 {
                    list.push(format!("and {left_out} more, which were not asked"));
                }
                tracing::debug!("{name} is {}", list.join(", "));
                let resolved = step("resolve", AttemptOutcome::Ok, times, list.join(", "));
                return Ok((addresses, Some(resolved)));
            }
            Some(Err(error)) => resolve_failure(error),
            None => (ErrorKind::Interrupted, "interrupted".to_owned()),
        };
        let mut attempt = Attempt::begun(url.transport.name(), None);
        fail(&mut attempt, kind, None, Some(reason.clone()));
        attempt.steps.push(step("resolve", attempt.outcome, times, reason));
        Err(Box::new(attempt))
    }

    async fn ask_addresses(self: Rc<Self>, addresses: &[SocketAddr], resolved: Option<Step>, deadline: At) {
        let pairs: Vec<_> = addresses
            .iter()
            .flat_map(|address| {
                self.endpoints
                    .towards(address.ip())
                    .into_iter()
                    .map(|endpoint| (*address, endpoint))
            })
            .collect();
        if pairs.is_empty() {
            let mut attempt = Attempt::begun(self.server.url.transport.name(), addresses.first().copied());
            let list: Vec<_> = addresses.iter().map(|address| address.ip().to_string()).collect();
            let reason = format!("no local address to reach {} from", list.join(", "));
            attempt.steps.extend(resolved);
            fail(&mut attempt, ErrorKind::NoAddressOfFamily, None, Some(reason));
            return self.told((0, 0), None, attempt);
        }
        let mut all = JoinSet::new();
        for (index, (address, endpoint)) in pairs.into_iter().enumerate() {
            all.spawn_local(
                self.clone()
                    .follow(index, address, endpoint, resolved.clone(), deadline),
            );
        }
        while all.join_next().await.is_some() {}
    }

    /// Asks one address from one endpoint, and then whatever it sends us to (RFC 8489 §10).
    async fn follow(
        self: Rc<Self>,
        pair: usize,
        first: SocketAddr,
        from: Rc<Endpoint>,
        resolved: Option<Step>,
        deadline: At,
    ) {
        let url = &self.server.url;
        let (mut address, mut endpoint) = (first, from);
        let mut name = match &url.host {
            Host::Name(name) => name.clone(),
            Host::Ip(ip) => ip.to_string(),
        };
        let mut asked = vec![first];
        loop {
            let target = Target {
                address,
                transport: url.transport,
                name: &name,
                allocate: url.scheme.is_turn().then(|| self.credentials()),
                deadline,
            };
            let shared_socket = target.allocate.is_none() || target.transport != Transport::Udp;
            let socket = match shared_socket {
                true => endpoint.udp.clone(),
                false => endpoint.allocate_from(address, &self.shared.clock),
            };
            tracing::debug!(
                "{}: trying {address} over {} from {}",
                url.text,
                url.transport,
                socket.local()
            );
            let order = (pair, asked.len() - 1);
            let begun = Attempt::begun(url.transport.name(), Some(address));
            self.known(order, Some(endpoint.clone()), begun);
            let mut known = |attempt| self.known(order, Some(endpoint.clone()), attempt);
            let (mut attempt, domain) = ask(&self.shared, target, &socket, &mut known).await;
            attempt.redirected_from = asked.iter().rev().nth(1).copied();
            if asked.len() == 1 {
                attempt.steps.splice(0..0, resolved.clone());
            }
            let next = attempt.redirected_to;
            let repeated = next.is_some_and(|next| asked.contains(&next));
            if repeated || (next.is_some() && asked.len() > REDIRECTIONS) {
                let reason = if repeated {
                    "it was asked before"
                } else {
                    "too many redirections"
                };
                let reason = next.map(|next| format!("sent to {next}: {reason}"));
                fail(&mut attempt, ErrorKind::RedirectLoop, Some(300), reason);
                attempt.redirected_to = None;
            }
            let next = attempt.redirected_to;
            self.told(order, Some(endpoint.clone()), attempt);
            let Some(next) = next else { return };
            asked.push(next);
            // Of another family, or loopback: from an endpoint that fits.
            let fitting = self.endpoints.towards(next.ip());
            if !fitting.iter().any(|other| Rc::ptr_eq(other, &endpoint)) {
                let Some(other) = fitting.into_iter().next() else {
                    let mut attempt = Attempt::begun(url.transport.name(), Some(next));
                    attempt.redirected_from = Some(address);
                    let reason = format!("no local address to reach {} from", next.ip());
                    fail(&mut attempt, ErrorKind::NoAddressOfFamily, None, Some(reason));
                    return self.told((pair, asked.len() - 1), None, attempt);
                };
                endpoint = other;
            }
            name = domain.unwrap_or(name);
            address = next;
        }
    }

    fn credentials(&self) -> Option<Credentials> {
        let username = self.server.username.clone().filter(|name| !name.is_empty())?;
        let password = self.server.credential.clone()?;
        Some(Credentials { username, password })
    }

    fn known(&self, order: Order, endpoint: Option<Rc<Endpoint>>, attempt: Attempt) {
        self.send(Told::Known {
            server: self.index,
            order,
            endpoint,
            attempt: Box::new(attempt),
        });
    }

    fn told(&self, order: Order, endpoint: Option<Rc<Endpoint>>, attempt: Attempt) {
        tracing::debug!("{}: {}", self.server.url.text, in_short(&attempt));
        self.send(Told::Attempt {
            server: self.index,
            order,
            endpoint,
            attempt: Box::new(attempt),
        });
    }

    /// Nobody listens only when the run is over.
    fn send(&self, told: Told) {
        let _ = self.tell.send(told);
    }
}

fn resolve_failure(error: ResolveError) -> (ErrorKind, String) {
    match error {
        ResolveError::NotFound { message, .. } | ResolveError::Temporary { message, .. } => {
            (ErrorKind::NameNotResolved, message)
        }
        ResolveError::Timeout { .. } => (
            ErrorKind::ResolveTimeout,
            "no answer from the resolver in time".to_owned(),
        ),
        ResolveError::NoAddressOfFamily { others, .. } => {
            let list: Vec<_> = others.iter().map(|address| address.ip().to_string()).collect();
            (
                ErrorKind::NoAddressOfFamily,
                format!("the name has only {}", list.join(", ")),
            )
        }
        ResolveError::Io { message, .. } => (ErrorKind::NameNotResolved, message),
    }
}
