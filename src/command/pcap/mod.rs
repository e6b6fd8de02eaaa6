//! `rtcdiag pcap`: files -> packets -> facts -> report and findings.

mod agents;
mod document;
mod message;
mod options;

use std::fs::File;
use std::io::{self, Read};
use std::path::Path;

use super::progress::Octets;
use super::{Context, now};
use crate::capture::{Dissector, Input, NotACapture, Source};
use crate::cli;
use crate::error::{Error, place};
use crate::flow::heard::{Heard, Known};
use crate::flow::{Capture, Facts};
use crate::report::pcap::StunMessage;
use crate::report::{Envelope, Event, Report};

use options::Prepared;

/// After so many packets progress is told, and it is asked whether anybody still reads.
const STRIDE: u64 = 4096;

/// Reads the captures, and says what is in them.
pub fn run(options: &cli::Pcap, context: &mut Context<'_>) -> Result<Envelope, Error> {
    let started = now();
    let prepared = options::prepare(options)?;
    let mut source = open(options)?;
    let mut messages = Vec::new();
    let (facts, dissector) = read(&mut source, prepared, options, context, &mut messages);
    let mut report = document::report(&facts, source.files(), &dissector, options);
    report.messages = messages;
    Ok(Envelope::new(
        "pcap",
        started,
        Report::Pcap(Box::new(report)),
        Vec::new(),
    ))
}

/// All of the capture, from the first packet to the last. STUN messages are told as they come, where they are wanted.
fn read(
    source: &mut Source,
    prepared: Prepared,
    options: &cli::Pcap,
    context: &mut Context<'_>,
    messages: &mut Vec<StunMessage>,
) -> (Facts, Dissector) {
    let bar = Octets::new(context, source.size());
    let mut watched = true;
    let (streams, emit) = (context.streams, &mut *context.emit);
    let wants = |heard: &Heard<'_>| options::wants(&options.only, &heard.message);
    let mut watch = |heard: &Heard<'_>, known: &Known| {
        if watched && wants(heard) {
            let message = message::message(heard, known);
            match streams {
                true => watched = emit(Event::StunMessage(Box::new(message))),
                false => messages.push(message),
            }
        }
    };
    let mut capture = Capture::new(prepared.passwords, prepared.known, prepared.filter);
    if options.messages {
        capture = capture.watched(&mut watch);
    }
    let mut dissector = Dissector::default();
    let mut count = 0;
    while let Some(packet) = source.next() {
        dissector.packet(&packet, &mut capture);
        count += 1;
        if count % STRIDE == 0 {
            bar.tell(source.progress());
        }
    }
    dissector.finish(&mut capture);
    bar.finish();
    (capture.finish(), dissector)
}

fn open(options: &cli::Pcap) -> Result<Source, Error> {
    let mut inputs = Vec::new();
    for path in &options.files {
        inputs.push(input(path)?);
    }
    Source::open(inputs).map_err(|NotACapture { name, looks_like }| {
        let error = Error::new(format!("no capture: it looks like {looks_like}")).at(place(Path::new(&name)));
        error.hint("pcap and pcapng are read, also in gzip, zstd or lz4; `tcpdump -w FILE` and Wireshark write them")
    })
}

fn input(path: &Path) -> Result<Input, Error> {
    let name = path.to_string_lossy().into_owned();
    if path == Path::new("-") {
        let read: Box<dyn Read> = Box::new(io::stdin().lock());
        return Ok(Input { name, read, size: None });
    }
    let refused = |error| Error::file("read the capture", path, &error);
    let file = File::open(path).map_err(refused)?;
    let metadata = file.metadata().map_err(refused)?;
    if metadata.is_dir() {
        return Err(refused(io::ErrorKind::IsADirectory.into()));
    }
    let size = metadata.is_file().then(|| metadata.len());
    let read = Box::new(file);
    Ok(Input { name, read, size })
}
