//! Findings of `rtcdiag candidates`.

use super::entries;

entries! {
    NO_SERVER_NAMED = "no-server-named", Info, "Only host candidates: no server was named" {
        what: "Without a STUN or TURN server only the addresses of this machine can be gathered.",
        why: "No server is contacted unless it is named with --stun, --turn, --ice-servers or --embedded.",
        fix: "Name a server: `--stun stun:stun.example.com`, `--turn turn:turn.example.com --username U --credential-env VAR`, or try `--embedded`.",
        reference: "RFC 8445 §5.1.1",
    }
}
