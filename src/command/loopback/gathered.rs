//! [`gathered`]: a description as it would have been if the application had waited for its candidates. As it was passed on, before there
//! were any, it stands in the report.

use crate::report::loopback::{Event, SessionDescription};

/// The first description of an end with the candidates that its events tell were gathered for it. They go into the first section, on which
/// everything is bundled (RFC 8843 §7.2).
pub fn gathered(description: &SessionDescription, events: &[Event]) -> SessionDescription {
    let SessionDescription { kind, sdp } = description.clone();
    let end = match sdp.match_indices("\r\nm=").nth(1) {
        Some((at, _)) => at + 2,
        None => sdp.len(),
    };
    let lines = lines(events).into_iter();
    let new: String = lines.filter(|line| !sdp.contains(line.as_str())).collect();
    let sdp = match sdp.contains("\r\nm=") {
        true => format!("{}{new}{}", &sdp[..end], &sdp[end..]),
        false => sdp,
    };
    SessionDescription { kind, sdp }
}

/// The candidate-attributes of the first time that candidates were gathered, and the end-of-candidates if it came to that.
fn lines(events: &[Event]) -> Vec<String> {
    let begins = |event: &Event| event.event == "icegatheringstatechange" && event.value == "gathering";
    let mut lines = Vec::new();
    let mut generation = 0;
    for event in events {
        generation += u32::from(begins(event));
        if generation == 1 && event.event == "icecandidate" {
            let attribute = event.value["candidate"].as_str().unwrap_or("end-of-candidates");
            lines.push(format!("a={attribute}\r\n"));
        }
    }
    lines
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::{Value, json};

    fn description(sdp: &str) -> SessionDescription {
        SessionDescription {
            kind: "offer".to_owned(),
            sdp: sdp.to_owned(),
        }
    }

    #[test]
    fn candidates_of_the_first_generation_go_into_the_first_section() {
        let event = |event: &str, value: Value| Event {
            at_ms: 0.0,
            event: event.to_owned(),
            value,
        };
        let line = |port| format!("candidate:1 1 udp 1 192.0.2.1 {port} typ host");
        let events = [
            event("icegatheringstatechange", "gathering".into()),
            event("icecandidate", json!({ "candidate": line(1) })),
            event("icecandidate", Value::Null),
            event("icegatheringstatechange", "complete".into()),
            // A restart.
            event("icegatheringstatechange", "gathering".into()),
            event("icecandidate", json!({ "candidate": line(2) })),
        ];
        let sdp = "v=0\r\nm=audio 9\r\na=mid:0\r\nm=video 9\r\na=mid:1\r\n";
        let with = format!("a=mid:0\r\na={}\r\na=end-of-candidates\r\n", line(1));
        let wanted = description(&sdp.replace("a=mid:0\r\n", &with));
        assert_eq!(gathered(&description(sdp), &events), wanted);
        // None is written twice, and none where there is no section.
        assert_eq!(gathered(&wanted, &events), wanted);
        assert_eq!(gathered(&description("v=0\r\n"), &events), description("v=0\r\n"));
        assert_eq!(gathered(&description(sdp), &[]), description(sdp));
        let one = "v=0\r\nm=audio 9\r\na=mid:0\r\n";
        assert_eq!(
            gathered(&description(one), &events),
            description(&one.replace("a=mid:0\r\n", &with))
        );
    }
}
