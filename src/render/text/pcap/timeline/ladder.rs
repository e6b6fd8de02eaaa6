//! Hosts as upright lines, and arrows between them.

use std::collections::BTreeSet;
use std::io::{self, Write};
use std::net::{IpAddr, SocketAddr};

use super::{Entry, Head};
use crate::render::text::pcap::seconds;
use crate::render::text::{Paint, Style};
use crate::report::pcap::Pcap;

/// Hosts that have a line of their own; what others do is told in words.
const LANES: usize = 6;

/// Who has which line.
pub struct Ladder<'a> {
    style: &'a Style,
    lanes: Vec<Lane>,
    /// Characters from one line to the next.
    step: usize,
    /// Of the columns for time, frame and flow.
    widths: [usize; 3],
}

struct Lane {
    ip: IpAddr,
    /// Where hosts are not enough to tell ends apart: both are on one.
    port: Option<u16>,
    ports: BTreeSet<u16>,
    is: Vec<&'static str>,
    uses: u64,
}

impl<'a> Ladder<'a> {
    pub fn new(report: &Pcap, rows: &[Entry], style: &'a Style) -> Ladder<'a> {
        let own_host = rows
            .iter()
            .filter_map(|row| row.ends)
            .any(|(from, to)| from.ip() == to.ip());
        let mut lanes: Vec<Lane> = Vec::new();
        for row in rows {
            let Some((from, to)) = row.ends else { continue };
            for end in [from, to] {
                let port = (own_host && end.port() != 0).then_some(end.port());
                let known = lanes.iter().position(|lane| lane.ip == end.ip() && lane.port == port);
                let place = known.unwrap_or_else(|| {
                    lanes.push(Lane {
                        ip: end.ip(),
                        port,
                        ports: BTreeSet::new(),
                        is: Vec::new(),
                        uses: 0,
                    });
                    lanes.len() - 1
                });
                lanes[place].uses += row.times;
                lanes[place].ports.extend(Some(end.port()).filter(|&port| port != 0));
            }
        }
        if lanes.len() > LANES {
            let mut uses: Vec<u64> = lanes.iter().map(|lane| lane.uses).collect();
            uses.sort_unstable_by_key(|&uses| std::cmp::Reverse(uses));
            let least = uses[LANES - 1];
            lanes.retain(|lane| lane.uses >= least);
            lanes.truncate(LANES);
        }
        let roles = report.turn.iter().map(|one| (one.server, "TURN server"));
        let roles = roles.chain(report.bindings.iter().map(|one| (one.server, "STUN server")));
        for (server, role) in roles {
            let of_server =
                |lane: &&mut Lane| lane.ip == server.ip() && lane.port.is_none_or(|port| port == server.port());
            if let Some(lane) = lanes.iter_mut().find(of_server)
                && !lane.is.contains(&role)
            {
                lane.is.push(role);
            }
        }
        let longest = |text: &dyn Fn(&Entry) -> String| rows.iter().map(|row| text(row).len()).max().unwrap_or(0);
        Ladder {
            style,
            step: if lanes.len() <= 3 { 8 } else { 6 },
            lanes,
            widths: [
                longest(&|row| seconds(row.at)).max("time s".len()),
                longest(&|row| row.frame.to_string()).max("frame".len()),
                longest(&|row| flow(row)).max("flow".len()),
            ],
        }
    }

    /// Who is who, and the headings of the columns.
    pub fn legend(&self, out: &mut dyn Write) -> io::Result<()> {
        for (number, lane) in self.lanes.iter().enumerate() {
            let address = match lane.port {
                Some(port) => SocketAddr::new(lane.ip, port).to_string(),
                None => lane.ip.to_string(),
            };
            let mut facts = Vec::new();
            if lane.port.is_none() && !lane.ports.is_empty() {
                let few: Vec<String> = lane.ports.iter().take(6).map(ToString::to_string).collect();
                let more = if lane.ports.len() > few.len() { ", ..." } else { "" };
                let plural = if lane.ports.len() > 1 { "s" } else { "" };
                facts.push(format!("port{plural} {}{more}", few.join(", ")));
            }
            facts.extend(lane.is.iter().map(|&role| role.to_owned()));
            let name = self.style.paint(Paint::Bold, &letter(number));
            let facts = self.style.paint(Paint::Dim, &facts.join(", "));
            writeln!(out, "{name}  {address}  {facts}")?;
        }
        let [time, frame, flow] = self.widths;
        let mut names = String::new();
        for number in 0..self.lanes.len() {
            names.push_str(&format!("{:<width$}", letter(number), width = self.step));
        }
        let head = format!(
            "{:>time$}  {:>frame$}  {:>flow$}  {}",
            "time s",
            "frame",
            "flow",
            names.trim_end()
        );
        writeln!(out, "\n{}", self.style.paint(Paint::Bold, &head))
    }

    /// One thing that happened.
    pub fn row(&self, row: &Entry, out: &mut dyn Write) -> io::Result<()> {
        let [time, frame, flow] = self.widths;
        let (lines, named) = match row.ends {
            Some(ends) => self.arrow(ends, row.head),
            None => (self.lines('|'), true),
        };
        let start = format!(
            "{:>time$}  {:>frame$}  {:>flow$}  {lines}",
            seconds(row.at),
            row.frame,
            self::flow(row)
        );
        let text = match row.ends {
            Some((from, to)) if !named => format!("{from} -> {to}: {}", row.text()),
            _ => row.text(),
        };
        self.wrapped(&start, &text, row.paint, out)
    }

    /// Time in which nothing is shown.
    pub fn pause(&self, text: &str, out: &mut dyn Write) -> io::Result<()> {
        let blank = self.widths.iter().sum::<usize>() + 6;
        let start = format!("{:blank$}{}", "", self.lines(':'));
        self.wrapped(&start, text, Some(Paint::Dim), out)
    }

    fn wrapped(&self, start: &str, text: &str, paint: Option<Paint>, out: &mut dyn Write) -> io::Result<()> {
        let width = self.style.width.unwrap_or(usize::MAX);
        let room = width.saturating_sub(start.chars().count() + 2).max(20);
        let narrow = Style {
            width: Some(room),
            ..*self.style
        };
        let blank = self.widths.iter().sum::<usize>() + 6;
        for (number, part) in narrow.wrap("", text).lines().enumerate() {
            let part = paint.map_or_else(|| part.to_owned(), |paint| self.style.paint(paint, part));
            match number {
                0 => writeln!(out, "{start}  {part}")?,
                _ => writeln!(out, "{:blank$}{}  {part}", "", self.lines('|'))?,
            }
        }
        Ok(())
    }

    fn lines(&self, mark: char) -> String {
        let mut text = vec![' '; (self.lanes.len().max(1) - 1) * self.step + 1];
        (0..self.lanes.len()).for_each(|number| text[number * self.step] = mark);
        text.into_iter().collect()
    }

    /// The lines with an arrow between two of them; whether both ends have one.
    fn arrow(&self, (from, to): (SocketAddr, SocketAddr), head: Head) -> (String, bool) {
        let place = |end: SocketAddr| {
            let is =
                |lane: &Lane| lane.ip == end.ip() && lane.port.is_none_or(|port| port == end.port() || end.port() == 0);
            self.lanes.iter().position(is).map(|number| number * self.step)
        };
        let (Some(from), Some(to)) = (place(from), place(to)) else {
            return (self.lines('|'), false);
        };
        let mut text: Vec<char> = self.lines('|').chars().collect();
        let (low, high) = (from.min(to), from.max(to));
        if low == high {
            text[low] = '*';
            return (text.into_iter().collect(), true);
        }
        text[low + 1..high].fill('-');
        let forward = from < to;
        let (near, far) = if forward {
            (low + 1, high - 1)
        } else {
            (high - 1, low + 1)
        };
        let [point, back] = if forward { ['>', '<'] } else { ['<', '>'] };
        match head {
            Head::There => text[far] = point,
            Head::Both => (text[far], text[near]) = (point, back),
            Head::Lost => text[far] = 'x',
        }
        (text.into_iter().collect(), true)
    }
}

fn letter(number: usize) -> String {
    char::from(b'A' + u8::try_from(number % 26).unwrap_or(0)).to_string()
}

fn flow(row: &Entry) -> String {
    row.flow.map(|flow| flow.to_string()).unwrap_or_default()
}
