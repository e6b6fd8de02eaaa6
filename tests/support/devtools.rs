//! A Chromium that is told what to do over its pipe for developer tools: for pages of its own, which no script of ours is in.

use std::fs::{File, OpenOptions};
use std::io::{BufRead, BufReader, Write};
use std::net::{TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::mpsc::{Receiver, channel};
use std::time::{Duration, Instant};

use serde_json::{Value, json};

use super::browser::{Browser, Kind};

/// Nothing here may take longer.
const PATIENCE: Duration = Duration::from_secs(120);

/// The browser and both ends of its pipe.
pub struct DevTools {
    _browser: Browser,
    folder: tempfile::TempDir,
    to: File,
    from: Receiver<Value>,
    last: u64,
    /// What was said while something else was waited for.
    events: Vec<Value>,
}

/// A page, by its session.
#[derive(Clone, Debug)]
pub struct Page(String);

impl DevTools {
    /// Opens a Chromium that has a camera and a microphone, both made up.
    pub fn open() -> Result<DevTools, String> {
        let folder = tempfile::tempdir().map_err(|error| error.to_string())?;
        let pipes = ["commands", "answers"].map(|name| folder.path().join(name));
        let made = Command::new("mkfifo").args(&pipes).status();
        if !made.is_ok_and(|status| status.success()) {
            return Err("mkfifo does not work".to_owned());
        }
        // Opened for both, neither end waits for the other.
        let open = |path: &Path| OpenOptions::new().read(true).write(true).open(path);
        let [to, from] = pipes.each_ref().map(|path| open(path));
        let (to, from) = to.and_then(|to| Ok((to, from?))).map_err(|error| error.to_string())?;
        let browser = Browser::open(Kind::Chromium, "about:blank", |program| {
            let mut command = Command::new("sh");
            command
                .args(["-c", r#"exec "$0" "$@" 3<"$COMMANDS" 4>"$ANSWERS""#])
                .arg(program)
                .args([
                    "--remote-debugging-pipe",
                    "--use-fake-device-for-media-stream",
                    "--use-fake-ui-for-media-stream",
                    "--allow-loopback-in-peer-connection",
                ])
                .env("COMMANDS", &pipes[0])
                .env("ANSWERS", &pipes[1]);
            command
        })?;
        Ok(DevTools {
            _browser: browser,
            folder,
            to,
            from: messages(from),
            last: 0,
            events: Vec::new(),
        })
    }

    /// Calls a method of the protocol; what it gives.
    pub fn call(&mut self, page: Option<&Page>, method: &str, parameters: Value) -> Result<Value, String> {
        self.last += 1;
        let mut message = json!({"id": self.last, "method": method, "params": parameters});
        if let Some(Page(session)) = page {
            message["sessionId"] = Value::from(session.as_str());
        }
        let text = format!("{message}\0");
        self.to.write_all(text.as_bytes()).map_err(|error| error.to_string())?;
        let started = Instant::now();
        loop {
            let answer = self.next(started, method)?;
            if answer["id"] != self.last {
                self.events.push(answer);
            } else if answer["error"].is_null() {
                return Ok(answer["result"].clone());
            } else {
                return Err(format!("{method}: {}", answer["error"]));
            }
        }
    }

    fn next(&self, started: Instant, what: &str) -> Result<Value, String> {
        let left = PATIENCE.saturating_sub(started.elapsed());
        self.from.recv_timeout(left).map_err(|_| format!("no answer to {what}"))
    }

    /// Opens a page.
    pub fn page(&mut self, url: &str) -> Result<Page, String> {
        let target = self.call(None, "Target.createTarget", json!({"url": url}))?;
        let target = json!({"targetId": target["targetId"], "flatten": true});
        let session = self.call(None, "Target.attachToTarget", target)?;
        let page = Page(session["sessionId"].as_str().unwrap_or_default().to_owned());
        self.run(
            &page,
            "while (document.readyState != 'complete') await new Promise(next => setTimeout(next, 50));",
        )?;
        Ok(page)
    }

    /// Runs the body of an async function in a page; what it returns.
    pub fn run(&mut self, page: &Page, script: &str) -> Result<Value, String> {
        let parameters = json!({
            "expression": format!("(async () => {{ {script} }})()"), "awaitPromise": true, "returnByValue": true,
        });
        let answer = self.call(Some(page), "Runtime.evaluate", parameters)?;
        match answer.get("exceptionDetails") {
            Some(details) => Err(format!("the page failed: {details}")),
            None => Ok(answer["result"]["value"].clone()),
        }
    }

    /// The file that a page saves when `script` has run in it.
    pub fn download(&mut self, page: &Page, script: &str) -> Result<PathBuf, String> {
        let folder = self.folder.path().join(format!("saved-{}", self.last));
        let behavior = json!({"behavior": "allow", "downloadPath": folder, "eventsEnabled": true});
        self.call(None, "Browser.setDownloadBehavior", behavior)?;
        self.events.clear();
        self.run(page, script)?;
        let started = Instant::now();
        let mut name = None;
        loop {
            let event = match self.events.is_empty() {
                true => self.next(started, "a download")?,
                false => self.events.remove(0),
            };
            let parameters = &event["params"];
            match (event["method"].as_str(), parameters["state"].as_str()) {
                (Some("Browser.downloadWillBegin"), _) => {
                    name = parameters["suggestedFilename"].as_str().map(str::to_owned);
                }
                (Some("Browser.downloadProgress"), Some("completed")) => {
                    return Ok(folder.join(name.unwrap_or_default()));
                }
                (Some("Browser.downloadProgress"), Some("canceled")) => return Err("the download ended".to_owned()),
                _ => {}
            }
        }
    }
}

/// What comes out of the pipe: JSON with zeros between.
fn messages(pipe: File) -> Receiver<Value> {
    let (give, take) = channel();
    std::thread::spawn(move || {
        for message in BufReader::new(pipe).split(0) {
            let message = message.ok().and_then(|octets| serde_json::from_slice(&octets).ok());
            if message.is_none_or(|message: Value| give.send(message).is_err()) {
                return;
            }
        }
    });
    take
}

/// The address of an empty page that is served from here on; a secure context, as those of this machine are.
pub fn empty_page() -> std::io::Result<String> {
    let listener = TcpListener::bind("127.0.0.1:0")?;
    let url = format!("http://{}/", listener.local_addr()?);
    std::thread::spawn(move || {
        for stream in listener.incoming().map_while(Result::ok) {
            std::thread::spawn(move || answer(stream));
        }
    });
    Ok(url)
}

fn answer(mut stream: TcpStream) -> std::io::Result<()> {
    const PAGE: &str = "<!doctype html><title>A call</title>";
    let lines = BufReader::new(stream.try_clone()?).lines();
    lines
        .map_while(Result::ok)
        .take_while(|line| !line.is_empty())
        .for_each(drop);
    let length = PAGE.len();
    write!(
        stream,
        "HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: {length}\r\nConnection: close\r\n\r\n{PAGE}"
    )
}
