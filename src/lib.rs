//! rtcdiag: why does my WebRTC call not connect, or sound bad?
//!
//! A live run is a capture that we made ourselves: whatever the program looks at first becomes facts with a time, and
//! verdicts are pure functions of facts.
//!
//! ```text
//! sockets -- net --+
//!                  +-> Datagram -> proto -> exchange -> check -> report -> render -> stdout
//!                         ^                               ^
//!                         +-- probe (what to send next)   |
//! ```
//!
//! | module | what it is |
//! | --- | --- |
//! | [`time`], [`secret`], [`datagram`] | the floor: when, what is never shown, what passed between two addresses |
//! | [`proto`] | bytes and text to types and back: STUN, TURN framing, ICE candidates and URLs |
//! | [`report`] | the documents: plain data, read and written as JSON |
//! | [`stats`] | what browsers and apps write of calls, as time series |
//! | [`exchange`] | which response belongs to which request |
//! | [`capture`] | capture files down to what UDP and TCP carry |
//! | [`flow`] | what a capture says, told by session: ICE, TURN, DTLS, RTP |
//! | [`probe`] | questions as state machines, without sockets or a clock |
//! | [`net`] | the only sockets, clock, randomness, name lookups and TLS |
//! | [`check`] | facts to findings, and the catalog of all findings |
//! | [`render`] | documents to text and JSON; escaping, redaction |
//! | [`cli`], [`error`] | the command line; what stops a command |
//! | [`command`] | one file per subcommand |
//!
//! [`run`] puts them together: parse, run the command, render, exit code.
#![forbid(unsafe_code)]
#![cfg_attr(not(test), warn(clippy::disallowed_methods, clippy::disallowed_macros))]

pub mod capture;
pub mod check;
pub mod cli;
pub mod command;
pub mod datagram;
pub mod error;
pub mod exchange;
pub mod flow;
pub mod net;
pub mod probe;
pub mod proto;
pub mod render;
pub mod report;
pub mod secret;
pub mod stats;
pub mod time;

use std::ffi::OsString;
use std::io::{self, BufWriter, IsTerminal, Write};
use std::path::PathBuf;

use clap::error::ErrorKind;
use clap::{CommandFactory, Parser};

use crate::cli::{Cli, ColorChoice, Command, Global};
use crate::command::{Context, Output};
use crate::error::Error;
use crate::render::text::Paint;
use crate::render::{Format, Picture, Redactor, Renderer, Style};
use crate::report::{Envelope, Report, Severity};
use crate::secret::Private;

/// The exit code of a run that found something that does not work.
const FOUND_ERRORS: u8 = 1;
/// The exit code of a run that the user stopped.
const INTERRUPTED: u8 = 130;

/// Parses the command line, runs the command and prints what came of it. Returns the exit code: 0, 1, 2 or 130.
pub fn run(arguments: impl IntoIterator<Item = OsString>) -> u8 {
    let arguments: Vec<OsString> = arguments.into_iter().collect();
    let cli = match Cli::try_parse_from(&arguments) {
        Ok(cli) => cli,
        Err(error) => return not_parsed(&error, &arguments),
    };
    let color = match cli.global.color {
        ColorChoice::Auto => None,
        ColorChoice::Always => Some(true),
        ColorChoice::Never => Some(false),
    };
    let format = match cli.global.format() {
        cli::Format::Text => Format::Text,
        cli::Format::Json => Format::Json,
        cli::Format::Jsonl => Format::Jsonl,
        cli::Format::Sarif => Format::Sarif,
    };
    let mut renderer = renderer(format, color, cli.global.redact);
    renderer.quiet = cli.global.quiet;
    if let Some(redactor) = &renderer.redactor {
        conceal_arguments(&cli.command, redactor);
    }
    render::trace::start(cli.global.verbose, &renderer);
    let style = Style::for_stderr(color);
    match execute(cli.command, &cli.global, &renderer, &style) {
        Ok(code) => code,
        Err(error) => fail(&error, &renderer, style),
    }
}

/// Help, the version, or what is wrong with the command line.
fn not_parsed(error: &clap::Error, arguments: &[OsString]) -> u8 {
    match error.kind() {
        ErrorKind::DisplayHelp | ErrorKind::DisplayVersion => {
            // Nobody may want to read it to its end.
            let _ = error.print();
            return 0;
        }
        ErrorKind::DisplayHelpOnMissingArgumentOrSubcommand => {
            let _ = error.print();
            return error::COULD_NOT_RUN;
        }
        _ => {}
    }
    let mut command = env!("CARGO_PKG_NAME").to_owned();
    let program = Cli::command();
    if let Some(subcommand) = arguments.iter().find_map(|argument| program.find_subcommand(argument)) {
        command = format!("{command} {}", subcommand.get_name());
    }
    let redact = arguments.iter().any(|argument| argument == "--redact");
    let renderer = renderer(Format::Text, None, redact);
    fail(&Error::usage(error, &command), &renderer, Style::for_stderr(None))
}

fn renderer(format: Format, color: Option<bool>, redact: bool) -> Renderer {
    Renderer {
        format,
        style: Style::for_stdout(color),
        quiet: false,
        redactor: redact.then(Redactor::new),
    }
}

/// The command itself: results are printed as they come, then the report.
fn execute(command: Command, global: &Global, renderer: &Renderer, style: &Style) -> Result<u8, Error> {
    if renderer.format == Format::Sarif && !matches!(command, Command::Sdp(_)) {
        return Err(
            Error::new("SARIF is about places in files, which only `rtcdiag sdp` has")
                .at("--format sarif")
                .hint("take --format json, which every command has"),
        );
    }
    let charts = match &command {
        Command::Stats(options) => Charts::of(options, global)?,
        _ => Charts::default(),
    };
    let mut out = BufWriter::new(io::stdout().lock());
    let redactor = renderer.redactor.as_ref();
    let redact = |document: &mut serde_json::Value| redactor.into_iter().for_each(|redactor| redactor.value(document));
    // What goes wrong with stdout while the command runs is told at its end: it has things to release.
    let mut written = Ok(());
    let outcome = command::run(
        command,
        &mut Context {
            emit: &mut |event| {
                if written.is_ok() {
                    written = renderer.event(&event, &mut out);
                }
                written.is_ok()
            },
            conceal: &mut |private, text| {
                if let Some(redactor) = &renderer.redactor {
                    redactor.learn(private, text);
                }
            },
            show: &|text| renderer.line(text),
            redact: redactor.is_some().then_some(&redact),
            streams: renderer.format != Format::Json,
            progress: io::stderr().is_terminal() && !global.quiet && global.verbose == 0,
            color: style.color,
        },
    )?;
    let (mut output, unread) = match outcome {
        Output::Partial(output, error) => (*output, Some(error)),
        output => (output, None),
    };
    if let Output::Report(envelope) = &mut output {
        charts.write(envelope, renderer)?;
    }
    let code = match &output {
        _ if unread.is_some() => error::COULD_NOT_RUN,
        Output::Report(envelope) => exit_code(envelope),
        _ => 0,
    };
    let written = written
        .and_then(|()| match &output {
            Output::Report(envelope) => renderer.report(envelope, &mut out),
            Output::Bytes(bytes) => out.write_all(bytes),
            Output::Nothing | Output::Partial(..) => Ok(()),
        })
        .and_then(|()| out.flush());
    // Whatever is left in the buffer would only fail again.
    let _ = out.into_parts();
    if let Some(error) = &unread {
        fail(error, renderer, *style);
    }
    match written {
        Ok(()) => Ok(code),
        // The reader has what it wanted: `rtcdiag explain | head -1`.
        Err(error) if error.kind() == io::ErrorKind::BrokenPipe => Ok(0),
        Err(error) => Err(Error::io("write", "stdout", &error)),
    }
}

/// The files that `rtcdiag stats` draws.
#[derive(Default)]
struct Charts {
    files: Vec<(PathBuf, Picture)>,
    /// Whether the report keeps the points that they were drawn from.
    keep: bool,
}

impl Charts {
    fn of(options: &cli::Stats, global: &Global) -> Result<Charts, Error> {
        if global.redact && options.csv.is_some() {
            return Err(Error::new("values as they were measured cannot be redacted")
                .at("--csv")
                .hint("leave --redact or --csv out"));
        }
        let mut files = Vec::new();
        if let Some(path) = &options.plot {
            let ends = |end: &str| path.extension().is_some_and(|own| own.eq_ignore_ascii_case(end));
            let kind = match (ends("svg"), ends("png")) {
                (true, _) => Picture::Svg,
                (_, true) => Picture::Png,
                _ => {
                    return Err(
                        Error::new("charts are drawn as SVG or PNG, which the name of the file tells")
                            .at(error::place(path))
                            .hint("name a file that ends in .svg or .png; --html writes a page"),
                    );
                }
            };
            files.push((path.clone(), kind));
        }
        files.extend(options.html.iter().map(|path| (path.clone(), Picture::Html)));
        Ok(Charts {
            files,
            keep: options.series,
        })
    }

    fn write(&self, envelope: &mut Envelope, renderer: &Renderer) -> Result<(), Error> {
        for (path, kind) in &self.files {
            let written = renderer
                .charts(envelope, *kind)
                .and_then(|octets| std::fs::write(path, octets));
            written.map_err(|error| Error::file("write the charts", path, &error))?;
        }
        if !self.files.is_empty()
            && !self.keep
            && let Report::Stats(stats) = &mut envelope.report
        {
            stats.drop_points();
        }
        Ok(())
    }
}

fn exit_code(envelope: &Envelope) -> u8 {
    match envelope.worst() {
        _ if envelope.interrupted => INTERRUPTED,
        Some(Severity::Error) => FOUND_ERRORS,
        _ => 0,
    }
}

/// Tells the redactor of the names on the command line before anything is printed.
fn conceal_arguments(command: &Command, redactor: &Redactor) {
    let (urls, username) = match command {
        Command::Candidates(options) => ([&options.stun[..], &options.turn], &options.username),
        Command::Loopback(options) => ([&[][..], &options.turn], &options.username),
        _ => return,
    };
    urls.concat().iter().for_each(|url| redactor.learn_url(url));
    if let Some(username) = username {
        redactor.learn(Private::Username, username);
    }
}

/// `error: ...` and `hint: ...` on stderr. If nobody reads that there is no one left to tell.
fn fail(error: &Error, renderer: &Renderer, style: Style) -> u8 {
    let mut stderr = io::stderr().lock();
    for error in std::iter::once(error).chain(&error.others) {
        let message = renderer.line(&error.to_string());
        let _ = writeln!(stderr, "{} {message}", style.paint(Paint::Red, "error:"));
        for hint in &error.hints {
            let _ = writeln!(stderr, "{} {}", style.paint(Paint::Green, "hint:"), renderer.line(hint));
        }
    }
    error.exit_code
}
