//! Findings of `rtcdiag loopback`: how far a call got, and why no further.

use super::entries;

entries! {
    NO_REMOTE_CANDIDATES = "call-no-candidates", Error, "An end was told no candidates of the other" {
        what: "Descriptions were exchanged, and one end or both never got a candidate of the other, in its description or later, so there was nowhere to send connectivity checks.",
        why: "Candidates are not passed on by the application's signaling, are passed on before the remote description is set and then lost, or none could be gathered.",
        fix: "Pass every `icecandidate` event on to the other end and give it to addIceCandidate there, after setRemoteDescription; see what was gathered with `rtcdiag candidates`.",
        reference: "RFC 8838 §4",
    }
    CHECKS_REFUSED = "call-checks-refused", Error, "Connectivity checks were refused" {
        what: "Checks arrived and were answered with an error, or dropped because their MESSAGE-INTEGRITY does not fit: the two ends do not agree on the ICE password.",
        why: "The ice-pwd that one end uses is not the one that the other made: a description that was changed on its way, mixed up with that of another call, or of an ICE generation before a restart.",
        fix: "Compare `a=ice-ufrag` and `a=ice-pwd` as they were made with what the other end was given, and pass descriptions on unchanged.",
        reference: "RFC 8445 §7.3",
    }
    CHECKS_UNANSWERED = "call-checks-unanswered", Error, "No connectivity check was answered" {
        what: "Checks were sent, and none came back with success before the call was given up.",
        why: "A firewall or NAT between the ends that lets nothing through, candidates of networks that do not reach each other, a NAT before both ends that does not send back what its own inside sends to its outside (hairpinning), an impairment that loses almost everything, or an end that drops checks because of a wrong password.",
        fix: "See which end received checks and which did not; where nothing arrives, a relay (TURN) is needed.",
        reference: "RFC 8445 §7.2.5.2.3",
    }
    FINGERPRINT_MISMATCH = "call-fingerprint-mismatch", Error, "A certificate does not have the fingerprint that the description tells" {
        what: "DTLS was refused because the certificate of one end is not the one whose hash stands in `a=fingerprint`.",
        why: "A description that was changed on its way or belongs to another peer connection, certificates that were exchanged without a new description, or somebody in between.",
        fix: "Compare the fingerprint that the certificate statistics show with the one that the other end was told, and pass descriptions on unchanged.",
        reference: "RFC 8122 §5",
    }
    ROLE_CLASH = "call-dtls-role-clash", Error, "Both ends are DTLS clients, or both servers" {
        what: "Both ends sent a ClientHello, or neither did, so that there is no handshake.",
        why: "`a=setup` was changed on its way: one end must be active, the other passive, and an answer must not say actpass.",
        fix: "Pass `a=setup` of the answer on unchanged; if a server makes the answer, let it take active or passive, and be what it says.",
        reference: "RFC 8842 §5.3",
    }
    DTLS_INCOMPLETE = "call-dtls-incomplete", Error, "The DTLS handshake did not complete" {
        what: "ICE found a pair that works, DTLS began on it, and did not end with Finished from both ends.",
        why: "Flights that are lost again and again, datagrams too large for the path, an alert, or a library that gives up.",
        fix: "Look at the flights: the side that waits and the message that never came tell where it is lost.",
        reference: "RFC 6347 §4.2",
    }
    CHANNEL_NOT_OPEN = "call-channel-not-open", Error, "DTLS stands, and the data channel did not open" {
        what: "The handshake of DTLS was complete at both ends; the SCTP association or the opening of a channel was not before the call was given up.",
        why: "Packets of SCTP are lost or too large, or one end has no m=application section.",
        fix: "Look at the SCTP and data channel times of both ends; with loss, allow more time with --timeout.",
        reference: "RFC 8832 §6",
    }
    LIBRARY_STOPPED = "call-library-stopped", Error, "The WebRTC library stopped working, and told nobody" {
        what: "The task that does all the work of a peer ended by itself. No event says so: an application would see a call that hangs for ever.",
        why: "A defect of the `webrtc` crate that this program is made of (it can meet a DTLS state that it does not expect, most often where flights are lost), not of the network.",
        fix: "Run it again; with another --seed if the network is impaired. What the library logged is in the evidence.",
        reference: "RFC 6347 §4.2.4",
    }
    REFUSED = "call-refused", Error, "The WebRTC library refused a step of the call" {
        what: "A method of a peer connection failed, so the call could not go on.",
        why: "A description or option that the library does not take, an address that can't be bound, or servers that it can't use.",
        fix: "See which method failed and what it said; drop the options that it complains about.",
        reference: "W3C WebRTC §4.4.2",
    }
    NOT_CONNECTED = "call-not-connected", Error, "The call did not connect" {
        what: "The call was given up before everything asked for was open at both ends.",
        why: "Something of what the other findings tell, or too little time.",
        fix: "See how far it got on the time line; allow more time with --timeout if it was on its way.",
        reference: "RFC 8825 §3",
    }
    PEER_GONE = "call-peer-gone", Error, "The other end went silent in the middle of the call" {
        what: "The call was connected; then nothing came from the other end, neither data nor answers to consent checks, until ICE was disconnected and failed.",
        why: "The other end crashed, lost its network or went to sleep, or a NAT or firewall on the path forgot the call.",
        fix: "Restart ICE when iceConnectionState becomes `disconnected` or `failed`; end the call for the user when that fails too.",
        reference: "RFC 7675 §5.1",
    }
    CONSENT_LOST = "call-consent-lost", Error, "Consent to send expired although data still came" {
        what: "Consent checks were no longer answered, while other datagrams still passed: sending must stop, and ICE failed.",
        why: "Something on the path lets media through and drops STUN, such as a firewall that inspects it, or the other end no longer answers checks.",
        fix: "Let STUN Binding requests pass for as long as the call lasts, in both directions.",
        reference: "RFC 7675 §5.1",
    }
    CONSENT_NOT_ENFORCED = "call-consent-not-enforced", Warning, "Consent checks went unanswered, and ICE did not notice" {
        what: "Consent checks were swallowed and the connection did not fail within the time allowed.",
        why: "An implementation that takes any datagram for a sign of life goes on sending to an address that no longer agrees to that.",
        fix: "Nothing to do in an application; RFC 7675 demands that sending stops 30 seconds after the last answer.",
        reference: "RFC 7675 §5.1",
    }
    RESTARTED = "call-ice-restarted", Info, "ICE was restarted, and the call went on" {
        what: "A new offer with new ICE credentials was exchanged, new checks nominated a pair, and data flows.",
        why: "That is what restartIce() is for: the network has changed, or the connection has failed.",
        fix: "Nothing to do: this is how it should be.",
        reference: "RFC 8445 §9",
    }
    RESTART_FAILED = "call-ice-restart-failed", Error, "ICE was restarted, and the call did not survive" {
        what: "A new offer was exchanged, and no check with the new credentials nominated a pair, or data no longer flows.",
        why: "Candidates of the new generation were not passed on, or one end kept the old credentials.",
        fix: "Pass on the new descriptions and the new candidates as those of the first exchange.",
        reference: "RFC 8445 §9",
    }
    PINGS_LOST = "call-messages-lost", Warning, "Messages over the data channel did not come back" {
        what: "Pings were sent over an open data channel, and some were not echoed in time.",
        why: "On a channel that is not reliable, loss on the path; on a reliable one a path so bad that retransmissions take longer than three seconds.",
        fix: "Take a reliable channel for what must arrive, and expect its delays where packets are lost.",
        reference: "RFC 8831 §6.6",
    }
    MEDIA_NOT_RECEIVED = "call-media-not-received", Error, "Media was sent, and nothing of it arrived" {
        what: "One end sent packets of a stream; the application at the other end got none.",
        why: "A direction (`sendonly`, `recvonly`, `inactive`) that forbids it, a payload type that was not agreed on, or SRTP that can't be decrypted.",
        fix: "Compare direction and payload types of offer and answer with `rtcdiag sdp OFFER ANSWER`.",
        reference: "RFC 8829 §5.10",
    }
    MEDIA_LOST = "call-media-lost", Warning, "Packets of media were lost" {
        what: "Packets of a stream did not arrive, also not by retransmission.",
        why: "Loss on the path; audio has no retransmission, video has it as long as the round trip is short enough.",
        fix: "Below two percent Opus hides it with its in-band error correction; above that look for the cause: congestion, Wi-Fi, a rate too high for the path.",
        reference: "RFC 3550 §6.4.1",
    }
    HANDSHAKE_REPEATED = "call-handshake-repeated", Info, "Flights of the DTLS handshake were sent again" {
        what: "An end sent handshake messages a second time because no answer came within its timer, a second at first; that is most of the time that setting up took.",
        why: "A flight or its answer was lost.",
        fix: "Nothing to do about single cases; a client sends its first flight again sooner if it knows the round trip of ICE.",
        reference: "RFC 6347 §4.2.4.1",
    }
    CHANNEL_REPEATED = "call-channel-repeated", Info, "Setting up SCTP or the data channel took repetitions" {
        what: "An end sent INIT, COOKIE ECHO or DATA_CHANNEL_OPEN again because no answer came within its timer: a second at first, twice as long each time after that. That is most of the time that the channel took to open.",
        why: "The packet or its answer was lost.",
        fix: "Nothing to do about single cases; where packets are lost, allow a call more time to connect than the fifteen seconds that three repetitions take, and more with --timeout.",
        reference: "RFC 9260 §6.3.3",
    }
    LIBRARY_LOGGED = "call-library-errors", Info, "The WebRTC library logged errors that it told nobody" {
        what: "The library wrote errors to its log for which it has no event.",
        why: "The library tells an application less than browsers do.",
        fix: "Nothing to do if the call works; else they may name the cause.",
        reference: "W3C WebRTC §4.4.1.3",
    }
}
