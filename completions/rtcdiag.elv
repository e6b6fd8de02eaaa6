
use builtin;
use str;

set edit:completion:arg-completer[rtcdiag] = {|@words|
    fn spaces {|n|
        builtin:repeat $n ' ' | str:join ''
    }
    fn cand {|text desc|
        edit:complex-candidate $text &display=$text' '(spaces (- 14 (wcswidth $text)))$desc
    }
    var command = 'rtcdiag'
    for word $words[1..-1] {
        if (str:has-prefix $word '-') {
            break
        }
        set command = $command';'$word
    }
    var completions = [
        &'rtcdiag'= {
            cand --format 'How to print: for people, as one JSON document, as JSON lines while results come in, or (`rtcdiag sdp`) as SARIF for code hosts'
            cand --color 'When to use color; auto looks at the terminal, NO_COLOR and CLICOLOR_FORCE'
            cand --json 'Short for --format json'
            cand -q 'Print warnings and errors only, and no progress'
            cand --quiet 'Print warnings and errors only, and no progress'
            cand -v 'Tell on stderr what is being done (-vv: every message, -vvv: the libraries too)'
            cand --verbose 'Tell on stderr what is being done (-vv: every message, -vvv: the libraries too)'
            cand --redact 'Replace addresses, host names, user names and fingerprints by pseudonyms, to share the output'
            cand -h 'Print help'
            cand --help 'Print help'
            cand -V 'Print version'
            cand --version 'Print version'
            cand candidates 'Gather ICE candidates and check every STUN and TURN server'
            cand sdp 'Read session descriptions (SDP): what they say, and what is wrong with them'
            cand pcap 'Read a capture of WebRTC traffic: what happened, and what went wrong'
            cand stats 'Read getStats() reports and browsers'' dumps of a call: what was measured, and how it went'
            cand explain 'Say what a finding, a STUN/TURN error or a line of SDP means'
            cand completions 'Print the completion script of a shell'
            cand man 'Print the manual page, or write all of them to a folder'
        }
        &'rtcdiag;candidates'= {
            cand --stun 'A STUN server, RFC 7064: stun:HOST[:PORT] or stuns:HOST[:PORT]; may be repeated'
            cand --turn 'A TURN server, RFC 7065: turn:HOST[:PORT][?transport=udp|tcp] or turns:...; may be repeated'
            cand --ice-servers 'Read an RTCConfiguration or its iceServers, JSON or JavaScript object text ("-" is stdin)'
            cand --username 'The user name for the servers of --stun and --turn'
            cand --credential 'The password. Other users of this machine can see it in the process list, and the shell remembers it: better take one of the next two'
            cand --credential-env 'Take the password from this environment variable'
            cand --credential-file 'Take the password from the first line of this file'
            cand --turn-secret-env 'Make time-limited credentials (TURN REST API) from the shared secret in this environment variable; --username is then the part after the time'
            cand --turn-secret-file 'The same, with the shared secret on the first line of this file'
            cand --policy 'Which candidates to gather: relay leaves out all others, as iceTransportPolicy does [default: what --ice-servers says, else all]'
            cand --interface 'Only use the addresses of this network interface'
            cand --relay-family 'Ask TURN servers for a relay address of this family [default: the server''s choice]'
            cand --timeout 'How long a server may take, in seconds; fractions are fine'
            cand --ca-file 'Trust the certificates in this PEM file, and no others'
            cand --format 'How to print: for people, as one JSON document, as JSON lines while results come in, or (`rtcdiag sdp`) as SARIF for code hosts'
            cand --color 'When to use color; auto looks at the terminal, NO_COLOR and CLICOLOR_FORCE'
            cand --embedded 'Start a STUN and TURN server on 127.0.0.1 (::1 with -6) for this run, with made-up credentials'
            cand -4 'Only use IPv4 between this machine and the servers'
            cand --ipv4 'Only use IPv4 between this machine and the servers'
            cand -6 'Only use IPv6 between this machine and the servers'
            cand --ipv6 'Only use IPv6 between this machine and the servers'
            cand --include-loopback 'Use loopback addresses too; RFC 8445 leaves them out'
            cand --tcp 'Gather TCP host candidates too (RFC 6544)'
            cand --insecure 'Go on in spite of a bad certificate, though anybody in between may read along; it is reported all the same'
            cand --json 'Short for --format json'
            cand -q 'Print warnings and errors only, and no progress'
            cand --quiet 'Print warnings and errors only, and no progress'
            cand -v 'Tell on stderr what is being done (-vv: every message, -vvv: the libraries too)'
            cand --verbose 'Tell on stderr what is being done (-vv: every message, -vvv: the libraries too)'
            cand --redact 'Replace addresses, host names, user names and fingerprints by pseudonyms, to share the output'
            cand -h 'Print help'
            cand --help 'Print help'
        }
        &'rtcdiag;sdp'= {
            cand --pick 'Only the Nth description, from 1 through all files, as lists and heads number them; may be repeated'
            cand --profile 'For whom the descriptions are: the rules of WebRTC or of SIP, or what one browser refuses [default: webrtc where there is DTLS, else sip]'
            cand --format 'How to print: for people, as one JSON document, as JSON lines while results come in, or (`rtcdiag sdp`) as SARIF for code hosts'
            cand --color 'When to use color; auto looks at the terminal, NO_COLOR and CLICOLOR_FORCE'
            cand --diff 'Tell what changed from the first description to the second one of the same session (a re-offer), and whether it may, in place of what an offer and an answer agreed on'
            cand --explain 'Tell of every line what it means'
            cand --json 'Short for --format json'
            cand -q 'Print warnings and errors only, and no progress'
            cand --quiet 'Print warnings and errors only, and no progress'
            cand -v 'Tell on stderr what is being done (-vv: every message, -vvv: the libraries too)'
            cand --verbose 'Tell on stderr what is being done (-vv: every message, -vvv: the libraries too)'
            cand --redact 'Replace addresses, host names, user names and fingerprints by pseudonyms, to share the output'
            cand -h 'Print help (see more with ''--help'')'
            cand --help 'Print help (see more with ''--help'')'
        }
        &'rtcdiag;pcap'= {
            cand --flow 'Only this session, by its number, and what it carries'
            cand --frame 'Only these frames: a number, or a range such as 10-20, 10- or -20'
            cand --only 'Only what is about these; may be repeated, or a list with commas'
            cand --host 'Only what this address sends or receives, also through a relay; may be repeated'
            cand --port 'Only what is sent from or to this port; may be repeated'
            cand --sdp 'A session description of the call: its passwords and candidates are used; may be repeated'
            cand --ice-password 'The password of an ICE agent, to hold its checks against; may be repeated'
            cand --ice-password-env 'Take UFRAG:PWD from this environment variable'
            cand --ice-password-file 'Take UFRAG:PWD from the lines of this file'
            cand --turn-password-env 'Take the password for TURN servers from this environment variable'
            cand --turn-password-file 'Take the password for TURN servers from the first line of this file'
            cand --format 'How to print: for people, as one JSON document, as JSON lines while results come in, or (`rtcdiag sdp`) as SARIF for code hosts'
            cand --color 'When to use color; auto looks at the terminal, NO_COLOR and CLICOLOR_FORCE'
            cand --messages 'Show every STUN message with its attributes, as a tree'
            cand --transactions 'Show every STUN request with its answer'
            cand --json 'Short for --format json'
            cand -q 'Print warnings and errors only, and no progress'
            cand --quiet 'Print warnings and errors only, and no progress'
            cand -v 'Tell on stderr what is being done (-vv: every message, -vvv: the libraries too)'
            cand --verbose 'Tell on stderr what is being done (-vv: every message, -vvv: the libraries too)'
            cand --redact 'Replace addresses, host names, user names and fingerprints by pseudonyms, to share the output'
            cand -h 'Print help (see more with ''--help'')'
            cand --help 'Print help (see more with ''--help'')'
        }
        &'rtcdiag;stats'= {
            cand --peer-connection 'Only this peer connection: its id, or its number from 1'
            cand --from 'Only what was from this time on: seconds from the start of the file, or a time (RFC 3339)'
            cand --to 'Only what was up to this time'
            cand --id 'Only the stats with this id, with all their members; may be repeated'
            cand --csv 'Write values over time as CSV to a file; "-" is stdout, instead of the report'
            cand --select 'With --csv: only what TYPE.ID.MEMBER matches, with * and ?: inbound-rtp.*.packetsLost; may be repeated'
            cand --plot 'Draw bit rate, loss, jitter, round-trip time and frames over time into an SVG file, with findings marked'
            cand --html 'Write a page with findings, charts and report; it needs no other file and no network'
            cand --format 'How to print: for people, as one JSON document, as JSON lines while results come in, or (`rtcdiag sdp`) as SARIF for code hosts'
            cand --color 'When to use color; auto looks at the terminal, NO_COLOR and CLICOLOR_FORCE'
            cand --series 'With --json: all values over time, too'
            cand --json 'Short for --format json'
            cand -q 'Print warnings and errors only, and no progress'
            cand --quiet 'Print warnings and errors only, and no progress'
            cand -v 'Tell on stderr what is being done (-vv: every message, -vvv: the libraries too)'
            cand --verbose 'Tell on stderr what is being done (-vv: every message, -vvv: the libraries too)'
            cand --redact 'Replace addresses, host names, user names and fingerprints by pseudonyms, to share the output'
            cand -h 'Print help (see more with ''--help'')'
            cand --help 'Print help (see more with ''--help'')'
        }
        &'rtcdiag;explain'= {
            cand --format 'How to print: for people, as one JSON document, as JSON lines while results come in, or (`rtcdiag sdp`) as SARIF for code hosts'
            cand --color 'When to use color; auto looks at the terminal, NO_COLOR and CLICOLOR_FORCE'
            cand --json 'Short for --format json'
            cand -q 'Print warnings and errors only, and no progress'
            cand --quiet 'Print warnings and errors only, and no progress'
            cand -v 'Tell on stderr what is being done (-vv: every message, -vvv: the libraries too)'
            cand --verbose 'Tell on stderr what is being done (-vv: every message, -vvv: the libraries too)'
            cand --redact 'Replace addresses, host names, user names and fingerprints by pseudonyms, to share the output'
            cand -h 'Print help'
            cand --help 'Print help'
        }
        &'rtcdiag;completions'= {
            cand --format 'How to print: for people, as one JSON document, as JSON lines while results come in, or (`rtcdiag sdp`) as SARIF for code hosts'
            cand --color 'When to use color; auto looks at the terminal, NO_COLOR and CLICOLOR_FORCE'
            cand --json 'Short for --format json'
            cand -q 'Print warnings and errors only, and no progress'
            cand --quiet 'Print warnings and errors only, and no progress'
            cand -v 'Tell on stderr what is being done (-vv: every message, -vvv: the libraries too)'
            cand --verbose 'Tell on stderr what is being done (-vv: every message, -vvv: the libraries too)'
            cand --redact 'Replace addresses, host names, user names and fingerprints by pseudonyms, to share the output'
            cand -h 'Print help'
            cand --help 'Print help'
        }
        &'rtcdiag;man'= {
            cand --format 'How to print: for people, as one JSON document, as JSON lines while results come in, or (`rtcdiag sdp`) as SARIF for code hosts'
            cand --color 'When to use color; auto looks at the terminal, NO_COLOR and CLICOLOR_FORCE'
            cand --json 'Short for --format json'
            cand -q 'Print warnings and errors only, and no progress'
            cand --quiet 'Print warnings and errors only, and no progress'
            cand -v 'Tell on stderr what is being done (-vv: every message, -vvv: the libraries too)'
            cand --verbose 'Tell on stderr what is being done (-vv: every message, -vvv: the libraries too)'
            cand --redact 'Replace addresses, host names, user names and fingerprints by pseudonyms, to share the output'
            cand -h 'Print help'
            cand --help 'Print help'
        }
    ]
    $completions[$command]
}
