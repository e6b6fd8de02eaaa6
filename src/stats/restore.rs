//! Descriptions of which only what changed was written, made whole again.
//!
//! rtcstats writes `v=` or `m=` alone for a section that is as it was in the description before, if that was of the same type.
//! "Before" is, for a description that is created or applied on this side, the last one that was applied here; the first one
//! that is applied leaves out what it has of the one that was created. Those of the other side follow each other.

use serde_json::Value;

use super::names::Names;

/// So many octets of text are restored at most, of one connection: a few octets of a file must not become gigabytes to look at.
const ROOM: usize = 64 << 20;

/// The descriptions of one connection that later ones may leave out parts of.
#[derive(Debug, Default)]
pub struct Before {
    created: Option<Text>,
    local: Option<Text>,
    remote: Option<Text>,
    restored: usize,
}

#[derive(Debug)]
struct Text {
    kind: String,
    sdp: String,
}

impl Before {
    /// Puts into what an event says the sections that it leaves out, and keeps it for the next one.
    pub fn restore(&mut self, method: &str, value: &mut Value, names: &mut Names) {
        let method = method.strip_suffix("OnSuccess").unwrap_or(method);
        let bases = match method {
            "createOffer" | "createAnswer" => [self.local.as_ref(), None],
            "setLocalDescription" => [self.local.as_ref(), self.created.as_ref()],
            "setRemoteDescription" => [self.remote.as_ref(), None],
            _ => return,
        };
        let (Some(kind), Some(written)) = (value["type"].as_str(), value["sdp"].as_str()) else {
            return;
        };
        let bases = bases.into_iter().flatten().filter(|base| base.kind == kind);
        let whole = bases.fold(None, |whole: Option<String>, base| {
            whole.or_else(|| filled(written, &base.sdp))
        });
        let whole = whole.filter(|whole| self.restored + whole.len() <= ROOM);
        self.restored += whole.as_ref().map_or(0, String::len);
        let text = Text {
            kind: kind.to_owned(),
            sdp: whole.clone().unwrap_or_else(|| written.to_owned()),
        };
        if let Some(whole) = whole {
            value["sdp"] = Value::from(whole);
        }
        let place = match method {
            "setLocalDescription" => &mut self.local,
            "setRemoteDescription" => &mut self.remote,
            _ => &mut self.created,
        };
        let more = text
            .sdp
            .len()
            .saturating_sub(place.as_ref().map_or(0, |old| old.sdp.len()));
        if names.take(more) {
            *place = Some(text);
        }
    }
}

/// A description with the sections of another one where it leaves them out; nothing if it leaves out none that the other has.
fn filled(written: &str, base: &str) -> Option<String> {
    let left_out = |index: usize, section: &str| section == if index == 0 { "v=" } else { "m=" };
    if !sections(written)
        .enumerate()
        .any(|(index, section)| left_out(index, section))
    {
        return None;
    }
    let mut old = sections(base);
    let mut any = false;
    let mut whole = String::with_capacity(base.len());
    for (index, section) in sections(written).enumerate() {
        let old = old.next().filter(|_| left_out(index, section));
        any |= old.is_some();
        whole.push_str(old.unwrap_or(section));
        whole.push_str("\r\n");
    }
    any.then_some(whole)
}

/// The session part, and each media section, without the ends of their last lines.
fn sections(sdp: &str) -> impl Iterator<Item = &str> {
    let mut rest = Some(sdp);
    std::iter::from_fn(move || {
        let text = rest?;
        let end = text.find("\nm=");
        rest = end.map(|end| &text[end + 1..]);
        Some(text[..end.unwrap_or(text.len())].trim())
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    const HEAD: &str = "v=0\r\no=- 1 1 IN IP4 127.0.0.1\r\ns=-\r\nt=0 0";
    const AUDIO: &str = "m=audio 9 UDP/TLS/RTP/SAVPF 111\r\na=mid:0";
    const VIDEO: &str = "m=video 9 UDP/TLS/RTP/SAVPF 96\r\na=mid:1";

    fn sdp(sections: &[&str]) -> String {
        sections.join("\r\n") + "\r\n"
    }

    /// What becomes of descriptions, one after the other.
    fn restored(all: &[(&str, &str, &[&str])]) -> Vec<String> {
        let (mut before, mut names) = (Before::default(), Names::default());
        let each = all.iter().map(|(method, kind, sections)| {
            let mut value = json!({"type": kind, "sdp": sdp(sections)});
            before.restore(method, &mut value, &mut names);
            value["sdp"].as_str().unwrap().to_owned()
        });
        each.collect()
    }

    #[test]
    fn what_is_left_out_is_of_the_one_before() {
        let whole = sdp(&[HEAD, AUDIO, VIDEO]);
        let all = restored(&[
            ("createOfferOnSuccess", "offer", &[HEAD, AUDIO, VIDEO]),
            ("setLocalDescription", "offer", &["v=", "m=", "m="]),
            ("setRemoteDescription", "answer", &[HEAD, VIDEO]),
            ("createOfferOnSuccess", "offer", &["v=", "m=", VIDEO, AUDIO]),
            ("setLocalDescription", "offer", &["v=", "m=", "m=", AUDIO]),
            ("setRemoteDescription", "answer", &["v=", AUDIO]),
        ]);
        assert_eq!((&all[0], &all[1]), (&whole, &whole));
        assert_eq!(all[3], sdp(&[HEAD, AUDIO, VIDEO, AUDIO]));
        assert_eq!(all[4], all[3]);
        assert_eq!(all[5], sdp(&[HEAD, AUDIO]));
    }

    #[test]
    fn without_a_text_of_the_same_type_it_stays_as_it_is() {
        let all = restored(&[
            ("setLocalDescription", "offer", &["v=", "m="]),
            ("setRemoteDescription", "answer", &[HEAD, AUDIO]),
            ("setLocalDescription", "answer", &["v=", "m="]),
            ("setRemoteDescription", "answer", &["v=", "m=", "m="]),
            ("addIceCandidate", "answer", &["v=", "m="]),
        ]);
        let short = sdp(&["v=", "m="]);
        assert_eq!((&all[0], &all[2], &all[4]), (&short, &short, &short));
        assert_eq!(all[3], sdp(&[HEAD, AUDIO, "m="]));
    }

    #[test]
    fn a_few_octets_do_not_become_gigabytes() {
        let long = format!("{HEAD}\r\na=x:{}", "y".repeat(1 << 20));
        let (mut before, mut names) = (Before::default(), Names::default());
        let mut octets = 0;
        for index in 0..1000 {
            let head = if index == 0 { long.as_str() } else { "v=" };
            let mut value = json!({"type": "offer", "sdp": sdp(&[head, AUDIO])});
            before.restore("setRemoteDescription", &mut value, &mut names);
            octets += value["sdp"].as_str().unwrap().len();
        }
        assert!(octets < ROOM + (2 << 20), "{octets}");
    }
}
