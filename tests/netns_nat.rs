//! `rtcdiag candidates` behind real NATs: network namespaces with nftables between a client and two servers.
//!
//! Two coturns stand on two addresses, and one socket of the program asks both: what they see tells how the NAT maps
//! (RFC 4787 §4.1).

mod support;

use std::io::Write;
use std::net::{IpAddr, SocketAddr};
use std::process::Command;

use support::coturn::{Config, Coturn, PASSWORD, USERNAME};
use support::findings;
use support::namespaces::{BLACK_HOLE, CLIENT, Namespaces, Nat, OUTSIDE, SERVERS, UNREACHABLE, server};
use support::program::{Candidates, Run};

/// Two servers on two addresses, and what keeps them in their world. The servers stop before their namespace goes.
struct World {
    servers: [Coturn; 2],
    namespaces: Namespaces,
}

fn world(nat: Nat) -> Option<World> {
    let namespaces = Namespaces::make(nat)?;
    let outside = namespaces.outside();
    let start = |n: usize| {
        Config::long_term()
            .on(&[server(n)])
            .within(&["ip", "netns", "exec", &outside])
            .start()
    };
    let servers = [start(0)?, start(1)?];
    Some(World { servers, namespaces })
}

impl World {
    /// The program on the client's side.
    fn candidates(&self) -> Candidates {
        let program = env!("CARGO_BIN_EXE_rtcdiag");
        let command: Command = self.namespaces.command(&self.namespaces.client(), program);
        Candidates::new(command)
    }

    fn url(&self, scheme: &str, n: usize) -> String {
        format!("{scheme}:{}:{}", SERVERS[n], self.servers[n].port())
    }

    /// Asks both servers by STUN; what the two saw.
    fn ask_both(&self) -> (Run, [SocketAddr; 2]) {
        let urls = [self.url("stun", 0), self.url("stun", 1)];
        let run = self.candidates().stun(&urls[0]).stun(&urls[1]).run();
        let seen = [0, 1].map(|n| {
            let attempt = run.attempt(&urls[n]);
            assert_eq!(
                (attempt.told().as_str(), attempt.outcome.as_str()),
                ("binding:ok", "ok")
            );
            attempt.mapped_address.expect("a mapped address")
        });
        let locals = [0, 1].map(|n| run.attempt(&urls[n]).local);
        assert_eq!(locals[0], locals[1], "one socket asks both: {}", run.stdout);
        assert!(locals[0].is_some_and(|local| local.ip() == CLIENT));
        assert_eq!(run.code, Some(0), "{}", run.stdout);
        (run, seen)
    }
}

#[test]
fn masquerade_maps_independently_of_the_endpoint() {
    let Some(world) = world(Nat::Masquerade) else { return };
    let (run, seen) = world.ask_both();
    assert_eq!(seen[0], seen[1]);
    assert_eq!(seen[0].ip(), OUTSIDE);
    run.assert_finding(findings::MAPPING_SAME);
    run.assert_no_finding(findings::MAPPING_DIFFERS);
    run.assert_no_finding(findings::NO_NAT);
    // Both servers tell the same, so one of the two candidates is redundant (RFC 8445 §5.1.3).
    let reflexive = run.candidates("srflx");
    assert_eq!(reflexive.len(), 1, "{}", run.stdout);
    assert_eq!(SocketAddr::from((reflexive[0].address, reflexive[0].port)), seen[0]);
    assert_eq!(reflexive[0].related_address, Some(CLIENT.into()));
}

#[test]
fn fully_random_masquerade_maps_by_endpoint() {
    let Some(world) = world(Nat::FullyRandom) else { return };
    let (mut run, mut seen) = world.ask_both();
    if seen[0] == seen[1] {
        // One in 60000 runs draws the same port twice.
        let _ = writeln!(std::io::stderr(), "the NAT drew {} twice; once more", seen[0]);
        (run, seen) = world.ask_both();
    }
    assert_eq!(
        seen.map(|address| address.ip()),
        [IpAddr::from(OUTSIDE), OUTSIDE.into()]
    );
    assert_ne!(seen[0], seen[1]);
    run.assert_finding(findings::MAPPING_DIFFERS);
    run.assert_no_finding(findings::MAPPING_SAME);
    assert_eq!(run.candidates("srflx").len(), 2, "{}", run.stdout);
}

#[test]
fn no_nat_is_told_too() {
    let Some(world) = world(Nat::None) else { return };
    let (run, seen) = world.ask_both();
    assert_eq!(seen.map(|address| address.ip()), [IpAddr::from(CLIENT), CLIENT.into()]);
    run.assert_finding(findings::NO_NAT);
    run.assert_no_finding(findings::MAPPING_DIFFERS);
    // Equal to the host candidates, hence redundant.
    assert!(run.candidates("srflx").is_empty(), "{}", run.stdout);
}

#[test]
fn relays_behind_a_nat() {
    let Some(world) = world(Nat::FullyRandom) else { return };
    let urls = [world.url("turn", 0), format!("{}?transport=tcp", world.url("turn", 1))];
    let run = world
        .candidates()
        .turn(&urls[0])
        .turn(&urls[1])
        .credentials(USERNAME, PASSWORD)
        .run();
    for (n, url) in urls.iter().enumerate() {
        let attempt = run.attempt(url);
        assert_eq!(attempt.outcome, "ok", "{}", run.stdout);
        assert!(
            attempt
                .relayed_address
                .is_some_and(|relayed| relayed.ip() == SERVERS[n])
        );
        assert!(attempt.mapped_address.is_some_and(|mapped| mapped.ip() == OUTSIDE));
        assert_eq!(world.servers[n].assert_all_released(), 1);
    }
    assert_eq!(run.candidates("relay").len(), 2);
    assert_eq!(run.code, Some(0), "{}", run.stdout);
}

#[test]
fn icmp_refused_unreachable_and_nothing_at_all() {
    let Some(world) = world(Nat::Masquerade) else { return };
    let closed = format!("stun:{}:9", SERVERS[0]);
    let unreachable = format!("stun:{UNREACHABLE}:3478");
    let dropped = format!("stun:{BLACK_HOLE}:3478");
    let live = world.url("stun", 1);
    let run = world
        .candidates()
        .stun(&closed)
        .stun(&unreachable)
        .stun(&dropped)
        .stun(&live)
        .args(&["--timeout", "4"])
        .run();
    assert_eq!(run.attempt(&closed).error_kind(), "refused", "{}", run.stdout);
    assert_eq!(run.attempt(&unreachable).error_kind(), "unreachable", "{}", run.stdout);
    assert_eq!(run.attempt(&dropped).outcome, "timeout", "{}", run.stdout);
    // One socket for all: an error that ICMP brought for one server must not harm another.
    assert_eq!(run.attempt(&live).outcome, "ok", "{}", run.stdout);
    run.assert_finding(findings::REFUSED);
    run.assert_finding(findings::UNREACHABLE);
    run.assert_finding(findings::TIMEOUT);
    assert_eq!(run.code, Some(1));
}
