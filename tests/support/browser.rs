//! A headless browser that runs a page and sends its verdict back.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use super::peer::which;

/// Nothing here may take longer.
const PATIENCE: Duration = Duration::from_secs(90);

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
        let child = launcher(&program)
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
/// for promises, so the page sends its verdict to a server of ours.
pub fn run_in(kind: Kind, script: &str) -> Result<serde_json::Value, String> {
    let listener = TcpListener::bind("127.0.0.1:0").map_err(|error| error.to_string())?;
    listener.set_nonblocking(true).map_err(|error| error.to_string())?;
    let port = listener.local_addr().map_err(|error| error.to_string())?.port();
    let page = format!(
        "<!doctype html><meta charset=utf-8><script type=module>
        const run = async () => {{ {script} }};
        let verdict;
        try {{ verdict = {{value: await run()}}; }} catch (error) {{ verdict = {{error: String(error)}}; }}
        await fetch('/verdict', {{method: 'POST', body: JSON.stringify(verdict)}});
        </script>"
    );
    let _browser = Browser::open(kind, &format!("http://127.0.0.1:{port}/"), |program| {
        Command::new(program)
    })?;
    let started = Instant::now();
    while started.elapsed() < PATIENCE {
        match listener.accept() {
            Ok((stream, _)) => {
                // A connection that was opened ahead and says nothing is no reason to give up.
                if let Ok(Some(body)) = serve(stream, &page) {
                    let verdict: serde_json::Value = serde_json::from_str(&body).map_err(|error| error.to_string())?;
                    return match verdict.get("error") {
                        Some(error) => Err(format!("the page failed: {error}")),
                        None => Ok(verdict["value"].clone()),
                    };
                }
            }
            Err(_) => std::thread::sleep(Duration::from_millis(20)),
        }
    }
    Err(format!("{kind:?} gave no verdict"))
}

/// Answers one request; the body, if it was the verdict.
fn serve(mut stream: TcpStream, page: &str) -> std::io::Result<Option<String>> {
    stream.set_nonblocking(false)?;
    stream.set_read_timeout(Some(Duration::from_secs(2)))?;
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
    let (status, content) = match request.split(' ').nth(1) {
        Some("/") => ("200 OK", page),
        Some("/verdict") => ("200 OK", ""),
        _ => ("404 Not Found", ""),
    };
    write!(
        stream,
        "HTTP/1.1 {status}\r\nContent-Type: text/html\r\nContent-Length: {}\r\nConnection: close\r\n\r\n{content}",
        content.len()
    )?;
    Ok(request
        .starts_with("POST /verdict")
        .then(|| String::from_utf8_lossy(&body).into_owned()))
}
