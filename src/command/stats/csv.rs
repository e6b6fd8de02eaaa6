//! `--csv`: series as comma-separated values (RFC 4180), one value a line.

use std::fmt::Write;

use super::id_text;
use crate::stats::{Dump, Sample};

/// The columns.
pub const HEAD: &str = "file,peer_connection,time_s,type,id,member,value\r\n";

/// Adds the lines of a dump: every value of the members that one of the patterns takes.
pub fn write(dump: &Dump, file: &str, chosen: &[usize], start: Option<f64>, select: &[String], out: &mut String) {
    let names = &dump.names;
    for pc in chosen.iter().filter_map(|index| dump.peer_connections.get(*index)) {
        for object in &pc.stats {
            let kind = object.kind(names).unwrap_or_default();
            for series in object.members() {
                let member = series.name(names);
                let path = format!("{kind}.{}.{member}", object.id);
                if !select.is_empty() && !select.iter().any(|pattern| matches(pattern, &path)) {
                    continue;
                }
                let head = format!("{},{},", quoted(file), quoted(&id_text(&pc.id)));
                let tail = format!("{},{},{}", quoted(kind), quoted(&object.id), quoted(member));
                for (at, sample) in series.points() {
                    let value = match sample {
                        Sample::Absent | Sample::Null | Sample::Other => String::new(),
                        Sample::Bool(value) => value.to_string(),
                        Sample::Decimal(decimal) | Sample::Quoted(decimal) => decimal.to_string(),
                        Sample::Float(number) => number.to_string(),
                        Sample::Text(text) => quoted(names.text(text)),
                    };
                    let seconds = super::view::r6((at - start.unwrap_or(0.0)) / 1000.0);
                    let _ = write!(out, "{head}{seconds},{tail},{value}\r\n");
                }
            }
        }
    }
}

/// A field. What steers a terminal is written as an escape.
fn quoted(text: &str) -> String {
    let clean: String = text
        .chars()
        .flat_map(|c| {
            if c.is_control() {
                c.escape_default().collect::<Vec<_>>()
            } else {
                vec![c]
            }
        })
        .collect();
    match clean.contains([',', '"']) {
        true => format!("\"{}\"", clean.replace('"', "\"\"")),
        false => clean,
    }
}

/// Whether a pattern takes a text: `*` is any number of characters, `?` is one. A pattern without dots is that of a member.
pub fn matches(pattern: &str, text: &str) -> bool {
    let member = || text.rsplit('.').next().unwrap_or_default();
    if pattern.contains('.') {
        glob(pattern, text)
    } else {
        glob(pattern, member())
    }
}

/// Goes back to the last `*` only, so that no pattern takes longer than its length times that of the text.
fn glob(pattern: &str, text: &str) -> bool {
    let (pattern, text): (Vec<char>, Vec<char>) = (pattern.chars().collect(), text.chars().collect());
    let (mut p, mut t) = (0, 0);
    let mut back: Option<(usize, usize)> = None;
    while t < text.len() {
        match pattern.get(p) {
            Some('*') => {
                back = Some((p, t));
                p += 1;
            }
            Some(c) if *c == '?' || *c == text[t] => {
                p += 1;
                t += 1;
            }
            _ => match back {
                Some((star, from)) => {
                    back = Some((star, from + 1));
                    (p, t) = (star + 1, from + 1);
                }
                None => return false,
            },
        }
    }
    pattern[p..].iter().all(|c| *c == '*')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn patterns() {
        let path = "inbound-rtp.IT01V3526.packetsLost";
        for pattern in [
            "inbound-rtp.*.packetsLost",
            "*.packets*",
            "packetsLost",
            "packets????",
            "*",
            "*.IT01V*.*",
        ] {
            assert!(matches(pattern, path), "{pattern}");
        }
        for pattern in [
            "outbound-rtp.*.packetsLost",
            "packets",
            "*.packetsLos",
            "inbound-rtp",
            "",
        ] {
            assert!(!matches(pattern, path), "{pattern}");
        }
        // No pattern takes long.
        assert!(!matches(&"*a".repeat(500), &format!("{}b", "a".repeat(5000))));
    }

    #[test]
    fn fields() {
        assert_eq!(quoted("a,\"b\"\u{1b}[31m\n"), "\"a,\"\"b\"\"\\u{1b}[31m\\n\"");
        assert_eq!(quoted("plain"), "plain");
    }

    #[test]
    fn lines_of_a_report() {
        let text = r#"[{"id":"a","type":"inbound-rtp","timestamp":1000,"packetsLost":3,"kind":"audio"}]"#;
        let dump = crate::stats::read(text.as_bytes()).unwrap();
        let mut out = String::new();
        write(&dump, "f", &[0], dump.start(), &["*.packetsLost".to_owned()], &mut out);
        assert_eq!(out, "f,0,0,inbound-rtp,a,packetsLost,3\r\n");
    }
}
