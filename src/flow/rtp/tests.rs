use std::time::Duration;

use super::*;
use crate::time::At;

const SESSION: SessionId = SessionId(3);

fn seen(frame: u64, ms: u64) -> Seen {
    Seen {
        frame,
        at: At::from_millis(ms),
    }
}

fn packet(ssrc: u32, sequence: u16, payload_type: u8) -> Vec<u8> {
    let mut bytes = vec![0x80, payload_type];
    bytes.extend(sequence.to_be_bytes());
    bytes.extend((u32::from(sequence) * 960).to_be_bytes());
    bytes.extend(ssrc.to_be_bytes());
    bytes.extend([0x55; 80]);
    bytes
}

fn take(media: &mut Media, number: u16, ssrc: u32) -> Taken {
    let frame = u64::from(number);
    let bytes = packet(ssrc, number, 111);
    media.rtp(SESSION, Direction::Forward, seen(frame, 20 * frame), &bytes, 0)
}

fn sr(ssrc: u32, ntp_seconds: u32, rtp: u32) -> Vec<u8> {
    let mut bytes = vec![0x80, 200, 0, 6];
    for word in [ssrc, ntp_seconds, 0, rtp, 10, 1000] {
        bytes.extend(word.to_be_bytes());
    }
    bytes
}

fn rr(reporter: u32, ssrc: u32, last_sr: u32, delay: u32) -> Vec<u8> {
    let mut bytes = vec![0x81, 201, 0, 7];
    for word in [reporter, ssrc, 64 << 24 | 5, 100, 48, last_sr, delay] {
        bytes.extend(word.to_be_bytes());
    }
    bytes
}

#[test]
fn three_packets_make_a_stream_and_all_three_count() {
    let mut media = Media::default();
    assert_eq!(take(&mut media, 1, 7), Taken::Held);
    assert_eq!(take(&mut media, 2, 7), Taken::Held);
    assert!(media.streams().is_empty());
    assert_eq!(take(&mut media, 3, 7), Taken::Rtp { held: 2 });
    assert_eq!(take(&mut media, 4, 7), Taken::Rtp { held: 0 });
    let stream = &media.streams()[0];
    assert_eq!((stream.packets, stream.first.frame, stream.last.frame), (4, 1, 4));
    assert_eq!(media.rtp_frames(), 4);
    // The other way of the same session two suffice.
    let mut back = |number| {
        let bytes = packet(8, number, 111);
        media.rtp(SESSION, Direction::Backward, seen(10, 0), &bytes, 0)
    };
    assert_eq!((back(1), back(2)), (Taken::Held, Taken::Rtp { held: 1 }));
}

#[test]
fn a_session_that_has_proven_itself_is_believed_at_once() {
    let mut media = Media::default();
    for number in 1..=8 {
        take(&mut media, number, 7);
    }
    assert_eq!(take(&mut media, 100, 8), Taken::Rtp { held: 0 });
    let mut media = Media::default();
    media.hint(SESSION);
    assert_eq!(
        (take(&mut media, 1, 7), take(&mut media, 2, 7)),
        (Taken::Held, Taken::Rtp { held: 1 })
    );
    let mut media = Media::default();
    media.trust(SESSION);
    media.hint(SESSION);
    assert_eq!(take(&mut media, 1, 7), Taken::Rtp { held: 0 });
}

#[test]
fn too_many_sources_are_refused_and_counted() {
    let mut media = Media::default();
    media.trust(SESSION);
    for ssrc in 0..=STREAMS as u32 {
        take(&mut media, 1, ssrc);
    }
    assert_eq!((media.streams().len(), media.left_out()), (STREAMS, 1));
}

#[test]
fn reports_give_losses_and_round_trips() {
    let mut media = Media::default();
    media.trust(SESSION);
    take(&mut media, 1, 7);
    let (forth, back) = (Direction::Forward, Direction::Backward);
    assert!(media.rtcp(SESSION, forth, seen(2, 1000), &sr(7, 0x1_0001, 0), 0));
    // 80 ms later, of which the receiver took 30.
    assert!(media.rtcp(SESSION, back, seen(3, 1080), &rr(9, 7, 0x0001_0000, 1966), 0));
    let stream = &media.streams()[0];
    let receptions = media.receptions(stream);
    assert_eq!(receptions.len(), 1);
    assert_eq!(
        (receptions[0].worst_fraction_lost, receptions[0].last.cumulative_lost),
        (64, 5)
    );
    let round_trip = receptions[0].round_trips.unwrap().last;
    assert!(
        round_trip.abs_diff(Duration::from_millis(50)) < Duration::from_millis(1),
        "{round_trip:?}"
    );
    assert_eq!(media.encrypted(stream), Some(false));
    assert_eq!(media.rtcp_frames(), 2);
    assert!(!media.rtcp(SESSION, back, seen(4, 0), &[0x80, 111, 0, 0], 0));
}

#[test]
fn reports_on_another_port_are_found() {
    let mut media = Media::default();
    media.trust(SESSION);
    take(&mut media, 1, 7);
    let other = SessionId(4);
    assert!(media.rtcp(other, Direction::Backward, seen(2, 0), &rr(9, 7, 0, 0), 0));
    let receptions = media.receptions(&media.streams()[0]);
    assert_eq!((receptions.len(), receptions[0].round_trips), (1, None));
}

#[test]
fn srtcp_is_counted_and_not_read() {
    let mut media = Media::default();
    media.trust(SESSION);
    take(&mut media, 1, 7);
    let mut bytes = rr(9, 7, 1, 1);
    bytes.extend([0x81, 206, 0, 2, 0, 0, 0, 9, 0, 0, 0, 7]);
    bytes[8..].iter_mut().for_each(|octet| *octet ^= 0x5a);
    bytes.extend([0x80, 0, 0, 1, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10]);
    assert!(media.rtcp(SESSION, Direction::Backward, seen(2, 0), &bytes, 0));
    let control = &media.controls()[0];
    assert_eq!((control.datagrams, control.secure), (1, 1));
    assert_eq!(control.by_type.len(), 1);
    assert_eq!(control.sources, [9]);
    assert!(control.receptions.is_empty() && control.wishes.is_empty());
    assert_eq!(media.encrypted(&media.streams()[0]), Some(true));
}

#[test]
fn wishes_are_counted_by_source() {
    let mut media = Media::default();
    media.trust(SESSION);
    take(&mut media, 1, 7);
    let compound: Vec<u8> = [
        &rr(9, 7, 0, 0)[..],
        &[0x81, 205, 0, 3, 0, 0, 0, 9, 0, 0, 0, 7, 0, 5, 0, 3],
        &[0x81, 206, 0, 2, 0, 0, 0, 9, 0, 0, 0, 7],
        &[0x84, 206, 0, 4, 0, 0, 0, 9, 0, 0, 0, 0, 0, 0, 0, 7, 1, 0, 0, 0],
        &[
            0x8f, 206, 0, 5, 0, 0, 0, 9, 0, 0, 0, 0, b'R', b'E', b'M', b'B', 1, 0x07, 0xff, 0xff, 0, 0, 0, 7,
        ],
    ]
    .concat();
    assert!(media.rtcp(SESSION, Direction::Backward, seen(2, 0), &compound, 0));
    let wishes = media.wishes(&media.streams()[0]).unwrap();
    assert_eq!(
        (wishes.nacks, wishes.nacked_packets, wishes.plis, wishes.firs),
        (1, 3, 1, 1)
    );
    assert_eq!(media.controls()[0].estimates.unwrap().last, 0x3_ffff << 1);
}

#[test]
fn the_clock_is_that_of_sdp_then_of_the_number_then_of_reports_then_of_arrivals() {
    let mut media = Media::default();
    media.trust(SESSION);
    for number in 0..200 {
        take(&mut media, number, 7);
    }
    assert_eq!(media.clock(&media.streams()[0]), Some(48000), "by arrivals");
    for (seconds, rtp) in [(100, 0), (110, 320_000)] {
        media.rtcp(SESSION, Direction::Forward, seen(300, 5000), &sr(7, seconds, rtp), 0);
    }
    assert_eq!(media.clock(&media.streams()[0]), Some(32000), "by sender reports");
    media.set_format(None, 111, Format::new("opus", 16000));
    media.set_format(Some(SessionId(9)), 111, Format::new("rtx", 90000));
    let stream = &media.streams()[0];
    assert_eq!(
        (media.clock(stream), media.encoding(stream)),
        (Some(16000), Some("opus"))
    );
    assert_eq!(media.role(stream), Role::Media);
    let bytes = packet(5, 1, 8);
    media.rtp(SESSION, Direction::Forward, seen(400, 0), &bytes, 0);
    assert_eq!(media.clock(&media.streams()[1]), Some(8000), "by its number");
}

#[test]
fn names_and_goodbyes_are_bounded() {
    let mut media = Media::default();
    for ssrc in 0..2000u32 {
        let mut bytes = vec![0x80, 201, 0, 1, 0, 0, 0, 9, 0x81, 202, 0, 3];
        bytes.extend(ssrc.to_be_bytes());
        bytes.extend([1, 2, b'a', b'b', 0, 0, 0, 0]);
        bytes[11] = 3;
        bytes.extend([0x81, 203, 0, 1]);
        bytes.extend(ssrc.to_be_bytes());
        assert!(
            media.rtcp(SESSION, Direction::Forward, seen(1, 0), &bytes, 0),
            "{bytes:?}"
        );
    }
    let control = &media.controls()[0];
    assert!(control.cnames.len() < 300 && control.goodbyes.len() < 300);
    assert!(control.left_out > 3000);
    assert_eq!(control.cnames[0], (0, "ab".to_owned()));
}

proptest::proptest! {
    #[test]
    fn anything_is_taken(
        datagrams in proptest::collection::vec(
            (0u32..3, proptest::prelude::any::<bool>(), 0u64..1 << 40, proptest::collection::vec(proptest::prelude::any::<u8>(), 0..60)),
            0..60,
        ),
        missing in 0usize..100,
    ) {
        let mut media = Media::default();
        media.trust(SessionId(0));
        for (frame, (session, forward, ms, mut bytes)) in datagrams.into_iter().enumerate() {
            let direction = if forward { Direction::Forward } else { Direction::Backward };
            if let Some(first) = bytes.first_mut() {
                *first = 0x80 | *first & 0x3f;
            }
            if let Some(source) = bytes.get_mut(8..12) {
                source.fill(1);
            }
            media.rtp(SessionId(session), direction, seen(frame as u64, ms), &bytes, missing);
            media.rtcp(SessionId(session), direction, seen(frame as u64, ms), &bytes, missing);
        }
        for stream in media.streams() {
            let _ = (media.clock(stream), media.receptions(stream), media.encrypted(stream), stream.frame_rate());
            let _ = (stream.lost(), stream.gaps().len(), stream.extensions().count());
        }
    }
}
