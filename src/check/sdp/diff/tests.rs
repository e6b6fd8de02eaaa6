use super::*;

const BASE: &str = "v=0\r\no=- 7 1 IN IP4 127.0.0.1\r\ns=-\r\nt=0 0\r\na=group:BUNDLE 0\r\n\
    m=audio 9 UDP/TLS/RTP/SAVPF 111 0\r\nc=IN IP4 0.0.0.0\r\na=mid:0\r\na=ice-ufrag:abcd\r\na=ice-pwd:0123456789012345678901\r\n\
    a=fingerprint:sha-256 AA:BB\r\na=setup:actpass\r\na=sendrecv\r\na=rtcp-mux\r\na=extmap:1 urn:a\r\na=rtpmap:111 opus/48000/2\r\n\
    a=fmtp:111 minptime=10;useinbandfec=1\r\na=ssrc:1 cname:x\r\n";

fn changed(edits: &[(&str, &str)]) -> Diff {
    let mut after = BASE.replace("- 7 1 IN", "- 7 2 IN");
    for (from, to) in edits {
        assert!(after.contains(from), "{from}");
        after = after.replace(from, to);
    }
    diff(&Description::parse(BASE), &Description::parse(&after))
}

fn told(diff: &Diff) -> Vec<(String, How, Allowed)> {
    let all = diff
        .session
        .iter()
        .chain(diff.media.iter().flat_map(|media| &media.changes));
    all.map(|change| (change.what.clone(), change.how, change.allowed))
        .collect()
}

#[test]
fn one_edit_is_one_change() {
    use Allowed::{Conditional, No, Yes};
    use How::{Added, Changed, Moved, Removed};
    for (from, to, wanted) in [
        ("a=sendrecv", "a=sendonly", ("direction", Changed, Yes)),
        ("SAVPF 111 0", "SAVPF 0 111", ("codec order", Moved, Yes)),
        ("SAVPF 111 0", "SAVPF 111", ("payload type 0", Removed, Conditional)),
        ("SAVPF 111 0", "SAVPF 111 0 8", ("payload type 8", Added, Yes)),
        ("111 opus/48000/2", "111 ISAC/16000", ("payload type 111", Changed, No)),
        ("useinbandfec=1", "useinbandfec=0", ("fmtp 111", Changed, Conditional)),
        ("a=extmap:1 urn:a", "a=extmap:2 urn:a", ("extmap a", Changed, No)),
        ("a=rtcp-mux\r\n", "", ("rtcp-mux", Removed, No)),
        ("a=mid:0", "a=mid:1", ("m-line", Changed, No)),
        (
            "UDP/TLS/RTP/SAVPF",
            "UDP/TLS/RTP/SAVP",
            ("protocol", Changed, Conditional),
        ),
        ("AA:BB", "AA:CC", ("fingerprint", Changed, Conditional)),
        ("a=ice-ufrag:abcd", "a=ice-ufrag:efgh", ("ICE credentials", Changed, No)),
        ("a=ssrc:1 cname:x\r\n", "", ("ssrc 1 cname", Removed, Yes)),
        ("BUNDLE 0", "BUNDLE 0 1", ("group BUNDLE", Changed, Conditional)),
        (
            "a=sendrecv\r\n",
            "a=sendrecv\r\na=candidate:1 1 udp 1 192.0.2.1 5000 typ host\r\n",
            ("candidate 1 udp 192.0.2.1 5000 typ host", Added, Yes),
        ),
        ("m=audio 9", "m=audio 0", ("m-line", Changed, Yes)),
        ("- 7 2 IN", "- 8 2 IN", ("origin", Changed, No)),
        ("- 7 2 IN", "- 7 4 IN", ("version", Changed, Conditional)),
        ("- 7 2 IN", "- 7 0 IN", ("version", Changed, No)),
    ] {
        let diff = changed(&[(from, to)]);
        assert_eq!(
            told(&diff),
            [(wanted.0.to_owned(), wanted.1, wanted.2)],
            "{from} -> {to}"
        );
    }
}

#[test]
fn what_means_the_same_is_the_same() {
    for (from, to) in [
        ("minptime=10;useinbandfec=1", "useinbandfec=1; minptime=10"),
        ("AA:BB", "aa:bb"),
        ("a=sendrecv\r\n", ""),
        ("opus/48000/2", "OPUS/48000/2"),
        ("a=setup:actpass\r\na=sendrecv", "a=sendrecv\r\na=setup:actpass"),
        ("\r\n", "\n"),
    ] {
        let diff = changed(&[(from, to)]);
        assert_eq!((told(&diff), diff.changed), (vec![], false), "{from} -> {to}");
        assert_eq!(diff.media[0].fate, Fate::Same);
    }
}

#[test]
fn restarts_are_seen() {
    let diff = changed(&[("abcd", "efgh"), ("0123456789012345678901", "9999999999999999999999")]);
    assert!(diff.ice_restart && !diff.dtls_restart && is_allowed(&diff));
    assert!(changed(&[("AA:BB", "AA:CC")]).dtls_restart);
}

#[test]
fn a_change_needs_a_new_version() {
    let after = BASE.replace("a=sendrecv", "a=inactive");
    let diff = diff(&Description::parse(BASE), &Description::parse(&after));
    assert_eq!(diff.session[0].what, "version");
    assert!(!is_allowed(&diff));
}

#[test]
fn what_became_of_m_lines() {
    let video = "m=video 9 UDP/TLS/RTP/SAVPF 96\r\na=mid:1\r\n";
    let stopped = "m=video 0 UDP/TLS/RTP/SAVPF 96\r\na=mid:1\r\n";
    let new = "m=application 9 UDP/DTLS/SCTP webrtc-datachannel\r\na=mid:2\r\n";
    for (before, after, fate) in [
        ("", video, Fate::Added),
        (video, "", Fate::Removed),
        (video, video, Fate::Same),
        (video, stopped, Fate::Stopped),
        (stopped, video, Fate::Resumed),
        (stopped, new, Fate::Recycled),
        (stopped, stopped, Fate::Same),
        (video, new, Fate::Replaced),
    ] {
        let (before, after) = (format!("{BASE}{before}"), format!("{BASE}{after}"));
        let diff = diff(&Description::parse(&before), &Description::parse(&after));
        assert_eq!(
            diff.media.get(1).map(|media| media.fate),
            Some(fate),
            "{before} {after}"
        );
    }
}

#[test]
fn nothing_is_no_trouble() {
    for text in [
        "",
        "\r\n",
        "m=",
        "m=audio\r\na=\r\n",
        "a=candidate:\r\na=ssrc:x\r\nb=\r\nc=\r\n",
    ] {
        let (one, other) = (Description::parse(text), Description::parse(BASE));
        assert!(!diff(&one, &one).changed, "{text:?}");
        assert!(diff(&one, &other).changed && diff(&other, &one).changed);
    }
}
