//! Datagrams: what they are, STUN messages with every attribute, ChannelData.
#![no_main]

use libfuzzer_sys::fuzz_target;
use rtcdiag::proto::demux::classify;
use rtcdiag::proto::stun::Message;
use rtcdiag::proto::turn::ChannelData;

fuzz_target!(|datagram: &[u8]| {
    let _ = classify(datagram);
    if let Ok(message) = Message::decode(datagram) {
        let _ = format!("{message:?} {:?} {:?}", message.method(), message.damage());
        for attribute in message.attributes() {
            let _ = message.value(&attribute);
        }
    }
    if let Ok(data) = ChannelData::decode(datagram) {
        let _ = (data.data(), data.damage());
    }
});
