//! A stored item on the screen and as JSON, with the places where terms hit.

use jiff::tz::TimeZone;
use serde::Serialize;
use url::Url;

use super::{
    output::Output,
    terminal::{DIM, GREEN, RED, YELLOW, fit, painted},
};
use crate::{
    model::{AlertItem, Field, Match},
    notify,
    store::KeptItem,
    text::without_tracking,
    view::{when, words::one_line},
};

/// Where a term hit.
const HIT: anstyle::Style = YELLOW.bold();

/// Sentences shown of one item.
const MAX_SENTENCES: usize = 3;

/// An item with its hits.
#[derive(Debug, Serialize)]
pub(super) struct ItemView {
    /// The name of its feed.
    feed: String,
    /// Watches that have alerted it.
    alerted: Vec<String>,
    item: AlertItem,
    matches: Vec<Match>,
}

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
        if !self.color {
            return notify::marked(text, ranges, ["[", "]"]);
        }
        let (open, close) = (HIT.render().to_string(), HIT.render_reset().to_string());
        notify::marked(text, ranges, [&open, &close])
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
        let mut sentences: Vec<(Field, &str, Vec<[usize; 2]>)> = Vec::new();
        for hit in matches {
            let context = &hit.context;
            let same = |(field, text, _): &&mut (Field, &str, Vec<_>)| {
                *field == hit.field && *text == context.text
            };
            match sentences.iter_mut().find(same) {
                Some((_, _, ranges)) => ranges.push(context.range),
                None => sentences.push((hit.field, &context.text, vec![context.range])),
            }
        }
        let marked =
            |(field, text, ranges): (Field, &str, Vec<_>)| (field, self.marked(text, &ranges));
        sentences.into_iter().map(marked).collect()
    }
}

impl ItemView {
    pub(super) fn new(kept: &KeptItem, matches: Vec<Match>) -> Self {
        let mut item = AlertItem::of(&kept.stored.item, kept.stored.seen_at);
        item.id = kept.stored.id.0.to_string();
        let mut alerted: Vec<String> = kept.stored.alerted.iter().cloned().collect();
        alerted.sort_unstable();
        Self {
            feed: kept.feed.clone(),
            alerted,
            item,
            matches,
        }
    }

    /// The headline with its hits, no wider than the terminal.
    pub(super) fn headline(&self, style: ItemStyle<'_>, indent: usize) -> String {
        let room = style.columns.map(|columns| columns.saturating_sub(indent));
        if self.item.title.trim().is_empty() {
            let text = one_line(&self.item.summary, 200);
            let text = if text.is_empty() { "(no title)" } else { &text };
            return fit(text, room);
        }
        // Brackets around hits take room too.
        let hits = self.matches.iter().filter(|hit| hit.field == Field::Title);
        let hits: Vec<[usize; 2]> = hits.map(|hit| hit.range).collect();
        let brackets = if style.color { 0 } else { 2 * hits.len() };
        let room = room.map(|room| room.saturating_sub(brackets));
        style.marked(&fit(&self.item.title, room), &hits)
    }

    /// Feed, time, number, and who alerted it.
    pub(super) fn source(&self, style: ItemStyle<'_>) -> String {
        let Self { feed, item, .. } = self;
        let at = when::at(item.seen, style.zone);
        let alerted = match self.alerted.as_slice() {
            [] => String::new(),
            watches => format!(", alerted by {}", watches.join(", ")),
        };
        style.dim(&format!("{feed}, {at}, #{}{alerted}", item.id))
    }

    /// The link as people see it, if it has one.
    pub(super) fn link(&self) -> Option<String> {
        let link = self.item.link.as_deref()?;
        let seen = Url::parse(link).map(|url| without_tracking(&url).to_string());
        Some(notify::marked(
            seen.as_deref().unwrap_or(link),
            &[],
            ["", ""],
        ))
    }

    /// The sentences beside the headline that terms hit.
    pub(super) fn sentences(&self, style: ItemStyle<'_>) -> Vec<String> {
        let sentences = style.sentences(&self.matches).into_iter();
        let sentences = sentences.filter(|(field, _)| *field != Field::Title);
        let line = |(field, text)| format!("{field}: {text}");
        sentences.take(MAX_SENTENCES).map(line).collect()
    }
}
