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

const REPORTS: &str = "
    SELECT item, root, publisher, origin FROM story_item WHERE story = ?1 ORDER BY item LIMIT ?2";

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
    /// The first item of each.
    pub(super) firsts: Vec<ItemId>,
    /// Further items that repeat a report.
    pub(super) copies: usize,
}

/// Reports that are one, by the texts and the names that bind items together.
struct Group<'a> {
    /// The first of them, and whose it is.
    first: ItemId,
    name: &'a str,
    roots: Vec<ItemId>,
    names: Vec<&'a str>,
}

impl<'a> Group<'a> {
    fn of(first: &'a Report) -> Self {
        Self {
            first: first.item,
            name: &first.origin,
            roots: Vec::new(),
            names: Vec::new(),
        }
    }

    fn has(&self, report: &Report) -> bool {
        self.roots.contains(&report.root) || self.names.contains(&report.origin.as_str())
    }

    /// Whether it is a report of others, such as a news agency's, that was printed only by publishers who
    /// also have one of their own: they count once.
    fn is_of_others(&self, reports: &[Report]) -> bool {
        let has_own = |publisher: &str| {
            let mut others = reports.iter().filter(|it| !self.has(it));
            others.any(|it| it.publisher == publisher && it.origin == publisher)
        };
        let mut all = reports.iter().filter(|it| self.has(it));
        all.all(|it| {
            it.origin != it.publisher && !it.publisher.is_empty() && has_own(&it.publisher)
        })
    }

    fn add(&mut self, report: &'a Report) {
        if !self.roots.contains(&report.root) {
            self.roots.push(report.root);
        }
        if !self.names.contains(&report.origin.as_str()) {
            self.names.push(&report.origin);
        }
    }

    /// Another one turned out to be this; it came later.
    fn take(&mut self, other: Self) {
        self.roots.extend(other.roots);
        self.names.extend(other.names);
    }
}

impl Origins {
    /// Counts these, given in the order in which they came.
    pub(super) fn of(reports: &[Report]) -> Self {
        let mut groups: Vec<Group<'_>> = Vec::new();
        let mut counted = 0;
        for report in reports.iter().filter(|report| !report.origin.is_empty()) {
            counted += 1;
            let (joined, apart): (Vec<_>, Vec<_>) =
                groups.into_iter().partition(|it| it.has(report));
            groups = apart;
            let mut joined = joined.into_iter();
            let mut group = joined.next().unwrap_or_else(|| Group::of(report));
            joined.for_each(|other| group.take(other));
            group.add(report);
            groups.push(group);
            groups.sort_by_key(|group| group.first);
        }
        let own: Vec<bool> = { groups.iter() }
            .map(|group| group.is_of_others(reports))
            .collect();
        let mut own = own.into_iter();
        groups.retain(|_| !own.next().unwrap_or_default());
        Self {
            firsts: groups.iter().map(|group| group.first).collect(),
            names: groups.iter().map(|it| it.name.to_owned()).collect(),
            copies: counted - groups.len(),
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

/// All of a story that count.
pub(super) fn of_story(tx: &mut dyn Tx, story: StoryId) -> Result<Vec<Report>, StoreError> {
    let rows = tx.rows(REPORTS, values![story, MAX_ITEMS])?.into_iter();
    rows.map(Report::read).collect()
}

/// Keeps how many independent publishers a story has: lists begin with those of many.
pub(super) fn keep_count(
    tx: &mut dyn Tx,
    story: StoryId,
    independent: u32,
) -> Result<(), StoreError> {
    let sql = "UPDATE story SET independent = ?2 WHERE id = ?1 AND independent <> ?2";
    tx.exec(sql, values![story, independent]).map(drop)
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
        assert_eq!(three.firsts, [ItemId(1), ItemId(2), ItemId(6)]);
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
        assert_eq!((bound.names, bound.copies), (vec!["bbc".to_owned()], 2));
        // The first of all names the report, also where the other one was heard of last.
        let bound = origins(&[(1, 1, "bbc"), (2, 2, "afp"), (3, 1, "bbc"), (4, 2, "bbc")]);
        assert_eq!(
            (bound.names, bound.firsts),
            (vec!["bbc".to_owned()], vec![ItemId(1)])
        );
        assert_eq!(origins(&[(1, 1, "")]).in_words(2), "0 of 2");
        // Its agency's report and its own are one paper's; what another one prints of the agency is two.
        let printed = |publisher: &str, item: i64, origin: &str| Report {
            item: ItemId(item),
            root: ItemId(item),
            publisher: publisher.to_owned(),
            origin: origin.to_owned(),
        };
        let mut reports = vec![
            printed("alpha", 1, "reuters"),
            printed("beta", 2, "beta"),
            printed("alpha", 3, "alpha"),
        ];
        assert_eq!(Origins::of(&reports).names, ["beta", "alpha"]);
        reports.push(printed("gamma", 4, "reuters"));
        assert_eq!(Origins::of(&reports).names, ["reuters", "beta", "alpha"]);
    }
}
