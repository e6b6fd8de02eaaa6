//! rtcdiag: why does my WebRTC call not connect, or sound bad?
#![forbid(unsafe_code)]

pub mod check;
pub mod cli;
pub mod command;
pub mod datagram;
pub mod error;
pub mod exchange;
pub mod probe;
pub mod proto;
pub mod render;
pub mod report;
pub mod secret;
pub mod time;
