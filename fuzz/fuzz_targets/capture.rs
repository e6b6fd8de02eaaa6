//! Whole capture files, from the container to the findings.
#![no_main]

use libfuzzer_sys::fuzz_target;
use rtcdiag::capture::{Dissector, Input, Source};
use rtcdiag::check::pcap::check;
use rtcdiag::flow::Capture;

fuzz_target!(|octets: &[u8]| {
    let input = Input {
        name: "fuzz".to_owned(),
        size: Some(octets.len() as u64),
        read: Box::new(std::io::Cursor::new(octets.to_vec())),
    };
    let Ok(mut source) = Source::open(vec![input]) else { return };
    let mut capture = Capture::new(Default::default(), Default::default(), Default::default());
    let mut dissector = Dissector::default();
    while let Some(packet) = source.next() {
        dissector.packet(&packet, &mut capture);
    }
    dissector.finish(&mut capture);
    let facts = capture.finish();
    check(source.files(), &facts);
});
