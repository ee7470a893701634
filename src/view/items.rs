//! Stored items, with the places where terms hit.

use serde::Serialize;
use url::Url;

use super::words::one_line;
use crate::{
    model::{AlertItem, Field, Match},
    notify,
    store::KeptItem,
    text::without_tracking,
};

/// An item with its hits.
#[derive(Debug, Serialize)]
pub(crate) struct ItemView {
    /// The name of its feed.
    pub(crate) feed: String,
    /// Watches that have alerted it.
    pub(crate) alerted: Vec<String>,
    pub(crate) item: AlertItem,
    pub(crate) matches: Vec<Match>,
}

/// A sentence that terms hit.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Sentence<'a> {
    pub(crate) field: Field,
    pub(crate) text: &'a str,
    /// Where, in characters.
    pub(crate) hits: Vec<[usize; 2]>,
}

/// A stretch of text on one line, without what acts on a terminal.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(crate) struct Segment {
    pub(crate) text: String,
    /// Whether a term hit it.
    pub(crate) hit: bool,
}

impl ItemView {
    pub(crate) fn new(kept: &KeptItem, matches: Vec<Match>) -> Self {
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

    /// What it is called: its title, else the beginning of its summary.
    pub(crate) fn title(&self) -> String {
        if !self.item.title.trim().is_empty() {
            return self.item.title.clone();
        }
        let text = one_line(&self.item.summary, 200);
        if text.is_empty() {
            return "(no title)".to_owned();
        }
        text
    }

    /// Where terms hit the [`title`](Self::title), in characters.
    pub(crate) fn title_hits(&self) -> Vec<[usize; 2]> {
        let is_titled = !self.item.title.trim().is_empty();
        let hits = self.matches.iter().filter(|hit| hit.field == Field::Title);
        let hits = hits.map(|hit| hit.range);
        hits.filter(|_| is_titled).collect()
    }

    /// The link as people see it, if it has one.
    pub(crate) fn link(&self) -> Option<String> {
        let link = self.item.link.as_deref()?;
        let seen = Url::parse(link).map(|url| without_tracking(&url).to_string());
        Some(notify::marked(
            seen.as_deref().unwrap_or(link),
            &[],
            ["", ""],
        ))
    }
}

/// The sentences that terms hit, each once.
pub(crate) fn sentences(matches: &[Match]) -> Vec<Sentence<'_>> {
    let mut sentences: Vec<Sentence<'_>> = Vec::new();
    for hit in matches {
        let context = &hit.context;
        let same = |it: &&mut Sentence<'_>| it.field == hit.field && it.text == context.text;
        match sentences.iter_mut().find(same) {
            Some(sentence) => sentence.hits.push(context.range),
            None => sentences.push(Sentence {
                field: hit.field,
                text: &context.text,
                hits: vec![context.range],
            }),
        }
    }
    sentences
}

/// A text cut where hits begin and end; they are counted in characters, and may overlap.
pub(crate) fn segments(text: &str, hits: &[[usize; 2]]) -> Vec<Segment> {
    let runs = notify::runs(text, hits);
    runs.map(|(text, hit)| Segment { text, hit }).collect()
}

impl Sentence<'_> {
    /// Cut where hits begin and end.
    pub(crate) fn segments(&self) -> Vec<Segment> {
        segments(self.text, &self.hits)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_is_cut_where_hits_begin_and_end() {
        let segment = |text: &str, hit| Segment {
            text: text.to_owned(),
            hit,
        };
        let wanted = [segment("小泉", true), segment(" and Hegseth", false)];
        assert_eq!(segments("小泉 and Hegseth", &[[0, 1], [1, 2]]), wanted);
        assert_eq!(segments("a\u{7}b", &[]).len(), 1);
        assert!(!segments("a\u{7}b", &[])[0].text.contains('\u{7}'));
    }
}
