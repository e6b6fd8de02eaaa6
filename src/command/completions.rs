//! `rtcdiag completions`: the completion scripts that shells read.

use clap::CommandFactory;

use crate::cli::{Cli, Completions};

/// The script of the shell asked for.
pub fn run(options: &Completions) -> Vec<u8> {
    let mut command = Cli::command();
    let mut script = Vec::new();
    clap_complete::generate(options.shell, &mut command, env!("CARGO_PKG_NAME"), &mut script);
    script
}
