//! Names to addresses, by the system's own resolver (`getaddrinfo`): what a browser on this host would get.
//!
//! The lookup runs on a thread of its own that is left behind when the deadline passes: `getaddrinfo` cannot be
//! stopped, and neither the run nor its end may wait for it.

use std::io;
use std::net::{SocketAddr, ToSocketAddrs};

use tokio::sync::oneshot;

use crate::net::clock::Clock;
use crate::net::interface::Families;
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

/// Looks `name` up (an IP address in text form is its own answer) and gives all addresses of the wanted IP versions
/// with `port`, each once, in the resolver's order (RFC 6724). Ends by `deadline`.
pub async fn resolve_name(
    name: &str,
    port: u16,
    families: Families,
    clock: &Clock,
    deadline: At,
) -> Result<Vec<SocketAddr>, ResolveError> {
    let (sender, receiver) = oneshot::channel();
    let owned = name.to_owned();
    let lookup = move || {
        let _ = sender.send((owned.as_str(), port).to_socket_addrs().map(Iterator::collect));
    };
    let io = |message: String| ResolveError::Io {
        name: name.to_owned(),
        message,
    };
    std::thread::Builder::new()
        .name("resolve".into())
        .spawn(lookup)
        .map_err(|e| io(e.to_string()))?;
    let answer: io::Result<Vec<SocketAddr>> = match clock.within(deadline, receiver).await {
        None => return Err(ResolveError::Timeout { name: name.to_owned() }),
        Some(Err(_)) => return Err(io("the lookup was lost".into())),
        Some(Ok(answer)) => answer,
    };
    match answer {
        Ok(addresses) => filter(name, addresses, families),
        Err(error) => Err(classify(name, &error)),
    }
}

fn filter(name: &str, addresses: Vec<SocketAddr>, families: Families) -> Result<Vec<SocketAddr>, ResolveError> {
    let mut wanted: Vec<SocketAddr> = Vec::new();
    let mut others: Vec<SocketAddr> = Vec::new();
    for address in addresses {
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
        (false, _) => Ok(wanted),
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
    let text = error.to_string();
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

    #[test]
    fn families_and_duplicates() {
        let both = list(&["[::1]:3478", "127.0.0.1:3478", "127.0.0.1:3478"]);
        assert_eq!(
            filter("h", both.clone(), Families::Both).unwrap(),
            list(&["[::1]:3478", "127.0.0.1:3478"])
        );
        assert_eq!(
            filter("h", both.clone(), Families::Ipv4).unwrap(),
            list(&["127.0.0.1:3478"])
        );
        let others = list(&["127.0.0.1:3478"]);
        assert_eq!(
            filter("h", others.clone(), Families::Ipv6),
            Err(ResolveError::NoAddressOfFamily {
                name: "h".into(),
                others
            })
        );
        assert!(matches!(
            filter("h", Vec::new(), Families::Both),
            Err(ResolveError::NotFound { .. })
        ));
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
