
using namespace System.Management.Automation
using namespace System.Management.Automation.Language

Register-ArgumentCompleter -Native -CommandName 'rtcdiag' -ScriptBlock {
    param($wordToComplete, $commandAst, $cursorPosition)

    $commandElements = $commandAst.CommandElements
    $command = @(
        'rtcdiag'
        for ($i = 1; $i -lt $commandElements.Count; $i++) {
            $element = $commandElements[$i]
            if ($element -isnot [StringConstantExpressionAst] -or
                $element.StringConstantType -ne [StringConstantType]::BareWord -or
                $element.Value.StartsWith('-') -or
                $element.Value -eq $wordToComplete) {
                break
        }
        $element.Value
    }) -join ';'

    $completions = @(switch ($command) {
        'rtcdiag' {
            [CompletionResult]::new('--format', '--format', [CompletionResultType]::ParameterName, 'How to print: for people, as one JSON document, as JSON lines while results come in, or (`rtcdiag sdp`) as SARIF for code hosts')
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'When to use color; auto looks at the terminal, NO_COLOR and CLICOLOR_FORCE')
            [CompletionResult]::new('--json', '--json', [CompletionResultType]::ParameterName, 'Short for --format json')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'Print warnings and errors only, and no progress')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'Print warnings and errors only, and no progress')
            [CompletionResult]::new('-v', '-v', [CompletionResultType]::ParameterName, 'Tell on stderr what is being done (-vv: every message, -vvv: the libraries too)')
            [CompletionResult]::new('--verbose', '--verbose', [CompletionResultType]::ParameterName, 'Tell on stderr what is being done (-vv: every message, -vvv: the libraries too)')
            [CompletionResult]::new('--redact', '--redact', [CompletionResultType]::ParameterName, 'Replace addresses, host names, user names and fingerprints by pseudonyms, to share the output')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help')
            [CompletionResult]::new('-V', '-V ', [CompletionResultType]::ParameterName, 'Print version')
            [CompletionResult]::new('--version', '--version', [CompletionResultType]::ParameterName, 'Print version')
            [CompletionResult]::new('candidates', 'candidates', [CompletionResultType]::ParameterValue, 'Gather ICE candidates and check every STUN and TURN server')
            [CompletionResult]::new('sdp', 'sdp', [CompletionResultType]::ParameterValue, 'Read session descriptions (SDP): what they say, and what is wrong with them')
            [CompletionResult]::new('pcap', 'pcap', [CompletionResultType]::ParameterValue, 'Read a capture of WebRTC traffic: what happened, and what went wrong')
            [CompletionResult]::new('loopback', 'loopback', [CompletionResultType]::ParameterValue, 'Make a whole call between two peers in this process, and show it from every side')
            [CompletionResult]::new('stats', 'stats', [CompletionResultType]::ParameterValue, 'Read getStats() reports and browsers'' dumps of a call: what was measured, and how it went')
            [CompletionResult]::new('explain', 'explain', [CompletionResultType]::ParameterValue, 'Say what a finding, a STUN/TURN error or a line of SDP means')
            [CompletionResult]::new('completions', 'completions', [CompletionResultType]::ParameterValue, 'Print the completion script of a shell')
            [CompletionResult]::new('man', 'man', [CompletionResultType]::ParameterValue, 'Print the manual page, or write all of them to a folder')
            break
        }
        'rtcdiag;candidates' {
            [CompletionResult]::new('--stun', '--stun', [CompletionResultType]::ParameterName, 'A STUN server, RFC 7064: stun:HOST[:PORT] or stuns:HOST[:PORT]; may be repeated')
            [CompletionResult]::new('--turn', '--turn', [CompletionResultType]::ParameterName, 'A TURN server, RFC 7065: turn:HOST[:PORT][?transport=udp|tcp] or turns:...; may be repeated')
            [CompletionResult]::new('--ice-servers', '--ice-servers', [CompletionResultType]::ParameterName, 'Read an RTCConfiguration or its iceServers, JSON or JavaScript object text ("-" is stdin)')
            [CompletionResult]::new('--username', '--username', [CompletionResultType]::ParameterName, 'The user name for the servers of --stun and --turn')
            [CompletionResult]::new('--credential', '--credential', [CompletionResultType]::ParameterName, 'The password. Other users of this machine can see it in the process list, and the shell remembers it: better take one of the next two')
            [CompletionResult]::new('--credential-env', '--credential-env', [CompletionResultType]::ParameterName, 'Take the password from this environment variable')
            [CompletionResult]::new('--credential-file', '--credential-file', [CompletionResultType]::ParameterName, 'Take the password from the first line of this file')
            [CompletionResult]::new('--turn-secret-env', '--turn-secret-env', [CompletionResultType]::ParameterName, 'Make time-limited credentials (TURN REST API) from the shared secret in this environment variable; --username is then the part after the time')
            [CompletionResult]::new('--turn-secret-file', '--turn-secret-file', [CompletionResultType]::ParameterName, 'The same, with the shared secret on the first line of this file')
            [CompletionResult]::new('--policy', '--policy', [CompletionResultType]::ParameterName, 'Which candidates to gather: relay leaves out all others, as iceTransportPolicy does [default: what --ice-servers says, else all]')
            [CompletionResult]::new('--interface', '--interface', [CompletionResultType]::ParameterName, 'Only use the addresses of this network interface')
            [CompletionResult]::new('--relay-family', '--relay-family', [CompletionResultType]::ParameterName, 'Ask TURN servers for a relay address of this family [default: the server''s choice]')
            [CompletionResult]::new('--timeout', '--timeout', [CompletionResultType]::ParameterName, 'How long a server may take, in seconds; fractions are fine')
            [CompletionResult]::new('--ca-file', '--ca-file', [CompletionResultType]::ParameterName, 'Trust the certificates in this PEM file, and no others')
            [CompletionResult]::new('--format', '--format', [CompletionResultType]::ParameterName, 'How to print: for people, as one JSON document, as JSON lines while results come in, or (`rtcdiag sdp`) as SARIF for code hosts')
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'When to use color; auto looks at the terminal, NO_COLOR and CLICOLOR_FORCE')
            [CompletionResult]::new('--embedded', '--embedded', [CompletionResultType]::ParameterName, 'Start a STUN and TURN server on 127.0.0.1 (::1 with -6) for this run, with made-up credentials')
            [CompletionResult]::new('-4', '-4', [CompletionResultType]::ParameterName, 'Only use IPv4 between this machine and the servers')
            [CompletionResult]::new('--ipv4', '--ipv4', [CompletionResultType]::ParameterName, 'Only use IPv4 between this machine and the servers')
            [CompletionResult]::new('-6', '-6', [CompletionResultType]::ParameterName, 'Only use IPv6 between this machine and the servers')
            [CompletionResult]::new('--ipv6', '--ipv6', [CompletionResultType]::ParameterName, 'Only use IPv6 between this machine and the servers')
            [CompletionResult]::new('--include-loopback', '--include-loopback', [CompletionResultType]::ParameterName, 'Use loopback addresses too; RFC 8445 leaves them out')
            [CompletionResult]::new('--tcp', '--tcp', [CompletionResultType]::ParameterName, 'Gather TCP host candidates too (RFC 6544)')
            [CompletionResult]::new('--insecure', '--insecure', [CompletionResultType]::ParameterName, 'Go on in spite of a bad certificate, though anybody in between may read along; it is reported all the same')
            [CompletionResult]::new('--json', '--json', [CompletionResultType]::ParameterName, 'Short for --format json')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'Print warnings and errors only, and no progress')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'Print warnings and errors only, and no progress')
            [CompletionResult]::new('-v', '-v', [CompletionResultType]::ParameterName, 'Tell on stderr what is being done (-vv: every message, -vvv: the libraries too)')
            [CompletionResult]::new('--verbose', '--verbose', [CompletionResultType]::ParameterName, 'Tell on stderr what is being done (-vv: every message, -vvv: the libraries too)')
            [CompletionResult]::new('--redact', '--redact', [CompletionResultType]::ParameterName, 'Replace addresses, host names, user names and fingerprints by pseudonyms, to share the output')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help')
            break
        }
        'rtcdiag;sdp' {
            [CompletionResult]::new('--pick', '--pick', [CompletionResultType]::ParameterName, 'Only the Nth description, from 1 through all files, as lists and heads number them; may be repeated')
            [CompletionResult]::new('--profile', '--profile', [CompletionResultType]::ParameterName, 'For whom the descriptions are: the rules of WebRTC or of SIP, or what one browser refuses [default: webrtc where there is DTLS, else sip]')
            [CompletionResult]::new('--format', '--format', [CompletionResultType]::ParameterName, 'How to print: for people, as one JSON document, as JSON lines while results come in, or (`rtcdiag sdp`) as SARIF for code hosts')
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'When to use color; auto looks at the terminal, NO_COLOR and CLICOLOR_FORCE')
            [CompletionResult]::new('--diff', '--diff', [CompletionResultType]::ParameterName, 'Tell what changed from the first description to the second one of the same session (a re-offer), and whether it may, in place of what an offer and an answer agreed on')
            [CompletionResult]::new('--explain', '--explain', [CompletionResultType]::ParameterName, 'Tell of every line what it means')
            [CompletionResult]::new('--json', '--json', [CompletionResultType]::ParameterName, 'Short for --format json')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'Print warnings and errors only, and no progress')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'Print warnings and errors only, and no progress')
            [CompletionResult]::new('-v', '-v', [CompletionResultType]::ParameterName, 'Tell on stderr what is being done (-vv: every message, -vvv: the libraries too)')
            [CompletionResult]::new('--verbose', '--verbose', [CompletionResultType]::ParameterName, 'Tell on stderr what is being done (-vv: every message, -vvv: the libraries too)')
            [CompletionResult]::new('--redact', '--redact', [CompletionResultType]::ParameterName, 'Replace addresses, host names, user names and fingerprints by pseudonyms, to share the output')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            break
        }
        'rtcdiag;pcap' {
            [CompletionResult]::new('--flow', '--flow', [CompletionResultType]::ParameterName, 'Only this session, by its number, and what it carries')
            [CompletionResult]::new('--frame', '--frame', [CompletionResultType]::ParameterName, 'Only these frames: a number, or a range such as 10-20, 10- or -20')
            [CompletionResult]::new('--only', '--only', [CompletionResultType]::ParameterName, 'Only what is about these; may be repeated, or a list with commas')
            [CompletionResult]::new('--host', '--host', [CompletionResultType]::ParameterName, 'Only what this address sends or receives, also through a relay; may be repeated')
            [CompletionResult]::new('--port', '--port', [CompletionResultType]::ParameterName, 'Only what is sent from or to this port; may be repeated')
            [CompletionResult]::new('--sdp', '--sdp', [CompletionResultType]::ParameterName, 'A session description of the call: its passwords and candidates are used; may be repeated')
            [CompletionResult]::new('--ice-password', '--ice-password', [CompletionResultType]::ParameterName, 'The password of an ICE agent, to hold its checks against; may be repeated')
            [CompletionResult]::new('--ice-password-env', '--ice-password-env', [CompletionResultType]::ParameterName, 'Take UFRAG:PWD from this environment variable')
            [CompletionResult]::new('--ice-password-file', '--ice-password-file', [CompletionResultType]::ParameterName, 'Take UFRAG:PWD from the lines of this file')
            [CompletionResult]::new('--turn-password-env', '--turn-password-env', [CompletionResultType]::ParameterName, 'Take the password for TURN servers from this environment variable')
            [CompletionResult]::new('--turn-password-file', '--turn-password-file', [CompletionResultType]::ParameterName, 'Take the password for TURN servers from the first line of this file')
            [CompletionResult]::new('--format', '--format', [CompletionResultType]::ParameterName, 'How to print: for people, as one JSON document, as JSON lines while results come in, or (`rtcdiag sdp`) as SARIF for code hosts')
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'When to use color; auto looks at the terminal, NO_COLOR and CLICOLOR_FORCE')
            [CompletionResult]::new('--messages', '--messages', [CompletionResultType]::ParameterName, 'Show every STUN message with its attributes, as a tree')
            [CompletionResult]::new('--transactions', '--transactions', [CompletionResultType]::ParameterName, 'Show every STUN request with its answer')
            [CompletionResult]::new('--timeline', '--timeline', [CompletionResultType]::ParameterName, 'Show what happened in the order of time, as arrows between the endpoints')
            [CompletionResult]::new('--json', '--json', [CompletionResultType]::ParameterName, 'Short for --format json')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'Print warnings and errors only, and no progress')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'Print warnings and errors only, and no progress')
            [CompletionResult]::new('-v', '-v', [CompletionResultType]::ParameterName, 'Tell on stderr what is being done (-vv: every message, -vvv: the libraries too)')
            [CompletionResult]::new('--verbose', '--verbose', [CompletionResultType]::ParameterName, 'Tell on stderr what is being done (-vv: every message, -vvv: the libraries too)')
            [CompletionResult]::new('--redact', '--redact', [CompletionResultType]::ParameterName, 'Replace addresses, host names, user names and fingerprints by pseudonyms, to share the output')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            break
        }
        'rtcdiag;loopback' {
            [CompletionResult]::new('--channels', '--channels', [CompletionResultType]::ParameterName, 'Open so many data channels')
            [CompletionResult]::new('--max-retransmits', '--max-retransmits', [CompletionResultType]::ParameterName, 'Give a message up after so many retransmissions')
            [CompletionResult]::new('--max-lifetime', '--max-lifetime', [CompletionResultType]::ParameterName, 'Give a message up after so many milliseconds')
            [CompletionResult]::new('--pings', '--pings', [CompletionResultType]::ParameterName, 'Send so many pings, at most for two seconds or for --duration')
            [CompletionResult]::new('--throughput', '--throughput', [CompletionResultType]::ParameterName, 'Send as much as goes through for so long, and measure it')
            [CompletionResult]::new('--message-size', '--message-size', [CompletionResultType]::ParameterName, 'Octets of each message for --throughput')
            [CompletionResult]::new('--audio', '--audio', [CompletionResultType]::ParameterName, 'Send synthetic audio: Opus, a packet each 20 ms [default direction: sendrecv]')
            [CompletionResult]::new('--video', '--video', [CompletionResultType]::ParameterName, 'Send synthetic video, 30 frames a second [default direction: sendrecv]')
            [CompletionResult]::new('--video-codec', '--video-codec', [CompletionResultType]::ParameterName, 'The codec of the video')
            [CompletionResult]::new('--audio-bitrate', '--audio-bitrate', [CompletionResultType]::ParameterName, 'Bits a second of audio, such as 32k')
            [CompletionResult]::new('--video-bitrate', '--video-bitrate', [CompletionResultType]::ParameterName, 'Bits a second of video, such as 500k or 2m')
            [CompletionResult]::new('--duration', '--duration', [CompletionResultType]::ParameterName, 'How long to talk once connected [default: until the pings are back; 2.5 with media]')
            [CompletionResult]::new('--timeout', '--timeout', [CompletionResultType]::ParameterName, 'How long the call may take to connect, and a fault to be noticed')
            [CompletionResult]::new('--fault', '--fault', [CompletionResultType]::ParameterName, 'Break the call on purpose, to see what that looks like')
            [CompletionResult]::new('--via', '--via', [CompletionResultType]::ParameterName, 'Which way: directly, through a NAT before each end (its address outside from the built-in STUN server), or through a relay at both ends (the built-in TURN server), unless others are named')
            [CompletionResult]::new('--stun', '--stun', [CompletionResultType]::ParameterName, 'The STUN server for --via srflx, over UDP; may be repeated')
            [CompletionResult]::new('--turn', '--turn', [CompletionResultType]::ParameterName, 'The TURN server for --via relay, over UDP; may be repeated')
            [CompletionResult]::new('--username', '--username', [CompletionResultType]::ParameterName, 'The user name for --turn')
            [CompletionResult]::new('--credential-env', '--credential-env', [CompletionResultType]::ParameterName, 'Take the password for --turn from this environment variable')
            [CompletionResult]::new('--ice-servers', '--ice-servers', [CompletionResultType]::ParameterName, 'Read an RTCConfiguration or its iceServers, JSON or JavaScript object text ("-" is stdin)')
            [CompletionResult]::new('--interface', '--interface', [CompletionResultType]::ParameterName, 'Use the addresses of this network interface, in place of loopback')
            [CompletionResult]::new('--impair', '--impair', [CompletionResultType]::ParameterName, 'Impair both directions: loss=5%,burst=3,delay=50ms,jitter=10ms,rate=2mbit,queue=200ms,reorder=1%,duplicate=1%; with --tcp delay, jitter, rate and queue only: TCP repairs the rest')
            [CompletionResult]::new('--impair-up', '--impair-up', [CompletionResultType]::ParameterName, 'Impair what the offerer sends')
            [CompletionResult]::new('--impair-down', '--impair-down', [CompletionResultType]::ParameterName, 'Impair what the answerer sends')
            [CompletionResult]::new('--seed', '--seed', [CompletionResultType]::ParameterName, 'The seed of the dice: the same seed treats the same datagrams the same way')
            [CompletionResult]::new('--capture', '--capture', [CompletionResultType]::ParameterName, 'Write every datagram that either end sees to a pcapng file, an interface for each end, with the secrets to decrypt it')
            [CompletionResult]::new('--key-log', '--key-log', [CompletionResultType]::ParameterName, 'Write the secrets of DTLS to a file, as SSLKEYLOGFILE does: whoever has it can read the call')
            [CompletionResult]::new('--save-sdp', '--save-sdp', [CompletionResultType]::ParameterName, 'Write offer and answer to this folder, with the candidates that were gathered for them')
            [CompletionResult]::new('--save-stats', '--save-stats', [CompletionResultType]::ParameterName, 'Write the statistics of both ends as a dump of webrtc-internals')
            [CompletionResult]::new('--bundle', '--bundle', [CompletionResultType]::ParameterName, 'Write all of that, and the report, to this folder; with --redact without capture and key log')
            [CompletionResult]::new('--format', '--format', [CompletionResultType]::ParameterName, 'How to print: for people, as one JSON document, as JSON lines while results come in, or (`rtcdiag sdp`) as SARIF for code hosts')
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'When to use color; auto looks at the terminal, NO_COLOR and CLICOLOR_FORCE')
            [CompletionResult]::new('--stats', '--stats', [CompletionResultType]::ParameterName, 'Show the statistics of both ends; on a terminal once a second while the call goes on')
            [CompletionResult]::new('--data', '--data', [CompletionResultType]::ParameterName, 'Open a data channel; the default unless media is asked for')
            [CompletionResult]::new('--unordered', '--unordered', [CompletionResultType]::ParameterName, 'Let messages overtake each other')
            [CompletionResult]::new('--simulcast', '--simulcast', [CompletionResultType]::ParameterName, 'Send the offerer''s video in three layers, the rids q, h and f, with 1/16, 1/4 and all of the rate')
            [CompletionResult]::new('--tcp', '--tcp', [CompletionResultType]::ParameterName, 'Use TCP between the ends (ICE-TCP, RFC 6544) in place of UDP')
            [CompletionResult]::new('-4', '-4', [CompletionResultType]::ParameterName, 'Use IPv4; the default')
            [CompletionResult]::new('--ipv4', '--ipv4', [CompletionResultType]::ParameterName, 'Use IPv4; the default')
            [CompletionResult]::new('-6', '-6', [CompletionResultType]::ParameterName, 'Use IPv6')
            [CompletionResult]::new('--ipv6', '--ipv6', [CompletionResultType]::ParameterName, 'Use IPv6')
            [CompletionResult]::new('--json', '--json', [CompletionResultType]::ParameterName, 'Short for --format json')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'Print warnings and errors only, and no progress')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'Print warnings and errors only, and no progress')
            [CompletionResult]::new('-v', '-v', [CompletionResultType]::ParameterName, 'Tell on stderr what is being done (-vv: every message, -vvv: the libraries too)')
            [CompletionResult]::new('--verbose', '--verbose', [CompletionResultType]::ParameterName, 'Tell on stderr what is being done (-vv: every message, -vvv: the libraries too)')
            [CompletionResult]::new('--redact', '--redact', [CompletionResultType]::ParameterName, 'Replace addresses, host names, user names and fingerprints by pseudonyms, to share the output')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            break
        }
        'rtcdiag;stats' {
            [CompletionResult]::new('--peer-connection', '--peer-connection', [CompletionResultType]::ParameterName, 'Only this peer connection: its id, or its number from 1')
            [CompletionResult]::new('--from', '--from', [CompletionResultType]::ParameterName, 'Only what was from this time on: seconds from the start of the file, or a time (RFC 3339)')
            [CompletionResult]::new('--to', '--to', [CompletionResultType]::ParameterName, 'Only what was up to this time')
            [CompletionResult]::new('--id', '--id', [CompletionResultType]::ParameterName, 'Only the stats with this id, with all their members; may be repeated')
            [CompletionResult]::new('--csv', '--csv', [CompletionResultType]::ParameterName, 'Write values over time as CSV to a file; "-" is stdout, instead of the report')
            [CompletionResult]::new('--select', '--select', [CompletionResultType]::ParameterName, 'With --csv: only what TYPE.ID.MEMBER matches, with * and ?: inbound-rtp.*.packetsLost; may be repeated')
            [CompletionResult]::new('--plot', '--plot', [CompletionResultType]::ParameterName, 'Draw bit rate, loss, jitter, round-trip time and frames over time into an SVG or PNG file, with findings marked')
            [CompletionResult]::new('--html', '--html', [CompletionResultType]::ParameterName, 'Write a page with findings, charts and report; it needs no other file and no network')
            [CompletionResult]::new('--format', '--format', [CompletionResultType]::ParameterName, 'How to print: for people, as one JSON document, as JSON lines while results come in, or (`rtcdiag sdp`) as SARIF for code hosts')
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'When to use color; auto looks at the terminal, NO_COLOR and CLICOLOR_FORCE')
            [CompletionResult]::new('--diff', '--diff', [CompletionResultType]::ParameterName, 'Compare: both ends of one call, where the files (or one file) hold them, and so where packets vanished; else two calls')
            [CompletionResult]::new('--series', '--series', [CompletionResultType]::ParameterName, 'With --json: all values over time, too')
            [CompletionResult]::new('--json', '--json', [CompletionResultType]::ParameterName, 'Short for --format json')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'Print warnings and errors only, and no progress')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'Print warnings and errors only, and no progress')
            [CompletionResult]::new('-v', '-v', [CompletionResultType]::ParameterName, 'Tell on stderr what is being done (-vv: every message, -vvv: the libraries too)')
            [CompletionResult]::new('--verbose', '--verbose', [CompletionResultType]::ParameterName, 'Tell on stderr what is being done (-vv: every message, -vvv: the libraries too)')
            [CompletionResult]::new('--redact', '--redact', [CompletionResultType]::ParameterName, 'Replace addresses, host names, user names and fingerprints by pseudonyms, to share the output')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            break
        }
        'rtcdiag;explain' {
            [CompletionResult]::new('--format', '--format', [CompletionResultType]::ParameterName, 'How to print: for people, as one JSON document, as JSON lines while results come in, or (`rtcdiag sdp`) as SARIF for code hosts')
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'When to use color; auto looks at the terminal, NO_COLOR and CLICOLOR_FORCE')
            [CompletionResult]::new('--json', '--json', [CompletionResultType]::ParameterName, 'Short for --format json')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'Print warnings and errors only, and no progress')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'Print warnings and errors only, and no progress')
            [CompletionResult]::new('-v', '-v', [CompletionResultType]::ParameterName, 'Tell on stderr what is being done (-vv: every message, -vvv: the libraries too)')
            [CompletionResult]::new('--verbose', '--verbose', [CompletionResultType]::ParameterName, 'Tell on stderr what is being done (-vv: every message, -vvv: the libraries too)')
            [CompletionResult]::new('--redact', '--redact', [CompletionResultType]::ParameterName, 'Replace addresses, host names, user names and fingerprints by pseudonyms, to share the output')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help')
            break
        }
        'rtcdiag;completions' {
            [CompletionResult]::new('--format', '--format', [CompletionResultType]::ParameterName, 'How to print: for people, as one JSON document, as JSON lines while results come in, or (`rtcdiag sdp`) as SARIF for code hosts')
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'When to use color; auto looks at the terminal, NO_COLOR and CLICOLOR_FORCE')
            [CompletionResult]::new('--json', '--json', [CompletionResultType]::ParameterName, 'Short for --format json')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'Print warnings and errors only, and no progress')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'Print warnings and errors only, and no progress')
            [CompletionResult]::new('-v', '-v', [CompletionResultType]::ParameterName, 'Tell on stderr what is being done (-vv: every message, -vvv: the libraries too)')
            [CompletionResult]::new('--verbose', '--verbose', [CompletionResultType]::ParameterName, 'Tell on stderr what is being done (-vv: every message, -vvv: the libraries too)')
            [CompletionResult]::new('--redact', '--redact', [CompletionResultType]::ParameterName, 'Replace addresses, host names, user names and fingerprints by pseudonyms, to share the output')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help')
            break
        }
        'rtcdiag;man' {
            [CompletionResult]::new('--format', '--format', [CompletionResultType]::ParameterName, 'How to print: for people, as one JSON document, as JSON lines while results come in, or (`rtcdiag sdp`) as SARIF for code hosts')
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'When to use color; auto looks at the terminal, NO_COLOR and CLICOLOR_FORCE')
            [CompletionResult]::new('--json', '--json', [CompletionResultType]::ParameterName, 'Short for --format json')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'Print warnings and errors only, and no progress')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'Print warnings and errors only, and no progress')
            [CompletionResult]::new('-v', '-v', [CompletionResultType]::ParameterName, 'Tell on stderr what is being done (-vv: every message, -vvv: the libraries too)')
            [CompletionResult]::new('--verbose', '--verbose', [CompletionResultType]::ParameterName, 'Tell on stderr what is being done (-vv: every message, -vvv: the libraries too)')
            [CompletionResult]::new('--redact', '--redact', [CompletionResultType]::ParameterName, 'Replace addresses, host names, user names and fingerprints by pseudonyms, to share the output')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help')
            break
        }
    })

    $completions.Where{ $_.CompletionText -like "$wordToComplete*" } |
        Sort-Object -Property ListItemText
}
