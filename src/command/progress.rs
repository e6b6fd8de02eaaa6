//! Progress on a terminal: a line for each server while it is asked. Nothing of it stays when the run is over.

use std::time::Duration;

use indicatif::{MultiProgress, ProgressBar, ProgressDrawTarget, ProgressStyle};

use super::Context;

/// The lines, one for each server; none if nobody looks.
pub struct Progress {
    lines: Vec<ProgressBar>,
    all: MultiProgress,
}

impl Progress {
    /// A line for each of `names`, if the context wants progress. Names are made fit for a terminal here.
    pub fn new<'n>(context: &Context<'_>, names: impl Iterator<Item = &'n str>) -> Progress {
        let all = MultiProgress::with_draw_target(ProgressDrawTarget::stderr());
        let mut lines = Vec::new();
        if context.progress {
            let template = "{spinner} {prefix} {elapsed} {wide_msg}";
            let style = ProgressStyle::with_template(template).unwrap_or_else(|_| ProgressStyle::default_spinner());
            for name in names {
                let line = ProgressBar::new_spinner()
                    .with_style(style.clone())
                    .with_prefix((context.show)(name));
                let line = all.add(line);
                line.enable_steady_tick(Duration::from_millis(100));
                lines.push(line);
            }
        }
        Progress { lines, all }
    }

    /// Something has been found out about the line at `index`; `text` is fit for a terminal.
    pub fn tell(&self, index: usize, text: String) {
        if let Some(line) = self.lines.get(index) {
            line.set_message(text);
        }
    }

    /// The line at `index` is done.
    pub fn done(&self, index: usize) {
        if let Some(line) = self.lines.get(index) {
            line.abandon();
        }
    }

    /// The user wants to stop; what is under way is being given back.
    pub fn interrupted(&self) {
        for line in self.lines.iter().filter(|line| !line.is_finished()) {
            line.set_message("stopping");
        }
    }

    /// Clears all lines, before the report is printed.
    pub fn finish(self) {
        for line in &self.lines {
            line.finish_and_clear();
        }
        // A terminal that has gone away is not a reason to fail.
        let _ = self.all.clear();
    }
}

/// A bar over the octets of files. None if nobody looks, or if there are too few to wait for.
pub struct Octets {
    bar: Option<ProgressBar>,
}

impl Octets {
    /// Files that are smaller are read before anybody could see a bar.
    const WORTH_A_BAR: u64 = 64 << 20;

    /// A bar over this many octets; what comes from a pipe has no known end, and only a count.
    pub fn new(context: &Context<'_>, total: Option<u64>) -> Octets {
        let wanted = context.progress && total.is_none_or(|total| total >= Octets::WORTH_A_BAR);
        let bar = wanted.then(|| {
            let (bar, template) = match total {
                Some(total) => (
                    ProgressBar::new(total),
                    "{wide_bar} {bytes} of {total_bytes}, {binary_bytes_per_sec}, {eta} left",
                ),
                None => (ProgressBar::new_spinner(), "{spinner} {bytes} read in {elapsed}"),
            };
            let style = ProgressStyle::with_template(template).unwrap_or_else(|_| ProgressStyle::default_bar());
            bar.with_style(style)
        });
        Octets { bar }
    }

    /// So many have been read.
    pub fn tell(&self, octets: u64) {
        if let Some(bar) = &self.bar {
            bar.set_position(octets);
        }
    }

    /// Clears the bar, before the report is printed.
    pub fn finish(self) {
        if let Some(bar) = &self.bar {
            bar.finish_and_clear();
        }
    }
}
