//! Findings of `rtcdiag sdp` about form: what copying did to a description, and where it departs from the grammar.

use super::entries;

entries! {
    TRUNCATED = "sdp-truncated", Error, "The description is cut off" {
        what: "The input ends before the description does. What is there was read; what is missing may change the meaning of all of it.",
        why: "Consoles, terminals and log collectors shorten long lines; a terminal takes no more than 4096 characters of pasted base64.",
        fix: "Write the description to a file or copy it with a program (`copy(JSON.stringify(pc.localDescription))` in a browser's console).",
        reference: "RFC 8866 §9",
    }
    HTML = "sdp-html-escaped", Warning, "There is HTML in the description" {
        what: "Tags such as `<br>` or entities such as `&quot;` stood in the text. They were taken out before it was read.",
        why: "The text was copied out of the source of a web page, or escaped before it was stored.",
        fix: "Copy the text as the page shows it, or take the description from the application itself; a browser refuses it like this.",
        reference: "RFC 8866 §5",
    }
    INDENTED = "sdp-indented", Warning, "The lines of the description are indented" {
        what: "Blanks stand before the type letter of each line. They were taken away before it was read.",
        why: "The text was copied out of source code, a log or a bug report that indents it.",
        fix: "Take the blanks away: a line of SDP begins with its letter, and browsers refuse anything else.",
        reference: "RFC 8866 §5",
    }
    LINE_ENDS_LOST = "sdp-line-ends-lost", Warning, "The description has lost its line ends" {
        what: "Everything stands on one line, with blanks where line ends were. It was split again before every `LETTER=`.",
        why: "A text box, a chat or a shell variable without quotation marks turned line ends into blanks.",
        fix: "Hand the description on as JSON, which keeps line ends; a browser refuses it like this.",
        reference: "RFC 8866 §5",
    }
    OBJECT_OBJECT = "sdp-object-object", Error, "An object was turned into text" {
        what: "`[object Object]` stands where a description should be: JavaScript's text for an object that was not serialized.",
        why: "The object was joined to a string, or sent without JSON.stringify.",
        fix: "Send `JSON.stringify(pc.localDescription)`, or the `sdp` member and the type.",
        reference: "W3C WebRTC §4.6.1",
    }
    BROKEN_JSON = "sdp-broken-json", Warning, "The JSON around the description is broken" {
        what: "The JSON does not follow its grammar. The descriptions in it were found all the same.",
        why: "It was edited by hand, or only a part of it was copied.",
        fix: "Let a program write the JSON, and pass it on unchanged.",
        reference: "RFC 8259 §2",
    }
    BROKEN_BASE64 = "sdp-broken-base64", Warning, "The base64 around the description is broken" {
        what: "There are characters in the base64 that do not belong there; they were passed over.",
        why: "It was wrapped or decorated on its way.",
        fix: "Copy the base64 in one piece, without line ends or blanks.",
        reference: "RFC 4648 §3.3",
    }
    ENCODING = "sdp-not-utf8", Warning, "The description is not UTF-8" {
        what: "There are octets that are not UTF-8, a byte order mark, or the text is UTF-16.",
        why: "An editor saved it in another encoding, or a program wrote text in the encoding of its machine.",
        fix: "Save the description as UTF-8 without a byte order mark.",
        reference: "RFC 8866 §5",
    }

    MISSING_VERSION = "sdp-missing-version", Error, "There is no `v=` line" {
        what: "A description begins with the line `v=0`. Without it readers refuse all of it.",
        why: "The first line was not copied, or this is a part of a description.",
        fix: "Put `v=0` before the other lines.",
        reference: "RFC 8866 §5.1",
    }
    VERSION_NOT_FIRST = "sdp-version-not-first", Error, "`v=` is not the first line" {
        what: "The description begins with another line than `v=0`.",
        why: "Something stands before it, lines have changed places, or this is a part of a description.",
        fix: "Take out what stands before `v=0`, or put the line first.",
        reference: "RFC 8866 §5.1",
    }
    BAD_VERSION = "sdp-bad-version", Error, "`v=` is not 0" {
        what: "There is only version 0 of SDP.",
        why: "The line was made up, or is damaged.",
        fix: "Write `v=0`, whatever stands there now.",
        reference: "RFC 8866 §5.1",
    }
    MISSING_ORIGIN = "sdp-missing-origin", Error, "There is no `o=` line" {
        what: "Every description says who made it and which version it is. Browsers refuse one that does not.",
        why: "The line was not copied or was filtered out, or this is a part of a description.",
        fix: "Add `o=- ID VERSION IN IP4 127.0.0.1` after `v=0`, with a number for the session and one that grows with each version.",
        reference: "RFC 8866 §5.2",
    }
    BAD_ORIGIN = "sdp-bad-origin", Error, "The `o=` line cannot be read" {
        what: "`o=` has six fields: username, session id, session version, `IN`, `IP4` or `IP6`, address; the two ids are numbers.",
        why: "A username with a blank in it, a field left out, or an id that is no number.",
        fix: "Write `o=- ID VERSION IN IP4 127.0.0.1` (`-` for no username).",
        reference: "RFC 8866 §5.2",
    }
    MISSING_NAME = "sdp-missing-session-name", Error, "There is no `s=` line" {
        what: "Every description has a session name, be it only `-`. Browsers refuse one without.",
        why: "The line was not copied, or the program that made the description leaves it out.",
        fix: "Add `s=-` after the `o=` line.",
        reference: "RFC 8866 §5.3",
    }
    EMPTY_NAME = "sdp-empty-session-name", Info, "The session has an empty name" {
        what: "`s=` has at least one character; strict readers refuse an empty one.",
        why: "The program that made the description has no name for the session and writes none.",
        fix: "Write `s=-` where there is no name.",
        reference: "RFC 8866 §5.3",
    }
    MISSING_TIMING = "sdp-missing-timing", Warning, "There is no `t=` line" {
        what: "Every description says when the session is; in WebRTC that is `t=0 0`. Strict readers, Chrome among them, refuse one without.",
        why: "The line was not copied, or the program that made the description leaves it out.",
        fix: "Add `t=0 0` before the attributes of the session.",
        reference: "RFC 8866 §5.9",
    }
    BAD_TIMING = "sdp-bad-timing", Warning, "A time cannot be read" {
        what: "`t=` has two numbers, `r=` and `z=` lists of numbers, perhaps with a unit.",
        why: "The line is damaged, or was made by hand.",
        fix: "Write `t=0 0`; WebRTC has no use for `r=` and `z=`.",
        reference: "RFC 8866 §5.9",
    }
    LINE_ORDER = "sdp-line-order", Warning, "Lines stand in the wrong order" {
        what: "The lines of a description have a fixed order: v o s i u e p c b t r z k a, then the media sections with m i c b k a.",
        why: "A program joined parts of descriptions, or added a line at the end of a section.",
        fix: "Put the line where its type belongs; strict readers refuse it elsewhere.",
        reference: "RFC 8866 §9",
    }
    REPEATED_LINE = "sdp-repeated-line", Warning, "A line stands there twice" {
        what: "A type of line that may stand once in a section stands there again. Which of the two counts depends on the reader.",
        why: "A program joined two descriptions, or added a line without looking for the old one.",
        fix: "Keep one of the lines.",
        reference: "RFC 8866 §9",
    }
    MISPLACED_LINE = "sdp-misplaced-line", Warning, "A line of the session stands in a media section" {
        what: "This type of line is for the session as a whole and belongs before the first `m=` line.",
        why: "A program added the line at the end, or joined two descriptions.",
        fix: "Move the line before the first `m=` line.",
        reference: "RFC 8866 §9",
    }
    NOT_A_LINE = "sdp-not-a-line", Error, "There is a line that is no SDP" {
        what: "Every line of a description is a letter, `=` and a value. Browsers refuse anything else.",
        why: "A long line was broken in two, or other text was copied along.",
        fix: "Join the line with the one before it, or take it out.",
        reference: "RFC 8866 §5",
    }
    UNKNOWN_TYPE = "sdp-unknown-line-type", Warning, "There is a line of an unknown type" {
        what: "The letter before `=` is none of those that SDP has. Readers must pass over the description, or over the line.",
        why: "A typing error, or text that was copied along.",
        fix: "Take the line out, or correct its letter.",
        reference: "RFC 8866 §5",
    }
    BLANK_LINE = "sdp-blank-line", Warning, "There is an empty line in the description" {
        what: "A description has no empty lines; many readers stop at the first one.",
        why: "Two line ends were written instead of one (`\\r\\r\\n`), or the text was edited.",
        fix: "Take the empty lines out.",
        reference: "RFC 8866 §5",
    }
    STRAY_BLANK = "sdp-stray-blank", Warning, "There is a blank where none belongs" {
        what: "No blanks may stand on either side of the first `=` of a line.",
        why: "The line was written by hand, or a field before the blank is empty.",
        fix: "Take the blank out, or fill in the field (`-` for no username).",
        reference: "RFC 8866 §5",
    }
    CONTROL_CHARACTER = "sdp-control-character", Error, "There is a control character in the description" {
        what: "A control character, such as NUL, stands in a line. Readers stop there, refuse the line, or pass it on.",
        why: "Binary data got into the text, a buffer was sent with its terminating NUL, or somebody tries out what a reader does with it.",
        fix: "Find out where it comes from; a description is text.",
        reference: "RFC 8866 §9",
    }
    LONG_LINE = "sdp-long-line", Warning, "A line is very long" {
        what: "A line has more than 64 KiB. Readers may have smaller buffers.",
        why: "Line ends were lost, or something else was pasted into the value.",
        fix: "Look at the line; nothing in WebRTC needs so long a value.",
        reference: "RFC 8866 §5",
    }
    BAD_CONNECTION = "sdp-bad-connection", Error, "A `c=` line cannot be read" {
        what: "`c=` has three fields: `IN`, `IP4` or `IP6`, and an address. Browsers refuse the description otherwise.",
        why: "A field was left out, mostly the address type.",
        fix: "Write `c=IN IP4 0.0.0.0`, or the address and its type.",
        reference: "RFC 8866 §5.7",
    }
    BAD_BANDWIDTH = "sdp-bad-bandwidth", Warning, "A `b=` line cannot be read" {
        what: "`b=` is a type, a colon and a number: `b=AS:500` for kbit/s, `b=TIAS:500000` for bit/s.",
        why: "A program that sets bandwidths by changing the text made a mistake.",
        fix: "Write the type and a whole number without a sign.",
        reference: "RFC 8866 §5.8",
    }
    BAD_KEY = "sdp-bad-key", Info, "A `k=` line cannot be read" {
        what: "`k=` is obsolete and must not be used any more; this one does not even follow its old grammar.",
        why: "A very old program, or a damaged line.",
        fix: "Take the line out; nobody needs it.",
        reference: "RFC 8866 §5.12",
    }
    BAD_INFORMATION = "sdp-bad-information", Info, "A line about the session is empty" {
        what: "`i=`, `u=`, `e=` and `p=` have at least one character.",
        why: "The program that made the description has nothing to say there and writes the line all the same.",
        fix: "Take the line out; nobody needs it.",
        reference: "RFC 8866 §9",
    }
    BAD_MEDIA = "sdp-bad-media", Error, "An `m=` line cannot be read" {
        what: "`m=` has a kind of media, a port, a protocol and at least one format.",
        why: "A field was left out, or a kind or protocol has characters that it may not have.",
        fix: "Write the line in full; a rejected section keeps its protocol and formats (`m=video 0 UDP/TLS/RTP/SAVPF 96`).",
        reference: "RFC 8866 §5.14",
    }
    BAD_MEDIA_PORT = "sdp-bad-media-port", Error, "The port of an `m=` line is no port" {
        what: "A port is a number from 0 to 65535.",
        why: "The number was made by a program that does not check it, or two numbers ran together.",
        fix: "Write the port, or 9 where ICE chooses it.",
        reference: "RFC 8866 §5.14",
    }
    BAD_PAYLOAD_TYPE = "sdp-bad-payload-type", Error, "A format of an `m=` line is no payload type" {
        what: "With RTP the formats are payload types: numbers from 0 to 127. Browsers refuse anything else.",
        why: "The number is too large for the seven bits that RTP has, or a `*` or a name stands there.",
        fix: "Take numbers from 96 to 127 (and 35 to 63) for codecs without a fixed one.",
        reference: "RFC 3551 §6",
    }
    EMPTY_ATTRIBUTE = "sdp-empty-attribute", Error, "There is an `a=` line without a name" {
        what: "`a=` is followed by the name of an attribute.",
        why: "The description was cut there, or a program joined an empty value.",
        fix: "Take the line out, or write the attribute.",
        reference: "RFC 8866 §5.13",
    }
    BAD_ATTRIBUTE = "sdp-bad-attribute", Error, "The value of an attribute cannot be read" {
        what: "The value does not follow the grammar of this attribute. Some readers refuse the whole description, others pass over the line.",
        why: "The line was edited, cut or put together wrongly.",
        fix: "Write the value as its reference says; `rtcdiag explain a=NAME` tells which.",
        reference: "RFC 8866 §9",
    }
}
