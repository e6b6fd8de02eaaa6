//! What follows from the series of a peer connection: pure functions, one subject a file.
//!
//! - [`config`]: which servers a configuration names;
//! - [`pair`]: which candidate pair was in use, and its candidates;
//! - [`rate`]: counters as rates, and how measures spread;
//! - [`metric`]: what is worth looking at of a stream, per interval, with its unit;
//! - [`phase`]: how long gathering, ICE, DTLS and the first media took;
//! - [`shape`]: what is odd about a series as such: resets, repetitions, clocks, limits;
//! - [`mod@unit`]: what members are measured in.

pub mod config;
pub mod metric;
pub mod pair;
pub mod phase;
pub mod rate;
pub mod shape;
pub mod unit;
