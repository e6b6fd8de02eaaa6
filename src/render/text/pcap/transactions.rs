//! `--transactions`: every STUN request with what became of it.

use std::io::{self, Write};

use super::{Paint, Style, method, number, seconds};
use crate::render::table::{Cell, Column, Table};
use crate::render::units::{count, duration};
use crate::report::pcap::{Pcap, Transaction};

/// A table for so many rows at once: the heading comes again, and no more is held than these.
const ROWS: usize = 1000;

const COLUMNS: [Column; 8] = [
    Column::right("frame"),
    Column::right("time s"),
    Column::left("client"),
    Column::left("server"),
    Column::left("request"),
    Column::right("sent"),
    Column::left("answer"),
    Column::right("rtt"),
];

/// A table; then how many there were, and how many of them failed.
pub fn write(report: &Pcap, style: &Style, out: &mut dyn Write) -> io::Result<()> {
    let all = &report.stun.transactions;
    for some in all.chunks(ROWS) {
        let mut table = Table::new(&COLUMNS);
        some.iter().for_each(|one| table.row(row(one)));
        table.lines(style).iter().try_for_each(|line| writeln!(out, "{line}"))?;
        writeln!(out)?;
    }
    let with = |outcome: &str| all.iter().filter(|one| one.outcome == outcome).count();
    let mut facts = vec![count(all.len(), "STUN transaction")];
    for (outcome, words) in [("error", "refused"), ("unanswered", "without an answer")] {
        let number = with(outcome);
        facts.extend((number > 0).then(|| format!("{number} {words}")));
    }
    let again: u64 = all.iter().map(|one| one.retransmissions).sum();
    facts.extend((again > 0).then(|| count(number(again), "retransmission")));
    let late = report.stun.unmatched_responses;
    facts.extend((late > 0).then(|| format!("{} to requests not captured", count(number(late), "answer"))));
    writeln!(out, "{}\n", style.wrap("", &facts.join(", ")))
}

fn row(one: &Transaction) -> Vec<Cell> {
    let transport = if one.transport == "udp" {
        String::new()
    } else {
        format!(" ({})", one.transport)
    };
    let sent = if one.retransmissions > 0 {
        format!("{}x", one.retransmissions + 1)
    } else {
        String::new()
    };
    vec![
        one.sent.first().map(ToString::to_string).unwrap_or_default().into(),
        seconds(one.sent_at_s).into(),
        one.client.to_string().into(),
        format!("{}{transport}", one.server).into(),
        method(&one.method).into(),
        sent.into(),
        answer(one),
        one.rtt_ms.map(duration).unwrap_or_default().into(),
    ]
}

fn answer(one: &Transaction) -> Cell {
    let frame = one.answered_by.map(|frame| format!(" in {frame}")).unwrap_or_default();
    let from = one
        .answered_from
        .map(|from| format!(" from {from}"))
        .unwrap_or_default();
    match (one.outcome.as_ref(), one.error_code) {
        ("success", _) => Cell::painted(format!("success{frame}{from}"), Paint::Green),
        ("unanswered", _) => Cell::painted("NO ANSWER", Paint::Red),
        (_, Some(code)) => Cell::painted(format!("error {code}{frame}{from}"), Paint::Yellow),
        (outcome, None) => Cell::painted(format!("{outcome}{frame}{from}"), Paint::Yellow),
    }
}
