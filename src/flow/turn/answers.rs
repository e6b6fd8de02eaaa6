//! What a request asks of an allocation, and what an answer makes of it.

use std::net::{IpAddr, SocketAddr};

use super::track::{PEERS, STEPS};
use super::{Allocation, Channel, Credentials, End, Permission, Step, Tally};
use crate::datagram::{Seen, Transport};
use crate::flow::SessionId;
use crate::flow::table::Table;
use crate::proto::stun::{AttributeType, ErrorCode, Message, Method, Value};

impl Allocation {
    pub(crate) fn new(session: SessionId, client: SocketAddr, server: SocketAddr, transport: Transport) -> Allocation {
        Allocation {
            session,
            client,
            server,
            transport,
            relayed: Vec::new(),
            mapped: None,
            requested_transport: None,
            username: None,
            realm: None,
            software: None,
            challenge: None,
            credentials: Credentials::default(),
            integrity: None,
            redirected_to: None,
            created: None,
            lifetime: None,
            refreshed: None,
            longest_without_refresh: None,
            steps: Vec::new(),
            steps_dropped: 0,
            allocates: Tally::default(),
            refreshes: Tally::default(),
            create_permissions: Tally::default(),
            channel_binds: Tally::default(),
            others: Tally::default(),
            permissions: Vec::new(),
            channels: Vec::new(),
            peers: Vec::new(),
            to_peers: (0, 0),
            from_peers: (0, 0),
            end: End::Open,
        }
    }

    /// The relayed address of the family of a peer.
    pub fn relayed_for(&self, peer: IpAddr) -> Option<SocketAddr> {
        let family = |one: &&SocketAddr| one.is_ipv4() == peer.is_ipv4();
        self.relayed.iter().find(family).or(self.relayed.first()).copied()
    }
}

pub(super) fn tally(allocation: &mut Allocation, method: Method) -> &mut Tally {
    match method {
        Method::ALLOCATE => &mut allocation.allocates,
        Method::REFRESH => &mut allocation.refreshes,
        Method::CREATE_PERMISSION => &mut allocation.create_permissions,
        Method::CHANNEL_BIND => &mut allocation.channel_binds,
        _ => &mut allocation.others,
    }
}

/// The request was refused.
pub(super) fn refused(allocation: &mut Allocation, step: &Step, named: &[IpAddr], message: &Message<'_>, seen: Seen) {
    let code = step.error.unwrap_or(ErrorCode(0));
    if code == ErrorCode::UNAUTHENTICATED && !step.authenticated {
        allocation.challenge.get_or_insert(seen);
        if let (None, Some(realm)) = (&allocation.realm, message.realm()) {
            allocation.realm = Some(realm.to_owned());
        }
    }
    if code == ErrorCode::TRY_ALTERNATE {
        allocation.redirected_to = message.alternate_server().or(allocation.redirected_to);
    }
    if step.authenticated && allocation.credentials != Credentials::Accepted {
        allocation.credentials = match code {
            ErrorCode::STALE_NONCE => allocation.credentials,
            // Some servers answer 400 to wrong credentials (`turn` crate); 441 is for those of another user.
            ErrorCode::UNAUTHENTICATED | ErrorCode::WRONG_CREDENTIALS | ErrorCode::BAD_REQUEST => Credentials::Rejected,
            _ => Credentials::Accepted,
        };
    }
    for ip in named {
        if let Some(permission) = allocation.permissions.iter_mut().find(|one| one.ip == *ip) {
            permission.refused = Some((code, seen));
        }
    }
    if let Some(number) = step.channel.filter(|_| step.method == Method::CHANNEL_BIND)
        && let Some(channel) = channel(allocation, number)
    {
        channel.refused = Some((code, seen));
    }
}

/// The request was granted.
pub(super) fn granted(
    allocation: &mut Allocation,
    step: &Step,
    named: &[IpAddr],
    message: &Message<'_>,
    seen: Seen,
    table: &mut Table,
) {
    if step.authenticated {
        allocation.credentials = Credentials::Accepted;
    }
    match step.method {
        Method::ALLOCATE => {
            let relayed = message
                .attributes()
                .filter(|one| one.attribute_type == AttributeType::XOR_RELAYED_ADDRESS);
            for attribute in relayed {
                if let Value::Address(address) = message.value(&attribute)
                    && !allocation.relayed.contains(&address)
                    && allocation.relayed.len() < 4
                {
                    allocation.relayed.push(address);
                }
            }
            // The drafts, and MS-TURN, have it in MAPPED-ADDRESS.
            if allocation.relayed.is_empty() && message.is_classic() {
                allocation.relayed.extend(message.mapped_address());
            }
            allocation.mapped = message.xor_mapped_address().or(allocation.mapped);
            allocation.created.get_or_insert(seen);
            grant_lifetime(allocation, step, seen);
        }
        // Asked for by the client, it ended when it asked.
        Method::REFRESH if step.lifetime_asked == Some(0) => {}
        Method::REFRESH if step.lifetime == Some(0) => allocation.end = End::Released(seen),
        Method::REFRESH => grant_lifetime(allocation, step, seen),
        Method::CREATE_PERMISSION | Method::CHANNEL_BIND => {
            for ip in named {
                if let Some(permission) = allocation.permissions.iter_mut().find(|one| one.ip == *ip) {
                    permission.installed.get_or_insert(seen);
                    permission.refreshed = Some(seen);
                }
            }
            if let (Method::CHANNEL_BIND, Some(number), Some(peer)) = (step.method, step.channel, step.peer) {
                let relayed = allocation.relayed_for(peer.ip());
                table.bind(allocation.session, number, allocation.client, relayed, peer);
                if let Some(channel) = channel(allocation, number) {
                    channel.peer = Some(peer);
                    channel.bound.get_or_insert(seen);
                    channel.refreshed = Some(seen);
                }
            }
        }
        _ => {}
    }
}

fn grant_lifetime(allocation: &mut Allocation, step: &Step, seen: Seen) {
    if let Some(before) = allocation.refreshed {
        let gap = seen.at.since(before.at);
        allocation.longest_without_refresh = allocation.longest_without_refresh.max(Some(gap));
    }
    allocation.refreshed = Some(seen);
    allocation.lifetime = step.lifetime.or(allocation.lifetime);
}

fn channel(allocation: &mut Allocation, number: u16) -> Option<&mut Channel> {
    let at = match allocation.channels.iter().position(|one| one.number == number) {
        Some(at) => at,
        None if allocation.channels.len() >= PEERS => return None,
        None => {
            allocation.channels.push(Channel {
                number,
                peer: None,
                bound: None,
                refreshed: None,
                refused: None,
            });
            allocation.channels.len() - 1
        }
    };
    allocation.channels.get_mut(at)
}

pub(super) fn ask_permission(allocation: &mut Allocation, ip: IpAddr, seen: Seen) {
    let known = allocation.permissions.iter().any(|one| one.ip == ip);
    if !known && allocation.permissions.len() < PEERS {
        allocation.permissions.push(Permission {
            ip,
            asked: seen,
            installed: None,
            refreshed: None,
            refused: None,
        });
    }
}

pub(super) fn push_step(allocation: &mut Allocation, step: Step) -> u32 {
    if allocation.steps.len() >= STEPS {
        allocation.steps_dropped += 1;
        return u32::MAX;
    }
    allocation.steps.push(step);
    (allocation.steps.len() - 1) as u32
}

/// Whether a request has credentials. Where the capture cut off its end, the username tells.
pub(super) fn is_authenticated(message: &Message<'_>) -> bool {
    let cut = message.is_truncated();
    message.attributes().any(|one| match one.attribute_type {
        AttributeType::MESSAGE_INTEGRITY | AttributeType::MESSAGE_INTEGRITY_SHA256 => true,
        AttributeType::USERNAME | AttributeType::USERHASH | AttributeType::NONCE => cut,
        _ => false,
    })
}

/// The addresses of all XOR-PEER-ADDRESSes (RFC 8656 §10.1 allows several).
pub(super) fn peers(message: &Message<'_>) -> Vec<IpAddr> {
    let peers = message
        .attributes()
        .filter(|one| one.attribute_type == AttributeType::XOR_PEER_ADDRESS);
    let address = |one| match message.value(&one) {
        Value::Address(address) => Some(address.ip()),
        _ => None,
    };
    peers.take(64).filter_map(address).collect()
}

/// The peer of an indication.
pub(super) fn peer_of(message: &Message<'_>) -> Option<SocketAddr> {
    if !message.is_classic() {
        return message.xor_peer_address();
    }
    // The drafts and MS-TURN have DESTINATION-ADDRESS, and REMOTE-ADDRESS under the number of XOR-PEER-ADDRESS.
    message.address(AttributeType::DESTINATION_ADDRESS).or_else(|| {
        let remote = message.find(AttributeType::XOR_PEER_ADDRESS)?;
        clear_address(remote.value)
    })
}

/// An IPv4 address that is not under XOR.
fn clear_address(value: &[u8]) -> Option<SocketAddr> {
    match *value {
        [_, 1, p, q, a, b, c, d] => Some(SocketAddr::from(([a, b, c, d], u16::from_be_bytes([p, q])))),
        _ => None,
    }
}
