//! rtcdiag: why does my WebRTC call not connect, or sound bad?
#![forbid(unsafe_code)]

pub mod check;
pub mod datagram;
pub mod exchange;
pub mod net;
pub mod probe;
pub mod proto;
pub mod report;
pub mod secret;
pub mod time;
