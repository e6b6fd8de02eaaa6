use super::*;
use crate::report::sdp_negotiation::{CodecLeftOut, Reason, Side};

fn agree(offer: &str, answer: &str) -> Negotiation {
    negotiate(&Description::parse(offer), &Description::parse(answer))
}

/// A description with one video section of these formats and lines.
fn video(formats: &str, lines: &str) -> String {
    format!(
        "v=0\r\no=- 1 1 IN IP4 0.0.0.0\r\ns=-\r\nt=0 0\r\nm=video 9 UDP/TLS/RTP/SAVPF {formats}\r\na=mid:0\r\n{lines}"
    )
}

fn codec(lines: &[&str]) -> String {
    lines.iter().map(|line| format!("a={line}\r\n")).collect()
}

fn reasons(media: &Media) -> Vec<(Side, &str, Reason)> {
    let reason = |left: &CodecLeftOut| (left.side, left.format.clone(), left.reason);
    let all = media.codecs_left_out.iter().map(reason);
    all.map(|(side, format, reason)| (side, &*format.leak(), reason))
        .collect()
}

#[test]
fn codecs_fall_out_for_what_both_sides_must_have_alike() {
    let h264 = |mode, id| format!("fmtp:96 packetization-mode={mode};profile-level-id={id}");
    let map = |what| format!("rtpmap:96 {what}");
    for (what, offered, answered, wanted) in [
        ("H264/90000", h264(1, "42e01f"), h264(1, "42e034"), None),
        (
            "H264/90000",
            h264(1, "42e01f"),
            h264(0, "42e01f"),
            Some(Reason::PacketizationMode),
        ),
        (
            "H264/90000",
            h264(1, "42e01f"),
            h264(1, "42001f"),
            Some(Reason::Profile),
        ),
        ("H264/90000", h264(1, "42e01f"), h264(1, "4d801f"), None),
        ("VP9/90000", "fmtp:96 profile-id=0".into(), "fmtp:96 x=1".into(), None),
        (
            "VP9/90000",
            "fmtp:96 profile-id=2".into(),
            "fmtp:96 profile-id=0".into(),
            Some(Reason::Profile),
        ),
        (
            "AV1/90000",
            "fmtp:96 profile=0;level-idx=5".into(),
            "fmtp:96 level-idx=8".into(),
            None,
        ),
        (
            "H265/90000",
            "fmtp:96 profile-id=2".into(),
            "fmtp:96 level-id=93".into(),
            Some(Reason::Profile),
        ),
        (
            "VP8/90000",
            "fmtp:96 max-fs=100".into(),
            "fmtp:96 max-fs=200".into(),
            None,
        ),
    ] {
        let offer = video("96", &codec(&[&map(what), &offered]));
        let answer = video("96", &codec(&[&map(what), &answered]));
        let media = &agree(&offer, &answer).media[0];
        let expected: Vec<_> = wanted
            .into_iter()
            .flat_map(|reason| [(Side::Offer, "96", reason), (Side::Answer, "96", reason)])
            .collect();
        assert_eq!(reasons(media), expected, "{what} {offered} {answered}");
        assert_eq!(media.codecs.len(), usize::from(wanted.is_none()));
    }
}

/// The example of level upgrading in the payload format: the answer has another level and another tier.
#[test]
fn av1_goes_by_its_name_where_nothing_else_fits() {
    let av1 = |lines: &[&str]| {
        let formats: Vec<String> = (0..lines.len()).map(|at| (96 + at).to_string()).collect();
        let maps = formats.iter().zip(lines);
        let maps = maps.map(|(pt, config)| format!("a=rtpmap:{pt} AV1/90000\r\na=fmtp:{pt} {config}\r\n"));
        video(&formats.join(" "), &maps.collect::<String>())
    };
    let media = &agree(
        &av1(&["profile=0; level-idx=0"]),
        &av1(&["profile=0; level-idx=4; tier=1"]),
    )
    .media[0];
    assert!(
        media.codecs[0]
            .note
            .as_deref()
            .is_some_and(|note| note.starts_with("tier 0 against 1")),
        "{media:?}"
    );
    let level = |sending: &Option<crate::report::sdp_negotiation::Sending>| {
        sending
            .as_ref()
            .and_then(|sending| sending.codec.as_ref()?.level.clone())
    };
    assert_eq!(level(&media.offerer_sends).as_deref(), Some("3.0"));
    assert_eq!(level(&media.answerer_sends).as_deref(), Some("2.0"));
    // The same profile goes first, wherever it stands.
    let media = &agree(&av1(&["profile=1", "profile=0"]), &av1(&["profile=0"])).media[0];
    assert_eq!((media.codecs[0].offer_payload_type, &media.codecs[0].note), (97, &None));
    assert_eq!(reasons(media), [(Side::Offer, "96", Reason::Profile)]);
}

#[test]
fn rtx_of_another_codec_is_no_pair() {
    let text = |apt: &str| {
        video(
            "96 98 97",
            &codec(&[
                "rtpmap:96 VP8/90000",
                "rtpmap:98 VP9/90000",
                "rtpmap:97 rtx/90000",
                &format!("fmtp:97 apt={apt}"),
            ]),
        )
    };
    let media = &agree(&text("96"), &text("98")).media[0];
    let both = [
        (Side::Offer, "97", Reason::OtherApt),
        (Side::Answer, "97", Reason::OtherApt),
    ];
    assert_eq!(reasons(media), both);
}

#[test]
fn whose_order_holds() {
    let text = |formats: &str| video(formats, &codec(&["rtpmap:96 VP8/90000", "rtpmap:98 VP9/90000"]));
    let sends = |offer: &str, answer: &str| {
        let sending = agree(&text(offer), &text(answer)).media[0]
            .answerer_sends
            .clone()
            .expect("sends");
        (
            sending.codec.map(|codec| codec.payload_type),
            sending.browsers_send,
            sending.note.is_some(),
        )
    };
    assert_eq!(sends("96 98", "96 98"), (Some(96), None, false));
    assert_eq!(sends("96 98", "98 96"), (Some(96), None, true));
    assert_eq!(sends("96 98", "98"), (Some(98), Some(96), true));
    assert_eq!(sends("96 98", "96"), (Some(96), None, false));
}

#[test]
fn names_rates_and_channels_make_a_codec() {
    let audio = |map: &str| video("111", &codec(&[map])).replace("video", "audio");
    for (offered, answered, wanted) in [
        ("rtpmap:111 opus/48000/2", "rtpmap:111 OPUS/48000/2", None),
        (
            "rtpmap:111 opus/48000/2",
            "rtpmap:111 opus/48000",
            Some(Reason::Channels),
        ),
        (
            "rtpmap:111 ISAC/16000",
            "rtpmap:111 ISAC/32000",
            Some(Reason::ClockRate),
        ),
        (
            "rtpmap:111 opus/48000/2",
            "rtpmap:111 PCMU/8000",
            Some(Reason::NotAnswered),
        ),
        ("ptime:20", "rtpmap:111 opus/48000/2", Some(Reason::NoRtpMap)),
    ] {
        let media = &agree(&audio(offered), &audio(answered)).media[0];
        assert_eq!(
            reasons(media).first().map(|left| left.2),
            wanted,
            "{offered} {answered}"
        );
    }
    // Static payload types need no rtpmap.
    let offer = "m=audio 9 RTP/AVP 0 8\r\n";
    let negotiation = agree(offer, "m=audio 9 RTP/AVP 8\r\na=rtpmap:8 PCMA/8000\r\n");
    assert_eq!(negotiation.media[0].codecs[0].encoding, "PCMA");
}

#[test]
fn payload_types_are_those_of_the_receiver_and_rtx_follows() {
    let offer = video(
        "96 97 98 99",
        &codec(&[
            "rtpmap:96 VP8/90000",
            "rtpmap:97 rtx/90000",
            "fmtp:97 apt=96",
            "rtpmap:98 VP9/90000",
            "rtpmap:99 rtx/90000",
            "fmtp:99 apt=98",
            "rtcp-fb:* nack pli",
            "rtcp-fb:96 transport-cc",
        ]),
    );
    let answer = video(
        "120 121 122",
        &codec(&[
            "rtpmap:120 VP8/90000",
            "rtpmap:121 rtx/90000",
            "fmtp:121 apt=120",
            "rtpmap:122 rtx/90000",
            "fmtp:122 apt=98",
            "rtcp-fb:120 nack pli",
            "rtcp-fb:120 goog-remb",
        ]),
    );
    let media = &agree(&offer, &answer).media[0];
    let sent = |sending: &Option<crate::report::sdp_negotiation::Sending>| {
        let codec = sending.as_ref().unwrap().codec.clone().unwrap();
        (codec.payload_type, codec.rtx_payload_type)
    };
    assert_eq!(sent(&media.offerer_sends), (120, Some(121)));
    assert_eq!(sent(&media.answerer_sends), (96, Some(97)));
    let pair = &media.codecs[0];
    assert_eq!((pair.offer_payload_type, pair.answer_payload_type), (96, 120));
    assert_eq!(pair.rtcp_fb, ["nack pli"]);
    assert_eq!(
        (
            pair.rtcp_fb_offer_only[0].as_str(),
            pair.rtcp_fb_answer_only[0].as_str()
        ),
        ("transport-cc", "goog-remb")
    );
    assert_eq!(
        reasons(media),
        [
            (Side::Offer, "98", Reason::NotAnswered),
            (Side::Offer, "99", Reason::RtxOfUnused),
            (Side::Answer, "122", Reason::RtxOfUnused),
        ]
    );
}

#[test]
fn red_wraps_what_both_have() {
    let audio = |lines: &[&str]| video("111 63 110", &codec(lines)).replace("video", "audio");
    let both = audio(&[
        "rtpmap:111 opus/48000/2",
        "rtpmap:63 red/48000/2",
        "fmtp:63 111/111",
        "rtpmap:110 telephone-event/48000",
    ]);
    let sending = agree(&both, &both).media[0].offerer_sends.clone().unwrap();
    assert_eq!(sending.codec.map(|codec| codec.red_payload_type), Some(Some(63)));
    assert_eq!(sending.companions[0].encoding, "telephone-event");
}

#[test]
fn each_side_sends_what_the_other_wants() {
    for (offered, answered, offerer) in [
        ("sendrecv", "sendrecv", "sendrecv"),
        ("sendrecv", "recvonly", "sendonly"),
        ("sendonly", "recvonly", "sendonly"),
        ("recvonly", "sendonly", "recvonly"),
        ("sendonly", "sendonly", "inactive"),
        ("recvonly", "sendrecv", "recvonly"),
        ("sendrecv", "inactive", "inactive"),
    ] {
        let text = |direction: &str| video("96", &codec(&["rtpmap:96 VP8/90000", direction]));
        let media = &agree(&text(offered), &text(answered)).media[0];
        assert_eq!(media.direction.offerer, offerer, "{offered} {answered}");
        assert_eq!(media.offerer_sends.is_some(), offerer.starts_with("send"));
        assert_eq!(
            media.answerer_sends.is_some(),
            matches!(offerer, "sendrecv" | "recvonly")
        );
    }
}

#[test]
fn m_lines_that_are_not_in_use_say_why() {
    let used = video("96", "a=rtpmap:96 VP8/90000\r\n");
    let stopped = used.replace("video 9", "video 0");
    let none = "v=0\r\n";
    for (offer, answer, wanted) in [
        (used.as_str(), used.as_str(), None),
        (&used, &stopped, Some(Refusal::RejectedInAnswer)),
        (&stopped, &stopped, Some(Refusal::RejectedInOffer)),
        (&used, none, Some(Refusal::MissingInAnswer)),
        (none, &used, Some(Refusal::MissingInOffer)),
    ] {
        let media = &agree(offer, answer).media[0];
        assert_eq!((media.not_accepted, media.accepted), (wanted, wanted.is_none()));
    }
    // Port 0 with bundle-only is no rejection.
    let bundle_only = format!("{stopped}a=bundle-only\r\n");
    assert!(agree(&bundle_only, &used).media[0].accepted);
}

#[test]
fn dtls_roles() {
    let text = |setup: &str| video("96", &codec(&["fingerprint:sha-256 AA", setup]));
    for (offer, answer, client) in [
        ("setup:actpass", "setup:active", Some("answerer")),
        ("setup:actpass", "setup:passive", Some("offerer")),
        ("setup:active", "setup:passive", Some("offerer")),
        ("setup:passive", "setup:active", Some("answerer")),
        ("setup:active", "setup:active", None),
        ("setup:actpass", "setup:actpass", None),
        ("setup:actpass", "setup:holdconn", None),
        ("setup:actpass", "mid:x", None),
    ] {
        let dtls = agree(&text(offer), &text(answer)).media[0].dtls.clone().unwrap();
        assert_eq!(dtls.client.as_deref(), client, "{offer} {answer}");
        assert_eq!(dtls.problem.is_some(), client.is_none());
    }
}

#[test]
fn the_full_agent_controls() {
    let text = |lite: bool| {
        let text = video("96", &codec(&["ice-ufrag:abcd", "ice-options:trickle"]));
        if lite {
            text.replace("t=0 0\r\n", "t=0 0\r\na=ice-lite\r\n")
        } else {
            text
        }
    };
    for (offer, answer, controlling) in [
        (false, false, "offerer"),
        (true, false, "answerer"),
        (false, true, "offerer"),
        (true, true, "offerer"),
    ] {
        let ice = agree(&text(offer), &text(answer)).media[0].ice.clone().unwrap();
        assert_eq!((ice.controlling.as_str(), ice.offerer.lite), (controlling, offer));
        assert!(ice.offerer.trickle && !ice.answerer.ice2);
    }
}

#[test]
fn extensions_by_uri() {
    let offer = video(
        "96",
        &codec(&["extmap:1 urn:a", "extmap:2/recvonly urn:b", "extmap:3 urn:c"]),
    );
    let answer = video("96", &codec(&["extmap:1 urn:a", "extmap:2 urn:b", "extmap:4 urn:d"]));
    let media = &agree(&offer, &answer).media[0];
    let agreed: Vec<_> = media
        .extensions
        .iter()
        .map(|one| (one.uri.as_str(), one.direction.as_str()))
        .collect();
    assert_eq!(agreed, [("urn:a", "sendrecv"), ("urn:b", "recvonly")]);
    assert_eq!(
        (
            &media.extensions_left_out.offer[0],
            &media.extensions_left_out.answer[0]
        ),
        (&"urn:c".into(), &"urn:d".into())
    );
}

#[test]
fn simulcast_layers_are_those_of_both() {
    let offer = video(
        "96",
        &codec(&[
            "rid:h send max-width=1280",
            "rid:m send",
            "rid:l send",
            "simulcast:send h;m;~l",
        ]),
    );
    let answer = video(
        "96",
        &codec(&["rid:h recv", "rid:l recv max-fps=15", "simulcast:recv h;l;x"]),
    );
    let simulcast = agree(&offer, &answer).media[0].simulcast.clone().unwrap();
    let layers: Vec<_> = simulcast
        .offerer_sends
        .iter()
        .map(|layer| (layer.rids[0].as_str(), layer.paused))
        .collect();
    assert_eq!(layers, [("h", false), ("l", true)]);
    assert_eq!(simulcast.offerer_sends[1].restrictions, ["max-fps=15"]);
    assert_eq!(
        (simulcast.left_out.offer, simulcast.left_out.answer),
        (vec!["m".to_owned()], vec!["x".to_owned()])
    );
    assert!(simulcast.answerer_sends.is_empty());
}

#[test]
fn data_channels_and_bundle() {
    let data = |lines: &str| {
        format!(
            "v=0\r\na=group:BUNDLE a d\r\nm=audio 9 UDP/TLS/RTP/SAVPF 0\r\na=mid:a\r\na=rtcp-mux\r\na=ice-ufrag:abcd\r\n\
             m=application 9 UDP/DTLS/SCTP webrtc-datachannel\r\na=mid:d\r\n{lines}"
        )
    };
    let offer = data("a=sctp-port:5000\r\na=max-message-size:262144\r\n");
    let negotiation = agree(&offer, &data("a=sctpmap:5001 webrtc-datachannel 256\r\n"));
    let sctp = negotiation.media[1].sctp.clone().unwrap();
    assert_eq!((sctp.offer_port, sctp.answer_port), (Some(5000), Some(5001)));
    assert_eq!(
        (sctp.offerer_may_send, sctp.answerer_may_send),
        (Some(65_536), Some(262_144))
    );
    assert_eq!(negotiation.bundle[0].transport_mid.as_deref(), Some("a"));
    let transport = &negotiation.media[1].transport;
    assert!(transport.bundled && transport.mid.as_deref() == Some("a"));
    assert_eq!(
        negotiation.media[1].ice.as_ref().unwrap().offerer.ufrag.as_deref(),
        Some("abcd")
    );
    assert_eq!(negotiation.media[1].rtcp_mux, None);
    // The answer takes the second one out.
    let answer = data("").replace("BUNDLE a d", "BUNDLE a");
    let negotiation = agree(&offer, &answer);
    assert_eq!(negotiation.bundle[0].taken_out, ["d"]);
    assert!(!negotiation.media[1].transport.bundled);
}

#[test]
fn many_m_lines_take_linear_time() {
    let mut text = String::from("v=0\r\na=group:BUNDLE");
    for index in 0..20_000 {
        text.push_str(&format!(" {index}"));
    }
    for index in 0..20_000 {
        text.push_str(&format!("\r\nm=audio 9 UDP/TLS/RTP/SAVPF 0\r\na=mid:{index}"));
    }
    assert_eq!(agree(&text, &text).media.len(), 20_000);
}

#[test]
fn nothing_in_nothing_out() {
    assert_eq!(agree("", ""), Negotiation::default());
    for text in [
        "m=",
        "m=audio\r\n",
        "m=video 9 UDP/TLS/RTP/SAVPF\r\n",
        "m=video 9 UDP/TLS/RTP/SAVPF * 999 x\r\n",
    ] {
        assert_eq!(agree(text, text).media.len(), 1, "{text}");
    }
}
