//! [`Peer`]: one end of a call.

use std::fmt;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::{Duration, Instant};

use rtc::interceptor::Slot;
use serde_json::{Value, json};
use tokio::sync::mpsc;
use tokio::task::AbortHandle;
use webrtc::data_channel::DataChannel;
use webrtc::media_stream::track_remote::TrackRemote;
use webrtc::peer_connection::{
    MediaEngine, PeerConnection, PeerConnectionBuilder, RTCConfigurationBuilder, RTCIceCandidateInit, RTCIceServer,
    RTCIceTransportPolicy, RTCSessionDescription, Registry, SettingEngineBuilder, StatsSelector,
    register_default_interceptors,
};

use super::crypto::Provider;
use super::events::Events;
use super::handler::Handler;
use super::impair::Impairment;
use super::pump::Pump;
use super::rtcp::Shared;
use super::runtime::PeerRuntime;
use super::stats::{self, Known};
use super::tap::{Side, Tap};
use super::wire::Wire;
use crate::secret::Secret;

/// What a peer is made of.
#[derive(Clone, Debug, Default)]
pub struct Setup {
    /// Where UDP sockets are bound; port 0 lets the system choose.
    pub udp: Vec<SocketAddr>,
    /// Where TCP listeners are bound.
    pub tcp: Vec<SocketAddr>,
    /// STUN and TURN servers.
    pub ice_servers: Vec<IceServer>,
    /// Relay candidates only.
    pub relay_only: bool,
    /// A NAT stands before the UDP sockets.
    pub behind_nat: bool,
    /// What happens to the datagrams that it sends, and the seed of that.
    pub impairment: Option<(Impairment, u64)>,
    /// Without an answer for so long ICE is disconnected, then failed; and how often it asks. None: the library's own 5 s, 25 s
    /// and 2 s.
    pub ice_timeouts: Option<[Duration; 3]>,
}

/// A STUN or TURN server.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct IceServer {
    /// Its URLs.
    pub urls: Vec<String>,
    /// For TURN.
    pub username: String,
    /// For TURN.
    pub credential: Option<Secret>,
}

/// What the library refused.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PeerError {
    /// Whose peer connection.
    pub side: Side,
    /// The method, by its W3C name.
    pub operation: &'static str,
    /// What the library said.
    pub message: String,
}

impl fmt::Display for PeerError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} of the {}: {}", self.operation, self.side, self.message)
    }
}

impl std::error::Error for PeerError {}

/// One end of a call.
pub struct Peer {
    /// Which one.
    pub side: Side,
    /// Its peer connection.
    pub connection: Arc<dyn PeerConnection>,
    /// What it has told.
    pub events: Events,
    /// What RTCP has told.
    pub rtcp: Shared,
    /// Its network.
    pub wire: Arc<Wire>,
    /// Its runtime.
    pub runtime: Arc<PeerRuntime>,
    pump: Option<AbortHandle>,
    is_stream_only: bool,
}

/// What a peer hands out while it lives.
pub struct Outlets {
    /// Its own candidates, for the other end.
    pub candidates: mpsc::UnboundedReceiver<RTCIceCandidateInit>,
    /// Data channels that the other end has opened.
    pub channels: mpsc::UnboundedReceiver<Arc<dyn DataChannel>>,
    /// Tracks that the other end sends.
    pub tracks: mpsc::UnboundedReceiver<Arc<dyn TrackRemote>>,
}

impl Peer {
    /// Makes a peer: binds its sockets and creates its peer connection.
    ///
    /// # Errors
    /// Addresses that can't be bound, servers that the library refuses.
    pub async fn new(side: Side, setup: &Setup, tap: &Tap) -> Result<(Peer, Outlets), PeerError> {
        let fail = |message: String| PeerError {
            side,
            operation: "RTCPeerConnection",
            message,
        };
        let line = setup.impairment.map(|(impairment, seed)| Pump::new(impairment, seed));
        let wire = Arc::new(Wire::new(side, tap.clone(), line, setup.behind_nat));
        let pump = wire.line.is_some().then(|| {
            let wire = Arc::clone(&wire);
            let task = async move {
                if let Some(pump) = &wire.line {
                    pump.run(wire.tap.clone()).await;
                }
            };
            tokio::spawn(task).abort_handle()
        });
        let runtime = Arc::new(PeerRuntime::new(Arc::clone(&wire)));
        let events = Events::new(tap.clock());
        let rtcp = Shared::new(tap.clock());
        let (handler, outlets) = Handler::new(events.clone(), Arc::clone(&wire));

        let mut engine = MediaEngine::default();
        engine
            .register_default_codecs()
            .map_err(|error| fail(error.to_string()))?;
        let registry = Registry::new().with(Slot::from(500), rtcp.observer());
        let registry = register_default_interceptors(registry, &mut engine).map_err(|error| fail(error.to_string()))?;
        let provider = Provider::new(Arc::clone(&wire)).map_err(|error| fail(error.to_string()))?;
        let mut settings = SettingEngineBuilder::new()
            .with_multicast_dns_mode(rtc::ice::mdns::MulticastDnsMode::Disabled)
            .with_crypto_provider(Arc::new(provider))
            // A pair that works is taken at once. The library would wait for a better one: a second for a candidate that it learns from
            // a check before it is told, two for a relay.
            .with_host_acceptance_min_wait(Some(Duration::ZERO))
            .with_srflx_acceptance_min_wait(Some(Duration::ZERO))
            .with_prflx_acceptance_min_wait(Some(Duration::ZERO))
            .with_relay_acceptance_min_wait(Some(Duration::ZERO))
            .with_include_loopback_candidate(true);
        if let Some([disconnected, failed, keepalive]) = setup.ice_timeouts {
            settings = settings.with_ice_timeouts(Some(disconnected), Some(failed), Some(keepalive));
        }
        let connection = PeerConnectionBuilder::new()
            .with_configuration(configuration(setup))
            .with_media_engine(engine)
            .with_setting_engine(settings.build())
            .with_interceptor_registry(registry)
            .with_handler(Arc::new(handler))
            .with_runtime(Arc::clone(&runtime) as Arc<dyn webrtc::runtime::Runtime>)
            .with_udp_addrs(setup.udp.clone())
            .with_tcp_addrs(setup.tcp.clone())
            .with_data_channel_send_buffer_limit(SEND_BUFFER)
            .build()
            .await
            .map_err(|error| fail(error.to_string()))?;
        let peer = Peer {
            side,
            connection: Arc::new(connection),
            events,
            rtcp,
            wire,
            runtime,
            pump,
            is_stream_only: setup.udp.is_empty(),
        };
        Ok((peer, outlets))
    }

    /// What `operation` (a W3C method) of this peer gave, with its failure named.
    ///
    /// # Errors
    /// The library's.
    pub fn told<T>(&self, operation: &'static str, result: webrtc::error::Result<T>) -> Result<T, PeerError> {
        match result {
            Ok(value) => Ok(value),
            Err(error) => {
                self.events
                    .tell("error", json!({ "operation": operation, "message": error.to_string() }));
                Err(PeerError {
                    side: self.side,
                    operation,
                    message: error.to_string(),
                })
            }
        }
    }

    /// Sets the local description, and tells that gathering begins, which the library does not.
    ///
    /// # Errors
    /// The library's.
    pub async fn set_local(&self, description: RTCSessionDescription) -> Result<(), PeerError> {
        self.events.tell("icegatheringstatechange", "gathering");
        let done = self.connection.set_local_description(description).await;
        self.told("setLocalDescription", done)?;
        self.events.tell("setLocalDescription", Value::Null);
        self.check_gate();
        Ok(())
    }

    /// Its own candidates so far, as candidate-attributes, with the URLs that they were gathered from.
    pub fn candidates(&self) -> Vec<(String, Option<String>)> {
        let events = self.events.all();
        let candidates = events.iter().filter(|event| event.name == "icecandidate");
        let told = candidates.filter_map(|event| {
            let url = event.value["url"].as_str().map(str::to_owned);
            Some((event.value["candidate"].as_str()?.to_owned(), url))
        });
        told.collect()
    }

    /// Its statistics now, as the W3C has them. `remote` are the candidates of the other end.
    pub async fn stats(&self, remote: Vec<(String, Option<String>)>) -> Vec<Value> {
        let report = self.connection.get_stats(Instant::now(), StatsSelector::None).await;
        let description = self.connection.local_description().await;
        let clock = self.wire.tap.clock();
        let known = Known {
            local: self.candidates(),
            remote,
            local_ufrag: description.as_ref().and_then(|description| ufrag(&description.sdp)),
            started: clock.started_since_epoch(),
            at: clock.now(),
        };
        stats::normalize(&report, &self.wire.tap.facts(self.side), &self.rtcp.reports(), &known)
    }

    /// Sets the remote description.
    ///
    /// # Errors
    /// The library's.
    pub async fn set_remote(&self, description: RTCSessionDescription) -> Result<(), PeerError> {
        // Over TCP the address that a check comes from is nobody's candidate.
        if description.sdp.contains("a=candidate:") || self.is_stream_only {
            self.wire.gate.told();
        }
        let done = self.connection.set_remote_description(description).await;
        self.told("setRemoteDescription", done)?;
        self.events.tell("setRemoteDescription", Value::Null);
        self.check_gate();
        Ok(())
    }

    /// Lets checks in once both descriptions are set and a candidate is known; one that never comes is not waited for.
    fn check_gate(&self) {
        const PATIENCE: Duration = Duration::from_millis(100);
        let is_set = |name: &str| self.events.find(|event| event.name == name).is_some();
        if !is_set("setLocalDescription") || !is_set("setRemoteDescription") {
            return;
        }
        self.wire.gate.described();
        let wire = Arc::clone(&self.wire);
        tokio::spawn(async move {
            let clock = wire.tap.clock();
            clock.sleep_until(clock.now() + PATIENCE).await;
            wire.gate.told();
        });
    }
}

impl Drop for Peer {
    fn drop(&mut self) {
        if let Some(pump) = &self.pump {
            pump.abort();
        }
    }
}

/// So much of a data channel may be under way, octets: as much as the sockets' buffers hold.
const SEND_BUFFER: usize = 4 << 20;

/// The user name fragment of a description.
pub fn ufrag(sdp: &str) -> Option<String> {
    let line = sdp.lines().find_map(|line| line.strip_prefix("a=ice-ufrag:"))?;
    Some(line.trim().to_owned())
}

fn configuration(setup: &Setup) -> webrtc::peer_connection::RTCConfiguration {
    let servers = setup.ice_servers.iter().map(|server| RTCIceServer {
        urls: server.urls.clone(),
        username: server.username.clone(),
        credential: server
            .credential
            .as_ref()
            .map_or_else(String::new, |secret| secret.expose().to_owned()),
    });
    let policy = match setup.relay_only {
        true => RTCIceTransportPolicy::Relay,
        false => RTCIceTransportPolicy::All,
    };
    RTCConfigurationBuilder::default()
        .with_ice_servers(servers.collect())
        .with_ice_transport_policy(policy)
        .build()
}
