//! An item as its page shows it: the texts with their hits marked, and what it said before.

use serde::Serialize;

use super::super::shown::{Moment, Now, link_of_web, path};
use crate::{
    model::{Field, Match},
    store::{EarlierText, KeptItem},
    view::items::{ItemView, Segment, segments},
};

/// Characters of a text that are shown.
const MAX_CHARS: usize = 4_000;

/// The item.
#[derive(Debug, Serialize)]
pub(super) struct Story {
    number: String,
    title: Vec<Segment>,
    link: Option<String>,
    feed: String,
    feed_path: String,
    seen: Moment,
    published: Option<Moment>,
    updated: Option<Moment>,
    /// Where it came with the first poll of its feed.
    in_baseline: bool,
    details: Vec<(&'static str, String)>,
    summary: Vec<Segment>,
    content: Vec<Segment>,
    is_cut: bool,
    revisions: Vec<Revision>,
}

/// What it said until an edit.
#[derive(Debug, Serialize)]
struct Revision {
    until: Moment,
    /// Each text that the edit changed.
    texts: Vec<(&'static str, String)>,
}

impl Story {
    pub(super) fn of(
        kept: &KeptItem,
        hits: Vec<Match>,
        earlier: &[EarlierText],
        now: &Now,
    ) -> Self {
        let item = &kept.stored.item;
        let view = ItemView::new(kept, hits);
        let text = |field, text: &str| {
            let hits = view.matches.iter().filter(|hit| hit.field == field);
            let hits: Vec<[usize; 2]> = hits.map(|hit| hit.range).collect();
            segments(&cut(text), &hits)
        };
        let has_content = item.content.trim() != item.summary.trim();
        let listed = |name, values: &[String]| (name, values.join(", "));
        let details = [
            listed("authors", &item.authors),
            listed("categories", &item.categories),
            ("language", item.language.clone().unwrap_or_default()),
            ("guid", item.guid.clone().unwrap_or_default()),
        ];
        Self {
            number: format!("#{}", kept.stored.id.0),
            title: segments(&view.title(), &view.title_hits()),
            link: link_of_web(item.link.as_deref()),
            feed_path: path("feeds", &kept.feed),
            feed: kept.feed.clone(),
            seen: now.moment(kept.stored.seen_at),
            published: item.published.map(|at| now.moment(at)),
            updated: item.updated.map(|at| now.moment(at)),
            in_baseline: kept.in_baseline,
            details: { details.into_iter() }
                .filter(|(_, value)| !value.is_empty())
                .map(|(name, value)| (name, crate::view::words::one_line(&value, 500)))
                .collect(),
            summary: text(Field::Summary, &item.summary),
            content: if has_content {
                text(Field::Content, &item.content)
            } else {
                Vec::new()
            },
            is_cut: [&item.summary, &item.content]
                .iter()
                .any(|text| text.chars().nth(MAX_CHARS).is_some()),
            revisions: revisions(kept, earlier, now),
        }
    }
}

fn cut(text: &str) -> String {
    text.chars().take(MAX_CHARS).collect()
}

/// The newest first, each with what was others then.
fn revisions(kept: &KeptItem, earlier: &[EarlierText], now: &Now) -> Vec<Revision> {
    let item = &kept.stored.item;
    let mut after = [&item.title, &item.summary, &item.content];
    let mut revisions = Vec::new();
    for text in earlier.iter().rev() {
        let before = [&text.title, &text.summary, &text.content];
        let names = ["title", "summary", "content"].into_iter();
        let changed = names.zip(before.into_iter().zip(after));
        let changed = changed.filter(|(_, (before, after))| before != after);
        let said = |(name, (before, _)): (&'static str, (&String, &String))| {
            let said = crate::view::words::one_line(before, 400);
            (
                name,
                if said.is_empty() {
                    "(nothing)".to_owned()
                } else {
                    said
                },
            )
        };
        revisions.push(Revision {
            until: now.moment(text.replaced_at),
            texts: changed.map(said).collect(),
        });
        after = before;
    }
    revisions
}
