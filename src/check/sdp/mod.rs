//! Descriptions: what is wrong with them, what an offer and an answer make of each other, what changed between two.

pub mod diff;
pub mod explain;
pub mod form;
pub mod negotiate;
pub mod origin;
