//! Descriptions: what is wrong with them, and what an offer and an answer make of each other.

pub mod form;
