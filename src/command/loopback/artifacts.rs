//! The files that are kept of a call: capture, key log, descriptions, statistics, report.

use std::fs::{self, File, OpenOptions};
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::sync::{Arc, PoisonError};

use serde_json::{Map, Value, json};

use super::capture::{Capture, Output, Shared};
use super::gathered::gathered;
use crate::cli;
use crate::error::Error;
use crate::net::clock::Clock;
use crate::net::peer::Watch;
use crate::net::peer::call::Call;
use crate::net::writer::PieceFile;
use crate::report::loopback::{Artifacts, Loopback, Peers, SessionDescription};
use crate::report::{Envelope, timestamp::rfc3339};
use crate::secret::Secret;

/// What is to be kept, and where.
pub struct Kept {
    capture: Option<(PathBuf, Shared)>,
    started: std::time::Duration,
    /// Opened before the call, so that a name that can't be written stops it.
    key_log: Option<(PathBuf, File)>,
    sdp: Option<PathBuf>,
    stats: Option<(PathBuf, File)>,
    report: Option<(PathBuf, File)>,
    /// What belongs to a bundle and cannot be shared.
    left_out: Vec<String>,
}

/// What shows all of a call, whoever's it is: there is no taking private things out of it.
const WHOLE: [&str; 2] = ["call.pcapng", "keys.log"];

impl Kept {
    /// Makes folders and files. Where private things are to be `redacted`, a bundle goes without capture and key log.
    ///
    /// # Errors
    /// What the operating system refuses; a capture or a key log that is asked for by name and is to be redacted.
    pub fn open(options: &cli::Loopback, clock: &Clock, redacted: bool) -> Result<Kept, Error> {
        for (file, option) in [(&options.capture, "--capture"), (&options.key_log, "--key-log")] {
            if redacted && file.is_some() {
                return Err(Error::new("what shows all of a call cannot be redacted")
                    .at(option)
                    .hint(format!("leave out --redact or {option}")));
            }
        }
        let in_bundle = |name: &str| {
            let folder = options.bundle.as_ref()?;
            (!redacted || !WHOLE.contains(&name)).then(|| folder.join(name))
        };
        let left_out = match redacted && options.bundle.is_some() {
            true => WHOLE.map(str::to_owned).to_vec(),
            false => Vec::new(),
        };
        for folder in options.bundle.iter().chain(&options.save_sdp) {
            fs::create_dir_all(folder).map_err(|error| Error::file("make the folder", folder, &error))?;
        }
        let capture = options.capture.clone().or_else(|| in_bundle("call.pcapng"));
        let capture = capture.map(|path| {
            // It holds the secrets of the call.
            let file = private(&path)?;
            let out = Output::new(PieceFile::new(file, &path))
                .map_err(|error| Error::file("write the capture", &path, &error))?;
            Ok::<_, Error>((path, out))
        });
        let open = |path: Option<PathBuf>| path.map(|path| private(&path).map(|file| (path, file))).transpose();
        Ok(Kept {
            capture: capture.transpose()?,
            started: clock.started_since_epoch(),
            key_log: open(options.key_log.clone().or_else(|| in_bundle("keys.log")))?,
            sdp: options.save_sdp.clone().or_else(|| options.bundle.clone()),
            stats: open(options.save_stats.clone().or_else(|| in_bundle("stats.json")))?,
            report: open(in_bundle("report.json"))?,
            left_out,
        })
    }

    /// Who watches the call for the capture.
    pub fn watch(&self) -> Option<Box<dyn Watch>> {
        let (_, out) = self.capture.as_ref()?;
        Some(Box::new(Capture::begin(Arc::clone(out), self.started)))
    }

    /// Writes what there is when the call is over; the names of the files.
    ///
    /// # Errors
    /// A file that can't be written.
    pub fn write(
        &mut self,
        call: &Call,
        report: &Loopback,
        secrets: &[Secret],
        clock: &Clock,
    ) -> Result<Artifacts, Error> {
        let mut artifacts = Artifacts::default();
        if let Some((path, out)) = &self.capture {
            let written = out.lock().unwrap_or_else(PoisonError::into_inner).finish();
            written.map_err(|error| Error::file("write the capture", path, &error))?;
            artifacts.capture = Some(name(path));
        }
        if let Some((path, file)) = &mut self.key_log {
            let lines: String = secrets.iter().map(|line| format!("{}\n", line.expose())).collect();
            file.write_all(lines.as_bytes())
                .map_err(|error| Error::file("write the key log", path, &error))?;
            artifacts.key_log = Some(name(path));
        }
        if let Some(folder) = &self.sdp {
            let Peers { offerer, answerer } = &report.peers;
            let made = [
                ("offer.json", &report.offer, offerer),
                ("answer.json", &report.answer, answerer),
            ];
            for (file, description, maker) in made {
                let Some(description) = description else { continue };
                let path = folder.join(file);
                let text = format!("{}\n", json!(gathered(description, &maker.events)));
                fs::write(&path, text).map_err(|error| Error::file("write the description", &path, &error))?;
                artifacts.sdp.push(name(&path));
            }
        }
        if let Some((path, file)) = &mut self.stats {
            let dump = dump(call, report, clock);
            serde_json::to_writer_pretty(&mut *file, &dump)
                .map_err(io::Error::from)
                .and_then(|()| file.write_all(b"\n"))
                .map_err(|error| Error::file("write the statistics", path, &error))?;
            artifacts.stats = Some(name(path));
        }
        artifacts.report = self.report.as_ref().map(|(path, _)| name(path));
        artifacts.left_out.clone_from(&self.left_out);
        Ok(artifacts)
    }

    /// Writes the report, where that is kept, as `redact` leaves it.
    ///
    /// # Errors
    /// A file that can't be written.
    pub fn write_report(&mut self, envelope: &Envelope, redact: Option<&dyn Fn(&mut Value)>) -> Result<(), Error> {
        let Some((path, file)) = &mut self.report else {
            return Ok(());
        };
        let document = serde_json::to_value(envelope).map(|mut document| {
            redact.into_iter().for_each(|redact| redact(&mut document));
            document
        });
        document
            .and_then(|document| serde_json::to_writer_pretty(&mut *file, &document))
            .map_err(io::Error::from)
            .and_then(|()| file.write_all(b"\n"))
            .map_err(|error| Error::file("write the report", path, &error))
    }
}

fn name(path: &Path) -> String {
    path.display().to_string()
}

/// Makes a file that nobody else can read; one that is there is emptied, and keeps its permissions only if they are not wider.
fn private(path: &Path) -> Result<File, Error> {
    let mut options = OpenOptions::new();
    options.write(true).create(true).truncate(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let file = options
        .open(path)
        .map_err(|error| Error::file("make the file", path, &error))?;
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        // /dev/stdout and pipes have no permissions of ours.
        let is_file = file.metadata().is_ok_and(|metadata| metadata.is_file());
        if is_file {
            file.set_permissions(fs::Permissions::from_mode(0o600))
                .map_err(|error| Error::file("protect the file", path, &error))?;
        }
    }
    Ok(file)
}

/// The call as chrome://webrtc-internals dumps calls.
fn dump(call: &Call, report: &Loopback, clock: &Clock) -> Value {
    let mut connections = Map::new();
    for (index, (side, peer)) in report.peers.named().into_iter().enumerate() {
        let at = |ms: f64| clock.started_since_epoch() + std::time::Duration::from_secs_f64(ms / 1000.0);
        let log: Vec<Value> = peer
            .events
            .iter()
            .filter_map(|event| {
                let (kind, value) = logged(&event.event, &event.value, side, report)?;
                Some(json!({ "time": rfc3339(at(event.at_ms)), "type": kind, "value": value }))
            })
            .collect();
        let connection = json!({
            "pid": std::process::id(),
            "rid": index,
            "isOpen": false,
            "url": format!("rtcdiag loopback, the {side}"),
            "rtcConfiguration": "{ iceServers: [], iceTransportPolicy: all, bundlePolicy: balanced, rtcpMuxPolicy: require, iceCandidatePoolSize: 0 }",
            "constraints": "",
            "updateLog": log,
            "stats": series(call, index, peer, &at),
        });
        connections.insert(format!("{}-{}", std::process::id(), index + 1), connection);
    }
    json!({
        "getUserMedia": [],
        "PeerConnections": connections,
        "UserAgent": concat!("rtcdiag/", env!("CARGO_PKG_VERSION")),
    })
}

/// An entry of `updateLog`, with the names that Chromium has.
fn logged(event: &str, value: &Value, side: &str, report: &Loopback) -> Option<(String, Value)> {
    let own = if side == "offerer" {
        &report.offer
    } else {
        &report.answer
    };
    let other = if side == "offerer" {
        &report.answer
    } else {
        &report.offer
    };
    let description = |description: &Option<SessionDescription>| {
        let description = description.as_ref()?;
        Some(json!(format!("type: {}, sdp: {}", description.kind, description.sdp)))
    };
    let quoted = || json!(value.as_str().unwrap_or_default());
    Some(match event {
        "setLocalDescription" => (event.to_owned(), description(own)?),
        "setRemoteDescription" => (event.to_owned(), description(other)?),
        "signalingstatechange" => ("signalingstatechange".to_owned(), quoted()),
        "iceconnectionstatechange" => ("iceconnectionstatechange".to_owned(), quoted()),
        "connectionstatechange" => ("connectionstatechange".to_owned(), quoted()),
        "icegatheringstatechange" => ("icegatheringstatechange".to_owned(), quoted()),
        "icecandidate" | "addIceCandidate" => {
            let candidate = value["candidate"].as_str().or(value.as_str())?;
            let text = format!("sdpMid: 0, sdpMLineIndex: 0, candidate: {candidate}");
            (event.to_owned(), json!(text))
        }
        "negotiationneeded" => ("negotiationneeded".to_owned(), json!("")),
        "datachannel" => ("datachannel".to_owned(), json!(format!("label: {}", value.as_str()?))),
        _ => return None,
    })
}

/// The statistics as series: `ID-MEMBER` with a value for each time they were taken.
fn series(
    call: &Call,
    index: usize,
    peer: &crate::report::loopback::Peer,
    at: &dyn Fn(f64) -> std::time::Duration,
) -> Value {
    let mut samples: Vec<(f64, &Vec<Value>)> = peer
        .stats_history
        .iter()
        .map(|snapshot| (snapshot.at_ms, &snapshot.stats))
        .collect();
    let end = call.peers[index].stats_at;
    samples.push((crate::time::millis(end.since_start()), &peer.stats));
    let mut series: Map<String, Value> = Map::new();
    for (ms, objects) in samples {
        for object in objects.iter().filter_map(Value::as_object) {
            let (Some(id), Some(kind)) = (object["id"].as_str(), object["type"].as_str()) else {
                continue;
            };
            for (member, value) in object
                .iter()
                .filter(|(member, _)| !matches!(member.as_str(), "id" | "type"))
            {
                let entry = series.entry(format!("{id}-{member}")).or_insert_with(
                    || json!({ "startTime": rfc3339(at(ms)), "endTime": "", "statsType": kind, "values": [] }),
                );
                entry["endTime"] = json!(rfc3339(at(ms)));
                if let Some(values) = entry["values"].as_array_mut() {
                    values.push(value.clone());
                }
            }
        }
    }
    for entry in series.values_mut() {
        // Chromium writes the list as a text.
        entry["values"] = json!(entry["values"].to_string());
    }
    Value::Object(series)
}
