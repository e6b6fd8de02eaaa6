//! The grammar of RFC 7064 and RFC 7065, what is read beside it, and what is refused and how.

use proptest::prelude::*;
use rtcdiag::datagram::Transport;
use rtcdiag::proto::ice::{Host, Scheme, ServerUrl, UrlPart, UrlQuirk};

fn codes(url: &ServerUrl) -> Vec<&'static str> {
    url.quirks.iter().map(UrlQuirk::code).collect()
}

#[test]
fn right_urls() {
    for (text, scheme, host, port, transport) in [
        (
            "stun:stun.example.org",
            Scheme::Stun,
            "stun.example.org",
            3478,
            Transport::Udp,
        ),
        (
            "stun:stun.example.org:19302",
            Scheme::Stun,
            "stun.example.org",
            19302,
            Transport::Udp,
        ),
        ("stun:192.0.2.1", Scheme::Stun, "192.0.2.1", 3478, Transport::Udp),
        (
            "stun:[2001:db8::1]",
            Scheme::Stun,
            "[2001:db8::1]",
            3478,
            Transport::Udp,
        ),
        (
            "stun:[::ffff:192.0.2.1]:1",
            Scheme::Stun,
            "[::ffff:192.0.2.1]",
            1,
            Transport::Udp,
        ),
        ("turn:a", Scheme::Turn, "a", 3478, Transport::Udp),
        ("turn:a?transport=udp", Scheme::Turn, "a", 3478, Transport::Udp),
        ("turn:a:80?transport=tcp", Scheme::Turn, "a", 80, Transport::Tcp),
        (
            "turn:[2001:db8::1]:65535?transport=tcp",
            Scheme::Turn,
            "[2001:db8::1]",
            65535,
            Transport::Tcp,
        ),
        ("turns:a", Scheme::Turns, "a", 5349, Transport::Tls),
        ("turns:a:443?transport=tcp", Scheme::Turns, "a", 443, Transport::Tls),
        (
            "turn:relay_1.example.org.",
            Scheme::Turn,
            "relay_1.example.org.",
            3478,
            Transport::Udp,
        ),
        ("turn:3com.example", Scheme::Turn, "3com.example", 3478, Transport::Udp),
        (
            "turn:ICE.Example.ORG",
            Scheme::Turn,
            "ice.example.org",
            3478,
            Transport::Udp,
        ),
    ] {
        let url = ServerUrl::parse(text).unwrap_or_else(|error| panic!("{error}"));
        let seen = (url.scheme, url.host.to_string(), url.port, url.transport);
        assert_eq!(seen, (scheme, host.to_owned(), port, transport), "{text}");
        assert_eq!(url.quirks, [], "{text}");
        assert_eq!(url.text, text);
    }
}

#[test]
fn canonical_text() {
    for (text, canonical) in [
        ("stun:A:3478", "stun:a"),
        ("TURNS:a:5349?transport=tcp", "turns:a"),
        ("turn:a:5349", "turn:a:5349"),
        ("turns:a:3478", "turns:a:3478"),
        ("turn:a?transport=udp", "turn:a"),
        ("turn:a?transport=TCP", "turn:a?transport=tcp"),
        ("turn:[2001:DB8:0::1]?transport=tcp", "turn:[2001:db8::1]?transport=tcp"),
        ("turn:a?transport=tls", "turns:a"),
        ("turn:a:443?transport=tls", "turns:a:443"),
        ("turns:a?transport=udp", "turns:a?transport=udp"),
        ("turn:a?transport=dtls", "turns:a?transport=udp"),
        ("stun:a?transport=tcp", "stun:a?transport=tcp"),
        ("stun:a?transport=udp", "stun:a"),
        ("turn://user@a:/?", "turn:a"),
    ] {
        assert_eq!(ServerUrl::parse(text).unwrap().to_string(), canonical, "{text}");
    }
}

#[test]
fn quirks_are_named_in_the_order_of_the_text() {
    for (text, expected) in [
        (" stun:a\n", &["surrounding-blanks"][..]),
        ("Stun:a", &["scheme-case"]),
        ("stun:/a", &["slashes"]),
        ("stun://a", &["slashes"]),
        ("turn:user@a", &["user-info"]),
        ("turn:a/", &["trailing-slash"]),
        ("turn:a:3478/", &["trailing-slash"]),
        ("stun:a:", &["empty-port"]),
        ("turn:[::1]:", &["empty-port"]),
        ("turn:a?", &["empty-query"]),
        ("stun:a?transport=udp", &["stun-query"]),
        ("turn:a?TRANSPORT=udp", &["parameter-case"]),
        ("turn:a?transport=UDP", &["transport-case"]),
        ("turn:a?transport=tls", &["transport-tls"]),
        ("turns:a?transport=tls", &["transport-tls"]),
        ("turn:a?transport=udp&x=1", &["extra-parameters"]),
        ("turn:a?x&transport=udp", &["extra-parameters"]),
        ("stuns:a", &["stun-over-tls"]),
        ("turns:a?transport=udp", &["dtls"]),
        ("turn:a?transport=dtls", &["transport-tls", "dtls"]),
        ("turn:a:22", &["blocked-port"]),
        ("stun:a:22", &[]),
        ("turn:a:443", &[]),
        ("turn:a:1024", &[]),
        (
            "TURN://user@a:/?transport=TLS&ttl=1",
            &[
                "scheme-case",
                "slashes",
                "user-info",
                "trailing-slash",
                "empty-port",
                "extra-parameters",
                "transport-case",
                "transport-tls",
            ],
        ),
    ] {
        let url = ServerUrl::parse(text).unwrap_or_else(|error| panic!("{error}"));
        assert_eq!(codes(&url), expected, "{text}");
        for quirk in &url.quirks {
            let said = [
                quirk.to_string(),
                quirk.browsers().to_owned(),
                quirk.advice().to_owned(),
            ];
            assert!(said.iter().all(|sentence| sentence.len() > 10));
        }
    }
}

#[test]
fn effective_transport_of_odd_urls() {
    for (text, scheme, port, transport) in [
        ("turn:a?transport=tls", Scheme::Turns, 5349, Transport::Tls),
        ("turn:a:3478?transport=tls", Scheme::Turns, 3478, Transport::Tls),
        ("turn:a?transport=dtls", Scheme::Turns, 5349, Transport::Dtls),
        ("turns:a?transport=udp", Scheme::Turns, 5349, Transport::Dtls),
        ("stuns:a", Scheme::Stuns, 5349, Transport::Tls),
        ("stun:a?transport=tcp", Scheme::Stun, 3478, Transport::Tcp),
        ("stun:a?transport=tls", Scheme::Stuns, 5349, Transport::Tls),
    ] {
        let url = ServerUrl::parse(text).unwrap();
        assert_eq!(
            (url.scheme, url.port, url.transport),
            (scheme, port, transport),
            "{text}"
        );
    }
}

#[test]
fn refused_with_part_column_and_hint() {
    use UrlPart::*;
    for (text, part, column, hint) in [
        ("", Scheme, 1, "stun:HOST"),
        ("  ", Scheme, 1, "stun:HOST"),
        ("stun.example.org", Scheme, 1, "`stun:stun.example.org`"),
        ("stun.example.org:3478", Scheme, 1, "`stun:stun.example.org:3478`"),
        ("localhost:3478", Scheme, 1, "`stun:localhost:3478`"),
        ("stunn:a", Scheme, 1, "schemes"),
        ("https://a", Scheme, 1, "schemes"),
        (":a", Scheme, 1, "schemes"),
        ("stun:", Host, 6, "stun:HOST"),
        ("stun::5555", Host, 6, "stun:HOST"),
        ("stun:?transport=udp", Host, 6, "stun:HOST"),
        ("stun://", Host, 8, "stun:HOST"),
        ("turn:user@", Host, 11, "turn:HOST"),
        ("stun:a b", Host, 7, "blanks"),
        ("st un:a", Scheme, 3, "blanks"),
        ("stun:a\u{7}", Host, 7, "blanks"),
        ("stun:#a", Host, 6, "`#`"),
        ("turn:a?transport=udp#x", Query, 21, "`#`"),
        ("stun:a/path", Host, 7, "path"),
        ("stun:2001:db8::1", Host, 6, "`stun:[2001:db8::1]`"),
        ("stun:[2001:db8::1", Host, 6, "[2001:db8::1]"),
        ("stun:[2001:db8:::1]", Host, 7, "[2001:db8::1]"),
        ("stun:[fe80::1%25eth0]", Host, 7, "zone"),
        ("stun:[192.0.2.1]", Host, 7, "without brackets"),
        ("stun:[]", Host, 7, "[2001:db8::1]"),
        ("stun:[::1]junk:1000", Port, 11, "[IPV6]:PORT"),
        ("stun:a,stun:b", Host, 7, "one URL"),
        ("stun:a%20b", Host, 7, "letters"),
        ("stun:büro.example", Host, 7, "xn--"),
        ("stun:a..b", Host, 6, "1 to 63"),
        ("stun:.", Host, 6, "1 to 63"),
        ("stun:300.0.2.1", Host, 6, "four numbers"),
        ("stun:192.0.2", Host, 6, "four numbers"),
        ("stun:a:0", Port, 8, "1 to 65535"),
        ("stun:a:65536", Port, 8, "1 to 65535"),
        ("stun:a:99a99", Port, 8, "1 to 65535"),
        ("stun:a:-1", Port, 8, "1 to 65535"),
        ("stun:a:+1", Port, 8, "1 to 65535"),
        ("stun:a:port:more", Port, 8, "1 to 65535"),
        ("turn:a?transport=", Transport, 18, "`udp` or `tcp`"),
        ("turn:a?transport=sctp", Transport, 18, "`udp` or `tcp`"),
        ("stun:a?transport=x", Transport, 18, "leave out"),
        ("turn:a?tcp", Query, 8, "`?transport=tcp`"),
        ("turn:a?proto=udp", Query, 8, "?transport=udp"),
        ("turn:a?transport=udp?", Transport, 18, "`udp` or `tcp`"),
        ("turn:a?transport=udp&transport=tcp", Query, 22, "once"),
    ] {
        let error = ServerUrl::parse(text).expect_err(text);
        assert_eq!((error.part, error.column), (part, column), "{error}");
        assert!(error.hint().contains(hint), "{error}; {}", error.hint());
    }
    let long = format!("stun:{}", "a".repeat(64));
    assert_eq!(ServerUrl::parse(&long).unwrap_err().part, UrlPart::Host);
    let error = ServerUrl::parse("stun:a\u{1b}[2J").unwrap_err();
    assert_eq!(
        error.to_string(),
        "a blank or control character (column 7): stun:a\\u{1b}[2J"
    );
    let error = ServerUrl::parse("foo:x").unwrap_err();
    assert_eq!(error.to_string(), "not a STUN or TURN scheme: foo:x");
    assert_eq!(error.what(), "not a STUN or TURN scheme");
}

#[test]
fn a_password_in_a_url_is_never_kept() {
    for text in [
        "turn:alice:hunter2@example.org",
        "TURN://alice:hunter2@example.org/?transport=tcp",
        "turn:alice:hunter2@example.org:x",
        "turn:alice:hunter2@exa mple.org",
        "turn:alice:hun?ter2 hunter2@example.org",
        "alice:hunter2@example.org",
        "https://alice:hunter2@example.org",
        "turn:alice:hunter2@",
        "turn:a:hunter2@b:hunter2@c",
        "turn:alice:hunter2@a#b",
        " turn:alice:hunter2@example.org ",
    ] {
        let said = match ServerUrl::parse(text) {
            Ok(url) => format!("{url} {url:?}"),
            Err(error) => format!("{error} {error:?} {}", error.hint()),
        };
        assert!(!said.contains("hunter2"), "{said}");
    }
    let url = ServerUrl::parse("turn:alice:hunter2@example.org").unwrap();
    assert_eq!(url.text, "turn:alice:(redacted)@example.org");
    assert_eq!(
        url.quirks,
        [UrlQuirk::UserInfo {
            username: "alice".to_owned(),
            password: true
        }]
    );
}

#[test]
fn cut_anywhere_it_is_whole_or_an_error() {
    let text = "turns:[2001:db8::1]:443?transport=tcp";
    for end in 0..text.len() {
        if let Err(error) = ServerUrl::parse(&text[..end]) {
            assert!(error.column <= end + 1, "{error}");
        }
    }
}

fn host() -> impl Strategy<Value = Host> {
    prop_oneof![
        "[a-z][a-z0-9-]{0,9}(\\.[a-z][a-z0-9-]{0,9}){0,3}".prop_map(Host::Name),
        any::<std::net::IpAddr>().prop_map(Host::Ip),
    ]
}

proptest! {
    #[test]
    fn never_panics(text in "\\PC{0,40}") {
        let _ = ServerUrl::parse(&text);
    }

    #[test]
    fn never_panics_near_the_grammar(
        text in "(stun|turns?):?/{0,2}[a@:/?#\\[\\]%=&ü ]{0,12}(\\?|transport=)?[a-z&=]{0,8}"
    ) {
        if let Err(error) = ServerUrl::parse(&text) {
            prop_assert!(error.column <= text.chars().count() + 1);
        }
    }

    #[test]
    fn canonical_text_means_the_same(host in host(), scheme in 0usize..4, port in 1u16.., transport in 0usize..5) {
        let transport = ["", "?transport=udp", "?transport=tcp", "?transport=tls", "?transport=dtls"][transport];
        let text = format!("{}:{host}:{port}{transport}", Scheme::ALL[scheme]);
        let given = ServerUrl::parse(&text).unwrap();
        prop_assert_eq!(&given.host, &host);
        prop_assert_eq!(given.explicit_port, Some(port));
        let canonical = ServerUrl::parse(&given.to_string()).unwrap();
        prop_assert_eq!(
            (canonical.scheme, &canonical.host, canonical.port, canonical.transport),
            (given.scheme, &given.host, given.port, given.transport)
        );
        prop_assert_eq!(canonical.to_string(), given.to_string());
    }
}
