//! `-v`: tracing on stderr, redacted and escaped like everything else that is printed.

use std::io::{self, Write};

use tracing_subscriber::filter::{LevelFilter, Targets};
use tracing_subscriber::fmt::MakeWriter;
use tracing_subscriber::layer::SubscriberExt;
use tracing_subscriber::util::SubscriberInitExt;

use super::Renderer;

/// Starts tracing: 1 tells the steps of this program, 2 every message, 3 also what the libraries tell. 0 starts nothing.
pub fn start(verbose: u8, renderer: &Renderer) {
    let own = env!("CARGO_PKG_NAME");
    let targets = match verbose {
        0 => return,
        1 => Targets::new().with_target(own, LevelFilter::DEBUG),
        2 => Targets::new()
            .with_target(own, LevelFilter::TRACE)
            .with_default(LevelFilter::WARN),
        _ => Targets::new().with_default(LevelFilter::TRACE),
    };
    let lines = tracing_subscriber::fmt::layer()
        .with_ansi(false)
        .with_timer(tracing_subscriber::fmt::time::uptime())
        .with_writer(Stderr {
            renderer: renderer.clone(),
        });
    // Fails if there is a subscriber already: a test's, then.
    let _ = tracing_subscriber::registry().with(targets).with(lines).try_init();
}

/// Writes each event as one line.
struct Stderr {
    renderer: Renderer,
}

impl<'a> MakeWriter<'a> for Stderr {
    type Writer = Line<'a>;

    fn make_writer(&'a self) -> Line<'a> {
        Line {
            renderer: &self.renderer,
            bytes: Vec::new(),
        }
    }
}

/// One event: collected, then cleaned and written when it is dropped.
struct Line<'a> {
    renderer: &'a Renderer,
    bytes: Vec<u8>,
}

impl Write for Line<'_> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.bytes.extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl Drop for Line<'_> {
    fn drop(&mut self) {
        let text = String::from_utf8_lossy(&self.bytes);
        let line = self.renderer.line(text.trim_end());
        let _ = writeln!(io::stderr().lock(), "{line}");
    }
}
