//! Bytes and text to types and back. No IO, no clock, no async, no printing.

pub mod dcep;
pub mod demux;
pub mod dtls;
pub mod ice;
pub mod icmp;
pub mod quic;
pub mod reader;
pub mod registry;
pub mod rtcp;
pub mod rtp;
pub mod sctp;
pub mod sdp;
pub mod stun;
pub mod tls;
pub mod turn;
pub mod turn_rest;
