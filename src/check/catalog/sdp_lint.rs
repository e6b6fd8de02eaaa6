//! The rules about session descriptions: one, an offer with its answer, a new offer with the one before.

use super::entries;

entries! {
    LINE_ENDS_LF = "sdp-line-ends-lf", Info, "The lines end in LF alone" {
        what: "The lines end in LF where the grammar has CR LF; readers take both.",
        why: "An editor, a shell or a log has turned the line ends, or the writer makes them so.",
        fix: "Nothing, unless an old SIP device reads it; then write CR LF.",
        reference: "RFC 8866 §5",
    }

    LINE_ENDS_CR = "sdp-line-ends-cr", Error, "The lines end in CR alone" {
        what: "A reader that looks for LF sees one single line.",
        why: "A clipboard, a terminal or a replacement of `\\r\\n` by `\\r` on the way.",
        fix: "Write CR LF at the end of each line.",
        reference: "RFC 8866 §5",
    }

    LINE_ENDS_MIXED = "sdp-line-ends-mixed", Warning, "The lines end in different ways" {
        what: "Some lines end in CR LF, others in LF or CR.",
        why: "Lines were added or changed by code that uses `\\n` in a text that uses `\\r\\n`.",
        fix: "Split at `/\\r\\n|\\r|\\n/` and join with `\\r\\n` wherever the text is changed.",
        reference: "RFC 8866 §5",
    }

    TRAILING_BLANK = "sdp-trailing-blank", Warning, "An attribute ends in a blank" {
        what: "The blank belongs to the value: a reader that compares it whole (`a=mid`, `a=setup`, credentials) or looks for the name alone (`a=rtcp-mux`) may find another one.",
        why: "The line was put together from parts of which one is empty, or copied along with what stood around it.",
        fix: "Take the blanks at the ends of lines out.",
        reference: "RFC 8866 §5",
    }

    LAST_LINE_OPEN = "sdp-last-line-unterminated", Warning, "The last line has no line end" {
        what: "The grammar ends every line with CR LF, the last one too; strict readers refuse or drop an open line.",
        why: "The text was trimmed, or lines were joined with `\\r\\n` between them and none at the end.",
        fix: "Add `\\r\\n` after the last line; don't call `trim()` on descriptions.",
        reference: "RFC 8866 §9",
    }

    WRONG_LEVEL = "sdp-attribute-at-wrong-level", Warning, "An attribute stands where it means nothing" {
        what: "Some attributes belong to one media section, others to the session part; elsewhere readers pass over them.",
        why: "Lines were put at the end of the text, or before the first `m=` line, by code that changes descriptions.",
        fix: "Move the line: session attributes before the first `m=` line, media attributes below theirs.",
        reference: "RFC 8866 §6",
    }

    GROUP_UNKNOWN_MID = "sdp-group-unknown-mid", Error, "A group names a mid that no section has" {
        what: "The group refers to a media section that is not there.",
        why: "A section was removed, or its `a=mid` changed, and the group was left as it was.",
        fix: "Name in `a=group` only mids of this description.",
        reference: "RFC 5888 §6",
    }

    BUNDLE_MID_TWICE = "sdp-bundle-mid-twice", Warning, "A mid stands in a BUNDLE group twice" {
        what: "The second place says nothing; readers may refuse it.",
        why: "The group was put together from lists with the same section in them.",
        fix: "Name each mid once in the group.",
        reference: "RFC 9143 §5",
    }

    BUNDLE_MID_IN_TWO = "sdp-bundle-mid-in-two-groups", Error, "A mid stands in two BUNDLE groups" {
        what: "A section has one transport, so it can be in one BUNDLE.",
        why: "Groups were joined or written by hand.",
        fix: "Put each mid into one BUNDLE group.",
        reference: "RFC 9143 §5",
    }

    MID_MISSING = "sdp-mid-missing", Warning, "A media section has no mid" {
        what: "WebRTC names every section, and candidates, BUNDLE and transceivers refer to the name; without it they go by the position.",
        why: "The writer is older than Unified Plan or no WebRTC endpoint, or the line was dropped on the way.",
        fix: "Add `a=mid:` with a name of its own to each section; an answer repeats the offer's.",
        reference: "RFC 9429 §5.2.1",
    }

    MID_DUPLICATE = "sdp-mid-duplicate", Error, "A mid is not unique" {
        what: "Two sections have one name, or one has two: BUNDLE and candidates can't tell what is meant.",
        why: "Sections were copied without a new `a=mid`.",
        fix: "Give each section one mid that no other has.",
        reference: "RFC 5888 §4",
    }

    CONNECTION_MISSING = "sdp-connection-missing", Warning, "A section has no `c=` line" {
        what: "Each section needs an address, its own or that of the session part. With ICE it may be `0.0.0.0`, but the grammar wants the line.",
        why: "The writer leaves out what ICE makes superfluous.",
        fix: "Write `c=IN IP4 0.0.0.0` where ICE finds the address.",
        reference: "RFC 8866 §5.7",
    }

    BANDWIDTH_CONTRADICTION = "sdp-bandwidth-contradiction", Warning, "The bandwidth lines contradict each other" {
        what: "`b=AS` is in kbit/s and counts all headers, `b=TIAS` is in bit/s and does not; here they allow quite different rates. Chromium reads TIAS first, older readers AS.",
        why: "One of the lines was changed without the other, or kbit/s and bit/s were mixed up.",
        fix: "Let `AS` be `TIAS` in kbit/s plus the headers (some 20 to 60 kbit/s), or write one of them.",
        reference: "RFC 3890 §6",
    }

    DIRECTION_TWICE = "sdp-direction-contradiction", Warning, "A section has two directions" {
        what: "Readers take the first or the last, so both sides may disagree about who sends.",
        why: "A direction was added without removing the one that was there.",
        fix: "Keep one of sendrecv, sendonly, recvonly, inactive.",
        reference: "RFC 8866 §6.7",
    }

    PROTOCOL_UNUSUAL = "sdp-protocol-unusual", Info, "The protocol is not the one of WebRTC" {
        what: "WebRTC writes `UDP/TLS/RTP/SAVPF`. Browsers take other RTP profiles as well, as long as there is a fingerprint.",
        why: "An older endpoint or a gateway wrote it.",
        fix: "Nothing, if the peer is a browser; otherwise write `UDP/TLS/RTP/SAVPF`.",
        reference: "RFC 9429 §5.1.2",
    }

    ICE_CREDENTIALS_MISSING = "sdp-ice-credentials-missing", Error, "A section has no ICE credentials" {
        what: "Without ufrag and password no connectivity check can be made or answered.",
        why: "The description comes from an endpoint without ICE (plain SIP), or the lines were dropped on the way.",
        fix: "Both `a=ice-ufrag` and `a=ice-pwd` must stand in the session part or in the section that carries the transport.",
        reference: "RFC 8839 §5.4",
    }

    ICE_UFRAG_LENGTH = "sdp-ice-ufrag-length", Error, "The ufrag is too short or too long" {
        what: "A ufrag has 4 to 256 characters.",
        why: "It was made by hand or cut off.",
        fix: "Draw at least 4 random characters (24 bits); the ICE library does it.",
        reference: "RFC 8839 §5.4",
    }

    ICE_PWD_LENGTH = "sdp-ice-pwd-length", Error, "The ICE password is too short or too long" {
        what: "A password has 22 to 256 characters, so that it can't be guessed.",
        why: "It was made by hand or cut off.",
        fix: "Draw at least 22 random characters (128 bits); the ICE library does it.",
        reference: "RFC 8839 §5.4",
    }

    ICE_CHARACTERS = "sdp-ice-credentials-characters", Error, "ICE credentials have characters that don't belong there" {
        what: "Only letters, digits, `+` and `/` may stand in ufrag and password; some readers refuse others.",
        why: "They were made from base64url, a UUID or by hand, or quoted on the way.",
        fix: "Draw them from letters, digits, `+` and `/`.",
        reference: "RFC 8839 §5.4",
    }

    ICE_TWICE = "sdp-ice-credentials-contradiction", Warning, "A section has two ICE credentials" {
        what: "Two `a=ice-ufrag` or two `a=ice-pwd` lines of one section differ; readers take the first or the last, and checks with the other one fail.",
        why: "Credentials were added without removing those that were there, or two descriptions were mixed.",
        fix: "Keep one `a=ice-ufrag` and one `a=ice-pwd` in each section, of the same session.",
        reference: "RFC 8839 §5.4",
    }

    ICE_MISMATCH = "sdp-ice-mismatch", Warning, "The other side says that ICE does not fit" {
        what: "The writer got an offer whose default address is none of its candidates, and goes on without ICE.",
        why: "Something between the two (a SIP proxy, an ALG) has changed `c=` or `m=` and left the candidates.",
        fix: "Make the thing in the middle leave descriptions with ICE alone, or change candidates as well.",
        reference: "RFC 8839 §5.3",
    }

    CANDIDATES_MISSING = "sdp-candidates-missing", Warning, "No candidates, and none will follow" {
        what: "The section has no candidate and does not say `trickle`, so a reader that goes by the text has nowhere to send checks to.",
        why: "The description was taken before gathering was done, or its candidates were filtered out.",
        fix: "Wait for gathering to complete, or send candidates later and say `a=ice-options:trickle`.",
        reference: "RFC 8840 §4.1",
    }

    CANDIDATES_TO_FOLLOW = "sdp-candidates-to-follow", Info, "No candidates yet" {
        what: "The description says `trickle` and has no candidates: they come later, one by one.",
        why: "It was taken before gathering was done, as is usual where candidates are signaled on their own.",
        fix: "Make sure that the candidates are sent too. Where this text is all that is handed over, wait for `iceGatheringState` `complete` and send `localDescription`.",
        reference: "RFC 8840 §4.1",
    }

    END_OF_CANDIDATES_EMPTY = "sdp-end-of-candidates-without-candidates", Warning, "The end of candidates, and no candidates" {
        what: "The writer says that no more candidates come, and there are none.",
        why: "Gathering found no address (no network, a relay-only policy without a working TURN server), or candidates were filtered out.",
        fix: "Look why nothing was gathered: `rtcdiag candidates` on that machine.",
        reference: "RFC 8840 §8.2",
    }

    ICE_LITE_NOT_PUBLIC = "sdp-ice-lite-without-public-candidate", Warning, "An ICE lite agent without a public address" {
        what: "ICE lite makes no checks and opens no NAT: only those who can send to one of its host candidates reach it.",
        why: "A server announces its private address (a container, a cloud machine behind 1:1 NAT).",
        fix: "Set the server's announced (public) address; with private ones it works inside that network only.",
        reference: "RFC 8445 §2.5",
    }

    FINGERPRINT_MISSING = "sdp-fingerprint-missing", Error, "A DTLS section has no fingerprint" {
        what: "Without the fingerprint of the certificate the DTLS handshake proves nothing, and WebRTC refuses it.",
        why: "The description comes from an endpoint without DTLS, or the line was dropped on the way.",
        fix: "Add `a=fingerprint` with the SHA-256 hash of the certificate.",
        reference: "RFC 8842 §5.1",
    }

    FINGERPRINT_WEAK = "sdp-fingerprint-weak", Warning, "The only fingerprint is a weak hash" {
        what: "MD5 and SHA-1 are broken: another certificate with the same hash can be made.",
        why: "An old DTLS library or its default configuration.",
        fix: "Write a SHA-256 fingerprint, alone or beside it.",
        reference: "RFC 8122 §5",
    }

    FINGERPRINT_MALFORMED = "sdp-fingerprint-malformed", Error, "A fingerprint can't be one" {
        what: "A fingerprint is as many pairs of hex digits as the hash has octets, with colons between them.",
        why: "It was cut off, retyped, or written without colons.",
        fix: "Take it from the certificate: `openssl x509 -noout -fingerprint -sha256`.",
        reference: "RFC 8122 §5",
    }

    FINGERPRINT_HASH_UNKNOWN = "sdp-fingerprint-hash-unknown", Error, "The hash of a fingerprint is not known" {
        what: "No reader can compare the certificate with it.",
        why: "A misspelling such as `SHA256` without the hyphen.",
        fix: "Write `sha-256` and the hash of 32 octets.",
        reference: "RFC 8122 §5",
    }

    SETUP_MISSING = "sdp-setup-missing", Warning, "A DTLS section has no `a=setup`" {
        what: "Nobody says who starts the DTLS handshake; readers guess.",
        why: "An older endpoint, or the line was dropped on the way.",
        fix: "Write `a=setup:actpass` in offers, `active` (or `passive`) in answers.",
        reference: "RFC 8842 §5.1",
    }

    SETUP_HOLDCONN = "sdp-setup-holdconn", Error, "`a=setup:holdconn`" {
        what: "It says that no connection is wanted now; WebRTC does not know this state.",
        why: "A gateway wrote it to hold a call.",
        fix: "Put a call on hold with `a=inactive` and leave `a=setup` alone.",
        reference: "RFC 8842 §5.1",
    }

    SETUP_ACTPASS_IN_ANSWER = "sdp-setup-actpass-in-answer", Error, "The answer does not choose its DTLS role" {
        what: "`actpass` leaves the choice to the other side, and after an answer there is none.",
        why: "The line was copied from the offer.",
        fix: "Answer `active` (which is faster) or `passive`.",
        reference: "RFC 8842 §5.3",
    }

    SETUP_FIXED_IN_OFFER = "sdp-setup-fixed-in-offer", Info, "The offer fixes its DTLS role" {
        what: "WebRTC offers `actpass`. A fixed role works if the answer takes the other one.",
        why: "Some servers want to be client or server.",
        fix: "Offer `actpass` unless the role must be fixed.",
        reference: "RFC 9429 §5.2.1",
    }

    SETUP_TWICE = "sdp-setup-contradiction", Warning, "A section has two DTLS roles" {
        what: "Two `a=setup` lines of one section say different things; readers take the first or the last, so both sides may start DTLS, or none.",
        why: "A role was added without removing the one that was there.",
        fix: "Keep one `a=setup` line in each section.",
        reference: "RFC 8842 §5.1",
    }

    RTCP_MUX_MISSING = "sdp-rtcp-mux-missing", Error, "An RTP section has no `a=rtcp-mux`" {
        what: "RTCP would need a port of its own; browsers demand one for both.",
        why: "The description comes from a SIP endpoint, or the line was dropped on the way.",
        fix: "Switch rtcp-mux on at the writer (in Asterisk `rtcp_mux=yes`).",
        reference: "RFC 8834 §4.5",
    }

    RTCP_MUX_ONLY = "sdp-rtcp-mux-only-misused", Warning, "`a=rtcp-mux-only` is not used as it is meant" {
        what: "It stands in offers, beside `a=rtcp-mux`, and not in answers, although examples have it there.",
        why: "The line was copied into the answer, or put in place of `a=rtcp-mux`.",
        fix: "Write both in offers, `a=rtcp-mux` alone in answers.",
        reference: "RFC 8858 §4",
    }

    SDES = "sdp-sdes-in-webrtc", Error, "SRTP keys in the clear" {
        what: "SDES puts the SRTP key into the description; WebRTC forbids it, since everyone on the signaling path can read it.",
        why: "The description comes from a SIP endpoint that speaks SDES.",
        fix: "Use DTLS-SRTP: `a=fingerprint` and `a=setup` in place of `a=crypto`.",
        reference: "RFC 8827 §6.5",
    }

    PAYLOAD_TWO_MEANINGS = "sdp-payload-type-two-meanings", Error, "A payload type has two meanings" {
        what: "Two `a=rtpmap` lines give one payload type different codecs; who receives it can't tell.",
        why: "Codecs were added with a number that was taken.",
        fix: "Give the new codec a number that the section does not use.",
        reference: "RFC 8866 §6.6",
    }

    RTPMAP_REPEATED = "sdp-rtpmap-repeated", Warning, "A payload type has its `a=rtpmap` twice" {
        what: "The second line says nothing new; some readers refuse it.",
        why: "Lines were added by code that changes descriptions.",
        fix: "Remove the second line.",
        reference: "RFC 8866 §6.6",
    }

    RTPMAP_MISSING = "sdp-rtpmap-missing", Warning, "A dynamic payload type has no `a=rtpmap`" {
        what: "From 35 on numbers have no codec by themselves; without the line nobody can use this one.",
        why: "A codec was removed by deleting its lines and leaving its number in the `m=` line.",
        fix: "Remove the number from the `m=` line, or add the `a=rtpmap`.",
        reference: "RFC 8866 §6.6",
    }

    RTPMAP_ABSENT = "sdp-rtpmap-for-absent-payload-type", Warning, "`a=rtpmap` for a payload type that is not offered" {
        what: "The `m=` line does not have the number, so the line means nothing.",
        why: "A codec was removed from the `m=` line and its lines were left, or the number is misspelled.",
        fix: "Remove the line, or add the number to the `m=` line.",
        reference: "RFC 8866 §6.6",
    }

    FMTP_ABSENT = "sdp-fmtp-for-absent-payload-type", Error, "`a=fmtp` for a payload type that is not offered" {
        what: "The `m=` line does not have the number, so the parameters are not used.",
        why: "A codec was removed from the `m=` line and its lines were left, or the number is misspelled.",
        fix: "Remove the line, or correct the number.",
        reference: "RFC 8866 §6.15",
    }

    FEEDBACK_ABSENT = "sdp-rtcp-fb-for-absent-payload-type", Error, "`a=rtcp-fb` for a payload type that is not offered" {
        what: "The `m=` line does not have the number, so the feedback is not used.",
        why: "A codec was removed from the `m=` line and its lines were left, or the number is misspelled.",
        fix: "Remove the line, or correct the number.",
        reference: "RFC 4585 §4.2",
    }

    PAYLOAD_LISTED_TWICE = "sdp-payload-type-listed-twice", Warning, "The `m=` line has a payload type twice" {
        what: "The second place says nothing; some readers refuse it.",
        why: "The order of codecs was changed by adding without removing.",
        fix: "Name each payload type once.",
        reference: "RFC 8866 §5.14",
    }

    PAYLOAD_RTCP_RANGE = "sdp-payload-type-in-rtcp-range", Error, "A payload type that looks like RTCP" {
        what: "With rtcp-mux the payload types 64 to 95 can't be told from RTCP packets.",
        why: "The codec's number was chosen by hand.",
        fix: "Use 96 to 127, then 35 to 63.",
        reference: "RFC 5761 §4",
    }

    FMTP_VALUE = "sdp-fmtp-value", Warning, "A codec parameter has a value that it can't have" {
        what: "The value is no number, or not in the range of the parameter; readers take the default, or pass over the codec.",
        why: "The line was written or changed by hand, or a value of another parameter was put in its place.",
        fix: "Write a value that the payload format knows; `rtcdiag sdp --explain` says what each parameter means.",
        reference: "RFC 8866 §6.15",
    }

    FMTP_TWICE = "sdp-fmtp-contradiction", Warning, "A codec parameter has two values" {
        what: "The `a=fmtp` lines of one payload type give one parameter two values; readers take the first or the last.",
        why: "A parameter was added by code that did not look for the one that was there.",
        fix: "Write each parameter once, in one `a=fmtp` line for the payload type.",
        reference: "RFC 8866 §6.15",
    }

    OPUS_RTPMAP = "sdp-opus-rtpmap", Warning, "Opus is not `opus/48000/2`" {
        what: "Opus is always written with 48000 and 2, whatever it carries; otherwise it is another codec, and no match.",
        why: "The real sample rate or channels were written; those go into `a=fmtp`.",
        fix: "Write `opus/48000/2`, and `stereo=0`, `sprop-maxcapturerate` and so on in `a=fmtp`.",
        reference: "RFC 7587 §7",
    }

    RTX_WITHOUT_APT = "sdp-rtx-without-apt", Error, "A retransmission payload type without `apt`" {
        what: "Nobody can tell which payload type it retransmits.",
        why: "Its `a=fmtp` line was dropped.",
        fix: "Add `a=fmtp:N apt=M`, or remove the rtx payload type.",
        reference: "RFC 4588 §8.6",
    }

    RTX_APT_ABSENT = "sdp-rtx-apt-absent", Error, "A retransmission of a payload type that is not offered" {
        what: "`apt` names a number that the `m=` line does not have.",
        why: "A codec was removed and its rtx was left.",
        fix: "Remove the rtx payload type along with its codec.",
        reference: "RFC 4588 §8.6",
    }

    RED_ABSENT = "sdp-red-payload-type-absent", Warning, "RED wraps a payload type that is not offered" {
        what: "The `a=fmtp` of red names a number that the `m=` line does not have.",
        why: "A codec was removed and its red was left.",
        fix: "Remove red along with the codec, or name the one that is there.",
        reference: "RFC 2198 §5",
    }

    BITRATE_MUNGING = "sdp-bitrate-munging", Info, "Bit rates in `x-google-` parameters" {
        what: "Chromium reads `x-google-min-bitrate`, `x-google-max-bitrate` and `x-google-start-bitrate`; nobody else does, and it has better ways.",
        why: "Code changes the description to steer the bit rate.",
        fix: "Use `RTCRtpSender.setParameters()` (`maxBitrate`), or `b=TIAS`.",
        reference: "libwebrtc",
    }

    EXTMAP_ID_REUSED = "sdp-extmap-id-reused", Error, "Two header extensions have one id" {
        what: "Who receives the id can't tell which extension it is.",
        why: "Extensions were added with an id that was taken.",
        fix: "Give each extension of the section its own id.",
        reference: "RFC 8285 §7",
    }

    EXTMAP_URI_TWICE = "sdp-extmap-repeated", Warning, "A header extension has two ids" {
        what: "The same extension stands in the section twice; readers take one of them.",
        why: "Extensions were added that were there already.",
        fix: "Remove one of the lines.",
        reference: "RFC 8285 §5",
    }

    EXTMAP_ID_INVALID = "sdp-extmap-id-invalid", Error, "An extension id that can't be" {
        what: "Id 0 is padding, and headers have no room for ids over 255.",
        why: "The id was chosen by hand, or 4096 and up was meant (an id for the answer to choose).",
        fix: "Use 1 to 14; over that, two-byte headers and `a=extmap-allow-mixed`.",
        reference: "RFC 8285 §5",
    }

    EXTMAP_ID_RESERVED = "sdp-extmap-id-reserved", Warning, "The extension id 15" {
        what: "In one-byte headers 15 means that the reader must stop; such an extension and all after it are lost.",
        why: "Ids were counted up past 14.",
        fix: "Use 1 to 14; with two-byte headers 16 to 255.",
        reference: "RFC 8285 §4.2",
    }

    EXTMAP_ID_TWO_BYTE = "sdp-extmap-id-needs-two-byte", Warning, "An extension id over 14 without two-byte headers" {
        what: "One-byte headers have ids up to 14, and the section does not allow the others.",
        why: "`a=extmap-allow-mixed` was dropped, or the writer does not know it.",
        fix: "Add `a=extmap-allow-mixed`, or use ids from 1 to 14.",
        reference: "RFC 8285 §6",
    }

    EXTMAP_ID_OVER_14 = "sdp-extmap-id-over-14", Warning, "An extension id over 14" {
        what: "With `a=extmap-allow-mixed` it is legal, and needs two-byte headers, which not every endpoint has.",
        why: "More than 14 extensions are offered, or ids were chosen by hand.",
        fix: "Use ids from 1 to 14 where they suffice; leave out extensions that nobody uses.",
        reference: "RFC 8285 §4.3",
    }

    SSRC_GROUP_UNDECLARED = "sdp-ssrc-group-undeclared-ssrc", Error, "An SSRC group names an SSRC that is not declared" {
        what: "The group relates a source about which nothing else is said.",
        why: "The `a=ssrc` lines were changed and the group was left.",
        fix: "Declare each SSRC of the group with `a=ssrc:ID cname:…`.",
        reference: "RFC 5576 §4.2",
    }

    FID_BROKEN = "sdp-fid-group-broken", Warning, "A FID group is no pair of stream and retransmission" {
        what: "FID pairs one stream with one retransmission stream of the same source; otherwise retransmissions are taken for nothing.",
        why: "SSRCs were changed by code that does not know the groups.",
        fix: "Write one FID group with two SSRCs of one cname for each stream.",
        reference: "RFC 5576 §4.2",
    }

    MSID_MALFORMED = "sdp-msid-malformed", Warning, "An msid is not a stream and a track" {
        what: "`msid` has the id of a MediaStream (or `-`) and of a track.",
        why: "It was written by hand.",
        fix: "Write `msid:STREAM TRACK`.",
        reference: "RFC 8830 §2",
    }

    MSID_CONTRADICTION = "sdp-msid-contradiction", Warning, "The msids of a section contradict each other" {
        what: "A section sends one track; its lines name several.",
        why: "Track ids were changed in one of the lines alone.",
        fix: "Name one track in `a=msid` and in all `a=ssrc` lines of the section.",
        reference: "RFC 8830 §2",
    }

    PLAN_B = "sdp-plan-b", Error, "Plan B: several tracks in one section" {
        what: "Plan B put all tracks of a kind into one section; browsers have dropped it and see at most one of them.",
        why: "An endpoint from before 2021, or one with `sdpSemantics: \"plan-b\"`.",
        fix: "Use Unified Plan: one media section for each track.",
        reference: "RFC 9429 §5.2.1",
    }

    PLAN_B_SIMULCAST = "sdp-plan-b-simulcast", Info, "Simulcast by SSRC groups" {
        what: "`ssrc-group:SIM` names the layers by SSRC; only Chromium reads it, and never did so officially.",
        why: "The description was changed for simulcast the old way.",
        fix: "Use `sendEncodings` with rids, which gives `a=rid` and `a=simulcast`.",
        reference: "RFC 8853 §5",
    }

    LEGACY_ATTRIBUTE = "sdp-legacy-attribute", Info, "An attribute that nobody needs any more" {
        what: "It is a remnant of drafts or of Plan B; readers of today pass over it.",
        why: "An old endpoint, or a writer that serves old readers.",
        fix: "Nothing; it can be left out.",
        reference: "RFC 9429 §5.2.1",
    }

    SSRC_WITHOUT_CNAME = "sdp-ssrc-without-cname", Info, "An SSRC without a cname" {
        what: "The cname tells which sources belong together; here RTCP has to say so.",
        why: "The lines were changed by hand, or the writer leaves it to RTCP.",
        fix: "Add `a=ssrc:ID cname:…`.",
        reference: "RFC 5576 §6.1",
    }

    RID_DUPLICATE = "sdp-rid-duplicate", Error, "A rid is defined twice" {
        what: "The rid names one stream; with two definitions it is not clear which.",
        why: "Lines were added that were there already.",
        fix: "Define each rid once.",
        reference: "RFC 8851 §6",
    }

    RID_DIRECTION = "sdp-rid-direction", Error, "A rid is used against its direction" {
        what: "`a=rid` says `send` and `a=simulcast` lists it under `recv`, or the reverse.",
        why: "An answer was made by copying the offer's lines.",
        fix: "Write the same direction in `a=rid` and in `a=simulcast`; an answer turns both.",
        reference: "RFC 8853 §5.1",
    }

    RID_PAYLOAD_ABSENT = "sdp-rid-payload-type-absent", Warning, "A rid is limited to a payload type that is not offered" {
        what: "`pt=` names a number that the `m=` line does not have.",
        why: "A codec was removed and the rid was left.",
        fix: "Name in `pt=` payload types of the section.",
        reference: "RFC 8851 §5",
    }

    RID_RESTRICTION = "sdp-rid-restriction", Warning, "A restriction of a rid is no number" {
        what: "`max-width`, `max-height`, `max-fps`, `max-fs`, `max-br`, `max-pps` and `max-bpp` are numbers; a rid with another value is to be passed over as a whole.",
        why: "The line was put together from a value that was not there, such as `undefined`.",
        fix: "Write a number, or leave the restriction out.",
        reference: "RFC 8851 §10",
    }

    SIMULCAST_MALFORMED = "sdp-simulcast-malformed", Error, "The simulcast line can't be read as a list" {
        what: "Streams are separated by `;`, alternatives by `,`; each rid stands there once, and there is one line for a section.",
        why: "A rid was removed and its separator was left, or lines were added by hand.",
        fix: "Write `a=simulcast:send a;b;c`.",
        reference: "RFC 8853 §5.1",
    }

    SIMULCAST_UNDEFINED_RID = "sdp-simulcast-undefined-rid", Error, "Simulcast names a rid that is not defined" {
        what: "Each rid in `a=simulcast` needs its `a=rid` line.",
        why: "A layer was removed or renamed in one of the two.",
        fix: "Define the rid, or take it out of the list.",
        reference: "RFC 8853 §5.1",
    }

    SIMULCAST_DIRECTION = "sdp-simulcast-direction", Warning, "Simulcast against the direction of the section" {
        what: "The section does not send (or receive), and its simulcast is for nothing else.",
        why: "The direction was changed and the simulcast left.",
        fix: "Remove `a=simulcast`, or correct the direction.",
        reference: "RFC 8853 §5.3.1",
    }

    SIMULCAST_DRAFT = "sdp-simulcast-draft", Warning, "Simulcast in the form of drafts" {
        what: "`rid=` and `pt=` in `a=simulcast` are from drafts before 2016; today's readers don't take them.",
        why: "Firefox up to 2018, or a server that serves it.",
        fix: "Write `a=simulcast:send a;b`.",
        reference: "RFC 8853 §5.1",
    }

    BUNDLE_PAYLOAD_CLASH = "sdp-bundle-payload-type-clash", Error, "A payload type means two codecs in a BUNDLE" {
        what: "Bundled sections share a port, and packets are told apart by payload type too: one number must mean one codec.",
        why: "Sections were made apart and joined, or codecs were renumbered in one of them.",
        fix: "Give each codec of the BUNDLE its own number.",
        reference: "RFC 9143 §9.1.1",
    }

    BUNDLE_PARAMETERS_DIFFER = "sdp-bundle-payload-type-parameters-differ", Warning, "A payload type has different parameters in a BUNDLE" {
        what: "The codec is the same, its `a=fmtp` is not; bundled sections should agree.",
        why: "The parameters of one section were changed.",
        fix: "Write the same `a=fmtp` in all sections, or use another payload type.",
        reference: "RFC 9143 §9.1.1",
    }

    BUNDLE_EXTMAP_CLASH = "sdp-bundle-extmap-clash", Error, "An extension id means two things in a BUNDLE" {
        what: "Bundled sections share a port: one id must mean one extension in all of them.",
        why: "Ids were given section by section.",
        fix: "Give each extension one id for the whole BUNDLE.",
        reference: "RFC 9143 §12",
    }

    BUNDLE_EXTMAP_TWO_IDS = "sdp-bundle-extmap-two-ids", Info, "An extension has two ids in a BUNDLE" {
        what: "It is allowed, and uses up ids; some readers look for one id.",
        why: "Ids were given section by section.",
        fix: "Use one id for an extension in all sections.",
        reference: "RFC 8285 §5",
    }

    BUNDLE_SSRC_CLASH = "sdp-bundle-ssrc-clash", Warning, "An SSRC stands in two sections of a BUNDLE" {
        what: "Bundled sections share a port, and packets without a MID extension are told apart by SSRC: one can belong to one section.",
        why: "A section was copied.",
        fix: "Give each section SSRCs of its own.",
        reference: "RFC 9143 §9.2",
    }

    BUNDLE_REJECTED = "sdp-bundle-rejected-section", Warning, "A rejected section in a BUNDLE" {
        what: "Port 0 without `a=bundle-only` rejects the section, and a rejected section is in no BUNDLE.",
        why: "The port was set to 0 and the group left, or `a=bundle-only` was dropped.",
        fix: "Take its mid out of `a=group:BUNDLE`.",
        reference: "RFC 9143 §7.2",
    }

    BUNDLE_ONLY_MISUSED = "sdp-bundle-only-misused", Warning, "`a=bundle-only` is not used as it is meant" {
        what: "It goes with port 0 in an offer, for a section that is in a BUNDLE.",
        why: "The line was copied into an answer or left when the group was changed.",
        fix: "Remove it from answers and from sections that are in no BUNDLE; give its sections port 0.",
        reference: "RFC 9143 §6",
    }

    BUNDLE_ICE_DIFFERS = "sdp-bundle-ice-credentials-differ", Info, "Bundled sections have different ICE credentials" {
        what: "An offer may give each section its own transport, for readers without BUNDLE. In an answer bundled sections have one, and these can't both hold.",
        why: "Sections were answered one by one, or one was changed.",
        fix: "In answers, write the credentials of the first section in all bundled ones, or in it alone.",
        reference: "RFC 9143 §7.1.3",
    }

    BUNDLE_DTLS_DIFFERS = "sdp-bundle-dtls-differs", Info, "Bundled sections have different fingerprints or roles" {
        what: "An offer may give each section its own transport, for readers without BUNDLE. In an answer bundled sections have one DTLS association.",
        why: "Sections were answered one by one, or one was changed.",
        fix: "In answers, write `a=fingerprint` and `a=setup` of the first section in all bundled ones, or in it alone.",
        reference: "RFC 9143 §7.1.3",
    }

    CANDIDATE_FOUNDATION = "sdp-candidate-foundation-missing", Warning, "A candidate without a foundation" {
        what: "The first word after `candidate:` is missing.",
        why: "The line was put together from an empty value.",
        fix: "Write a foundation: 1 to 32 letters, digits, `+` or `/`, the same for candidates of one base and type.",
        reference: "RFC 8839 §5.1",
    }

    CANDIDATE_TRANSPORT = "sdp-candidate-transport-unknown", Error, "A candidate over an unknown transport" {
        what: "Candidates are `udp` or `tcp`; browsers pass over others.",
        why: "A server announces a transport of its own, such as `ssltcp`.",
        fix: "Announce `udp`, or `tcp` with a `tcptype`.",
        reference: "RFC 8839 §5.1",
    }

    CANDIDATE_TCPTYPE = "sdp-candidate-tcptype-missing", Warning, "A TCP candidate without `tcptype`" {
        what: "Nobody says who opens the connection; readers guess or drop it.",
        why: "The end of the line was cut off, or the writer knows only UDP.",
        fix: "Add `tcptype passive` for a server that listens.",
        reference: "RFC 6544 §4.5",
    }

    CANDIDATE_RELATED = "sdp-candidate-related-address-missing", Warning, "A derived candidate without a related address" {
        what: "Reflexive and relayed candidates name their base in `raddr` and `rport`; it may be `0.0.0.0` and `0`.",
        why: "The words were cut off to hide the address.",
        fix: "Write `raddr 0.0.0.0 rport 0` to hide it.",
        reference: "RFC 8839 §5.1",
    }

    CANDIDATE_PORT = "sdp-candidate-port", Error, "A candidate with a port over 65535" {
        what: "There is no such port.",
        why: "The line was made by hand, or another number was put in its place.",
        fix: "Write the port of the socket; 9 for active TCP.",
        reference: "RFC 8839 §5.1",
    }

    CANDIDATE_PORT_ZERO = "sdp-candidate-port-zero", Warning, "A candidate with the port 0" {
        what: "Nothing can be sent to it.",
        why: "The port was not known when the line was written.",
        fix: "Write the port of the socket; 9 for active TCP.",
        reference: "RFC 8839 §5.1",
    }

    CANDIDATE_PRIORITY = "sdp-candidate-priority", Info, "A candidate's priority does not follow the formula" {
        what: "Priorities are 2^24 × type + 2^8 × local + (256 − component). Others are taken, and may rank relays before direct paths.",
        why: "The priority was made up, or copied from another candidate.",
        fix: "Compute it: `rtcdiag explain a=candidate` has the formula.",
        reference: "RFC 8445 §5.1.2.1",
    }

    CANDIDATE_COMPONENT_2 = "sdp-candidate-component-2", Info, "Candidates for RTCP that won't be used" {
        what: "With rtcp-mux everything is component 1. In an offer component 2 is for readers without rtcp-mux.",
        why: "Firefox offers both; so do endpoints that know readers without rtcp-mux.",
        fix: "Nothing; a reader with rtcp-mux passes over them.",
        reference: "RFC 8839 §5.1",
    }

    CANDIDATE_DUPLICATE = "sdp-candidate-duplicate", Info, "A candidate stands there twice" {
        what: "The second one is redundant: same component, transport, address and port.",
        why: "Candidates were added to a text that had them already.",
        fix: "Remove one of the two lines.",
        reference: "RFC 8445 §5.1.3",
    }

    CANDIDATE_NAME = "sdp-candidate-name", Warning, "A candidate without a bare IP address" {
        what: "An address stands there without brackets and without the name of an interface. Browsers resolve `.local` names (mDNS) and drop candidates with other names.",
        why: "A server announces its name in place of its address, or writes the address as in a URL.",
        fix: "Announce the IP address.",
        reference: "RFC 8839 §5.1",
    }

    CANDIDATE_MDNS = "sdp-candidate-mdns", Info, "A candidate with an mDNS name" {
        what: "The browser hides its private address behind a `.local` name, which only machines on the same network can resolve; others reach it through STUN or TURN.",
        why: "The page has no permission for camera or microphone.",
        fix: "Nothing; to see the addresses, grant camera or microphone first.",
        reference: "draft-ietf-mmusic-mdns-ice-candidates",
    }

    CANDIDATE_UNSPECIFIED = "sdp-candidate-unspecified-address", Warning, "A candidate with the address 0.0.0.0 or ::" {
        what: "Nothing can be sent to it.",
        why: "The server announces the address that it listens on.",
        fix: "Announce the address of the machine.",
        reference: "RFC 8445 §5.1.1.1",
    }

    CANDIDATE_LOOPBACK = "sdp-candidate-loopback", Warning, "A candidate with a loopback address" {
        what: "It reaches the reader's own machine, never the writer's, unless both are the same.",
        why: "The server listens on 127.0.0.1, or loopback was allowed for a test.",
        fix: "Gather on the network interfaces.",
        reference: "RFC 8445 §5.1.1.1",
    }

    CANDIDATE_LINK_LOCAL = "sdp-candidate-link-local", Info, "A candidate with a link-local address" {
        what: "It works on one network segment only, and with IPv6 only if the reader finds the right interface.",
        why: "The machine has no other address there, or the writer takes all.",
        fix: "Leave out link-local addresses where there are others.",
        reference: "RFC 8445 §5.1.1.1",
    }

    CANDIDATES_IPV4_ONLY = "sdp-candidates-ipv4-only", Info, "Only IPv4 candidates" {
        what: "A peer on an IPv6-only network needs NAT64 or a relay to reach them.",
        why: "The machine has no IPv6, or it is switched off.",
        fix: "Nothing, where both sides have IPv4.",
        reference: "RFC 8421 §3",
    }

    CANDIDATES_IPV6_ONLY = "sdp-candidates-ipv6-only", Info, "Only IPv6 candidates" {
        what: "A peer with IPv4 alone can't reach them, unless a relay has both.",
        why: "The machine has no IPv4, or gathering was cut short.",
        fix: "Offer a TURN server with both families.",
        reference: "RFC 8421 §3",
    }

    SCTP_PORT_MISSING = "sdp-sctp-port-missing", Warning, "A data channel section without an SCTP port" {
        what: "The reader has to guess 5000, or refuses.",
        why: "The line was dropped, or the writer follows an old draft.",
        fix: "Add `a=sctp-port:5000`.",
        reference: "RFC 8841 §5",
    }

    SCTP_PORT_ZERO = "sdp-sctp-port-zero", Error, "The SCTP port 0" {
        what: "It closes the SCTP association: no data channel will open.",
        why: "The port was not known when the line was written.",
        fix: "Write `a=sctp-port:5000`.",
        reference: "RFC 8841 §5.2",
    }

    SCTP_FORMAT = "sdp-sctp-format", Error, "The format is not `webrtc-datachannel`" {
        what: "Readers know data channels by this word.",
        why: "An old and a new form are mixed, or another use of SCTP is meant.",
        fix: "Write `m=application 9 UDP/DTLS/SCTP webrtc-datachannel`.",
        reference: "RFC 8841 §4.3",
    }

    SCTPMAP = "sdp-sctpmap-legacy", Info, "Data channels in the form of drafts" {
        what: "`a=sctpmap` and `DTLS/SCTP 5000` are from before 2015. Browsers still read them.",
        why: "An old browser or server.",
        fix: "Write `UDP/DTLS/SCTP webrtc-datachannel` and `a=sctp-port:5000`.",
        reference: "RFC 8841 §4",
    }

    ANSWER_M_LINE_COUNT = "sdp-answer-m-line-count", Error, "The answer has another number of media sections" {
        what: "The n-th section of the answer answers the n-th of the offer: all must be there, rejected ones with port 0.",
        why: "Sections were left out instead of rejected, or the answer is for another offer.",
        fix: "Answer every section; reject with port 0.",
        reference: "RFC 3264 §6",
    }

    ANSWER_M_LINE_ORDER = "sdp-answer-m-line-order", Error, "The answer has its sections in another order" {
        what: "The n-th section of the answer answers the n-th of the offer; here they are of different kinds.",
        why: "The answer was put together in an order of its own, or is for another offer.",
        fix: "Keep the order of the offer.",
        reference: "RFC 3264 §6",
    }

    ANSWER_MID_DIFFERS = "sdp-answer-mid-differs", Error, "The answer has another mid" {
        what: "An answer repeats the mids of the offer, section by section.",
        why: "The answerer numbers its sections itself, or the answer is for another offer.",
        fix: "Copy `a=mid` from the offer.",
        reference: "RFC 9429 §5.3.1",
    }

    ANSWER_BUNDLE = "sdp-answer-bundle-not-subset", Error, "The answer bundles what was not offered so" {
        what: "The BUNDLE of the answer holds mids of one offered BUNDLE, and no others.",
        why: "The group was written from all sections, or is for another offer.",
        fix: "Name in `a=group:BUNDLE` only mids that the offer bundles.",
        reference: "RFC 9143 §7.3",
    }

    ANSWER_CODEC = "sdp-answer-codec-not-offered", Warning, "The answer has a codec that was not offered" {
        what: "An answer picks from the codecs of the offer; readers pass over others.",
        why: "The answerer lists what it can do in place of what both can.",
        fix: "Leave out what the offer does not have.",
        reference: "RFC 3264 §6.1",
    }

    ANSWER_CODEC_PARAMETERS = "sdp-answer-codec-parameters-differ", Warning, "The answer has a codec with parameters that make it another one" {
        what: "Profile, packetization mode and tier say what codec it is: with others it is not the one that was offered, and neither side uses it.",
        why: "The answerer lists what it can do in place of what both can, or its parameters were changed by code.",
        fix: "Answer with the profile and the mode that were offered; the level may be another one.",
        reference: "RFC 6184 §8.2.2",
    }

    ANSWER_AV1_DIFFERS = "sdp-answer-av1-differs", Warning, "AV1 has another profile or tier in the answer" {
        what: "By the payload format each side says what it can receive, and both may send up to that. Browsers compare profile and tier and drop the codec where they differ.",
        why: "The answerer writes its own limits, as the payload format says.",
        fix: "For browsers, repeat profile and tier of the offer; the level may be another one.",
        reference: "RTP Payload Format For AV1 §7.2.3",
    }

    ANSWER_FEEDBACK = "sdp-answer-feedback-not-offered", Warning, "The answer has RTCP feedback that was not offered" {
        what: "An answer picks from the `a=rtcp-fb` of the offer; JSEP has the reader refuse others, and nobody sends them.",
        why: "The answerer lists what it can do in place of what both can.",
        fix: "Leave the `a=rtcp-fb` lines out that the offer does not have for the codec.",
        reference: "RFC 9429 §5.11",
    }

    ANSWER_RTX_APT = "sdp-answer-rtx-apt-differs", Warning, "A retransmission payload type is for another codec in the answer" {
        what: "`apt` names one payload type in the offer and another one in the answer, so neither side can use these retransmissions.",
        why: "The answerer gives payload types anew, or codecs were removed by code that does not know `apt`.",
        fix: "Answer with the `apt` of the offer, for the codec that it stands for.",
        reference: "RFC 4588 §8.6",
    }

    ANSWER_PAYLOAD_CLASH = "sdp-answer-payload-type-clash", Error, "A payload type means something else in the answer" {
        what: "In offer and answer one number means one codec.",
        why: "The answerer uses numbers of its own.",
        fix: "Use the numbers of the offer.",
        reference: "RFC 3264 §6.1",
    }

    ANSWER_PAYLOAD_DIFFERS = "sdp-answer-payload-type-differs", Info, "The answer has another payload type for a codec" {
        what: "Each side then sends with the number of the other. It is allowed, and not every endpoint can.",
        why: "The answerer uses numbers of its own.",
        fix: "Use the numbers of the offer.",
        reference: "RFC 3264 §6.1",
    }

    ANSWER_DIRECTION = "sdp-answer-direction", Error, "The direction of the answer does not fit" {
        what: "Who is offered sendonly can answer recvonly or inactive, and so on: the answer may take away, not add.",
        why: "The direction was copied from the offer, or set without looking at it.",
        fix: "Turn the offer's direction around, then take away what is not wanted.",
        reference: "RFC 3264 §6.1",
    }

    ANSWER_REVIVES = "sdp-answer-accepts-rejected", Error, "The answer accepts a rejected section" {
        what: "A section that the offer has with port 0 has port 0 in the answer too.",
        why: "The answerer does not look at the port.",
        fix: "Answer the section with port 0.",
        reference: "RFC 3264 §6",
    }

    ANSWER_EXTMAP = "sdp-answer-extmap-not-offered", Warning, "The answer has a header extension that was not offered" {
        what: "An answer picks from the extensions of the offer.",
        why: "The answerer lists what it can do in place of what both can.",
        fix: "Leave the extension out.",
        reference: "RFC 8285 §7",
    }

    ANSWER_EXTMAP_CLASH = "sdp-answer-extmap-clash", Error, "An extension id means something else in the answer" {
        what: "An answer keeps the ids of the offer.",
        why: "The answerer uses ids of its own.",
        fix: "Copy the ids from the offer.",
        reference: "RFC 8285 §7",
    }

    ANSWER_EXTMAP_ID = "sdp-answer-extmap-id-differs", Warning, "The answer gives a header extension another id" {
        what: "An answer keeps the ids of the offer; only ids from 4096 to 4351 leave the choice to it. Each side then reads something else than the other one writes.",
        why: "The answerer uses ids of its own.",
        fix: "Copy the ids from the offer.",
        reference: "RFC 8285 §7",
    }

    ANSWER_RID = "sdp-answer-rid-not-offered", Error, "The answer has a rid that was not offered" {
        what: "An answer picks from the rids of the offer.",
        why: "The answerer uses names of its own.",
        fix: "Copy the rids from the offer.",
        reference: "RFC 8851 §6.3",
    }

    ANSWER_RID_DIRECTION = "sdp-answer-rid-direction", Error, "A rid has one direction on both sides" {
        what: "What is `send` in the offer is `recv` in the answer.",
        why: "The line was copied from the offer.",
        fix: "Turn `send` and `recv` around.",
        reference: "RFC 8851 §6.3",
    }

    ANSWER_SIMULCAST = "sdp-answer-simulcast-not-mirrored", Error, "The simulcast of the answer does not mirror the offer's" {
        what: "What the offer sends the answer receives, and no stream comes in.",
        why: "The line was copied, or streams were added.",
        fix: "Turn `send` and `recv` around and keep to the rids of the offer.",
        reference: "RFC 8853 §5.3.2",
    }

    ANSWER_SIMULCAST_ORDER = "sdp-answer-simulcast-order", Warning, "The simulcast streams stand in another order" {
        what: "An answer may take streams away, not reorder them.",
        why: "The answerer sorts its streams.",
        fix: "Keep the order of the offer.",
        reference: "RFC 8853 §5.3.2",
    }

    ANSWER_IS_OFFER = "sdp-answer-repeats-offer", Error, "The answer has the credentials of the offer" {
        what: "ICE credentials are random: who has the offer's has the offer.",
        why: "The offer was pasted as the answer, or a server sent it back.",
        fix: "Give each side what the other one made.",
        reference: "RFC 8839 §5.4",
    }

    SETUP_ROLES = "sdp-setup-roles-conflict", Error, "The DTLS roles can't work" {
        what: "One side is `active` and starts, the other is `passive` and waits; here both do the same.",
        why: "The answerer does not look at the role of the offer.",
        fix: "Answer `active` to `passive` and `passive` to `active`.",
        reference: "RFC 8842 §5.3",
    }

    ICE_LITE_BOTH = "sdp-ice-lite-both", Error, "Both sides are ICE lite" {
        what: "ICE lite answers checks and makes none; with two of them there are none.",
        why: "Two servers are connected to each other.",
        fix: "Let one of them be a full ICE agent.",
        reference: "RFC 8445 §6.1.1",
    }

    ICE_NO_COMMON_FAMILY = "sdp-ice-no-common-address-family", Error, "The two sides have no address family in common" {
        what: "One side has IPv4 addresses only, the other IPv6 addresses only, and neither will send more candidates: no pair of them can be checked.",
        why: "One side is on an IPv6-only network or gathers one family only, and there is no relay that has both.",
        fix: "Gather both families, or give one side a TURN server that has an address of the other family.",
        reference: "RFC 8421 §3",
    }

    PROTOCOL_CHANGED = "sdp-protocol-changed", Warning, "The protocol of a section has changed" {
        what: "An answer repeats the protocol of the offer, and a section keeps it.",
        why: "The writer has a protocol of its own.",
        fix: "Copy the protocol from the offer.",
        reference: "RFC 3264 §6",
    }

    DIFF_OF_PAIR = "sdp-diff-of-offer-and-answer", Info, "`--diff` of an offer and its answer" {
        what: "The two are of different sides: the first offers both DTLS roles, the second has chosen one, and their sections are the same. `--diff` is for two descriptions of one side, and what it says about these means little.",
        why: "`--diff` was meant for the comparison of an offer with its answer, which needs no option.",
        fix: "Use `rtcdiag sdp OFFER ANSWER`, without `--diff`.",
        reference: "RFC 3264 §8",
    }

    REOFFER_M_LINE_REMOVED = "sdp-reoffer-m-line-removed", Error, "Media sections are gone" {
        what: "Sections are never removed: a track that ends leaves its section with port 0 or `inactive`.",
        why: "The section of a stopped track was left out.",
        fix: "Keep the section and set its port to 0.",
        reference: "RFC 3264 §8",
    }

    REOFFER_M_LINE_ORDER = "sdp-reoffer-m-line-order", Error, "Media sections have changed their places" {
        what: "A section keeps its place and its mid as long as it is not rejected.",
        why: "The description was put together anew.",
        fix: "Keep the order; put new sections at the end or in the place of rejected ones.",
        reference: "RFC 3264 §8",
    }

    REOFFER_VERSION = "sdp-reoffer-version-not-raised", Warning, "The version was not raised" {
        what: "A changed description has a higher session version in `o=`; readers may take it for the one that they have.",
        why: "The `o=` line is a fixed text.",
        fix: "Add 1 to the third field of `o=` with each change.",
        reference: "RFC 3264 §8",
    }

    REOFFER_ORIGIN = "sdp-reoffer-origin-changed", Warning, "The origin has changed" {
        what: "Within a session only the version of `o=` changes; another id says that this is another session.",
        why: "The `o=` line is made anew each time, or another endpoint has taken over.",
        fix: "Keep name, session id and address of the first `o=` line.",
        reference: "RFC 3264 §8",
    }

    REOFFER_PAYLOAD = "sdp-reoffer-payload-type-changed", Error, "A payload type has got another meaning" {
        what: "In a session a number keeps its codec, for packets with it may be under way.",
        why: "Numbers were given anew.",
        fix: "Keep the numbers; give new codecs new ones.",
        reference: "RFC 3264 §8.3.2",
    }

    REOFFER_EXTMAP = "sdp-reoffer-extmap-changed", Error, "An extension id has got another meaning" {
        what: "In a session an id keeps its extension, and an extension its id: packets with the old one may be under way.",
        why: "The ids were given anew.",
        fix: "Keep the ids; give new extensions new ones.",
        reference: "RFC 8285 §7",
    }

    REOFFER_FINGERPRINT = "sdp-reoffer-fingerprint-without-restart", Warning, "A new fingerprint without an ICE restart" {
        what: "A new certificate needs a new DTLS association, and that goes with new ICE credentials.",
        why: "Another endpoint has taken over the call, or the certificate was renewed.",
        fix: "Restart ICE along with it.",
        reference: "RFC 8842 §4",
    }

    REOFFER_LEFT_BUNDLE = "sdp-reoffer-left-bundle", Info, "A section has left the BUNDLE" {
        what: "It is allowed, and the section then needs a transport of its own: candidates, ICE and DTLS.",
        why: "The group was written anew, perhaps without this in mind.",
        fix: "Keep the mid in `a=group:BUNDLE` unless a transport of its own is wanted.",
        reference: "RFC 9143 §7.5.2",
    }

    ICE_RESTART_HALF = "sdp-ice-restart-incomplete", Warning, "Half an ICE restart" {
        what: "A restart changes ufrag and password together.",
        why: "One of the lines was changed or kept by hand.",
        fix: "Change both or none; `restartIce()` does it.",
        reference: "RFC 8839 §4.4.1.1.1",
    }
}
