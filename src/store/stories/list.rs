//! Which stories there are, those of the most publishers first.

use jiff::Timestamp;

use super::origins::{self, Origins};
use crate::{
    model::StoryId,
    store::{
        Store, StoreError,
        engine::{Row, Tx, values},
    },
};

/// Which stories to show.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct StoryFilter {
    /// Only those to which something came at this moment or later.
    pub since: Option<Timestamp>,
    /// Only those with an item that this watch matched.
    pub watch: Option<String>,
    /// Only those behind this place.
    pub after: Option<StoryCursor>,
}

/// A place in the list of stories: that of one of them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct StoryCursor {
    /// How many independent publishers it has.
    pub independent: u32,
    /// When the last item came.
    pub last_at: Timestamp,
    /// Its number.
    pub id: StoryId,
}

/// A story in a list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoryStatus {
    /// Its number, that of its first item.
    pub id: StoryId,
    /// Counts up with each change.
    pub revision: u32,
    /// When the first item came.
    pub first_at: Timestamp,
    /// When the last item came.
    pub last_at: Timestamp,
    /// How many independent publishers have it, as they were counted with its last item.
    pub independent: u32,
    /// Their names.
    pub publishers: Vec<String>,
    /// How many items it has.
    pub items: u32,
    /// How many of them are copies of another one.
    pub copies: u32,
    /// The headline of the first item that is still kept.
    pub title: Option<String>,
    /// Its link.
    pub link: Option<String>,
    /// The watches that matched an item of it.
    pub watches: Vec<String>,
}

impl StoryStatus {
    /// Its place in the list.
    pub const fn cursor(&self) -> StoryCursor {
        StoryCursor {
            independent: self.independent,
            last_at: self.last_at,
            id: self.id,
        }
    }
}

/// The next lower number of publishers that stories have. Each number is asked for on its own: what is
/// older than the time asked for is not read.
pub(in crate::store) const BELOW: &str = "
    SELECT max(independent) AS next FROM story WHERE merged IS NULL AND independent < ?1";

/// What [`status`] takes.
macro_rules! columns {
    ($rest:literal) => {
        concat!(
            "SELECT id, revision, first_at, last_at, independent,
                    (SELECT count(*) FROM story_item s WHERE s.story = story.id) AS items,
                    (SELECT count(*) FROM story_item s
                      WHERE s.story = story.id AND s.root <> s.item) AS copies ",
            $rest
        )
    };
}
pub(super) use columns;

/// Stories of so many publishers, the newest first, behind one of them. `CAST` tells PostgreSQL the type
/// of a placeholder that may be NULL.
pub(in crate::store) const OF_COUNT: &str = columns!(
    "FROM story
     WHERE merged IS NULL AND independent = ?1 AND last_at >= ?2 AND last_at <= ?3
       AND (last_at < ?3 OR id < ?4)
       AND (CAST(?5 AS TEXT) IS NULL OR EXISTS (
             SELECT 1 FROM story_item s JOIN alert_watch a ON a.item = s.item
              WHERE s.story = story.id AND a.watch = ?5))
     ORDER BY last_at DESC, id DESC LIMIT ?6"
);

const HEADLINE: &str = "
    SELECT i.title, i.link FROM story_item s JOIN item i ON i.id = s.item
     WHERE s.story = ?1 ORDER BY s.item LIMIT 1";

const WATCHES: &str = "
    SELECT DISTINCT a.watch FROM story_item s JOIN alert_watch a ON a.item = s.item
     WHERE s.story = ?1 ORDER BY a.watch";

impl Store {
    /// A page of stories, those of the most independent publishers first, of these the newest.
    pub async fn stories(
        &self,
        filter: StoryFilter,
        limit: u32,
    ) -> Result<Vec<StoryStatus>, StoreError> {
        self.read(move |tx| list(tx, &filter, limit)).await
    }
}

fn list(tx: &mut dyn Tx, filter: &StoryFilter, limit: u32) -> Result<Vec<StoryStatus>, StoreError> {
    let since = filter.since.unwrap_or(Timestamp::MIN);
    let mut found = Vec::new();
    let mut behind = filter.after;
    let mut count = match &behind {
        Some(after) => Some(after.independent),
        None => below(tx, i64::MAX)?,
    };
    while let Some(independent) = count {
        let room = limit.saturating_sub(u32::try_from(found.len()).unwrap_or(u32::MAX));
        if room == 0 {
            break;
        }
        let (until, id) = match behind.take() {
            Some(after) => (after.last_at, after.id),
            None => (Timestamp::MAX, StoryId(i64::MAX)),
        };
        let watch = filter.watch.as_deref();
        let params = values![independent, since, until, id, watch, room];
        for row in tx.rows(OF_COUNT, params)? {
            found.push(status(tx, row)?);
        }
        count = below(tx, i64::from(independent))?;
    }
    Ok(found)
}

fn below(tx: &mut dyn Tx, independent: i64) -> Result<Option<u32>, StoreError> {
    let below = tx.value(BELOW, values![independent])?;
    Ok(below.expect("an aggregate has a row"))
}

/// A story as lists have it.
pub(super) fn status(tx: &mut dyn Tx, mut row: Row) -> Result<StoryStatus, StoreError> {
    let id: StoryId = row.take("id")?;
    let (title, link) = headline(tx, id)?;
    Ok(StoryStatus {
        id,
        revision: row.take("revision")?,
        first_at: row.take("first_at")?,
        last_at: row.take("last_at")?,
        independent: row.take("independent")?,
        publishers: Origins::of(&origins::of_story(tx, id)?).names,
        items: row.take("items")?,
        copies: row.take("copies")?,
        title,
        link,
        watches: watches(tx, id)?,
    })
}

/// Title and link of its first item that is still kept.
pub(super) fn headline(
    tx: &mut dyn Tx,
    id: StoryId,
) -> Result<(Option<String>, Option<String>), StoreError> {
    Ok(match tx.row(HEADLINE, values![id])? {
        Some(mut row) => (Some(row.take("title")?), row.take("link")?),
        None => (None, None),
    })
}

/// The watches that matched an item of it.
pub(super) fn watches(tx: &mut dyn Tx, id: StoryId) -> Result<Vec<String>, StoreError> {
    tx.column(WATCHES, values![id])
}
