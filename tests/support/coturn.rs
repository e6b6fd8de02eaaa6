//! coturn (<https://github.com/coturn/coturn>) on addresses and ports of our own, in the configuration a test asks for.

use std::fs::File;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use tempfile::TempDir;

use super::certificates::{self, Files, Flaw};
use super::peer::{Peer, need, which};
use super::ports;

pub const USERNAME: &str = "alice";
pub const PASSWORD: &str = "opensesame";
pub const REALM: &str = "example.org";
/// `static-auth-secret` of [`Config::rest`].
pub const SECRET: &str = "north wind";

/// How long it may take to start. It is much faster; a machine may be busy.
const START: Duration = Duration::from_secs(60);
/// Which relay ports it may use, counted from the first port of its block.
const RELAY_PORTS: std::ops::Range<u16> = 8..ports::BLOCK;

/// What to start.
#[derive(Clone, Debug)]
pub struct Config {
    options: Vec<String>,
    addresses: Vec<IpAddr>,
    port: Option<u16>,
    tls: Option<Flaw>,
    launcher: Vec<String>,
}

impl Config {
    /// Answers Binding and TURN, whoever asks, on 127.0.0.1 and, where there is IPv6, ::1.
    pub fn open() -> Config {
        let mut addresses: Vec<IpAddr> = vec![Ipv4Addr::LOCALHOST.into()];
        if ports::has_ipv6() {
            addresses.push(Ipv6Addr::LOCALHOST.into());
        }
        Config {
            options: vec![],
            addresses,
            port: None,
            tls: None,
            launcher: vec![],
        }
        .option("--no-auth")
    }

    /// One user, [`USERNAME`] with [`PASSWORD`] (RFC 8489 §9.2).
    pub fn long_term() -> Config {
        let mut config = Config::open();
        config.options.clear();
        config
            .option("--lt-cred-mech")
            .option(&format!("--user={USERNAME}:{PASSWORD}"))
    }

    /// Time-limited credentials made from [`SECRET`] (draft-uberti-behave-turn-rest).
    pub fn rest() -> Config {
        let mut config = Config::open();
        config.options.clear();
        config
            .option("--use-auth-secret")
            .option(&format!("--static-auth-secret={SECRET}"))
    }

    /// As `turnserver --help` has it; a value goes behind `=`.
    pub fn option(mut self, option: &str) -> Config {
        self.options.push(option.to_owned());
        self
    }

    /// Also listens for TLS, with a certificate of this kind.
    pub fn tls(mut self, flaw: Flaw) -> Config {
        self.tls = Some(flaw);
        self
    }

    /// These addresses and no others.
    pub fn on(mut self, addresses: &[IpAddr]) -> Config {
        self.addresses = addresses.to_vec();
        self
    }

    /// On this block of ports (see [`ports::free_block`]), for who must know it beforehand.
    pub fn at(mut self, port: u16) -> Config {
        self.port = Some(port);
        self
    }

    /// Started by this command, `ip netns exec NAME` say.
    pub fn within(mut self, launcher: &[&str]) -> Config {
        self.launcher = launcher.iter().map(|&word| word.to_owned()).collect();
        self
    }

    /// Starts it and waits until it listens; `None`, with a word on stderr, where there is no coturn.
    pub fn start(self) -> Option<Coturn> {
        let program = need(Peer::Coturn, which("turnserver"))?;
        let mut failures = vec![];
        // Somebody may take a port between our look and coturn's bind.
        for _ in 0..3 {
            match Coturn::spawn(&program, &self, self.port.unwrap_or_else(ports::free_block)) {
                Ok(coturn) => return Some(coturn),
                Err(failure) => failures.push(failure),
            }
        }
        panic!("coturn does not start: {}", failures.join("\n"));
    }
}

/// A running coturn; stopped when dropped.
#[derive(Debug)]
pub struct Coturn {
    child: Child,
    folder: TempDir,
    port: u16,
    /// The files behind its TLS.
    pub certificates: Option<Files>,
}

impl Coturn {
    fn spawn(program: &Path, config: &Config, port: u16) -> Result<Coturn, String> {
        let folder = tempfile::tempdir().map_err(|error| error.to_string())?;
        let at = |name: &str| folder.path().join(name).display().to_string();
        let certificates = config.tls.map(|flaw| certificates::make(folder.path(), flaw));

        let mut words = config.launcher.iter().map(PathBuf::from).chain([program.to_owned()]);
        let mut command = Command::new(words.next().ok_or("nothing to start")?);
        command.args(words);
        // Nothing of the machine's own configuration, database or log.
        command.args(["-n", "--no-cli", "--no-dtls", "--no-rfc5780", "--verbose"]);
        command.args(["--log-file=stdout", "--simple-log", "--relay-threads=1"]);
        command.arg(format!("--userdb={}", at("database")));
        command.arg(format!("--pidfile={}", at("pid")));
        command.arg(format!("--realm={REALM}"));
        command.arg(format!("--listening-port={port}"));
        command.arg(format!("--tls-listening-port={}", port + 1));
        command.arg(format!("--min-port={}", port + RELAY_PORTS.start));
        command.arg(format!("--max-port={}", port + RELAY_PORTS.end - 1));
        command.args(config.addresses.iter().map(|ip| format!("--listening-ip={ip}")));
        match &certificates {
            Some(files) => {
                command.arg(format!("--cert={}", files.certificate.display()));
                command.arg(format!("--pkey={}", files.key.display()));
            }
            None => {
                command.arg("--no-tls");
            }
        }
        command.args(&config.options);

        let log = File::create(folder.path().join("log")).map_err(|error| error.to_string())?;
        let log_too = log.try_clone().map_err(|error| error.to_string())?;
        let child = command
            .current_dir(folder.path())
            .stdin(Stdio::null())
            .stdout(log)
            .stderr(log_too)
            .spawn()
            .map_err(|error| format!("{command:?}: {error}"))?;
        let mut coturn = Coturn {
            child,
            folder,
            port,
            certificates,
        };
        // Per address one for UDP, one for TCP, and one more for TLS.
        let listeners = config.addresses.len() * if config.tls.is_some() { 3 } else { 2 };
        coturn.wait_until_it_listens(listeners)?;
        Ok(coturn)
    }

    fn wait_until_it_listens(&mut self, listeners: usize) -> Result<(), String> {
        let started = Instant::now();
        loop {
            let log = self.log();
            if ["annot bind", "FATAL", "ould not start"]
                .iter()
                .any(|bad| log.contains(bad))
            {
                return Err(log);
            }
            // Another version may word it differently; it had its time then.
            let ready = count(&log, "listener opened on") >= listeners || started.elapsed() > START / 6;
            if ready && log.contains("Total General servers") {
                return Ok(());
            }
            if let Ok(Some(status)) = self.child.try_wait() {
                return Err(format!("{status}: {log}"));
            }
            if started.elapsed() > START {
                return Err(format!("not ready after {START:?}: {log}"));
            }
            std::thread::sleep(Duration::from_millis(10));
        }
    }

    /// For UDP and TCP.
    pub fn port(&self) -> u16 {
        self.port
    }

    /// For TLS.
    pub fn tls_port(&self) -> u16 {
        self.port + 1
    }

    /// Where a relayed address must be.
    pub fn relays_at(&self, relayed: SocketAddr) -> bool {
        RELAY_PORTS.contains(&relayed.port().wrapping_sub(self.port))
    }

    /// What it wrote so far.
    pub fn log(&self) -> String {
        let octets = std::fs::read(self.folder.path().join("log")).unwrap_or_default();
        String::from_utf8_lossy(&octets).into_owned()
    }

    /// Waits until every allocation it ever gave is gone, and says how many there were.
    ///
    /// coturn deletes a released allocation at its next tick, about a second later; one that was not released lives for
    /// ten minutes.
    ///
    /// # Panics
    /// If one is left after a while.
    #[track_caller]
    pub fn assert_all_released(&self) -> usize {
        let started = Instant::now();
        loop {
            let log = self.log();
            let (made, gone) = (count(&log, ": new, realm="), count(&log, ": delete: realm="));
            if made == gone {
                return made;
            }
            assert!(
                started.elapsed() < Duration::from_secs(30),
                "{made} allocations, {gone} of them released: {log}"
            );
            std::thread::sleep(Duration::from_millis(50));
        }
    }
}

fn count(log: &str, what: &str) -> usize {
    log.lines().filter(|line| line.contains(what)).count()
}

impl Drop for Coturn {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
        if std::thread::panicking() {
            let log = self.log();
            let tail: Vec<&str> = log.lines().rev().take(30).collect();
            let tail: Vec<&str> = tail.into_iter().rev().collect();
            eprintln!("coturn on port {} said:\n{}", self.port, tail.join("\n"));
        }
    }
}
