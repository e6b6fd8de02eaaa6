//! The embedded STUN/TURN server: everything on loopback, with credentials made up at start.
//!
//! In front of the server stands a small NAT: a UDP forwarder with one outside socket per inside address
//! (endpoint-independent mapping, RFC 4787 §4.1, since it knows one destination only). So a reflexive address differs
//! from the host's own, as it does behind a real NAT. There is one for each family. Relays are bound to 127.0.0.1 or ::1 and
//! send to loopback only.
//!
//! The server writes to the `log` facade; nothing of it is seen unless a logger is installed.

use std::collections::HashMap;
use std::fmt;
use std::io;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use tokio::net::UdpSocket;
use tokio::task::{AbortHandle, JoinSet};
use turn::auth::{AuthHandler, generate_auth_key};
use turn::relay::RelayAddressGenerator;
use turn::server::Server;
use turn::server::config::{ConnConfig, ServerConfig};
use webrtc_util::Conn;

use crate::net::{NetError, random};
use crate::secret::Secret;

/// The realm of the embedded server.
pub const REALM: &str = "rtcdiag";

/// An IP version.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Family {
    /// IPv4
    Ipv4,
    /// IPv6
    Ipv6,
}

/// Inside addresses that each NAT keeps mappings for; datagrams of others are dropped.
const MAPPINGS: usize = 1024;

/// A running server. It stops when this is dropped.
pub struct EmbeddedServer {
    addresses: Vec<SocketAddr>,
    /// Its own addresses, behind the NATs.
    behind: Vec<SocketAddr>,
    username: String,
    credential: Secret,
    nats: Vec<AbortHandle>,
    // Its tasks end when it is dropped.
    _server: Server,
}

impl EmbeddedServer {
    /// Starts the server and its NATs on ports of the system's choice: on 127.0.0.1, and on ::1 where the machine has
    /// that.
    pub async fn start() -> Result<EmbeddedServer, NetError> {
        let username = format!("embedded-{}", random::hex::<4>());
        let credential = Secret::new(random::hex::<16>());
        let mut listeners = vec![Listener::bind(Ipv4Addr::LOCALHOST.into()).await?];
        listeners.extend(Listener::bind(Ipv6Addr::LOCALHOST.into()).await.ok());
        let connections = listeners.iter().map(|listener| ConnConfig {
            conn: Arc::clone(&listener.behind) as Arc<dyn Conn + Send + Sync>,
            relay_addr_generator: Box::new(LoopbackRelays),
        });
        let server = Server::new(ServerConfig {
            conn_configs: connections.collect(),
            realm: REALM.into(),
            auth_handler: Arc::new(OneUser {
                username: username.clone(),
                credential: credential.clone(),
            }),
            channel_bind_timeout: Duration::ZERO,
            alloc_close_notify: None,
        })
        .await
        .map_err(|error| NetError::new("start the server", None, &io::Error::other(error.to_string())))?;
        let addresses = listeners.iter().map(|listener| listener.address).collect();
        let behind = listeners.iter().map(|listener| listener.behind_address).collect();
        let nats = listeners.into_iter().map(|listener| {
            let task = translate(Arc::new(listener.inside), listener.behind_address);
            tokio::spawn(task).abort_handle()
        });
        Ok(EmbeddedServer {
            addresses,
            behind,
            username,
            credential,
            nats: nats.collect(),
            _server: server,
        })
    }

    /// The server as clients of one family see it: the inside of the NAT. None for IPv6 on a machine without it.
    pub fn address(&self, family: Family) -> Option<SocketAddr> {
        let wanted = |address: &&SocketAddr| address.is_ipv6() == (family == Family::Ipv6);
        self.addresses.iter().find(wanted).copied()
    }

    /// `stun:127.0.0.1:PORT` or `stun:[::1]:PORT`.
    pub fn stun_url(&self, family: Family) -> Option<String> {
        self.address(family).map(|address| format!("stun:{address}"))
    }

    /// The same without the NAT in between, for clients that are behind a NAT of their own.
    pub fn public_stun_url(&self, family: Family) -> Option<String> {
        let wanted = |address: &&SocketAddr| address.is_ipv6() == (family == Family::Ipv6);
        let address = self.behind.iter().find(wanted)?;
        Some(format!("stun:{address}"))
    }

    /// `turn:127.0.0.1:PORT?transport=udp` or `turn:[::1]:PORT?transport=udp`.
    pub fn turn_url(&self, family: Family) -> Option<String> {
        self.address(family)
            .map(|address| format!("turn:{address}?transport=udp"))
    }

    /// The only user.
    pub fn username(&self) -> &str {
        &self.username
    }

    /// The user's password.
    pub fn credential(&self) -> &Secret {
        &self.credential
    }
}

impl Drop for EmbeddedServer {
    fn drop(&mut self) {
        for nat in &self.nats {
            nat.abort();
        }
    }
}

impl fmt::Debug for EmbeddedServer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("EmbeddedServer")
            .field("addresses", &self.addresses)
            .finish_non_exhaustive()
    }
}

/// The sockets of one family: the server's own, and the NAT's inside before it.
struct Listener {
    behind: Arc<UdpSocket>,
    behind_address: SocketAddr,
    inside: UdpSocket,
    address: SocketAddr,
}

impl Listener {
    async fn bind(ip: IpAddr) -> Result<Listener, NetError> {
        let any = SocketAddr::new(ip, 0);
        let fail = |operation| move |error: io::Error| NetError::new(operation, Some(any), &error);
        let behind = UdpSocket::bind(any).await.map_err(fail("bind"))?;
        let behind_address = behind.local_addr().map_err(fail("local address"))?;
        let inside = UdpSocket::bind(any).await.map_err(fail("bind"))?;
        let address = inside.local_addr().map_err(fail("local address"))?;
        Ok(Listener {
            behind: Arc::new(behind),
            behind_address,
            inside,
            address,
        })
    }
}

struct OneUser {
    username: String,
    credential: Secret,
}

impl AuthHandler for OneUser {
    fn auth_handle(&self, username: &str, realm: &str, _client: SocketAddr) -> Result<Vec<u8>, turn::Error> {
        if username == self.username {
            Ok(generate_auth_key(username, realm, self.credential.expose()))
        } else {
            Err(turn::Error::ErrNoSuchUser)
        }
    }
}

/// Makes relays on 127.0.0.1, and on ::1 for clients that ask for IPv6 (RFC 8656 §7.2).
struct LoopbackRelays;

#[async_trait]
impl RelayAddressGenerator for LoopbackRelays {
    fn validate(&self) -> Result<(), turn::Error> {
        Ok(())
    }

    async fn allocate_conn(
        &self,
        use_ipv4: bool,
        requested_port: u16,
    ) -> Result<(Arc<dyn Conn + Send + Sync>, SocketAddr), turn::Error> {
        let ip = if use_ipv4 {
            IpAddr::V4(Ipv4Addr::LOCALHOST)
        } else {
            IpAddr::V6(Ipv6Addr::LOCALHOST)
        };
        let socket = UdpSocket::bind(SocketAddr::new(ip, requested_port)).await?;
        let address = socket.local_addr()?;
        Ok((Arc::new(LoopbackRelay(socket)), address))
    }
}

/// A relay's socket that sends to loopback only.
struct LoopbackRelay(UdpSocket);

#[async_trait]
impl Conn for LoopbackRelay {
    async fn connect(&self, address: SocketAddr) -> webrtc_util::Result<()> {
        Ok(self.0.connect(address).await?)
    }

    async fn recv(&self, buffer: &mut [u8]) -> webrtc_util::Result<usize> {
        Ok(self.0.recv(buffer).await?)
    }

    async fn recv_from(&self, buffer: &mut [u8]) -> webrtc_util::Result<(usize, SocketAddr)> {
        Ok(self.0.recv_from(buffer).await?)
    }

    async fn send(&self, bytes: &[u8]) -> webrtc_util::Result<usize> {
        Ok(self.0.send(bytes).await?)
    }

    async fn send_to(&self, bytes: &[u8], target: SocketAddr) -> webrtc_util::Result<usize> {
        if !target.ip().is_loopback() {
            return Err(io::Error::from(io::ErrorKind::PermissionDenied).into());
        }
        Ok(self.0.send_to(bytes, target).await?)
    }

    fn local_addr(&self) -> webrtc_util::Result<SocketAddr> {
        Ok(self.0.local_addr()?)
    }

    fn remote_addr(&self) -> Option<SocketAddr> {
        None
    }

    async fn close(&self) -> webrtc_util::Result<()> {
        Ok(())
    }

    fn as_any(&self) -> &(dyn std::any::Any + Send + Sync) {
        self
    }
}

/// The NAT: carries datagrams between `inside` and the server `behind`; its tasks end with it.
async fn translate(inside: Arc<UdpSocket>, behind: SocketAddr) {
    const BACK_OFF: Duration = Duration::from_millis(1);
    let mut mappings: HashMap<SocketAddr, Arc<UdpSocket>> = HashMap::new();
    let mut back = JoinSet::new();
    let mut buffer = vec![0_u8; 65_536];
    loop {
        let Ok((length, client)) = inside.recv_from(&mut buffer).await else {
            tokio::time::sleep(BACK_OFF).await;
            continue;
        };
        if !mappings.contains_key(&client) {
            if mappings.len() >= MAPPINGS {
                continue;
            }
            let Ok(outside) = UdpSocket::bind(SocketAddr::new(behind.ip(), 0)).await else {
                continue;
            };
            let outside = Arc::new(outside);
            back.spawn(translate_back(
                Arc::clone(&outside),
                behind,
                Arc::clone(&inside),
                client,
            ));
            mappings.insert(client, outside);
        }
        if let Some(outside) = mappings.get(&client) {
            // Lost datagrams are a network's business.
            let _ = outside.send_to(&buffer[..length], behind).await;
        }
    }
}

async fn translate_back(outside: Arc<UdpSocket>, behind: SocketAddr, inside: Arc<UdpSocket>, client: SocketAddr) {
    let mut buffer = vec![0_u8; 65_536];
    loop {
        match outside.recv_from(&mut buffer).await {
            Ok((length, from)) if from == behind => {
                let _ = inside.send_to(&buffer[..length], client).await;
            }
            // Address-dependent filtering (RFC 4787 §5): others are not let in.
            Ok(_) => {}
            Err(_) => tokio::time::sleep(Duration::from_millis(1)).await,
        }
    }
}
