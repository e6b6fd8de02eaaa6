//! STUN servers: whether they answered, and what their answers say of the NAT.

use super::Told;
use super::said::fact;
use crate::check::catalog::pcap as catalog;
use crate::check::words::times;
use crate::flow::Facts;
use crate::flow::binding::Binding;
use crate::report::Severity;

/// So many transmissions without an answer mean something.
const ENOUGH: u64 = 3;

/// Every finding about STUN servers.
pub(super) fn check(facts: &Facts, told: &mut Told) {
    for binding in &facts.bindings {
        check_answered(facts, binding, told);
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
