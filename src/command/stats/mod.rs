//! `rtcdiag stats`: files -> series -> report and findings.

mod connection;
mod csv;
mod diff;
mod events;
mod streams;
mod view;
mod window;

use std::borrow::Cow;
use std::fs::File;
use std::io;
use std::path::Path;

use super::{Output, now, other};
use crate::check::stats::{self as verdicts, reading};
use crate::cli;
use crate::error::{Error, place};
use crate::report::stats::{self as document, Stats};
use crate::report::timestamp::rfc3339_nanos;
use crate::report::{Envelope, Finding, Report};
use crate::stats::{Dump, NotStats, read};

use view::View;

/// Reads the files. What is wrong with those that could not be read, or of which nothing was found that was asked for, comes
/// beside the report on the others.
///
/// # Errors
/// There is nothing to report on.
pub fn run(options: &cli::Stats) -> Result<Output, Error> {
    let started = now();
    let every = options.series;
    // Charts are drawn from the report.
    let drawn = cli::Stats {
        series: options.series || options.plot.is_some() || options.html.is_some(),
        ..options.clone()
    };
    let options = &drawn;
    let mut looked = Looked::default();
    let mut diff = None;
    if options.diff {
        diff = Some(Box::new(diff::run(options, every, &mut looked)?));
    } else {
        for path in &options.files {
            let error = look_into(path, options, &mut looked).err();
            looked.wrong.extend(error);
        }
    }
    let unread = Error::all(looked.unread(options));
    let mut files = looked.files.into_iter();
    let Some(first) = files.next() else {
        return Err(unread.unwrap_or_else(|| Error::new("no file was named")));
    };
    if let Some(path) = &options.csv {
        let table = format!("{}{}", csv::HEAD, looked.lines);
        if path == Path::new("-") {
            return Ok(Output::Bytes(table.into_bytes()).but(unread));
        }
        std::fs::write(path, table).map_err(|error| Error::file("write the values", path, &error))?;
    }
    let report = Stats {
        first,
        more: files.collect(),
        diff,
    };
    let report = Report::Stats(Box::new(report));
    Ok(Output::report(Envelope::new("stats", started, report, looked.findings)).but(unread))
}

/// What came of the files so far.
#[derive(Default)]
struct Looked {
    files: Vec<document::File>,
    findings: Vec<Finding>,
    /// Lines of `--csv`, without the head.
    lines: String,
    /// What could not be read.
    wrong: Vec<Error>,
}

impl Looked {
    /// What is wrong, also with options that nothing was found for.
    fn unread(&mut self, options: &cli::Stats) -> Vec<Error> {
        let mut wrong = std::mem::take(&mut self.wrong);
        if self.files.is_empty() {
            return wrong;
        }
        let connections = || self.files.iter().flat_map(|file| &file.peer_connections);
        let is_there = |id: &&String| connections().any(|pc| pc.objects.iter().any(|object| object.id == **id));
        wrong.extend(options.id.iter().filter(|id| !is_there(id)).map(|id| {
            Error::new(format!("there are no statistics with the id {id}"))
                .at("--id")
                .hint("ids of streams stand in parentheses behind them; --csv - lists all")
        }));
        if self.lines.is_empty() && !options.select.is_empty() {
            let select = options.select.join(", ");
            let error = Error::new(format!("there are no statistics like {select}")).at("--select");
            wrong.push(error.hint("a pattern is TYPE.ID.MEMBER, such as inbound-rtp.*.packetsLost, or a MEMBER"));
        }
        wrong
    }
}

/// Reads a file and looks at what was asked for.
fn look_into(path: &Path, options: &cli::Stats, looked: &mut Looked) -> Result<(), Error> {
    let mut dump = open(path)?;
    let start = dump.start();
    window::apply(&mut dump, options, start, 0.0)?;
    let chosen = chosen(&dump, options)?;
    look(path, &dump, start, &chosen, options, looked);
    Ok(())
}

/// Looks at one file, in which only what was asked for is left.
fn look(path: &Path, dump: &Dump, start: Option<f64>, chosen: &[usize], options: &cli::Stats, looked: &mut Looked) {
    let name = path.to_string_lossy();
    let view = View { dump, start, options };
    if options.csv.is_some() {
        csv::write(dump, &name, chosen, start, &options.select, &mut looked.lines);
    }
    looked.findings.extend(reading::check(dump, &place(path)));
    looked.findings.extend(verdicts::check(dump, chosen, start));
    looked.files.push(file(&view, &name, chosen));
}

/// What is read.
const TAKES: &str = "it takes the dump of chrome://webrtc-internals, about:webrtc's report or page, rtcstats dumps, and getStats() reports as JSON: JSON.stringify([...(await pc.getStats()).values()])";

fn open(path: &Path) -> Result<Dump, Error> {
    let failed = |error: &io::Error| Error::file("read the statistics", path, error);
    let result = if path == Path::new("-") {
        read(io::stdin().lock())
    } else {
        read(File::open(path).map_err(|error| failed(&error))?)
    };
    result.map_err(|error| match error {
        NotStats::Io(error) => failed(&error),
        error => Error::new(error.to_string())
            .at(place(path))
            .hint(other::hint(path).unwrap_or_else(|| TAKES.to_owned())),
    })
}

/// The report about one file.
fn file(view: &View<'_>, name: &str, chosen: &[usize]) -> document::File {
    let dump = view.dump;
    let end = dump.end();
    let duration = view.start.zip(end).map(|(start, end)| (end - start) / 1000.0);
    document::File {
        file: name.to_owned(),
        format: dump.format.name(dump.is_legacy()).to_owned(),
        gzip: dump.gzip,
        bytes: dump.octets,
        user_agent: dump.user_agent.clone(),
        browser: dump.browser.as_ref().map(ToString::to_string),
        start: view.start.map(|start| rfc3339_nanos((start * 1e6) as i128)),
        duration_s: duration.map(view::r6),
        get_user_media_entries: dump.media_entries,
        client_events: dump.client_events,
        media_calls: dump
            .media_calls
            .iter()
            .map(|call| events::media_call(call, view))
            .collect(),
        peer_connection_count: dump.peer_connections.len(),
        peer_connections: chosen
            .iter()
            .map(|index| connection::report(view, &dump.peer_connections[*index]))
            .collect(),
    }
}

/// An id as one types it.
fn id_text(id: &serde_json::Value) -> Cow<'_, str> {
    match id {
        serde_json::Value::String(id) => Cow::Borrowed(id),
        id => Cow::Owned(id.to_string()),
    }
}

/// `--peer-connection`: the id as written, else its number.
fn chosen(dump: &Dump, options: &cli::Stats) -> Result<Vec<usize>, Error> {
    let count = dump.peer_connections.len();
    let Some(wanted) = &options.peer_connection else {
        return Ok((0..count).collect());
    };
    let by_id = dump.peer_connections.iter().position(|pc| id_text(&pc.id) == *wanted);
    let by_number = || {
        wanted
            .parse::<usize>()
            .ok()?
            .checked_sub(1)
            .filter(|index| *index < count)
    };
    match by_id.or_else(by_number) {
        Some(index) => Ok(vec![index]),
        None => {
            let ids: Vec<String> = dump
                .peer_connections
                .iter()
                .take(20)
                .map(|pc| pc.id.to_string())
                .collect();
            Err(Error::new(format!("there is no peer connection {wanted}"))
                .at("--peer-connection")
                .hint(format!("there are {count}, by their ids: {}", ids.join(", "))))
        }
    }
}
