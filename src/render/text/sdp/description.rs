//! The head of a description: what it is, who made it, and what is below the media.

use std::collections::{BTreeSet, HashSet};
use std::io::{self, Write};

use super::{Paint, Style, field};
use crate::render::units;
use crate::report::sdp::{Description, Effective};

/// So many names of m-lines are listed.
const MIDS: usize = 60;

/// `again` are the numbers of those with the same text.
pub(super) fn write_head(
    description: &Description,
    numbered: bool,
    again: &[String],
    style: &Style,
    out: &mut dyn Write,
) -> io::Result<()> {
    let kind = description.kind.as_deref().unwrap_or("description");
    let number = match numbered {
        true => format!("{}. ", description.input.number),
        false => String::new(),
    };
    let title = format!("{number}{kind} ");
    let about = format!("({})", about(description).join(", "));
    super::heading(&title, Paint::Bold, &about, style, out)?;
    field("again as", &again.join(", "), style, out)?;
    field("made by", &made_by(description), style, out)?;
    if let Some(origin) = &description.session.origin {
        let text = format!("{} version {}", origin.session_id, origin.session_version);
        field("session", &text, style, out)?;
    }
    field("media", &media(description), style, out)?;
    for (mids, transport) in bundles(description) {
        field(
            "BUNDLE",
            &format!("{mids}, over the transport of {transport}"),
            style,
            out,
        )?;
    }
    field("ICE", &ice(description), style, out)?;
    field("DTLS", &dtls(description), style, out)
}

fn about(description: &Description) -> Vec<String> {
    let input = &description.input;
    let mut about = Vec::new();
    if !input.file.is_empty() && input.file != "-" {
        about.push(input.file.clone());
    }
    about.push(match input.place.as_deref() {
        Some(place) => format!("{} at {place}", input.wrapper),
        None => input.wrapper.clone(),
    });
    about.extend(input.label.clone());
    about.extend(input.connection.as_ref().map(|name| format!("peer connection {name}")));
    about.push(units::count(input.lines, "line"));
    about
}

fn made_by(description: &Description) -> String {
    let Some(maker) = &description.made_by else {
        return String::new();
    };
    let version = maker
        .version
        .as_deref()
        .map_or(String::new(), |version| format!(" {version}"));
    match maker.certain {
        true => format!("{}{version} ({})", maker.name, maker.clues.join("; ")),
        false => format!("{}{version}, by its habits", maker.name),
    }
}

/// `2 audio, 1 video, 1 rejected`.
fn media(description: &Description) -> String {
    let mut kinds: Vec<(&str, usize)> = Vec::new();
    for media in &description.media {
        let kind = if media.rejected {
            "rejected"
        } else {
            media.kind.as_str()
        };
        match kinds.iter().position(|(name, _)| *name == kind) {
            Some(at) => kinds[at].1 += 1,
            None if kinds.len() < 20 => kinds.push((kind, 1)),
            None => {}
        }
    }
    let list: Vec<String> = kinds.iter().map(|(kind, count)| format!("{count} {kind}")).collect();
    match list.is_empty() {
        true => "none".to_owned(),
        false => list.join(", "),
    }
}

/// The names of each BUNDLE group, and the name of the m-line whose transport it uses.
fn bundles(description: &Description) -> Vec<(String, String)> {
    let groups = description.session.bundle.iter().take(20);
    groups
        .map(|mids| {
            let names: HashSet<&String> = mids.iter().collect();
            let member = description
                .effective
                .iter()
                .find(|media| media.bundled && media.mid.as_ref().is_some_and(|mid| names.contains(mid)));
            let transport = member.and_then(|member| description.media.get(member.transport));
            let name = transport.and_then(|media| media.mid.clone());
            let mut list: Vec<String> = mids.iter().take(MIDS).cloned().collect();
            list.extend(super::more(mids.len(), MIDS));
            (list.join(" "), name.unwrap_or_else(|| "none of them".to_owned()))
        })
        .collect()
}

/// The m-lines that have a transport of their own.
fn transports(description: &Description) -> Vec<&Effective> {
    let own = |media: &&Effective| media.transport == media.index;
    let live = |media: &&Effective| description.media.get(media.index).is_some_and(|media| !media.rejected);
    description.effective.iter().filter(own).filter(live).collect()
}

fn ice(description: &Description) -> String {
    let transports = transports(description);
    let ufrags: BTreeSet<&str> = transports
        .iter()
        .filter_map(|media| media.ice_ufrag.as_deref())
        .collect();
    if ufrags.is_empty() {
        return if description.media.is_empty() {
            String::new()
        } else {
            "none".to_owned()
        };
    }
    let mut parts = vec![if description.session.ice_lite { "lite" } else { "full" }.to_owned()];
    let options: BTreeSet<&str> = transports
        .iter()
        .flat_map(|media| &media.ice_options)
        .map(String::as_str)
        .collect();
    parts.extend(options.iter().take(10).map(|option| (*option).to_owned()));
    let shown: Vec<&str> = ufrags.iter().take(5).copied().collect();
    parts.push(format!("ufrag {}", shown.join(", ")));
    let candidates = description.media.iter().map(|media| media.candidates.len()).sum();
    parts.push(units::count(candidates, "candidate"));
    if description.media.iter().any(|media| media.end_of_candidates) {
        parts.push("no more to come".to_owned());
    }
    parts.join(", ")
}

fn dtls(description: &Description) -> String {
    let transports = transports(description);
    let setups: BTreeSet<&str> = transports.iter().filter_map(|media| media.setup.as_deref()).collect();
    let hashes: BTreeSet<&str> = transports
        .iter()
        .flat_map(|media| &media.fingerprints)
        .map(|fingerprint| fingerprint.hash.as_str())
        .collect();
    let mut parts: Vec<String> = setups.iter().map(|setup| role(setup)).collect();
    if !hashes.is_empty() {
        let list: Vec<&str> = hashes.iter().take(5).copied().collect();
        parts.push(format!("certificate by {}", list.join(", ")));
    }
    if description.media.iter().any(|media| !media.crypto.is_empty()) {
        parts.push("SDES keys".to_owned());
    }
    parts.join(", ")
}

fn role(setup: &str) -> String {
    let meaning = match setup {
        "actpass" => "the answer chooses",
        "active" => "starts the handshake",
        "passive" => "waits for the handshake",
        _ => return setup.to_owned(),
    };
    format!("{setup} ({meaning})")
}
