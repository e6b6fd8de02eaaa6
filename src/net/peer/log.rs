//! What the library tells only to its log: errors after which it goes silent among them.

use std::sync::{Mutex, PoisonError};

use log::{Level, Log, Metadata, Record};
use tracing::level_filters::LevelFilter;
use tracing_log::AsLog;

use super::tap::Side;
use crate::net::clock::Clock;
use crate::time::At;

tokio::task_local! {
    /// The peer that the running task works for.
    pub static SIDE: Side;
}

/// One line of the library's log.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Line {
    /// When it was written.
    pub at: At,
    /// Which peer, where that is known.
    pub side: Option<Side>,
    /// An error; else a warning.
    pub is_error: bool,
    /// The module that wrote it.
    pub target: String,
    /// The text.
    pub text: String,
}

/// More lines than this are counted only.
const MOST: usize = 1000;

/// The lines of one call.
#[derive(Clone, Debug, Default)]
pub struct Lines {
    /// The first thousand.
    pub lines: Vec<Line>,
    /// How many more there were.
    pub more: u64,
}

struct Logger {
    collecting: Mutex<Option<(Clock, Lines)>>,
}

static LOGGER: Logger = Logger {
    collecting: Mutex::new(None),
};

/// Makes ours the logger of the process, once: what libraries log is shown with the tracing of `-vv`, and collected while a call goes
/// on.
pub fn install() {
    // Fails if there is one already: a test's, then nothing is collected.
    if log::set_logger(&LOGGER).is_ok() {
        log::set_max_level(LevelFilter::current().as_log());
    }
}

/// Starts to collect; what was collected before is gone.
pub fn collect(clock: Clock) {
    *LOGGER.lock() = Some((clock, Lines::default()));
    install();
    log::set_max_level(log::max_level().max(log::LevelFilter::Warn));
}

/// What was collected so far; collects on.
pub fn collected() -> Lines {
    let lines = LOGGER.lock().as_ref().map(|(_, lines)| lines.clone());
    lines.unwrap_or_default()
}

impl Logger {
    fn lock(&self) -> std::sync::MutexGuard<'_, Option<(Clock, Lines)>> {
        self.collecting.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Log for Logger {
    fn enabled(&self, metadata: &Metadata<'_>) -> bool {
        // Tracing looks for itself.
        metadata.level() <= log::max_level()
    }

    fn log(&self, record: &Record<'_>) {
        // It cannot fail, whatever its type says.
        let _ = tracing_log::format_trace(record);
        if !is_wanted(record.metadata()) {
            return;
        }
        if let Some((clock, lines)) = &mut *self.lock() {
            if lines.lines.len() >= MOST {
                lines.more += 1;
                return;
            }
            lines.lines.push(Line {
                at: clock.now(),
                side: SIDE.try_with(|side| *side).ok(),
                is_error: record.level() == Level::Error,
                target: record.target().to_owned(),
                text: record.args().to_string(),
            });
        }
    }

    fn flush(&self) {}
}

/// Whether a line is the library's, and of something that went wrong.
fn is_wanted(metadata: &Metadata<'_>) -> bool {
    let target = metadata.target();
    metadata.level() <= Level::Warn && (target.starts_with("webrtc") || target.starts_with("rtc"))
}
