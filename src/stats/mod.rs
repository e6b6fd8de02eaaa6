//! getStats() reports and what browsers and apps write of calls, in any format, as typed time series.
//!
//! - [`read`] tells the format by its content and reads it in one go: memory grows with what was measured, not with the text;
//! - [`json`]: the pull reader below; [`decimal`], [`mod@column`], [`names`]: numbers and texts in few octets;
//! - [`dump`], [`object`], [`event`]: what was read; [`report`] and [`members`]: how reports become series; [`fields`]: how events
//!   are written;
//! - one file for each format: [`internals`], [`rtcstats`] (with [`connections`], [`codes`] and [`restore`]), [`firefox`], [`page`],
//!   [`getstats`]; [`clock`] and [`browser`] for what is written in many ways;
//! - [`facts`]: what follows from the series: pairs, streams, rates, phases.

pub mod browser;
pub mod clock;
pub mod codes;
pub mod column;
pub mod connections;
pub mod decimal;
pub mod dump;
pub mod event;
pub mod facts;
pub mod fields;
pub mod firefox;
pub mod getstats;
pub mod internals;
pub mod json;
pub mod members;
pub mod names;
pub mod object;
pub mod page;
pub mod report;
pub mod restore;
pub mod rtcstats;

mod detect;

pub use column::Sample;
pub use detect::{NotStats, read};
pub use dump::{Browser, Damage, Dump, Format, MediaCall, PeerConnection};
pub use event::{Detail, Event};
pub use names::{Name, Names};
pub use object::{Series, StatsObject};

#[cfg(test)]
mod tests;
