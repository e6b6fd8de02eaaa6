//! The capture itself: whether it is whole, and whether there is anything in it.

use super::Told;
use crate::capture::container::FileFacts;
use crate::check::catalog::pcap as catalog;
use crate::check::words::count;
use crate::flow::{Carried, Facts};
use crate::report::Evidence;

/// Every finding about the files.
pub(super) fn check(files: &[FileFacts], facts: &Facts, told: &mut Told) {
    for file in files {
        check_whole(file, told);
        check_dropped(file, told);
    }
    if facts.counts.cut > 0 {
        let summary = format!("{} of {} packets were cut.", facts.counts.cut, facts.counts.frames);
        told.push(catalog::CAPTURE_CUT.finding("the packets", summary, vec![]));
    }
    let counted = Carried::ALL
        .iter()
        .any(|&one| one.is_ours() && facts.counts.of(one) > 0);
    // What a filter hides is not counted, but known.
    let known = !(facts.ice.is_empty() && facts.allocations.is_empty() && facts.bindings.is_empty());
    if !counted && !known {
        let summary = format!(
            "{} were read.",
            count(usize::try_from(facts.counts.frames).unwrap_or(usize::MAX), "packet")
        );
        told.push(catalog::NO_WEBRTC.finding("the capture", summary, vec![]));
    }
    let left_out: Vec<Evidence> = facts
        .left_out
        .iter()
        .filter(|(_, number)| **number > 0)
        .map(|(what, number)| Evidence::new(*what, number.to_string()))
        .collect();
    if !left_out.is_empty() {
        told.push(catalog::CAPTURE_TOO_MUCH.finding("the capture", "Not everything was followed.", left_out));
    }
}

/// The last damage is where reading ended; what comes before was passed over.
fn check_whole(file: &FileFacts, told: &mut Told) {
    if !file.truncated && file.damage.is_empty() {
        return;
    }
    let evidence = file
        .damage
        .iter()
        .take(8)
        .map(|damage| Evidence::new(format!("octet {}", damage.offset), &damage.what));
    let entry = if file.truncated {
        catalog::CAPTURE_TRUNCATED
    } else {
        catalog::CAPTURE_DAMAGED
    };
    let read = count(usize::try_from(file.frames).unwrap_or(usize::MAX), "packet");
    let summary = match file.damage.last() {
        Some(damage) => format!("{read} read, up to octet {}: {}.", damage.offset, damage.what),
        None => format!("{read} read."),
    };
    told.push(entry.finding(&file.name, summary, evidence.collect()));
}

fn check_dropped(file: &FileFacts, told: &mut Told) {
    if let Some(dropped) = file.dropped.filter(|dropped| *dropped > 0) {
        let summary = format!("{dropped} packets were dropped; {} are in the file.", file.frames);
        told.push(catalog::CAPTURE_DROPPED.finding(&file.name, summary, vec![]));
    }
}
