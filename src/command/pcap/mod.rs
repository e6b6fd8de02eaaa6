//! `rtcdiag pcap`: files -> packets -> facts -> report and findings.

mod agents;
mod document;
mod media;
mod message;
mod options;
mod read;
mod sctp;
mod shown;

use std::fs::File;
use std::io;
use std::path::Path;

use super::{Context, now, other};
use crate::capture::container::FileFacts;
use crate::capture::{Input, NotACapture, Source};
use crate::check::pcap as check;
use crate::check::pcap::Found;
use crate::cli;
use crate::error::{Error, place};
use crate::flow::Facts;
use crate::flow::agreed::Agreed;
use crate::net::stop::{self, Stop};
use crate::report::pcap::{Hidden, Pcap};
use crate::report::{Envelope, Event, Finding, Report, Severity};

use read::Read;
use shown::Shown;

/// Reads the captures, and says what is in them.
pub fn run(options: &cli::Pcap, context: &mut Context<'_>) -> Result<Envelope, Error> {
    let started = now();
    let prepared = options::prepare(options)?;
    let stop = Stop::listen().map_err(|error| Error::io("listen for signals", "this process", &error))?;
    let mut source = open(options, &stop)?;
    let mut messages = Vec::new();
    let Read { facts, all, began } = read::read(&mut source, prepared, options, (context, &stop), &mut messages);
    if let Some(flow) = options.flow.filter(|_| !stop.is_wanted()) {
        must_be_there(flow, all.as_ref().unwrap_or(&facts))?;
    }
    let shown = Shown::new(options, &facts);
    let agreed = Agreed::of(&facts);
    let mut report = document::report((&facts, &agreed), source.files(), began, options, &shown);
    let exchanges = || facts.exchanges.iter().filter(|exchange| shown.exchange(exchange));
    if context.streams {
        for exchange in exchanges() {
            if !(context.emit)(Event::StunTransaction(Box::new(document::transaction(exchange)))) {
                break;
            }
        }
    }
    // There may be many: they are held only where they are needed all together.
    if !context.streams || options.transactions || options.timeline {
        report.stun.transactions = exchanges().map(document::transaction).collect();
    }
    report.messages = messages;
    let findings = match &all {
        Some(all) => judge((all, &Agreed::of(all)), source.files(), options, &mut report),
        None => judge((&facts, &agreed), source.files(), options, &mut report),
    };
    let mut envelope = Envelope::new("pcap", started, Report::Pcap(Box::new(report)), findings);
    envelope.interrupted = stop.is_wanted();
    Ok(envelope)
}

/// That there is a session of this number.
fn must_be_there(flow: u32, facts: &Facts) -> Result<(), Error> {
    let hint = match facts.sessions.len() {
        count if (flow as usize) < count => return Ok(()),
        0 => "there are none: nothing of WebRTC was found".to_owned(),
        count => format!("there are {count}, counted from 0; without --flow all are listed"),
    };
    Err(Error::new(format!("there is no session {flow}"))
        .at("--flow")
        .hint(hint))
}

/// What was found of the sessions shown; of the rest the report says how much.
fn judge(
    (facts, agreed): (&Facts, &Agreed),
    files: &[FileFacts],
    options: &cli::Pcap,
    report: &mut Pcap,
) -> Vec<Finding> {
    let shown = Shown::new(options, facts);
    let (own, others): (Vec<Found>, Vec<Found>) = check::check(files, facts, agreed)
        .into_iter()
        .partition(|found| shown.finding(found));
    let mut hidden = Hidden {
        media: shown.media_elsewhere(),
        ..Hidden::default()
    };
    let troubles = others.iter().filter(|found| found.finding.severity > Severity::Info);
    for found in troubles {
        *hidden.findings.entry(found.finding.severity.name().into()).or_default() += 1;
    }
    report.hidden = Some(hidden).filter(|hidden| *hidden != Hidden::default());
    own.into_iter().map(|found| found.finding).collect()
}

fn open(options: &cli::Pcap, stop: &Stop) -> Result<Source, Error> {
    let mut inputs = Vec::new();
    for path in &options.files {
        inputs.push(input(path, stop)?);
    }
    Source::open(inputs).map_err(|NotACapture { name, looks_like }| {
        let path = Path::new(&name);
        let error = Error::new(format!("no capture: it looks like {looks_like}")).at(place(path));
        error.hint(other::hint(path).unwrap_or_else(|| {
            "pcap and pcapng are read, also in gzip, zstd or lz4; `tcpdump -w FILE` and Wireshark write them".to_owned()
        }))
    })
}

fn input(path: &Path, stop: &Stop) -> Result<Input, Error> {
    let name = path.to_string_lossy().into_owned();
    if path == Path::new("-") {
        let read = stop::stdin(stop);
        return Ok(Input { name, read, size: None });
    }
    let refused = |error| Error::file("read the capture", path, &error);
    let file = File::open(path).map_err(refused)?;
    let metadata = file.metadata().map_err(refused)?;
    if metadata.is_dir() {
        return Err(refused(io::ErrorKind::IsADirectory.into()));
    }
    let size = metadata.is_file().then_some(metadata.len());
    let read = Box::new(file);
    Ok(Input { name, read, size })
}
