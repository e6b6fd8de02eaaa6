//! rtcdiag: why does my WebRTC call not connect, or sound bad?
#![forbid(unsafe_code)]

pub mod check;
pub mod cli;
pub mod datagram;
pub mod error;
pub mod render;
pub mod report;
pub mod secret;
pub mod time;
