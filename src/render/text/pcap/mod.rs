//! The text of `rtcdiag pcap`: the capture as a whole, then who talked to whom, STUN servers, TURN, ICE and media.
//!
//! | file | shows |
//! | --- | --- |
//! | `head` | the file and its frames |
//! | `sessions` | 5-tuples and relayed flows, with their DTLS and TLS |
//! | `servers` | STUN servers and TURN allocations |
//! | `ice` | agents and their pairs |
//! | `media`, `rtcp` | RTP streams; RTCP |
//! | `sctp` | SCTP in clear, data channels |
//! | `message` | `--messages`: one STUN message as a tree |
//! | `transactions` | `--transactions`: requests with their answers |
//! | `timeline` | `--timeline`: what happened, as arrows between the endpoints |

mod head;
mod ice;
mod media;
mod message;
mod rtcp;
mod sctp;
mod servers;
mod sessions;
mod timeline;
mod transactions;

use std::collections::BTreeMap;
use std::io::{self, Write};

use super::{Paint, Style};
use crate::render::units::count;
use crate::report::Finding;
use crate::report::pcap::{Moment, Pcap};

pub use message::message;

/// So many entries of one kind are shown, so that the findings below them are still seen.
const SHOWN: usize = 24;

/// What the report's view asks for; without one the head of the report, then what was found session by session.
pub fn write(report: &Pcap, findings: &[Finding], style: &Style, out: &mut dyn Write) -> io::Result<()> {
    let view = report.view;
    if view.messages || view.transactions || view.timeline {
        if view.transactions {
            transactions::write(report, style, out)?;
        }
        if view.timeline {
            timeline::write(report, findings, style, out)?;
        }
        return hidden(report, style, out);
    }
    head::write(report, style, out)?;
    sessions::write(report, style, out)?;
    servers::write(report, style, out)?;
    ice::write(report, style, out)?;
    media::write(report, style, out)?;
    sctp::write(report, style, out)?;
    left_out(&report.left_out, style, out)?;
    hidden(report, style, out)
}

/// What a filter leaves out that is worth knowing.
fn hidden(report: &Pcap, style: &Style, out: &mut dyn Write) -> io::Result<()> {
    const FEW: usize = 4;
    let Some(hidden) = &report.hidden else { return Ok(()) };
    let mut lines = Vec::new();
    for one in hidden.media.iter().take(FEW) {
        lines.push(format!(
            "The same agents also use flow {}, {} <-> {}, which the filter leaves out: {} RTP, {} DTLS.",
            one.session, one.a, one.b, one.rtp, one.dtls
        ));
    }
    if hidden.media.len() > FEW {
        lines.push(format!("... and {} more flows.", hidden.media.len() - FEW));
    }
    if !hidden.findings.is_empty() {
        let kinds = ["error", "warning"];
        let counts = kinds
            .iter()
            .filter_map(|kind| Some((kind, *hidden.findings.get(*kind)?)));
        let counts: Vec<String> = counts.map(|(kind, count)| format!("{count} {kind}")).collect();
        let all = number(hidden.findings.values().sum());
        let are = if all == 1 { "is" } else { "are" };
        lines.push(format!(
            "{} {are} about what the filter leaves out: {}.",
            count(all, "more finding"),
            counts.join(", ")
        ));
    }
    for line in lines {
        writeln!(out, "{}", style.paint(Paint::Yellow, &style.wrap("", &line)))?;
    }
    writeln!(out)
}

fn left_out(left_out: &BTreeMap<String, u64>, style: &Style, out: &mut dyn Write) -> io::Result<()> {
    if left_out.is_empty() {
        return Ok(());
    }
    let all: Vec<String> = left_out
        .iter()
        .map(|(what, number)| format!("{number} {what}"))
        .collect();
    let text = format!(
        "There was too much of it to follow everything; left out: {}.",
        all.join(", ")
    );
    writeln!(out, "{}\n", style.paint(Paint::Yellow, &style.wrap("", &text)))
}

/// A heading.
fn title(text: &str, style: &Style, out: &mut dyn Write) -> io::Result<()> {
    writeln!(out, "{}", style.paint(Paint::Bold, &style.wrap("", text)))
}

/// Of many entries the weightiest, in their order; and how many are not among them.
fn weightiest<T>(all: &[T], weight: impl Fn(&T) -> u64) -> (Vec<&T>, usize) {
    let mut places: Vec<usize> = (0..all.len()).collect();
    places.sort_by_key(|&place| std::cmp::Reverse(weight(&all[place])));
    places.truncate(SHOWN);
    places.sort_unstable();
    (
        places.iter().map(|&place| &all[place]).collect(),
        all.len().saturating_sub(SHOWN),
    )
}

/// `... 12 more pairs`, if there are.
fn more(number: usize, noun: &str, style: &Style, out: &mut dyn Write) -> io::Result<()> {
    if number == 0 {
        return Ok(());
    }
    let text = format!("  ... {} (--json has all)", count(number, &format!("more {noun}")));
    writeln!(out, "{}", style.paint(Paint::Dim, &text))
}

/// `0.243`: seconds since the capture began.
fn seconds(at: f64) -> String {
    format!("{at:.3}")
}

/// `0.243 s (frame 13)`.
fn at(moment: Moment) -> String {
    format!("{} s (frame {})", seconds(moment.at_s), moment.frame)
}

/// A large number for [`count`].
fn number(number: u64) -> usize {
    usize::try_from(number).unwrap_or(usize::MAX)
}

/// `binding`: `Binding`, `channel-bind`: `ChannelBind`, as the RFCs write methods.
fn method(name: &str) -> String {
    let word = |word: &str| {
        let mut letters = word.chars();
        let first = letters.next().map(|first| first.to_ascii_uppercase());
        first.into_iter().chain(letters).collect::<String>()
    };
    if name.starts_with("0x") {
        return format!("method {name}");
    }
    name.split('-').map(word).collect()
}

/// What an entry of the protocols of a session is called.
fn protocol(name: &str) -> String {
    match name {
        "channel_data" => "ChannelData".to_owned(),
        "classic_stun" => "classic STUN".to_owned(),
        "other" => "something else".to_owned(),
        _ => name.to_ascii_uppercase().replace('_', " "),
    }
}
