//! tcpdump, writing what passes an interface to a file.

use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use super::peer::{Peer, need, output, which};

/// A capture being made.
#[derive(Debug)]
pub struct Capture {
    child: Child,
    file: PathBuf,
}

impl Capture {
    /// Captures on `device` within the network namespace `namespace`, once it really listens; `None`, with a word on
    /// stderr, where there is no tcpdump.
    pub fn start(namespace: &str, device: &str, file: &Path) -> Option<Capture> {
        let tcpdump = need(Peer::Tcpdump, which("tcpdump"))?;
        let mut command = Command::new("ip");
        command.args(["netns", "exec", namespace]).arg(tcpdump);
        Some(Capture::spawn(command, device, file))
    }

    fn spawn(mut command: Command, device: &str, file: &Path) -> Capture {
        // -Z: without it some builds change to a user who may not write here.
        command.args([
            "-i",
            device,
            "-n",
            "-s",
            "0",
            "-B",
            "8192",
            "--immediate-mode",
            "-U",
            "-Z",
            "root",
            "-w",
        ]);
        let mut child = command
            .arg(file)
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::piped())
            .spawn()
            .expect("tcpdump starts");
        let stderr = child.stderr.take().expect("its stderr");
        let mut said = String::new();
        for line in BufReader::new(stderr).lines().map_while(Result::ok) {
            said.push_str(&line);
            said.push('\n');
            if line.contains("listening on") {
                return Capture {
                    child,
                    file: file.to_owned(),
                };
            }
        }
        let ended = child.wait();
        panic!("tcpdump does not listen: {ended:?} {said}");
    }

    /// Ends it, with everything written.
    pub fn stop(mut self) -> PathBuf {
        // What passed last may not have been handed over yet.
        std::thread::sleep(Duration::from_millis(100));
        let _ = output(Command::new("kill").args(["-INT", &self.child.id().to_string()]));
        let started = Instant::now();
        while started.elapsed() < Duration::from_secs(5) && !matches!(self.child.try_wait(), Ok(Some(_))) {
            std::thread::sleep(Duration::from_millis(10));
        }
        self.file.clone()
    }
}

impl Drop for Capture {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
