//! A notice as people read it: the same words as plain text, as HTML and as a terminal block.
//!
//! Pure: the time zone is an argument, and the same notice gives the same bytes. Everything a feed
//! wrote is plain text that has been cleaned ([`clean`]) and, in HTML, escaped; no markup, image or
//! script of a feed's own gets through.

mod alert;
pub(super) mod clean;
mod digest;
mod html;
#[cfg(test)]
mod html_tests;
mod message;
mod page;
mod phrase;
mod receiver;
mod report;
mod runs;
mod service;
mod sheet;
mod sources;
mod style;
mod terminal;
mod text;
mod transfer;
pub(super) mod trouble;

use jiff::tz::TimeZone;

use self::sheet::Sheet;
pub(super) use self::{
    message::{Line, Message, Span},
    transfer::Transfer,
};
use crate::model::Notice;

/// A mail's three parts.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct MailContent {
    /// One line.
    pub(super) subject: String,
    /// The plain part, lines ended by LF.
    pub(super) text: String,
    /// The HTML part, lines ended by LF.
    pub(super) html: String,
}

/// What a mail says.
pub(super) fn mail(notice: &Notice, timezone: &TimeZone) -> MailContent {
    let sheet = Sheet::of(notice, timezone);
    MailContent {
        subject: text::subject(&sheet),
        text: text::text(&sheet),
        html: html::html(&sheet),
    }
}

/// What a chat or push service shows.
pub(super) fn message(notice: &Notice, timezone: &TimeZone) -> Message {
    message::message(Sheet::of(notice, timezone))
}

/// What a terminal shows: lines ended by LF, a blank one last. With `colour` hits stand out by
/// ANSI sequences of our own; without it there is not one control character but LF.
pub(super) fn terminal(notice: &Notice, timezone: &TimeZone, colour: bool) -> String {
    terminal::block(&Sheet::of(notice, timezone), colour)
}

/// One line of text, cleaned, with `open` and `close` around each range.
pub(super) fn marked(text: &str, ranges: &[[usize; 2]], open: &str, close: &str) -> String {
    runs::marked(&runs::runs(text, ranges), open, close)
}

/// One line of text, cleaned, cut where hits begin and end; each stretch with whether it is a hit.
pub(super) fn runs(text: &str, ranges: &[[usize; 2]]) -> impl Iterator<Item = (String, bool)> {
    let runs = runs::runs(text, ranges).into_iter();
    runs.map(|run| (run.text, run.is_hit))
}

#[cfg(test)]
mod tests;
