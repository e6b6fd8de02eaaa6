//! From the options to the call that is to be made.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::time::Duration;

use super::impairment;
use crate::cli;
use crate::command::input::{from_environment, ice_servers};
use crate::command::{Context, Private};
use crate::error::Error;
use crate::net::interface::{Families, Selection, enumerate, select};
use crate::net::peer::call::{Fault, Plan};
use crate::net::peer::data::ChannelPlan;
use crate::net::peer::media::{Codec, MediaDirection, MediaPlan};
use crate::net::peer::{IceServer, Setup};
use crate::net::server::{EmbeddedServer, Family};
use crate::proto::ice::CandidateType;

/// Whether the built-in server is wanted: a relay or a server that says the mapped address, and nobody named one.
pub fn needs_server(options: &cli::Loopback) -> bool {
    let named = match options.via {
        cli::Via::Host => true,
        cli::Via::Srflx => !options.stun.is_empty(),
        cli::Via::Relay => !options.turn.is_empty(),
    };
    !named && options.ice_servers.is_none()
}

/// Reads the options, and the files and variables that they name.
///
/// # Errors
/// What makes no sense, can't be read, or is not there.
pub fn plan(
    options: &cli::Loopback,
    embedded: Option<&EmbeddedServer>,
    context: &mut Context<'_>,
) -> Result<Plan, Error> {
    let relay = options.via == cli::Via::Relay;
    let behind_nat = options.via == cli::Via::Srflx;
    if relay && options.tcp {
        return Err(Error::new("the WebRTC library relays over UDP only")
            .at("--tcp --via relay")
            .hint("take one of them; `rtcdiag candidates` tests TURN over TCP and TLS"));
    }
    if behind_nat && options.tcp {
        return Err(Error::new(
            "the WebRTC library has no server-reflexive candidates of TCP, and STUN over UDP finds none",
        )
        .at("--tcp --via srflx")
        .hint("take one of them"));
    }
    // A server that is named is asked.
    for (unused, option, way) in [
        (relay && !options.stun.is_empty(), "--stun", "--via relay"),
        (behind_nat && !options.turn.is_empty(), "--turn", "--via srflx"),
    ] {
        if unused {
            return Err(Error::new("this way has no use for that server")
                .at(format!("{way} {option}"))
                .hint("--stun goes with --via srflx, --turn with --via relay"));
        }
    }
    let addresses = addresses(options)?;
    let servers = servers(options, embedded, context)?;
    if relay && servers.is_empty() {
        return Err(Error::new("there is no TURN server to relay through")
            .at("--via relay")
            .hint("name one with --turn or --ice-servers, or leave both out to use the built-in one"));
    }
    if behind_nat && servers.is_empty() {
        return Err(Error::new("there is no STUN server to ask for the mapped address")
            .at("--via srflx")
            .hint("name one with --stun or --ice-servers, or leave both out to use the built-in one"));
    }
    let both = options.impair.as_deref().map(|text| (text, "--impair"));
    let up = options.impair_up.as_deref().map(|text| (text, "--impair-up")).or(both);
    let down = options
        .impair_down
        .as_deref()
        .map(|text| (text, "--impair-down"))
        .or(both);
    let mut setups = [Setup::default(), Setup::default()];
    for (index, (setup, list)) in setups.iter_mut().zip([up, down]).enumerate() {
        *setup = Setup {
            udp: if options.tcp { Vec::new() } else { addresses.clone() },
            tcp: if options.tcp { addresses.clone() } else { Vec::new() },
            ice_servers: servers.clone(),
            relay_only: relay,
            behind_nat,
            impairment: match list {
                // Each direction has dice of its own.
                Some((text, option)) => Some((
                    impairment::parse(text, option, options.tcp)?,
                    options.seed.wrapping_mul(2) + index as u64,
                )),
                None => None,
            },
            ice_timeouts: matches!(options.fault, Some(cli::Fault::PeerDies | cli::Fault::ConsentBlocked))
                .then_some(IMPATIENT),
        };
    }
    Ok(Plan {
        setups,
        channels: channels(options),
        media: media(options)?,
        only: (options.via == cli::Via::Srflx).then_some(CandidateType::ServerReflexive),
        fault: options.fault.map(fault),
        timeout: options.timeout,
        duration: options.duration,
        pings: options.pings,
        throughput: options.throughput,
        message_size: options.message_size,
    })
}

/// ICE is disconnected, failed, and asks for consent after so long where that is to be seen: 30 seconds are too long to wait.
const IMPATIENT: [Duration; 3] = [
    Duration::from_millis(1000),
    Duration::from_millis(1500),
    Duration::from_millis(250),
];

fn channels(options: &cli::Loopback) -> Vec<ChannelPlan> {
    let media = options.audio.is_some() || options.video.is_some();
    if media && !options.data && options.throughput.is_none() {
        return Vec::new();
    }
    let channel = |number: u16| ChannelPlan {
        label: match number {
            0 => "rtcdiag".to_owned(),
            _ => format!("rtcdiag-{}", number + 1),
        },
        unordered: options.unordered,
        max_retransmits: options.max_retransmits,
        max_packet_life_time: options.max_lifetime,
    };
    (0..options.channels).map(channel).collect()
}

fn media(options: &cli::Loopback) -> Result<Vec<MediaPlan>, Error> {
    if options.simulcast && options.video == Some(cli::Direction::Recvonly) {
        return Err(Error::new("the offerer sends no video, so it has no layers to send")
            .at("--simulcast --video=recvonly")
            .hint("take --video or --video=sendonly: an answerer sends layers only when it is asked for them"));
    }
    let plan = |codec, direction, bitrate| MediaPlan {
        codec,
        direction: match direction {
            cli::Direction::Sendrecv => MediaDirection::SendRecv,
            cli::Direction::Sendonly => MediaDirection::SendOnly,
            cli::Direction::Recvonly => MediaDirection::RecvOnly,
        },
        bitrate,
        simulcast: false,
    };
    let codec = match options.video_codec {
        cli::VideoCodec::Vp8 => Codec::Vp8,
        cli::VideoCodec::H264 => Codec::H264,
    };
    let audio = options
        .audio
        .map(|direction| plan(Codec::Opus, direction, options.audio_bitrate));
    let video = options.video.map(|direction| MediaPlan {
        simulcast: options.simulcast,
        ..plan(codec, direction, options.video_bitrate)
    });
    Ok(audio.into_iter().chain(video).collect())
}

fn fault(fault: cli::Fault) -> Fault {
    match fault {
        cli::Fault::WrongFingerprint => Fault::WrongFingerprint,
        cli::Fault::WrongPassword => Fault::WrongPassword,
        cli::Fault::NoCandidates => Fault::NoCandidates,
        cli::Fault::DtlsRoleClash => Fault::DtlsRoleClash,
        cli::Fault::PeerDies => Fault::PeerDies,
        cli::Fault::ConsentBlocked => Fault::ConsentBlocked,
        cli::Fault::IceRestart => Fault::IceRestart,
    }
}

/// Where sockets are bound: loopback, or an interface's addresses of the family.
fn addresses(options: &cli::Loopback) -> Result<Vec<SocketAddr>, Error> {
    let bind = |ip: IpAddr| SocketAddr::new(ip, 0);
    let Some(name) = &options.interface else {
        return Ok(vec![match options.ipv6 {
            true => bind(Ipv6Addr::LOCALHOST.into()),
            false => bind(Ipv4Addr::LOCALHOST.into()),
        }]);
    };
    let interfaces =
        enumerate().map_err(|error| Error::new(format!("cannot list the network interfaces ({error})")))?;
    let families = match options.ipv6 {
        true => Families::Ipv6,
        false => Families::Ipv4,
    };
    let selection = Selection {
        families,
        interface: Some(name.clone()),
        include_loopback: false,
    };
    let used = select(&interfaces, &selection).used;
    if used.is_empty() {
        let mut names: Vec<&str> = interfaces.iter().map(|interface| interface.name.as_str()).collect();
        names.dedup();
        return Err(Error::new("no address of this family can be used on the interface")
            .at(format!("--interface {name}"))
            .hint(format!("interfaces of this machine: {}", names.join(", "))));
    }
    Ok(used.into_iter().map(|address| bind(address.ip)).collect())
}

/// The servers of the options, or the built-in one.
fn servers(
    options: &cli::Loopback,
    embedded: Option<&EmbeddedServer>,
    context: &mut Context<'_>,
) -> Result<Vec<IceServer>, Error> {
    let mut servers = Vec::new();
    if let Some(path) = &options.ice_servers {
        let configuration = ice_servers(path)?;
        servers.extend(configuration.servers.into_iter().map(|server| IceServer {
            urls: vec![server.url.text.clone()],
            username: server.username.unwrap_or_default(),
            credential: server.credential,
        }));
    }
    if !options.turn.is_empty() {
        let credential = options
            .credential_env
            .as_deref()
            .map(|variable| from_environment(variable, "--credential-env"))
            .transpose()?;
        servers.push(IceServer {
            urls: options.turn.clone(),
            username: options.username.clone().unwrap_or_default(),
            credential,
        });
    }
    if !options.stun.is_empty() {
        servers.push(IceServer {
            urls: options.stun.clone(),
            username: String::new(),
            credential: None,
        });
    }
    if options.via == cli::Via::Srflx {
        // Only STUN servers are of use.
        servers
            .iter_mut()
            .for_each(|server| server.urls.retain(|url| is_stun(url)));
        servers.retain(|server| !server.urls.is_empty());
    }
    for server in &servers {
        if !server.username.is_empty() {
            (context.conceal)(Private::Username, &server.username);
        }
        if let Some(credential) = &server.credential {
            (context.conceal)(Private::Password, credential.expose());
        }
        // What the library skips without a word is told here.
        for url in &server.urls {
            if url.starts_with("turns:") || url.starts_with("stuns:") || url.contains("transport=tcp") {
                return Err(Error::new("the WebRTC library asks servers over UDP only")
                    .at(url.clone())
                    .hint("`rtcdiag candidates` tests servers over TCP and TLS"));
            }
        }
    }
    if let Some(embedded) = embedded {
        let family = if options.ipv6 { Family::Ipv6 } else { Family::Ipv4 };
        let url = match options.via {
            // The NAT stands before the peers already.
            cli::Via::Srflx => embedded.public_stun_url(family),
            _ => embedded.turn_url(family),
        };
        let url =
            url.ok_or_else(|| Error::new("the built-in server has no IPv6 address: this machine has no ::1").at("-6"))?;
        servers.push(IceServer {
            urls: vec![url],
            username: embedded.username().to_owned(),
            credential: Some(embedded.credential().clone()),
        });
    }
    Ok(servers)
}

fn is_stun(url: &str) -> bool {
    let scheme = url.split(':').next().unwrap_or_default();
    scheme.eq_ignore_ascii_case("stun") || scheme.eq_ignore_ascii_case("stuns")
}
