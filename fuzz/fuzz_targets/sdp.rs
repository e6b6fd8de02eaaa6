//! Whatever `rtcdiag sdp` may be given: found, read, written back, linted, explained, and compared with itself.
#![no_main]

use libfuzzer_sys::fuzz_target;
use rtcdiag::check::sdp::diff::diff;
use rtcdiag::check::sdp::explain::explain;
use rtcdiag::check::sdp::negotiate::negotiate;
use rtcdiag::check::sdp::{LintContext, judge, lint_pair, lint_reoffer};
use rtcdiag::proto::sdp::unwrap::{Text, unwrap};
use rtcdiag::proto::sdp::Description;
use rtcdiag::report::sdp;

fuzz_target!(|bytes: &[u8]| {
    let Ok(text) = Text::from_bytes(bytes) else { return };
    let Ok(all) = unwrap(&text.text) else { return };
    let context = LintContext {
        sdp_type: None,
        profile: None,
    };
    for found in &all {
        let description = Description::parse(&found.sdp);
        assert_eq!(description.write(), found.sdp, "written back it is the same");
        let _ = sdp::Description::new("", found, &description);
        let _ = judge(&description, &found.damage, &context);
        let _ = explain(&description, 0);
    }
    // The first two are a pair; one alone is its own answer.
    if let (Some(offer), Some(answer)) = (all.first(), all.get(1).or(all.first())) {
        let (offer, answer) = (Description::parse(&offer.sdp), Description::parse(&answer.sdp));
        let _ = lint_pair(&offer, &answer, &context);
        let _ = lint_reoffer(&offer, &answer, &context);
        let _ = negotiate(&offer, &answer);
        let _ = diff(&offer, &answer);
    }
});
