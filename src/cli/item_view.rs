//! A stored item on the screen, with the places where terms hit.

use jiff::tz::TimeZone;

use super::{
    output::Output,
    terminal::{DIM, GREEN, RED, YELLOW, fit, painted},
};
use crate::{
    model::{Field, Match},
    view::{
        items::{ItemView, Segment, segments, sentences},
        when,
    },
};

/// Where a term hit.
const HIT: anstyle::Style = YELLOW.bold();

/// Sentences shown of one item.
const MAX_SENTENCES: usize = 3;

/// How stories are shown.
#[derive(Debug, Clone, Copy)]
pub(super) struct ItemStyle<'a> {
    color: bool,
    columns: Option<usize>,
    zone: &'a TimeZone,
}

impl<'a> ItemStyle<'a> {
    pub(super) fn new(output: &Output, zone: &'a TimeZone) -> Self {
        Self {
            color: output.color,
            columns: output.columns,
            zone,
        }
    }

    /// Text with its hits in colour, or where there is none in brackets.
    pub(super) fn marked(&self, text: &str, ranges: &[[usize; 2]]) -> String {
        self.of_segments(&segments(text, ranges))
    }

    fn of_segments(&self, segments: &[Segment]) -> String {
        let marked = |segment: &Segment| match (segment.hit, self.color) {
            (false, _) => segment.text.clone(),
            (true, true) => painted(&segment.text, HIT),
            (true, false) => format!("[{}]", segment.text),
        };
        segments.iter().map(marked).collect()
    }

    /// Text that matters less.
    pub(super) fn dim(&self, text: &str) -> String {
        self.painted(text, DIM)
    }

    /// Text that says yes or no.
    pub(super) fn verdict(&self, is_good: bool, text: &str) -> String {
        self.painted(text, if is_good { GREEN } else { RED })
    }

    fn painted(&self, text: &str, style: anstyle::Style) -> String {
        if self.color {
            painted(text, style)
        } else {
            text.to_owned()
        }
    }

    /// The sentences that terms hit, each once, with its field and marks.
    pub(super) fn sentences(&self, matches: &[Match]) -> Vec<(Field, String)> {
        let sentences = sentences(matches).into_iter();
        sentences
            .map(|it| (it.field, self.of_segments(&it.segments())))
            .collect()
    }

    /// The headline with its hits, no wider than the terminal.
    pub(super) fn headline(&self, view: &ItemView, indent: usize) -> String {
        // Brackets around hits take room too.
        let hits = view.title_hits();
        let brackets = if self.color { 0 } else { 2 * hits.len() };
        let taken = indent + brackets;
        let room = self.columns.map(|columns| columns.saturating_sub(taken));
        self.marked(&fit(&view.title(), room), &hits)
    }

    /// Feed, time, number, and who alerted it.
    pub(super) fn source(&self, view: &ItemView) -> String {
        let ItemView { feed, item, .. } = view;
        let at = when::at(item.seen, self.zone);
        let alerted = match view.alerted.as_slice() {
            [] => String::new(),
            watches => format!(", alerted by {}", watches.join(", ")),
        };
        self.dim(&format!("{feed}, {at}, #{}{alerted}", item.id))
    }

    /// The sentences beside the headline that terms hit.
    pub(super) fn beside(&self, view: &ItemView) -> Vec<String> {
        let sentences = self.sentences(&view.matches).into_iter();
        let sentences = sentences.filter(|(field, _)| *field != Field::Title);
        let line = |(field, text)| format!("{field}: {text}");
        sentences.take(MAX_SENTENCES).map(line).collect()
    }
}
