//! DTLS datagrams and TLS records, each behind two octets: which way, and how long. What is told of them is told in words.
#![no_main]

use libfuzzer_sys::fuzz_target;
use rtcdiag::datagram::Seen;
use rtcdiag::flow::Direction;
use rtcdiag::flow::dtls::Dtls;
use rtcdiag::flow::tls::Tls;
use rtcdiag::proto::dtls;

fuzz_target!(|bytes: &[u8]| {
    let (mut rest, mut datagrams, mut records) = (bytes, Dtls::default(), Tls::default());
    while let [way, length, after @ ..] = rest {
        let direction = if way & 1 == 0 { Direction::Forward } else { Direction::Backward };
        let (one, after) = after.split_at(after.len().min(usize::from(*length) * 4));
        rest = after;
        let _ = dtls::is_plausible(one, usize::from(*way >> 4));
        datagrams.feed(direction, Seen::default(), one, usize::from(*way >> 4));
        records.feed(direction, Seen::default(), one);
    }
    let _ = records.refusal();
    for handshake in &datagrams.handshakes {
        let _ = handshake.outcome().to_string();
    }
});
