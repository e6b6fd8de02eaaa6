//! Findings of `rtcdiag pcap`: the path, the relay, the keys, the media, and the capture itself.

use super::entries;

entries! {
    CHECKS_UNANSWERED = "ice-checks-unanswered", Error, "No connectivity check was ever answered" {
        what: "Checks were sent on every pair of candidates, and sent again, and nothing came back on any of them.",
        why: "A firewall that drops UDP in both directions, addresses that cannot reach each other (private networks, VPNs), NATs that need a relay, or a peer that never got our candidates or has gone.",
        fix: "Offer a path that works everywhere: a TURN server, also over TCP and TLS on port 443. Then see which side drops: capture at both ends at the same time.",
        reference: "RFC 8445 §7.2.5.2.1",
    }
    CHECKS_ONE_WAY = "ice-checks-one-way", Error, "Packets reach one side and never the other" {
        what: "The checks of one side arrive and are answered; its peer's own checks are never answered, and the answers do not arrive either: the same checks are sent again and again.",
        why: "A firewall that drops UDP in one direction only, a NAT without a mapping for that direction, or a route back that is missing.",
        fix: "Look at the filters between the two in the direction named here; a TURN server gets around them.",
        reference: "RFC 8445 §7.2.5.2.1",
    }
    CHECKS_REFUSED = "ice-checks-refused", Error, "The peer refuses the connectivity checks" {
        what: "Checks were answered with an error response, or carry a MESSAGE-INTEGRITY that the password in the session description does not make.",
        why: "The two sides do not have the same ICE credentials: an old answer was applied after a restart, candidates were matched with another session, or something rewrote `a=ice-ufrag` and `a=ice-pwd` on the way. Servers also do so when a session has ended.",
        fix: "Compare the ufrag and password that each side sent with those that the other side applied; after an ICE restart both must change together.",
        reference: "RFC 8445 §7.3",
    }
    ROLE_CONFLICT = "ice-role-conflict", Error, "Both sides keep the same ICE role" {
        what: "Checks were refused with 487 (Role Conflict), and nobody gave way: the tie-breakers did not settle it.",
        why: "Both sides made an offer, or an agent that ignores the tie-breaker; an ICE-lite agent must be controlled.",
        fix: "Let one side only be the offerer; the agent that gets a 487 must switch its role and check again.",
        reference: "RFC 8445 §7.3.1.1",
    }
    NOT_NOMINATED = "ice-not-nominated", Error, "A path works, and nobody chose it" {
        what: "Checks succeed both ways, and the controlling side never sent one with USE-CANDIDATE that was answered.",
        why: "The controlling side waits for something (a better pair, its application), believes itself controlled, or never got the answers.",
        fix: "Find which side is controlling (the offerer, unless the other is ICE-lite) and why it does not nominate.",
        reference: "RFC 8445 §8.1.1",
    }
    REMOTE_NEVER_CHECKED = "ice-remote-never-checked", Error, "The peer answers and never checks itself" {
        what: "The peer answers our checks, sends none of its own, and no pair was nominated.",
        why: "The peer does not have our candidates (they were never sent, or applied to another session), or takes itself for an ICE-lite agent while the other side waits for it to nominate.",
        fix: "Check that the candidates of both sides reach the other one, and which side is controlling.",
        reference: "RFC 8445 §6.1.4.2",
    }
    CONSENT_LOST = "ice-consent-lost", Error, "The path broke while the call was on" {
        what: "The path in use worked; then checks (consent) were no longer answered, and nothing came from the peer any more.",
        why: "The network of one side went away or changed, a NAT lost its mapping, a firewall ended the flow, or the peer's machine is gone.",
        fix: "Look at what happened at that second on both sides (change of network, sleep, VPN); the application should restart ICE when the connection is `disconnected`.",
        reference: "RFC 7675 §5.1",
    }
    CONSENT_GAP = "ice-consent-gap", Warning, "The path was silent for a while" {
        what: "Checks on the path in use were not answered for some seconds, then they were again.",
        why: "Loss of signal, a handover between networks, a machine that was busy or asleep, a queue that was full.",
        fix: "Users see frozen video here; browsers say `disconnected` after about five seconds. Look at the network of both sides at this time.",
        reference: "RFC 7675 §5.1",
    }
    ICMP_UNREACHABLE = "icmp-unreachable", Error, "The network says that the other side cannot be reached" {
        what: "ICMP errors came back for the packets of the path in use, or for every path that was tried.",
        why: "Port unreachable: the peer's program has ended or closed its socket. Host or network unreachable, administratively prohibited: a router or firewall on the way refuses.",
        fix: "See who sent the error: the peer's own address means that its program is gone; a router's address means a filter or a missing route there.",
        reference: "RFC 1122 §3.2.2.1",
    }
    MAPPING_CHANGED = "nat-mapping-changed", Error, "The NAT gave the call another address in the middle" {
        what: "Packets of one side came from one address, and from some moment on from another port or address of the same NAT.",
        why: "A NAT that forgot its mapping (timeout, restart, overload), a change of network, or a load balancer between several public addresses.",
        fix: "The peer must take the new address (peer-reflexive candidate) or ICE must restart; keepalives more often than the NAT's timeout prevent it.",
        reference: "RFC 4787 §4.3",
    }
    CONNECTED_SLOWLY = "ice-slow", Warning, "It took long until a path was found" {
        what: "From the first connectivity check until the first that was answered, or nominated, more than three seconds went by.",
        why: "Candidates that came late (signaling, slow servers), many pairs that do not work before the one that does, or loss.",
        fix: "Trickle candidates, ask fewer and nearer servers, and see which pairs were tried in vain before.",
        reference: "RFC 8445 §6.1.4.2",
    }
    TURN_UNANSWERED = "turn-unanswered", Error, "The TURN server did not answer" {
        what: "Allocate requests were sent, and sent again, and nothing came back.",
        why: "A firewall that drops the packets, a wrong port, or a server that is down.",
        fix: "Try the server's other transports (`?transport=tcp`, `turns:` on port 443), and check that it runs.",
        reference: "RFC 8489 §6.2.1",
    }
    BINDING_UNANSWERED = "stun-unanswered", Warning, "A STUN server did not answer" {
        what: "Binding requests to this server were sent, and sent again, and nothing came back.",
        why: "A firewall that drops UDP to it, a wrong port, or a server that is down.",
        fix: "Ask another server, or this one over TCP. Without any, there are no server-reflexive candidates.",
        reference: "RFC 8489 §6.2.1",
    }
    PERMISSION_MISSING = "turn-permission-missing", Error, "The relay drops packets: no permission for the peer" {
        what: "The client sent data for a peer for which it never had a permission, or whose permission was refused or ran out.",
        why: "CreatePermission failed or was never sent for this address, or it was not refreshed within five minutes.",
        fix: "Install a permission for the peer's IP address before sending, and refresh it every four minutes.",
        reference: "RFC 8656 §9",
    }
    ALLOCATION_EXPIRED = "turn-allocation-expired", Error, "The TURN allocation ran out while it was in use" {
        what: "The lifetime that the server granted ended without a successful Refresh, and the client went on sending.",
        why: "The Refresh was refused (stale credentials), never answered, or never sent.",
        fix: "Look at the last Refresh and its answer; time-limited credentials must outlive the call or be renewed by an ICE restart.",
        reference: "RFC 8656 §7.1",
    }
    DTLS_STUCK = "dtls-stuck", Error, "The DTLS handshake does not go on" {
        what: "A path works and the handshake began, and some flight or a part of it never got through, although it was sent again.",
        why: "A middlebox that drops DTLS or large datagrams (a post-quantum ClientHello spans two), an MTU too small for the certificate, a peer that waits to be the server as well, or a peer that has not got the answer yet.",
        fix: "See which flight is missing and on which side it gets lost: capture at both ends. Smaller certificates (ECDSA) and records help where large datagrams are dropped.",
        reference: "RFC 6347 §4.2.4",
    }
    DTLS_REFUSED = "dtls-refused", Error, "One side ended the DTLS handshake with an alert" {
        what: "A fatal alert came before both sides had finished.",
        why: "No version, cipher suite or SRTP profile in common, a certificate that is not the one in the description (`bad_certificate`), or an implementation that does not understand the other's extensions.",
        fix: "The alert's name says what did not fit; compare what both sides offered in ClientHello and ServerHello.",
        reference: "RFC 5246 §7.2.2",
    }
    DTLS_SLOW = "dtls-slow", Warning, "The DTLS handshake took long" {
        what: "From the first ClientHello until both sides had finished more than two seconds went by.",
        why: "Flights that were lost and sent again (timers start at one second and double), or a peer that was not ready when the first came.",
        fix: "Look at which flight was repeated, and whether large datagrams get lost more than small ones.",
        reference: "RFC 6347 §4.2.4.1",
    }
    FINGERPRINT_MISMATCH = "dtls-fingerprint-mismatch", Error, "The certificate is not the one in the description" {
        what: "The certificate that a side sent has another hash than every `a=fingerprint` of its description.",
        why: "The description is of another session or was altered on the way (a middle server that ends media but forwards descriptions), or the certificate was changed after the description was made.",
        fix: "Both sides must apply the descriptions of this very connection; a server that ends DTLS must write its own fingerprint. If neither explains it, somebody sits in between.",
        reference: "RFC 8122 §5",
    }
    SETUP_CONTRADICTED = "dtls-setup-contradicted", Error, "The DTLS roles are not those that were agreed" {
        what: "The ClientHello came from the side whose description says `a=setup:passive`, or from the peer of one that says `active`.",
        why: "The answer was altered on the way, was applied on one side only, or an implementation ignores it.",
        fix: "Compare `a=setup` of the answer as it was sent and as it arrived.",
        reference: "RFC 5763 §5",
    }
    MEDIA_ONE_WAY = "media-one-way", Error, "Media goes in one direction only" {
        what: "One side sends RTP; from the other come neither RTP nor RTCP, although its other packets do.",
        why: "A microphone or camera that gives nothing, a direction that was negotiated away, a firewall or server that drops RTP and lets STUN pass, or keys that the other side does not have.",
        fix: "Look at `a=direction` of both descriptions, then at the sender's getStats (`outbound-rtp`): if it sends, something on the way drops it.",
        reference: "RFC 3550 §6.4",
    }
    MEDIA_STOPPED = "media-stopped", Error, "Media stopped while the call went on" {
        what: "RTP of one side came, and then neither RTP nor RTCP any more, while the session itself went on.",
        why: "The sender's program or device stopped, or something on the way began to drop media.",
        fix: "Look at the sender's getStats at this moment: packetsSent that still grows means loss on the way, else the source ended.",
        reference: "RFC 3550 §6.3.5",
    }
    MEDIA_LOSS = "media-loss", Error, "Many packets of media are lost" {
        what: "Sequence numbers are missing where the capture was made: they were lost before they came here (or were not captured).",
        why: "Congestion, a bad radio link, a policer; or a capture that could not keep up (see the interface's drop counters).",
        fix: "Compare with the receiver's reports, and with a capture at the sender. Over 10 % speech breaks up; less bitrate, FEC and RED help.",
        reference: "RFC 3550 §A.3",
    }
    MEDIA_GAP = "media-gap", Warning, "Media paused, and packets were lost in the pause" {
        what: "For two seconds or more no packet of a stream came, and sequence numbers are missing after it.",
        why: "The network was away for that time: a handover, a queue, a machine that slept.",
        fix: "Look at what else stopped at that time on the same machine and network.",
        reference: "RFC 3550 §A.1",
    }
    PAYLOAD_TYPE = "rtp-payload-type-not-negotiated", Warning, "RTP has a payload type that nobody described" {
        what: "A stream uses a payload type that neither description of this session has.",
        why: "A sender that ignores the answer, descriptions of another session, or a re-offer that was not captured.",
        fix: "Receivers drop such packets: compare the stream's payload type with the m-line's list.",
        reference: "RFC 8829 §5.2.1",
    }
    EXTENSION = "rtp-header-extension-not-negotiated", Warning, "RTP has header extensions that nobody described" {
        what: "A stream uses header extension ids that stand in no `a=extmap` of this session.",
        why: "A sender that ignores the answer, descriptions of another session, or a re-offer that was not captured.",
        fix: "Receivers skip such extensions; what they carry (mid, audio level, transport-wide sequence numbers) is lost. Compare the ids with `a=extmap`.",
        reference: "RFC 8285 §7",
    }
    DIRECTION = "rtp-direction-not-negotiated", Warning, "RTP goes a way that nobody agreed on" {
        what: "A stream belongs to an m-line on which its sender never says that it sends, or its receiver never says that it receives (`sendonly`, `recvonly`, `inactive`, or a port of 0).",
        why: "A sender that did not apply the answer or went on after a re-offer, descriptions of another session, or a re-offer that was not captured.",
        fix: "Receivers drop or ignore it, and it takes bandwidth: compare the direction of the m-line in both descriptions with `currentDirection` of the transceiver.",
        reference: "RFC 3264 §6.1",
    }
    STREAM_NAME = "rtp-stream-name-not-negotiated", Warning, "RTP names an m-line or a layer that nobody described" {
        what: "The MID header extension of a stream has a value that no `a=mid` has, its RID one that no `a=rid` has, or its MID is not that of the m-line whose `a=ssrc` it is.",
        why: "A sender or a media server that keeps names of another session, a description that was altered after it was applied, or a re-offer that was not captured.",
        fix: "Receivers drop packets whose m-line they do not know: compare `a=mid`, `a=rid` and `a=ssrc` with what is sent.",
        reference: "RFC 9143 §9.2",
    }
    CALL_HEALTHY = "call-healthy", Info, "The call works" {
        what: "A path was found, keys were agreed, and media or data flows both ways without any of the troubles that this program knows.",
        why: "Nothing is wrong where this capture was made.",
        fix: "Nothing to do. If the call sounded bad nevertheless, look at the statistics of both ends (`rtcdiag stats`).",
        reference: "RFC 8835",
    }
    CAPTURE_TRUNCATED = "capture-truncated", Warning, "The capture file ends in the middle" {
        what: "The last block or record of the file is not whole; all before it was read.",
        why: "The capturing program was killed, the disk was full, the file is still being written, or its copy is not complete.",
        fix: "End captures in good order (SIGINT for tcpdump), or copy the file again. What is after the cut is unknown: silence there means nothing.",
        reference: "https://www.ietf.org/archive/id/draft-ietf-opsawg-pcap-04.html",
    }
    CAPTURE_DAMAGED = "capture-damaged", Warning, "The capture file is damaged" {
        what: "A block or record has a length or a form that cannot be; the file was read up to there.",
        why: "A file that was changed in transfer (text mode), joined from pieces, or written by two programs.",
        fix: "Copy the file again in binary mode; `editcap` of Wireshark can sometimes save what comes after the damage.",
        reference: "https://www.ietf.org/archive/id/draft-ietf-opsawg-pcapng-03.html",
    }
    CAPTURE_CUT = "capture-packets-cut", Info, "The capture does not have the whole packets" {
        what: "Packets were cut to the snap length when they were captured; messages are read as far as they are there.",
        why: "A small snap length (`tcpdump -s`) or a capture that keeps headers only.",
        fix: "Capture with `tcpdump -s 0` to see whole messages; MESSAGE-INTEGRITY and certificates cannot be checked in cut ones.",
        reference: "https://www.ietf.org/archive/id/draft-ietf-opsawg-pcap-04.html",
    }
    CAPTURE_DROPPED = "capture-dropped-packets", Warning, "The capture missed packets" {
        what: "The interface's statistics in the file say that packets were dropped while capturing.",
        why: "The machine could not keep up with the traffic, or the buffer was too small.",
        fix: "Capture with a filter or a larger buffer (`tcpdump -B`). Loss that is found here may be of the capture alone.",
        reference: "https://www.ietf.org/archive/id/draft-ietf-opsawg-pcapng-03.html",
    }
    NO_WEBRTC = "capture-without-webrtc", Info, "Nothing of WebRTC is in the capture" {
        what: "No STUN, TURN, DTLS, RTP or RTCP was found in it.",
        why: "Another interface or time, a filter that left it out, media over QUIC or inside of a VPN or TLS.",
        fix: "Capture on the interface that has the route to the peer (`tcpdump -i any`), without a filter, from before the call begins.",
        reference: "RFC 7983 §7",
    }
    CAPTURE_TOO_MUCH = "capture-too-much", Info, "There was more than is kept" {
        what: "The capture has more sessions, streams or messages than are followed at a time; the rest is only counted.",
        why: "Memory is bounded, whatever the size of the file.",
        fix: "Look at a part: `--host`, `--port` or a filter when capturing.",
        reference: "RFC 4732 §2.2",
    }
}
