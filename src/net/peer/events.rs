//! [`Events`]: what a peer's events told, with the names of the W3C, and a way to wait for them.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use serde_json::Value;
use tokio::sync::watch;

use crate::net::clock::Clock;
use crate::time::At;

/// Something that a page would get an event for, or that a promise was fulfilled.
#[derive(Clone, Debug, PartialEq)]
pub struct Event {
    /// When it was told.
    pub at: At,
    /// The event's name (`iceconnectionstatechange`), or the method's that is done (`setLocalDescription`).
    pub name: &'static str,
    /// The new state, or what came with it.
    pub value: Value,
}

/// The events of a peer so far.
#[derive(Clone, Debug)]
pub struct Events {
    clock: Clock,
    events: Arc<Mutex<Vec<Event>>>,
    count: watch::Sender<usize>,
}

impl Events {
    /// None yet.
    pub fn new(clock: Clock) -> Events {
        Events {
            clock,
            events: Arc::default(),
            count: watch::Sender::new(0),
        }
    }

    /// Tells one, now.
    pub fn tell(&self, name: &'static str, value: impl Into<Value>) {
        let at = self.clock.now();
        self.lock().push(Event {
            at,
            name,
            value: value.into(),
        });
        self.count.send_modify(|count| *count += 1);
    }

    /// All so far, in the order of time.
    pub fn all(&self) -> Vec<Event> {
        self.lock().clone()
    }

    /// The first for which `wanted` holds, if there has been one.
    pub fn find(&self, wanted: impl Fn(&Event) -> bool) -> Option<Event> {
        self.lock().iter().find(|event| wanted(event)).cloned()
    }

    /// The last value that the event `name` had.
    pub fn last(&self, name: &str) -> Option<Value> {
        let events = self.lock();
        let last = events.iter().rev().find(|event| event.name == name);
        last.map(|event| event.value.clone())
    }

    /// Waits until there is one for which `wanted` holds, among those before too.
    pub async fn wait(&self, wanted: impl Fn(&Event) -> bool) -> Event {
        let mut count = self.count.subscribe();
        loop {
            count.mark_unchanged();
            if let Some(event) = self.find(&wanted) {
                return event;
            }
            // The sender lives as long as `self`.
            let _ = count.changed().await;
        }
    }

    fn lock(&self) -> MutexGuard<'_, Vec<Event>> {
        self.events.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
