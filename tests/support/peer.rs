//! Which real peers there are, and what to do when one is not.

use std::io::Write;
use std::path::PathBuf;
use std::process::Command;

/// Something outside this repository that a test needs. `RTCDIAG_REQUIRE_PEERS` is `1` for all of them, or a list of their
/// names with commas between.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Peer {
    /// `turnserver`.
    Coturn,
    /// The right to make network namespaces, and `ip`, `nft`.
    Namespaces,
    /// A Chromium that runs headless.
    Chromium,
    /// A Firefox that runs headless.
    Firefox,
    /// A Python with aiortc: `RTCDIAG_PYTHON`, or `python3`.
    Aiortc,
    /// `tcpdump`, and the right to capture.
    Tcpdump,
}

impl Peer {
    /// As it stands in `RTCDIAG_REQUIRE_PEERS`.
    pub const fn name(self) -> &'static str {
        match self {
            Peer::Coturn => "coturn",
            Peer::Namespaces => "namespaces",
            Peer::Chromium => "chromium",
            Peer::Firefox => "firefox",
            Peer::Aiortc => "aiortc",
            Peer::Tcpdump => "tcpdump",
        }
    }

    fn is_required(self) -> bool {
        std::env::var("RTCDIAG_REQUIRE_PEERS")
            .is_ok_and(|list| list == "1" || list.split(',').any(|name| name.trim() == self.name()))
    }
}

/// `found`, or `None` after a loud word that the test is skipped.
///
/// # Panics
/// If the peer is required.
pub fn need<T>(peer: Peer, found: Result<T, String>) -> Option<T> {
    let why = match found {
        Ok(found) => return Some(found),
        Err(why) => why,
    };
    let current = std::thread::current();
    let test = current.name().unwrap_or("a test");
    assert!(
        !peer.is_required(),
        "{test} needs {}, which RTCDIAG_REQUIRE_PEERS demands: {why}",
        peer.name()
    );
    // Not eprintln!, whose output the harness swallows when the test passes.
    let _ = writeln!(std::io::stderr(), "SKIPPED: {test}: needs {}: {why}", peer.name());
    None
}

/// The path of `program`, also where only an administrator's PATH has it.
pub fn which(program: &str) -> Result<PathBuf, String> {
    let path = std::env::var_os("PATH").unwrap_or_default();
    std::env::split_paths(&path)
        .chain(["/usr/sbin".into(), "/sbin".into(), "/usr/local/sbin".into()])
        .map(|folder| folder.join(program))
        .find(|file| file.is_file())
        .ok_or_else(|| format!("there is no `{program}` on PATH"))
}

/// Runs a helper to its end; its stdout, or what went wrong with its stderr.
pub fn output(command: &mut Command) -> Result<String, String> {
    let output = command.output().map_err(|error| format!("{command:?}: {error}"))?;
    if output.status.success() {
        Ok(String::from_utf8_lossy(&output.stdout).into_owned())
    } else {
        Err(format!(
            "{command:?}: {}: {}",
            output.status,
            String::from_utf8_lossy(&output.stderr).trim()
        ))
    }
}
