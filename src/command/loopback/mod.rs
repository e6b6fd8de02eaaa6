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

use serde::Deserialize;
use serde_json::Value;
use tokio::sync::watch;

use super::{Context, Private};
use crate::check;
use crate::cli;
use crate::error::Error;
use crate::net::clock::Clock;
use crate::net::peer::{Tap, call};
use crate::net::runtime::{self, Interrupts};
use crate::net::server::EmbeddedServer;
use crate::report::loopback::Loopback;
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
    let mut kept = Kept::open(options, &clock, context.redact.is_some())?;
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

    for description in &call.descriptions {
        conceal(description, context);
    }
    let mut report = document::report(&call, &plan, options);
    let shared = context.redact.map(|redact| redacted(&report, redact)).transpose()?;
    report.artifacts = kept.write(&call, shared.as_ref().unwrap_or(&report), &tap.secrets(), &clock)?;
    let findings = check::loopback::check(&report);
    let interrupted = call.interrupted;
    let started = rfc3339(clock.started_since_epoch());
    let mut envelope = Envelope::new("loopback", started, Report::Loopback(Box::new(report)), findings);
    envelope.interrupted = interrupted;
    kept.write_report(&envelope, context.redact)?;
    Ok(envelope)
}

/// Tells of the ICE credentials of a description: those of a restart stand nowhere in the report, and the library may log them.
fn conceal(description: &call::Description, context: &mut Context<'_>) {
    for sdp in std::iter::once(&description.sdp).chain(&description.told) {
        for line in sdp.lines() {
            if let Some(ufrag) = line.strip_prefix("a=ice-ufrag:") {
                (context.conceal)(Private::Ufrag, ufrag);
            }
            if let Some(password) = line.strip_prefix("a=ice-pwd:") {
                (context.conceal)(Private::Password, password);
            }
        }
    }
}

/// The report as it may be shared: what files are written from.
fn redacted(report: &Loopback, redact: &dyn Fn(&mut Value)) -> Result<Loopback, Error> {
    let read = serde_json::to_value(report).and_then(|mut document| {
        redact(&mut document);
        Loopback::deserialize(document)
    });
    read.map_err(|error| Error::new(format!("the report cannot be redacted ({error})")))
}
