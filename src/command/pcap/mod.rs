//! `rtcdiag pcap`: files -> packets -> facts -> report and findings.

mod agents;
mod document;
mod message;
mod options;
mod shown;

use std::cell::Cell;
use std::fs::File;
use std::io;
use std::path::Path;

use super::progress::Octets;
use super::{Context, now, other};
use crate::capture::{Dissector, Input, NotACapture, Source};
use crate::check::pcap as check;
use crate::cli;
use crate::error::{Error, place};
use crate::flow::heard::{Heard, Known};
use crate::flow::{Capture, Facts};
use crate::net::stop::{self, Stop};
use crate::report::pcap::StunMessage;
use crate::report::{Envelope, Event, Report};

use options::Prepared;
use shown::Shown;

/// After so many packets progress is told, and it is asked whether anybody still reads.
const STRIDE: u64 = 4096;

/// Reads the captures, and says what is in them.
pub fn run(options: &cli::Pcap, context: &mut Context<'_>) -> Result<Envelope, Error> {
    let started = now();
    let prepared = options::prepare(options)?;
    let stop = Stop::listen().map_err(|error| Error::io("listen for signals", "this process", &error))?;
    let mut source = open(options, &stop)?;
    let mut messages = Vec::new();
    let (facts, dissector) = read(&mut source, prepared, options, (context, &stop), &mut messages);
    let shown = Shown::new(options, &facts);
    let mut report = document::report(&facts, source.files(), &dissector, options, &shown);
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
    let findings = check::check(source.files(), &facts);
    let mut envelope = Envelope::new("pcap", started, Report::Pcap(Box::new(report)), findings);
    envelope.interrupted = stop.is_wanted();
    Ok(envelope)
}

/// All of the capture, from the first packet to the last. STUN messages are told as they come, where they are wanted.
fn read(
    source: &mut Source,
    prepared: Prepared,
    options: &cli::Pcap,
    (context, stop): (&mut Context<'_>, &Stop),
    messages: &mut Vec<StunMessage>,
) -> (Facts, Dissector) {
    let bar = Octets::new(context, source.size());
    let watched = Cell::new(true);
    let (streams, emit) = (context.streams, &mut *context.emit);
    let wants = |heard: &Heard<'_>| options::wants(&options.only, &heard.message);
    let mut watch = |heard: &Heard<'_>, known: &Known| {
        if watched.get() && wants(heard) {
            let message = message::message(heard, known);
            match streams {
                true => watched.set(emit(Event::StunMessage(Box::new(message)))),
                false => messages.push(message),
            }
        }
    };
    let mut capture = Capture::new(prepared.passwords, prepared.known, prepared.filter);
    if options.messages {
        capture = capture.watched(&mut watch);
    }
    let mut dissector = Dissector::default();
    let mut count = 0_u64;
    while let Some(packet) = source.next() {
        dissector.packet(&packet, &mut capture);
        count += 1;
        if count.is_multiple_of(STRIDE) {
            bar.tell(source.progress());
            // A pipe ends by itself, after what its writer has left.
            if !watched.get() || (source.size().is_some() && stop.is_wanted()) {
                break;
            }
        }
    }
    dissector.finish(&mut capture);
    bar.finish();
    (capture.finish(), dissector)
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
