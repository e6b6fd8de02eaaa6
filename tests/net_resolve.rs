//! Name lookups by the system's resolver.

mod net_support;

use std::time::Duration;

use net_support::{patience, run, soon};
use rtcdiag::net::clock::Clock;
use rtcdiag::net::interface::Families;
use rtcdiag::net::resolve::{ResolveError, Resolver};
use rtcdiag::time::At;

#[test]
fn localhost_and_addresses() {
    run(async {
        let clock = Clock::start();
        let resolver = Resolver::new(clock);
        let deadline = patience(&clock);
        let both = resolver
            .resolve("localhost", 3478, Families::Both, deadline)
            .await
            .unwrap()
            .addresses;
        assert!(
            both.iter().all(|a| a.ip().is_loopback() && a.port() == 3478),
            "{both:?}"
        );
        let v4 = resolver
            .resolve("localhost", 3478, Families::Ipv4, deadline)
            .await
            .unwrap()
            .addresses;
        assert_eq!(v4, ["127.0.0.1:3478".parse::<std::net::SocketAddr>().unwrap()]);
        let literal = resolver
            .resolve("::1", 3478, Families::Both, deadline)
            .await
            .unwrap()
            .addresses;
        assert_eq!(literal, ["[::1]:3478".parse::<std::net::SocketAddr>().unwrap()]);
        let wrong = resolver
            .resolve("127.0.0.1", 3478, Families::Ipv6, deadline)
            .await
            .unwrap_err();
        assert!(matches!(wrong, ResolveError::NoAddressOfFamily { .. }), "{wrong:?}");
    });
}

#[test]
fn a_name_that_does_not_exist() {
    run(async {
        let clock = Clock::start();
        let resolver = Resolver::new(clock);
        let deadline = soon(&clock, 3000);
        // RFC 6761 §6.4. Where no DNS server can be reached the resolver says so instead, or says nothing.
        let error = resolver
            .resolve("does-not-exist.invalid", 3478, Families::Both, deadline)
            .await
            .unwrap_err();
        match &error {
            ResolveError::NotFound { name, message } | ResolveError::Temporary { name, message } => {
                assert_eq!(name, "does-not-exist.invalid");
                assert!(
                    !message.is_empty() && !message.contains("failed to lookup"),
                    "{message}"
                );
            }
            ResolveError::Timeout { .. } => {}
            other => panic!("{other:?}"),
        }
    });
}

#[test]
fn names_that_cannot_be_looked_up() {
    run(async {
        let clock = Clock::start();
        let resolver = Resolver::new(clock);
        for name in ["", "a\0b", &"x".repeat(300)] {
            let result = resolver.resolve(name, 1, Families::Both, soon(&clock, 3000)).await;
            assert!(result.is_err(), "{name:?}: {result:?}");
        }
    });
}

#[test]
fn the_deadline_holds_and_ending_does_not_wait() {
    let clock = Clock::start();
    run(async {
        let resolver = Resolver::new(clock);
        let result = resolver
            .resolve("slow.example.invalid", 1, Families::Both, At::START)
            .await;
        assert!(matches!(result, Err(ResolveError::Timeout { .. })), "{result:?}");
    });
    // A resolver that gets no answer tries for longer than this.
    assert!(clock.now().since_start() < Duration::from_secs(4));
}
