//! Bytes and text to types and back. No IO, no clock, no async, no printing.

pub mod ice;
pub mod turn_rest;
