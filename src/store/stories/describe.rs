//! A story as notices have it.

use super::{
    Placed,
    origins::{Origins, Report},
    role,
};
use crate::{
    model::{AlertStory, AlsoIn, ItemId, StoryId, to_second},
    store::{
        StoreError,
        engine::{Row, Tx, values},
    },
};

/// Items of a story of which the publishers are named.
const MAX_ITEMS: u32 = 500;

const COUNT: &str = "SELECT count(*) FROM story_item WHERE story = ?1";

const REPORTS: &str = "
    SELECT item, root, publisher, origin FROM story_item WHERE story = ?1 ORDER BY item LIMIT ?2";

/// Its first items but one. The item itself may be gone.
const ALSO: &str = "
    SELECT s.item, s.root, s.near, s.evidence, s.publisher, s.seen_at, f.name, i.link, i.title
      FROM story_item s JOIN feed f ON f.id = s.feed LEFT JOIN item i ON i.id = s.item
     WHERE s.story = ?1 AND s.item <> ?2 ORDER BY s.item LIMIT ?3";

/// The story of an item, as it is now.
pub(in crate::store) fn describe(
    tx: &mut dyn Tx,
    placed: &Placed,
) -> Result<AlertStory, StoreError> {
    let story = placed.story;
    let items = tx.value(COUNT, values![story])?;
    let reports = tx.rows(REPORTS, values![story, MAX_ITEMS])?.into_iter();
    let reports: Vec<Report> = reports.map(Report::read).collect::<Result<_, _>>()?;
    let most = u32::try_from(AlertStory::MAX_ALSO).expect("a small constant");
    let also = tx.rows(ALSO, values![story, placed.item, most])?;
    let also = also.into_iter().map(|row| also_in(story, row));
    Ok(AlertStory {
        id: story.0.to_string(),
        revision: placed.revision,
        role: placed.role,
        items: items.expect("an aggregate has a row"),
        publishers: publishers(&reports),
        independent: Origins::of(&reports).count(),
        also: also.collect::<Result<_, _>>()?,
        sent_because: None,
        corroborated: None,
    })
}

/// Each once, in the order in which they came.
pub(super) fn publishers(reports: &[Report]) -> Vec<String> {
    let mut publishers: Vec<String> = Vec::new();
    for report in reports {
        if !report.publisher.is_empty() && !publishers.contains(&report.publisher) {
            publishers.push(report.publisher.clone());
        }
    }
    publishers
}

fn also_in(story: StoryId, mut row: Row) -> Result<AlsoIn, StoreError> {
    let (item, root): (ItemId, ItemId) = (row.take("item")?, row.take("root")?);
    let (near, evidence): (Option<i64>, Option<String>) =
        (row.take("near")?, row.take("evidence")?);
    let publisher: String = row.take("publisher")?;
    let seen_at = row.take("seen_at")?;
    let feed = row.take("name")?;
    let link = row.take("link")?;
    let title: Option<String> = row.take("title")?;
    Ok(AlsoIn {
        publisher: (!publisher.is_empty()).then_some(publisher),
        seen: Some(to_second(seen_at)),
        role: Some(role(item, story, root)),
        evidence: in_words(near, evidence),
        ..AlsoIn::new(feed, link, title.unwrap_or_default())
    })
}

/// "37 of 61 phrases also in #812".
pub(super) fn in_words(near: Option<i64>, evidence: Option<String>) -> Option<String> {
    let (near, evidence) = (near?, evidence?);
    Some(match evidence.strip_prefix("shares ") {
        Some(_) => format!("{evidence} with #{near}"),
        None => format!("{evidence} also in #{near}"),
    })
}
