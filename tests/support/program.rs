//! Runs rtcdiag and reads what it says.

use std::io::Read;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use super::report::{Attempt, Candidate, Envelope, Finding, Server};

/// Nothing here may take longer, on however busy a machine; the program must never hang.
const WATCHDOG: Duration = Duration::from_secs(120);
/// Seconds that a server may take where a test does not say otherwise: a busy machine is no reason to give one up.
const PATIENCE: &str = "30";

/// A command line for `rtcdiag candidates --json`, on the loopback interface only.
pub struct Candidates {
    command: Command,
}

/// `rtcdiag candidates --json --interface lo --include-loopback`.
pub fn candidates() -> Candidates {
    candidates_anywhere().args(&["--interface", "lo", "--include-loopback"])
}

/// `rtcdiag candidates --json`, from whatever interface there is.
pub fn candidates_anywhere() -> Candidates {
    Candidates::new(Command::new(env!("CARGO_BIN_EXE_rtcdiag")))
}

impl Candidates {
    /// `command` must start the program; the subcommand is added here.
    pub fn new(mut command: Command) -> Candidates {
        for variable in ["NO_COLOR", "CLICOLOR_FORCE", "RUST_LOG", "COLUMNS"] {
            command.env_remove(variable);
        }
        command.args(["candidates", "--json"]);
        Candidates { command }
    }

    pub fn args(mut self, args: &[&str]) -> Candidates {
        self.command.args(args);
        self
    }

    pub fn env(mut self, name: &str, value: &str) -> Candidates {
        self.command.env(name, value);
        self
    }

    /// `--stun URL`.
    pub fn stun(self, url: &str) -> Candidates {
        self.args(&["--stun", url])
    }

    /// `--turn URL`.
    pub fn turn(self, url: &str) -> Candidates {
        self.args(&["--turn", url])
    }

    /// `--username U --credential C`.
    pub fn credentials(self, username: &str, credential: &str) -> Candidates {
        self.args(&["--username", username, "--credential", credential])
    }

    /// Starts it and comes back at once.
    pub fn start(mut self) -> Running {
        if !self.command.get_args().any(|argument| argument == "--timeout") {
            self.command.args(["--timeout", PATIENCE]);
        }
        let child = self
            .command
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap_or_else(|error| panic!("{:?}: {error}", self.command));
        Running {
            child,
            started: Instant::now(),
            line: format!("{:?}", self.command),
        }
    }

    /// Runs it to its end.
    pub fn run(self) -> Run {
        self.start().wait()
    }
}

/// The program at work.
pub struct Running {
    child: Child,
    started: Instant,
    line: String,
}

impl Running {
    /// Ctrl-C.
    pub fn interrupt(&self) {
        let pid = nix_pid(&self.child);
        let sent = Command::new("kill").args(["-INT", &pid]).status();
        assert!(sent.is_ok_and(|status| status.success()), "kill -INT {pid}");
    }

    /// Waits for its end and reads its document.
    ///
    /// # Panics
    /// If it takes too long, or what it prints is not the document of the contract.
    pub fn wait(mut self) -> Run {
        let stdout = drain(self.child.stdout.take());
        let stderr = drain(self.child.stderr.take());
        let status = loop {
            match self.child.try_wait() {
                Ok(Some(status)) => break status,
                Ok(None) if self.started.elapsed() < WATCHDOG => std::thread::sleep(Duration::from_millis(5)),
                other => {
                    let _ = self.child.kill();
                    panic!("{} hangs ({other:?})", self.line);
                }
            }
        };
        let elapsed = self.started.elapsed();
        let stdout = stdout.join().expect("the reader of stdout");
        let stderr = stderr.join().expect("the reader of stderr");
        let envelope: Envelope = serde_json::from_str(&stdout)
            .unwrap_or_else(|error| panic!("{}: {error}\nstdout: {stdout}\nstderr: {stderr}", self.line));
        Run {
            code: status.code(),
            envelope,
            stdout,
            stderr,
            elapsed,
        }
    }
}

fn nix_pid(child: &Child) -> String {
    child.id().to_string()
}

fn drain<R: Read + Send + 'static>(pipe: Option<R>) -> std::thread::JoinHandle<String> {
    std::thread::spawn(move || {
        let mut text = String::new();
        if let Some(mut pipe) = pipe {
            let _ = pipe.read_to_string(&mut text);
        }
        text
    })
}

/// What a run said.
#[derive(Debug)]
pub struct Run {
    pub code: Option<i32>,
    pub envelope: Envelope,
    pub stdout: String,
    pub stderr: String,
    pub elapsed: Duration,
}

impl Run {
    /// The server of this URL.
    pub fn server(&self, url: &str) -> &Server {
        let found = self.envelope.report.servers.iter().find(|server| server.url == url);
        found.unwrap_or_else(|| panic!("no server {url} in {}", self.stdout))
    }

    /// The only attempt at the server of this URL.
    pub fn attempt(&self, url: &str) -> &Attempt {
        match self.server(url).attempts.as_slice() {
            [attempt] => attempt,
            attempts => panic!("{} attempts at {url} in {}", attempts.len(), self.stdout),
        }
    }

    /// The candidates of this type.
    pub fn candidates(&self, candidate_type: &str) -> Vec<&Candidate> {
        let all = self.envelope.report.candidates.iter();
        all.filter(|candidate| candidate.candidate_type == candidate_type)
            .collect()
    }

    /// The findings of this code.
    pub fn findings(&self, code: &str) -> Vec<&Finding> {
        let all = self.envelope.findings.iter();
        all.filter(|finding| finding.code == code).collect()
    }

    /// # Panics
    /// If there is no finding of this code.
    #[track_caller]
    pub fn assert_finding(&self, code: &str) -> &Finding {
        let found = self.findings(code);
        let got = || {
            let codes: Vec<_> = self.envelope.findings.iter().map(|finding| &finding.code).collect();
            format!("no finding {code}, but {codes:?}\n{}", self.stdout)
        };
        found.first().copied().unwrap_or_else(|| panic!("{}", got()))
    }

    /// # Panics
    /// If there is a finding of this code.
    #[track_caller]
    pub fn assert_no_finding(&self, code: &str) {
        assert!(self.findings(code).is_empty(), "finding {code} in {}", self.stdout);
    }
}
