//! What may change from one description of a session to the next.

use crate::report::sdp_diff::{Allowed, Fate, How};

/// One kind of change.
pub(super) struct Rule {
    /// What changes, as it is told.
    pub(super) what: &'static str,
    /// Where it says so.
    pub(super) reference: &'static str,
    /// Whether the order of such items has a meaning.
    pub(super) ordered: bool,
    added: (Allowed, &'static str),
    removed: (Allowed, &'static str),
    changed: (Allowed, &'static str),
}

impl Rule {
    pub(super) fn verdict(&self, how: How) -> (Allowed, &'static str) {
        match how {
            How::Added => self.added,
            How::Removed => self.removed,
            How::Changed | How::Moved => self.changed,
        }
    }
}

type Verdict = (Allowed, &'static str);

const fn yes(note: &'static str) -> Verdict {
    (Allowed::Yes, note)
}

const fn maybe(note: &'static str) -> Verdict {
    (Allowed::Conditional, note)
}

const fn no(note: &'static str) -> Verdict {
    (Allowed::No, note)
}

macro_rules! rules {
    ($($name:ident = $what:literal, $reference:literal, $added:expr, $removed:expr, $changed:expr;)+) => {
        $(pub(super) const $name: &Rule = &Rule {
            what: $what,
            reference: $reference,
            ordered: false,
            added: $added,
            removed: $removed,
            changed: $changed,
        };)+
    };
}

const FREE: Verdict = yes("may change at any time");

rules! {
    ORIGIN = "origin", "RFC 3264 §8", FREE, FREE, no("another session id or address is another session: readers refuse it, or start from nothing");
    VERSION_KEPT = "version", "RFC 3264 §8", FREE, FREE, no("something changed, so the version of o= has to go up by one");
    VERSION_LOWERED = "version", "RFC 3264 §8", FREE, FREE, no("the version of o= may not go down: this is an older description, or one of another session");
    VERSION_SKIPPED = "version", "RFC 9429 §5.2.2", FREE, FREE, maybe("it goes up by one from description to description: one in between is missing here, or was not used");
    MEDIA_ADDED = "m-line", "RFC 3264 §8.1", yes("new m-lines come after the others"), FREE, FREE;
    MEDIA_REMOVED = "m-line", "RFC 3264 §8", FREE, no("m-lines stay where they are; one that is not needed any more gets port 0"), FREE;
    MEDIA_STOPPED = "m-line", "RFC 3264 §8.2", FREE, FREE, yes("port 0 stops it; its place stays and may be used again");
    MEDIA_RESUMED = "m-line", "RFC 9429 §5.2.2", FREE, FREE, maybe("a stopped m-line that is used again gets a new mid; JSEP never starts the old one again");
    MEDIA_RECYCLED = "m-line", "RFC 9429 §5.2.2", FREE, FREE, yes("the place of a stopped m-line is used for a new one");
    MEDIA_REPLACED = "m-line", "RFC 3264 §8", FREE, FREE, no("an m-line in use cannot become another one: the order of m-lines changed, or one is missing");
    PROTOCOL = "protocol", "RFC 3264 §8.3.1", FREE, FREE, maybe("another transport is asked for; WebRTC has one protocol for each kind of m-line, and keeps to it");
    PORT = "port", "RFC 3264 §8.3.1", FREE, FREE, yes("with ICE it is only the default candidate");
    MID = "mid", "RFC 9429 §5.2.2", maybe("browsers give m-lines without a mid one of their own"), no("the mid of an m-line stays"), no("the mid of an m-line stays");
    DIRECTION = "direction", "RFC 3264 §8.4", FREE, FREE, yes("hold, resume, or sending started or stopped");
    PAYLOAD_NAME = "format", "RFC 3264 §8.3.2", yes("formats may be added"), maybe("a format that is in use has to stay until the other side has answered"), FREE;
    FMTP = "fmtp", "RFC 3264 §8.3.2", maybe("parameters may be added if the codec stays the same"), maybe("defaults hold now"), maybe("parameters may change if the codec stays the same: profile and packetization mode may not");
    FEEDBACK = "rtcp-fb", "RFC 4585 §4.2", yes("holds if the answer has it too"), yes("does not hold any more"), FREE;
    EXTENSION = "extmap", "RFC 8285 §7", yes("holds if the answer has it too"), yes("is not used any more"), no("an extension keeps its id for the whole session");
    CODEC_ORDER = "codec order", "RFC 3264 §8.3.2", FREE, FREE, yes("the first one is preferred now");
    SSRC = "ssrc", "RFC 5576 §4.1", yes("a new source"), yes("the source ends; browsers keep their ssrcs as long as they send"), maybe("the name of a source stays; another MediaStream may show the same track");
    SSRC_GROUP = "ssrc-group", "RFC 5576 §4.2", FREE, FREE, FREE;
    MSID = "msid", "RFC 8830 §3", yes("the track is in a MediaStream more"), yes("the track has left a MediaStream"), FREE;
    CANDIDATE = "candidate", "RFC 8839 §4.4.1.2", yes("gathered in between"), maybe("candidates go only with an ICE restart, or once a pair has been chosen"), yes("the same address with another priority or foundation");
    ICE_RESTART = "ICE restart", "RFC 8839 §4.4.1.1.1", FREE, FREE, yes("new credentials: ICE starts anew, media go on over the old pair until then");
    ICE_HALF_RESTART = "ICE credentials", "RFC 8839 §4.4.1.1.1", FREE, FREE, no("a restart changes both ufrag and password");
    ICE_OPTIONS = "ice-options", "RFC 8839 §5.6", FREE, FREE, FREE;
    ICE_LITE = "ice-lite", "RFC 8445 §2.5", no("an agent does not become lite in a session"), maybe("an agent that was lite and is full needs an ICE restart"), FREE;
    FINGERPRINT = "fingerprint", "RFC 8842 §5.1", maybe("a new certificate needs a new DTLS association: a new tls-id, or an ICE restart"), maybe("the certificate in use has to stay named"), maybe("a new certificate needs a new DTLS association: a new tls-id, or an ICE restart");
    SETUP = "setup", "RFC 8842 §5.5", FREE, maybe("the roles stay as they are"), maybe("actpass in an offer is always right; other roles change only with a new DTLS association");
    TLS_ID = "tls-id", "RFC 8842 §5.1", yes("names the DTLS association"), FREE, yes("a new DTLS association is asked for");
    RTCP_MUX = "rtcp-mux", "RFC 5761 §5.1.1", yes("RTP and RTCP on one port from now on"), no("what was agreed on stays: RTCP has no other port any more"), FREE;
    RTCP = "rtcp", "RFC 3605 §2.1", FREE, FREE, yes("of use only without rtcp-mux");
    GROUP = "group", "RFC 9143 §7.5", yes("m-lines share a transport from now on"), maybe("m-lines that share a transport need one of their own now"), maybe("m-lines may join; one that leaves needs a transport of its own");
    SCTP_PORT = "sctp-port", "RFC 9429 §5.11", FREE, maybe("5000 is assumed"), maybe("another port is another SCTP association: the one there is ends, and its data channels with it");
    MAX_MESSAGE_SIZE = "max-message-size", "RFC 8841 §6.1", FREE, maybe("65536 holds now"), maybe("readers may keep to the old limit");
    RID = "rid", "RFC 8851 §6", FREE, FREE, yes("other restrictions of the layer");
    SIMULCAST = "simulcast", "RFC 8853 §5.3", maybe("browsers send simulcast only if the first offer or answer has it"), maybe("one layer is left"), maybe("layers may be paused, and left out; browsers add none later");
    CONNECTION = "c=", "RFC 3264 §8.3.1", FREE, FREE, yes("with ICE it is only the default candidate");
    BANDWIDTH = "b=", "RFC 3264 §8.3", yes("a limit from now on"), yes("no limit any more"), yes("the limit changes at once");
    CRYPTO = "crypto", "RFC 4568 §7.1.4", FREE, FREE, maybe("new keys hold from the answer on");
    FIELD = "line", "RFC 3264 §8", FREE, FREE, FREE;
    ATTRIBUTE = "attribute", "RFC 3264 §8", FREE, FREE, FREE;
}

/// Payload types keep their meaning for as long as the session lasts.
pub(super) const CODEC: &Rule = &Rule {
    what: "payload type",
    reference: "RFC 3264 §8.3.2",
    ordered: true,
    added: yes("a new codec"),
    removed: maybe("a codec that is in use has to stay until the other side has answered"),
    changed: no("a payload type keeps its codec for the whole session"),
};

/// The rule of what became of an m-line.
pub(super) fn of_fate(fate: Fate) -> Option<(&'static Rule, How)> {
    match fate {
        Fate::Same | Fate::Changed => None,
        Fate::Added => Some((MEDIA_ADDED, How::Added)),
        Fate::Removed => Some((MEDIA_REMOVED, How::Removed)),
        Fate::Stopped => Some((MEDIA_STOPPED, How::Changed)),
        Fate::Resumed => Some((MEDIA_RESUMED, How::Changed)),
        Fate::Recycled => Some((MEDIA_RECYCLED, How::Changed)),
        Fate::Replaced => Some((MEDIA_REPLACED, How::Changed)),
    }
}
