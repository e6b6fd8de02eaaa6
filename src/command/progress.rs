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
