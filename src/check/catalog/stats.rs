//! Findings of `rtcdiag stats`: the reading itself, setting up, the path, streams and data.

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
    SERVER_REFUSED = "stats-server-refused", Error, "A STUN or TURN server refused" {
        what: "The event `icecandidateerror` has an error code of a server: it answered, and gave no candidate.",
        why: "Credentials that are wrong or have expired (401), a server that forbids it (403), or one that is full (486, 508).",
        fix: "Ask the server the same with `rtcdiag candidates`; fix the credentials in the configuration or the server.",
        reference: "W3C webrtc-pc RTCPeerConnectionIceErrorEvent",
    }
    SERVER_UNREACHABLE = "stats-server-unreachable", Error, "A STUN or TURN server did not answer" {
        what: "The event `icecandidateerror` has the code 701: the server could not be reached at all.",
        why: "Its name has no address, it is down, or a firewall drops UDP or its port. From an address of a VPN or of another family this is common and harmless.",
        fix: "Ask the server with `rtcdiag candidates` from the same network; offer TURN over TCP and TLS on port 443, too.",
        reference: "W3C webrtc-pc RTCPeerConnectionIceErrorEvent",
    }
    GATHERING_STUCK = "stats-gathering-stuck", Error, "Gathering of candidates never ended" {
        what: "Gathering began, no candidate was found, and the end of it was not seen.",
        why: "The STUN or TURN servers that were named do not answer: they do not exist, are down, or a firewall drops the requests. Browsers wait ten seconds and more for them.",
        fix: "Ask the servers with `rtcdiag candidates` from the same network.",
        reference: "RFC 8445 §5.1.1",
    }
    NO_LOCAL_CANDIDATES = "stats-ice-no-local-candidates", Error, "No local candidate was found" {
        what: "ICE had nothing to connect with: no candidate of this side is in the file.",
        why: "`iceTransportPolicy: \"relay\"` without a TURN server that works, no network, or an extension that hides all addresses.",
        fix: "See what the servers said; ask them with `rtcdiag candidates`; check the policy.",
        reference: "RFC 8445 §5.1",
    }
    NO_REMOTE_CANDIDATES = "stats-ice-no-remote-candidates", Error, "No candidate of the other side ever came" {
        what: "This side has candidates, and was never told one of the other side's.",
        why: "Signaling does not carry candidates, or drops them: they came before the description, or were never sent.",
        fix: "Log every `addIceCandidate` and every `icecandidate` of the other side; queue what comes before `setRemoteDescription`.",
        reference: "RFC 8838 §3",
    }
    NO_ANSWERS = "stats-ice-no-answers", Error, "No connectivity check was answered" {
        what: "Candidates of both sides are known, checks were sent, and no answer came on any pair.",
        why: "A firewall drops UDP, the addresses cannot reach each other, or the other side never got our candidates or description.",
        fix: "Offer a TURN server, also over TCP and TLS on port 443; capture at both ends and read it with `rtcdiag pcap`.",
        reference: "RFC 8445 §7.2.5.2.1",
    }
    ICE_FAILED = "stats-ice-failed", Error, "ICE failed" {
        what: "The state of the connection became `failed`, and the file does not have what would tell how.",
        why: "No path between the two sides worked. Pairs and candidates are not in this file.",
        fix: "Take a dump while the call fails: chrome://webrtc-internals open before the call.",
        reference: "RFC 8445 §6.1.3",
    }
    NEVER_CONNECTED = "stats-never-connected", Error, "The connection never came about" {
        what: "Offer and answer were applied, and the connection was not up when the file ended.",
        why: "Candidates were not exchanged, checks were not answered, or the file was taken too early.",
        fix: "See in the time line which side did not send its candidates.",
        reference: "RFC 8445 §6.1.3",
    }
    DTLS_FAILED = "stats-dtls-failed", Error, "DTLS failed" {
        what: "ICE found a path, and the DTLS handshake over it failed: no media, no data.",
        why: "The fingerprint in the description is not that of the certificate (changed by signaling, or of an old session), both sides take the same role, or the other side sent an alert.",
        fix: "Compare `a=fingerprint` and `a=setup` of what was sent with what was applied, with `rtcdiag sdp`; `rtcdiag pcap` shows the alert.",
        reference: "RFC 8827 §6.5",
    }
    FINGERPRINT = "stats-dtls-fingerprint", Error, "The description has another fingerprint than the certificate" {
        what: "Both ends are in the file: what one end applied as the fingerprint of the other is not the fingerprint that the other offered.",
        why: "Something rewrote the description on the way, or a description of another session was applied.",
        fix: "Find what changes the description between the two ends: a gateway, an SDP munger, a cache.",
        reference: "RFC 8122 §5",
    }
    DTLS_TIMEOUT = "stats-dtls-timeout", Error, "The DTLS handshake is not complete" {
        what: "ICE has been connected for long, and DTLS is still `connecting`.",
        why: "Both ends wait for the other to begin (`a=setup`), handshake messages are larger than the path takes, or something drops what is not STUN.",
        fix: "Compare `a=setup` of offer and answer; look for DTLS at both ends with `rtcdiag pcap`.",
        reference: "RFC 5763 §5",
    }
    PATH_LOST = "stats-path-lost", Error, "The path broke and did not come back" {
        what: "The connection was up; then it was `disconnected` or `failed`, and stayed so.",
        why: "The network of one side went away or changed, a NAT lost its mapping, or the other side is gone without a word.",
        fix: "Restart ICE when the connection is `disconnected`; look at what happened at that second on both sides.",
        reference: "RFC 7675 §5.1",
    }
    PATH_INTERRUPTED = "stats-path-interrupted", Warning, "The path was down for a while" {
        what: "Nothing came from the other side for some seconds, or the connection was `disconnected`; then it went on.",
        why: "Loss of signal, a handover between networks, a link that was full, a machine asleep.",
        fix: "Users hear and see nothing here. Look at the network of both sides at this time; loss, freezes and concealment around it follow from it.",
        reference: "RFC 7675 §5.1",
    }
    RESTART = "stats-ice-restart", Info, "ICE was restarted" {
        what: "A local description has a new ICE user fragment: new candidates, new checks.",
        why: "The application restarts ICE when a connection is lost or the network changes.",
        fix: "Nothing by itself; see what came before it.",
        reference: "RFC 8445 §9",
    }
    PAIR_SWITCHED = "stats-pair-switched", Warning, "The pair in use changed" {
        what: "Another pair of candidates was selected while the call went on.",
        why: "Another network came or went, or checks found a better path. Many changes mean a network that comes and goes.",
        fix: "Look at the types of networks of the candidates; loss around a change follows from it.",
        reference: "RFC 8445 §8.1.1",
    }
    RELAY_AVOIDABLE = "stats-relay-avoidable", Info, "A relay is in use though a direct path works" {
        what: "The selected pair goes through TURN, while checks of a pair without it succeeded.",
        why: "The relay was nominated first and was kept, or the direct pair worked only later.",
        fix: "Relays cost delay and money; see whether the application forces them.",
        reference: "RFC 8445 §8.1.1",
    }
    RELAY_TCP = "stats-path-over-tcp", Warning, "The path is over TCP or TLS" {
        what: "Media goes over TCP, to a relay or directly.",
        why: "UDP is blocked in this network, or only TCP servers were named.",
        fix: "Let UDP through, at least to the TURN server: over TCP every lost packet delays all that follow.",
        reference: "RFC 8656 §3.1",
    }
    CLOSED_THERE = "stats-closed-by-peer", Info, "The other side ended the call" {
        what: "DTLS was closed from the other side.",
        why: "The other side called close(), or its page was closed.",
        fix: "Nothing, if the call was to end there.",
        reference: "RFC 5246 §7.2.1",
    }
    CLOSED_HERE = "stats-closed-here", Info, "This side ended the call" {
        what: "The page called close() on the connection.",
        why: "The application ended the call.",
        fix: "Nothing, if the call was to end there.",
        reference: "W3C webrtc-pc RTCPeerConnection.close()",
    }
    TOGETHER = "stats-failed-together", Error, "Several calls failed at the same time" {
        what: "Connections to different ends went down within seconds of each other.",
        why: "What they share: this machine, its network, its sleep, or the one server they all go to.",
        fix: "Look at this machine and its network at that second, not at the calls.",
        reference: "RFC 7675 §5.1",
    }
    ONE_WAY = "stats-media-one-way", Error, "Media goes out and none comes in" {
        what: "Both sides agreed to send; packets go out here, and none was received.",
        why: "The other side does not send: no permission for the microphone, a muted track that was removed, or a firewall that lets one direction pass.",
        fix: "Look at the other side's outbound-rtp: if packets go out there, the path drops them; else its sender is off.",
        reference: "RFC 3264 §6.1",
    }
    NOTHING_RECEIVED = "stats-media-not-received", Warning, "No media came in" {
        what: "Media was agreed on, the connection is up, and not one packet was received.",
        why: "The other side does not send (yet): nobody else is in the conference, no track is attached, or its sender is off.",
        fix: "Look at the other side's outbound-rtp.",
        reference: "RFC 3264 §6.1",
    }
    NOTHING_SENT = "stats-media-not-sent", Warning, "No media goes out" {
        what: "A stream was agreed on, its source is there, and not one packet was sent.",
        why: "The track has ended or gives no frames, the encoder does not start, or the other side takes nothing.",
        fix: "See whether the source gives frames (media-source), and whether an encoder is named.",
        reference: "W3C webrtc-stats RTCOutboundRtpStreamStats",
    }
    NO_REPORTS = "stats-no-receiver-reports", Warning, "The other side never reports about a stream" {
        what: "Packets go out, and no RTCP receiver report about them came.",
        why: "The packets do not arrive, the other side does not know the SSRC, or it sends no RTCP.",
        fix: "Look at the other side's inbound-rtp for this SSRC.",
        reference: "RFC 3550 §6.4",
    }
    LOSS = "stats-loss", Error, "Many packets did not arrive here" {
        what: "The receiver counts packets that were sent to it and did not come.",
        why: "A link that is full, weak radio, a queue that drops.",
        fix: "Compare with the sender: where only one of several receivers misses packets, it is that receiver's link.",
        reference: "RFC 3550 §6.4.1",
    }
    LOSS_THERE = "stats-loss-at-peer", Error, "Many packets did not arrive at the other side" {
        what: "Receiver reports of the other side say that packets sent from here did not come.",
        why: "The uplink here is full or weak, or the other side's downlink is.",
        fix: "Look at what else uses the uplink; let the sender adapt (congestion control on, bitrate capped).",
        reference: "RFC 3550 §6.4.1",
    }
    LOSS_BURST = "stats-loss-burst", Warning, "Packets were lost in bursts" {
        what: "Single intervals have much loss, while the call as a whole has little.",
        why: "A handover, roaming between access points, a queue that overflows now and then.",
        fix: "Look at the network at these times.",
        reference: "RFC 3611 §4.7.2",
    }
    JITTER = "stats-jitter", Warning, "Packets come unevenly" {
        what: "The interarrival jitter is high for most of the call.",
        why: "Wi-Fi with many users, a queue that fills and drains, a busy sender.",
        fix: "Prefer wired networks; queues with AQM keep the delay steady.",
        reference: "RFC 3550 §6.4.1",
    }
    RTT_HIGH = "stats-rtt-high", Warning, "The way there and back takes long" {
        what: "The round-trip time is high for most of the call: people talk over each other.",
        why: "Distance, a relay far away, a satellite link, a VPN, or a full queue.",
        fix: "See where the relay or the server is; take one that is near.",
        reference: "ITU-T G.114",
    }
    BUFFERBLOAT = "stats-bufferbloat", Warning, "The delay rises with what is sent" {
        what: "When more is sent, the round-trip time goes up by far: a queue on the path fills.",
        why: "A modem or router with a deep buffer and no queue management.",
        fix: "Cap the bitrate of the sender; turn queue management (fq_codel, CAKE) on in the router.",
        reference: "RFC 8290 §1",
    }
    BANDWIDTH = "stats-bandwidth-limited", Warning, "The path is too narrow for the video" {
        what: "`qualityLimitationReason` was `bandwidth` for much of the call.",
        why: "The estimate of what the path carries is below what the video needs.",
        fix: "Find what limits the uplink; else send less: lower resolution, a better codec.",
        reference: "W3C webrtc-stats RTCQualityLimitationReason",
    }
    CPU = "stats-cpu-limited", Warning, "The machine is too busy for the video" {
        what: "`qualityLimitationReason` was `cpu` for much of the call.",
        why: "Encoding in software, too many streams, other programs, a battery saver.",
        fix: "Send fewer or smaller streams, take a codec that the hardware encodes, close other programs.",
        reference: "W3C webrtc-stats RTCQualityLimitationReason",
    }
    FALLBACK = "stats-codec-fallback", Warning, "The codec fell back from hardware to software" {
        what: "The implementation of the encoder or decoder changed from one in hardware to one in software.",
        why: "The hardware failed, refused the size, or another program took it.",
        fix: "Update the graphics driver; see whether the size or the profile is one the hardware takes.",
        reference: "W3C webrtc-stats RTCOutboundRtpStreamStats",
    }
    RESOLUTION = "stats-resolution-low", Warning, "Video is sent much smaller than it is taken" {
        what: "The frames that are sent have less than half the height of those of the source, all the time.",
        why: "Held back by bandwidth or CPU, `scaleResolutionDownBy`, or a bitrate cap.",
        fix: "See what limited the encoder; look at the parameters of the sender.",
        reference: "W3C webrtc-stats RTCOutboundRtpStreamStats",
    }
    FRAMES_DROPPED = "stats-frames-dropped", Warning, "Frames came and were not shown" {
        what: "The receiver dropped frames before or after decoding them.",
        why: "The machine does not keep up, or frames came too late.",
        fix: "Look at the time that decoding takes; show fewer or smaller streams.",
        reference: "W3C webrtc-stats RTCInboundRtpStreamStats",
    }
    FREEZES = "stats-freezes", Warning, "The picture stood still" {
        what: "The receiver counted freezes: pauses between frames that viewers notice.",
        why: "Loss that was not repaired, a sender that paused, a machine that did not keep up.",
        fix: "See loss, key-frame requests and the sender's frame rate at these times.",
        reference: "W3C webrtc-stats RTCInboundRtpStreamStats",
    }
    KEY_FRAMES = "stats-key-frame-storm", Warning, "Key frames are asked for again and again" {
        what: "Many PLI or FIR came: the other side could not decode without a new key frame each time.",
        why: "Loss without retransmission, an SFU with many people coming and going, a decoder that fails.",
        fix: "See loss and NACKs; let the SFU hold requests back.",
        reference: "RFC 4585 §6.3.1",
    }
    NACK_UNANSWERED = "stats-nack-unanswered", Warning, "Lost packets are asked for and not sent again" {
        what: "Many NACKs came, and no packet was retransmitted.",
        why: "RTX was not negotiated, or the packets were too old.",
        fix: "Offer `rtx` with its `apt`; check with `rtcdiag sdp`.",
        reference: "RFC 4588 §4",
    }
    CONCEALMENT = "stats-concealment", Warning, "Much of the audio was made up" {
        what: "The receiver filled gaps in the audio by concealment.",
        why: "Packets were lost or came too late.",
        fix: "See loss and jitter at these times; turn in-band FEC or RED on.",
        reference: "W3C webrtc-stats RTCInboundRtpStreamStats",
    }
    MICROPHONE_SILENT = "stats-microphone-silent", Warning, "The microphone gives silence" {
        what: "The source of the audio has the level 0 all the time.",
        why: "The microphone is muted in hardware or in the system, the wrong device is chosen, or the track is off.",
        fix: "Choose another device; look at the system's level meter. A user who muted himself is no fault.",
        reference: "W3C webrtc-stats RTCAudioSourceStats",
    }
    VIDEO_BLACK = "stats-video-empty", Info, "The picture is black or does not move" {
        what: "The encoder writes next to nothing for a frame.",
        why: "A covered or muted camera, a virtual camera without input, a still screen.",
        fix: "Look at the picture at the sender.",
        reference: "W3C webrtc-stats RTCOutboundRtpStreamStats",
    }
    BUFFER_GROWS = "stats-jitter-buffer-long", Warning, "Packets wait long in the jitter buffer" {
        what: "What arrives is held for more than half a second before it is played.",
        why: "Jitter, bursts after a pause, audio and video that wait for each other, or a target that the application set.",
        fix: "See jitter; check `jitterBufferTarget`; compare audio and video.",
        reference: "W3C webrtc-stats jitterBufferDelay",
    }
    BUFFER_FLUSHED = "stats-jitter-buffer-flushed", Info, "The jitter buffer was emptied" {
        what: "So much audio came at once that the buffer threw it away.",
        why: "Packets were held up and came in a burst.",
        fix: "See what held them up.",
        reference: "W3C webrtc-stats jitterBufferDelay",
    }
    CLOCK_SKEW = "stats-clock-skew", Info, "The clocks of the two sides differ" {
        what: "Audio is squeezed or stretched one way only, all the time.",
        why: "The sound card of one side runs at another rate than it says.",
        fix: "Try another device, or another sample rate.",
        reference: "RFC 3550 §6.4.1",
    }
    DATA_BACKLOG = "stats-data-backlog", Warning, "Much waits in a data channel" {
        what: "The application writes faster than the channel sends.",
        why: "The path is narrow or loses packets, and nobody looks at `bufferedAmount`.",
        fix: "Wait for `bufferedamountlow` before writing more.",
        reference: "W3C webrtc-pc RTCDataChannel.bufferedAmount",
    }
    DATA_LOST = "stats-data-lost", Warning, "Messages did not arrive" {
        what: "Both ends are in the file: one sent more messages on a channel than the other received.",
        why: "The channel is not reliable (`maxRetransmits`, `maxPacketLifeTime`), and the path loses packets; or the call ended before they came.",
        fix: "Make the channel reliable if every message counts; else see the loss of the path.",
        reference: "RFC 8831 §6.4",
    }
    ENDS_VANISH = "stats-ends-packets-vanish", Error, "Packets that one end sent did not arrive at the other" {
        what: "Both ends of a call are there, and their counts of one stream differ by more than what can be on its way: the packets were lost between them.",
        why: "The path was down or lossy, a router or relay dropped what its link does not carry, or a firewall lets one direction pass only.",
        fix: "Look at the times that are named, at both ends: other streams of the same direction tell whether all packets were dropped or those of one. Take a capture at each end and read it with `rtcdiag pcap` to find the hop.",
        reference: "W3C webrtc-stats RTCSentRtpStreamStats packetsSent, RTCReceivedRtpStreamStats packetsReceived",
    }
    ENDS_NOT_DECODED = "stats-ends-not-decoded", Error, "Video arrived at the other end and was not decoded" {
        what: "One end sent frames and their packets arrived at the other, which decoded none or few of them: the network is not to blame.",
        why: "No key frame came, the decoder does not take the profile or fails, payload types are mixed up, or the machine is too slow.",
        fix: "See whether key frames are asked for (PLI) and come; compare the codec that each end names; try software decoding.",
        reference: "W3C webrtc-stats RTCInboundRtpStreamStats framesDecoded",
    }
    ENDS_UNKNOWN = "stats-ends-stream-unknown", Warning, "One end sends a stream that the other does not know" {
        what: "Packets of an SSRC went out for a while, and the other end never had statistics of a stream with it.",
        why: "The packets were dropped on the way, or they arrived and belong to no media section: its SSRC, mid or payload type is not in the description, or BUNDLE is understood in two ways.",
        fix: "Compare the descriptions that both ends applied (`rtcdiag sdp`); see in a capture at the receiver whether the SSRC comes.",
        reference: "RFC 9143 §9.2",
    }
    ENDS_CLOCKS = "stats-ends-clocks-differ", Info, "The clocks of the two ends are apart" {
        what: "The two machines tell different times. Here that is made up for; in logs and dumps it is not.",
        why: "A machine whose clock is not set by NTP, or that has slept.",
        fix: "Set the clocks by NTP; add the offset that is named when times of both ends are compared.",
        reference: "RFC 5905 §8",
    }
    LAYER_SILENT = "stats-layer-never-sent", Warning, "A layer of simulcast was never sent" {
        what: "A layer that is on has not one packet, while others go out.",
        why: "The source is too small for it, the bitrate does not reach for it, or the other side takes no such layer.",
        fix: "Look at the size of the source and at `maxBitrate` of the layers.",
        reference: "RFC 8853 §5",
    }
    CODEC_CHANGED = "stats-codec-changed", Info, "The codec changed during the call" {
        what: "A stream went on with another codec.",
        why: "A new offer and answer, or another participant.",
        fix: "Nothing, if it was meant to.",
        reference: "W3C webrtc-stats RTCCodecStats",
    }
    LIMITED = "stats-samples-limited", Info, "The beginning of the call is likely missing" {
        what: "Each series has exactly the most samples that Chrome keeps.",
        why: "The call was longer than what webrtc-internals keeps; older samples were dropped.",
        fix: "Do not judge the beginning of the call by this file; rtcstats dumps have no such limit.",
        reference: "W3C webrtc-stats §4",
    }
    LACKING = "stats-without-statistics", Info, "There are no statistics" {
        what: "The file has calls and events of a connection, and no getStats() report.",
        why: "The connection was closed before the first report, or nobody called getStats().",
        fix: "Take the dump while the call is on.",
        reference: "W3C webrtc-stats §4",
    }
    HEALTHY = "stats-healthy", Info, "The call went well" {
        what: "The connection was set up, media or data went over it, and nothing that is checked was wrong.",
        why: "Everything was as it should be.",
        fix: "Nothing. If users complain all the same, look at the other end, and at the devices.",
        reference: "W3C webrtc-stats §4",
    }
}
