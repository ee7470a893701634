//! Changes of the config's feeds, written.

use jiff::Timestamp;
use url::Url;

use super::plan::MOST_COST;
use crate::{
    model::{FeedId, MuteKind, OriginId},
    store::{
        Empty, Health, StoreError,
        engine::{Row, Tx, values},
        mutes, notifications, origin,
    },
};

/// Fingerprints that a feed takes over from the one that had its name, the newest: far more than
/// are in a document, of which the largest of 301 real feeds held 730.
const MOST_INHERITED: u32 = 2_000;

/// What is to be done about one feed.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Change {
    /// The config names it no more.
    Rest(FeedId),
    /// It is in use, under this name.
    Keep(FeedId, String, Url),
    /// It comes back, mostly in no other one's place. Where another one rests instead, what that one has
    /// shown since is known to it.
    Return { row: FeedId, place: Option<FeedId> },
    /// It is in use, under this name and at this URL.
    Move {
        row: FeedId,
        name: String,
        url: Url,
        keeps_validators: bool,
    },
    /// Another feed has its name.
    Succeed {
        row: FeedId,
        was_active: bool,
        name: String,
        url: Url,
    },
    /// A feed that the store does not know.
    Insert(String, Url),
}

impl Change {
    /// What it costs beside a changed row.
    pub(super) const fn cost(&self) -> usize {
        match self {
            Self::Succeed { .. } | Self::Return { place: Some(_), .. } => MOST_COST,
            _ => 1,
        }
    }
}

/// Writes the changes, and when the origins that they concern are due.
pub(super) fn apply(tx: &mut dyn Tx, changes: &[Change], now: Timestamp) -> Result<(), StoreError> {
    let mut origins = Vec::new();
    for change in changes {
        let concerned = match change {
            Change::Rest(row) => vec![rest(tx, *row)?],
            Change::Keep(row, name, url) => keep(tx, *row, name, url, now)?,
            Change::Return { row, place } => {
                begin_anew(tx, *row, now)?;
                if let Some(place) = place {
                    take_back(tx, *row, *place)?;
                }
                Vec::new()
            }
            Change::Move {
                row,
                name,
                url,
                keeps_validators,
            } => {
                rename(tx, *row, name, now)?;
                move_to(tx, *row, url, *keeps_validators, now)?
            }
            Change::Succeed {
                row,
                was_active,
                name,
                url,
            } => succeed(tx, *row, *was_active, (name, url), now)?,
            Change::Insert(name, url) => vec![insert(tx, name, url, "new", now)?.1],
        };
        origins.extend(concerned);
    }
    origins.sort_unstable();
    origins.dedup();
    for origin in origins {
        origin::free_rested(tx, origin, now)?;
    }
    Ok(())
}

fn rest(tx: &mut dyn Tx, row: FeedId) -> Result<OriginId, StoreError> {
    let sql = "UPDATE feed SET active = 0 WHERE id = ?1 RETURNING origin";
    let origin = tx.value(sql, values![row])?;
    Ok(origin.expect("no feed is ever deleted"))
}

/// One that has moved stays where it is. One that rested is due: nobody has looked at it meanwhile.
fn keep(
    tx: &mut dyn Tx,
    row: FeedId,
    name: &str,
    url: &Url,
    now: Timestamp,
) -> Result<Vec<OriginId>, StoreError> {
    rename(tx, row, name, now)?;
    let mut columns = feed(tx, row, "origin, moved_to")?;
    let moved_to: Option<String> = columns.take("moved_to")?;
    let moved_to = moved_to.and_then(|url| Url::parse(&url).ok());
    let there = origin::at_url(tx, moved_to.as_ref().unwrap_or(url))?;
    tx.exec(
        "UPDATE feed SET active = 1, origin = ?2,
                due = CASE WHEN active = 0 AND due > ?3 THEN ?3 ELSE due END,
                due_reason = CASE WHEN active = 0 AND due > ?3 THEN 'back' ELSE due_reason END
          WHERE id = ?1",
        values![row, there, now],
    )?;
    Ok(vec![columns.take("origin")?, there])
}

fn move_to(
    tx: &mut dyn Tx,
    row: FeedId,
    url: &Url,
    keeps_validators: bool,
    now: Timestamp,
) -> Result<Vec<OriginId>, StoreError> {
    let before = feed(tx, row, "origin")?.only()?;
    let there = origin::at_url(tx, url)?;
    if !keeps_validators {
        tx.exec(
            "UPDATE feed SET etag = NULL, last_modified = NULL, body_hash = NULL,
                    not_modified_since = NULL
              WHERE id = ?1",
            values![row],
        )?;
    }
    tx.exec(
        "UPDATE feed SET active = 1, url = ?2, origin = ?3, due = ?4, due_reason = 'new url',
                asked = 0, gone = 0, moved_to = NULL, moving = NULL
          WHERE id = ?1",
        values![row, url.as_str(), there, now],
    )?;
    Ok(vec![before, there])
}

/// Puts a new feed in the place of another one, which rests under a name of its own until a config
/// has its URL again. Who was notified of trouble under this name is notified of its end too.
fn succeed(
    tx: &mut dyn Tx,
    before: FeedId,
    was_active: bool,
    (name, url): (&str, &Url),
    now: Timestamp,
) -> Result<Vec<OriginId>, StoreError> {
    park(tx, before, name)?;
    let (row, there) = insert(tx, name, url, "new url", now)?;
    if was_active {
        inherit_trouble(tx, before, row)?;
    }
    inherit_prints(tx, before, row)?;
    Ok(vec![rest(tx, before)?, there])
}

/// What a feed counted before it rested says nothing of it now: neither failed polls nor those that
/// found no items. One that is gone stays so.
fn begin_anew(tx: &mut dyn Tx, row: FeedId, now: Timestamp) -> Result<(), StoreError> {
    let health: Health = feed(tx, row, "health")?.only()?;
    let empty = health.empty.map(|_| Empty {
        since: now,
        polls: 0,
        is_lasting: false,
    });
    let recovery = None;
    let health = Health {
        recovery,
        empty,
        ..health
    };
    tx.exec(
        "UPDATE feed SET failures = 0, failing_since = NULL, reason = NULL, error = NULL,
                health = ?2
          WHERE id = ?1 AND gone = 0",
        values![row, health],
    )
    .map(drop)
}

/// Gives a feed back what its [successor](succeed) has made of its name. A mute stays with the name.
fn take_back(tx: &mut dyn Tx, row: FeedId, place: FeedId) -> Result<(), StoreError> {
    let mut of_place = feed(tx, place, "name, failures")?;
    let (name, failures): (String, i64) = (of_place.take("name")?, of_place.take("failures")?);
    park(tx, place, &name)?;
    if failures > 0 {
        inherit_trouble(tx, place, row)?;
    }
    inherit_prints(tx, place, row)
}

/// Receivers that know of the trouble of one know of the other's.
fn inherit_trouble(tx: &mut dyn Tx, before: FeedId, row: FeedId) -> Result<(), StoreError> {
    let mut of_before = feed(tx, before, "failures, failing_since")?;
    let (failures, since): (i64, Option<Timestamp>) = (
        of_before.take("failures")?,
        of_before.take("failing_since")?,
    );
    tx.exec(
        "UPDATE feed SET failures = ?2, failing_since = ?3 WHERE id = ?1",
        values![row, failures, since],
    )?;
    notifications::take_over(tx, before, row)
}

/// What one has shown is known to the other, beside what it has shown itself.
fn inherit_prints(tx: &mut dyn Tx, before: FeedId, row: FeedId) -> Result<(), StoreError> {
    tx.exec(
        "INSERT INTO fingerprint (feed, item, alias, recognition, whole, guid, link, path, title,
                                  date, text, seen_at)
         SELECT CAST(?1 AS BIGINT), item, alias, recognition, whole, guid, link, path, title, date,
                text, seen_at
           FROM fingerprint WHERE feed = ?2 ORDER BY item DESC LIMIT ?3
         ON CONFLICT DO NOTHING",
        values![row, before, MOST_INHERITED],
    )
    .map(drop)
}

fn insert(
    tx: &mut dyn Tx,
    name: &str,
    url: &Url,
    why: &str,
    now: Timestamp,
) -> Result<(FeedId, OriginId), StoreError> {
    make_room(tx, name, now)?;
    let there = origin::at_url(tx, url)?;
    let row = tx.insert(
        "INSERT INTO feed (name, url, origin, due, due_reason) VALUES (?1, ?2, ?3, ?4, ?5)",
        values![name, url.as_str(), there, now, why],
    )?;
    Ok((FeedId(row), there))
}

/// Gives a feed its name, and its mute with it.
fn rename(tx: &mut dyn Tx, row: FeedId, to: &str, now: Timestamp) -> Result<(), StoreError> {
    // It may have lost its name to another one since the changes were thought out.
    let name: String = feed(tx, row, "name")?.only()?;
    if name == to {
        return Ok(());
    }
    make_room(tx, to, now)?;
    tx.exec("UPDATE feed SET name = ?2 WHERE id = ?1", values![row, to])?;
    mutes::follow(tx, MuteKind::Feed, &[(name.as_str(), to)], now)
}

/// Takes the name from a feed that has it; its mute goes with the feed.
fn make_room(tx: &mut dyn Tx, name: &str, now: Timestamp) -> Result<(), StoreError> {
    let holder = tx.value("SELECT id FROM feed WHERE name = ?1", values![name])?;
    let Some(holder) = holder else {
        return Ok(());
    };
    let parked = park(tx, holder, name)?;
    mutes::follow(tx, MuteKind::Feed, &[(name, parked.as_str())], now)
}

/// Gives a feed a name that no other has, and that no config can have.
fn park(tx: &mut dyn Tx, row: FeedId, name: &str) -> Result<String, StoreError> {
    let parked = format!("#{} {name}", row.0);
    tx.exec(
        "UPDATE feed SET name = ?2 WHERE id = ?1",
        values![row, parked.as_str()],
    )?;
    Ok(parked)
}

/// These columns of a feed.
fn feed(tx: &mut dyn Tx, row: FeedId, columns: &str) -> Result<Row, StoreError> {
    let sql = format!("SELECT {columns} FROM feed WHERE id = ?1");
    let row = tx.row(&sql, values![row])?;
    Ok(row.expect("no feed is ever deleted"))
}
