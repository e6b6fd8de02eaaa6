//! Facts -> findings. Pure: no IO, no clock; one file per subject, tested by tables.

pub mod address;
pub mod candidates;
pub mod catalog;
pub mod loopback;
pub mod nat;
pub mod pcap;
pub mod sdp;
pub mod server;
pub mod stats;
mod words;
