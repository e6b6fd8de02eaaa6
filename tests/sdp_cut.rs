//! Descriptions that break off, at every octet: what is missing behind the cut is not held against them, and a cut that can
//! be seen is named.

use std::collections::BTreeMap;
use std::path::Path;

use rtcdiag::check::sdp::{LintContext, judge};
use rtcdiag::proto::sdp::Description;
use rtcdiag::proto::sdp::unwrap::{DescriptionType, unwrap};
use rtcdiag::report::{Finding, Severity};

fn fixture(name: &str) -> String {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/sdp");
    std::fs::read_to_string(folder.join(name)).unwrap()
}

/// What is found in a text, as far as it is a description at all.
fn findings(text: &str, sdp_type: DescriptionType) -> Option<Vec<Finding>> {
    let found = unwrap(text).ok()?;
    let context = LintContext {
        sdp_type: Some(sdp_type),
        profile: None,
    };
    let description = Description::parse(&found[0].sdp);
    let mut findings = judge(&description, &found[0].damage, &context);
    findings.retain(|finding| finding.severity > Severity::Info);
    Some(findings)
}

/// What may be said where the text ends with a whole line: nothing tells that it was cut there.
const AT_LINE_END: [&str; 14] = [
    "sdp-bundle-payload-type-parameters-differ",
    "sdp-candidates-missing",
    "sdp-connection-missing",
    "sdp-fingerprint-missing",
    "sdp-group-unknown-mid",
    "sdp-ice-credentials-missing",
    "sdp-mid-missing",
    "sdp-missing-origin",
    "sdp-missing-session-name",
    "sdp-missing-timing",
    "sdp-rtcp-mux-missing",
    "sdp-rtpmap-missing",
    "sdp-rtx-without-apt",
    "sdp-ssrc-group-undeclared-ssrc",
];
const MORE_AT_LINE_END: [&str; 3] = [
    "sdp-setup-missing",
    "sdp-sctp-port-missing",
    "sdp-simulcast-undefined-rid",
];

#[test]
fn every_cut_of_an_offer_and_of_an_answer() {
    use DescriptionType::{Answer, Offer};
    let mut unnamed: BTreeMap<String, usize> = BTreeMap::new();
    let (mut inside, mut named, mut wrong) = (0, 0, Vec::new());
    for (name, sdp_type) in [
        ("chromium156-av-data-offer.sdp", Offer),
        ("chromium156-av-data-answer.sdp", Answer),
        ("chromium156-simulcast-offer.sdp", Offer),
        ("firefox153-av-data-offer.sdp", Offer),
        ("firefox153-simulcast-offer.sdp", Offer),
    ] {
        let text = fixture(name);
        assert_eq!(findings(&text, sdp_type), Some(Vec::new()), "{name} as it is");
        // The first one at every octet, the others here and there: a debug build takes its time.
        let step = if name == "chromium156-av-data-offer.sdp" { 1 } else { 7 };
        for length in (0..text.len())
            .step_by(step)
            .filter(|length| text.is_char_boundary(*length))
        {
            let cut = &text[..length];
            let Some(findings) = findings(cut, sdp_type) else {
                assert!(length < 3, "no description in {cut:?}");
                continue;
            };
            let codes: Vec<&str> = findings.iter().map(|finding| finding.code.as_str()).collect();
            let last = cut.lines().next_back().unwrap_or("");
            if cut.ends_with("\r\n") {
                let known = |code: &&str| AT_LINE_END.contains(code) || MORE_AT_LINE_END.contains(code);
                assert!(codes.iter().all(known), "{name} cut after {last:?}: {codes:?}");
                continue;
            }
            inside += 1;
            match codes[..] {
                ["sdp-truncated"] => named += 1,
                // The last `a=rtpmap` of Firefox is whole when it is `rtx/9`; `a=setup` comes after it.
                ["sdp-last-line-unterminated"] | ["sdp-setup-missing", "sdp-last-line-unterminated"] => {
                    *unnamed.entry(format!("{name}: {last}")).or_default() += 1
                }
                _ => wrong.push(format!("{name} cut within {last:?}: {codes:?}")),
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    let unnamed: Vec<&String> = unnamed.keys().collect();
    assert!(
        named * 100 >= inside * 98,
        "{named} of {inside} are named, not {unnamed:#?}"
    );
}

#[test]
fn a_cut_has_its_place() {
    let text = fixture("chromium156-av-data-offer.sdp");
    let at = text.find("a=candidate").unwrap();
    let findings = findings(&text[..at + 20], DescriptionType::Offer).unwrap();
    let [finding] = &findings[..] else {
        panic!("{findings:#?}")
    };
    assert_eq!(
        (finding.code.as_str(), finding.severity),
        ("sdp-truncated", Severity::Error)
    );
    let fact = &finding.evidence[0];
    let line = text[..at].lines().count() as u64 + 1;
    assert_eq!((fact.line, fact.column), (Some(line), Some(21)));
}

/// Copying loses the last line end; that alone is no cut, and what is wrong besides is still said.
#[test]
fn an_open_last_line_that_is_whole_is_no_cut() {
    let text = fixture("chromium156-av-data-offer.sdp");
    let codes = |text: &str| -> Vec<String> {
        let all = findings(text, DescriptionType::Offer).unwrap();
        all.into_iter().map(|finding| finding.code).collect()
    };
    assert_eq!(codes(text.trim_end()), ["sdp-last-line-unterminated"]);
    let without = text.replace("a=fingerprint", "a=no-fingerprint");
    assert!(codes(without.trim_end()).contains(&"sdp-fingerprint-missing".to_owned()));
    // The parameters of an earlier section again, as they are.
    let twice =
        format!("{text}m=video 9 UDP/TLS/RTP/SAVPF 96\r\na=mid:9\r\na=rtpmap:96 H264/90000\r\na=fmtp:96 a=1\r\n");
    let twice = twice.replace("BUNDLE 0 1 2", "BUNDLE 0 1 2 9");
    assert!(
        !codes(
            twice
                .replace("a=fmtp:96 a=1\r\n", "a=fmtp:96 a=1\r\na=fmtp:96 a=1")
                .as_str()
        )
        .contains(&"sdp-truncated".to_owned())
    );
    let misnamed = text.replace("a=group:BUNDLE 0 1 2", "a=group:BUNDLE a b c");
    assert!(codes(misnamed.trim_end()).contains(&"sdp-group-unknown-mid".to_owned()));
    let junk = format!("{text}that was it");
    assert!(!codes(&junk).contains(&"sdp-truncated".to_owned()));
}

/// The same code for all wrappings.
#[test]
fn json_that_is_cut_is_named_once_and_misses_nothing() {
    let sdp = fixture("chromium156-av-data-offer.sdp");
    let text = serde_json::json!({"type": "offer", "sdp": sdp}).to_string();
    for length in (text.find("a=group").unwrap()..text.len() - 2).step_by(7) {
        let findings = findings(&text[..length], DescriptionType::Offer).unwrap();
        let codes: Vec<&str> = findings.iter().map(|finding| finding.code.as_str()).collect();
        assert_eq!(codes, ["sdp-truncated"], "{}", &text[length - 30..length]);
    }
}
