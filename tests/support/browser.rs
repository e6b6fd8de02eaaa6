//! A headless browser that runs a page and sends its verdict back.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::mpsc;
use std::time::{Duration, Instant};

use super::peer::which;

/// Nothing here may take longer.
const PATIENCE: Duration = Duration::from_secs(150);

/// Why a page gave no verdict.
#[derive(Debug)]
pub enum Failure {
    /// The browser is not there or cannot be started, or the page itself failed.
    Told(String),
    /// The browser ended or hung: that can happen to any of them, and says nothing of what was to be tested.
    Silent(String),
}

impl<E: std::error::Error> From<E> for Failure {
    fn from(error: E) -> Failure {
        Failure::Told(error.to_string())
    }
}

/// Does it once more, and says so, if the browser has failed.
pub fn once_more_if_silent<T>(mut run: impl FnMut() -> Result<T, Failure>) -> Result<T, String> {
    let why = match run() {
        Err(Failure::Silent(why)) => why,
        Err(Failure::Told(why)) => return Err(why),
        Ok(value) => return Ok(value),
    };
    // Not eprintln!, whose output the harness swallows when the test passes.
    let _ = writeln!(std::io::stderr(), "{why}; once more");
    run().map_err(|failure| {
        let (Failure::Told(again) | Failure::Silent(again)) = failure;
        format!("{why}, and then: {again}")
    })
}

/// The browser at work; ended when this is dropped.
#[derive(Debug)]
pub struct Browser {
    child: Child,
    _profile: tempfile::TempDir,
}

impl Browser {
    /// Opens `url`, in a program that `launcher` makes from its path (`ip netns exec NAME program`, say).
    pub fn open(kind: Kind, url: &str, launcher: impl FnOnce(&Path) -> Command) -> Result<Browser, String> {
        let names = kind.programs();
        let program = names
            .iter()
            .find_map(|name| which(name).ok())
            .ok_or_else(|| format!("there is no {} on PATH", names[0]))?;
        let folder = tempfile::tempdir().map_err(|error| error.to_string())?;
        let arguments = kind
            .arguments(&folder.path().join("profile"))
            .map_err(|error| error.to_string())?;
        let mut command = launcher(&program);
        // So that all its processes can be ended together.
        #[cfg(unix)]
        std::os::unix::process::CommandExt::process_group(&mut command, 0);
        let child = command
            .args(arguments)
            .arg(url)
            .env("HOME", folder.path())
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .map_err(|error| error.to_string())?;
        Ok(Browser {
            child,
            _profile: folder,
        })
    }
}

impl Drop for Browser {
    fn drop(&mut self) {
        let group = format!("-{}", self.child.id());
        let _ = Command::new("kill").args(["-KILL", "--", &group]).output();
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Which browser.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    Chromium,
    Firefox,
}

impl Kind {
    fn programs(self) -> &'static [&'static str] {
        match self {
            Kind::Chromium => &["chromium", "chromium-browser", "google-chrome", "chrome"],
            Kind::Firefox => &["firefox-esr", "firefox"],
        }
    }

    /// Headless, with a profile of its own, and quiet.
    fn arguments(self, profile: &Path) -> std::io::Result<Vec<String>> {
        let words = |text: &str| text.split(' ').map(str::to_owned).collect::<Vec<_>>();
        match self {
            Kind::Chromium => {
                let mut arguments = words(
                    "--headless --no-sandbox --disable-gpu --disable-dev-shm-usage --disable-background-networking --no-first-run --autoplay-policy=no-user-gesture-required",
                );
                arguments.push(format!("--user-data-dir={}", profile.display()));
                Ok(arguments)
            }
            Kind::Firefox => {
                std::fs::create_dir_all(profile)?;
                let off = [
                    "browser.shell.checkDefaultBrowser",
                    "browser.aboutwelcome.enabled",
                    "datareporting.policy.dataSubmissionEnabled",
                    "toolkit.telemetry.enabled",
                    "app.normandy.enabled",
                    "app.update.enabled",
                    "network.captive-portal-service.enabled",
                    "network.connectivity-service.enabled",
                ];
                let lines: String = off
                    .iter()
                    .map(|name| format!("user_pref(\"{name}\", false);\n"))
                    .collect();
                std::fs::write(profile.join("user.js"), lines)?;
                let mut arguments = words("--headless --no-remote --profile");
                arguments.push(profile.display().to_string());
                Ok(arguments)
            }
        }
    }
}

/// Runs `script` (the body of an async function) in a page; what it returns, as JSON. A dump of the DOM would not wait
/// for promises, so the page sends its verdict to a server of ours. A browser that fails is started once more.
pub fn run_in(kind: Kind, script: &str) -> Result<serde_json::Value, String> {
    once_more_if_silent(|| run_once(kind, script))
}

/// The same with one browser.
pub fn run_once(kind: Kind, script: &str) -> Result<serde_json::Value, Failure> {
    let listener = TcpListener::bind("127.0.0.1:0")?;
    listener.set_nonblocking(true)?;
    let port = listener.local_addr()?.port();
    let page = format!(
        "<!doctype html><meta charset=utf-8><script type=module>
        const run = async () => {{ {script} }};
        let verdict;
        try {{ verdict = {{value: await run()}}; }} catch (error) {{ verdict = {{error: String(error)}}; }}
        await fetch('/verdict', {{method: 'POST', body: JSON.stringify(verdict)}});
        </script>"
    );
    let url = format!("http://127.0.0.1:{port}/");
    let mut browser = Browser::open(kind, &url, |program| Command::new(program)).map_err(Failure::Told)?;
    let (tell, told) = mpsc::channel();
    let started = Instant::now();
    while started.elapsed() < PATIENCE {
        // A connection that was opened ahead and says nothing holds up nobody.
        while let Ok((stream, _)) = listener.accept() {
            let (page, tell) = (page.clone(), tell.clone());
            std::thread::spawn(move || serve(stream, &page, &tell));
        }
        if let Ok(body) = told.recv_timeout(Duration::from_millis(20)) {
            let verdict: serde_json::Value = serde_json::from_str(&body)?;
            return match verdict.get("error") {
                Some(error) => Err(Failure::Told(format!("the page failed: {error}"))),
                None => Ok(verdict["value"].clone()),
            };
        }
        if let Ok(Some(status)) = browser.child.try_wait() {
            return Err(Failure::Silent(format!("{kind:?} ended without a verdict: {status}")));
        }
    }
    Err(Failure::Silent(format!("{kind:?} gave no verdict in {PATIENCE:?}")))
}

/// A picture of the page at `url`, as `file` (PNG).
pub fn screenshot(url: &str, file: &Path) -> Result<(), Failure> {
    let shot = |program: &Path| {
        let mut command = Command::new(program);
        command.arg("--window-size=1000,1600");
        command.arg(format!("--screenshot={}", file.display()));
        command
    };
    let mut browser = Browser::open(Kind::Chromium, url, shot).map_err(Failure::Told)?;
    let started = Instant::now();
    while started.elapsed() < PATIENCE {
        match browser.child.try_wait()? {
            Some(_) if file.exists() => return Ok(()),
            Some(status) => return Err(Failure::Silent(format!("Chromium made no picture: {status}"))),
            None => std::thread::sleep(Duration::from_millis(20)),
        }
    }
    Err(Failure::Silent(format!("Chromium made no picture in {PATIENCE:?}")))
}

/// Answers one request, and tells its body if it was the verdict.
fn serve(mut stream: TcpStream, page: &str, tell: &mpsc::Sender<String>) -> std::io::Result<()> {
    stream.set_nonblocking(false)?;
    stream.set_read_timeout(Some(PATIENCE))?;
    let mut reader = BufReader::new(stream.try_clone()?);
    let mut request = String::new();
    reader.read_line(&mut request)?;
    let mut length = 0;
    loop {
        let mut header = String::new();
        if reader.read_line(&mut header)? == 0 || header.trim().is_empty() {
            break;
        }
        if let Some((name, value)) = header.split_once(':')
            && name.eq_ignore_ascii_case("content-length")
        {
            length = value.trim().parse().unwrap_or(0);
        }
    }
    let mut body = vec![0; length];
    reader.read_exact(&mut body)?;
    if request.starts_with("POST /verdict") {
        let _ = tell.send(String::from_utf8_lossy(&body).into_owned());
    }
    let (status, content) = match request.split(' ').nth(1) {
        Some("/") => ("200 OK", page),
        Some("/verdict") => ("200 OK", ""),
        _ => ("404 Not Found", ""),
    };
    write!(
        stream,
        "HTTP/1.1 {status}\r\nContent-Type: text/html\r\nContent-Length: {}\r\nConnection: close\r\n\r\n{content}",
        content.len()
    )
}
