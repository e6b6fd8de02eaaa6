//! What `setRemoteDescription` of Chromium and Firefox says to the descriptions of the table, beside what we say: recorded
//! in `fixtures/sdp/mutations.tsv`, and asked again where these browsers are.
//!
//! With `RTCDIAG_BLESS=1` the file is written anew.

mod support;

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use rtcdiag::check::sdp::{CHROMIUM, FIREFOX, refusal};
use support::browser::{Kind, run_in};
use support::peer::{Peer, need};
use support::sdp_mutations::{Base, Mutation, all};

/// A line of the file.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Row {
    key: String,
    codes: String,
    /// What Chromium says: `accepts`, `-` for not asked, or its message.
    chromium: String,
    /// What Firefox says.
    firefox: String,
}

fn file() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/sdp/mutations.tsv")
}

fn recorded() -> Vec<Row> {
    let text = std::fs::read_to_string(file()).unwrap_or_default();
    let lines = text.lines().filter(|line| !line.starts_with('#'));
    lines
        .map(|line| {
            let mut cells = line.split('\t').map(str::to_owned);
            let mut next = || cells.next().unwrap_or_default();
            Row {
                key: next(),
                codes: next(),
                chromium: next(),
                firefox: next(),
            }
        })
        .collect()
}

fn key(mutation: &Mutation) -> String {
    format!("{}/{}", mutation.base.name(), mutation.name)
}

/// Whether a browser can be asked: answers have to be for an offer that it made, of which the directions can be chosen.
/// The answers of the table are for Chromium's payload types.
fn can_be_asked(kind: Kind, mutation: &Mutation) -> bool {
    let answer = matches!(mutation.base, Base::Answer | Base::SimulcastAnswer);
    (mutation.before.is_empty() || offer_direction(mutation).is_some()) && !(answer && kind == Kind::Firefox)
}

/// The direction of the audio that is offered, where it is not sendrecv.
fn offer_direction(mutation: &Mutation) -> Option<&'static str> {
    match mutation.before {
        [("a=sendrecv", to)] => to.strip_prefix("a="),
        _ => None,
    }
}

/// The message without the words around it and without what changes from case to case.
fn class(message: &str, description: &str) -> String {
    let mut text = message;
    for start in [
        "OperationError: ",
        "InvalidAccessError: ",
        "TypeError: ",
        "Failed to execute 'setRemoteDescription' on 'RTCPeerConnection': ",
        "Failed to parse SessionDescription. ",
        "Failed to set remote offer sdp: ",
        "Failed to set remote answer sdp: ",
    ] {
        text = text.strip_prefix(start).unwrap_or(text);
    }
    // What it quotes of the description is not its own: a line, and where it sees no line ends the whole.
    let whole = std::iter::once(description.trim_end()).chain(description.lines());
    let quoted = whole
        .filter(|quoted| !quoted.is_empty() && text.starts_with(quoted))
        .max_by_key(|quoted| quoted.len());
    let own = quoted.map_or(text, |quoted| &text[quoted.len()..]);
    // Firefox tells its warnings first, and what is fatal last; Chromium in which section it was.
    let own = match own.strip_prefix("SIPCC Failed to parse SDP: ") {
        Some(list) => list.rsplit("SDP Parse Error on line ").next().unwrap_or(list),
        None => own,
    };
    let own = own.trim_start_matches(|c: char| c.is_ascii_digit() || c == ':' || c == ' ');
    let own = match own.strip_prefix("Failed to apply the description for m= section with mid=") {
        Some(rest) => rest.split_once("': ").map_or(rest, |(_, own)| own),
        None => own,
    };
    let text = own.replace(['\t', '\r', '\n'], " ");
    match text.trim() {
        "" => "refuses".to_owned(),
        text => text.to_owned(),
    }
}

const SCRIPT: &str = r"
    const verdicts = {version: navigator.userAgent.match(/(Chrome|Firefox)\/(\d+)/)?.[2]};
    for (const one of cases) {
      const pc = new RTCPeerConnection();
      try {
        if (one.base === 'answer') {
          pc.addTransceiver('audio', {direction: one.direction ?? 'sendrecv'});
          pc.addTransceiver('video');
          pc.createDataChannel('x');
          await pc.setLocalDescription(await pc.createOffer());
          await pc.setRemoteDescription({type: 'answer', sdp: one.text});
        } else if (one.base === 'simulcast-answer') {
          const sendEncodings = [{rid: 'q', scaleResolutionDownBy: 4}, {rid: 'h', scaleResolutionDownBy: 2}, {rid: 'f'}];
          pc.addTransceiver('video', {direction: 'sendonly', sendEncodings});
          await pc.setLocalDescription(await pc.createOffer());
          await pc.setRemoteDescription({type: 'answer', sdp: one.text});
        } else {
          if (one.before !== null) {
            await pc.setRemoteDescription({type: 'offer', sdp: one.before});
            await pc.setLocalDescription(await pc.createAnswer());
          }
          await pc.setRemoteDescription({type: 'offer', sdp: one.text});
        }
        verdicts[one.key] = 'accepts';
      } catch (error) { verdicts[one.key] = String(error); }
      pc.close();
    }
    return verdicts;
";

fn ask(kind: Kind, table: &[Mutation]) -> Result<(String, BTreeMap<String, String>), String> {
    let cases: Vec<serde_json::Value> = table
        .iter()
        .filter(|mutation| can_be_asked(kind, mutation))
        .map(|mutation| {
            let before = (mutation.base == Base::Reoffer).then(|| mutation.text_before());
            serde_json::json!({
                "key": key(mutation), "base": mutation.base.name(), "text": mutation.text(), "before": before,
                "direction": offer_direction(mutation),
            })
        })
        .collect();
    let json = serde_json::to_string(&cases).map_err(|error| error.to_string())?;
    // `</script>` can't stand in it, and these can't stand in a script of old.
    let json = json.replace('<', "\\u003c").replace('\u{2028}', "\\u2028");
    let value = run_in(kind, &format!("const cases = {json};{SCRIPT}"))?;
    let mut verdicts: BTreeMap<String, String> = serde_json::from_value(value).map_err(|error| error.to_string())?;
    let version = verdicts.remove("version").unwrap_or_default();
    Ok((version, verdicts))
}

/// The words of a verdict for each row of the table.
fn words(table: &[Mutation], verdicts: &BTreeMap<String, String>) -> Vec<String> {
    let word = |mutation: &Mutation| match verdicts.get(&key(mutation)) {
        None => "-".to_owned(),
        Some(said) => class(said, &mutation.text()),
    };
    table.iter().map(word).collect()
}

/// Holds the verdicts of a browser against the file.
fn compare(kind: Kind, peer: Peer, name: &str, column: fn(&Row) -> &str) {
    let table = all();
    let Some((version, verdicts)) = need(peer, ask(kind, &table)) else {
        return;
    };
    if !name.ends_with(&format!(" {version}")) {
        eprintln!("SKIPPED: the verdicts are those of {name}, and this is version {version}");
        return;
    }
    let known = recorded();
    for (said, mutation) in words(&table, &verdicts).iter().zip(&table) {
        let row = known.iter().find(|row| row.key == key(mutation));
        let told = "RTCDIAG_BLESS=1 writes the file anew";
        assert_eq!(row.map(column), Some(said.as_str()), "{}: {told}", key(mutation));
    }
}

#[test]
fn chromium_says_what_is_recorded() {
    compare(Kind::Chromium, Peer::Chromium, CHROMIUM, |row| &row.chromium);
}

#[test]
fn firefox_says_what_is_recorded() {
    compare(Kind::Firefox, Peer::Firefox, FIREFOX, |row| &row.firefox);
}

/// `RTCDIAG_BLESS=1 cargo test --test sdp_browsers -- --ignored` writes the file; both browsers are needed.
#[test]
#[ignore = "writes the file"]
fn bless() {
    if std::env::var_os("RTCDIAG_BLESS").is_none() {
        return;
    }
    let table = all();
    let (chromium, of_chromium) = ask(Kind::Chromium, &table).expect("Chromium");
    let (firefox, of_firefox) = ask(Kind::Firefox, &table).expect("Firefox");
    let mut text = format!(
        "# What setRemoteDescription of Chromium {chromium} and Firefox {firefox} says to each description of\n\
         # tests/support/sdp_mutations.rs, beside our codes; `-`: not asked. tests/sdp_browsers.rs says how it is written.\n"
    );
    let said = words(&table, &of_chromium).into_iter().zip(words(&table, &of_firefox));
    for (mutation, (chromium, firefox)) in table.iter().zip(said) {
        let codes = mutation.codes.join(" ");
        text.push_str(&format!("{}\t{codes}\t{chromium}\t{firefox}\n", key(mutation)));
    }
    std::fs::write(file(), text).expect("the file");
}

/// Whether a message begins like a text with `…` for what may differ.
fn is_like(message: &str, text: &str) -> bool {
    let mut parts = text.split('…').map(str::trim);
    let Some(mut rest) = message.strip_prefix(parts.next().unwrap_or("")) else {
        return false;
    };
    parts.all(|part| match rest.split_once(part) {
        Some((_, after)) => {
            rest = after;
            true
        }
        None => false,
    })
}

/// The file has every row of the table, and the program says of each code what the file says: a browser refuses it, if
/// it refused every description with this defect alone.
#[test]
fn the_program_says_what_is_recorded() {
    let rows = recorded();
    let keys: Vec<&str> = rows.iter().map(|row| row.key.as_str()).collect();
    let table = all();
    assert_eq!(keys, table.iter().map(key).collect::<Vec<_>>());
    for (row, mutation) in rows.iter().zip(&table) {
        assert_eq!(row.codes, mutation.codes.join(" "), "{}", row.key);
        if row.codes.is_empty() {
            assert!(matches!(row.chromium.as_str(), "accepts" | "-"), "{row:?}");
            assert!(matches!(row.firefox.as_str(), "accepts" | "-"), "{row:?}");
        }
    }
    let codes: BTreeSet<&str> = table.iter().flat_map(|mutation| mutation.codes).copied().collect();
    let mut wrong = Vec::new();
    for code in codes {
        let ours = refusal(code);
        let of_code = || rows.iter().filter(|row| row.codes == code);
        let chromium: Vec<&str> = of_code().map(|row| row.chromium.as_str()).collect();
        let firefox: Vec<&str> = of_code().map(|row| row.firefox.as_str()).collect();
        for (name, mut verdicts, ours) in [
            ("chromium", chromium, ours.and_then(|refusal| refusal.chromium)),
            ("firefox", firefox, ours.and_then(|refusal| refusal.firefox)),
        ] {
            verdicts.retain(|verdict| *verdict != "-");
            let refused = !verdicts.is_empty() && !verdicts.contains(&"accepts");
            let right = match ours {
                None => !refused,
                Some(said) => refused && verdicts.iter().any(|verdict| is_like(verdict, said)),
            };
            if !right {
                wrong.push(format!("{code}: {name}: {ours:?}, and recorded is {verdicts:?}"));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
