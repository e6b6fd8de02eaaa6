//! Local addresses with their sockets: one UDP socket for each, shared by all servers.

use std::cell::{OnceCell, RefCell};
use std::collections::HashSet;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::rc::Rc;

use super::gather::Base;
use super::plan::Plan;
use crate::error::Error;
use crate::net::clock::Clock;
use crate::net::interface::{self, HostAddress, Reason, select};
use crate::net::stream::{PassivePort, listen};
use crate::net::udp::UdpEndpoint;
use crate::proto::ice::local_preferences;
use crate::report::candidates::{Interface, LeftOut};

/// A local address and what is bound to it.
pub struct Endpoint {
    /// What candidates need to know.
    pub base: Base,
    /// The socket that all servers share.
    pub udp: UdpEndpoint,
    /// The servers that hold, or held, an allocation for the socket.
    allocated: RefCell<HashSet<SocketAddr>>,
    /// The port of a passive TCP candidate, where one was asked for.
    pub passive: Option<PassivePort>,
}

impl Endpoint {
    /// The socket to ask `server` for an allocation from: the shared one, or another one if the server has been asked
    /// from that before, under another name. A server has one allocation for a pair of addresses (RFC 8656 §2.2), and
    /// would answer 437 (Allocation Mismatch) to the second request.
    pub fn allocate_from(&self, server: SocketAddr, clock: &Clock) -> UdpEndpoint {
        if self.allocated.borrow_mut().insert(server) {
            return self.udp.clone();
        }
        UdpEndpoint::bind(self.base.local.ip(), *clock).unwrap_or_else(|error| {
            tracing::warn!("{error}");
            self.udp.clone()
        })
    }
}

/// The local preference of a loopback address that is used only because a server is on this machine: below all others,
/// with room for [`for_server`](crate::proto::ice::priority::for_server) to tell servers apart.
const LOOPBACK_PREFERENCE: u16 = 255;

/// All local addresses.
pub struct Endpoints {
    used: Vec<Rc<Endpoint>>,
    /// For servers on this machine, when loopback is not among the addresses in use.
    loopback: [OnceCell<Option<Rc<Endpoint>>>; 2],
    left_out: Vec<Interface>,
    clock: Clock,
}

impl Endpoints {
    /// Binds a socket to each address that the plan wants.
    ///
    /// # Errors
    /// An interface that does not exist.
    pub fn bind(interfaces: &[interface::Interface], plan: &Plan, clock: &Clock) -> Result<Rc<Endpoints>, Error> {
        if let Some(wanted) = &plan.selection.interface
            && !interfaces.iter().any(|interface| interface.name == *wanted)
        {
            let mut names: Vec<_> = interfaces.iter().map(|interface| interface.name.as_str()).collect();
            names.dedup();
            let hint = format!("this machine has: {}", names.join(", "));
            return Err(Error::new("no interface of that name has an address")
                .at(wanted.clone())
                .hint(hint));
        }
        let selected = select(interfaces, &plan.selection);
        let addresses: Vec<IpAddr> = selected.used.iter().map(|address| address.ip).collect();
        let mut left_out: Vec<Interface> = selected.left_out.iter().map(left_out_report).collect();
        let mut used = Vec::new();
        for (address, local_preference) in selected.used.iter().zip(local_preferences(&addresses)) {
            match endpoint(address, local_preference, plan.tcp, clock) {
                Some(endpoint) => used.push(Rc::new(endpoint)),
                None => left_out.push(Interface {
                    name: address.interface.clone(),
                    address: address.ip,
                    used: false,
                    reason: Some(LeftOut::BindFailed),
                }),
            }
        }
        Ok(Rc::new(Endpoints {
            used,
            loopback: Default::default(),
            left_out,
            clock: *clock,
        }))
    }

    /// Those whose host candidates are shown.
    pub fn listed(&self) -> impl Iterator<Item = &Rc<Endpoint>> {
        self.used.iter()
    }

    /// Those from which `server` can be reached: of its family, and loopback to loopback only.
    pub fn towards(&self, server: IpAddr) -> Vec<Rc<Endpoint>> {
        let fits = |endpoint: &Rc<Endpoint>| {
            let local = endpoint.base.local.ip();
            local.is_ipv4() == server.is_ipv4() && local.is_loopback() == server.is_loopback()
        };
        let used: Vec<_> = self.used.iter().filter(|endpoint| fits(endpoint)).cloned().collect();
        if !used.is_empty() || !server.is_loopback() {
            return used;
        }
        let ip = if server.is_ipv4() {
            Ipv4Addr::LOCALHOST.into()
        } else {
            IpAddr::from(Ipv6Addr::LOCALHOST)
        };
        let named = self.left_out.iter().find(|interface| interface.address == ip);
        let address = HostAddress {
            ip,
            interface: named.map_or_else(|| "loopback".to_owned(), |interface| interface.name.clone()),
        };
        let cell = &self.loopback[usize::from(server.is_ipv6())];
        let bound = cell.get_or_init(|| endpoint(&address, LOOPBACK_PREFERENCE, false, &self.clock).map(Rc::new));
        bound.iter().cloned().collect()
    }

    /// What is to be said about the local addresses.
    pub fn report(&self) -> Vec<Interface> {
        let used = self.used.iter().map(|endpoint| Interface {
            name: endpoint.base.interface.clone(),
            address: endpoint.base.local.ip(),
            used: true,
            reason: None,
        });
        used.chain(self.left_out.iter().cloned()).collect()
    }
}

fn endpoint(address: &HostAddress, local_preference: u16, tcp: bool, clock: &Clock) -> Option<Endpoint> {
    let bound = UdpEndpoint::bind(address.ip, *clock);
    let udp = bound.inspect_err(|error| tracing::warn!("{error}")).ok()?;
    let passive = tcp
        .then(|| listen(address.ip).inspect_err(|error| tracing::warn!("{error}")).ok())
        .flatten();
    tracing::debug!("bound {} on {}", udp.local(), address.interface);
    let base = Base {
        local: udp.local(),
        interface: address.interface.clone(),
        local_preference,
    };
    Some(Endpoint {
        base,
        udp,
        passive,
        allocated: RefCell::default(),
    })
}

fn left_out_report(left_out: &interface::LeftOut) -> Interface {
    let reason = match left_out.reason {
        Reason::Family => LeftOut::Family,
        Reason::OtherInterface => LeftOut::Interface,
        Reason::Down => LeftOut::Down,
        Reason::Loopback => LeftOut::Loopback,
        Reason::LinkLocal => LeftOut::LinkLocal,
        Reason::SiteLocal | Reason::Ipv4Compatible | Reason::Ipv4Mapped | Reason::NotUnicast => LeftOut::DeprecatedKind,
        Reason::Trackable => LeftOut::TemporaryPreferred,
        Reason::Deprecated | Reason::Tentative => LeftOut::NotPreferred,
        Reason::Duplicate => LeftOut::Duplicate,
    };
    Interface {
        name: left_out.interface.clone(),
        address: left_out.ip,
        used: false,
        reason: Some(reason),
    }
}
