//! `-v`: tracing on stderr, redacted and escaped like everything else that is printed.

use std::io::{self, Write};

use tracing_subscriber::filter::{LevelFilter, Targets};
use tracing_subscriber::fmt::MakeWriter;
use tracing_subscriber::layer::SubscriberExt;

use super::Renderer;

/// Starts tracing: 1 tells the steps of this program, 2 every message, 3 also what the libraries tell. 0 starts nothing.
///
/// What libraries tell is left out if the output is to be redacted, since private values have other forms there: rustls
/// writes certificates as octets, addresses as `Ipv4Addr([192, 0, 2, 1])`.
pub fn start(verbose: u8, renderer: &Renderer) {
    let redacted = renderer.redactor.is_some();
    let Some(targets) = targets(verbose, redacted) else {
        return;
    };
    if redacted && verbose > 2 {
        // If nobody reads stderr there is no one to tell.
        let _ = writeln!(
            io::stderr().lock(),
            "note: --redact leaves out what -vvv adds: what the libraries tell"
        );
    }
    let lines = tracing_subscriber::fmt::layer()
        .with_ansi(false)
        .with_timer(tracing_subscriber::fmt::time::uptime())
        .with_writer(Stderr {
            renderer: renderer.clone(),
        });
    // Fails if there is a subscriber already: a test's, then. What libraries write to `log` comes here through the logger of the commands.
    let _ = tracing::subscriber::set_global_default(tracing_subscriber::registry().with(targets).with(lines));
}

/// Which events are told; `None` if none are.
fn targets(verbose: u8, redacted: bool) -> Option<Targets> {
    let own = env!("CARGO_PKG_NAME");
    let libraries = match verbose {
        _ if redacted => LevelFilter::OFF,
        0 | 1 => LevelFilter::OFF,
        2 => LevelFilter::WARN,
        _ => LevelFilter::TRACE,
    };
    let level = match verbose {
        0 => return None,
        1 => LevelFilter::DEBUG,
        _ => LevelFilter::TRACE,
    };
    Some(Targets::new().with_target(own, level).with_default(libraries))
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

#[cfg(test)]
mod tests {
    use super::*;
    use tracing::Level;

    #[test]
    fn libraries_are_silent_if_redacted() {
        for (verbose, redacted, own, libraries) in [
            (1, false, Some(Level::DEBUG), None),
            (2, false, Some(Level::TRACE), Some(Level::WARN)),
            (3, false, Some(Level::TRACE), Some(Level::TRACE)),
            (1, true, Some(Level::DEBUG), None),
            (2, true, Some(Level::TRACE), None),
            (3, true, Some(Level::TRACE), None),
            (255, true, Some(Level::TRACE), None),
        ] {
            let targets = targets(verbose, redacted).unwrap();
            let most = |target| {
                let levels = [Level::TRACE, Level::DEBUG, Level::INFO, Level::WARN, Level::ERROR];
                levels.into_iter().find(|level| targets.would_enable(target, level))
            };
            assert_eq!(most("rtcdiag::net::driver"), own, "{verbose} {redacted}");
            assert_eq!(most("rustls::client::hs"), libraries, "{verbose} {redacted}");
        }
        assert!(targets(0, false).is_none() && targets(0, true).is_none());
    }
}
