//! Line ends that became marks to look at: `↵` of the console of DevTools, `<CR><LF>` of loggers.

use super::{Damage, DamageKind, Found, Positions, Wrapper, lift, search};

/// The marks, the longest first.
const MARKS: [&str; 4] = ["<CR><LF>", "<CRLF>", "<LF>", "↵"];

/// The descriptions in a text with such marks.
pub(super) fn find<'a>(text: &str, depth: usize) -> Vec<Found<'a>> {
    let starts = |mark: &&str| {
        text.match_indices("v=0")
            .any(|(at, _)| text[at + 3..].starts_with(*mark))
    };
    let Some(mark) = MARKS.iter().find(|mark| starts(mark)) else {
        return Vec::new();
    };
    let places: Vec<usize> = text
        .match_indices("v=0")
        .map(|(at, _)| at)
        .filter(|at| text[at + 3..].starts_with(mark))
        .collect();
    // The line may have broken there, too.
    let mut plain = String::with_capacity(text.len());
    for (index, part) in text.split(mark).enumerate() {
        let part = match index {
            0 => part,
            _ => {
                plain.push_str("\r\n");
                part.strip_prefix("\r\n")
                    .or_else(|| part.strip_prefix('\n'))
                    .unwrap_or(part)
            }
        };
        plain.push_str(part);
    }
    let inner = search(&plain, depth - 1);
    let own = inner.len() == places.len();
    let mut found = Vec::new();
    let mut positions = Positions::new(text);
    for (index, one) in inner.into_iter().enumerate() {
        let at = positions.at(places[if own { index } else { 0 }]);
        for mut one in lift(vec![one], Wrapper::OneLine, at, "") {
            one.damage.push(Damage {
                kind: DamageKind::LineEndsLost,
                line: at.0,
                column: at.1 + 3,
                sdp_line: 1,
                what: format!("`{mark}` where line ends should be"),
            });
            found.push(one);
        }
    }
    found
}
