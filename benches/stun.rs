//! How long it takes to walk a message, to check it, and to write one.

use std::hint::black_box;

use criterion::{Criterion, criterion_group, criterion_main};
use rtcdiag::proto::stun::{AttributeType, Builder, Class, Key, Message, Method, TransactionId};

fn key() -> Key {
    Key::from_bytes(*b"VOkJxbRl1RmTxUk/WvJxBt")
}

/// An ICE check: what a capture is full of.
fn check() -> Builder {
    Builder::new(Class::Request, Method::BINDING, TransactionId::new(*b"0123456789ab"))
        .text(AttributeType::SOFTWARE, "STUN test client")
        .u32(AttributeType::PRIORITY, 0x6e00_01ff)
        .u64(AttributeType::ICE_CONTROLLED, 7)
        .text(AttributeType::USERNAME, "evtj:h6vY")
        .message_integrity(&key())
        .fingerprint()
}

fn stun(criterion: &mut Criterion) {
    let bytes = check().build();
    criterion.bench_function("decode and walk 6 attributes", |bencher| {
        bencher.iter(|| {
            let message = Message::decode(black_box(&bytes)).unwrap();
            let mut sum = 0;
            for attribute in message.attributes() {
                sum += usize::from(attribute.attribute_type.0) + attribute.value.len();
            }
            sum
        });
    });
    criterion.bench_function("decode and read every value", |bencher| {
        bencher.iter(|| {
            let message = Message::decode(black_box(&bytes)).unwrap();
            for attribute in message.attributes() {
                black_box(message.value(&attribute));
            }
        });
    });
    criterion.bench_function("check the fingerprint", |bencher| {
        let message = Message::decode(&bytes).unwrap();
        bencher.iter(|| black_box(&message).fingerprint());
    });
    criterion.bench_function("check the integrity", |bencher| {
        let (message, key) = (Message::decode(&bytes).unwrap(), key());
        bencher.iter(|| black_box(&message).message_integrity(key.as_bytes()));
    });
    criterion.bench_function("build", |bencher| bencher.iter(|| check().build()));
}

criterion_group!(benches, stun);
criterion_main!(benches);
