//! Checks of statistics of calls.

pub mod reading;
