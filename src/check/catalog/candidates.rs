//! Findings of `rtcdiag candidates`: names, paths, TLS, STUN, TURN, credentials, and what the addresses tell.

use super::entries;

entries! {
    NAME_NOT_RESOLVED = "name-not-resolved", Error, "The server's name has no address" {
        what: "The resolver answered that the name does not exist, or that it has no A or AAAA record.",
        why: "A typing error, a record that was removed, a split-horizon DNS that knows the name only inside a network, or a resolver that cannot be reached.",
        fix: "Check the spelling, then ask the resolver directly (`dig NAME A`, `dig NAME AAAA`) from this network and from another one.",
        reference: "RFC 8489 §8",
    }
    RESOLVE_TIMEOUT = "name-lookup-timeout", Error, "Looking up the server's name took too long" {
        what: "No answer from the resolver before the server's time was up.",
        why: "A resolver that is down, a firewall that drops port 53, or a VPN whose resolver does not answer.",
        fix: "Test the resolver (`dig NAME`), or name the server by its IP address to take DNS out of the picture.",
        reference: "RFC 8489 §8",
    }
    NO_ADDRESS_OF_FAMILY = "no-address-of-family", Error, "The server has no address of a family in use here" {
        what: "The server's addresses are all of an address family for which this machine has no usable local address, or which an option excluded.",
        why: "An IPv6-only server asked from an IPv4-only machine (or the other way round), or -4 or -6 on the command line.",
        fix: "Drop -4 or -6 if one was given; else give the server an address of the other family too.",
        reference: "RFC 8421 §3",
    }
    SERVER_TIMEOUT = "server-timeout", Error, "The server did not answer" {
        what: "Requests were sent, and retransmitted over UDP as RFC 8489 says, and nothing came back before the time was up.",
        why: "A firewall that drops the packets, a wrong port, a server that is down, a server that answers from another address, or, over TLS, a port that does not speak TLS.",
        fix: "Try the other transports (`?transport=tcp`, `turns:` on port 443); if one of them works, this network blocks the first. Otherwise check that the server runs and listens on this port.",
        reference: "RFC 8489 §6.2.1",
    }
    SERVER_SILENT = "server-silent", Error, "The server accepts connections and does not answer" {
        what: "The TCP connection was made, so the network lets it through; nothing usable came back over it before the time was up.",
        why: "A port that speaks another protocol (TLS where plain TCP came, or the reverse), a proxy without a live server behind it, or a server that hangs.",
        fix: "Check whether the port is the server's TLS port (then the URL must say `turns:` or `stuns:`), and look at the server's log.",
        reference: "RFC 8489 §6.2.2",
    }
    SERVER_REFUSED = "server-refused", Error, "Nothing listens on the server's port" {
        what: "The machine is there and said no: a TCP reset, or an ICMP port unreachable for a UDP request.",
        why: "The server is not running, listens on another port or transport, or a firewall rejects instead of dropping.",
        fix: "Check the port in the URL (3478 for stun and turn, 5349 for stuns and turns unless set otherwise) and that the server listens on this transport.",
        reference: "RFC 8489 §6.2.1",
    }
    UNREACHABLE = "server-unreachable", Error, "There is no way to the server" {
        what: "An ICMP error came back, or the operating system has no route to the server's address.",
        why: "No default route for the address family, a router that filters, or a server address that is private and belongs to another network.",
        fix: "Look at the ICMP type and code and at who sent it; test the path with `traceroute` to the same address and port.",
        reference: "RFC 8489 §6.2.1",
    }
    CONNECTION_CLOSED = "connection-closed", Error, "The server closed the connection without an answer" {
        what: "The connection was made, and the server ended it before it had answered a STUN request.",
        why: "A proxy or a load balancer without a live server behind it, a server that speaks another protocol on this port, or TLS expected where plain TCP came.",
        fix: "Check what listens on this port, and whether the URL should say `turns:` instead of `turn:` (or the reverse).",
        reference: "RFC 8489 §6.2.2",
    }
    CONNECTION_RESET = "connection-reset", Error, "The connection was reset" {
        what: "The connection was made, then a TCP reset ended it before a STUN answer came.",
        why: "A middlebox that inspects traffic and does not like STUN, or a server that gave up at once.",
        fix: "Try the same server over TLS on port 443; if that works, something on the path inspects plain TCP.",
        reference: "RFC 8489 §6.2.2",
    }
    NETWORK_ERROR = "network-error", Error, "The operating system refused a network call" {
        what: "Binding, connecting or sending failed on this machine; no verdict about the server is possible.",
        why: "A local firewall or sandbox, an address that has gone away, or too many open sockets.",
        fix: "Read the operating system's message in the evidence; run again with -v.",
        reference: "RFC 8489 §6.2",
    }
    TLS_NAME_MISMATCH = "tls-name-mismatch", Error, "The certificate is for another name" {
        what: "The server's certificate does not name the host in the URL, so browsers break off the handshake.",
        why: "The URL uses an alias, an IP address or an internal name that the certificate does not list.",
        fix: "Use one of the certificate's own names in the URL, or issue a certificate whose subjectAltName has this one.",
        reference: "RFC 8489 §6.2.3",
    }
    TLS_EXPIRED = "tls-expired", Error, "The server's certificate has expired" {
        what: "The certificate's time is over, so browsers break off the handshake.",
        why: "Renewal failed, or the server still runs with the old file: coturn reads its certificate only at start, or on SIGUSR2.",
        fix: "Renew the certificate and make the server read it again.",
        reference: "RFC 5280 §4.1.2.5",
    }
    TLS_NOT_YET_VALID = "tls-not-yet-valid", Error, "The server's certificate is not valid yet" {
        what: "The certificate's time has not begun, by this machine's clock.",
        why: "A wrong clock, here or where the certificate was made.",
        fix: "Compare this machine's clock with a time server, then look at the certificate's notBefore.",
        reference: "RFC 5280 §4.1.2.5",
    }
    TLS_UNTRUSTED = "tls-untrusted", Error, "The server's certificate is not trusted" {
        what: "No chain leads from the server's certificate to a root that this machine trusts.",
        why: "A self-signed certificate, a private CA, an intermediate certificate that the server does not send, or a machine without root certificates.",
        fix: "Let the server send its whole chain (`fullchain.pem`), or name a private CA with --ca-file.",
        reference: "RFC 5280 §6",
    }
    TLS_NOT_TLS = "tls-not-tls", Error, "The server does not speak TLS on this port" {
        what: "What came back in the TLS handshake is not TLS.",
        why: "A `stuns:` or `turns:` URL with the port of the plain service, or a server without a certificate configured.",
        fix: "Use the TLS port (5349 unless set otherwise), or say `turn:...?transport=tcp` if plain TCP is meant.",
        reference: "RFC 7065 §3.2",
    }
    TLS_FAILED = "tls-failed", Error, "The TLS handshake failed" {
        what: "Both ends speak TLS and could not agree; the alert or the error is in the evidence.",
        why: "A server that only has TLS 1.0 or 1.1, no common cipher suite, or a demand for a client certificate.",
        fix: "Allow TLS 1.2 or 1.3 on the server with a usual ECDHE cipher suite.",
        reference: "RFC 8489 §6.2.3",
    }
    TLS_NOT_VERIFIED = "tls-not-verified", Warning, "The certificate would be refused; --insecure let it pass" {
        what: "The certificate failed verification and was accepted because of --insecure. Browsers will refuse it.",
        why: "The reason stands in the evidence: name, time or trust.",
        fix: "Repair the certificate, then run again without --insecure.",
        reference: "RFC 8489 §6.2.3",
    }
    TLS_EXPIRES_SOON = "tls-expires-soon", Warning, "The server's certificate expires soon" {
        what: "The certificate is good today, and has less than a week left.",
        why: "Automatic renewal usually happens a month before the end: it may have stopped working.",
        fix: "Check the renewal job, and that the server reads the new certificate.",
        reference: "RFC 5280 §4.1.2.5",
    }
    NOT_STUN = "not-a-stun-server", Error, "What answers there is not a STUN server" {
        what: "Something came back, and it is not STUN: the first two bits, the magic cookie or the length do not fit.",
        why: "The port belongs to another service (HTTP, DNS, SIP), or to TLS.",
        fix: "Check host and port of the URL; the first octets in the evidence may tell what service it is.",
        reference: "RFC 8489 §5",
    }
    MALFORMED_ANSWER = "malformed-answer", Error, "The server's answer is damaged" {
        what: "The answer begins like STUN and cannot be read to its end, or lacks what it must have.",
        why: "A broken server, or a middlebox that rewrites or cuts packets.",
        fix: "Compare with another server on the same path: if its answers are whole, the server is at fault.",
        reference: "RFC 8489 §7.3",
    }
    ANSWER_FROM_ELSEWHERE = "answer-from-elsewhere", Error, "The answer came from another address than was asked" {
        what: "An answer with the right transaction id came from another address. Browsers drop such answers, and so did this run.",
        why: "A server with several addresses that does not answer from the one that was asked, or a load balancer that does not translate back.",
        fix: "Bind the server to one address (coturn: `listening-ip`), or repair the address translation in front of it.",
        reference: "RFC 8489 §6.3.1",
    }
    ANSWER_TO_ANOTHER = "answer-with-wrong-transaction-id", Error, "The answers belong to requests that were never made" {
        what: "STUN responses came back, and none carries the transaction id of a request of this run, so all were dropped.",
        why: "A broken server that makes up transaction ids, or a middlebox that answers in its place.",
        fix: "Compare with another server on the same path, and look at the octets in the evidence.",
        reference: "RFC 8489 §6.3.1",
    }
    BID_DOWN = "turn-password-algorithms-removed", Error, "The list of password algorithms is missing from the challenge" {
        what: "The nonce says that the server names its password algorithms, and the list is not there: somebody may have taken it out to weaken the password's protection.",
        why: "A broken server, or a middlebox that drops attributes that it does not know.",
        fix: "Ask over TLS, where nothing on the path can change the answer; then repair the server or the middlebox.",
        reference: "RFC 8489 §9.2.1",
    }
    PASSWORD_ALGORITHM = "turn-password-algorithm-unknown", Error, "No password algorithm in common with the server" {
        what: "The server accepts only password algorithms that are neither MD5 nor SHA-256.",
        why: "A server set to an algorithm of its own.",
        fix: "Let the server offer SHA-256 or MD5.",
        reference: "RFC 8489 §9.2.4",
    }
    NOT_AUTHENTIC = "answer-not-authentic", Error, "The server's answer does not prove that it knows the password" {
        what: "A success response came without MESSAGE-INTEGRITY, or with one that does not fit the password. It must be thrown away.",
        why: "A broken server, another server in between, or a password that the two ends write differently.",
        fix: "Check that the server computes the integrity with the long-term key of the same username, realm and password.",
        reference: "RFC 8489 §9.2.5",
    }
    CREDENTIALS_REJECTED = "turn-credentials-rejected", Error, "The TURN server rejected the credentials" {
        what: "The first 401 is the normal challenge; this one came after the credentials were sent, so they are wrong, expired, or for another realm.",
        why: "A wrong username or password, a time-limited username whose time is over, a shared secret that differs between application and server, or a server without a realm.",
        fix: "Test the pair on the server itself; for time-limited credentials compare the shared secret (`static-auth-secret` in coturn) and both clocks.",
        reference: "RFC 8489 §9.2.5",
    }
    CREDENTIALS_MISSING = "turn-credentials-missing", Error, "The TURN server asks for credentials, and none were given" {
        what: "The server answered 401 with a realm and a nonce, which is its normal challenge, and there is nothing to answer it with.",
        why: "A TURN URL without a username and a credential beside it. Browsers refuse such a configuration at once (InvalidAccessError).",
        fix: "Give --username with --credential-env or --credential-file, or the shared secret with --turn-secret-env.",
        reference: "RFC 8489 §9.2.3",
    }
    CREDENTIALS_EXPIRED = "turn-credentials-expired", Error, "The time-limited TURN credentials have expired" {
        what: "The number in the username is the Unix time at which it ends, and it is in the past.",
        why: "The application handed out credentials long ago and did not renew them, or its clock is wrong.",
        fix: "Fetch new credentials before each call, give them enough time to live (hours, not minutes), and compare the clocks of application and TURN server.",
        reference: "draft-uberti-behave-turn-rest-00 §2.2",
    }
    CREDENTIALS_MILLISECONDS = "turn-credentials-milliseconds", Error, "The TURN username has its time in milliseconds" {
        what: "The number in the username is a time in milliseconds; servers read seconds, so these credentials never expire, or are refused as nonsense.",
        why: "JavaScript's Date.now() counts milliseconds.",
        fix: "Divide by 1000 and round down: `Math.floor(Date.now() / 1000) + ttl`.",
        reference: "draft-uberti-behave-turn-rest-00 §2.2",
    }
    CREDENTIALS_REVERSED = "turn-credentials-reversed", Error, "The TURN username has name and time in reverse order" {
        what: "The username reads `name:time`; servers with a shared secret expect `time:name`.",
        why: "An early draft had this order, and code written after it still exists.",
        fix: "Build the username as `time:name`, and compute the HMAC over exactly this text.",
        reference: "draft-uberti-behave-turn-rest-00 §2.2",
    }
    CREDENTIALS_HEX = "turn-credentials-hex", Error, "The TURN credential is hexadecimal, not base64" {
        what: "The credential is 40 hexadecimal digits: an HMAC-SHA1 printed in hexadecimal. Servers compare with its base64 form (28 characters).",
        why: "A crypto library whose default output is hexadecimal.",
        fix: "Encode the raw 20 octets of the HMAC in base64, not their hexadecimal text.",
        reference: "draft-uberti-behave-turn-rest-00 §2.2",
    }
    CREDENTIALS_FORM = "turn-credentials-malformed", Error, "The TURN credentials have a form that servers refuse" {
        what: "Something about the username or the credential does not fit what TURN servers compute with; the evidence says what.",
        why: "A duration instead of a time, blanks around a pasted text, another hash function, another base64 alphabet, or the shared secret itself in place of the credential.",
        fix: "Correct what the evidence says; the credential is base64(HMAC-SHA1(secret, username)).",
        reference: "draft-uberti-behave-turn-rest-00 §2.2",
    }
    TURN_TRY_ALTERNATE = "turn-redirected", Info, "The server sent us to another one" {
        what: "The server answered 300 (Try Alternate) and the alternate server was asked instead.",
        why: "The server spreads its load over several machines.",
        fix: "Nothing to do; make sure that firewalls let the alternate servers through as well.",
        reference: "RFC 8489 §10",
    }
    TURN_REDIRECT_LOOP = "turn-redirect-loop", Error, "The server's redirections lead nowhere" {
        what: "300 (Try Alternate) came without ALTERNATE-SERVER, pointed to a server that was asked before, or came too often in a row.",
        why: "A load balancer that names itself, or two that name each other.",
        fix: "Correct the list of alternate servers (coturn: `alternate-server`).",
        reference: "RFC 8489 §10",
    }
    TURN_BAD_REQUEST = "turn-bad-request", Error, "The server says that the request is malformed (400)" {
        what: "The server refused the request as malformed.",
        why: "Some servers answer 400 to wrong credentials or to attributes that they do not know; a middlebox may have changed the request.",
        fix: "Read the server's log for the reason; check the credentials; compare with another transport.",
        reference: "RFC 8489 §14.8",
    }
    TURN_FORBIDDEN = "turn-forbidden", Error, "The server forbids it (403)" {
        what: "The server understood the request and will not do it, by its own rules.",
        why: "The user may not relay, this client address is blocked, or the peer address is denied.",
        fix: "Look at the server's rules (coturn: `allowed-peer-ip`, `denied-peer-ip`, `no-loopback-peers`) and at the user's rights.",
        reference: "RFC 8656 §18.5",
    }
    TURN_UNKNOWN_ATTRIBUTE = "turn-unknown-attribute", Error, "The server does not know an attribute of the request (420)" {
        what: "The server lacks a feature that the request asked for.",
        why: "An old server, or a feature (a relay family, DONT-FRAGMENT) that is switched off.",
        fix: "Ask without the feature, or update the server.",
        reference: "RFC 8489 §14.8",
    }
    TURN_ALLOCATION_MISMATCH = "turn-allocation-mismatch", Error, "The server has another allocation for these ports (437)" {
        what: "The server already has an allocation for this pair of addresses and ports, or has none where one was expected.",
        why: "A NAT that gave this client the port of another one, a success response that was lost, or a proxy that shares connections between clients.",
        fix: "Run again: a new local port is used each time. If it comes back, look at the NAT or proxy between here and the server.",
        reference: "RFC 8656 §7.2",
    }
    TURN_NONCE_LOOP = "turn-nonce-loop", Error, "Every nonce is stale (438)" {
        what: "The server answered 438 (Stale Nonce) again and again, each time to the nonce that it had just given out.",
        why: "Several servers behind one address that do not share their nonce key, so each calls the other's nonce stale.",
        fix: "Let the load balancer keep a client on one server, or share the nonce secret between the servers.",
        reference: "RFC 8489 §9.2.5",
    }
    TURN_ADDRESS_FAMILY = "turn-address-family-not-supported", Error, "The server cannot relay in this address family (440)" {
        what: "The server has no relay address of the family that was asked for.",
        why: "A server without IPv6, or one whose relay addresses of this family are not configured.",
        fix: "Ask for the other family (--relay-family), or give the server a relay address of this one (coturn: `relay-ip`).",
        reference: "RFC 8656 §7.2",
    }
    TURN_WRONG_CREDENTIALS = "turn-wrong-credentials", Error, "The allocation belongs to another user (441)" {
        what: "The credentials are good, and differ from those that made the allocation on these ports.",
        why: "Two users behind one NAT mapping or one proxied connection.",
        fix: "Run again from a new port; look for a proxy that shares connections between users.",
        reference: "RFC 8656 §5",
    }
    TURN_TRANSPORT_UNSUPPORTED = "turn-transport-not-supported", Error, "The server does not relay over this transport (442)" {
        what: "The server refuses the transport between relay and peer that was asked for; browsers always ask for UDP.",
        why: "UDP relaying is switched off (coturn: `no-udp-relay`).",
        fix: "Allow UDP relaying on the server; without it no browser can use it.",
        reference: "RFC 8656 §7.2",
    }
    TURN_PEER_FAMILY = "turn-peer-family-mismatch", Error, "The relay is of another address family than the peer (443)" {
        what: "The peer's address is not of the family of the relayed address.",
        why: "An IPv6 peer behind an IPv4 relay, or the reverse.",
        fix: "Allocate a relay of the peer's family (--relay-family).",
        reference: "RFC 8656 §10.2",
    }
    TURN_QUOTA = "turn-quota-reached", Error, "The user has no allocations left (486)" {
        what: "The user, or the server, has reached the number of allocations that the server allows at once.",
        why: "Many calls under one username, or allocations that were never released and live until their time is over (10 minutes).",
        fix: "Use a username of its own for each call, release allocations when done, or raise the limit (coturn: `user-quota`, `total-quota`).",
        reference: "RFC 8656 §7.2",
    }
    TURN_CAPACITY = "turn-no-capacity", Error, "The server has no relay ports left (508)" {
        what: "The server cannot carry out the request for lack of resources.",
        why: "The range of relay ports is used up, or too small, or the relay address is wrong.",
        fix: "Widen the range (coturn: `min-port`, `max-port`), and look for allocations that are never released.",
        reference: "RFC 8656 §7.2",
    }
    TURN_SERVER_ERROR = "turn-server-error", Error, "The server had an error of its own (500)" {
        what: "The server says that it failed, and that the same request may work later.",
        why: "A fault on the server: its database, its configuration, its resources.",
        fix: "Try again in a moment, then read the server's log.",
        reference: "RFC 8489 §14.8",
    }
    TURN_ERROR = "stun-error-response", Error, "The server answered with an error" {
        what: "The server refused the request with the code in the evidence.",
        why: "`rtcdiag explain NUMBER` tells what the code means.",
        fix: "Look the code up with `rtcdiag explain NUMBER`, then read the server's log.",
        reference: "RFC 8489 §14.8",
    }
    TURN_OPEN_RELAY = "turn-open-relay", Warning, "The server relays for anybody" {
        what: "The server made an allocation without asking for credentials.",
        why: "Authentication is switched off (coturn: `no-auth`).",
        fix: "Switch authentication on (coturn: `lt-cred-mech` or `use-auth-secret`): an open relay will be abused.",
        reference: "RFC 8656 §5",
    }
    RELAY_ADDRESS_PRIVATE = "relay-address-private", Error, "The relayed address cannot be reached from the Internet" {
        what: "The TURN server is at a public address, and the relayed address that it gives out is private.",
        why: "A server behind a one-to-one NAT (a cloud machine) that does not know its public address.",
        fix: "Tell the server its public address (coturn: `external-ip=PUBLIC/PRIVATE`).",
        reference: "RFC 8656 §7.2",
    }
    RELAY_ADDRESS_UNSPECIFIED = "relay-address-unspecified", Error, "The relayed address is 0.0.0.0 or ::" {
        what: "The TURN server gives out an address that nobody can send to.",
        why: "The relay address was left at its default and the server listens on all addresses.",
        fix: "Set the relay address of the server (coturn: `relay-ip`, `external-ip`; pion: RelayAddress).",
        reference: "RFC 8656 §7.2",
    }
    RELAY_ADDRESS_LOOPBACK = "relay-address-loopback", Error, "The relayed address is a loopback address" {
        what: "The TURN server relays to its own loopback interface only, so no peer on another machine can use it.",
        why: "A relay address of 127.0.0.1 or ::1 in the server's configuration.",
        fix: "Set the relay address of the server to one that peers can reach (coturn: `relay-ip`, `external-ip`).",
        reference: "RFC 8656 §7.2",
    }
    MAPPED_UNUSABLE = "mapped-address-unusable", Warning, "The server says that we have an impossible address" {
        what: "The mapped address is unspecified, multicast, or has port 0: nobody can send there, so it became no candidate.",
        why: "A broken server, or a middlebox that rewrites the answer.",
        fix: "Ask another STUN server over the same path; if its answer makes sense, the first server is at fault.",
        reference: "RFC 8489 §14.2",
    }
    ALLOCATION_NOT_RELEASED = "allocation-not-released", Warning, "The server did not give the allocation up" {
        what: "The Refresh with lifetime 0 was not answered, or refused, so the server may hold the allocation until its lifetime ends (10 minutes as a rule).",
        why: "Lost packets, a server that stopped answering, or one that does not implement deletion.",
        fix: "Nothing needs to be done once; if a quota is used up by it, wait for the lifetime to end, and look at the server's log.",
        reference: "RFC 8656 §8",
    }
    IPV4_ONLY = "ipv4-only", Info, "This machine has only IPv4" {
        what: "No usable IPv6 address: peers that have only IPv6 can be reached through a relay alone.",
        why: "A network without IPv6, or an interface where it is switched off.",
        fix: "Nothing needs doing; a TURN server with both families bridges the gap.",
        reference: "RFC 8421 §3",
    }
    IPV6_ONLY = "ipv6-only", Info, "This machine has only IPv6" {
        what: "No usable IPv4 address: peers and servers that have only IPv4 need NAT64 or a relay with both families.",
        why: "A mobile network or a modern data center.",
        fix: "Use servers with AAAA records, and a TURN server with both families.",
        reference: "RFC 8421 §3",
    }
    NAT_ENDPOINT_DEPENDENT = "nat-mapping-endpoint-dependent", Warning, "The NAT uses a new port for every destination" {
        what: "One socket is seen under different addresses by different servers (address-dependent or address-and-port-dependent mapping), so the reflexive candidate is good for the STUN server alone.",
        why: "A \"symmetric\" NAT: carrier-grade NAT, a corporate firewall, or `masquerade fully-random`.",
        fix: "Offer a TURN server: direct connections fail unless the peer's side is open. On an own firewall, switch port randomization off.",
        reference: "RFC 4787 §4.1",
    }
    NAT_ENDPOINT_INDEPENDENT = "nat-mapping-endpoint-independent", Info, "The NAT keeps one port for all destinations" {
        what: "One socket is seen under the same address by several servers: endpoint-independent mapping, which direct connections need.",
        why: "A well-behaved NAT (RFC 4787 REQ-1).",
        fix: "Nothing needs to be done.",
        reference: "RFC 4787 §4.1",
    }
    NAT_NONE = "nat-none", Info, "No NAT between here and the server" {
        what: "The server sees the very address of the socket, so the host candidate is also what the world sees; a reflexive candidate would be the same and is left out.",
        why: "A public address, or a server in the same network.",
        fix: "Nothing needs to be done.",
        reference: "RFC 8445 §5.1.3",
    }
    NAT_ALG = "alg-rewrites-addresses", Warning, "Something on the path rewrites addresses inside packets" {
        what: "MAPPED-ADDRESS and XOR-MAPPED-ADDRESS of one answer differ: the plain one was changed on the way.",
        why: "An application-level gateway in a router that replaces addresses wherever it finds them.",
        fix: "Switch the ALG off in the router (often called SIP ALG), or use TLS so that it cannot look inside.",
        reference: "RFC 8489 §14.2",
    }
    NO_REFLEXIVE = "no-server-reflexive", Warning, "No server-reflexive candidate, though a server was named" {
        what: "No STUN or TURN server told the outside address of a UDP socket, so peers outside this network cannot be given an address to send to.",
        why: "The servers failed, as their own findings say, or only TCP and TLS were asked, which give no reflexive UDP candidate.",
        fix: "Repair the servers that fail, or name a STUN server over UDP.",
        reference: "RFC 8445 §5.1.1.2",
    }
    NO_RELAY = "no-relay", Error, "No relay candidate, though a TURN server was named" {
        what: "No TURN server gave a relayed address. Calls that need a relay (symmetric NATs, firewalls without UDP) will not connect.",
        why: "Each TURN server's own finding says why it failed.",
        fix: "Repair the TURN servers that fail; their steps show how far each got.",
        reference: "RFC 8445 §5.1.1.2",
    }
    NO_HOST = "no-host-candidate", Warning, "This machine has no usable address" {
        what: "No interface is up with an address that ICE may use; loopback and link-local addresses are left out.",
        why: "No network, an --interface that is down, or -4/-6 for a family that is missing.",
        fix: "Bring an interface up; --include-loopback shows loopback candidates for tests on one machine.",
        reference: "RFC 8445 §5.1.1.1",
    }
    NO_SERVER_NAMED = "no-server-named", Info, "Only host candidates: no server was named" {
        what: "Without a STUN or TURN server only the addresses of this machine can be gathered.",
        why: "No server is contacted unless it is named with --stun, --turn, --ice-servers or --embedded.",
        fix: "Name a server: `--stun stun:stun.example.com`, `--turn turn:turn.example.com --username U --credential-env VAR`, or try `--embedded`.",
        reference: "RFC 8445 §5.1.1",
    }
    URL_NOTE = "url-outdated-or-misspelled", Warning, "A server URL has an outdated or misspelled part" {
        what: "The URL was understood, and is not what the RFC's grammar allows; browsers may refuse it.",
        why: "Slashes after the colon, a user name in front of the host, capital letters, or a query where none belongs.",
        fix: "Write the URL as the evidence shows.",
        reference: "RFC 7064 §3.1, RFC 7065 §3.1",
    }
    URL_BROWSERS = "url-not-for-browsers", Info, "Browsers treat this URL differently" {
        what: "The URL is well formed and was used as it says; browsers ignore it or do something else.",
        why: "`stuns:` is spoken by no browser, and Chromium contacts TURN servers on few ports below 1024.",
        fix: "For browsers, use what the evidence proposes.",
        reference: "RFC 7064 §3.1",
    }
    CONFIG_NOTE = "ice-servers-entry-refused", Error, "An entry of the ICE server list can't be used" {
        what: "One entry of the pasted configuration is malformed and was left out; the others were used.",
        why: "A misspelled URL or member; browsers refuse the whole configuration for it.",
        fix: "Correct the entry as the evidence says.",
        reference: "W3C WebRTC §4.2.4",
    }
    CONFIG_QUIRK = "ice-servers-misspelled", Warning, "The ICE server list is not as browsers expect it" {
        what: "The pasted configuration was understood; browsers ignore or refuse the part that the evidence names.",
        why: "Old names of members (`url`, `password`), values of other types, or text from another service's answer.",
        fix: "Write it as the W3C text has it: `{ iceServers: [{ urls, username, credential }] }`.",
        reference: "W3C WebRTC §4.2.4",
    }
    UNSUPPORTED = "transport-not-supported", Warning, "A server was not asked: its transport is not supported" {
        what: "TURN over DTLS (`turns:?transport=udp`) is not supported by rtcdiag, nor by any browser.",
        why: "The scheme `turns` with transport UDP means DTLS (RFC 7350).",
        fix: "Use `turns:HOST?transport=tcp` for TLS, or `turn:HOST?transport=udp` for plain UDP.",
        reference: "RFC 7065 §3.2",
    }
}
