//! What an item was not joined to, and what lacked.

use serde::Serialize;

use super::super::words::one_line;
use crate::{
    model::{Alert, Item, StoryRole},
    store::{
        AlertRecord, EarlierText, ItemRecord, Joined, KeptItem, NearItem, Store, StoreError,
        Unjoined,
    },
    story::{Features, Lack, StoryText, figures_beside},
};

/// Figures that are named of one text.
const MAX_FIGURES: usize = 3;

/// What an item was not joined to.
#[derive(Debug, Serialize)]
pub(crate) struct NotJoinedView {
    /// As what: as a `copy` of the item, or to its `story`.
    pub(crate) r#as: &'static str,
    /// The nearest item.
    pub(crate) item: String,
    /// Its story.
    pub(crate) story: String,
    /// What lacked, in words.
    pub(crate) why: String,
    #[serde(skip)]
    words: String,
}

impl NotJoinedView {
    pub(super) fn in_words(&self) -> &str {
        &self.words
    }
}

/// What an item of a story was not joined to: of a copy nothing is said.
pub(super) async fn not_joined(
    kept: &KeptItem,
    record: &ItemRecord,
    joined: &Joined,
    store: &Store,
) -> Result<Vec<NotJoinedView>, StoreError> {
    let Some(first) = record
        .alerts
        .first()
        .filter(|_| joined.role != StoryRole::Copy)
    else {
        return Ok(Vec::new());
    };
    let Some(alert) = store.alert(first.id).await? else {
        return Ok(Vec::new());
    };
    let features = features(&text(&kept.stored.item, record, first), &alert);
    let Some(found) = store.not_joined(kept.stored.id, features.clone()).await? else {
        return Ok(Vec::new());
    };
    let mut views = Vec::new();
    if let Some(text) = found.text {
        let figures = figures(&text, &features, store).await?;
        views.push(view("copy", &text, figures.as_deref()));
    }
    // Of a follow-up the story was found.
    if let Some(story) = found.story.filter(|_| joined.role == StoryRole::First) {
        let is_said = views
            .iter()
            .any(|it| it.item == story.near.id.0.to_string());
        let is_old = |lack: &Lack| matches!(lack, Lack::Quiet(..) | Lack::Long(..));
        if !(is_said && story.lacks.iter().all(is_old)) {
            views.push(view("story", &story, None));
        }
    }
    Ok(views)
}

/// What the item said when it alerted.
fn text(now: &Item, record: &ItemRecord, alert: &AlertRecord) -> Item {
    let mut earlier = record.earlier.iter();
    match earlier.find(|it| it.replaced_at > alert.created_at) {
        Some(EarlierText {
            title,
            summary,
            content,
            ..
        }) => Item {
            title: title.clone(),
            summary: summary.clone(),
            content: content.clone(),
            ..now.clone()
        },
        None => now.clone(),
    }
}

/// What was seen in it, without the words that its watches look for.
fn features(item: &Item, alert: &Alert) -> Features {
    seen(item).without(alert.matches.iter().map(|hit| hit.text.as_str()))
}

fn seen(item: &Item) -> Features {
    Features::of(&StoryText {
        title: &item.title,
        summary: &item.summary,
        content: &item.content,
        link: item.link.as_deref(),
        source: item.source.as_deref(),
    })
}

/// The figures that differ: "12 against 14".
async fn figures(
    text: &Unjoined,
    mine: &Features,
    store: &Store,
) -> Result<Option<String>, StoreError> {
    if !text.lacks.contains(&Lack::Figures) {
        return Ok(None);
    }
    let Some(near) = store.kept_item(text.near.id).await? else {
        return Ok(None);
    };
    let theirs = seen(&near.stored.item);
    let (mine, theirs) = figures_beside(mine, &theirs);
    let list = |figures: &[&str]| figures[..figures.len().min(MAX_FIGURES)].join(", ");
    Ok(match (&mine[..], &theirs[..]) {
        ([], []) => None,
        (mine, []) => Some(format!("{} only in this one", list(mine))),
        ([], theirs) => Some(format!("{} only in that one", list(theirs))),
        (mine, theirs) => Some(format!("{} against {}", list(mine), list(theirs))),
    })
}

fn view(r#as: &'static str, unjoined: &Unjoined, figures: Option<&str>) -> NotJoinedView {
    let Unjoined { near, story, lacks } = unjoined;
    let why = |lack: &Lack| match (lack, figures) {
        (Lack::Figures, Some(figures)) => format!("{lack}: {figures}"),
        (lack, _) => lack.to_string(),
    };
    let why = lacks.iter().map(why).collect::<Vec<_>>().join("; ");
    let name = named(near);
    let id = near.id.0;
    NotJoinedView {
        words: match r#as {
            "copy" => format!("no copy of #{id}{name}: {why}"),
            _ => format!("not joined to {story}, nearest #{id}{name}: {why}"),
        },
        r#as,
        item: id.to_string(),
        story: story.0.to_string(),
        why,
    }
}

/// " (nhk: Koizumi resigns)".
pub(super) fn named(near: &NearItem) -> String {
    let feed = near.feed.as_deref().unwrap_or("a feed that is gone");
    match &near.title {
        Some(title) => format!(" ({feed}: {})", one_line(title, 80)),
        None => format!(" ({feed}, no longer kept)"),
    }
}
