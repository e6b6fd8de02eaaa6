//! What the library tells only to its log: errors after which it goes silent among them.

use std::sync::{Mutex, OnceLock, PoisonError};

use log::{Level, Log, Metadata, Record};

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

static LOGGER: OnceLock<Logger> = OnceLock::new();

/// Starts to collect; what was collected before is gone. If the process has another logger already (`-vv`), that one
/// shows everything, and nothing is collected.
pub fn collect(clock: Clock) {
    let logger = LOGGER.get_or_init(|| Logger {
        collecting: Mutex::new(None),
    });
    *logger.lock() = Some((clock, Lines::default()));
    if log::set_logger(logger).is_ok() {
        log::set_max_level(log::LevelFilter::Warn);
    }
}

/// What was collected so far; collects on.
pub fn collected() -> Lines {
    let lines = |logger: &Logger| logger.lock().as_ref().map(|(_, lines)| lines.clone());
    LOGGER.get().and_then(lines).unwrap_or_default()
}

impl Logger {
    fn lock(&self) -> std::sync::MutexGuard<'_, Option<(Clock, Lines)>> {
        self.collecting.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Log for Logger {
    fn enabled(&self, metadata: &Metadata<'_>) -> bool {
        let target = metadata.target();
        metadata.level() <= Level::Warn && (target.starts_with("webrtc") || target.starts_with("rtc"))
    }

    fn log(&self, record: &Record<'_>) {
        if !self.enabled(record.metadata()) {
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
