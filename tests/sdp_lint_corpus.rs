//! The lint on descriptions of real endpoints: what browsers wrote must not alarm. Skipped, loudly, without the corpus
//! beside the repository.

mod support;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use rtcdiag::check::sdp::{LintContext, lint, lint_pair};
use rtcdiag::proto::sdp::Description;
use rtcdiag::proto::sdp::unwrap::DescriptionType;
use rtcdiag::report::{Finding, Severity};
use support::sdp::unwrap;

/// Descriptions that endpoints really made and others took, and the examples of JSEP.
const HEALTHY: [&str; 5] = ["chromium", "firefox153esr", "chrome1", "aiortc116", "jsep-"];

fn corpus() -> Option<Vec<PathBuf>> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/corpus/sdp");
    let folder = match std::env::var_os("RTCDIAG_CORPUS") {
        Some(path) => PathBuf::from(path).join("sdp"),
        None => folder,
    };
    let mut files = Vec::new();
    for half in ["webrtc", "other"] {
        let Ok(entries) = std::fs::read_dir(folder.join(half)) else {
            eprintln!("SKIPPED: there is no corpus at {}", folder.display());
            return None;
        };
        files.extend(entries.filter_map(|entry| Some(entry.ok()?.path())));
    }
    files.retain(|path| !path.to_string_lossy().ends_with(".facts.json"));
    files.sort();
    Some(files)
}

fn name(path: &Path) -> String {
    path.file_name().unwrap_or_default().to_string_lossy().into_owned()
}

fn sdp_type(name: &str) -> Option<DescriptionType> {
    match (name.contains("-offer."), name.contains("-answer.")) {
        (true, _) => Some(DescriptionType::Offer),
        (_, true) => Some(DescriptionType::Answer),
        _ => None,
    }
}

/// The findings of a file, and of the pair that it is the answer of.
fn findings(path: &Path) -> Vec<Finding> {
    let file = name(path);
    let text = unwrap(path).unwrap_or_else(|| panic!("{file}: no description"));
    let description = Description::parse(&text);
    let context = LintContext {
        sdp_type: sdp_type(&file),
        profile: None,
    };
    let mut findings = lint(&description, &context);
    if file.contains("-answer.")
        && let Some(offer) = unwrap(&path.with_file_name(file.replace("-answer.", "-offer.")))
    {
        findings.extend(lint_pair(
            &Description::parse(&offer),
            &description,
            &LintContext::default(),
        ));
    }
    findings
}

#[test]
fn healthy_descriptions_do_not_alarm() {
    let Some(files) = corpus() else { return };
    let healthy = files
        .iter()
        .filter(|path| HEALTHY.iter().any(|start| name(path).starts_with(start)));
    let mut seen = 0;
    for path in healthy {
        seen += 1;
        for finding in findings(path) {
            assert_eq!(finding.severity, Severity::Info, "{}: {finding:#?}", name(path));
        }
    }
    assert!(seen >= 30, "only {seen} descriptions");
}

/// Prints what fires where: `cargo test --test sdp_lint_corpus -- --ignored --nocapture`.
#[test]
#[ignore = "for reading, not for judging"]
fn what_fires() {
    let Some(files) = corpus() else { return };
    let mut codes: BTreeMap<(Severity, String), Vec<String>> = BTreeMap::new();
    for path in &files {
        for finding in findings(path) {
            let place = finding.evidence.first().and_then(|evidence| evidence.line).unwrap_or(0);
            let told = format!("{}:{place}: {}: {}", name(path), finding.subject, finding.summary);
            codes.entry((finding.severity, finding.code)).or_default().push(told);
        }
    }
    for ((severity, code), told) in codes.iter().rev() {
        println!("\n{} {code} ({})", severity.name(), told.len());
        for line in told {
            println!("    {line}");
        }
    }
}
