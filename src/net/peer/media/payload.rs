//! Frames in the payload formats of their codecs, as a depacketizer takes them. What is in the frames is noise.

use super::Codec;
use crate::net::peer::impair::Dice;

/// Headers and extensions take their part of a packet of 1200 octets.
const MOST: usize = 1100;

/// The payloads of frame number `frame` of about `size` octets, one for each packet. `since_key` counts frames from the last one that can be
/// decoded by itself, which has 0.
pub fn packets(codec: Codec, frame: u32, since_key: u32, size: usize, dice: &mut Dice) -> Vec<Vec<u8>> {
    match codec {
        Codec::Opus => vec![opus(size, dice)],
        Codec::Vp8 => vp8(frame, since_key == 0, size, dice),
        Codec::H264 => h264(since_key, size, dice),
    }
}

/// An Opus packet (RFC 6716 §3.1): CELT, fullband, 20 ms, stereo, one frame: configuration 31.
fn opus(size: usize, dice: &mut Dice) -> Vec<u8> {
    noise(vec![31 << 3 | 1 << 2], size.min(MOST), dice)
}

/// A VP8 frame in one partition (RFC 7741 §4).
fn vp8(frame: u32, is_key: bool, size: usize, dice: &mut Dice) -> Vec<Vec<u8>> {
    let id = (frame & 0x7fff) as u16 | 0x8000;
    let mut packets = Vec::new();
    let mut left = size;
    while left > 0 {
        let is_first = packets.is_empty();
        // X; S where a partition begins; I: a picture id of 15 bits.
        let mut payload = vec![0x80 | u8::from(is_first) << 4, 0x80];
        payload.extend(id.to_be_bytes());
        if is_first {
            // The frame tag: bit 0 is clear in a key frame, then start code, width and height (RFC 6386 §9.1).
            payload.extend([u8::from(!is_key) | 1 << 4, 0, 0]);
            if is_key {
                payload.extend([0x9d, 0x01, 0x2a, 0x80, 0x02, 0xe0, 0x01]);
            }
        }
        let length = left.min(MOST);
        left -= length;
        packets.push(noise(payload, length, dice));
    }
    packets
}

/// A sequence parameter set (H.264 §7.3.2.1.1): Constrained Baseline, level 3.1, 640 by 480, frame numbers of four bits, pictures in the
/// order of decoding.
const SPS: [u8; 9] = [0x67, 0x42, 0xe0, 0x1f, 0xda, 0x02, 0x80, 0xf6, 0x40];
/// A picture parameter set (§7.3.2.2): CAVLC, one slice group, one reference.
const PPS: [u8; 4] = [0x68, 0xce, 0x38, 0x80];

/// An access unit of H.264 (RFC 6184, packetization mode 1): parameter sets before a picture that can be decoded by itself, then one slice,
/// in one packet (§5.6) or in fragments (§5.8).
fn h264(since_key: u32, size: usize, dice: &mut Dice) -> Vec<Vec<u8>> {
    let mut packets = Vec::new();
    let slice = match since_key {
        0 => {
            packets.extend([SPS.to_vec(), PPS.to_vec()]);
            // IDR, referred to. Its slice header (§7.3.3): first_mb 0, slice_type 7 (I), PPS 0, frame_num 0, idr_pic_id 0, no marking,
            // slice_qp_delta 0.
            vec![0x65, 0x88, 0x84]
        }
        // Not IDR, referred to: first_mb 0, slice_type 5 (P), PPS 0, frame_num, no override, no reordering, no marking, slice_qp_delta 0.
        number => {
            let number = number as u8 & 0x0f;
            vec![0x41, 0x9a | number >> 3, number << 5 | 0x02]
        }
    };
    let unit = noise(slice, size.max(4), dice);
    if unit.len() <= MOST {
        packets.push(unit);
        return packets;
    }
    /// FU-A (RFC 6184 §5.8).
    const FU_A: u8 = 28;
    let (header, rest) = (unit[0], &unit[1..]);
    let pieces = rest.chunks(MOST - 2);
    let last = pieces.len() - 1;
    for (index, piece) in pieces.enumerate() {
        let (start, end) = (u8::from(index == 0) << 7, u8::from(index == last) << 6);
        let mut payload = vec![header & 0x60 | FU_A, start | end | header & 0x1f];
        payload.extend_from_slice(piece);
        packets.push(payload);
    }
    packets
}

/// `begun` with noise up to `size`. It has no zeros, which H.264 would have to escape, and ends as a NAL unit does.
fn noise(mut begun: Vec<u8>, size: usize, dice: &mut Dice) -> Vec<u8> {
    while begun.len() < size {
        begun.push((dice.bits() as u8).max(1));
    }
    begun
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn opus_and_vp8_are_of_their_size_and_begin_as_they_should() {
        let mut dice = Dice(1);
        let opus = packets(Codec::Opus, 0, 0, 80, &mut dice);
        assert_eq!((opus.len(), opus[0].len(), opus[0][0]), (1, 80, 0xfc));
        let key = packets(Codec::Vp8, 60, 0, 1600, &mut dice);
        assert_eq!(key.iter().map(Vec::len).collect::<Vec<_>>(), [1100, 500]);
        assert_eq!(key[0][..4], [0x90, 0x80, 0x80, 60]);
        assert_eq!((key[0][4] & 1, &key[0][7..10]), (0, &[0x9d, 0x01, 0x2a][..]));
        assert_eq!(key[1][..4], [0x80, 0x80, 0x80, 60]);
        let later = packets(Codec::Vp8, 61, 1, 500, &mut dice);
        assert_eq!((later.len(), later[0][0], later[0][4] & 1), (1, 0x90, 1));
    }

    /// The NAL units of an access unit, put together again as RFC 6184 has it.
    fn units(packets: &[Vec<u8>]) -> Vec<Vec<u8>> {
        let mut units: Vec<Vec<u8>> = Vec::new();
        let mut is_open = false;
        for packet in packets {
            assert!(packet.len() <= MOST);
            if packet[0] & 0x1f != 28 {
                assert!(!is_open);
                units.push(packet.clone());
                continue;
            }
            let (start, end) = (packet[1] & 0x80 != 0, packet[1] & 0x40 != 0);
            assert!(
                start != is_open && packet[1] & 0x20 == 0 && !(start && end),
                "{start} {end}"
            );
            if start {
                units.push(vec![packet[0] & 0xe0 | packet[1] & 0x1f]);
            }
            units.last_mut().unwrap().extend_from_slice(&packet[2..]);
            is_open = !end;
        }
        assert!(!is_open);
        units
    }

    #[test]
    fn h264_has_parameter_sets_with_key_frames_and_fragments_that_fit() {
        let mut dice = Dice(7);
        for size in [4, 1099, 1100, 1101, 1102, 2196, 2197, 2198, 20_000] {
            let key = units(&packets(Codec::H264, 0, 0, size, &mut dice));
            assert_eq!(
                key.iter().map(|unit| unit[0] & 0x1f).collect::<Vec<_>>(),
                [7, 8, 5],
                "{size}"
            );
            assert_eq!((key[2].len(), &key[2][..3]), (size, &[0x65, 0x88, 0x84][..]));
            let later = units(&packets(Codec::H264, 20, 20, size, &mut dice));
            assert_eq!((later.len(), later[0][0] & 0x1f, later[0].len()), (1, 1, size));
            // What would have to be escaped is not there (H.264 §7.4.1).
            assert!(!later[0].windows(2).any(|two| two == [0, 0]) && later[0].last() != Some(&0));
        }
    }

    #[test]
    fn frame_numbers_of_h264_follow_each_other() {
        // Exp-Golomb by hand: 1 00110 1, four bits of frame_num, 0, 0, 0, 1.
        for number in 1..40_u32 {
            let unit = &units(&packets(Codec::H264, number, number, 100, &mut Dice(1)))[0];
            let bits = u32::from(unit[1]) << 8 | u32::from(unit[2]);
            assert_eq!(bits >> 9, 0b100_1101, "{number}");
            assert_eq!((bits >> 5 & 0x0f, bits >> 1 & 0x0f), (number % 16, 1), "{number}");
        }
    }
}
