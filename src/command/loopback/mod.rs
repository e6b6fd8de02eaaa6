//! `rtcdiag loopback`: a whole call in one process, seen from every side.
//!
//! Read the options, open what is to be written, make the call, judge, report. The call itself is `net::peer`'s.

mod artifacts;
mod capture;
mod document;
mod gathered;
mod impairment;
mod live;
mod plan;

use tokio::sync::watch;

use super::Context;
use crate::check;
use crate::cli;
use crate::error::Error;
use crate::net::clock::Clock;
use crate::net::peer::{Tap, call};
use crate::net::runtime::{self, Interrupts};
use crate::net::server::EmbeddedServer;
use crate::report::timestamp::rfc3339;
use crate::report::{Envelope, Report};

use artifacts::Kept;
use live::Table;

/// Makes the call.
///
/// # Errors
/// Options that make no sense, files that can't be read or written.
pub fn run(options: &cli::Loopback, context: &mut Context<'_>) -> Result<Envelope, Error> {
    let runtime =
        runtime::build_threads().map_err(|error| Error::new(format!("cannot start the runtime ({error})")))?;
    let result = runtime.block_on(make(options, context));
    // A name lookup that hangs in the system's resolver must not hold up the end.
    runtime.shutdown_background();
    result
}

async fn make(options: &cli::Loopback, context: &mut Context<'_>) -> Result<Envelope, Error> {
    let clock = Clock::start();
    let embedded = match plan::needs_server(options) {
        true => Some(
            EmbeddedServer::start()
                .await
                .map_err(|error| Error::new(format!("cannot start the embedded server ({error})")))?,
        ),
        false => None,
    };
    let plan = plan::plan(options, embedded.as_ref(), context)?;
    let mut kept = Kept::open(options, &clock)?;
    let tap = Tap::new(clock, kept.watch());
    let (stop, stopped) = watch::channel(false);
    let interrupts = tokio::spawn(async move {
        let mut interrupts = Interrupts::listen();
        interrupts.next().await;
        stop.send_replace(true);
        // The second time there is no waiting for an orderly end.
        interrupts.next().await;
        std::process::exit(130);
    });
    let table = Table::new(context, options.stats);
    let mut live = |now: call::Live<'_>| table.tell(&now);
    let call = call::run(&plan, &tap, stopped, &mut live).await;
    interrupts.abort();
    table.finish();

    let mut report = document::report(&call, &plan, options);
    report.artifacts = kept.write(&call, &report, &tap.secrets(), &clock)?;
    let findings = check::loopback::check(&report);
    let interrupted = call.interrupted;
    let started = rfc3339(clock.started_since_epoch());
    let mut envelope = Envelope::new("loopback", started, Report::Loopback(Box::new(report)), findings);
    envelope.interrupted = interrupted;
    kept.write_report(&envelope)?;
    Ok(envelope)
}
