//! Configurations as they are pasted: JSON, JavaScript, services' answers; and texts that are none.

use proptest::prelude::*;
use rtcdiag::proto::ice::{ConfigQuirk, IceServers, IceTransportPolicy, Refusal, parse_ice_servers};

fn read(text: &str) -> IceServers {
    parse_ice_servers(text).unwrap_or_else(|error| panic!("{error}\n{text}"))
}

/// `url|username|credential` of each server.
fn summary(servers: &IceServers) -> Vec<String> {
    servers
        .servers
        .iter()
        .map(|server| {
            let credential = server.credential.as_ref().map_or("-", |credential| credential.expose());
            format!(
                "{}|{}|{credential}",
                server.url,
                server.username.as_deref().unwrap_or("-")
            )
        })
        .collect()
}

fn quirks(servers: &IceServers) -> Vec<&'static str> {
    servers.quirks.iter().map(ConfigQuirk::code).collect()
}

#[test]
fn json_in_its_three_shapes() {
    let list = r#"[{"urls":"stun:a"},{"urls":["turn:b","turns:c:443?transport=tcp"],"username":"u","credential":"p"}]"#;
    let expected = ["stun:a|-|-", "turn:b|u|p", "turns:c:443|u|p"];
    let from_list = read(list);
    assert_eq!(summary(&from_list), expected);
    let paths: Vec<&str> = from_list.servers.iter().map(|server| server.path.as_str()).collect();
    assert_eq!(
        paths,
        ["iceServers[0].urls", "iceServers[1].urls[0]", "iceServers[1].urls[1]"]
    );

    let configuration = read(&format!(r#"{{"iceServers":{list},"iceTransportPolicy":"relay"}}"#));
    assert_eq!(summary(&configuration), expected);
    assert_eq!(configuration.ice_transport_policy, Some(IceTransportPolicy::Relay));
    assert_eq!(configuration.servers, from_list.servers);

    let one = read(r#"{"urls":"turn:b","username":"u","credential":"p"}"#);
    assert_eq!(summary(&one), ["turn:b|u|p"]);
    assert_eq!(one.servers[0].path, "iceServers[0].urls");
    for servers in [from_list, configuration, one] {
        assert_eq!((servers.quirks, servers.refused), (vec![], vec![]));
    }
}

#[test]
fn javascript_around_and_inside_it() {
    let data = "{ iceServers: [ // ours\n \
                { urls: ['stun:a', \"turn:b\",], username: 'it\\'s', credential: \"}]'//\" }, ], }";
    for (before, after) in [
        ("", ""),
        ("", ";\n"),
        ("const config = ", ";"),
        (
            "const config: RTCConfiguration = ",
            " as const;\nconsole.log({ iceServers: 1 })",
        ),
        ("let pc = new RTCPeerConnection(", ");\npc.createOffer();"),
        ("/* [ { */ // {\nexport default ", ";"),
        ("module.exports =\n", ""),
        (
            "async function f() { if (true) { const list = [1, {}]; return new RTCPeerConnection(",
            "); } }",
        ),
        ("\u{feff}", ""),
    ] {
        let servers = read(&format!("{before}{data}{after}"));
        assert_eq!(
            summary(&servers),
            ["stun:a|it's|}]'//", "turn:b|it's|}]'//"],
            "{before}…{after}"
        );
        assert_eq!(quirks(&servers), [""; 0], "{before}…{after}");
    }
}

#[test]
fn the_list_alone_is_found_too() {
    for text in [
        "iceServers: [{ urls: 'stun:a' }]",
        "\"iceServers\": [{ urls: 'stun:a' }],\n\"other\": 1",
        "const iceServers = [{ urls: 'stun:a' }];",
        "const iceServers: RTCIceServer[] = [{ urls: 'stun:a' }];",
        "const servers = [{ urls: 'stun:a' }]; new RTCPeerConnection({ iceServers: servers });",
        "function servers() { return [{ urls: 'stun:a' }]; }",
        "function server() { return { urls: 'stun:a' }; }",
        "pc.setConfiguration({ certificates: [await make()], iceServers: [{ urls: 'stun:a' }] })",
        "{ iceServers: [{ urls: 'stun:a' }], iceTransportPolicy: policy }",
        "{ iceServers: { urls: 'stun:a' } }",
        "['stun:a']",
    ] {
        assert_eq!(summary(&read(text)), ["stun:a|-|-"], "{text}");
    }
    let partly = read("{\n iceServers: [{ urls: 'stun:a' }],\n iceTransportPolicy: policy }");
    assert_eq!(partly.quirks, [ConfigQuirk::PartlyRead { line: 3, column: 22 }]);
}

#[test]
fn answers_of_services() {
    let draft = r#"{"username":"1:f","password":"p","ttl":86400,"uris":["turn:a"]}"#;
    let wrapped = r#"{"v":{"iceServers":{"urls":["turn:a"],"username":"u","credential":"p"}},"s":"ok"}"#;
    let twice = r#"{"username":"u","password":"p","ice_servers":[
        {"url":"turn:a","urls":"turn:a","username":"u","credential":"p"}]}"#;
    for (text, expected, quirk) in [
        (draft, "turn:a|1:f|p", &["renamed-member"; 2][..]),
        (wrapped, "turn:a|u|p", &["not-wrapped"]),
        (twice, "turn:a|u|p", &["renamed-member"]),
    ] {
        let servers = read(text);
        assert_eq!(summary(&servers), [expected]);
        assert_eq!(quirks(&servers), quirk, "{text}");
    }
}

#[test]
fn old_and_odd_members_are_read_and_named() {
    let servers = read("[{ url: 'turn:a', username: 'u', password: 'p' }]");
    assert_eq!(summary(&servers), ["turn:a|u|p"]);
    let said: Vec<String> = servers.quirks.iter().map(ConfigQuirk::to_string).collect();
    assert_eq!(
        said,
        [
            "iceServers[0] has `password`, which browsers ignore; the name is `credential`",
            "iceServers[0] has `url`, which browsers ignore; the name is `urls`",
        ]
    );

    let servers = read("[{ urls: 'turn:a', username: 1001, credential: 12345678901234567890123 }]");
    assert_eq!(quirks(&servers), ["not-text", "not-text"]);
    assert_eq!(servers.servers[0].username.as_deref(), Some("1001"));
    assert!(!format!("{servers:?}").contains("1234567"));

    let servers = read(
        "[{ urls: 'turn:a', username: 'u', credentialType: 'oauth', credential: { macKey: 'k', accessToken: 't' } }]",
    );
    assert_eq!(quirks(&servers), ["not-text", "credential-type"]);
    assert_eq!(servers.servers[0].credential, None);
    let servers = read("[{ urls: 'turn:a', username: 'u', credential: 'p', credentialType: 'password' }]");
    assert_eq!(quirks(&servers), [""; 0]);

    for (policy, read_as, noted) in [
        ("'all'", Some(IceTransportPolicy::All), 0),
        ("'relay'", Some(IceTransportPolicy::Relay), 0),
        ("null", None, 0),
        ("'none'", None, 1),
        ("7", None, 1),
    ] {
        let servers = read(&format!("{{ iceServers: [], iceTransportPolicy: {policy} }}"));
        assert_eq!(
            (servers.ice_transport_policy, servers.quirks.len()),
            (read_as, noted),
            "{policy}"
        );
    }
    let old = read("{ iceServers: [], iceTransports: 'relay' }");
    assert_eq!(old.ice_transport_policy, Some(IceTransportPolicy::Relay));
}

#[test]
fn one_bad_url_does_not_hide_the_others() {
    let servers = read(
        "{ iceServers: [{ urls: ['stun:a', 'stunn:b', 7] }, { urls: [] }, {}, 'turn:c:0', null, { urls: 5 }, { urls: 'stun:d' }] }",
    );
    assert_eq!(summary(&servers), ["stun:a|-|-", "stun:d|-|-"]);
    let refused: Vec<String> = servers
        .refused
        .iter()
        .map(|refused| format!("{}: {}", refused.path, refused.why))
        .collect();
    assert_eq!(
        refused,
        [
            "iceServers[0].urls[1]: not a STUN or TURN scheme: stunn:b",
            "iceServers[0].urls[2]: expected a URL, found a number",
            "iceServers[1].urls: the list of URLs is empty",
            "iceServers[2]: the server has no `urls`",
            "iceServers[3]: 0 is not a port (column 8): turn:c:0",
            "iceServers[4]: expected a server, found null",
            "iceServers[5].urls: expected a URL or a list of URLs, found a number",
        ]
    );
    assert_eq!(servers.refused[0].url, "stunn:b");
    assert!(servers.refused.iter().all(|refused| !refused.why.hint().is_empty()));
    assert!(matches!(servers.refused[1].why, Refusal::WrongType { .. }));
    assert_eq!(read("{ iceServers: [] }"), IceServers::default());
    assert_eq!(read("{ iceServers: null }"), IceServers::default());
}

#[test]
fn errors_say_where_and_never_repeat_a_value() {
    for (text, position, message) in [
        ("", None, "empty"),
        (" \n// nothing\n", None, "empty"),
        ("stun:a", None, "no ICE servers"),
        ("{}", None, "no ICE servers"),
        ("{ \"a\": { \"b\": [1] } }", None, "no ICE servers"),
        ("{ iceServers: 5 }", None, "expected a list of servers, found a number"),
        ("const c = hunter2;", None, "no ICE servers"),
        (
            "[{ urls: 'turn:a', credential: hunter2 }]",
            Some((1, 32)),
            "plain value",
        ),
        (
            "const c = {\n iceServers: [{\n urls: 'turn:a',\n credential: `hunter2` }] }",
            Some((4, 14)),
            "plain value",
        ),
        (
            "new X({ iceServers: [{ urls: 'turn:a', credential: 'hunter2' + x }] })",
            Some((1, 62)),
            "comma",
        ),
        (
            "[{ urls: 'turn:a', credential: 'hunter2\n' }]",
            Some((1, 40)),
            "end of its line",
        ),
        ("[{ urls: 'turn:a', credential: 'hunter2' }", Some((1, 43)), "too early"),
        ("[{ urls: 'turn:a', credential: 'hunter2\\x' }]", None, "escape"),
        ("[{ urls: 'turn:a' }] hunter2", Some((1, 22)), "after the end"),
        ("[{ urls: 'turn:a', hunter2 }]", None, "colon"),
        ("[{ urls: 'turn:a', credential: 0hunter2 }]", None, ""),
        ("{ iceServers: list }", Some((1, 15)), "plain value"),
    ] {
        let error = parse_ice_servers(text).expect_err(text);
        let said = error.to_string();
        assert!(said.contains(message), "{text}\n{said}");
        if position.is_some() {
            assert_eq!(error.position(), position, "{text}\n{said}");
        }
        assert!(
            !format!("{said} {error:?} {}", error.hint()).contains("hunter2"),
            "{said}"
        );
    }
}

#[test]
fn credentials_are_judged_for_turn_only() {
    let servers =
        read("[{ urls: ['stun:a', 'turn:a'] }, { urls: 'turns:a', username: '1600000000:u', credential: 'p' }]");
    let codes: Vec<Vec<&str>> = servers
        .servers
        .iter()
        .map(|server| {
            server
                .credential_quirks(1_795_000_000)
                .iter()
                .map(|quirk| quirk.code())
                .collect()
        })
        .collect();
    assert_eq!(
        codes,
        [
            vec![],
            vec!["missing-username", "missing-credential"],
            vec!["expired", "not-base64"]
        ]
    );
}

#[test]
fn secrets_do_not_show_in_debug() {
    let servers =
        read("[{ urls: ['turn:a', 'turn:u:hunter2@b', 'turn:u:hunter2@:'], username: 'u', credential: 'hunter2' }]");
    assert_eq!((servers.servers.len(), servers.refused.len()), (2, 1));
    assert!(!format!("{servers:?}").contains("hunter2"));
}

#[test]
fn deep_nesting_is_refused_not_overflowed() {
    for text in [
        "[".repeat(100_000),
        "{a:".repeat(100_000),
        "f(".repeat(100_000),
        "[{'a':".repeat(40),
    ] {
        let error = parse_ice_servers(&text).unwrap_err();
        assert!(error.to_string().contains("nested too deep"), "{error}");
    }
    // Line ends that only JavaScript knows, and brackets that seem to stand in a comment or a string.
    let deep = "[".repeat(100_000);
    for before in ["[//\u{2028}", "[//\r", "['\\\r\n',", "['\n", "[/*/", "[`", "[\"\\"] {
        let _ = parse_ice_servers(&format!("{before}{deep}"));
    }
}

#[test]
fn cut_anywhere_it_never_panics() {
    let text = "const c = { iceServers: [{ urls: ['stun:ä'], username: 'ü', credential: '€' }] }; // ende";
    for end in (0..text.len()).filter(|end| text.is_char_boundary(*end)) {
        let _ = parse_ice_servers(&text[..end]);
    }
}

proptest! {
    #[test]
    fn never_panics(text in "\\PC{0,60}") {
        let _ = parse_ice_servers(&text);
    }

    #[test]
    fn never_panics_near_the_grammar(
        pieces in proptest::collection::vec(
            proptest::sample::select(&[
                "{", "}", "[", "]", "(", ")", ":", "=", ",", ";", "'", "\"", "`", "\\", "//", "/*", "*/", "\n", "\r",
                "\u{2028}", " ", "iceServers", "urls", "url", "'stun:a'", "username", "credential", "1", "-", "0x",
                "1e999", "null", "NaN", "ü",
            ][..]),
            0..40,
        )
    ) {
        let _ = parse_ice_servers(&pieces.concat());
    }

    #[test]
    fn any_credential_comes_through_and_never_shows(credential in "[a-zA-Z0-9+/=!\"'`\\\\{}\\[\\]ü ]{12,40}") {
        let server = serde_json::json!({ "urls": "turn:a", "username": "u", "credential": credential });
        let servers = read(&format!("const config = {};", serde_json::json!({ "iceServers": [server] })));
        let read = servers.servers[0].credential.as_ref().map(|secret| secret.expose());
        prop_assert_eq!(read, Some(credential.as_str()));
        let debug = format!("{servers:?}");
        prop_assert!(!debug.contains(&credential));
    }
}
