//! What follows from the series of a peer connection: pure functions, one subject a file.
//!
//! - [`between`]: both ends of a call side by side: by [`ends`], which connections those are, [`offset`], how far their clocks are
//!   apart, and [`passage`], what one sent and the other got, by [`curve`], counters that can be asked at any time;
//! - [`config`]: which servers a configuration names;
//! - [`pair`]: which candidate pair was in use, and its candidates;
//! - [`rate`]: counters as rates, and how measures spread;
//! - [`metric`]: what is worth looking at of a stream, per interval, with its unit;
//! - [`phase`]: how long gathering, ICE, DTLS and the first media took;
//! - [`shape`]: what is odd about a series as such: resets, repetitions, clocks, limits;
//! - [`mod@stream`]: the streams of RTP, whichever generation of stats tells of them;
//! - [`mod@unit`]: what members are measured in.

pub mod between;
pub mod config;
pub mod curve;
pub mod ends;
pub mod metric;
pub mod offset;
pub mod pair;
pub mod passage;
pub mod phase;
pub mod rate;
pub mod shape;
pub mod stream;
pub mod unit;
