//! `rtcdiag candidates`: gathers host, server-reflexive and relay candidates, and says how far each server was reached.
//!
//! Read the options, find the local addresses, ask every server from each of them at once, judge, report. One UDP socket
//! per local address serves all servers, so that what they see of it can be compared.

mod attempt;
mod connection;
mod endpoint;
mod failure;
mod gather;
mod outcome;
mod plan;
mod server;

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::rc::Rc;

use tokio::sync::mpsc;
use tokio::task::LocalSet;

use self::attempt::Shared;
use self::endpoint::{Endpoint, Endpoints};
use self::gather::{Gathered, Source};
use self::plan::{Plan, PlannedServer};
use self::server::{Order, Told};
use super::progress::Progress;
use super::{Context, Private};
use crate::check;
use crate::cli;
use crate::error::Error;
use crate::exchange::Exchanges;
use crate::net::NetError;
use crate::net::clock::Clock;
use crate::net::driver::Cancel;
use crate::net::interface::enumerate;
use crate::net::limit::Limit;
use crate::net::resolve::Resolver;
use crate::net::runtime::{self, Interrupts};
use crate::net::server::EmbeddedServer;
use crate::net::tls::TlsClient;
use crate::proto::ice::{Host, IceTransportPolicy};
use crate::report::candidates::{Attempt, AttemptOutcome, Candidates, ErrorKind, Server};
use crate::report::timestamp::rfc3339;
use crate::report::{Envelope, Event, Report};
use crate::time::millis;

/// Gathers, checks, reports.
///
/// # Errors
/// What keeps the run from starting: options, files and variables that make no sense or can't be read.
pub fn run(options: &cli::Candidates, context: &mut Context<'_>) -> Result<Envelope, Error> {
    let runtime = runtime::build().map_err(|error| Error::new(format!("cannot start the runtime ({error})")))?;
    let result = LocalSet::new().block_on(&runtime, gather(options, context));
    // A name lookup that hangs in the system's resolver must not hold up the end.
    runtime.shutdown_background();
    result
}

async fn gather(options: &cli::Candidates, context: &mut Context<'_>) -> Result<Envelope, Error> {
    let clock = Clock::start();
    let embedded = match options.embedded {
        true => Some(
            EmbeddedServer::start()
                .await
                .map_err(|error| cannot("start the embedded server", &error))?,
        ),
        false => None,
    };
    let plan = plan::plan(options, embedded.as_ref(), clock.unix_now())?;
    conceal(&plan, context);
    let tls = TlsClient::new(&plan.tls).map_err(|error| Error::ca_file(&error))?;
    let interfaces = enumerate().map_err(|error| cannot("list the network interfaces", &error))?;
    let endpoints = Endpoints::bind(&interfaces, &plan, &clock)?;
    let shared = Rc::new(Shared {
        clock,
        cancel: Cancel::new(),
        exchanges: RefCell::new(Exchanges::default()),
        resolver: Resolver::new(clock),
        servers: Limit::affordable(),
        connections: Limit::affordable(),
        tls,
        relay_family: plan.relay_family,
    });

    let mut run = Run {
        gathered: Gathered::default(),
        servers: plan.servers.iter().map(ServerReport::new).collect(),
        reflexive: plan.policy == IceTransportPolicy::All,
        unheard: false,
        context,
    };
    if run.reflexive {
        run.hosts(&endpoints, &clock);
    }
    let urls = plan.servers.iter().map(|server| server.server.url.text.as_str());
    let progress = Progress::new(run.context, urls);
    let mut answers = ask_all(&shared, &endpoints, &plan, &mut run.servers);
    let mut interrupts = Interrupts::listen();
    let mut interrupted = false;
    loop {
        if run.unheard {
            shared.cancel.cancel();
        }
        tokio::select! {
            told = answers.recv() => match told {
                None => break,
                Some(Told::Known { server, order, endpoint, attempt }) => {
                    run.known(&plan.servers[server], server, endpoint.as_deref(), &attempt);
                    run.servers[server].pending.insert(order, *attempt);
                }
                Some(Told::Attempt { server, order, endpoint, attempt }) => {
                    progress.tell(server, (run.context.show)(&outcome::in_short(&attempt)));
                    run.known(&plan.servers[server], server, endpoint.as_deref(), &attempt);
                    run.ended(server, order, *attempt);
                }
                Some(Told::Done { server }) => progress.done(server),
            },
            // The first time everything is given back in order; the second time there is no waiting for it.
            () = interrupts.next() => {
                if interrupted {
                    break;
                }
                interrupted = true;
                shared.cancel.cancel();
                progress.interrupted();
            }
        }
    }
    progress.finish();
    run.abandon();

    let report = Candidates {
        candidates: run.gathered.into_sorted(),
        servers: run.servers.into_iter().map(ServerReport::finish).collect(),
        configuration_errors: plan.configuration_errors,
        configuration_notes: plan.configuration_notes,
        interfaces: endpoints.report(),
        policy: plan.policy.name().to_owned(),
        finished_ms: millis(clock.now().since_start()),
    };
    let findings = check::candidates::check(&report);
    let started = rfc3339(clock.started_since_epoch());
    let mut envelope = Envelope::new("candidates", started, Report::Candidates(report), findings);
    envelope.interrupted = interrupted;
    Ok(envelope)
}

/// A call of the operating system that the run can't do without has failed.
fn cannot(what: &str, error: &NetError) -> Error {
    Error::new(format!("cannot {what} ({error})"))
}

/// Names that `--redact` must know before they turn up anywhere.
fn conceal(plan: &Plan, context: &mut Context<'_>) {
    for PlannedServer { server, .. } in &plan.servers {
        if let Host::Name(name) = &server.url.host {
            (context.conceal)(Private::Host, name);
        }
        if let Some(username) = &server.username {
            (context.conceal)(Private::Username, username);
        }
        if let Some(credential) = &server.credential {
            (context.conceal)(Private::Password, credential.expose());
        }
    }
}

/// Starts asking every server. The channel ends when all have been asked.
fn ask_all(
    shared: &Rc<Shared>,
    endpoints: &Rc<Endpoints>,
    plan: &Plan,
    reports: &mut [ServerReport],
) -> mpsc::UnboundedReceiver<Told> {
    let (tell, answers) = mpsc::unbounded_channel();
    for (index, planned) in plan.servers.iter().enumerate() {
        if plan.policy == IceTransportPolicy::Relay && !planned.server.url.scheme.is_turn() {
            reports[index].server.skipped = Some("the policy `relay` asks TURN servers only".to_owned());
            // Nobody listens only when the run is over.
            let _ = tell.send(Told::Done { server: index });
            continue;
        }
        let asking = server::Asking {
            shared: shared.clone(),
            endpoints: endpoints.clone(),
            index,
            server: planned.server.clone(),
            families: plan.selection.families,
            timeout: plan.timeout,
            tell: tell.clone(),
        };
        tokio::task::spawn_local(asking.run());
    }
    answers
}

/// A server's report in the making.
struct ServerReport {
    server: Server,
    /// The attempts that have ended. Their order is that in which they were planned, not that in which they ended.
    ended: BTreeMap<Order, Attempt>,
    /// The attempts under way, as far as they have got.
    pending: BTreeMap<Order, Attempt>,
}

impl ServerReport {
    fn new(planned: &PlannedServer) -> ServerReport {
        let server = Server {
            url: planned.server.url.text.clone(),
            scheme: planned.server.url.scheme.to_string(),
            url_notes: planned.url_notes.clone(),
            credential_notes: planned.credential_notes.clone(),
            skipped: None,
            attempts: Vec::new(),
        };
        ServerReport {
            server,
            ended: BTreeMap::new(),
            pending: BTreeMap::new(),
        }
    }

    fn finish(self) -> Server {
        Server {
            attempts: self.ended.into_values().collect(),
            ..self.server
        }
    }
}

/// What has been found out so far.
struct Run<'c, 'e> {
    gathered: Gathered,
    servers: Vec<ServerReport>,
    /// Whether host and reflexive candidates are wanted.
    reflexive: bool,
    /// Nobody reads what is told any more.
    unheard: bool,
    context: &'c mut Context<'e>,
}

impl Run<'_, '_> {
    fn emit(&mut self, event: Event) {
        self.unheard |= !(self.context.emit)(event);
    }

    fn hosts(&mut self, endpoints: &Endpoints, clock: &Clock) {
        for endpoint in endpoints.listed() {
            let at = clock.now();
            let mut found = Vec::from_iter(self.gathered.host(&endpoint.base, at));
            if let Some(passive) = &endpoint.passive {
                found.extend(self.gathered.tcp_host(&endpoint.base, None, at));
                found.extend(self.gathered.tcp_host(&endpoint.base, Some(passive.local.port()), at));
            }
            found
                .into_iter()
                .for_each(|candidate| self.emit(Event::Candidate(Box::new(candidate))));
        }
    }

    /// Tells the candidates that an attempt has given and that were not known before.
    fn known(&mut self, planned: &PlannedServer, index: usize, endpoint: Option<&Endpoint>, attempt: &Attempt) {
        let url = &planned.server.url;
        let Some(endpoint) = endpoint else { return };
        let source = Source {
            url: &url.text,
            index,
            transport: url.transport,
        };
        for candidate in self.gathered.server(&endpoint.base, source, attempt, self.reflexive) {
            self.emit(Event::Candidate(Box::new(candidate)));
        }
    }

    fn ended(&mut self, index: usize, order: Order, attempt: Attempt) {
        let url = self.servers[index].server.url.clone();
        self.emit(Event::Attempt {
            url,
            attempt: Box::new(attempt.clone()),
        });
        let report = &mut self.servers[index];
        report.pending.remove(&order);
        report.ended.insert(order, attempt);
    }

    /// Takes what is still under way as it stands: the user does not want to wait.
    fn abandon(&mut self) {
        for index in 0..self.servers.len() {
            for (order, mut attempt) in std::mem::take(&mut self.servers[index].pending) {
                if attempt.outcome == AttemptOutcome::Ok {
                    attempt.released = Some(false);
                } else {
                    outcome::fail(&mut attempt, ErrorKind::Interrupted, None, None);
                }
                self.ended(index, order, attempt);
            }
        }
    }
}
