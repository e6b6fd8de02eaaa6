# Print an optspec for argparse to handle cmd's options that are independent of any subcommand.
function __fish_rtcdiag_global_optspecs
    string join \n format= json color= q/quiet v/verbose redact h/help V/version
end

function __fish_rtcdiag_needs_command
    # Figure out if the current invocation already has a command.
    set -l cmd (commandline -opc)
    set -e cmd[1]
    argparse -s (__fish_rtcdiag_global_optspecs) -- $cmd 2>/dev/null
    or return
    if set -q argv[1]
        # Also print the command, so this can be used to figure out what it is.
        echo $argv[1]
        return 1
    end
    return 0
end

function __fish_rtcdiag_using_subcommand
    set -l cmd (__fish_rtcdiag_needs_command)
    test -z "$cmd"
    and return 1
    contains -- $cmd[1] $argv
end

complete -c rtcdiag -n "__fish_rtcdiag_needs_command" -l format -d 'How to print: for people, as one JSON document, as JSON lines while results come in, or (`rtcdiag sdp`) as SARIF for code hosts' -r -f -a "text\t'Tables and sentences'
json\t'One JSON document at the end'
jsonl\t'One JSON object a line, as results come in'
sarif\t'SARIF 2.1.0 for code hosts; with `rtcdiag sdp`'"
complete -c rtcdiag -n "__fish_rtcdiag_needs_command" -l color -d 'When to use color; auto looks at the terminal, NO_COLOR and CLICOLOR_FORCE' -r -f -a "auto\t'On a terminal, unless the environment says otherwise'
always\t'Always'
never\t'Never'"
complete -c rtcdiag -n "__fish_rtcdiag_needs_command" -l json -d 'Short for --format json'
complete -c rtcdiag -n "__fish_rtcdiag_needs_command" -s q -l quiet -d 'Print warnings and errors only, and no progress'
complete -c rtcdiag -n "__fish_rtcdiag_needs_command" -s v -l verbose -d 'Tell on stderr what is being done (-vv: every message, -vvv: the libraries too)'
complete -c rtcdiag -n "__fish_rtcdiag_needs_command" -l redact -d 'Replace addresses, host names, user names and fingerprints by pseudonyms, to share the output'
complete -c rtcdiag -n "__fish_rtcdiag_needs_command" -s h -l help -d 'Print help'
complete -c rtcdiag -n "__fish_rtcdiag_needs_command" -s V -l version -d 'Print version'
complete -c rtcdiag -n "__fish_rtcdiag_needs_command" -f -a "candidates" -d 'Gather ICE candidates and check every STUN and TURN server'
complete -c rtcdiag -n "__fish_rtcdiag_needs_command" -f -a "sdp" -d 'Read session descriptions (SDP): what they say, and what is wrong with them'
complete -c rtcdiag -n "__fish_rtcdiag_needs_command" -f -a "pcap" -d 'Read a capture of WebRTC traffic: what happened, and what went wrong'
complete -c rtcdiag -n "__fish_rtcdiag_needs_command" -f -a "loopback" -d 'Make a whole call between two peers in this process, and show it from every side'
complete -c rtcdiag -n "__fish_rtcdiag_needs_command" -f -a "stats" -d 'Read getStats() reports and browsers\' dumps of a call: what was measured, and how it went'
complete -c rtcdiag -n "__fish_rtcdiag_needs_command" -f -a "explain" -d 'Say what a finding, a STUN/TURN error or a line of SDP means'
complete -c rtcdiag -n "__fish_rtcdiag_needs_command" -f -a "completions" -d 'Print the completion script of a shell'
complete -c rtcdiag -n "__fish_rtcdiag_needs_command" -f -a "man" -d 'Print the manual page, or write all of them to a folder'
complete -c rtcdiag -n "__fish_rtcdiag_using_subcommand candidates" -l stun -d 'A STUN server, RFC 7064: stun:HOST[:PORT] or stuns:HOST[:PORT]; may be repeated' -r -f
complete -c rtcdiag -n "__fish_rtcdiag_using_subcommand candidates" -l turn -d 'A TURN server, RFC 7065: turn:HOST[:PORT][?transport=udp|tcp] or turns:...; may be repeated' -r -f
complete -c rtcdiag -n "__fish_rtcdiag_using_subcommand candidates" -l ice-servers -d 'Read an RTCConfiguration or its iceServers, JSON or JavaScript object text ("-" is stdin)' -r -F
complete -c rtcdiag -n "__fish_rtcdiag_using_subcommand candidates" -l username -d 'The user name for the servers of --stun and --turn' -r
complete -c rtcdiag -n "__fish_rtcdiag_using_subcommand candidates" -l credential -d 'The password. Other users of this machine can see it in the process list, and the shell remembers it: better take one of the next two' -r
complete -c rtcdiag -n "__fish_rtcdiag_using_subcommand candidates" -l credential-env -d 'Take the password from this environment variable' -r
complete -c rtcdiag -n "__fish_rtcdiag_using_subcommand candidates" -l credential-file -d 'Take the password from the first line of this file' -r -F
complete -c rtcdiag -n "__fish_rtcdiag_using_subcommand candidates" -l turn-secret-env -d 'Make time-limited credentials (TURN REST API) from the shared secret in this environment variable; --username is then the part after the time' -r
complete -c rtcdiag -n "__fish_rtcdiag_using_subcommand candidates" -l turn-secret-file -d 'The same, with the shared secret on the first line of this file' -r -F
complete -c rtcdiag -n "__fish_rtcdiag_using_subcommand candidates" -l policy -d 'Which candidates to gather: relay leaves out all others, as iceTransportPolicy does [default: what --ice-servers says, else all]' -r -f -a "all\t'All candidates'
relay\t'Relay candidates only'"
complete -c rtcdiag -n "__fish_rtcdiag_using_subcommand candidates" -l interface -d 'Only use the addresses of this network interface' -r
complete -c rtcdiag -n "__fish_rtcdiag_using_subcommand candidates" -l relay-family -d 'Ask TURN servers for a relay address of this family [default: the server\'s choice]' -r -f -a "ipv4\t'IPv4'
ipv6\t'IPv6'"
complete -c rtcdiag -n "__fish_rtcdiag_using_subcommand candidates" -l timeout -d 'How long a server may take, in seconds; fractions are fine' -r
complete -c rtcdiag -n "__fish_rtcdiag_using_subcommand candidates" -l ca-file -d 'Trust the certificates in this PEM file, and no others' -r -F
complete -c rtcdiag -n "__fish_rtcdiag_using_subcommand candidates" -l format -d 'How to print: for people, as one JSON document, as JSON lines while results come in, or (`rtcdiag sdp`) as SARIF for code hosts' -r -f -a "text\t'Tables and sentences'
json\t'One JSON document at the end'
jsonl\t'One JSON object a line, as results come in'
sarif\t'SARIF 2.1.0 for code hosts; with `rtcdiag sdp`'"
complete -c rtcdiag -n "__fish_rtcdiag_using_subcommand candidates" -l color -d 'When to use color; auto looks at the terminal, NO_COLOR and CLICOLOR_FORCE' -r -f -a "auto\t'On a terminal, unless the environment says otherwise'
always\t'Always'
never\t'Never'"
complete -c rtcdiag -n "__fish_rtcdiag_using_subcommand candidates" -l embedded -d 'Start a STUN and TURN server on 127.0.0.1 (::1 with -6) for this run, with made-up credentials'
complete -c rtcdiag -n "__fish_rtcdiag_using_subcommand candidates" -s 4 -l ipv4 -d 'Only use IPv4 between this machine and the servers'
complete -c rtcdiag -n "__fish_rtcdiag_using_subcommand candidates" -s 6 -l ipv6 -d 'Only use IPv6 between this machine and the servers'
complete -c rtcdiag -n "__fish_rtcdiag_using_subcommand candidates" -l include-loopback -d 'Use loopback addresses too; RFC 8445 leaves them out'
complete -c rtcdiag -n "__fish_rtcdiag_using_subcommand candidates" -l tcp -d 'Gather TCP host candidates too (RFC 6544)'
complete -c rtcdiag -n "__fish_rtcdiag_using_subcommand candidates" -l insecure -d 'Go on in spite of a bad certificate, though anybody in between may read along; it is reported all the same'
complete -c rtcdiag -n "__fish_rtcdiag_using_subcommand candidates" -l json -d 'Short for --format json'
complete -c rtcdiag -n "__fish_rtcdiag_using_subcommand candidates" -s q -l quiet -d 'Print warnings and errors only, and no progress'
complete -c rtcdiag -n "__fish_rtcdiag_using_subcommand candidates" -s v -l verbose -d 'Tell on stderr what is being done (-vv: every message, -vvv: the libraries too)'
complete -c rtcdiag -n "__fish_rtcdiag_using_subcommand candidates" -l redact -d 'Replace addresses, host names, user names and fingerprints by pseudonyms, to share the output'
complete -c rtcdiag -n "__fish_rtcdiag_using_subcommand candidates" -s h -l help -d 'Print help'
complete -c rtcdiag -n "__fish_rtcdiag_using_subcommand sdp" -l pick -d 'Only the Nth description, from 1 through all files, as lists and heads number them; may be repeated' -r
complete -c rtcdiag -n "__fish_rtcdiag_using_subcommand sdp" -l profile -d 'For whom the descriptions are: the rules of WebRTC or of SIP, or what one browser refuses [default: webrtc where there is DTLS, else sip]' -r -f -a "webrtc\t'Any WebRTC endpoint'
sip\t'SIP: no ICE, no DTLS and no BUNDLE is demanded'
chrome\t'Chrome, and all that is Chromium'
firefox\t'Firefox'
safari\t'Safari'"
complete -c rtcdiag -n "__fish_rtcdiag_using_subcommand sdp" -l format -d 'How to print: for people, as one JSON document, as JSON lines while results come in, or (`rtcdiag sdp`) as SARIF for code hosts' -r -f -a "text\t'Tables and sentences'
json\t'One JSON document at the end'
jsonl\t'One JSON object a line, as results come in'
sarif\t'SARIF 2.1.0 for code hosts; with `rtcdiag sdp`'"
complete -c rtcdiag -n "__fish_rtcdiag_using_subcommand sdp" -l color -d 'When to use color; auto looks at the terminal, NO_COLOR and CLICOLOR_FORCE' -r -f -a "auto\t'On a terminal, unless the environment says otherwise'
always\t'Always'
never\t'Never'"
complete -c rtcdiag -n "__fish_rtcdiag_using_subcommand sdp" -l diff -d 'Tell what changed from the first description to the second one of the same session (a re-offer), and whether it may, in place of what an offer and an answer agreed on'
complete -c rtcdiag -n "__fish_rtcdiag_using_subcommand sdp" -l explain -d 'Tell of every line what it means'
complete -c rtcdiag -n "__fish_rtcdiag_using_subcommand sdp" -l json -d 'Short for --format json'
complete -c rtcdiag -n "__fish_rtcdiag_using_subcommand sdp" -s q -l quiet -d 'Print warnings and errors only, and no progress'
complete -c rtcdiag -n "__fish_rtcdiag_using_subcommand sdp" -s v -l verbose -d 'Tell on stderr what is being done (-vv: every message, -vvv: the libraries too)'
complete -c rtcdiag -n "__fish_rtcdiag_using_subcommand sdp" -l redact -d 'Replace addresses, host names, user names and fingerprints by pseudonyms, to share the output'
complete -c rtcdiag -n "__fish_rtcdiag_using_subcommand sdp" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c rtcdiag -n "__fish_rtcdiag_using_subcommand pcap" -l flow -d 'Only this session, by its number, and what it carries' -r
complete -c rtcdiag -n "__fish_rtcdiag_using_subcommand pcap" -l frame -d 'Only these frames: a number, or a range such as 10-20, 10- or -20' -r
complete -c rtcdiag -n "__fish_rtcdiag_using_subcommand pcap" -l only -d 'Only what is about these; may be repeated, or a list with commas' -r -f -a "stun\t'STUN, TURN and ICE messages'
turn\t'TURN allocations and their messages'
ice\t'Connectivity checks'
dtls\t'DTLS handshakes'
rtp\t'RTP and RTCP'
sctp\t'SCTP and data channels in clear'
sdp\t'Session descriptions in the capture'"
complete -c rtcdiag -n "__fish_rtcdiag_using_subcommand pcap" -l host -d 'Only what this address sends or receives, also through a relay; may be repeated' -r
complete -c rtcdiag -n "__fish_rtcdiag_using_subcommand pcap" -l port -d 'Only what is sent from or to this port; may be repeated' -r
complete -c rtcdiag -n "__fish_rtcdiag_using_subcommand pcap" -l sdp -d 'A session description of the call: its passwords and candidates are used; may be repeated' -r -F
complete -c rtcdiag -n "__fish_rtcdiag_using_subcommand pcap" -l ice-password -d 'The password of an ICE agent, to hold its checks against; may be repeated' -r
complete -c rtcdiag -n "__fish_rtcdiag_using_subcommand pcap" -l ice-password-env -d 'Take UFRAG:PWD from this environment variable' -r
complete -c rtcdiag -n "__fish_rtcdiag_using_subcommand pcap" -l ice-password-file -d 'Take UFRAG:PWD from the lines of this file' -r -F
complete -c rtcdiag -n "__fish_rtcdiag_using_subcommand pcap" -l turn-password-env -d 'Take the password for TURN servers from this environment variable' -r
complete -c rtcdiag -n "__fish_rtcdiag_using_subcommand pcap" -l turn-password-file -d 'Take the password for TURN servers from the first line of this file' -r -F
complete -c rtcdiag -n "__fish_rtcdiag_using_subcommand pcap" -l format -d 'How to print: for people, as one JSON document, as JSON lines while results come in, or (`rtcdiag sdp`) as SARIF for code hosts' -r -f -a "text\t'Tables and sentences'
json\t'One JSON document at the end'
jsonl\t'One JSON object a line, as results come in'
sarif\t'SARIF 2.1.0 for code hosts; with `rtcdiag sdp`'"
complete -c rtcdiag -n "__fish_rtcdiag_using_subcommand pcap" -l color -d 'When to use color; auto looks at the terminal, NO_COLOR and CLICOLOR_FORCE' -r -f -a "auto\t'On a terminal, unless the environment says otherwise'
always\t'Always'
never\t'Never'"
complete -c rtcdiag -n "__fish_rtcdiag_using_subcommand pcap" -l messages -d 'Show every STUN message with its attributes, as a tree'
complete -c rtcdiag -n "__fish_rtcdiag_using_subcommand pcap" -l transactions -d 'Show every STUN request with its answer'
complete -c rtcdiag -n "__fish_rtcdiag_using_subcommand pcap" -l timeline -d 'Show what happened in the order of time, as arrows between the endpoints'
complete -c rtcdiag -n "__fish_rtcdiag_using_subcommand pcap" -l json -d 'Short for --format json'
complete -c rtcdiag -n "__fish_rtcdiag_using_subcommand pcap" -s q -l quiet -d 'Print warnings and errors only, and no progress'
complete -c rtcdiag -n "__fish_rtcdiag_using_subcommand pcap" -s v -l verbose -d 'Tell on stderr what is being done (-vv: every message, -vvv: the libraries too)'
complete -c rtcdiag -n "__fish_rtcdiag_using_subcommand pcap" -l redact -d 'Replace addresses, host names, user names and fingerprints by pseudonyms, to share the output'
complete -c rtcdiag -n "__fish_rtcdiag_using_subcommand pcap" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c rtcdiag -n "__fish_rtcdiag_using_subcommand loopback" -l channels -d 'Open so many data channels' -r
complete -c rtcdiag -n "__fish_rtcdiag_using_subcommand loopback" -l max-retransmits -d 'Give a message up after so many retransmissions' -r
complete -c rtcdiag -n "__fish_rtcdiag_using_subcommand loopback" -l max-lifetime -d 'Give a message up after so many milliseconds' -r
complete -c rtcdiag -n "__fish_rtcdiag_using_subcommand loopback" -l pings -d 'Send so many pings, at most for two seconds or for --duration' -r
complete -c rtcdiag -n "__fish_rtcdiag_using_subcommand loopback" -l throughput -d 'Send as much as goes through for so long, and measure it' -r
complete -c rtcdiag -n "__fish_rtcdiag_using_subcommand loopback" -l message-size -d 'Octets of each message for --throughput' -r
complete -c rtcdiag -n "__fish_rtcdiag_using_subcommand loopback" -l audio -d 'Send synthetic audio: Opus, a packet each 20 ms [default direction: sendrecv]' -r -f -a "sendrecv\t'Both ways'
sendonly\t'From the offerer'
recvonly\t'From the answerer'"
complete -c rtcdiag -n "__fish_rtcdiag_using_subcommand loopback" -l video -d 'Send synthetic video, 30 frames a second [default direction: sendrecv]' -r -f -a "sendrecv\t'Both ways'
sendonly\t'From the offerer'
recvonly\t'From the answerer'"
complete -c rtcdiag -n "__fish_rtcdiag_using_subcommand loopback" -l video-codec -d 'The codec of the video' -r -f -a "vp8\t'VP8 (RFC 7741)'
h264\t'H.264 (RFC 6184), Constrained Baseline'"
complete -c rtcdiag -n "__fish_rtcdiag_using_subcommand loopback" -l audio-bitrate -d 'Bits a second of audio, such as 32k' -r
complete -c rtcdiag -n "__fish_rtcdiag_using_subcommand loopback" -l video-bitrate -d 'Bits a second of video, such as 500k or 2m' -r
complete -c rtcdiag -n "__fish_rtcdiag_using_subcommand loopback" -l duration -d 'How long to talk once connected [default: until the pings are back; 2.5 with media]' -r
complete -c rtcdiag -n "__fish_rtcdiag_using_subcommand loopback" -l timeout -d 'How long the call may take to connect, and a fault to be noticed' -r
complete -c rtcdiag -n "__fish_rtcdiag_using_subcommand loopback" -l fault -d 'Break the call on purpose, to see what that looks like' -r -f -a "wrong-fingerprint\t'The answerer is told a wrong certificate fingerprint'
wrong-password\t'The answerer is told a wrong ICE password'
no-candidates\t'No candidates are passed on'
dtls-role-clash\t'Both ends are told to be the DTLS client'
peer-dies\t'The answerer\'s network goes away in the middle of the call'
consent-blocked\t'STUN is blocked in the middle of the call'
ice-restart\t'ICE is restarted, which should work'"
complete -c rtcdiag -n "__fish_rtcdiag_using_subcommand loopback" -l via -d 'Which way: directly, through a NAT before each end (its address outside from the built-in STUN server), or through a relay at both ends (the built-in TURN server), unless others are named' -r -f -a "host\t'Host candidates'
srflx\t'Server-reflexive candidates, through a NAT at both ends'
relay\t'Relay candidates at both ends'"
complete -c rtcdiag -n "__fish_rtcdiag_using_subcommand loopback" -l stun -d 'The STUN server for --via srflx, over UDP; may be repeated' -r -f
complete -c rtcdiag -n "__fish_rtcdiag_using_subcommand loopback" -l turn -d 'The TURN server for --via relay, over UDP; may be repeated' -r -f
complete -c rtcdiag -n "__fish_rtcdiag_using_subcommand loopback" -l username -d 'The user name for --turn' -r
complete -c rtcdiag -n "__fish_rtcdiag_using_subcommand loopback" -l credential-env -d 'Take the password for --turn from this environment variable' -r
complete -c rtcdiag -n "__fish_rtcdiag_using_subcommand loopback" -l ice-servers -d 'Read an RTCConfiguration or its iceServers, JSON or JavaScript object text ("-" is stdin)' -r -F
complete -c rtcdiag -n "__fish_rtcdiag_using_subcommand loopback" -l interface -d 'Use the addresses of this network interface, in place of loopback' -r
complete -c rtcdiag -n "__fish_rtcdiag_using_subcommand loopback" -l impair -d 'Impair both directions: loss=5%,burst=3,delay=50ms,jitter=10ms,rate=2mbit,queue=200ms,reorder=1%,duplicate=1%; with --tcp delay, jitter, rate and queue only: TCP repairs the rest' -r
complete -c rtcdiag -n "__fish_rtcdiag_using_subcommand loopback" -l impair-up -d 'Impair what the offerer sends' -r
complete -c rtcdiag -n "__fish_rtcdiag_using_subcommand loopback" -l impair-down -d 'Impair what the answerer sends' -r
complete -c rtcdiag -n "__fish_rtcdiag_using_subcommand loopback" -l seed -d 'The seed of the dice: the same seed treats the same datagrams the same way' -r
complete -c rtcdiag -n "__fish_rtcdiag_using_subcommand loopback" -l capture -d 'Write every datagram that either end sees to a pcapng file, an interface for each end, with the secrets to decrypt it' -r -F
complete -c rtcdiag -n "__fish_rtcdiag_using_subcommand loopback" -l key-log -d 'Write the secrets of DTLS to a file, as SSLKEYLOGFILE does: whoever has it can read the call' -r -F
complete -c rtcdiag -n "__fish_rtcdiag_using_subcommand loopback" -l save-sdp -d 'Write offer and answer to this folder, with the candidates that were gathered for them' -r -f -a "(__fish_complete_directories)"
complete -c rtcdiag -n "__fish_rtcdiag_using_subcommand loopback" -l save-stats -d 'Write the statistics of both ends as a dump of webrtc-internals' -r -F
complete -c rtcdiag -n "__fish_rtcdiag_using_subcommand loopback" -l bundle -d 'Write all of that, and the report, to this folder; with --redact without capture and key log' -r -f -a "(__fish_complete_directories)"
complete -c rtcdiag -n "__fish_rtcdiag_using_subcommand loopback" -l format -d 'How to print: for people, as one JSON document, as JSON lines while results come in, or (`rtcdiag sdp`) as SARIF for code hosts' -r -f -a "text\t'Tables and sentences'
json\t'One JSON document at the end'
jsonl\t'One JSON object a line, as results come in'
sarif\t'SARIF 2.1.0 for code hosts; with `rtcdiag sdp`'"
complete -c rtcdiag -n "__fish_rtcdiag_using_subcommand loopback" -l color -d 'When to use color; auto looks at the terminal, NO_COLOR and CLICOLOR_FORCE' -r -f -a "auto\t'On a terminal, unless the environment says otherwise'
always\t'Always'
never\t'Never'"
complete -c rtcdiag -n "__fish_rtcdiag_using_subcommand loopback" -l stats -d 'Show the statistics of both ends; on a terminal once a second while the call goes on'
complete -c rtcdiag -n "__fish_rtcdiag_using_subcommand loopback" -l data -d 'Open a data channel; the default unless media is asked for'
complete -c rtcdiag -n "__fish_rtcdiag_using_subcommand loopback" -l unordered -d 'Let messages overtake each other'
complete -c rtcdiag -n "__fish_rtcdiag_using_subcommand loopback" -l simulcast -d 'Send the offerer\'s video in three layers, the rids q, h and f, with 1/16, 1/4 and all of the rate'
complete -c rtcdiag -n "__fish_rtcdiag_using_subcommand loopback" -l tcp -d 'Use TCP between the ends (ICE-TCP, RFC 6544) in place of UDP'
complete -c rtcdiag -n "__fish_rtcdiag_using_subcommand loopback" -s 4 -l ipv4 -d 'Use IPv4; the default'
complete -c rtcdiag -n "__fish_rtcdiag_using_subcommand loopback" -s 6 -l ipv6 -d 'Use IPv6'
complete -c rtcdiag -n "__fish_rtcdiag_using_subcommand loopback" -l json -d 'Short for --format json'
complete -c rtcdiag -n "__fish_rtcdiag_using_subcommand loopback" -s q -l quiet -d 'Print warnings and errors only, and no progress'
complete -c rtcdiag -n "__fish_rtcdiag_using_subcommand loopback" -s v -l verbose -d 'Tell on stderr what is being done (-vv: every message, -vvv: the libraries too)'
complete -c rtcdiag -n "__fish_rtcdiag_using_subcommand loopback" -l redact -d 'Replace addresses, host names, user names and fingerprints by pseudonyms, to share the output'
complete -c rtcdiag -n "__fish_rtcdiag_using_subcommand loopback" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c rtcdiag -n "__fish_rtcdiag_using_subcommand stats" -l peer-connection -d 'Only this peer connection: its id, or its number from 1' -r
complete -c rtcdiag -n "__fish_rtcdiag_using_subcommand stats" -l from -d 'Only what was from this time on: seconds from the start of the file, or a time (RFC 3339)' -r
complete -c rtcdiag -n "__fish_rtcdiag_using_subcommand stats" -l to -d 'Only what was up to this time' -r
complete -c rtcdiag -n "__fish_rtcdiag_using_subcommand stats" -l id -d 'Only the stats with this id, with all their members; may be repeated' -r
complete -c rtcdiag -n "__fish_rtcdiag_using_subcommand stats" -l csv -d 'Write values over time as CSV to a file; "-" is stdout, instead of the report' -r -F
complete -c rtcdiag -n "__fish_rtcdiag_using_subcommand stats" -l select -d 'With --csv: only what TYPE.ID.MEMBER matches, with * and ?: inbound-rtp.*.packetsLost; may be repeated' -r
complete -c rtcdiag -n "__fish_rtcdiag_using_subcommand stats" -l plot -d 'Draw bit rate, loss, jitter, round-trip time and frames over time into an SVG or PNG file, with findings marked' -r -F
complete -c rtcdiag -n "__fish_rtcdiag_using_subcommand stats" -l html -d 'Write a page with findings, charts and report; it needs no other file and no network' -r -F
complete -c rtcdiag -n "__fish_rtcdiag_using_subcommand stats" -l format -d 'How to print: for people, as one JSON document, as JSON lines while results come in, or (`rtcdiag sdp`) as SARIF for code hosts' -r -f -a "text\t'Tables and sentences'
json\t'One JSON document at the end'
jsonl\t'One JSON object a line, as results come in'
sarif\t'SARIF 2.1.0 for code hosts; with `rtcdiag sdp`'"
complete -c rtcdiag -n "__fish_rtcdiag_using_subcommand stats" -l color -d 'When to use color; auto looks at the terminal, NO_COLOR and CLICOLOR_FORCE' -r -f -a "auto\t'On a terminal, unless the environment says otherwise'
always\t'Always'
never\t'Never'"
complete -c rtcdiag -n "__fish_rtcdiag_using_subcommand stats" -l diff -d 'Compare: both ends of one call, where the files (or one file) hold them, and so where packets vanished; else two calls'
complete -c rtcdiag -n "__fish_rtcdiag_using_subcommand stats" -l series -d 'With --json: all values over time, too'
complete -c rtcdiag -n "__fish_rtcdiag_using_subcommand stats" -l json -d 'Short for --format json'
complete -c rtcdiag -n "__fish_rtcdiag_using_subcommand stats" -s q -l quiet -d 'Print warnings and errors only, and no progress'
complete -c rtcdiag -n "__fish_rtcdiag_using_subcommand stats" -s v -l verbose -d 'Tell on stderr what is being done (-vv: every message, -vvv: the libraries too)'
complete -c rtcdiag -n "__fish_rtcdiag_using_subcommand stats" -l redact -d 'Replace addresses, host names, user names and fingerprints by pseudonyms, to share the output'
complete -c rtcdiag -n "__fish_rtcdiag_using_subcommand stats" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c rtcdiag -n "__fish_rtcdiag_using_subcommand explain" -l format -d 'How to print: for people, as one JSON document, as JSON lines while results come in, or (`rtcdiag sdp`) as SARIF for code hosts' -r -f -a "text\t'Tables and sentences'
json\t'One JSON document at the end'
jsonl\t'One JSON object a line, as results come in'
sarif\t'SARIF 2.1.0 for code hosts; with `rtcdiag sdp`'"
complete -c rtcdiag -n "__fish_rtcdiag_using_subcommand explain" -l color -d 'When to use color; auto looks at the terminal, NO_COLOR and CLICOLOR_FORCE' -r -f -a "auto\t'On a terminal, unless the environment says otherwise'
always\t'Always'
never\t'Never'"
complete -c rtcdiag -n "__fish_rtcdiag_using_subcommand explain" -l json -d 'Short for --format json'
complete -c rtcdiag -n "__fish_rtcdiag_using_subcommand explain" -s q -l quiet -d 'Print warnings and errors only, and no progress'
complete -c rtcdiag -n "__fish_rtcdiag_using_subcommand explain" -s v -l verbose -d 'Tell on stderr what is being done (-vv: every message, -vvv: the libraries too)'
complete -c rtcdiag -n "__fish_rtcdiag_using_subcommand explain" -l redact -d 'Replace addresses, host names, user names and fingerprints by pseudonyms, to share the output'
complete -c rtcdiag -n "__fish_rtcdiag_using_subcommand explain" -s h -l help -d 'Print help'
complete -c rtcdiag -n "__fish_rtcdiag_using_subcommand completions" -l format -d 'How to print: for people, as one JSON document, as JSON lines while results come in, or (`rtcdiag sdp`) as SARIF for code hosts' -r -f -a "text\t'Tables and sentences'
json\t'One JSON document at the end'
jsonl\t'One JSON object a line, as results come in'
sarif\t'SARIF 2.1.0 for code hosts; with `rtcdiag sdp`'"
complete -c rtcdiag -n "__fish_rtcdiag_using_subcommand completions" -l color -d 'When to use color; auto looks at the terminal, NO_COLOR and CLICOLOR_FORCE' -r -f -a "auto\t'On a terminal, unless the environment says otherwise'
always\t'Always'
never\t'Never'"
complete -c rtcdiag -n "__fish_rtcdiag_using_subcommand completions" -l json -d 'Short for --format json'
complete -c rtcdiag -n "__fish_rtcdiag_using_subcommand completions" -s q -l quiet -d 'Print warnings and errors only, and no progress'
complete -c rtcdiag -n "__fish_rtcdiag_using_subcommand completions" -s v -l verbose -d 'Tell on stderr what is being done (-vv: every message, -vvv: the libraries too)'
complete -c rtcdiag -n "__fish_rtcdiag_using_subcommand completions" -l redact -d 'Replace addresses, host names, user names and fingerprints by pseudonyms, to share the output'
complete -c rtcdiag -n "__fish_rtcdiag_using_subcommand completions" -s h -l help -d 'Print help'
complete -c rtcdiag -n "__fish_rtcdiag_using_subcommand man" -l format -d 'How to print: for people, as one JSON document, as JSON lines while results come in, or (`rtcdiag sdp`) as SARIF for code hosts' -r -f -a "text\t'Tables and sentences'
json\t'One JSON document at the end'
jsonl\t'One JSON object a line, as results come in'
sarif\t'SARIF 2.1.0 for code hosts; with `rtcdiag sdp`'"
complete -c rtcdiag -n "__fish_rtcdiag_using_subcommand man" -l color -d 'When to use color; auto looks at the terminal, NO_COLOR and CLICOLOR_FORCE' -r -f -a "auto\t'On a terminal, unless the environment says otherwise'
always\t'Always'
never\t'Never'"
complete -c rtcdiag -n "__fish_rtcdiag_using_subcommand man" -l json -d 'Short for --format json'
complete -c rtcdiag -n "__fish_rtcdiag_using_subcommand man" -s q -l quiet -d 'Print warnings and errors only, and no progress'
complete -c rtcdiag -n "__fish_rtcdiag_using_subcommand man" -s v -l verbose -d 'Tell on stderr what is being done (-vv: every message, -vvv: the libraries too)'
complete -c rtcdiag -n "__fish_rtcdiag_using_subcommand man" -l redact -d 'Replace addresses, host names, user names and fingerprints by pseudonyms, to share the output'
complete -c rtcdiag -n "__fish_rtcdiag_using_subcommand man" -s h -l help -d 'Print help'
