//! What the tests with real peers share: running the program, reading its report, and standing up the other side.
//!
//! A test that lacks its peer says so on stderr and passes, so that `cargo test` works on any machine. With
//! `RTCDIAG_REQUIRE_PEERS` (see [`peer`]) lacking one is a failure: `scripts/test` sets it for what it managed to install.
//! These tests see the program from outside only: its command line, its JSON, its exit code.

#![allow(dead_code, reason = "each test binary uses its own part of this")]

pub mod aiortc;
pub mod browser;
pub mod candidate_parser;
pub mod capture;
pub mod certificates;
pub mod coturn;
pub mod devtools;
pub mod findings;
pub mod forwarder;
pub mod golden;
pub mod loopback;
pub mod namespaces;
pub mod packets;
pub mod peer;
pub mod ports;
pub mod program;
pub mod report;
pub mod rest;
pub mod sdp;
pub mod sdp_call;
pub mod sdp_mutations;
pub mod turn_client;
