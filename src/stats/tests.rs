//! Tests of whole files, format by format.
