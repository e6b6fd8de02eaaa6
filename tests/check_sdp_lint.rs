//! Every rule about session descriptions: a table of descriptions with one defect each, and the codes that must fire.

mod support;

use std::collections::BTreeSet;

use rtcdiag::check::catalog::sdp_lint;
use rtcdiag::check::sdp::negotiate::negotiate;
use rtcdiag::check::sdp::{
    CHROMIUM, FIREFOX, FIRST, LintContext, Profile, SECOND, judge, lint, lint_negotiated, lint_pair, lint_reoffer,
};
use rtcdiag::proto::sdp::Description;
use rtcdiag::proto::sdp::unwrap::DescriptionType;
use rtcdiag::report::Severity;
use support::sdp_mutations::{Base, all, findings};

#[test]
fn each_defect_fires_its_rule_and_no_other() {
    let mut wrong = Vec::new();
    for mutation in all() {
        let wanted: BTreeSet<String> = mutation.codes.iter().map(|code| (*code).to_owned()).collect();
        let fired = mutation.new_codes();
        if fired != wanted {
            wrong.push(format!(
                "{} {}: {fired:?}, not {wanted:?}",
                mutation.base.name(),
                mutation.name
            ));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn every_rule_has_a_defect_that_fires_it() {
    let table = all();
    let fired: BTreeSet<&str> = table.iter().flat_map(|mutation| mutation.codes).copied().collect();
    let missing: Vec<&str> = sdp_lint::ALL
        .iter()
        .map(|entry| entry.code)
        .filter(|code| !fired.contains(code))
        .collect();
    assert!(missing.is_empty(), "{missing:?}");
}

#[test]
fn findings_have_lines_and_the_text_on_them() {
    for mutation in all() {
        let text = mutation.text();
        let before = mutation.text_before().unwrap_or_default();
        let (earlier, description) = (Description::parse(&before), Description::parse(&text));
        for finding in findings(mutation.base, &text, mutation.text_before().as_deref()) {
            assert!(!finding.evidence.is_empty(), "{}: {finding:?}", mutation.name);
            assert!(finding.summary.ends_with(['.', '"']), "{}", finding.summary);
            for evidence in &finding.evidence {
                let number = evidence.line.expect("a line") as usize;
                // Description 1 is the one before, 2 the mutated one; what is about one alone names none.
                let own = if evidence.description == Some(FIRST) {
                    &earlier
                } else {
                    &description
                };
                let line = own.line(number).map(|line| line.text.to_owned());
                assert!(
                    evidence.value == line || line.is_some_and(|line| line.len() > 400),
                    "{}: {finding:?}",
                    mutation.name
                );
            }
        }
    }
}

/// Findings about two descriptions say of each line which of them it is of.
#[test]
fn lines_of_pairs_know_their_description() {
    for mutation in all() {
        let Some(before) = mutation.text_before() else { continue };
        let text = mutation.text();
        let (one, other) = (Description::parse(&before), Description::parse(&text));
        let found = match mutation.base {
            Base::Reoffer => lint_reoffer(&one, &other, &LintContext::default()),
            _ => lint_pair(&one, &other, &LintContext::default()),
        };
        let lines = |found: &[rtcdiag::report::Finding]| -> Vec<Option<u64>> {
            let facts = found.iter().flat_map(|finding| &finding.evidence);
            facts
                .filter(|fact| fact.line.is_some())
                .map(|fact| fact.description)
                .collect()
        };
        let own = lines(&found);
        assert!(
            own.iter().all(|which| matches!(which, Some(FIRST | SECOND))),
            "{}: {found:#?}",
            mutation.name
        );
    }
}

/// What the negotiation says cannot work has a finding that is an error or a warning, whatever the two are.
#[test]
fn what_cannot_work_has_a_finding() {
    const SETUPS: [&str; 6] = ["actpass", "active", "passive", "holdconn", "any", ""];
    const PRINTS: [&str; 2] = [
        "a=fingerprint:sha-256 AB:AB:AB:AB:AB:AB:AB:AB:AB:AB:AB:AB:AB:AB:AB:AB:AB:AB:AB:AB:AB:AB:AB:AB:AB:AB:AB:AB:AB:AB:AB:AB\r\n",
        "",
    ];
    let text = |kind: &str, protocol: &str, setup: &str, print: &str, map: &str, bundle: bool| {
        let setup = if setup.is_empty() {
            String::new()
        } else {
            format!("a=setup:{setup}\r\n")
        };
        let group = if bundle { "a=group:BUNDLE 0\r\n" } else { "" };
        format!(
            "v=0\r\no=- 1 1 IN IP4 192.0.2.1\r\ns=-\r\nc=IN IP4 192.0.2.1\r\nt=0 0\r\n{group}m={kind} 9 {protocol} 96\r\na=mid:0\r\n\
             a=rtcp-mux\r\n{setup}{print}a=rtpmap:96 {map}\r\n"
        )
    };
    let sides = || {
        SETUPS
            .iter()
            .flat_map(|setup| PRINTS.iter().map(move |print| (setup, print)))
            .flat_map(|(setup, print)| {
                ["UDP/TLS/RTP/SAVPF", "RTP/SAVPF", "RTP/AVP"]
                    .iter()
                    .map(move |protocol| (setup, print, protocol))
            })
    };
    let codes = |found: &[rtcdiag::report::Finding]| -> Vec<String> {
        let grave = found.iter().filter(|finding| finding.severity > Severity::Info);
        grave.map(|finding| finding.code.clone()).collect()
    };
    for (setup, print, protocol) in sides() {
        for (other_setup, other_print, other_protocol) in sides() {
            for (kind, map, bundle) in [
                ("video", "VP8/90000", true),
                ("video", "VP9/90000", false),
                ("audio", "VP8/90000", false),
            ] {
                let offer = text("video", protocol, setup, print, "VP8/90000", true);
                let answer = text(kind, other_protocol, other_setup, other_print, map, bundle);
                let (offer, answer) = (Description::parse(&offer), Description::parse(&answer));
                let negotiation = negotiate(&offer, &answer);
                let media = &negotiation.media[0];
                let of = |sdp_type| LintContext {
                    sdp_type: Some(sdp_type),
                    profile: None,
                };
                let mut all = judge(&offer, &[], &of(DescriptionType::Offer));
                all.extend(judge(&answer, &[], &of(DescriptionType::Answer)));
                all.extend(lint_negotiated(&offer, &answer, &negotiation, &LintContext::default()));
                let told = codes(&all);
                let any = |parts: &[&str]| told.iter().any(|code| parts.iter().any(|part| code.contains(part)));
                let case = || format!("{}\n{}\n{told:?} {media:#?}", offer.text(), answer.text());
                let problem = media.dtls.as_ref().and_then(|dtls| dtls.problem.as_ref());
                assert!(
                    problem.is_none() || any(&["setup", "fingerprint", "bad-attribute"]),
                    "{}",
                    case()
                );
                assert!(problem.is_some() || !any(&["setup-roles-conflict"]), "{}", case());
                let silent = media.accepted
                    && media
                        .offerer_sends
                        .as_ref()
                        .is_some_and(|sending| sending.codec.is_none());
                assert_eq!(silent, any(&["no-common-codec"]), "{}", case());
                assert_eq!(media.accepted, !any(&["answer-m-line-order"]), "{}", case());
            }
        }
    }
}

#[test]
fn profiles_say_for_whom() {
    let sip = "v=0\r\no=- 1 1 IN IP4 192.0.2.1\r\ns=-\r\nc=IN IP4 192.0.2.1\r\nt=0 0\r\nm=audio 4000 RTP/AVP 0 8 101\r\n\
        a=rtpmap:101 telephone-event/8000\r\na=fmtp:101 0-15\r\na=sendrecv\r\n";
    let description = Description::parse(sip);
    assert_eq!(Profile::of(&description), Profile::Sip);
    assert_eq!(lint(&description, &LintContext::default()), []);
    let webrtc = LintContext {
        profile: Some(Profile::WebRtc),
        ..LintContext::default()
    };
    let codes: Vec<String> = lint(&description, &webrtc)
        .into_iter()
        .map(|finding| finding.code)
        .collect();
    for code in [
        "sdp-fingerprint-missing",
        "sdp-ice-credentials-missing",
        "sdp-mid-missing",
        "sdp-rtcp-mux-missing",
    ] {
        assert!(codes.iter().any(|own| own == code), "{code}: {codes:?}");
    }
    let offer = Base::Offer.text();
    assert_eq!(Profile::of(&Description::parse(&offer)), Profile::WebRtc);
}

/// How many sections and lines: all of them in a release build.
const MANY: usize = if cfg!(debug_assertions) { 20_000 } else { 100_000 };

/// Very many sections, each with its own defects: one finding a code, in a time that grows with the text.
#[test]
fn a_hundred_thousand_sections() {
    let mut text = String::from("v=0\r\no=- 1 1 IN IP4 192.0.2.1\r\ns=-\r\nt=0 0\r\na=group:BUNDLE");
    for index in 0..MANY {
        text.push_str(&format!(" {index}"));
    }
    text.push_str("\r\n");
    for index in 0..MANY {
        text.push_str(&format!(
            "m=video 9 UDP/TLS/RTP/SAVPF 96\r\na=mid:{index}\r\na=rtcp-fb:97 nack\r\na=extmap:0 urn:x\r\na=ssrc:{index} msid:x\r\n"
        ));
    }
    let description = Description::parse(&text);
    let findings = lint(&description, &LintContext::default());
    let codes: BTreeSet<&str> = findings.iter().map(|finding| finding.code.as_str()).collect();
    assert_eq!(codes.len(), findings.len(), "one finding a code");
    assert!(codes.contains("sdp-extmap-id-invalid") && codes.contains("sdp-rtcp-fb-for-absent-payload-type"));
    assert!(findings.iter().all(|finding| finding.evidence.len() <= 102));
    assert!(findings.iter().any(|finding| finding.severity == Severity::Error));
}

/// Shapes that invite to look at everything for each line.
#[test]
fn long_lists_are_read_once() {
    let head = "v=0\r\no=- 1 1 IN IP4 192.0.2.1\r\ns=-\r\nt=0 0\r\n";
    let rejected = format!(
        "{head}a=group:BUNDLE{}\r\nm=audio 0 UDP/TLS/RTP/SAVPF 0\r\na=mid:0\r\n{}",
        " 0".repeat(MANY),
        "a=x\r\n".repeat(MANY)
    );
    let session = format!(
        "{head}{}{}",
        "a=x\r\n".repeat(MANY),
        "m=audio 9 UDP/TLS/RTP/SAVPF 0\r\n".repeat(MANY)
    );
    let tag = format!(
        "{head}a=group:BUNDLE{}\r\nm=audio 9 UDP/TLS/RTP/SAVPF 0\r\na=mid:0\r\n{}{}",
        (0..MANY).map(|index| format!(" {index}")).collect::<String>(),
        "a=x\r\n".repeat(MANY),
        (1..MANY)
            .map(|index| format!("m=audio 9 UDP/TLS/RTP/SAVPF 0\r\na=mid:{index}\r\n"))
            .collect::<String>()
    );
    let section = format!(
        "{head}m=audio 9 UDP/TLS/RTP/SAVPF {}\r\n{}{}{}",
        "96 ".repeat(MANY),
        "a=rtpmap:96 opus/48000/2\r\n".repeat(MANY),
        "a=extmap:1 urn:x\r\n".repeat(MANY),
        "a=ssrc-group:FID 1 2\r\n".repeat(MANY)
    );
    for text in [rejected, session, tag, section] {
        let description = Description::parse(&text);
        assert!(!lint(&description, &LintContext::default()).is_empty());
        lint_pair(&description, &description, &LintContext::default());
        lint_reoffer(&description, &description, &LintContext::default());
    }
}

/// The findings of the lint and those about form, as the program gives them.
fn judged(mutation: &support::sdp_mutations::Mutation, profile: Profile) -> Vec<rtcdiag::report::Finding> {
    let text = mutation.text();
    let description = Description::parse(&text);
    let context = LintContext {
        sdp_type: Some(mutation.base.sdp_type()),
        profile: Some(profile),
    };
    let mut all = judge(&description, &[], &context);
    if let Some(before) = mutation.text_before() {
        let before = Description::parse(&before);
        all.extend(match mutation.base {
            Base::Reoffer => lint_reoffer(&before, &description, &context),
            _ => lint_pair(&before, &description, &context),
        });
    }
    all
}

/// Key, what Chromium said and what Firefox said.
fn recorded() -> Vec<[String; 3]> {
    let text = include_str!("../fixtures/sdp/mutations.tsv");
    let lines = text.lines().filter(|line| !line.starts_with('#'));
    lines
        .map(|line| {
            let cells: Vec<&str> = line.split('\t').collect();
            [cells[0], cells[2], cells[3]].map(str::to_owned)
        })
        .collect()
}

/// What both browsers refuse is an error; what one refuses is one in its profile, and no profile names a browser that
/// accepts.
#[test]
fn severities_follow_the_recorded_verdicts() {
    let refuses = |said: &str| !matches!(said, "accepts" | "-");
    let mut wrong = Vec::new();
    for ([key, chromium, firefox], mutation) in recorded().iter().zip(all()) {
        assert_eq!(*key, format!("{}/{}", mutation.base.name(), mutation.name));
        let has_error = |profile| {
            let found = judged(&mutation, profile);
            found.iter().any(|finding| finding.severity == Severity::Error)
        };
        if refuses(chromium) && refuses(firefox) && !has_error(Profile::WebRtc) {
            wrong.push(format!("{key}: both refuse"));
        }
        for (profile, said, name) in [
            (Profile::Chrome, chromium, CHROMIUM),
            (Profile::Firefox, firefox, FIREFOX),
        ] {
            if refuses(said) && !has_error(profile) {
                wrong.push(format!("{key}: {name} refuses"));
            }
            let told = judged(&mutation, profile)
                .into_iter()
                .find(|finding| finding.summary.contains(&format!("{name} refuses")));
            if let Some(told) = told.filter(|_| said == "accepts") {
                wrong.push(format!("{key}: {name} accepts: {told:?}"));
            }
        }
    }
    // Chromium gives the section the mid 0, which another one has: with other names it would take it.
    wrong.retain(|one| *one != format!("offer/mid-missing: {CHROMIUM} refuses"));
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

fn changed(base: Base, pairs: &[(&str, &str)]) -> String {
    pairs.iter().fold(base.text(), |text, (from, to)| {
        let from = from.replace('\n', "\r\n");
        assert!(text.contains(&from), "{from}");
        text.replace(&from, &to.replace('\n', "\r\n"))
    })
}

/// Severity and summary of the finding of a code.
fn found(base: Base, profile: Profile, pairs: &[(&str, &str)], code: &str) -> Option<(Severity, String)> {
    let text = changed(base, pairs);
    let context = LintContext {
        sdp_type: Some(base.sdp_type()),
        profile: Some(profile),
    };
    let found = lint(&Description::parse(&text), &context);
    let one = found.into_iter().find(|finding| finding.code == code);
    one.map(|finding| (finding.severity, finding.summary))
}

#[test]
fn browsers_are_named_in_the_recorded_cases_only() {
    let (severity, said) = found(
        Base::Answer,
        Profile::Firefox,
        &[("a=rtcp-mux\n", "a=rtcp-mux\na=rtcp-mux-only\n")],
        "sdp-rtcp-mux-only-misused",
    )
    .expect("a finding");
    assert!(severity == Severity::Info && !said.contains("refuses"), "{said}");
    type Case = (Base, Profile, &'static [(&'static str, &'static str)], &'static str);
    let cases: [Case; 3] = [
        (
            Base::Offer,
            Profile::Chrome,
            &[("a=group:BUNDLE 0 1 2\n", "a=group:BUNDLE 0 1 2\na=group:LS 0 x\n")],
            "sdp-group-unknown-mid",
        ),
        (
            Base::Offer,
            Profile::Chrome,
            &[("a=group:BUNDLE 0 1 2\n", ""), ("a=rtcp-mux\n", "")],
            "sdp-rtcp-mux-missing",
        ),
        (
            Base::Answer,
            Profile::Firefox,
            &[("a=setup:active\n", "")],
            "sdp-setup-missing",
        ),
    ];
    for (base, profile, pairs, code) in cases {
        let (_, said) = found(base, profile, pairs, code).unwrap_or_else(|| panic!("{code}"));
        assert!(!said.contains("refuses"), "{code}: {said}");
    }
}

#[test]
fn an_unknown_hash_beside_a_good_fingerprint_does_no_harm() {
    let start = "a=fingerprint:sha-256 ";
    let line = format!("a=fingerprint:sha3-256 AA:BB\n{start}");
    let told = found(
        Base::Offer,
        Profile::Chrome,
        &[(start, &line)],
        "sdp-fingerprint-hash-unknown",
    );
    let (severity, said) = told.expect("a finding");
    assert_eq!(severity, Severity::Info, "{said}");
    assert!(said.ends_with("in m=video (mid 1), m=application (mid 2)."), "{said}");
}

/// Candidates may follow: that there are IPv4 addresses alone so far means nothing.
#[test]
fn families_are_judged_when_all_candidates_are_there() {
    let one = |more: &[(&str, &str)]| {
        let text = changed(Base::Offer, more);
        let text: String = text
            .split_inclusive("\r\n")
            .filter(|line| !line.contains("fd99::1"))
            .collect();
        let found = lint(&Description::parse(&text), &LintContext::default());
        found.iter().any(|finding| finding.code == "sdp-candidates-ipv4-only")
    };
    assert!(!one(&[]));
    assert!(one(&[("a=setup:actpass\n", "a=setup:actpass\na=end-of-candidates\n")]));
    assert!(one(&[("a=ice-options:trickle\n", "")]));
}

#[test]
fn fingerprint_and_credentials_are_webrtc_under_any_protocol() {
    let text = changed(Base::Offer, &[("UDP/TLS/RTP/SAVPF", "RTP/AVPF")]);
    assert_eq!(Profile::of(&Description::parse(&text)), Profile::WebRtc);
    let text: String = text.split_inclusive("m=application").next().expect("a part").to_owned();
    let sip = text.replace("a=ice-ufrag:", "a=x:").replace("m=application", "");
    assert_eq!(Profile::of(&Description::parse(&sip)), Profile::Sip);
}

#[test]
fn two_lite_agents_are_no_error_in_sip() {
    let text = "v=0\r\no=- 1 1 IN IP4 192.0.2.1\r\ns=-\r\nc=IN IP4 192.0.2.1\r\nt=0 0\r\na=ice-lite\r\n\
        m=audio 4000 RTP/AVP 0\r\n";
    let description = Description::parse(text);
    for (profile, severity) in [(Profile::Sip, Severity::Info), (Profile::WebRtc, Severity::Error)] {
        let context = LintContext {
            profile: Some(profile),
            ..LintContext::default()
        };
        let found = lint_pair(&description, &description, &context);
        let both = found.iter().find(|finding| finding.code == "sdp-ice-lite-both");
        assert_eq!(both.map(|finding| finding.severity), Some(severity));
    }
}

/// Severity and words of the findings of the table.
#[test]
fn words_and_severities() {
    for (name, severity, words) in [
        (
            "brackets",
            Severity::Warning,
            "has its address in brackets: [2001:db8::1].",
        ),
        (
            "interface",
            Severity::Warning,
            "names an interface in its address fe80::1%eth0.",
        ),
        ("name", Severity::Warning, "has the name media.example.com in place"),
        ("ssltcp", Severity::Info, "has the transport `ssltcp`."),
        ("transport", Severity::Error, "Chromium 156 refuses it"),
        ("fid-alone", Severity::Error, "The FID group has one SSRC, not"),
        (
            "priority-component",
            Severity::Info,
            "ends in 0 where component 1 has 255.",
        ),
        ("blank-line", Severity::Error, " is empty. Chromium 156 refuses it: "),
        ("no-last-line-end", Severity::Warning, "Chromium 156 refuses it"),
        ("sctp-port-70000", Severity::Error, "sctp-port"),
    ] {
        let mutation = all()
            .into_iter()
            .find(|one| one.name == name && one.base == Base::Offer);
        let mutation = mutation.expect(name);
        let found = judged(&mutation, Profile::WebRtc);
        let one = found
            .iter()
            .find(|finding| mutation.codes.contains(&finding.code.as_str()))
            .expect(name);
        let value = one.evidence.iter().find_map(|evidence| evidence.value.as_deref());
        let said = format!("{} {}", one.summary, value.unwrap_or(""));
        assert!(one.severity == severity && said.contains(words), "{name}: {one:#?}");
    }
}

/// One `m=` line is one piece of evidence, however many of its payload types lack their `a=rtpmap`.
#[test]
fn a_line_is_shown_once() {
    let text = changed(
        Base::Offer,
        &[
            ("a=rtpmap:126 telephone-event/8000\n", ""),
            ("a=rtpmap:110 telephone-event/48000\n", ""),
        ],
    );
    let found = lint(&Description::parse(&text), &LintContext::default());
    let one = found
        .iter()
        .find(|finding| finding.code == "sdp-rtpmap-missing")
        .expect("a finding");
    assert_eq!(one.evidence.len(), 1, "{one:#?}");
    assert!(one.summary.ends_with("; and 1 more place like it."), "{}", one.summary);
}
