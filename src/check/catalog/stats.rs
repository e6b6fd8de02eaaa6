//! Findings of `rtcdiag stats` about the reading itself.

use super::entries;

entries! {
    TRUNCATED = "stats-truncated", Warning, "The file is cut off" {
        what: "The file ends, or is damaged, before its end. What is before was read; the end of the call is likely missing.",
        why: "The disk was full, the upload was cut short, the tab or the browser died while it wrote, or only a part was copied.",
        fix: "Take the dump again or copy all of it; do not judge the end of the call by this file.",
        reference: "RFC 8259 §2",
    }
    DAMAGED = "stats-damaged", Warning, "Parts of the file cannot be read" {
        what: "Some lines or series do not follow the grammar of JSON. They were passed over; everything else was read.",
        why: "Two programs wrote to the file at once, a line was cut when the app died, or the file was edited by hand.",
        fix: "Look at the places that are named; what they held is missing from this report.",
        reference: "RFC 8259 §2",
    }
    EMPTY = "stats-no-connection", Info, "There is no peer connection in the file" {
        what: "The file is a dump as it should be, but holds no peer connection.",
        why: "It was taken before the call, or after the tab was closed: webrtc-internals forgets a page with its tab.",
        fix: "Open chrome://webrtc-internals before the call, and take the dump while the page of the call is still open.",
        reference: "W3C webrtc-stats §4",
    }
}
