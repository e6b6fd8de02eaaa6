//! rtcdiag: why does my WebRTC call not connect, or sound bad?
#![forbid(unsafe_code)]

pub mod datagram;
pub mod proto;
pub mod secret;
pub mod time;
