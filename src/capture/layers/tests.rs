use proptest::prelude::*;

use super::*;
use crate::capture::packet::{Endian, LinkType};

/// What came out: transport, addresses, payload, octets missing, the kind and code of the ICMP error.
#[derive(Debug, PartialEq, Eq)]
struct Out {
    transport: Transport,
    src: String,
    dst: String,
    payload: Vec<u8>,
    missing: usize,
    icmp: Option<(u8, u8)>,
}

#[derive(Default)]
struct Collected(Vec<Out>);

impl Transports for Collected {
    fn datagram(&mut self, unit: &Unit<'_>) {
        self.0.push(Out {
            transport: unit.transport,
            src: unit.src.to_string(),
            dst: unit.dst.to_string(),
            payload: unit.bytes.to_vec(),
            missing: unit.missing,
            icmp: unit.icmp.map(|error| (error.kind, error.code)),
        });
    }

    fn segment(&mut self, segment: &Segment<'_>) {
        self.0.push(Out {
            transport: Transport::Tcp,
            src: segment.src.to_string(),
            dst: segment.dst.to_string(),
            payload: segment.payload.to_vec(),
            missing: segment.missing,
            icmp: segment.icmp.map(|error| (error.kind, error.code)),
        });
    }
}

fn read_as(layers: &mut Layers, link_type: u16, data: &[u8], length: usize) -> (Vec<Out>, FrameKind) {
    let packet = Packet {
        frame: 1,
        time: None,
        link_type: LinkType(link_type),
        endian: Endian::Little,
        fcs: 0,
        interface: 0,
        length: length as u32,
        data,
    };
    let mut out = Collected::default();
    let kind = layers.read(&packet, At::START, &mut out);
    (out.0, kind)
}

/// Reads Ethernet.
fn read(data: &[u8]) -> (Vec<Out>, FrameKind) {
    read_as(&mut Layers::default(), 1, data, data.len())
}

fn ethernet(kind: u16, rest: &[u8]) -> Vec<u8> {
    [&[2; 12][..], &kind.to_be_bytes(), rest].concat()
}

fn ipv4(protocol: u8, place: u16, rest: &[u8]) -> Vec<u8> {
    let mut packet = vec![0x45, 0];
    packet.extend((20 + rest.len() as u16).to_be_bytes());
    packet.extend([0, 7]);
    packet.extend(place.to_be_bytes());
    packet.extend([64, protocol, 0, 0, 192, 0, 2, 1, 198, 51, 100, 2]);
    packet.extend(rest);
    packet
}

fn ipv6(next: u8, rest: &[u8]) -> Vec<u8> {
    let mut packet = vec![0x60, 0, 0, 0];
    packet.extend((rest.len() as u16).to_be_bytes());
    packet.extend([next, 64]);
    packet.extend([0xfd; 16]);
    packet.extend([0xfe; 16]);
    packet.extend(rest);
    packet
}

fn udp(from: u16, to: u16, payload: &[u8]) -> Vec<u8> {
    let mut datagram = Vec::new();
    for field in [from, to, 8 + payload.len() as u16, 0] {
        datagram.extend(field.to_be_bytes());
    }
    datagram.extend(payload);
    datagram
}

fn expected(payload: &[u8], missing: usize, icmp: Option<(u8, u8)>) -> Out {
    Out {
        transport: Transport::Udp,
        src: "192.0.2.1:5000".into(),
        dst: "198.51.100.2:6000".into(),
        payload: payload.to_vec(),
        missing,
        icmp,
    }
}

const UDP_FRAME: FrameKind = FrameKind {
    udp: true,
    tcp: false,
    icmp: false,
    fragment: false,
    undecoded: false,
    cut: false,
};

#[test]
fn a_datagram_is_its_payload_without_padding() {
    let mut frame = ethernet(0x0800, &ipv4(17, 0, &udp(5000, 6000, &[1, 2, 3])));
    frame.resize(60, 0);
    assert_eq!(read(&frame), (vec![expected(&[1, 2, 3], 0, None)], UDP_FRAME));
}

#[test]
fn a_snap_length_leaves_octets_missing() {
    let frame = ethernet(0x0800, &ipv4(17, 0, &udp(5000, 6000, &[1, 2, 3, 4])));
    for cut in 0..frame.len() {
        let (out, kind) = read_as(&mut Layers::default(), 1, &frame[..cut], frame.len());
        assert!(kind.cut, "{cut}");
        match cut {
            0..42 => assert!(out.is_empty() && kind.undecoded, "{cut}"),
            _ => assert_eq!(
                out,
                [expected(&[1, 2, 3, 4][..cut - 42], frame.len() - cut, None)],
                "{cut}"
            ),
        }
    }
}

#[test]
fn lengths_that_cannot_be_are_not_believed() {
    for length in [0u16, 3, 13, 9000] {
        let mut datagram = udp(5000, 6000, &[1, 2, 3, 4]);
        datagram[4..6].copy_from_slice(&length.to_be_bytes());
        let (out, _) = read(&ethernet(0x0800, &ipv4(17, 0, &datagram)));
        assert_eq!(out, [expected(&[1, 2, 3, 4], 0, None)], "{length}");
    }
    let mut datagram = udp(5000, 6000, &[1, 2, 3, 4]);
    datagram[5] = 10;
    let (out, _) = read(&ethernet(0x0800, &ipv4(17, 0, &datagram)));
    assert_eq!(out, [expected(&[1, 2], 0, None)], "what is shorter ends there");
}

#[test]
fn a_frame_check_sequence_is_no_payload_of_an_offloaded_packet() {
    let mut packet = ipv4(17, 0, &udp(5000, 6000, &[1, 2, 3, 4]));
    packet[2..4].fill(0);
    packet[24..26].fill(0);
    packet.extend([0xfc; 4]);
    let data = ethernet(0x0800, &packet);
    let packet = Packet {
        frame: 1,
        time: None,
        link_type: LinkType(1),
        endian: Endian::Little,
        fcs: 4,
        interface: 0,
        length: data.len() as u32,
        data: &data,
    };
    let mut out = Collected::default();
    Layers::default().read(&packet, At::START, &mut out);
    assert_eq!(out.0, [expected(&[1, 2, 3, 4], 0, None)]);
    // The same, cut in the middle of that sequence: nothing of the payload is missing.
    let mut out = Collected::default();
    let cut = Packet {
        data: &data[..data.len() - 2],
        ..packet
    };
    assert!(!Layers::default().read(&cut, At::START, &mut out).cut);
    assert_eq!(out.0, [expected(&[1, 2, 3, 4], 0, None)]);
}

#[test]
fn tcp_segments_have_options_and_payload() {
    let mut segment = vec![
        0x13, 0x88, 0x17, 0x70, 0, 0, 0, 1, 0, 0, 0, 2, 0x60, 0x18, 0, 0, 0, 0, 0, 0, 1, 1, 1, 1,
    ];
    segment.extend([7, 8]);
    let frame = ethernet(0x0800, &ipv4(6, 0, &segment));
    let (out, kind) = read(&frame);
    assert!(kind.tcp && !kind.udp);
    assert_eq!(
        (out[0].transport, &out[0].payload[..], out[0].missing),
        (Transport::Tcp, &[7, 8][..], 0)
    );
    let (out, _) = read_as(&mut Layers::default(), 1, &frame[..50], frame.len());
    assert_eq!((out[0].payload.len(), out[0].missing), (0, 2), "cut within the options");
    segment[12] = 0x40;
    let (out, kind) = read(&ethernet(0x0800, &ipv4(6, 0, &segment)));
    assert!(out.is_empty() && kind.undecoded, "a header shorter than a header");
}

#[test]
fn fragments_give_their_datagram_once() {
    let datagram = udp(5000, 6000, &[9; 24]);
    let mut layers = Layers::default();
    let second = ethernet(0x0800, &ipv4(17, 2, &datagram[16..]));
    let (out, kind) = read_as(&mut layers, 1, &second, second.len());
    assert!(out.is_empty() && kind.fragment && !kind.undecoded);
    let first = ethernet(0x0800, &ipv4(17, 0x2000, &datagram[..16]));
    let (out, kind) = read_as(&mut layers, 1, &first, first.len());
    assert_eq!(out, [expected(&[9; 24], 0, None)]);
    assert!(kind.udp && kind.fragment);
    layers.finish();
    assert_eq!((layers.fragments().reassembled, layers.fragments().lost), (1, 0));
}

#[test]
fn errors_show_the_packet_that_they_quote() {
    let quoted = ipv4(17, 0, &udp(5000, 6000, &[1, 2, 3, 4]));
    for cut in 28..=quoted.len() {
        let message = [&[3, 3, 0, 0, 0, 0, 0, 0][..], &quoted[..cut]].concat();
        let (out, kind) = read(&ethernet(0x0800, &ipv4(1, 0, &message)));
        let payload = &[1, 2, 3, 4][..cut - 28];
        assert_eq!(out, [expected(payload, quoted.len() - cut, Some((3, 3)))], "{cut}");
        assert!(kind.icmp && kind.udp);
    }
}

#[test]
fn errors_may_quote_fragments_and_segments() {
    let mut datagram = udp(5000, 6000, &[1, 2, 3, 4, 5, 6, 7, 8]);
    datagram[4..6].copy_from_slice(&508u16.to_be_bytes());
    let message = [&[11, 1, 0, 0, 0, 0, 0, 0][..], &ipv4(17, 0x2000, &datagram)].concat();
    let (out, kind) = read(&ethernet(0x0800, &ipv4(1, 0, &message)));
    assert_eq!(out, [expected(&[1, 2, 3, 4, 5, 6, 7, 8], 492, Some((11, 1)))]);
    assert!(kind.fragment);
    let message = [
        &[3, 1, 0, 0, 0, 0, 0, 0][..],
        &ipv4(6, 0, &[0x13, 0x88, 0x17, 0x70, 0, 0, 0, 1]),
    ]
    .concat();
    let mut frame = ethernet(0x0800, &ipv4(1, 0, &message));
    // The quoted packet was 40 octets long.
    frame[14 + 20 + 8 + 3] = 40;
    let (out, _) = read(&frame);
    assert_eq!(
        (out[0].transport, out[0].missing, out[0].icmp),
        (Transport::Tcp, 0, Some((3, 1)))
    );
}

#[test]
fn tunnels_show_what_is_inside() {
    let inner = ipv4(17, 0, &udp(5000, 6000, &[1, 2, 3]));
    let frame = ethernet(0x0800, &inner);
    let vxlan = [&[8, 0, 0, 0, 0, 0, 1, 0][..], &frame].concat();
    let gre = [&[0, 0, 8, 0][..], &inner].concat();
    for packet in [
        ipv6(4, &inner),
        ipv6(47, &gre),
        ipv6(17, &udp(1, 4789, &vxlan)),
        ipv6(143, &frame),
        ipv6(97, &[&[0x30, 0][..], &frame].concat()),
        ipv6(4, &ipv4(17, 0, &udp(1, 4789, &vxlan))),
    ] {
        let (out, kind) = read(&ethernet(0x86dd, &packet));
        assert_eq!((out, kind), (vec![expected(&[1, 2, 3], 0, None)], UDP_FRAME));
    }
}

#[test]
fn payload_at_the_port_of_a_tunnel_is_payload() {
    for payload in [&[8, 0, 0, 0, 0, 0, 1, 0, 7, 7, 7][..], &[8; 60], &[]] {
        let (out, _) = read(&ethernet(0x0800, &ipv4(17, 0, &udp(5000, 4789, payload))));
        assert_eq!((&out[0].payload[..], out.len()), (payload, 1));
    }
}

#[test]
fn nothing_is_followed_without_end() {
    let mut packet = ipv4(17, 0, &udp(5000, 6000, &[1]));
    for _ in 0..200 {
        packet = ipv4(4, 0, &packet);
    }
    let mut layers = Layers::default();
    let frame = ethernet(0x0800, &packet);
    assert!(read_as(&mut layers, 1, &frame, frame.len()).0.is_empty());
    assert_eq!(layers.too_deep(), 1);
    let tags = [0x81, 0, 0, 1].repeat(1000);
    let frame = [&[2; 12][..], &tags].concat();
    assert!(read_as(&mut layers, 1, &frame, frame.len()).1.undecoded);
    assert_eq!(layers.too_deep(), 2);
}

#[test]
fn what_leads_nowhere_is_undecoded() {
    for frame in [
        ethernet(0x0806, &[0; 28]),
        ethernet(0x0800, &ipv4(132, 0, &[0; 20])),
        ethernet(0x0800, &ipv4(58, 0, &[1, 4, 0, 0, 0, 0, 0, 0])),
        vec![],
    ] {
        let (out, kind) = read(&frame);
        assert!(out.is_empty() && kind.undecoded);
    }
    let (out, kind) = read(&ethernet(0x0800, &ipv4(1, 0, &[8, 0, 0, 0, 0, 1, 0, 1])));
    assert!(out.is_empty() && kind.icmp && !kind.undecoded, "an echo");
}

/// A frame that holds many layers, for tests to damage.
fn deep_frame() -> Vec<u8> {
    let inner = ipv6(17, &udp(5000, 6000, &[1; 40]));
    let error = ipv4(
        1,
        0,
        &[
            &[3, 4, 0, 0, 0, 24, 5, 0][..],
            &ipv4(
                47,
                0,
                &[&[0x30, 0, 0x86, 0xdd, 0, 0, 0, 0, 0, 0, 0, 0][..], &inner].concat(),
            ),
        ]
        .concat(),
    );
    let vxlan = [&[8, 0, 0, 0, 0, 0, 1, 0][..], &ethernet(0x0800, &error)].concat();
    let pppoe = [
        &[0x11, 0, 0, 1, 0, 255, 0, 0x21][..],
        &ipv4(17, 0, &udp(1, 4789, &vxlan)),
    ]
    .concat();
    ethernet(0x8100, &[&[0, 5, 0x88, 0x64][..], &pppoe].concat())
}

proptest! {
    #[test]
    fn any_octets_of_any_link_are_read(
        link_type in 0u16..300,
        data in proptest::collection::vec(any::<u8>(), 0..200),
        more in 0usize..100,
    ) {
        read_as(&mut Layers::default(), link_type, &data, data.len() + more);
    }

    #[test]
    fn a_damaged_frame_is_read(
        cut in 0usize..400,
        damage in proptest::collection::vec((0usize..400, any::<u8>()), 0..4),
    ) {
        let mut frame = deep_frame();
        for (at, value) in damage {
            let at = at % frame.len();
            frame[at] = value;
        }
        frame.truncate(cut);
        let mut layers = Layers::default();
        for _ in 0..2 {
            let (out, kind) = read_as(&mut layers, 1, &frame, 400);
            prop_assert_eq!(kind.undecoded, out.is_empty() && !kind.icmp && !kind.fragment);
        }
    }
}

#[test]
fn a_deep_frame_is_read_to_its_bottom() {
    let (out, kind) = read(&deep_frame());
    let found = (out[0].payload.len(), out[0].missing, out[0].icmp);
    assert_eq!(found, (16, 24, Some((3, 4))), "24 words are quoted");
    assert!(kind.icmp && kind.udp && !kind.undecoded);
}
