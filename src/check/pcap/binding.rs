//! STUN servers: whether they answered, and what their answers say of the NAT.

use std::collections::BTreeMap;
use std::net::SocketAddr;

use super::Told;
use super::said::fact;
use crate::check::catalog::{candidates, pcap as catalog};
use crate::check::words::times;
use crate::flow::Facts;
use crate::flow::binding::Binding;
use crate::report::Severity;

/// So many transmissions without an answer mean something.
const ENOUGH: u64 = 3;

/// Every finding about STUN servers.
pub(super) fn check(facts: &Facts, told: &mut Told) {
    for binding in &facts.bindings {
        told.about([binding.session]);
        check_answered(facts, binding, told);
    }
    check_mapping(facts, told);
}

/// One socket that two servers see with different ports or addresses: the NAT maps by destination (RFC 4787 §4.1).
fn check_mapping(facts: &Facts, told: &mut Told) {
    let mut by_socket: BTreeMap<SocketAddr, Vec<&Binding>> = BTreeMap::new();
    for binding in facts.bindings.iter().filter(|binding| !binding.mapped.is_empty()) {
        by_socket.entry(binding.client).or_default().push(binding);
    }
    for (socket, bindings) in by_socket {
        // Of each server what it saw first: later mappings may be new ones of a NAT that forgot.
        let seen = |binding: &Binding| binding.mapped[0].0;
        let same_family = |binding: &&Binding| seen(binding).is_ipv4() == socket.is_ipv4();
        let bindings: Vec<&Binding> = bindings.into_iter().filter(same_family).collect();
        let Some((first, rest)) = bindings.split_first() else {
            continue;
        };
        let Some(other) = rest
            .iter()
            .find(|other| seen(other) != seen(first) && other.server != first.server)
        else {
            continue;
        };
        let summary = format!(
            "{socket} is {} for one server and {} for another.",
            seen(first),
            seen(other)
        );
        told.about([first.session, other.session]);
        let evidence = [first, other].map(|one| fact(one.mapped[0].1, format!("seen by {}", one.server), seen(one)));
        told.push(candidates::NAT_ENDPOINT_DEPENDENT.finding(socket.to_string(), summary, evidence.to_vec()));
    }
}

fn check_answered(facts: &Facts, binding: &Binding, told: &mut Told) {
    let sent = binding.requests + binding.retransmissions;
    let answered = binding.successes > 0 || !binding.errors.is_empty();
    if answered || sent < ENOUGH {
        return;
    }
    let summary = format!("{} asked {}, and was not answered.", binding.client, times(sent));
    let evidence = vec![fact(
        binding.first,
        "first request",
        format!("{} -> {}", binding.client, binding.server),
    )];
    let finding = catalog::BINDING_UNANSWERED.finding(format!("STUN server {}", binding.server), summary, evidence);
    // One server of several that is silent takes time and nothing else.
    let mut others = facts
        .bindings
        .iter()
        .filter(|other| other.client.ip() == binding.client.ip());
    let most = if others.any(|other| other.successes > 0) {
        Severity::Info
    } else {
        Severity::Warning
    };
    told.push_at_most(most, finding);
}
