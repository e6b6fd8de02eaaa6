//! Descriptions of Chromium, each with one defect: the table that our findings and Chromium's verdicts are held against.

use std::collections::BTreeSet;
use std::path::Path;

use rtcdiag::check::sdp::{LintContext, judge, lint, lint_pair, lint_reoffer};
use rtcdiag::proto::sdp::Description;
use rtcdiag::proto::sdp::unwrap::DescriptionType;
use rtcdiag::report::Finding;

/// What is changed, and what it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Base {
    /// The offer with audio, video and a data channel.
    Offer,
    /// The answer to it.
    Answer,
    /// The offer again, against itself as it was.
    Reoffer,
    /// The offer of three simulcast layers.
    SimulcastOffer,
    /// The answer to it.
    SimulcastAnswer,
}

impl Base {
    pub const fn name(self) -> &'static str {
        match self {
            Base::Offer => "offer",
            Base::Answer => "answer",
            Base::Reoffer => "reoffer",
            Base::SimulcastOffer => "simulcast-offer",
            Base::SimulcastAnswer => "simulcast-answer",
        }
    }

    fn file(self) -> &'static str {
        match self {
            Base::Offer | Base::Reoffer => "chromium156-av-data-offer.sdp",
            Base::Answer => "chromium156-av-data-answer.sdp",
            Base::SimulcastOffer => "chromium156-simulcast-offer.sdp",
            Base::SimulcastAnswer => "chromium156-simulcast-answer.sdp",
        }
    }

    /// The description that it answers, or comes after.
    pub fn before(self) -> Option<Base> {
        match self {
            Base::Offer | Base::SimulcastOffer => None,
            Base::Answer | Base::Reoffer => Some(Base::Offer),
            Base::SimulcastAnswer => Some(Base::SimulcastOffer),
        }
    }

    pub fn sdp_type(self) -> DescriptionType {
        match self {
            Base::Offer | Base::SimulcastOffer | Base::Reoffer => DescriptionType::Offer,
            Base::Answer | Base::SimulcastAnswer => DescriptionType::Answer,
        }
    }

    /// The description as it was captured.
    pub fn text(self) -> String {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/sdp");
        std::fs::read_to_string(folder.join(self.file())).expect("a fixture")
    }
}

/// How a text is changed. Texts are written with `\n` for CR LF.
#[derive(Clone, Copy)]
pub enum Edit {
    /// Replaces one text by another, each the first place; with `*` before it, all places.
    Swap(&'static [(&'static str, &'static str)]),
    /// Whatever it takes.
    With(fn(&str) -> String),
}

/// A description with one defect.
#[derive(Clone, Copy)]
pub struct Mutation {
    pub name: &'static str,
    pub base: Base,
    pub edit: Edit,
    /// What is changed in the description before it, which is then not the one that Chromium made.
    pub before: &'static [(&'static str, &'static str)],
    /// The findings that this gives, and no others; sorted.
    pub codes: &'static [&'static str],
}

impl Mutation {
    /// The changed description.
    pub fn text(&self) -> String {
        apply(&self.edit, &self.base.text(), self.name)
    }

    /// The description before it.
    pub fn text_before(&self) -> Option<String> {
        Some(apply(&Edit::Swap(self.before), &self.base.before()?.text(), self.name))
    }

    /// The codes of all findings that the unchanged description does not have.
    pub fn new_codes(&self) -> BTreeSet<String> {
        let all = codes(self.base, &self.text(), self.text_before().as_deref());
        let before = self.base.before().map(Base::text);
        let usual = codes(self.base, &self.base.text(), before.as_deref());
        all.difference(&usual).cloned().collect()
    }
}

fn apply(edit: &Edit, text: &str, name: &str) -> String {
    match edit {
        Edit::With(change) => change(text),
        Edit::Swap(pairs) => pairs.iter().fold(text.to_owned(), |text, (from, to)| {
            let (from, to) = (from.replace('\n', "\r\n"), to.replace('\n', "\r\n"));
            let (from, all) = from
                .strip_prefix('*')
                .map_or((from.as_str(), false), |from| (from, true));
            assert!(text.contains(from), "{name}: there is no {from:?}");
            match all {
                true => text.replace(from, &to),
                false => text.replacen(from, &to, 1),
            }
        }),
    }
}

/// Every finding about a description and the one before it.
pub fn findings(base: Base, text: &str, before: Option<&str>) -> Vec<Finding> {
    let description = Description::parse(text);
    let context = LintContext {
        sdp_type: Some(base.sdp_type()),
        profile: None,
    };
    let mut findings = lint(&description, &context);
    if let Some(before) = before {
        let before = Description::parse(before);
        findings.extend(match base {
            Base::Reoffer => lint_reoffer(&before, &description, &context),
            _ => lint_pair(&before, &description, &context),
        });
    }
    findings
}

/// The codes of the findings, those about form too.
pub fn codes(base: Base, text: &str, before: Option<&str>) -> BTreeSet<String> {
    let description = Description::parse(text);
    let context = LintContext {
        sdp_type: Some(base.sdp_type()),
        profile: None,
    };
    let all = judge(&description, &[], &context);
    let findings = findings(base, text, before);
    findings.into_iter().chain(all).map(|finding| finding.code).collect()
}

fn swap(
    name: &'static str,
    base: Base,
    pairs: &'static [(&'static str, &'static str)],
    codes: &'static [&'static str],
) -> Mutation {
    Mutation {
        name,
        base,
        edit: Edit::Swap(pairs),
        before: &[],
        codes,
    }
}

fn with(name: &'static str, base: Base, change: fn(&str) -> String, codes: &'static [&'static str]) -> Mutation {
    Mutation {
        name,
        base,
        edit: Edit::With(change),
        before: &[],
        codes,
    }
}

fn lines_without(text: &str, unwanted: impl Fn(&str) -> bool) -> String {
    text.split_inclusive("\r\n").filter(|line| !unwanted(line)).collect()
}

/// The session part and the media sections.
fn parts(text: &str) -> Vec<String> {
    let mut parts = vec![String::new()];
    for line in text.split_inclusive("\r\n") {
        if line.starts_with("m=") {
            parts.push(String::new());
        }
        parts.last_mut().expect("one").push_str(line);
    }
    parts
}

fn swapped(text: &str) -> String {
    let mut parts = parts(text);
    parts.swap(1, 2);
    parts.concat()
}

fn shortened(text: &str) -> String {
    let mut parts = parts(text);
    parts.pop();
    parts.concat().replacen("BUNDLE 0 1 2", "BUNDLE 0 1", 1)
}

/// A second video section, bundled with the first.
fn second_video(text: &str) -> String {
    let mut parts = parts(text);
    let video = lines_without(&parts[2], |line| {
        ["a=ssrc", "a=msid", "a=candidate"]
            .iter()
            .any(|start| line.starts_with(start))
    });
    parts.push(
        video
            .replacen("a=mid:1", "a=mid:3", 1)
            .replacen("a=sendrecv", "a=recvonly", 1),
    );
    parts.concat().replacen("BUNDLE 0 1 2", "BUNDLE 0 1 2 3", 1)
}

/// The video section has nothing that says how it is reached: that is in the first section of the BUNDLE.
fn without_transport(text: &str) -> String {
    let mut parts = parts(text);
    const TRANSPORT: [&str; 5] = ["a=candidate:", "a=ice-", "a=fingerprint:", "a=setup:", "a=rtcp:"];
    parts[2] = lines_without(&parts[2], |line| TRANSPORT.iter().any(|start| line.starts_with(start)));
    parts.concat()
}

/// Without `trickle`: these are all candidates.
fn gathered(text: &str) -> String {
    text.replace("a=ice-options:trickle\r\n", "")
}

fn no_candidates(text: &str) -> String {
    lines_without(text, |line| line.starts_with("a=candidate:"))
}

/// Adds a line after the first candidate.
macro_rules! candidate {
    ($name:literal, $line:literal, $codes:expr) => {
        swap(
            $name,
            Base::Offer,
            &[(
                "49427 typ host generation 0 network-id 1\n",
                concat!("49427 typ host generation 0 network-id 1\n", $line, "\n"),
            )],
            $codes,
        )
    };
}

/// The table.
#[rustfmt::skip]
pub fn all() -> Vec<Mutation> {
    use Base::{Answer, Offer, Reoffer, SimulcastAnswer, SimulcastOffer};
    vec![
        // What may be changed.
        swap("nothing", Offer, &[], &[]),
        swap("nothing", Answer, &[], &[]),
        swap("nothing", SimulcastOffer, &[], &[]),
        swap("nothing", SimulcastAnswer, &[], &[]),
        with("second-video", Offer, second_video, &[]),
        swap("version-raised", Reoffer, &[(" 2 IN IP4", " 3 IN IP4")], &[]),
        swap("bundle-only-data", Offer, &[("m=application 41065", "m=application 0"), ("a=mid:2\n", "a=mid:2\na=bundle-only\n")], &[]),
        with("bundle-only-without-transport", Offer, |text| without_transport(text).replacen("m=video 57071", "m=video 0", 1).replacen("a=mid:1", "a=bundle-only\r\na=mid:1", 1), &[]),
        with("bundled-without-transport", Answer, without_transport, &[]),
        swap("rejected-data", Offer, &[("BUNDLE 0 1 2", "BUNDLE 0 1"), ("m=application 41065", "m=application 0")], &[]),
        swap("bandwidth-in-accord", Offer, &[("a=rtcp:9 IN IP4 0.0.0.0\n", "b=AS:540\nb=TIAS:500000\na=rtcp:9 IN IP4 0.0.0.0\n")], &[]),
        candidate!("tcp-active", "a=candidate:1 1 tcp 1518214911 10.99.0.1 9 typ host tcptype active", &[]),
        candidate!("srflx-hidden-base", "a=candidate:2 1 udp 1686052607 203.0.113.9 50000 typ srflx raddr 0.0.0.0 rport 0", &[]),
        swap("second-fingerprint-weak", Offer, &[("*a=setup:actpass\n", "a=fingerprint:sha-1 00:01:02:03:04:05:06:07:08:09:0A:0B:0C:0D:0E:0F:10:11:12:13\na=setup:actpass\n")], &[]),
        swap("restart", Reoffer, &[(" 2 IN IP4", " 3 IN IP4"), ("*a=ice-ufrag:7eUc", "a=ice-ufrag:new1"), ("*a=ice-pwd:vR8jlD7chvucqy1vJm5hbAjC", "a=ice-pwd:vR8jlD7chvucqy1vJm5hbXXX")], &[]),
        swap("stopped-data", Reoffer, &[(" 2 IN IP4", " 3 IN IP4"), ("BUNDLE 0 1 2", "BUNDLE 0 1"), ("m=application 41065", "m=application 0")], &[]),
        with("added-video", Reoffer, |text| second_video(text).replacen(" 2 IN IP4", " 3 IN IP4", 1), &[]),
        swap("fewer-layers", SimulcastAnswer, &[("recv q;h;f", "recv q;h"), ("a=rid:f recv\n", "")], &[]),

        // The form of the text.
        with("lf", Offer, |text| text.replace("\r\n", "\n"), &["sdp-line-ends-lf"]),
        with("cr", Offer, |text| text.replace("\r\n", "\r"), &["sdp-line-ends-cr"]),
        with("mixed", Offer, |text| text.replacen("\r\n", "\n", 3), &["sdp-line-ends-mixed"]),
        with("no-last-line-end", Offer, |text| text.trim_end().to_owned(), &["sdp-last-line-unterminated"]),
        swap("no-s", Offer, &[("s=-\n", "")], &["sdp-missing-session-name"]),
        swap("no-t", Offer, &[("t=0 0\n", "")], &["sdp-missing-timing"]),
        swap("no-v", Offer, &[("v=0\n", "")], &["sdp-missing-version", "sdp-version-not-first"]),
        swap("no-o", Offer, &[("o=- 191392652595583419 2 IN IP4 127.0.0.1\n", "")], &["sdp-missing-origin"]),
        swap("blank-line", Offer, &[("a=mid:1\n", "a=mid:1\n\n")], &["sdp-blank-line"]),
        swap("blank-before", Offer, &[("a=mid:1\n", " a=mid:1\n"), ("BUNDLE 0 1 2", "BUNDLE 0 2")], &["sdp-mid-missing", "sdp-not-a-line"]),
        swap("ptime-word", Offer, &[("a=mid:0\n", "a=mid:0\na=ptime:some\n")], &["sdp-bad-attribute"]),
        swap("nul", Offer, &[("a=rtcp-rsize\n", "a=rtcp-rsize\0\n")], &["sdp-bad-attribute", "sdp-control-character"]),

        // The session part and what all sections have.
        swap("mid-missing", Offer, &[("BUNDLE 0 1 2", "BUNDLE 0 2"), ("a=mid:1\n", "")], &["sdp-mid-missing"]),
        with("no-mids", Offer, |text| lines_without(text, |line| line.starts_with("a=mid:") || line.starts_with("a=group:")), &["sdp-mid-missing"]),
        swap("mid-duplicate", Offer, &[("BUNDLE 0 1 2", "BUNDLE 0 2"), ("a=mid:1\n", "a=mid:0\n")], &["sdp-mid-duplicate"]),
        swap("group-unknown-mid", Offer, &[("BUNDLE 0 1 2", "BUNDLE 0 1 2 3")], &["sdp-group-unknown-mid"]),
        swap("bundle-mid-twice", Offer, &[("BUNDLE 0 1 2", "BUNDLE 0 1 2 1")], &["sdp-bundle-mid-twice"]),
        swap("bundle-mid-in-two", Offer, &[("BUNDLE 0 1 2\n", "BUNDLE 0 1\na=group:BUNDLE 1 2\n")], &["sdp-bundle-mid-in-two-groups"]),
        swap("c-no-address", Offer, &[("c=IN IP4 10.99.0.1\n", "c=IN IP4 999.0.0.0\n")], &["sdp-bad-connection"]),
        swap("c-other-family", Offer, &[("c=IN IP4 10.99.0.1\n", "c=IN IP4 2001:db8::1\n")], &["sdp-bad-connection"]),
        swap("no-c", Offer, &[("c=IN IP4 10.99.0.1\n", "")], &["sdp-connection-missing"]),
        swap("as-below-tias", Offer, &[("a=rtcp:9 IN IP4 0.0.0.0\n", "b=AS:100\nb=TIAS:5000000\na=rtcp:9 IN IP4 0.0.0.0\n")], &["sdp-bandwidth-contradiction"]),
        swap("as-twice", Offer, &[("a=rtcp:9 IN IP4 0.0.0.0\n", "b=AS:100\nb=AS:200\na=rtcp:9 IN IP4 0.0.0.0\n")], &["sdp-bandwidth-contradiction"]),
        swap("two-directions", Offer, &[("a=sendrecv\n", "a=sendrecv\na=recvonly\n")], &["sdp-direction-contradiction"]),
        swap("rtp-savpf", Offer, &[("UDP/TLS/RTP/SAVPF", "RTP/SAVPF")], &["sdp-protocol-unusual"]),
        swap("rtp-avp", Offer, &[("UDP/TLS/RTP/SAVPF", "RTP/AVP")], &["sdp-protocol-unusual"]),
        swap("mux-in-session", Offer, &[("a=extmap-allow-mixed\n", "a=extmap-allow-mixed\na=rtcp-mux\n")], &["sdp-attribute-at-wrong-level"]),
        swap("lite-in-media", Offer, &[("a=mid:0\n", "a=mid:0\na=ice-lite\n")], &["sdp-attribute-at-wrong-level"]),

        swap("mid-blank", Offer, &[("a=mid:1\n", "a=mid:1 \n")], &["sdp-trailing-blank"]),
        swap("rtcp-rsize-blank", Offer, &[("a=rtcp-rsize\n", "a=rtcp-rsize \n")], &["sdp-trailing-blank"]),

        // BUNDLE.
        swap("rejected-in-bundle", Offer, &[("m=application 41065", "m=application 0")], &["sdp-bundle-rejected-section"]),
        swap("bundle-only-with-port", Offer, &[("a=mid:2\n", "a=mid:2\na=bundle-only\n")], &["sdp-bundle-only-misused"]),
        swap("bundle-only-alone", Offer, &[("BUNDLE 0 1 2", "BUNDLE 0 1"), ("m=application 41065", "m=application 0"), ("a=mid:2\n", "a=mid:2\na=bundle-only\n")], &["sdp-bundle-only-misused"]),
        swap("bundle-ufrag", Offer, &[("47348 typ host generation 0 network-id 2\na=ice-ufrag:7eUc", "47348 typ host generation 0 network-id 2\na=ice-ufrag:7eUd")], &["sdp-bundle-ice-credentials-differ"]),
        swap("bundle-setup", Offer, &[("a=setup:actpass\na=mid:1", "a=setup:active\na=mid:1")], &["sdp-bundle-dtls-differs"]),
        swap("bundle-payload", Offer, &[("13 110 126", "13 110 120"), ("a=rtpmap:126 ", "a=rtpmap:120 ")], &["sdp-bundle-payload-type-clash"]),
        with("bundle-payload-video", Offer, |text| {
            let at = second_video(text);
            let place = at.rfind("VP8/90000").expect("VP8");
            format!("{}VP9/90000{}", &at[..place], &at[place + 9..])
        }, &["sdp-bundle-payload-type-clash"]),
        swap("bundle-payload-codecs", Offer, &[("SAVPF 111 63", "SAVPF 96 63"), ("a=rtpmap:111 ", "a=rtpmap:96 "), ("a=rtcp-fb:111 ", "a=rtcp-fb:96 "), ("a=fmtp:111 ", "a=fmtp:96 "), ("111/111", "96/96")], &["sdp-bundle-payload-type-clash"]),
        with("bundle-fmtp", Offer, |text| {
            let at = second_video(text);
            let place = at.rfind("profile-id=0").expect("VP9");
            format!("{}profile-id=1{}", &at[..place], &at[place + 12..])
        }, &["sdp-bundle-payload-type-parameters-differ"]),
        swap("bundle-extmap", Offer, &[("a=extmap:1 ", "a=extmap:14 ")], &["sdp-bundle-extmap-clash"]),
        swap("bundle-two-ids", Offer, &[("a=extmap:4 ", "a=extmap:9 ")], &["sdp-bundle-extmap-two-ids"]),
        swap("bundle-ssrc", Offer, &[("*a=ssrc:2009981542", "a=ssrc:1194263468")], &["sdp-bundle-ssrc-clash"]),

        // ICE.
        swap("no-ufrag", Offer, &[("a=ice-ufrag:7eUc\n", "")], &["sdp-ice-credentials-missing"]),
        swap("no-pwd", Offer, &[("*a=ice-pwd:vR8jlD7chvucqy1vJm5hbAjC\n", "")], &["sdp-ice-credentials-missing"]),
        swap("short-ufrag", Offer, &[("*a=ice-ufrag:7eUc", "a=ice-ufrag:7eU")], &["sdp-ice-ufrag-length"]),
        swap("short-pwd", Offer, &[("*vR8jlD7chvucqy1vJm5hbAjC", "vR8jlD7chvucqy1vJm5hb")], &["sdp-ice-pwd-length"]),
        swap("ufrag-underscore", Offer, &[("*a=ice-ufrag:7eUc", "a=ice-ufrag:7e_c")], &["sdp-ice-credentials-characters"]),
        swap("pwd-percent", Offer, &[("*vR8jlD7chvucqy1vJm5hbAjC", "vR8jlD7chvucqy1vJm5hb%jC")], &["sdp-ice-credentials-characters"]),
        swap("two-ufrags", Offer, &[("a=ice-ufrag:7eUc\n", "a=ice-ufrag:7eUc\na=ice-ufrag:8fVd\n")], &["sdp-ice-credentials-contradiction"]),
        swap("two-pwds", Offer, &[("a=ice-pwd:vR8jlD7chvucqy1vJm5hbAjC\n", "a=ice-pwd:vR8jlD7chvucqy1vJm5hbAjC\na=ice-pwd:vR8jlD7chvucqy1vJm5hbAjD\n")], &["sdp-ice-credentials-contradiction"]),
        swap("mismatch", Offer, &[("a=mid:0\n", "a=mid:0\na=ice-mismatch\n")], &["sdp-ice-mismatch"]),
        swap("google-ice", Offer, &[("a=ice-options:trickle\n", "a=ice-options:trickle google-ice\n")], &["sdp-legacy-attribute"]),
        with("no-candidates", Offer, |text| no_candidates(text).replace("a=ice-options:trickle\r\n", ""), &["sdp-candidates-missing"]),
        with("candidates-later", Offer, no_candidates, &["sdp-candidates-to-follow"]),
        with("end-and-no-candidates", Offer, |text| no_candidates(text).replace("a=setup:", "a=end-of-candidates\r\na=setup:"), &["sdp-end-of-candidates-without-candidates"]),
        swap("lite-private", Offer, &[("a=extmap-allow-mixed\n", "a=extmap-allow-mixed\na=ice-lite\n")], &["sdp-ice-lite-without-public-candidate"]),

        // DTLS.
        swap("no-fingerprint", Offer, &[("*a=fingerprint:sha-256 A1:3E:99:64:AB:3A:16:BC:36:02:A0:F0:3B:7C:18:A9:89:FA:C7:87:81:4B:5F:82:31:FB:1D:33:90:6F:A4:63\n", "")], &["sdp-fingerprint-missing"]),
        swap("fingerprint-cut", Offer, &[("*:6F:A4:63", ":6F:A4")], &["sdp-fingerprint-malformed"]),
        swap("fingerprint-without-colons", Offer, &[("*:6F:A4:63", ":6FA463")], &["sdp-fingerprint-malformed"]),
        swap("fingerprint-sha256", Offer, &[("*sha-256", "sha256")], &["sdp-fingerprint-hash-unknown"]),
        swap("fingerprint-sha1", Offer, &[("*sha-256 A1:3E:99:64:AB:3A:16:BC:36:02:A0:F0:", "sha-1 ")], &["sdp-fingerprint-weak"]),
        swap("no-setup", Offer, &[("*a=setup:actpass\n", "")], &["sdp-setup-missing"]),
        swap("holdconn", Offer, &[("*a=setup:actpass", "a=setup:holdconn")], &["sdp-setup-holdconn"]),
        swap("setup-unknown", Offer, &[("*a=setup:actpass", "a=setup:any")], &["sdp-bad-attribute"]),
        swap("setup-active", Offer, &[("*a=setup:actpass", "a=setup:active")], &["sdp-setup-fixed-in-offer"]),
        swap("setup-twice", Offer, &[("a=setup:actpass\n", "a=setup:actpass\na=setup:active\n")], &["sdp-setup-contradiction"]),
        swap("no-rtcp-mux", Offer, &[("*a=rtcp-mux\n", "")], &["sdp-rtcp-mux-missing"]),
        swap("rtcp-mux-only-alone", Offer, &[("*a=rtcp-mux\n", "a=rtcp-mux-only\n")], &["sdp-rtcp-mux-only-misused"]),
        swap("sdes-beside-dtls", Offer, &[("a=mid:0\n", "a=mid:0\na=crypto:1 AES_CM_128_HMAC_SHA1_80 inline:WVNfX19zZW1jdGwgKCkgewkyMjA7fQp9CnVubGVz\n")], &["sdp-sdes-in-webrtc"]),

        // Payload types.
        swap("two-meanings", Offer, &[("a=rtpmap:96 VP8/90000\n", "a=rtpmap:96 VP8/90000\na=rtpmap:96 VP9/90000\n")], &["sdp-payload-type-two-meanings"]),
        swap("rtpmap-repeated", Offer, &[("a=rtpmap:96 VP8/90000\n", "a=rtpmap:96 VP8/90000\na=rtpmap:96 VP8/90000\n")], &["sdp-rtpmap-repeated"]),
        swap("rtpmap-missing", Offer, &[("a=rtpmap:126 telephone-event/8000\n", "")], &["sdp-rtpmap-missing"]),
        swap("rtpmap-absent", Offer, &[("a=rtpmap:126 ", "a=rtpmap:127 telephone-event/16000\na=rtpmap:126 ")], &["sdp-rtpmap-for-absent-payload-type"]),
        swap("fmtp-absent", Offer, &[("a=rtpmap:126 ", "a=fmtp:127 0-15\na=rtpmap:126 ")], &["sdp-fmtp-for-absent-payload-type"]),
        swap("rtcp-fb-absent", Offer, &[("a=rtpmap:126 ", "a=rtcp-fb:127 nack\na=rtpmap:126 ")], &["sdp-rtcp-fb-for-absent-payload-type"]),
        swap("listed-twice", Offer, &[("SAVPF 111 63", "SAVPF 111 63 111")], &["sdp-payload-type-listed-twice"]),
        swap("rtcp-range", Offer, &[("13 110 126", "13 110 72"), ("a=rtpmap:126 ", "a=rtpmap:72 ")], &["sdp-payload-type-in-rtcp-range"]),
        swap("over-127", Offer, &[("13 110 126", "13 110 128"), ("a=rtpmap:126 ", "a=rtpmap:128 ")], &["sdp-bad-attribute", "sdp-bad-payload-type"]),
        swap("opus-mono", Offer, &[("opus/48000/2", "opus/48000")], &["sdp-opus-rtpmap"]),
        swap("rtx-without-apt", Offer, &[("a=fmtp:97 apt=96\n", "")], &["sdp-rtx-without-apt"]),
        swap("rtx-apt-absent", Offer, &[("apt=96", "apt=95")], &["sdp-rtx-apt-absent"]),
        swap("red-absent", Offer, &[("111/111", "112/112")], &["sdp-red-payload-type-absent"]),
        swap("rtx-apt-word", Offer, &[("apt=96", "apt=x")], &["sdp-rtx-without-apt"]),
        swap("fmtp-profile-level-id", Offer, &[("*profile-level-id=42001f", "profile-level-id=zz001f")], &["sdp-fmtp-value"]),
        swap("fmtp-packetization-mode", Offer, &[("packetization-mode=1;profile-level-id=42001f", "packetization-mode=7;profile-level-id=42001f")], &["sdp-fmtp-value"]),
        swap("fmtp-minptime", Offer, &[("minptime=10", "minptime=abc")], &["sdp-fmtp-value"]),
        swap("fmtp-maxplaybackrate", Offer, &[("minptime=10", "minptime=10;maxplaybackrate=96000")], &["sdp-fmtp-value"]),
        swap("fmtp-usedtx", Offer, &[("minptime=10", "minptime=10;usedtx=2")], &["sdp-fmtp-value"]),
        swap("fmtp-maxaveragebitrate", Offer, &[("minptime=10", "minptime=10;maxaveragebitrate=5000000")], &["sdp-fmtp-value"]),
        swap("fmtp-profile-id", Offer, &[("profile-id=2", "profile-id=9")], &["sdp-fmtp-value"]),
        swap("fmtp-av1-profile", Offer, &[("level-idx=5;profile=0", "level-idx=5;profile=7")], &["sdp-fmtp-value"]),
        swap("fmtp-av1-level", Offer, &[("level-idx=5;profile=0", "level-idx=99;profile=0")], &["sdp-fmtp-value"]),
        swap("fmtp-av1-tier", Offer, &[("profile=0;tier=0", "profile=0;tier=2")], &["sdp-fmtp-value"]),
        swap("fmtp-repeated", Offer, &[("a=fmtp:111 minptime=10;useinbandfec=1\n", "a=fmtp:111 minptime=10;useinbandfec=1\na=fmtp:111 minptime=10;stereo=1\n")], &[]),
        swap("fmtp-two-values", Offer, &[("a=fmtp:111 minptime=10;useinbandfec=1\n", "a=fmtp:111 minptime=10;useinbandfec=1\na=fmtp:111 minptime=20\n")], &["sdp-fmtp-contradiction"]),
        swap("x-google", Offer, &[("profile-id=0", "profile-id=0;x-google-start-bitrate=800")], &["sdp-bitrate-munging"]),

        // Header extensions, sources, MediaStreams.
        swap("extmap-reused", Offer, &[("a=extmap:14 ", "a=extmap:13 ")], &["sdp-extmap-id-reused"]),
        swap("extmap-0", Offer, &[("a=extmap:14 ", "a=extmap:0 ")], &["sdp-extmap-id-invalid"]),
        swap("extmap-256", Offer, &[("a=extmap:14 ", "a=extmap:256 ")], &["sdp-extmap-id-invalid"]),
        swap("extmap-15", Offer, &[("a=extmap:14 ", "a=extmap:15 ")], &["sdp-extmap-id-reserved"]),
        swap("extmap-16", Offer, &[("a=extmap:14 ", "a=extmap:16 ")], &["sdp-extmap-id-over-14"]),
        swap("extmap-16-not-mixed", Offer, &[("a=extmap-allow-mixed\n", ""), ("a=extmap:14 ", "a=extmap:16 ")], &["sdp-extmap-id-needs-two-byte"]),
        swap("extmap-repeated", Offer, &[("a=extmap:13 ", "a=extmap:12 urn:3gpp:video-orientation\na=extmap:13 ")], &["sdp-extmap-repeated"]),
        swap("group-undeclared", Offer, &[("FID 1194263468 1685555311", "FID 1194263468 1685555312")], &["sdp-ssrc-group-undeclared-ssrc"]),
        swap("fid-alone", Offer, &[("FID 1194263468 1685555311", "FID 1194263468")], &["sdp-fid-group-broken"]),
        swap("fid-cnames", Offer, &[("a=ssrc:1685555311 cname:vyMtoBWGEZf6LyR/", "a=ssrc:1685555311 cname:other")], &["sdp-fid-group-broken"]),
        swap("msid-without-track", Offer, &[("a=ssrc:2009981542 msid:622aa43f-9349-4cd8-bc5e-b9b77f6c6a65 94825ffa-b144-46e9-b938-918c0632ec1c", "a=ssrc:2009981542 msid:622aa43f-9349-4cd8-bc5e-b9b77f6c6a65")], &["sdp-msid-malformed"]),
        swap("msid-three-words", Offer, &[("a=msid:622aa43f-9349-4cd8-bc5e-b9b77f6c6a65 94825ffa-b144-46e9-b938-918c0632ec1c", "a=msid:622aa43f-9349-4cd8-bc5e-b9b77f6c6a65 94825ffa-b144-46e9-b938-918c0632ec1c more")], &["sdp-bad-attribute"]),
        swap("msid-four-words", Offer, &[("a=msid:622aa43f-9349-4cd8-bc5e-b9b77f6c6a65 94825ffa-b144-46e9-b938-918c0632ec1c", "a=msid:a b c d")], &["sdp-bad-attribute", "sdp-msid-contradiction"]),
        swap("msid-contradiction", Offer, &[("a=msid:622aa43f-9349-4cd8-bc5e-b9b77f6c6a65 94825ffa-b144-46e9-b938-918c0632ec1c", "a=msid:622aa43f-9349-4cd8-bc5e-b9b77f6c6a65 another")], &["sdp-msid-contradiction"]),
        swap("plan-b", Offer, &[("a=ssrc:2009981542 cname:", "a=ssrc:5 cname:vyMtoBWGEZf6LyR/\na=ssrc:5 msid:622aa43f-9349-4cd8-bc5e-b9b77f6c6a65 another\na=ssrc:2009981542 cname:")], &["sdp-plan-b"]),
        swap("sim-group", Offer, &[("a=ssrc-group:FID", "a=ssrc-group:SIM 1194263468 21\na=ssrc-group:FID 21 22\na=ssrc:21 cname:vyMtoBWGEZf6LyR/\na=ssrc:21 msid:622aa43f-9349-4cd8-bc5e-b9b77f6c6a65 4f13367c-8169-4ced-b950-11213ba8b285\na=ssrc:22 cname:vyMtoBWGEZf6LyR/\na=ssrc:22 msid:622aa43f-9349-4cd8-bc5e-b9b77f6c6a65 4f13367c-8169-4ced-b950-11213ba8b285\na=ssrc-group:FID")], &["sdp-plan-b-simulcast"]),
        swap("mslabel", Offer, &[("a=ssrc:2009981542 cname:", "a=ssrc:2009981542 mslabel:x\na=ssrc:2009981542 cname:")], &["sdp-legacy-attribute"]),
        swap("conference-flag", Offer, &[("a=mid:1\n", "a=mid:1\na=x-google-flag:conference\n")], &["sdp-legacy-attribute"]),
        swap("no-cname", Offer, &[("a=ssrc:2009981542 cname:vyMtoBWGEZf6LyR/\n", "")], &["sdp-ssrc-without-cname"]),

        // Simulcast.
        swap("undefined-rid", SimulcastOffer, &[("send q;h;f", "send q;h;x")], &["sdp-simulcast-undefined-rid"]),
        swap("empty-place", SimulcastOffer, &[("send q;h;f", "send q;;f")], &["sdp-simulcast-malformed"]),
        swap("rid-twice-in-list", SimulcastOffer, &[("send q;h;f", "send q;h;q")], &["sdp-simulcast-malformed"]),
        swap("two-simulcasts", SimulcastOffer, &[("a=simulcast:send q;h;f\n", "a=simulcast:send q;h;f\na=simulcast:send q;h\n")], &["sdp-simulcast-malformed"]),
        swap("rid-twice", SimulcastOffer, &[("a=rid:q send\n", "a=rid:q send\na=rid:q send\n")], &["sdp-rid-duplicate"]),
        swap("rid-other-way", SimulcastOffer, &[("a=rid:q send\n", "a=rid:q recv\n")], &["sdp-rid-direction"]),
        swap("rid-max-width", SimulcastOffer, &[("a=rid:q send\n", "a=rid:q send max-width=abc\n")], &["sdp-rid-restriction"]),
        swap("rid-restrictions", SimulcastOffer, &[("a=rid:q send\n", "a=rid:q send max-width=320;max-fps=15;max-br=100000\n")], &[]),
        swap("rid-payload", SimulcastOffer, &[("a=rid:q send\n", "a=rid:q send pt=95\n")], &["sdp-rid-payload-type-absent"]),
        swap("simulcast-recvonly", SimulcastOffer, &[("a=sendonly", "a=recvonly")], &["sdp-simulcast-direction"]),
        swap("simulcast-draft", SimulcastOffer, &[("a=simulcast:send q;h;f", "a=simulcast: send rid=q;h;f")], &["sdp-simulcast-draft"]),

        // Candidates.
        swap("no-foundation", Offer, &[("a=candidate:3974125375 1", "a=candidate: 1")], &["sdp-candidate-foundation-missing"]),
        candidate!("tcptype-missing", "a=candidate:1 1 tcp 1518214911 10.99.0.1 9 typ host", &["sdp-candidate-tcptype-missing"]),
        candidate!("raddr-missing", "a=candidate:2 1 udp 1686052607 203.0.113.9 50000 typ srflx", &["sdp-candidate-related-address-missing"]),
        candidate!("port-0", "a=candidate:3 1 udp 2122194687 10.99.0.2 0 typ host", &["sdp-candidate-port-zero"]),
        candidate!("port-70000", "a=candidate:3 1 udp 2122194687 10.99.0.2 70000 typ host", &["sdp-candidate-port"]),
        candidate!("component-2", "a=candidate:3 2 udp 2122194686 10.99.0.1 49428 typ host", &["sdp-candidate-component-2"]),
        candidate!("duplicate", "a=candidate:3974125375 1 udp 2122194687 10.99.0.1 49427 typ host", &["sdp-candidate-duplicate"]),
        candidate!("loopback", "a=candidate:3 1 udp 2122194687 127.0.0.1 50000 typ host", &["sdp-candidate-loopback"]),
        candidate!("link-local", "a=candidate:3 1 udp 2122194687 fe80::1 50000 typ host", &["sdp-candidate-link-local"]),
        candidate!("unspecified", "a=candidate:3 1 udp 2122194687 0.0.0.0 50000 typ host", &["sdp-candidate-unspecified-address"]),
        candidate!("mdns", "a=candidate:3 1 udp 2122194687 a50e03fb-df02-48a8-8566-b9e6149c1d34.local 50000 typ host", &["sdp-candidate-mdns"]),
        candidate!("name", "a=candidate:3 1 udp 2122194687 media.example.com 50000 typ host", &["sdp-candidate-name"]),
        candidate!("brackets", "a=candidate:3 1 udp 2122194687 [2001:db8::1] 50000 typ host", &["sdp-candidate-name"]),
        candidate!("interface", "a=candidate:3 1 udp 2122194687 fe80::1%eth0 50000 typ host", &["sdp-candidate-name"]),
        candidate!("transport", "a=candidate:3 1 sctp 2122194687 10.99.0.1 50000 typ host", &["sdp-candidate-transport-unknown"]),
        candidate!("ssltcp", "a=candidate:3 1 ssltcp 1518214911 10.99.0.1 443 typ host", &["sdp-candidate-transport-unknown"]),
        candidate!("priority-component", "a=candidate:3 1 udp 2122194432 10.99.0.2 50000 typ host", &["sdp-candidate-priority"]),
        candidate!("priority-over-2-31", "a=candidate:3 1 udp 4294967295 10.99.0.2 50000 typ host", &["sdp-candidate-priority"]),
        candidate!("no-typ", "a=candidate:3 1 udp 2122194687 10.99.0.2 50000 host", &["sdp-bad-attribute"]),
        with("ipv4-only", Offer, |text| gathered(&lines_without(text, |line| line.contains("fd99::1"))), &["sdp-candidates-ipv4-only"]),
        with("ipv6-only", Offer, |text| gathered(&lines_without(text, |line| line.starts_with("a=candidate") && line.contains("10.99.0.1"))), &["sdp-candidates-ipv6-only"]),

        // Data channels.
        swap("no-sctp-port", Offer, &[("a=sctp-port:5000\n", "")], &["sdp-sctp-port-missing"]),
        swap("sctp-port-0", Offer, &[("a=sctp-port:5000\n", "a=sctp-port:0\n")], &["sdp-sctp-port-zero"]),
        swap("sctp-port-70000", Offer, &[("a=sctp-port:5000\n", "a=sctp-port:70000\n")], &["sdp-bad-attribute"]),
        swap("sctp-format", Offer, &[("webrtc-datachannel", "5000")], &["sdp-sctp-format"]),
        swap("sctpmap", Offer, &[("UDP/DTLS/SCTP webrtc-datachannel", "DTLS/SCTP 5000"), ("a=sctp-port:5000\n", "a=sctpmap:5000 webrtc-datachannel 1024\n")], &["sdp-sctpmap-legacy"]),

        // An answer against its offer.
        swap("actpass", Answer, &[("*a=setup:active", "a=setup:actpass")], &["sdp-setup-actpass-in-answer"]),
        swap("setup-missing", Answer, &[("*a=setup:active\n", "")], &["sdp-setup-missing"]),
        swap("holdconn", Answer, &[("*a=setup:active", "a=setup:holdconn")], &["sdp-setup-holdconn"]),
        swap("no-rtcp-mux", Answer, &[("*a=rtcp-mux\n", "")], &["sdp-rtcp-mux-missing"]),
        swap("no-fingerprint", Answer, &[("*a=fingerprint:sha-256 C5:3B:A7:C5:BA:B2:56:EE:06:DE:CA:E1:2D:30:3A:D2:16:DF:A0:35:C8:C9:2B:ED:73:C4:E1:00:07:E0:F1:D6\n", "")], &["sdp-fingerprint-missing"]),
        swap("mux-only", Answer, &[("a=rtcp-mux\n", "a=rtcp-mux\na=rtcp-mux-only\n")], &["sdp-rtcp-mux-only-misused"]),
        swap("bundle-only", Answer, &[("a=mid:2\n", "a=mid:2\na=bundle-only\n")], &["sdp-bundle-only-misused"]),
        swap("bundle-ufrag", Answer, &[("m=video 9 ", "m=video 9 "), ("a=rtcp:9 IN IP4 0.0.0.0\na=ice-ufrag:OKQI", "a=rtcp:9 IN IP4 0.0.0.0\na=ice-ufrag:OKQJ")], &["sdp-bundle-ice-credentials-differ"]),
        swap("bundle-setup", Answer, &[("a=setup:active\na=mid:1", "a=setup:passive\na=mid:1")], &["sdp-bundle-dtls-differs"]),
        with("m-line-count", Answer, shortened, &["sdp-answer-m-line-count"]),
        with("m-line-order", Answer, swapped, &["sdp-answer-m-line-order"]),
        swap("mid-differs", Answer, &[("BUNDLE 0 1 2", "BUNDLE 0 2"), ("a=mid:1\n", "a=mid:v\n")], &["sdp-answer-mid-differs"]),
        Mutation { before: &[("BUNDLE 0 1 2", "BUNDLE 0 1")], ..swap("bundle-not-subset", Answer, &[], &["sdp-answer-bundle-not-subset"]) },
        Mutation { before: &[("BUNDLE 0 1 2", "BUNDLE 0 1\na=group:BUNDLE 2")], ..swap("bundles-joined", Answer, &[], &["sdp-answer-bundle-not-subset"]) },
        swap("codec-not-offered", Answer, &[("13 110 126", "13 110 126 127"), ("a=rtpmap:126 ", "a=rtpmap:127 iLBC/8000\na=rtpmap:126 ")], &["sdp-answer-codec-not-offered"]),
        swap("payload-clash", Answer, &[("a=rtpmap:126 telephone-event/8000", "a=rtpmap:126 telephone-event/48000")], &["sdp-answer-payload-type-clash"]),
        swap("h264-profile", Answer, &[("packetization-mode=1;profile-level-id=42001f", "packetization-mode=1;profile-level-id=7a001f")], &["sdp-answer-codec-parameters-differ"]),
        swap("av1-tier", Answer, &[("profile=0;tier=0", "profile=0;tier=1")], &["sdp-answer-av1-differs"]),
        swap("feedback", Answer, &[("a=rtcp-fb:96 nack\n", "a=rtcp-fb:96 nack\na=rtcp-fb:96 nack rpsi\n")], &["sdp-answer-feedback-not-offered"]),
        swap("rtx-apt", Answer, &[("a=fmtp:97 apt=96", "a=fmtp:97 apt=98"), ("a=fmtp:99 apt=98", "a=fmtp:99 apt=96")], &["sdp-answer-rtx-apt-differs"]),
        swap("payload-differs", Answer, &[("13 110 126", "13 110 127"), ("a=rtpmap:126 ", "a=rtpmap:127 ")], &["sdp-answer-payload-type-differs"]),
        Mutation { before: &[("a=sendrecv", "a=recvonly")], ..swap("direction-recv", Answer, &[], &["sdp-answer-direction"]) },
        Mutation { before: &[("a=sendrecv", "a=sendonly")], ..swap("direction-send", Answer, &[("a=recvonly", "a=sendrecv")], &["sdp-answer-direction"]) },
        Mutation { before: &[("BUNDLE 0 1 2", "BUNDLE 0 1"), ("m=application 41065", "m=application 0")], ..swap("revived", Answer, &[("BUNDLE 0 1 2", "BUNDLE 0 1")], &["sdp-answer-accepts-rejected"]) },
        Mutation { before: &[("*a=setup:actpass", "a=setup:active")], ..swap("both-active", Answer, &[], &["sdp-setup-roles-conflict"]) },
        Mutation { before: &[("a=extmap-allow-mixed\n", "a=extmap-allow-mixed\na=ice-lite\n")], ..swap("both-lite", Answer, &[("a=extmap-allow-mixed\n", "a=extmap-allow-mixed\na=ice-lite\n"), ("10.99.0.1 32779 typ host", "203.0.113.5 32779 typ host")], &["sdp-ice-lite-both"]) },
        Mutation { before: &[("*a=ice-options:trickle\n", ""), ("*fd99::1", "10.99.0.9")], ..with("no-common-family", Answer, |text| gathered(text).replace("10.99.0.1 ", "fd99::5 "), &["sdp-candidates-ipv6-only", "sdp-ice-no-common-address-family"]) },
        Mutation { before: &[("*fd99::1", "10.99.0.9")], ..with("family-to-come", Answer, |text| gathered(text).replace("10.99.0.1 ", "fd99::5 "), &["sdp-candidates-ipv6-only"]) },
        swap("protocol", Answer, &[("m=audio 32779 UDP/TLS", "m=audio 32779 TCP/TLS")], &["sdp-protocol-changed"]),
        swap("extmap-not-offered", Answer, &[("a=extmap:4 ", "a=extmap:9 urn:example:new\na=extmap:4 ")], &["sdp-answer-extmap-not-offered"]),
        swap("extmap-id", Answer, &[("*a=extmap:1 ", "a=extmap:9 ")], &["sdp-answer-extmap-id-differs"]),
        swap("extmap-clash", Answer, &[("*a=extmap:2 http://www.webrtc.org/experiments/rtp-hdrext/abs-send-time\n", ""), ("a=extmap:1 ", "a=extmap:2 ")], &["sdp-answer-extmap-clash"]),
        swap("repeats-offer", Answer, &[("*a=ice-ufrag:OKQI", "a=ice-ufrag:7eUc"), ("*a=ice-pwd:DsSVJvfgvEAeXc/RDJKLpVGN", "a=ice-pwd:vR8jlD7chvucqy1vJm5hbAjC")], &["sdp-answer-repeats-offer"]),
        swap("rid-not-offered", SimulcastAnswer, &[("a=rid:q recv\n", "a=rid:q recv\na=rid:z recv\n")], &["sdp-answer-rid-not-offered"]),
        swap("rid-direction", SimulcastAnswer, &[("a=rid:q recv\n", "a=rid:q send\n"), ("recv q;h;f", "recv h;f")], &["sdp-answer-rid-direction"]),
        Mutation { before: &[("a=simulcast:send q;h;f\n", "")], ..swap("simulcast-not-offered", SimulcastAnswer, &[], &["sdp-answer-simulcast-not-mirrored"]) },
        swap("simulcast-order", SimulcastAnswer, &[("recv q;h;f", "recv f;h;q")], &["sdp-answer-simulcast-order"]),

        // A new offer against the one before.
        swap("version", Reoffer, &[("a=max-message-size:262144", "a=max-message-size:65536")], &["sdp-reoffer-version-not-raised"]),
        swap("version-lower", Reoffer, &[(" 2 IN IP4", " 1 IN IP4")], &["sdp-reoffer-version-not-raised"]),
        swap("origin", Reoffer, &[("o=- 191392652595583419 2", "o=- 191392652595583420 3")], &["sdp-reoffer-origin-changed"]),
        with("removed", Reoffer, |text| shortened(text).replacen(" 2 IN IP4", " 3 IN IP4", 1), &["sdp-reoffer-m-line-removed"]),
        with("order", Reoffer, |text| swapped(text).replacen(" 2 IN IP4", " 3 IN IP4", 1), &["sdp-reoffer-m-line-order"]),
        swap("payload", Reoffer, &[(" 2 IN IP4", " 3 IN IP4"), ("a=rtpmap:126 telephone-event/8000", "a=rtpmap:126 telephone-event/16000")], &["sdp-reoffer-payload-type-changed"]),
        swap("extmap", Reoffer, &[(" 2 IN IP4", " 3 IN IP4"), ("a=extmap:13 urn:3gpp:video-orientation", "a=extmap:13 urn:example:new")], &["sdp-reoffer-extmap-changed"]),
        swap("extmap-moved", Reoffer, &[(" 2 IN IP4", " 3 IN IP4"), ("a=extmap:13 urn:3gpp:video-orientation", "a=extmap:12 urn:3gpp:video-orientation")], &["sdp-reoffer-extmap-changed"]),
        swap("payload-video", Reoffer, &[(" 2 IN IP4", " 3 IN IP4"), ("a=rtpmap:96 VP8/90000", "a=rtpmap:96 H265/90000")], &["sdp-reoffer-payload-type-changed"]),
        swap("half-restart", Reoffer, &[(" 2 IN IP4", " 3 IN IP4"), ("*a=ice-ufrag:7eUc", "a=ice-ufrag:new1")], &["sdp-ice-restart-incomplete"]),
        swap("fingerprint", Reoffer, &[(" 2 IN IP4", " 3 IN IP4"), ("*:6F:A4:63", ":6F:A4:64")], &["sdp-reoffer-fingerprint-without-restart"]),
        swap("left-bundle", Reoffer, &[(" 2 IN IP4", " 3 IN IP4"), ("BUNDLE 0 1 2", "BUNDLE 0 1")], &["sdp-reoffer-left-bundle"]),
        with("answer-to-it", Reoffer, |_| Base::Answer.text(), &["sdp-diff-of-offer-and-answer", "sdp-setup-fixed-in-offer"]),
        swap("protocol", Reoffer, &[(" 2 IN IP4", " 3 IN IP4"), ("m=audio 49427 UDP/TLS", "m=audio 49427 TCP/TLS")], &["sdp-protocol-changed"]),
    ]
}
