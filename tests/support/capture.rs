//! tcpdump, writing what passes an interface to a file.

use std::collections::BTreeSet;
use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::mpsc::{Receiver, channel};
use std::time::{Duration, Instant};

use super::peer::{Peer, need, output, which};

/// What tcpdump does at once on an idle machine may take so long on a busy one.
const PATIENCE: Duration = Duration::from_secs(60);

/// A capture being made.
#[derive(Debug)]
pub struct Capture {
    child: Child,
    /// The lines of its stderr.
    said: Receiver<String>,
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
        let (tell, said) = channel();
        std::thread::spawn(move || {
            let lines = BufReader::new(stderr).lines().map_while(Result::ok);
            lines.for_each(|line| drop(tell.send(line)));
        });
        let capture = Capture {
            child,
            said,
            file: file.to_owned(),
        };
        capture.wait_for("listening on");
        capture
    }

    /// The next line with `words` in it.
    ///
    /// # Panics
    /// If tcpdump ends without, or says nothing.
    fn wait_for(&self, words: &str) -> String {
        let mut all = String::new();
        loop {
            match self.said.recv_timeout(PATIENCE) {
                Ok(line) if line.contains(words) => return line,
                Ok(line) => all.push_str(&format!("{line}\n")),
                Err(why) => panic!("tcpdump does not say {words:?} ({why}): {all}"),
            }
        }
    }

    /// Waits until all that has passed so far is in the file.
    ///
    /// # Panics
    /// If the kernel dropped packets that it should have handed over: then the capture is not whole.
    pub fn catch_up(&self) {
        let started = Instant::now();
        loop {
            self.signal("-USR1");
            // `7 packets captured, 7 packets received by filter, 0 packets dropped by kernel`
            let line = self.wait_for("dropped by kernel");
            let words = line.split(|c: char| !c.is_ascii_digit());
            let counts: Vec<u64> = words.filter_map(|word| word.parse().ok()).collect();
            let [captured, received, dropped] = counts[..] else {
                panic!("not the three counts of tcpdump: {line}");
            };
            assert_eq!(dropped, 0, "the capture is not whole: {line}");
            if captured >= received {
                return;
            }
            assert!(started.elapsed() < PATIENCE, "tcpdump does not catch up: {line}");
            std::thread::sleep(Duration::from_millis(20));
        }
    }

    /// Ends it, with everything written.
    ///
    /// # Panics
    /// If it does not end, or is not whole.
    pub fn stop(mut self) -> PathBuf {
        self.catch_up();
        self.signal("-INT");
        let started = Instant::now();
        while !matches!(self.child.try_wait(), Ok(Some(_))) {
            assert!(started.elapsed() < PATIENCE, "tcpdump does not end");
            std::thread::sleep(Duration::from_millis(10));
        }
        self.file.clone()
    }

    fn signal(&self, signal: &str) {
        let sent = output(Command::new("kill").args([signal, &self.child.id().to_string()]));
        sent.expect("tcpdump runs");
    }

    /// What `read` makes of what has passed so far.
    pub fn so_far<T>(&self, read: impl FnOnce(&Path) -> T) -> T {
        self.catch_up();
        let copy = self.file.with_extension("so-far.pcap");
        std::fs::copy(&self.file, &copy).expect("a copy of the capture");
        let result = read(&copy);
        let _ = std::fs::remove_file(copy);
        result
    }

    /// The distinct senders, `ADDRESS.PORT`, of the packets so far that pass `filter`, in tcpdump's language.
    pub fn senders(&self, filter: &str) -> BTreeSet<String> {
        self.catch_up();
        let mut tcpdump = Command::new(which("tcpdump").expect("tcpdump"));
        // It may complain of the end: the other one goes on writing there.
        let read = tcpdump
            .args(["-n", "-q", "-t", "-r"])
            .arg(&self.file)
            .arg(filter)
            .output();
        let lines = String::from_utf8(read.expect("tcpdump starts").stdout).expect("text");
        // `IP 198.51.100.2.50000 > 198.51.100.1.40000: UDP, length 100`
        let senders = lines.lines().filter_map(|line| line.split(' ').nth(1));
        senders.map(str::to_owned).collect()
    }
}

impl Drop for Capture {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
