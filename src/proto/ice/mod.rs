//! ICE as text and numbers: candidates, their priorities and foundations, and the servers they are gathered from.
//!
//! Nothing here sends anything; connectivity checks and gathering live in `probe` and `net`.

pub mod candidate;
mod config;
mod error;
pub mod priority;
mod quirk;
pub mod server;
pub mod url;

pub use candidate::{Candidate, CandidateError, CandidateType, TcpType};
pub use priority::{Preferences, foundation, local_preferences, pair_priority};
pub use server::{
    ConfigQuirk, IceServer, IceServers, IceServersError, IceTransportPolicy, Refusal, Refused, parse_ice_servers,
};
pub use url::{Host, Scheme, ServerUrl, UrlError, UrlPart, UrlQuirk};
