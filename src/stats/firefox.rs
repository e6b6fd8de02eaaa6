//! What Firefox's about:webrtc copies (`getAllStats`): `{"reports": [{"pcid", "timestamp", "…Stats": [{"id", "type", …}], …}]}`.

use std::io::Read;

use serde_json::Value;

use super::browser;
use super::dump::{Browser, Dump, PeerConnection};
use super::event::{Description, Detail, Event, cut};
use super::getstats;
use super::json::{Json, Kind, Result};
use super::report::{Delta, Series};

/// The member `reports`: one for each peer connection.
pub fn reports<R: Read>(json: &mut Json<R>, dump: &mut Dump) -> Result<()> {
    json.open()?;
    while json.element()? {
        if json.kind()? != Kind::Object {
            json.skip()?;
            continue;
        }
        let mut series = Series::new(PeerConnection::new(Value::Null));
        let mut time = None;
        series.begin();
        let result = report(json, &mut series, dump, &mut time);
        let time = time.or_else(|| series.latest()).unwrap_or(0.0);
        series.end(time, Delta::None);
        dump.peer_connections.push(series.finish());
        result?;
    }
    Ok(())
}

fn report<R: Read>(json: &mut Json<R>, series: &mut Series, dump: &mut Dump, time: &mut Option<f64>) -> Result<()> {
    json.open()?;
    while let Some((key, kind)) = json.member()? {
        match key {
            "pcid" => {
                series.pc.id = json.tree()?;
                series.pc.url = series.pc.id.as_str().and_then(url);
            }
            "timestamp" => *time = json.f64()?,
            "configuration" => series.pc.config = Some(json.tree()?).filter(|value| !value.is_null()),
            "closed" => series.pc.closed = json.tree()?.as_bool(),
            "sdpHistory" if kind == Kind::Array => history(json, series, dump)?,
            _ if kind == Kind::Array => {
                json.open()?;
                while json.element()? {
                    match json.kind()? {
                        Kind::Object => _ = getstats::object(json, series, &mut dump.names)?,
                        _ => json.skip()?,
                    }
                }
            }
            _ => json.skip()?,
        }
    }
    Ok(())
}

/// Descriptions are kept apart from events: they are no calls.
fn history<R: Read>(json: &mut Json<R>, series: &mut Series, dump: &mut Dump) -> Result<()> {
    json.open()?;
    while json.element()? {
        let entry = json.tree()?;
        let Some(sdp) = entry["sdp"].as_str() else { continue };
        let method = match entry["isLocal"].as_bool() {
            Some(true) => "setLocalDescription",
            _ => "setRemoteDescription",
        };
        let mut description = Description::new(String::new(), sdp);
        // Only an offer leaves the roles open.
        let is_offer = entry["isOffer"]
            .as_bool()
            .unwrap_or(description.setup.as_deref() == Some("actpass"));
        description.kind = if is_offer { "offer" } else { "answer" }.to_owned();
        if method == "setLocalDescription"
            && let Some(browser) = browser::of_origin(&description.origin)
        {
            dump.browser = Some(browser);
        }
        series.pc.history.push(Event {
            at_ms: entry["timestamp"].as_f64(),
            name: method.to_owned(),
            method: method.to_owned(),
            detail: Detail::Description(Box::new(description)),
        });
    }
    Ok(())
}

/// The page, in `… (id=15032385537 url=http://127.0.0.1:8098/relay-udp)`.
pub fn url(id: &str) -> Option<String> {
    let url = id.split_once("url=")?.1.split([')', ' ', '\t', '\n', '\r']).next()?;
    (!url.is_empty()).then(|| cut(url))
}

/// Firefox of unknown version, which is what writes these.
pub fn browser() -> Browser {
    Browser {
        name: "Firefox".to_owned(),
        ..Browser::default()
    }
}
