//! The program: all of it is in the library.
#![forbid(unsafe_code)]
#![warn(clippy::disallowed_methods, clippy::disallowed_macros)]

use std::process::ExitCode;

fn main() -> ExitCode {
    ExitCode::from(rtcdiag::run(std::env::args_os()))
}
