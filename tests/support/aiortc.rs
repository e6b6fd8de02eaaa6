//! Calls between two processes of aiortc, each in a network namespace of its own.

use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use serde_json::Value;

use super::peer::{Peer, need, output};

/// What takes a second on an idle machine may take so long on a busy one.
const PATIENCE: Duration = Duration::from_secs(90);

/// Which side of a call.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Role {
    Offerer,
    Answerer,
}

impl Role {
    pub const fn name(self) -> &'static str {
        match self {
            Role::Offerer => "offerer",
            Role::Answerer => "answerer",
        }
    }
}

/// The Python that has aiortc; `None`, with a word on stderr, where there is none.
pub fn python() -> Option<PathBuf> {
    let python = std::env::var("RTCDIAG_PYTHON").unwrap_or_else(|_| "python3".to_owned());
    let there = output(Command::new(&python).args(["-c", "import aiortc"]));
    need(Peer::Aiortc, there.map(|_| PathBuf::from(python)))
}

/// A call that two processes make; ended when dropped.
#[derive(Debug)]
pub struct Call {
    folder: PathBuf,
    sides: Vec<(Role, Child)>,
}

impl Call {
    /// A call as `call` says (see `peers/call.py`); its files go to `folder`.
    pub fn new(folder: &Path, call: &Value) -> Call {
        std::fs::write(folder.join("call.json"), call.to_string()).expect("a file");
        Call {
            folder: folder.to_owned(),
            sides: vec![],
        }
    }

    /// Starts one side, by `ip netns exec NAMESPACE python`, say.
    pub fn start(&mut self, role: Role, mut launcher: Command) {
        let log = std::fs::File::create(self.file(&format!("{}.log", role.name()))).expect("a file");
        let child = launcher
            .args(["-c", include_str!("peers/call.py"), role.name()])
            .arg(&self.folder)
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(log)
            .spawn()
            .expect("Python starts");
        self.sides.push((role, child));
    }

    /// A file of the call.
    pub fn file(&self, name: &str) -> PathBuf {
        self.folder.join(name)
    }

    /// Waits until `role` says that its connection has this state.
    ///
    /// # Panics
    /// If that takes longer than [`PATIENCE`].
    #[track_caller]
    pub fn wait_for(&mut self, role: Role, state: &str) {
        self.wait_for_file(&format!("{}.{state}", role.name()));
    }

    /// Waits until the file `name` is there.
    ///
    /// # Panics
    /// If that takes longer than [`PATIENCE`].
    #[track_caller]
    pub fn wait_for_file(&mut self, name: &str) {
        let started = Instant::now();
        while !self.file(name).exists() {
            assert!(started.elapsed() < PATIENCE, "no {name}: {}", self.logs());
            std::thread::sleep(Duration::from_millis(20));
        }
    }

    /// Ends one side as a power cut would.
    pub fn kill(&mut self, role: Role) {
        for (_, child) in self.sides.iter_mut().filter(|(side, _)| *side == role) {
            let _ = child.kill();
            let _ = child.wait();
        }
    }

    /// Tells both sides to end, and waits for what is left of them.
    pub fn end(&mut self) {
        for (_, child) in &mut self.sides {
            if matches!(child.try_wait(), Ok(None)) {
                let _ = output(Command::new("kill").args(["-TERM", &child.id().to_string()]));
            }
        }
        let started = Instant::now();
        for (_, child) in &mut self.sides {
            while started.elapsed() < Duration::from_secs(15) && matches!(child.try_wait(), Ok(None)) {
                std::thread::sleep(Duration::from_millis(20));
            }
            let _ = child.kill();
            let _ = child.wait();
        }
    }

    fn logs(&self) -> String {
        ["offerer.log", "answerer.log"]
            .iter()
            .map(|name| std::fs::read_to_string(self.file(name)).unwrap_or_default())
            .collect()
    }
}

impl Drop for Call {
    fn drop(&mut self) {
        for (_, child) in &mut self.sides {
            let _ = child.kill();
            let _ = child.wait();
        }
        if std::thread::panicking() {
            eprintln!("the peers said:\n{}", self.logs());
        }
    }
}
