//! rtcdiag: why does my WebRTC call not connect, or sound bad?
#![forbid(unsafe_code)]
#![cfg_attr(not(test), warn(clippy::disallowed_methods, clippy::disallowed_macros))]

pub mod check;
pub mod datagram;
pub mod exchange;
pub mod probe;
pub mod proto;
pub mod report;
pub mod secret;
pub mod time;
