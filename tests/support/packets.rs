//! Capture files made of datagrams.

/// An address and a port.
pub type End = ([u8; 4], u16);

/// A pcap file of raw IPv4 with one UDP datagram a millisecond.
pub fn capture(datagrams: &[(End, End, Vec<u8>)]) -> Vec<u8> {
    let mut file = vec![0xd4, 0xc3, 0xb2, 0xa1, 2, 0, 4, 0, 0, 0, 0, 0, 0, 0, 0, 0];
    file.extend(65535_u32.to_le_bytes());
    file.extend(101_u32.to_le_bytes());
    for (number, (src, dst, payload)) in datagrams.iter().enumerate() {
        let length = 28 + payload.len();
        for field in [1_700_000_000, 1000 * number as u32, length as u32, length as u32] {
            file.extend(field.to_le_bytes());
        }
        file.extend([0x45, 0]);
        file.extend((length as u16).to_be_bytes());
        file.extend([0, 0, 0, 0, 64, 17, 0, 0]);
        file.extend(src.0);
        file.extend(dst.0);
        file.extend(src.1.to_be_bytes());
        file.extend(dst.1.to_be_bytes());
        file.extend((8 + payload.len() as u16).to_be_bytes());
        file.extend([0, 0]);
        file.extend(payload);
    }
    file
}
