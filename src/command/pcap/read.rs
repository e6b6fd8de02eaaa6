//! From the packets to the facts.

use std::cell::Cell;
use std::net::SocketAddr;

use super::message;
use super::options::{self, Prepared};
use crate::capture::{Dissector, FrameKind, Packet, Sink, Source, TcpSignal, Time, Unit};
use crate::cli;
use crate::command::Context;
use crate::command::progress::Octets;
use crate::flow::filter::Filter;
use crate::flow::heard::{Heard, Known};
use crate::flow::{Capture, Facts};
use crate::net::stop::Stop;
use crate::report::Event;
use crate::report::pcap::StunMessage;
use crate::time::At;

/// After so many packets progress is told, and it is asked whether anybody still reads.
const STRIDE: u64 = 4096;

/// What a capture says.
pub(super) struct Read {
    /// What the options let pass.
    pub facts: Facts,
    /// Everything, where the options leave something out: verdicts need the whole.
    pub all: Option<Facts>,
    /// The time of the first packet.
    pub began: Option<Time>,
}

/// What the options let pass and, beside it, everything.
struct Both<'w> {
    shown: Capture<'w>,
    all: Option<Capture<'static>>,
}

impl Sink for Both<'_> {
    fn unit(&mut self, unit: &Unit<'_>) {
        self.shown.unit(unit);
        if let Some(all) = &mut self.all {
            all.unit(unit);
        }
    }

    fn tcp(&mut self, frame: u64, at: At, src: SocketAddr, dst: SocketAddr, signal: TcpSignal) {
        self.shown.tcp(frame, at, src, dst, signal);
        if let Some(all) = &mut self.all {
            all.tcp(frame, at, src, dst, signal);
        }
    }

    fn frame(&mut self, packet: &Packet<'_>, at: At, kind: FrameKind) {
        self.shown.frame(packet, at, kind);
        if let Some(all) = &mut self.all {
            all.frame(packet, at, kind);
        }
    }
}

/// All of the capture, from the first packet to the last. STUN messages are told as they come, where they are wanted.
pub(super) fn read(
    source: &mut Source,
    prepared: Prepared,
    options: &cli::Pcap,
    (context, stop): (&mut Context<'_>, &Stop),
    messages: &mut Vec<StunMessage>,
) -> Read {
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
    let Prepared {
        passwords,
        known,
        filter,
    } = prepared;
    let all = (!filter.is_empty()).then(|| Capture::new(passwords.clone(), known.clone(), Filter::default()));
    let mut both = Both {
        shown: Capture::new(passwords, known, filter),
        all,
    };
    if options.messages {
        both.shown = both.shown.watched(&mut watch);
    }
    let mut dissector = Dissector::default();
    let mut count = 0_u64;
    while let Some(packet) = source.next() {
        dissector.packet(&packet, &mut both);
        count += 1;
        if count.is_multiple_of(STRIDE) {
            bar.tell(source.progress());
            // A pipe ends by itself, after what its writer has left.
            if !watched.get() || (source.size().is_some() && stop.is_wanted()) {
                break;
            }
        }
    }
    dissector.finish(&mut both);
    bar.finish();
    let finish = |capture: Capture<'_>| {
        let mut facts = capture.finish();
        facts.leave_out("TCP connections", dissector.tcp().facts().forgotten);
        facts.leave_out("fragmented datagrams", dissector.fragments().evicted);
        facts.leave_out("packets of too many headers", dissector.too_deep());
        facts
    };
    Read {
        facts: finish(both.shown),
        all: both.all.map(finish),
        began: dissector.began(),
    }
}
