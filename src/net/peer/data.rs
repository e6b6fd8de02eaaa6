//! Data channels of a call: the offerer opens them, pings and sends; the answerer echoes and counts.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use bytes::BytesMut;
use tokio::sync::Notify;
use webrtc::data_channel::{DataChannel, DataChannelEvent, RTCDataChannelInit};

use super::events::Events;
use crate::net::clock::Clock;
use crate::time::At;

/// How a channel delivers (RFC 8831 §6.4).
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ChannelPlan {
    /// Its label.
    pub label: String,
    /// Messages may overtake each other.
    pub unordered: bool,
    /// A message is given up after so many retransmissions.
    pub max_retransmits: Option<u16>,
    /// A message is given up after so many milliseconds.
    pub max_packet_life_time: Option<u16>,
}

impl ChannelPlan {
    /// As the library takes it.
    pub fn init(&self) -> RTCDataChannelInit {
        RTCDataChannelInit {
            ordered: !self.unordered,
            max_retransmits: self.max_retransmits,
            max_packet_life_time: self.max_packet_life_time,
            ..RTCDataChannelInit::default()
        }
    }
}

/// A channel at one end, and what has come of it.
pub struct Channel {
    /// Its label.
    pub label: String,
    /// The channel.
    pub channel: Arc<dyn DataChannel>,
    /// What has come in.
    pub counts: Arc<Counts>,
}

/// What a channel has received.
#[derive(Debug, Default)]
pub struct Counts {
    /// Binary messages.
    pub messages: AtomicU64,
    /// Their octets.
    pub bytes: AtomicU64,
    /// Echoes: the number of the last one, from 1.
    pub echo: AtomicU64,
    /// Something came in.
    pub news: Notify,
}

impl Channel {
    /// Takes the events of a channel: tells its states, counts binary messages, echoes pings where `echoes`.
    pub fn watch(label: String, channel: Arc<dyn DataChannel>, events: Events, echoes: bool) -> Channel {
        let counts = Arc::new(Counts::default());
        tokio::spawn(take(
            label.clone(),
            Arc::clone(&channel),
            events,
            Arc::clone(&counts),
            echoes,
        ));
        Channel { label, channel, counts }
    }

    /// Sends `count` pings one after the other; the round trips, `None` for one that did not come back in time. Ends at `until`
    /// even if there are more to send, and when the channel fails.
    pub async fn ping(&self, clock: &Clock, count: u32, first: u64, gap: Duration, until: At) -> Vec<Option<Duration>> {
        /// An echo that takes longer is lost: a channel may be unreliable.
        const PATIENCE: Duration = Duration::from_secs(3);
        let mut took = Vec::new();
        for number in (first..).take(count as usize) {
            let sent = clock.now();
            if sent >= until {
                break;
            }
            if self.channel.send_text(&format!("ping {number}")).await.is_err() {
                break;
            }
            let echo = async {
                loop {
                    let news = self.counts.news.notified();
                    if self.counts.echo.load(Ordering::Acquire) >= number {
                        break;
                    }
                    news.await;
                }
            };
            let came = clock.within(sent + PATIENCE, echo).await;
            took.push(came.map(|()| clock.now().since(sent)));
            if !gap.is_zero() {
                clock.sleep_until(sent + gap).await;
            }
        }
        took
    }

    /// Sends messages of `size` octets until `until`; how many were sent.
    pub async fn pour(&self, clock: &Clock, size: usize, until: At) -> u64 {
        let message = BytesMut::from_iter((0..size).map(|index| index as u8));
        let mut sent = 0;
        while clock.now() < until {
            match clock.within(until, self.channel.send(message.clone())).await {
                Some(Ok(())) => sent += 1,
                Some(Err(_)) | None => break,
            }
        }
        sent
    }
}

/// The first octets of the text that asks for an echo.
const PING: &[u8] = b"ping ";

async fn take(label: String, channel: Arc<dyn DataChannel>, events: Events, counts: Arc<Counts>, echoes: bool) {
    while let Some(event) = channel.poll().await {
        match event {
            DataChannelEvent::OnOpen => events.tell("open", label.as_str()),
            DataChannelEvent::OnClosing => events.tell("closing", label.as_str()),
            DataChannelEvent::OnError => events.tell("channelerror", label.as_str()),
            DataChannelEvent::OnClose => {
                events.tell("close", label.as_str());
                break;
            }
            DataChannelEvent::OnMessage(message) => {
                let number = message.data.strip_prefix(PING).filter(|_| message.is_string);
                match number {
                    Some(_) if echoes => {
                        let text = String::from_utf8_lossy(&message.data).into_owned();
                        // The channel closes: nobody waits for it.
                        let _ = channel.send_text(&text).await;
                    }
                    Some(number) => {
                        let number = std::str::from_utf8(number).ok().and_then(|text| text.parse().ok());
                        counts.echo.fetch_max(number.unwrap_or(0), Ordering::AcqRel);
                    }
                    None => {
                        counts.messages.fetch_add(1, Ordering::Relaxed);
                        counts.bytes.fetch_add(message.data.len() as u64, Ordering::Relaxed);
                    }
                }
                counts.news.notify_waiters();
                counts.news.notify_one();
            }
            _ => {}
        }
    }
}
