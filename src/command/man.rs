//! `rtcdiag man`: the manual pages.

use std::fs;

use clap::CommandFactory;
use clap_mangen::Man as Page;

use super::Output;
use crate::cli::{Cli, Man};
use crate::error::Error;

/// Prints `rtcdiag.1`, or writes it and a page for each command to a folder that is there.
pub fn run(options: &Man) -> Result<Output, Error> {
    let pages = pages().map_err(|error| Error::io("write the manual page", "memory", &error))?;
    let Some(directory) = &options.directory else {
        let first = pages.into_iter().next().map(|(_, page)| page);
        return Ok(Output::Bytes(first.unwrap_or_default()));
    };
    for (name, page) in pages {
        let path = directory.join(name);
        fs::write(&path, page).map_err(|error| Error::file("write the manual page", &path, &error))?;
    }
    Ok(Output::Nothing)
}

/// File names and contents; the first is the program's own. Hidden commands have no page.
fn pages() -> std::io::Result<Vec<(String, Vec<u8>)>> {
    let mut program = Cli::command();
    program.build();
    let commands: Vec<_> = program
        .get_subcommands()
        .filter(|command| !command.is_hide_set())
        .cloned()
        .collect();
    let mut pages = Vec::new();
    for command in [vec![program], commands].concat() {
        let name = command.get_display_name().unwrap_or(command.get_name()).to_owned();
        let page = Page::new(command.display_name(name))
            .source(concat!(env!("CARGO_PKG_NAME"), " ", env!("CARGO_PKG_VERSION")))
            .manual("User Commands");
        let mut bytes = Vec::new();
        page.render(&mut bytes)?;
        pages.push((
            page.get_filename(),
            headings(&String::from_utf8_lossy(&bytes)).into_bytes(),
        ));
    }
    Ok(pages)
}

/// The headings of the text after the options, which are lines of their own in the help, as headings of the page.
fn headings(page: &str) -> String {
    page.replace("\n.SH EXTRA\nExamples:\n", "\n.SH EXAMPLES\n")
        .replace("\n.SH EXTRA\n", "\n.SH NOTES\n")
        .replace("\nExamples:\n", "\n.SH EXAMPLES\n")
        .replace("\nExit codes:\n", "\n.SH EXIT STATUS\n")
}
