//! Reports -> bytes. Everything that is printed is made here, from the same [`Envelope`] for every format.
//!
//! - [`json`]: one document, or one line for each result; [`sarif`]: findings for code hosts;
//! - [`text`]: for people; one file per command, the stems are those of `report`;
//! - [`sanitize`]: outside text cannot steer a terminal; [`redact`]: nor tell whose network this is;
//! - [`chart`]: statistics as pictures and as a page;
//! - [`table`], [`units`]: columns and numbers; [`trace`]: what `-v` tells.

pub mod chart;
pub mod json;
pub mod redact;
pub mod sanitize;
pub mod sarif;
pub mod table;
pub mod text;
pub mod trace;
pub mod units;

mod strings;

use std::io::{self, Write};

use crate::report::pcap::StunMessage;
use crate::report::{Envelope, Event, Report};

pub use redact::Redactor;
pub use text::Style;

/// The shapes of output.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Format {
    /// For people.
    Text,
    /// One document.
    Json,
    /// One object a line, as results come in.
    Jsonl,
    /// SARIF, for code hosts.
    Sarif,
}

/// The files that charts are in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Picture {
    /// A picture that can be made any size.
    Svg,
    /// A picture of pixels.
    Png,
    /// A page with charts and report.
    Html,
}

/// How to print.
#[derive(Clone, Debug)]
pub struct Renderer {
    /// The shape.
    pub format: Format,
    /// Color and width of text.
    pub style: Style,
    /// Text: only findings that are warnings or errors.
    pub quiet: bool,
    /// What replaces private values, if anything does.
    pub redactor: Option<Redactor>,
}

impl Renderer {
    /// Prints a result as soon as it is known: lines of JSON, and of text the messages of a capture, of which there may be
    /// any number.
    pub fn event(&self, event: &Event, out: &mut dyn Write) -> io::Result<()> {
        match (self.format, event) {
            (Format::Jsonl, _) => {}
            (Format::Text, Event::StunMessage(message)) => return self.message(message, out),
            _ => return Ok(()),
        }
        match &self.redactor {
            Some(redactor) => {
                let mut event = strings::json(event);
                redactor.value(&mut event);
                json::line(&event, out)?;
            }
            None => json::line(event, out)?,
        }
        // Of some there are so many that passing each on at once would cost more than reading them.
        let many = matches!(event, Event::StunMessage(_) | Event::StunTransaction(_));
        match many && self.style.width.is_none() {
            true => Ok(()),
            false => out.flush(),
        }
    }

    fn message(&self, message: &StunMessage, out: &mut dyn Write) -> io::Result<()> {
        if self.redactor.is_none() && sanitize::is_visible(message) {
            return text::pcap::message(message, &self.style, out);
        }
        let mut value = strings::json(message);
        if let Some(redactor) = &self.redactor {
            redactor.value(&mut value);
        }
        sanitize::value(&mut value);
        match serde_json::from_value(value) {
            Ok(message) => text::pcap::message(&message, &self.style, out),
            // A field has a type that redaction knows nothing of. Better lost than not redacted.
            Err(_) => Ok(()),
        }
    }

    /// Statistics as a page or as a picture, with private values replaced if they are to be.
    pub fn charts(&self, envelope: &Envelope, kind: Picture) -> io::Result<Vec<u8>> {
        let redacted;
        let envelope = match &self.redactor {
            Some(redactor) => {
                let rewritten = strings::envelope(envelope, &mut redactor.parts());
                redacted = rewritten.map_err(|_| io::Error::other("the report cannot be redacted"))?;
                &redacted
            }
            None => envelope,
        };
        match kind {
            Picture::Svg => return Ok(chart::svg(envelope).into_bytes()),
            Picture::Png => return chart::png(envelope),
            Picture::Html => {}
        }
        const COLUMNS: usize = 110;
        let style = Style {
            width: Some(COLUMNS),
            ..Style::PLAIN
        };
        let mut text = Vec::new();
        text::report(envelope, &style, false, &mut text)?;
        Ok(chart::html(envelope, &String::from_utf8_lossy(&text)).into_bytes())
    }

    /// Prints the report.
    pub fn report(&self, envelope: &Envelope, out: &mut dyn Write) -> io::Result<()> {
        // Descriptions may be very large: what is redacted of them is never JSON all at once.
        let is_large = self.redactor.is_some() && matches!(envelope.report, Report::Sdp(_));
        if is_large || matches!(self.format, Format::Text | Format::Sarif) {
            return self.typed(envelope, out);
        }
        // Written as it is: a large report needs no copy.
        if self.format == Format::Json && self.redactor.is_none() {
            return json::document(envelope, out);
        }
        if self.format == Format::Jsonl && self.redactor.is_none() && !envelope.report.is_streamed() {
            return json::lines(envelope, out);
        }
        let mut document = strings::json(envelope);
        if let Some(redactor) = &self.redactor {
            redactor.envelope(&mut document);
        }
        match self.format {
            Format::Jsonl => json::tail(document, &envelope.report, out),
            Format::Text | Format::Json | Format::Sarif => json::document(&document, out),
        }
    }

    /// What needs the report as it is typed: text, SARIF, and what is redacted part by part.
    fn typed(&self, envelope: &Envelope, out: &mut dyn Write) -> io::Result<()> {
        let write = |envelope: &Envelope, out: &mut dyn Write| match self.format {
            Format::Sarif => sarif::document(envelope, out),
            Format::Json => json::document(envelope, out),
            Format::Jsonl => json::lines(envelope, out),
            Format::Text => text::report(envelope, &self.style, self.quiet, out),
        };
        let redacted = match &self.redactor {
            Some(redactor) => strings::envelope(envelope, &mut redactor.parts()),
            None => return write(envelope, out),
        };
        match redacted {
            Ok(envelope) => write(&envelope, out),
            // A field has a type that redaction knows nothing of. Better less readable than lost, or not redacted.
            Err(mut document) => {
                sanitize::value(&mut document);
                json::document(&document, out)
            }
        }
    }

    /// A line for stderr: redacted if that was asked for, and always without control characters.
    pub fn line(&self, line: &str) -> String {
        match &self.redactor {
            Some(redactor) => sanitize::visible(&redactor.text(line)).into_owned(),
            None => sanitize::visible(line).into_owned(),
        }
    }
}
