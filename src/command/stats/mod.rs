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

/// Reads the files; statistics of a call must be in each.
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
            let mut dump = open(path)?;
            let start = dump.start();
            window::apply(&mut dump, options, start, 0.0)?;
            let chosen = chosen(&dump, options)?;
            look(path, &dump, start, &chosen, options, &mut looked);
        }
    }
    match options.csv.as_deref() {
        Some(path) if path == Path::new("-") => return Ok(Output::Bytes(looked.table().into_bytes())),
        Some(path) => {
            std::fs::write(path, looked.table()).map_err(|error| Error::file("write the values", path, &error))?;
        }
        None => {}
    }
    let mut files = looked.files.into_iter();
    let Some(first) = files.next() else {
        return Err(Error::new("no file was named"));
    };
    let report = Stats {
        first,
        more: files.collect(),
        diff,
    };
    let report = Report::Stats(Box::new(report));
    Ok(Output::Report(Box::new(Envelope::new(
        "stats",
        started,
        report,
        looked.findings,
    ))))
}

/// What came of the files so far.
#[derive(Default)]
struct Looked {
    files: Vec<document::File>,
    findings: Vec<Finding>,
    /// Lines of `--csv`, without the head.
    lines: String,
}

impl Looked {
    fn table(&self) -> String {
        format!("{}{}", csv::HEAD, self.lines)
    }
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
