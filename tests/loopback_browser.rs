//! A peer of ours in a call with Chromium, as offerer and as answerer: a data channel and media both ways, and both ends' getStats say
//! the same.

mod support;

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{IpAddr, SocketAddr, TcpListener, TcpStream, UdpSocket};
use std::sync::{Arc, Mutex, mpsc};
use std::time::Duration;

use rtcdiag::net::clock::Clock;
use rtcdiag::net::peer::data::{Channel, ChannelPlan};
use rtcdiag::net::peer::media::{MediaDirection, MediaKind, MediaPlan, Receiving, Sending, Sent};
use rtcdiag::net::peer::{Outlets, Peer, Setup, Side, Tap};
use serde_json::{Value, json};
use support::browser::{Failure, Kind, once_more_if_silent, run_once};
use support::peer::{Peer as Real, need};
use webrtc::peer_connection::RTCSessionDescription;

/// Nothing here may take longer.
const PATIENCE: Duration = Duration::from_secs(150);

/// What the page does in either role: a call with media made of an oscillator and a canvas, pings or echoes, then its statistics.
const PAGE: &str = r#"
const ask = async body => (await fetch('http://127.0.0.1:PORT/', {method: 'POST', body: JSON.stringify(body)})).json();
const pc = new RTCPeerConnection();
const audio = new AudioContext(), tone = audio.createOscillator(), out = audio.createMediaStreamDestination();
tone.connect(out); tone.start();
const canvas = document.createElement('canvas'), brush = canvas.getContext('2d');
let frame = 0; setInterval(() => { brush.fillStyle = `hsl(${frame++ % 360} 90% 50%)`; brush.fillRect(0, 0, 300, 150); }, 33);
const tracks = [out.stream.getAudioTracks()[0], canvas.captureStream(30).getVideoTracks()[0]];
const gathered = () => new Promise(done => {
  const check = () => pc.iceGatheringState === 'complete' && done(); pc.addEventListener('icegatheringstatechange', check); check();
});
let echoes = 0, channel;
const opened = new Promise(done => {
  const use = ch => { channel = ch; ch.onmessage = e => { echoes++; if (OFFERS) return; ch.send(e.data); }; ch.readyState === 'open' ? done() : ch.onopen = done; };
  if (OFFERS) use(pc.createDataChannel('page')); else pc.ondatachannel = e => use(e.channel);
});
if (OFFERS) {
  tracks.forEach(track => pc.addTrack(track, new MediaStream([track])));
  await pc.setLocalDescription();
  await gathered();
  await pc.setRemoteDescription(await ask(pc.localDescription));
} else {
  await pc.setRemoteDescription(await ask({}));
  tracks.forEach(track => pc.addTrack(track, new MediaStream([track])));
  await pc.setLocalDescription();
  await gathered();
  await ask(pc.localDescription);
}
await opened;
const until = async done => { while (!await done()) await new Promise(on => setTimeout(on, 100)); };
if (OFFERS) {
  for (let n = 1; n <= 20; n++) channel.send('ping ' + n);
  await until(() => echoes === 20);
}
await until(async () => (await ask({enough: true})).yes);
// From here on the other end sends no more media. What is under way is waited for, and for a while for what may be lost.
const sent = await ask({stop: true});
const came = async kind => [...(await pc.getStats()).values()].find(one => one.type === 'inbound-rtp' && one.kind === kind)?.packetsReceived ?? 0;
let looks = 0;
await until(async () => ++looks > 50 || (await came('audio') >= sent.audio && await came('video') >= sent.video));
const stats = [...(await pc.getStats()).values()];
await ask({counted: true});
return {echoes, stats};
"#;

/// An address that Chromium gathers too: it leaves loopback out.
fn address() -> Result<IpAddr, String> {
    let socket = UdpSocket::bind("0.0.0.0:0").map_err(|error| error.to_string())?;
    // Nothing is sent: this asks which way it would go.
    socket.connect("192.0.2.1:9").map_err(|error| error.to_string())?;
    let ip = socket.local_addr().map_err(|error| error.to_string())?.ip();
    match ip.is_loopback() {
        true => Err("there is no address but loopback".to_owned()),
        false => Ok(ip),
    }
}

/// Takes each request of the page to whoever answers, and the answer back.
fn signaling(asked: mpsc::Sender<Request>) -> u16 {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    std::thread::spawn(move || {
        for stream in listener.incoming().flatten() {
            let asked = asked.clone();
            std::thread::spawn(move || serve(stream, &asked));
        }
    });
    port
}

fn serve(mut stream: TcpStream, asked: &mpsc::Sender<Request>) -> Option<()> {
    let mut reader = BufReader::new(stream.try_clone().ok()?);
    let mut length = 0;
    loop {
        let mut line = String::new();
        if reader.read_line(&mut line).ok()? == 0 || line.trim().is_empty() {
            break;
        }
        if let Some(value) = line.to_lowercase().strip_prefix("content-length:") {
            length = value.trim().parse().ok()?;
        }
    }
    let mut body = vec![0; length];
    reader.read_exact(&mut body).ok()?;
    let (reply, answer) = mpsc::channel();
    asked.send((serde_json::from_slice(&body).ok()?, reply)).ok()?;
    let text = answer.recv_timeout(PATIENCE).ok()?.to_string();
    write!(
        stream,
        "HTTP/1.1 200 OK\r\nAccess-Control-Allow-Origin: *\r\nContent-Type: application/json\r\nContent-Length: {}\r\nConnection: close\r\n\r\n{text}",
        text.len()
    )
    .ok()
}

/// What our end has counted.
struct Ours {
    stats: Vec<Value>,
    sent: Vec<(MediaKind, Sent)>,
    received: Vec<(MediaKind, u64)>,
    echoes: usize,
}

const KINDS: [MediaKind; 2] = [MediaKind::Audio, MediaKind::Video];

impl Ours {
    fn sent_of(&self, kind: MediaKind) -> u64 {
        let own = self.sent.iter().filter(|(other, _)| *other == kind);
        own.map(|(_, sent)| sent.packets).sum()
    }

    fn received_of(&self, kind: MediaKind) -> u64 {
        let own = self.received.iter().filter(|(other, _)| *other == kind);
        own.map(|(_, packets)| packets).sum()
    }

    /// What the other end reports of what we send.
    fn report_of(&self, kind: MediaKind) -> Option<&Value> {
        let mut reports = of(&self.stats, "remote-inbound-rtp").into_iter();
        reports.find(|report| report["kind"] == kind.name())
    }

    /// Whether there is enough to compare.
    fn has_enough(&self, kind: MediaKind) -> bool {
        let reported = self
            .report_of(kind)
            .is_some_and(|report| report["roundTripTime"].is_f64());
        reported && self.sent_of(kind) > 100 && self.received_of(kind) > 50
    }
}

/// What the page asks, and where the answer goes.
type Request = (Value, mpsc::Sender<Value>);

const PLANS: [MediaPlan; 2] = [
    MediaPlan {
        kind: MediaKind::Audio,
        direction: MediaDirection::SendRecv,
        bitrate: 32_000,
    },
    MediaPlan {
        kind: MediaKind::Video,
        direction: MediaDirection::SendRecv,
        bitrate: 400_000,
    },
];

/// Waits for the page's next request without holding up the call.
async fn next(asked: &Arc<Mutex<mpsc::Receiver<Request>>>) -> Request {
    let asked = Arc::clone(asked);
    let wait = move || asked.lock().unwrap().recv_timeout(PATIENCE).unwrap();
    tokio::task::spawn_blocking(wait).await.unwrap()
}

async fn described(peer: &Peer) -> Value {
    peer.events
        .wait(|event| event.name == "icegatheringstatechange" && event.value == "complete")
        .await;
    let description = peer.connection.local_description().await.unwrap();
    let mut sdp = description.sdp.clone();
    if !sdp.contains("a=candidate:") {
        // After the first section, on which everything is bundled.
        let lines: String = peer
            .candidates()
            .iter()
            .map(|(candidate, _)| format!("a={candidate}\r\n"))
            .collect();
        let end = sdp.match_indices("\r\nm=").nth(1).map_or(sdp.len(), |(at, _)| at + 2);
        sdp.insert_str(end, &lines);
    }
    json!({ "type": description.sdp_type.to_string(), "sdp": sdp })
}

async fn call(side: Side, ip: IpAddr, asked: mpsc::Receiver<Request>) -> Ours {
    let asked = Arc::new(Mutex::new(asked));
    let clock = Clock::start();
    let tap = Tap::new(clock, None);
    let setup = Setup {
        udp: vec![SocketAddr::new(ip, 0)],
        ..Setup::default()
    };
    let (peer, outlets) = Peer::new(side, &setup, &tap).await.unwrap();
    let Outlets {
        mut channels,
        mut tracks,
        ..
    } = outlets;
    let mut sending = Vec::new();
    let mut channel = None;
    let remote = if side == Side::Offerer {
        let plan = ChannelPlan {
            label: "rtcdiag".to_owned(),
            ..ChannelPlan::default()
        };
        let made = peer
            .connection
            .create_data_channel(&plan.label, Some(plan.init()))
            .await
            .unwrap();
        channel = Some(Channel::watch(plan.label, made, peer.events.clone(), false));
        for plan in PLANS {
            sending.extend(Sending::add(&peer.connection, side, plan).await.unwrap());
        }
        let (_, reply) = next(&asked).await;
        peer.set_local(peer.connection.create_offer(None).await.unwrap())
            .await
            .unwrap();
        reply.send(described(&peer).await).unwrap();
        let (answer, reply) = next(&asked).await;
        peer.set_remote(RTCSessionDescription::answer(answer["sdp"].as_str().unwrap().to_owned()).unwrap())
            .await
            .unwrap();
        reply.send(json!({})).unwrap();
        answer
    } else {
        let (offer, reply) = next(&asked).await;
        peer.set_remote(RTCSessionDescription::offer(offer["sdp"].as_str().unwrap().to_owned()).unwrap())
            .await
            .unwrap();
        for plan in PLANS {
            sending.extend(Sending::add(&peer.connection, side, plan).await.unwrap());
        }
        peer.set_local(peer.connection.create_answer(None).await.unwrap())
            .await
            .unwrap();
        reply.send(described(&peer).await).unwrap();
        offer
    };
    let arrived: Arc<Mutex<Vec<Receiving>>> = Arc::default();
    let into = Arc::clone(&arrived);
    tokio::spawn(async move {
        while let Some(track) = tracks.recv().await {
            let receiving = Receiving::watch(track, clock).await;
            into.lock().unwrap().push(receiving);
        }
    });
    let is_connected =
        |event: &rtcdiag::net::peer::events::Event| event.name == "connectionstatechange" && event.value == "connected";
    peer.events.wait(is_connected).await;
    let mut counts = Vec::new();
    let mut media = Vec::new();
    for track in sending {
        let sent: Arc<Mutex<Sent>> = Arc::default();
        counts.push((track.plan.kind, Arc::clone(&sent)));
        media.push(tokio::spawn(async move { track.run(clock, sent).await }));
    }
    let mut echoes = 0;
    if let Some(channel) = &channel {
        peer.events.wait(|event| event.name == "open").await;
        let until = clock.now() + PATIENCE;
        let took = channel.ping(&clock, 20, 1, Duration::ZERO, until).await;
        echoes = took.iter().flatten().count();
    } else {
        let theirs = channels.recv().await.unwrap();
        let label = theirs.label().await.unwrap();
        channel = Some(Channel::watch(label, theirs, peer.events.clone(), true));
    }
    let candidates = remote["sdp"].as_str().unwrap().lines();
    let candidates = candidates.filter_map(|line| line.strip_prefix("a=candidate:"));
    let candidates: Vec<_> = candidates
        .map(|candidate| (format!("candidate:{candidate}"), None))
        .collect();
    loop {
        let (question, reply) = next(&asked).await;
        let ours = Ours {
            stats: peer.stats(candidates.clone()).await,
            sent: counts
                .iter()
                .map(|(kind, sent)| (*kind, *sent.lock().unwrap()))
                .collect(),
            received: arrived
                .lock()
                .unwrap()
                .iter()
                .map(|track| (track.kind, track.received().packets))
                .collect(),
            echoes,
        };
        if question["enough"] == true {
            reply
                .send(json!({ "yes": KINDS.iter().all(|kind| ours.has_enough(*kind)) }))
                .unwrap();
        } else if question["stop"] == true {
            media.iter().for_each(|task| task.abort());
            reply
                .send(json!({ "audio": ours.sent_of(MediaKind::Audio), "video": ours.sent_of(MediaKind::Video) }))
                .unwrap();
        } else {
            reply.send(json!({})).unwrap();
            drop(channel);
            return ours;
        }
    }
}

fn of<'s>(stats: &'s [Value], kind: &str) -> Vec<&'s Value> {
    stats.iter().filter(|object| object["type"] == kind).collect()
}

fn with_chromium(side: Side) {
    let Some(ip) = need(Real::Chromium, address()) else {
        return;
    };
    let Some((ours, page)) = need(Real::Chromium, once_more_if_silent(|| play(side, ip))) else {
        return;
    };
    compare(side, &ours, &page);
}

/// The call; what each end says of it.
fn play(side: Side, ip: IpAddr) -> Result<(Ours, Value), Failure> {
    let (tell, asked) = mpsc::channel();
    let port = signaling(tell);
    let ours = std::thread::spawn(move || {
        let runtime = rtcdiag::net::runtime::build_threads().unwrap();
        runtime.block_on(async { tokio::time::timeout(PATIENCE, call(side, ip, asked)).await })
    });
    let script = PAGE
        .replace("PORT", &port.to_string())
        .replace("OFFERS", if side == Side::Answerer { "true" } else { "false" });
    let page = run_once(Kind::Chromium, &script)?;
    let ours = ours.join().unwrap().expect("our end is done in time");
    Ok((ours, page))
}

fn compare(side: Side, ours: &Ours, page: &Value) {
    let theirs = page["stats"].as_array().unwrap();

    match side {
        Side::Offerer => assert_eq!(ours.echoes, 20),
        Side::Answerer => assert_eq!(page["echoes"], 20),
    }
    for kind in KINDS {
        let number = |kind_of: &str, member: &str| {
            let streams = of(theirs, kind_of);
            let stream = streams.iter().find(|stream| stream["kind"] == kind.name());
            stream.and_then(|stream| stream[member].as_u64()).unwrap_or(0)
        };
        let sent = ours.sent_of(kind);
        let got = number("inbound-rtp", "packetsReceived");
        // The first ones may come before the page has their keys.
        assert!(got > 50 && got <= sent && got + 30 >= sent, "{kind:?}: {got} of {sent}");
        // We count last: what was on its way has come, and more.
        let (received, told) = (ours.received_of(kind), number("outbound-rtp", "packetsSent"));
        assert!(received > 50 && received + 30 >= told, "{kind:?}: {received} of {told}");
        let report = ours.report_of(kind).expect("a report of Chromium's about ours");
        // Seconds, on one machine, be it busy.
        assert!(
            report["roundTripTime"].as_f64().is_some_and(|took| took < 2.0),
            "{report}"
        );
    }
    let [mine, other] = [&ours.stats[..], &theirs[..]].map(|stats| {
        let pairs = of(stats, "candidate-pair");
        let pair = pairs
            .into_iter()
            .find(|pair| pair["nominated"] == true && pair["state"] == "succeeded")
            .expect("a nominated pair");
        let by_id = |id: &Value| {
            stats
                .iter()
                .find(|object| object["id"] == *id)
                .expect("the candidate of a pair")
        };
        let (local, remote) = (by_id(&pair["localCandidateId"]), by_id(&pair["remoteCandidateId"]));
        (local["port"].clone(), remote["port"].clone(), local["protocol"].clone())
    });
    assert_eq!((&mine.0, &mine.1, &mine.2), (&other.1, &other.0, &other.2));
    let channel = |stats: &[Value]| {
        of(stats, "data-channel").first().map(|channel| {
            ["bytesSent", "bytesReceived", "messagesSent", "messagesReceived"]
                .map(|member| channel[member].as_u64().unwrap_or(0))
        })
    };
    let [ours_channel, theirs_channel] = [channel(&ours.stats).unwrap(), channel(theirs).unwrap()];
    assert_eq!(
        ours_channel,
        [
            theirs_channel[1],
            theirs_channel[0],
            theirs_channel[3],
            theirs_channel[2]
        ]
    );
}

#[test]
fn chromium_answers() {
    with_chromium(Side::Offerer);
}

#[test]
fn chromium_offers() {
    with_chromium(Side::Answerer);
}
