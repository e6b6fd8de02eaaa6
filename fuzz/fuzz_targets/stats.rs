//! Whatever `rtcdiag stats` may be given: read, and everything computed that a report has.
#![no_main]

use libfuzzer_sys::fuzz_target;
use rtcdiag::stats::facts::{metric, pair, phase, shape};
use rtcdiag::stats::read;

fuzz_target!(|bytes: &[u8]| {
    let Ok(dump) = read(bytes) else { return };
    for pc in &dump.peer_connections {
        let _ = (pair::selected(pc, &dump.names), pair::selections(pc, &dump.names), phase::phases(pc, &dump.names));
        for object in &pc.stats {
            let _ = metric::metrics(object, &dump.names);
            for series in object.members() {
                let _ = shape::Shape::of(series, &dump.names);
            }
        }
    }
});
