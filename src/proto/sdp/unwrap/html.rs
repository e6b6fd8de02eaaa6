//! HTML: a description copied out of the source of a page, or saved with it.

use super::{Damage, DamageKind, Found, Wrapper, lift, position, search, type_by_role};

/// Names of entities that occur; numbers are read too.
const ENTITIES: [(&str, &str); 8] = [
    ("lt", "<"),
    ("gt", ">"),
    ("amp", "&"),
    ("quot", "\""),
    ("apos", "'"),
    ("nbsp", " "),
    ("NewLine", "\n"),
    ("equals", "="),
];

/// The descriptions in a text with tags or entities; `None` if it has none.
pub(super) fn find<'a>(text: &'a str, depth: usize) -> Option<Vec<Found<'a>>> {
    let first = first_mark(text)?;
    let plain = strip(text);
    let (line, column) = position(text, first);
    let inner = search(&plain, depth - 1);
    let mut found: Vec<Found<'a>> = lift(inner, Wrapper::Html, (line, column), "");
    if is_source(text) {
        // Headings of a page stand far from what they are about: the roles tell better what it is.
        for one in &mut found {
            one.kind = type_by_role(&one.sdp).or(one.kind);
        }
        return Some(found);
    }
    for one in &mut found {
        let mark = text[first..]
            .chars()
            .take_while(|c| !c.is_whitespace())
            .take(12)
            .collect::<String>();
        one.damage.push(Damage {
            kind: DamageKind::Html,
            line,
            column,
            // Where nothing but line ends is marked up, the lines of both are the same.
            sdp_line: if one.line == line && one.column == column {
                line.min(1)
            } else {
                0
            },
            what: format!("HTML in the text, first `{mark}`"),
        });
    }
    Some(found)
}

/// Whether the text is a page, or an element of one, saved as it is: what stands in it is rightly escaped.
fn is_source(text: &str) -> bool {
    let text = text.trim_start();
    let doctype = text
        .get(..9)
        .is_some_and(|start| start.eq_ignore_ascii_case("<!doctype"));
    doctype || text.starts_with("<!--") || (text.starts_with('<') && tag(text).is_some())
}

/// The first tag or entity.
fn first_mark(text: &str) -> Option<usize> {
    let bytes = text.as_bytes();
    memchr::memchr2_iter(b'<', b'&', bytes).find(|at| match bytes[*at] {
        b'<' => tag(&text[*at..]).is_some(),
        _ => entity(&text[*at..]).is_some(),
    })
}

/// A tag at the start of the text: its name in lower case, and its length.
fn tag(text: &str) -> Option<(String, usize)> {
    const NAMES: [&str; 26] = [
        "br", "p", "pre", "div", "span", "code", "textarea", "td", "tr", "table", "li", "ul", "html", "body", "head",
        "a", "b", "i", "font", "h1", "h2", "h3", "h4", "h5", "button", "em",
    ];
    let inner = text[1..].strip_prefix('/').unwrap_or(&text[1..]);
    let end = inner
        .bytes()
        .position(|octet| !octet.is_ascii_alphanumeric())
        .unwrap_or(inner.len());
    let name = inner[..end].to_ascii_lowercase();
    if !NAMES.contains(&name.as_str()) {
        return None;
    }
    // A tag ends on its own: what goes on for ever is none.
    let close = text.bytes().take(512).position(|octet| octet == b'>')?;
    Some((name, close + 1))
}

/// An entity at the start of the text: what it stands for, and its length.
fn entity(text: &str) -> Option<(String, usize)> {
    let end = text.bytes().take(12).position(|octet| octet == b';')?;
    let name = &text[1..end];
    let value = match name.strip_prefix('#') {
        Some(number) => {
            let code = match number.strip_prefix(['x', 'X']) {
                Some(hex) => u32::from_str_radix(hex, 16).ok()?,
                None => number.parse().ok()?,
            };
            char::from_u32(code)?.to_string()
        }
        None => ENTITIES.iter().find(|(known, _)| *known == name)?.1.to_owned(),
    };
    Some((value, end + 1))
}

/// The text without tags, with entities decoded. Tags that begin a line of their own become line ends, unless one is there.
fn strip(text: &str) -> String {
    let mut plain = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = memchr::memchr2(b'<', b'&', rest.as_bytes()) {
        plain.push_str(&rest[..at]);
        rest = &rest[at..];
        let used = if rest.starts_with('<') {
            tag(rest).map(|(name, length)| {
                let inline = matches!(name.as_str(), "span" | "a" | "b" | "i" | "em" | "font" | "code");
                let ended = rest[length..].starts_with(['\r', '\n']) && name == "br";
                if !inline && !ended && !plain.ends_with('\n') && !plain.is_empty() {
                    plain.push('\n');
                }
                length
            })
        } else {
            entity(rest).map(|(value, length)| {
                plain.push_str(&value);
                length
            })
        };
        let used = used.unwrap_or_else(|| {
            plain.push_str(&rest[..1]);
            1
        });
        rest = &rest[used..];
    }
    plain.push_str(rest);
    plain
}
