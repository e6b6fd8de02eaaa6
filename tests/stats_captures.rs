//! Captures of calls with a known impairment have it as their first finding; healthy ones say that they are.

use std::path::Path;

use rtcdiag::check::stats::check;
use rtcdiag::report::Severity;
use rtcdiag::stats::read;

/// Captures of calls with something made wrong, and what must come first.
const CAPTURES: &[(&str, &[&str])] = &[
    ("av-bandwidth", &["stats-bandwidth-limited"]),
    ("av-delay-jitter", &["stats-rtt-high"]),
    ("av-outage", &["stats-path-interrupted"]),
    ("data-only-unreliable-loss", &["stats-data-lost"]),
    (
        "dtls-failed-fingerprint",
        &["stats-dtls-fingerprint", "stats-dtls-failed"],
    ),
    ("ice-failed-relay-bad-credentials", &["stats-server-refused"]),
    ("ice-failed-unreachable", &["stats-ice-no-answers", "stats-ice-failed"]),
    ("ice-stuck-no-candidates", &["stats-ice-no-remote-candidates"]),
    ("turn-unreachable-internals", &["stats-gathering-stuck"]),
    ("turn-unreachable-a-pairs", &["stats-ice-no-remote-candidates"]),
];

#[test]
fn captures_with_an_impairment_have_it_first_and_healthy_ones_have_nothing() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/corpus/stats");
    let Ok(files) = std::fs::read_dir(&folder) else {
        eprintln!("skipped: {} is not there", folder.display());
        return;
    };
    let mut judged = 0;
    for file in files.map(|file| file.unwrap().path()) {
        let name = file.file_name().unwrap().to_string_lossy().into_owned();
        let own = [
            "chromium156-",
            "firefox153esr-",
            "chrome92-",
            "chrome109-",
            "chrome123-",
        ];
        if name.ends_with(".facts.json") || !own.iter().any(|own| name.starts_with(own)) {
            continue;
        }
        let dump = read(std::fs::File::open(&file).unwrap()).unwrap();
        let chosen: Vec<usize> = (0..dump.peer_connections.len()).collect();
        let findings = check(&dump, &chosen, dump.start());
        match CAPTURES.iter().find(|(part, _)| name.contains(part)) {
            Some((_, codes)) => {
                let first = findings.first().map_or("nothing", |finding| finding.code.as_str());
                assert!(codes.contains(&first), "{name}: {first} comes first\n{findings:#?}");
            }
            None => {
                let bad: Vec<_> = findings
                    .iter()
                    .filter(|finding| finding.severity > Severity::Info)
                    .collect();
                assert!(bad.is_empty(), "{name} is healthy: {bad:#?}");
                assert!(
                    findings.iter().any(|finding| finding.code == "stats-healthy"),
                    "{name} does not say so"
                );
            }
        }
        judged += 1;
    }
    assert!(judged > 40, "only {judged} captures were judged");
}
