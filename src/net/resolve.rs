//! Names to addresses, by the system's own resolver (`getaddrinfo`): what a browser on this host would get.
//!
//! The lookup runs on a thread of its own that is left behind when the deadline passes: `getaddrinfo` cannot be
//! stopped, and neither the run nor its end may wait for it.

use std::cell::RefCell;
use std::collections::HashMap;
use std::io;
use std::net::{SocketAddr, ToSocketAddrs};
use std::sync::Arc;

use tokio::sync::{Semaphore, watch};

use crate::net::clock::Clock;
use crate::net::interface::Families;
use crate::net::{limit, reason};
use crate::time::At;

/// Why a name gave no address.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ResolveError {
    /// The resolver says there is no such name, or that it has no address.
    #[error("{name}: {message}")]
    NotFound {
        /// The name asked for.
        name: String,
        /// What the resolver said.
        message: String,
    },
    /// The resolver could not answer now: no DNS server reached, or it failed.
    #[error("{name}: {message}")]
    Temporary {
        /// The name asked for.
        name: String,
        /// What the resolver said.
        message: String,
    },
    /// No answer by the deadline.
    #[error("{name}: no answer from the resolver in time")]
    Timeout {
        /// The name asked for.
        name: String,
    },
    /// The name has addresses, but none of the IP version asked for.
    #[error("{name}: no address of the IP version asked for")]
    NoAddressOfFamily {
        /// The name asked for.
        name: String,
        /// The addresses it has.
        others: Vec<SocketAddr>,
    },
    /// Anything else, a name that cannot be looked up among it.
    #[error("{name}: {message}")]
    Io {
        /// The name asked for.
        name: String,
        /// What the system said.
        message: String,
    },
}

/// Addresses of one name that are given; a name with more is a mistake, or an attack on whoever asks.
const ADDRESSES: usize = 16;

/// What a name stands for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Resolved {
    /// Its addresses of the wanted IP versions, each once, in the resolver's order (RFC 6724); 16 at most.
    pub addresses: Vec<SocketAddr>,
    /// How many more there are.
    pub left_out: usize,
}

/// Looks names up: each once, however often it is asked for, and so many at once.
#[derive(Debug)]
pub struct Resolver {
    clock: Clock,
    lookups: RefCell<HashMap<String, Lookup>>,
    slots: Arc<Semaphore>,
}

/// One lookup under way or done, for all who want to know.
type Lookup = watch::Receiver<Option<Answer>>;
/// All addresses, with port 0.
type Answer = Result<Vec<SocketAddr>, ResolveError>;

impl Resolver {
    /// Knows nothing yet.
    pub fn new(clock: Clock) -> Resolver {
        Resolver {
            clock,
            lookups: RefCell::default(),
            slots: Arc::new(Semaphore::new(limit::affordable().min(LOOKUPS))),
        }
    }

    /// Looks `name` up (an IP address in text form is its own answer) and gives its addresses of the wanted IP versions
    /// with `port`. Ends by `deadline`. Must be called inside a `LocalSet`.
    pub async fn resolve(
        &self,
        name: &str,
        port: u16,
        families: Families,
        deadline: At,
    ) -> Result<Resolved, ResolveError> {
        let mut lookup = self.lookup(name);
        let answer = match self.clock.within(deadline, lookup.wait_for(Option::is_some)).await {
            None => return Err(ResolveError::Timeout { name: name.to_owned() }),
            Some(Ok(answer)) => answer.clone(),
            Some(Err(_)) => None,
        };
        let lost = || {
            Err(ResolveError::Io {
                name: name.to_owned(),
                message: "the lookup was lost".into(),
            })
        };
        filter(name, port, answer.unwrap_or_else(lost)?, families)
    }

    /// The lookup of `name`, which this may start.
    fn lookup(&self, name: &str) -> Lookup {
        let mut lookups = self.lookups.borrow_mut();
        if let Some(known) = lookups.get(name) {
            return known.clone();
        }
        let (sender, lookup) = watch::channel(None);
        lookups.insert(name.to_owned(), lookup.clone());
        tokio::task::spawn_local(start(name.to_owned(), Arc::clone(&self.slots), Arc::new(sender)));
        lookup
    }
}

/// Lookups at once: each has a thread.
const LOOKUPS: usize = 32;

/// Waits for a slot and starts a thread that has it until the system's resolver is done.
async fn start(name: String, slots: Arc<Semaphore>, sender: Arc<watch::Sender<Option<Answer>>>) {
    let slot = slots.acquire_owned().await;
    let (asked, answers) = (name.clone(), Arc::clone(&sender));
    let job = move || {
        let addresses = (asked.as_str(), 0).to_socket_addrs().map(Iterator::collect);
        drop(slot);
        // Nobody listens only when the run is over.
        let _ = answers.send(Some(addresses.map_err(|error| classify(&asked, &error))));
    };
    if let Err(error) = std::thread::Builder::new().name("resolve".into()).spawn(job) {
        let message = reason(&error);
        let _ = sender.send(Some(Err(ResolveError::Io { name, message })));
    }
}

fn filter(name: &str, port: u16, addresses: Vec<SocketAddr>, families: Families) -> Result<Resolved, ResolveError> {
    let mut wanted: Vec<SocketAddr> = Vec::new();
    let mut others: Vec<SocketAddr> = Vec::new();
    for mut address in addresses {
        address.set_port(port);
        let list = if families.contains(address.ip()) {
            &mut wanted
        } else {
            &mut others
        };
        if !list.contains(&address) {
            list.push(address);
        }
    }
    let name = || name.to_owned();
    match (wanted.is_empty(), others.is_empty()) {
        (false, _) => {
            let left_out = wanted.len().saturating_sub(ADDRESSES);
            wanted.truncate(ADDRESSES);
            Ok(Resolved {
                addresses: wanted,
                left_out,
            })
        }
        (true, false) => Err(ResolveError::NoAddressOfFamily { name: name(), others }),
        (true, true) => Err(ResolveError::NotFound {
            name: name(),
            message: "no address".into(),
        }),
    }
}

/// Sorts the resolver's errors. The standard library keeps only the text of `getaddrinfo`'s codes, so the text decides:
/// EAI_NONAME and EAI_NODATA of glibc, musl, macOS and Windows, then EAI_AGAIN.
fn classify(name: &str, error: &io::Error) -> ResolveError {
    const NOT_FOUND: [&str; 6] = [
        "Name or service not known",
        "No address associated with",
        "Name does not resolve",
        "nodename nor servname",
        "No such host is known",
        "Name has no usable address",
    ];
    const TEMPORARY: [&str; 4] = [
        "Temporary failure",
        "Try again",
        "Non-recoverable failure",
        "temporary error during hostname resolution",
    ];
    let text = reason(error);
    let message = text
        .trim_start_matches("failed to lookup address information: ")
        .to_owned();
    let name = name.to_owned();
    if NOT_FOUND.iter().any(|known| text.contains(known)) {
        ResolveError::NotFound { name, message }
    } else if TEMPORARY.iter().any(|known| text.contains(known)) {
        ResolveError::Temporary { name, message }
    } else {
        ResolveError::Io { name, message }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn list(addresses: &[&str]) -> Vec<SocketAddr> {
        addresses.iter().map(|a| a.parse().unwrap()).collect()
    }

    fn filtered(addresses: &[&str], families: Families) -> Result<Vec<SocketAddr>, ResolveError> {
        filter("h", 3478, list(addresses), families).map(|resolved| resolved.addresses)
    }

    #[test]
    fn families_and_duplicates() {
        let both = ["[::1]:0", "127.0.0.1:0", "127.0.0.1:0"];
        assert_eq!(
            filtered(&both, Families::Both).unwrap(),
            list(&["[::1]:3478", "127.0.0.1:3478"])
        );
        assert_eq!(filtered(&both, Families::Ipv4).unwrap(), list(&["127.0.0.1:3478"]));
        assert_eq!(
            filtered(&["127.0.0.1:0"], Families::Ipv6),
            Err(ResolveError::NoAddressOfFamily {
                name: "h".into(),
                others: list(&["127.0.0.1:3478"])
            })
        );
        assert!(matches!(
            filtered(&[], Families::Both),
            Err(ResolveError::NotFound { .. })
        ));
    }

    #[test]
    fn a_name_with_hundreds_of_addresses() {
        let all: Vec<SocketAddr> = (0..200).map(|n| SocketAddr::from(([192, 0, 2, n], 0))).collect();
        let resolved = filter("h", 1, all, Families::Both).unwrap();
        assert_eq!((resolved.addresses.len(), resolved.left_out), (16, 184));
    }

    #[tokio::test]
    async fn a_name_is_looked_up_once() {
        let resolver = Resolver::new(Clock::start());
        let local = tokio::task::LocalSet::new();
        local
            .run_until(async {
                let (first, second) = (resolver.lookup("localhost"), resolver.lookup("localhost"));
                assert!(first.same_channel(&second));
                assert!(!first.same_channel(&resolver.lookup("127.0.0.1")));
            })
            .await;
    }

    #[tokio::test]
    async fn lookups_wait_for_each_other() {
        let mut resolver = Resolver::new(Clock::start());
        resolver.slots = Arc::new(Semaphore::new(1));
        let local = tokio::task::LocalSet::new();
        local
            .run_until(async {
                let held = Arc::clone(&resolver.slots).acquire_owned().await;
                let soon = |ms| resolver.clock.now() + std::time::Duration::from_millis(ms);
                let waiting = resolver.resolve("127.0.0.1", 1, Families::Both, soon(20)).await;
                assert!(matches!(waiting, Err(ResolveError::Timeout { .. })), "{waiting:?}");
                drop(held);
                let done = resolver.resolve("127.0.0.1", 1, Families::Both, soon(5000)).await;
                assert_eq!(done.unwrap().addresses, list(&["127.0.0.1:1"]));
            })
            .await;
    }

    #[test]
    fn texts_of_getaddrinfo() {
        let of = |text: &str| {
            classify(
                "h",
                &io::Error::other(format!("failed to lookup address information: {text}")),
            )
        };
        let (name, message) = ("h".to_owned(), "Name or service not known".to_owned());
        assert_eq!(
            of("Name or service not known"),
            ResolveError::NotFound { name, message }
        );
        assert!(matches!(
            of("Temporary failure in name resolution"),
            ResolveError::Temporary { .. }
        ));
        assert!(matches!(of("System error"), ResolveError::Io { .. }));
    }
}
