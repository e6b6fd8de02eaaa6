//! Session descriptions: what is wrong with one, what a pair agreed on, what changed between two.

pub mod diff;
pub mod explain;
pub mod negotiate;
