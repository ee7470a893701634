//! How many independent publishers have a story.
//!
//! An item counts for whose report it is: the news agency that it names, or else its publisher. Copies
//! are one report, whoever they name. What nobody is known to have published does not count.

use jiff::Timestamp;
use serde::Deserialize;

use crate::{
    model::{CountFrom, ItemId, StoryId},
    store::{
        StoreError,
        engine::{Row, Tx, values},
    },
};

/// Items of a story that are looked at.
const MAX_ITEMS: u32 = 1_000;

/// The items of a story that a watch matched, the oldest first.
pub(in crate::store) const OF_WATCH: &str = "
    SELECT s.item, s.root, s.publisher, s.origin, s.seen_at FROM story_item s
     WHERE s.story = ?1 AND s.seen_at >= ?3
       AND EXISTS (SELECT 1 FROM alert_watch a WHERE a.item = s.item AND a.watch = ?2)
     ORDER BY s.item LIMIT ?4";

/// An alert has the tags of the feed in which its item was read.
const ALERT: &str = "SELECT data FROM alert WHERE item = ?1 ORDER BY id LIMIT 1";

/// What is read of it.
#[derive(Deserialize)]
struct Tagged {
    feed: Tags,
}

#[derive(Deserialize)]
struct Tags {
    tags: Vec<String>,
}

/// One item, as far as it counts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Report {
    pub(super) item: ItemId,
    pub(super) root: ItemId,
    pub(super) publisher: String,
    pub(super) origin: String,
}

impl Report {
    pub(super) fn read(mut row: Row) -> Result<Self, StoreError> {
        Ok(Self {
            item: row.take("item")?,
            root: row.take("root")?,
            publisher: row.take("publisher")?,
            origin: row.take("origin")?,
        })
    }
}

/// Who has a story, each independent report once, in the order in which they came.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(super) struct Origins {
    /// Names to show: whose report each is.
    pub(super) names: Vec<String>,
    /// Further items that repeat a report.
    pub(super) copies: usize,
}

impl Origins {
    /// Counts these, given in the order in which they came.
    pub(super) fn of(reports: &[Report]) -> Self {
        // Each report's group, by the texts and the names that bind items together.
        let mut groups: Vec<(Vec<ItemId>, Vec<&str>)> = Vec::new();
        let mut copies = 0;
        for report in reports.iter().filter(|report| !report.origin.is_empty()) {
            let is_of = |(roots, names): &(Vec<ItemId>, Vec<&str>)| {
                roots.contains(&report.root) || names.contains(&report.origin.as_str())
            };
            let (mut joined, apart): (Vec<_>, Vec<_>) = groups.into_iter().partition(is_of);
            groups = apart;
            copies += usize::from(!joined.is_empty());
            let mut group = if joined.is_empty() {
                (Vec::new(), Vec::new())
            } else {
                joined.remove(0)
            };
            for (roots, names) in joined {
                group.0.extend(roots);
                group.1.extend(names);
            }
            group.0.push(report.root);
            if !group.1.contains(&report.origin.as_str()) {
                group.1.push(&report.origin);
            }
            groups.push(group);
        }
        let first = |(_, names): &(Vec<ItemId>, Vec<&str>)| {
            let name = names.first().copied();
            let place = |name| reports.iter().position(|report| report.origin == name);
            name.and_then(place)
        };
        groups.sort_by_key(first);
        let name = |(_, names): (Vec<ItemId>, Vec<&str>)| names.first().map(|it| (*it).to_owned());
        Self {
            names: groups.into_iter().filter_map(name).collect(),
            copies,
        }
    }

    pub(super) fn count(&self) -> u32 {
        u32::try_from(self.names.len()).unwrap_or(u32::MAX)
    }

    /// "2 of 3: bbc, nhk; 4 copies counted with them".
    pub(super) fn in_words(&self, wanted: u32) -> String {
        let names = self.names.join(", ");
        let copies = match self.copies {
            0 => String::new(),
            1 => "; 1 copy is counted with them".to_owned(),
            copies => format!("; {copies} copies are counted with them"),
        };
        let colon = if names.is_empty() { "" } else { ": " };
        format!("{} of {wanted}{colon}{names}{copies}", self.names.len())
    }
}

/// Who has a story that a watch matched since then, among those that count.
pub(super) fn of_watch(
    tx: &mut dyn Tx,
    story: StoryId,
    watch: &str,
    since: Timestamp,
    from: &[CountFrom],
) -> Result<Origins, StoreError> {
    let rows = tx.rows(OF_WATCH, values![story, watch, since, MAX_ITEMS])?;
    let mut reports = Vec::with_capacity(rows.len());
    for row in rows {
        let report = Report::read(row)?;
        if counts(tx, &report, from)? {
            reports.push(report);
        }
    }
    Ok(Origins::of(&reports))
}

fn counts(tx: &mut dyn Tx, report: &Report, from: &[CountFrom]) -> Result<bool, StoreError> {
    if from.is_empty() {
        return Ok(true);
    }
    let is_named = |from: &CountFrom| match from {
        CountFrom::Publisher(name) => *name == report.publisher || *name == report.origin,
        CountFrom::Tag(_) => false,
    };
    if from.iter().any(is_named) {
        return Ok(true);
    }
    let is_tag = |from: &CountFrom| matches!(from, CountFrom::Tag(_));
    if !from.iter().any(is_tag) {
        return Ok(false);
    }
    let data: Option<String> = tx.value(ALERT, values![report.item])?;
    let tagged = data.and_then(|data| serde_json::from_str::<Tagged>(&data).ok());
    let tags = tagged.map(|tagged| tagged.feed.tags).unwrap_or_default();
    Ok(from
        .iter()
        .any(|from| matches!(from, CountFrom::Tag(tag) if tags.contains(tag))))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn origins(reports: &[(i64, i64, &str)]) -> Origins {
        let report = |&(item, root, origin): &(i64, i64, &str)| Report {
            item: ItemId(item),
            root: ItemId(root),
            publisher: origin.to_owned(),
            origin: origin.to_owned(),
        };
        Origins::of(&reports.iter().map(report).collect::<Vec<_>>())
    }

    #[test]
    fn editions_copies_and_a_shared_agency_are_one_report() {
        let three = origins(&[
            (1, 1, "bbc"),
            (2, 2, "reuters"),
            (3, 3, "bbc"),
            (4, 2, "straitstimes"),
            (5, 2, "guardian"),
            (6, 6, "nhk"),
            (7, 3, "bbc"),
            (8, 2, "japantimes"),
            (9, 9, "reuters"),
        ]);
        assert_eq!(three.names, ["bbc", "reuters", "nhk"]);
        assert_eq!(three.copies, 6);
        assert_eq!(
            three.in_words(3),
            "3 of 3: bbc, reuters, nhk; 6 copies are counted with them"
        );
    }

    #[test]
    fn a_copy_binds_two_names_and_the_unknown_do_not_count() {
        // The second has the first one's text; the third names the same agency as the second.
        let one = origins(&[
            (1, 1, "bbc"),
            (2, 1, "reuters"),
            (3, 3, "reuters"),
            (4, 4, ""),
        ]);
        assert_eq!((one.names, one.copies), (vec!["bbc".to_owned()], 2));
        // Two that seemed independent turn out to be one.
        let bound = origins(&[(1, 1, "bbc"), (2, 2, "afp"), (3, 2, "bbc")]);
        assert_eq!(bound.names, ["bbc"]);
        assert_eq!(origins(&[(1, 1, "")]).in_words(2), "0 of 2");
    }
}
