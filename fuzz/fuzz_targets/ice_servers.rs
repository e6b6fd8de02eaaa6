//! `--ice-servers`: JSON, JSON5 or JavaScript with servers somewhere inside; and the URLs alone.
#![no_main]

use libfuzzer_sys::fuzz_target;
use rtcdiag::proto::ice::{ServerUrl, parse_ice_servers};

fuzz_target!(|text: &str| {
    match parse_ice_servers(text) {
        Ok(servers) => {
            for server in &servers.servers {
                let _ = server.credential_quirks(1_700_000_000);
            }
        }
        Err(error) => {
            let _ = (error.to_string(), error.hint(), error.position());
        }
    }
    if let Ok(url) = ServerUrl::parse(text) {
        // Written in its canonical form it means the same.
        let meaning = |url: &ServerUrl| (url.scheme, url.host.clone(), url.port, url.transport);
        let again = ServerUrl::parse(&url.to_string()).map(|again| (meaning(&again), again.to_string()));
        assert_eq!(again, Ok((meaning(&url), url.to_string())), "{text}");
    }
});
