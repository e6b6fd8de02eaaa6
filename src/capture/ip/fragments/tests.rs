use proptest::prelude::*;

use super::*;

fn payload() -> Vec<u8> {
    (0..100).collect()
}

fn header(bytes: &[u8]) -> Header<'_> {
    Header {
        src: IpAddr::from([192, 0, 2, 1]),
        dst: IpAddr::from([192, 0, 2, 2]),
        protocol: 17,
        fragment: None,
        payload: Octets::whole(bytes),
    }
}

/// Adds `range` of `payload` as a fragment of a datagram of all of it.
fn add(fragments: &mut Fragments, payload: &[u8], range: std::ops::Range<usize>, at: At) -> Option<Vec<u8>> {
    let place = Fragment {
        id: 7,
        offset: range.start,
        more: range.end < payload.len(),
    };
    let whole = fragments.add(&header(&payload[range]), place, 0, 1, at)?;
    assert_eq!((whole.protocol, whole.missing), (17, 0));
    let bytes = whole.bytes.clone();
    fragments.give_back(whole);
    Some(bytes)
}

#[test]
fn any_order_copies_and_overlaps_give_the_datagram_once() {
    let payload = payload();
    for order in [[0, 1, 2], [2, 1, 0], [1, 2, 0], [2, 0, 1]] {
        let mut fragments = Fragments::default();
        let ranges = [0..40, 24..72, 64..100];
        let mut given = Vec::new();
        for index in order {
            for _ in 0..2 {
                given.extend(add(&mut fragments, &payload, ranges[index].clone(), At::START));
            }
        }
        assert_eq!(given, std::slice::from_ref(&payload), "{order:?}");
        assert_eq!((fragments.facts().reassembled, fragments.facts().duplicates), (1, 3));
        fragments.finish();
        assert_eq!((fragments.facts().lost, fragments.octets), (0, 0));
    }
}

#[test]
fn what_came_first_is_kept() {
    let (first, second) = (payload(), vec![0xff; 100]);
    let mut fragments = Fragments::default();
    assert_eq!(add(&mut fragments, &first, 0..48, At::START), None);
    assert_eq!(add(&mut fragments, &second, 16..64, At::START), None);
    assert_eq!(fragments.facts().conflicts, 1);
    let whole = add(&mut fragments, &first, 64..100, At::START).unwrap();
    assert_eq!(
        (&whole[..48], &whole[48..64], &whole[64..]),
        (&first[..48], &second[48..64], &first[64..])
    );
}

#[test]
fn an_identification_used_again_is_another_datagram() {
    let (first, second) = (payload(), vec![0xff; 100]);
    let mut fragments = Fragments::default();
    add(&mut fragments, &first, 0..48, At::START);
    assert_eq!(add(&mut fragments, &first, 48..100, At::START), Some(first));
    add(&mut fragments, &second, 48..100, At::START);
    assert_eq!(add(&mut fragments, &second, 0..48, At::START), Some(second));
}

#[test]
fn what_never_comes_is_told() {
    let payload = payload();
    let mut fragments = Fragments::default();
    add(&mut fragments, &payload, 0..48, At::START);
    add(&mut fragments, &payload, 64..100, At::START);
    assert_eq!(
        add(&mut fragments, &payload, 48..64, At::from_millis(30_001)),
        None,
        "too late"
    );
    let told = fragments.facts().incomplete[0];
    assert_eq!(
        (told.ports, told.octets, told.total),
        (Some((1, 0x0203)), 84, Some(100))
    );
    fragments.finish();
    assert_eq!(fragments.facts().lost, 2);
}

#[test]
fn what_was_not_captured_is_missing_in_the_whole() {
    let payload = payload();
    let mut fragments = Fragments::default();
    let cut = Header {
        payload: Octets {
            bytes: &payload[..30],
            missing: 18,
        },
        ..header(&payload)
    };
    let place = |offset, more| Fragment { id: 7, offset, more };
    assert!(fragments.add(&cut, place(0, true), 0, 1, At::START).is_none());
    let whole = fragments
        .add(&header(&payload[48..]), place(48, false), 0, 2, At::START)
        .unwrap();
    assert_eq!((&whole.bytes[..], whole.missing), (&payload[..30], 70));
}

#[test]
fn memory_is_bounded_and_says_so() {
    let mut fragments = Fragments::default();
    let bytes = vec![0; 8000];
    for id in 0..20_000 {
        let place = Fragment {
            id,
            offset: 0,
            more: true,
        };
        assert!(fragments.add(&header(&bytes), place, 0, 1, At::START).is_none());
        assert!(fragments.octets <= MOST_OCTETS && fragments.queue.len() <= MOST_DATAGRAMS);
    }
    fragments.finish();
    let facts = fragments.facts();
    assert_eq!(
        (facts.evicted + facts.lost, facts.incomplete.len()),
        (20_000, MOST_TOLD)
    );
    assert!(facts.evicted > 19_000);
}

proptest! {
    #[test]
    fn any_fragments_at_all_are_taken(
        parts in proptest::collection::vec((0usize..9000, 0usize..300, any::<bool>(), 0u32..3, 0usize..50), 0..200)
    ) {
        let mut fragments = Fragments::default();
        let bytes = vec![5; 300];
        for (offset, length, more, id, missing) in parts {
            let header = Header { payload: Octets { bytes: &bytes[..length], missing }, ..header(&bytes) };
            let place = Fragment { id, offset: offset * 8, more };
            if let Some(whole) = fragments.add(&header, place, 0, 1, At::START) {
                prop_assert!(whole.bytes.len() + whole.missing <= LARGEST_DATAGRAM);
                fragments.give_back(whole);
            }
        }
        fragments.finish();
        prop_assert_eq!(fragments.octets, 0);
    }
}
