//! Feeds page by page, and how many are in which condition: by indices, however many there are.

use std::collections::{BTreeMap, HashSet};

use super::{FeedStatus, feed_status};
use crate::store::{
    Condition, Store, StoreError,
    engine::{Row, Tx, values},
};

/// Feeds that are looked at in one statement where not each of them belongs to the page.
const STEP: u32 = 500;

/// So many names are looked up one by one; of more, all feeds are looked through.
const FEW_NAMES: usize = 1_000;

/// Which feeds of the config to show.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct FeedFilter {
    /// Only those in one of these conditions; empty is in any.
    pub conditions: Vec<Condition>,
    /// Only those with this in name, title or URL, in whatever case.
    pub text: Option<String>,
    /// Only those of these names; `None` is of any.
    pub names: Option<Vec<String>>,
}

/// How many feeds of the config are in which condition.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct FeedCounts {
    /// Those there are none of are left out.
    pub by_condition: BTreeMap<Condition, u64>,
}

impl FeedCounts {
    /// Feeds in this condition.
    pub fn of(&self, condition: Condition) -> u64 {
        self.by_condition.get(&condition).copied().unwrap_or(0)
    }

    /// All of them.
    pub fn all(&self) -> u64 {
        self.by_condition.values().sum()
    }
}

pub(in crate::store) const BY_NAME: &str = "
    SELECT name, title, url, NULL AS condition FROM feed
     WHERE active = 1 AND name > ?1 ORDER BY name LIMIT ?2";

/// The same with how each is, which takes longer to work out than all else here.
pub(in crate::store) const BY_NAME_AND_HOW: &str = "
    SELECT name, title, url, condition FROM feed
     WHERE active = 1 AND name > ?1 ORDER BY name LIMIT ?2";

/// In one condition, ?3, that is not `ok`: most are, and these have no index.
pub(in crate::store) const BY_CONDITION: &str = "
    SELECT name, title, url, condition FROM feed
     WHERE active = 1 AND condition <> 'ok' AND condition = ?3 AND name > ?1
     ORDER BY name LIMIT ?2";

const NAMED: &str = "SELECT name, title, url, condition FROM feed WHERE active = 1 AND name = ?1";

pub(in crate::store) const IN_CONDITION: &str = "
    SELECT condition, count(*) AS feeds FROM feed
     WHERE active = 1 AND condition <> 'ok' GROUP BY condition";

pub(in crate::store) const ACTIVE: &str = "
    SELECT (SELECT count(*) FROM feed) - (SELECT count(*) FROM feed WHERE active <> 1) AS feeds";

impl Store {
    /// A page of the feeds of the config, by name: those behind `after`, at most `limit`.
    pub async fn feed_page(
        &self,
        filter: FeedFilter,
        after: Option<String>,
        limit: u32,
    ) -> Result<Vec<FeedStatus>, StoreError> {
        self.read(move |tx| {
            let after = after.unwrap_or_default();
            let mut feeds = Vec::new();
            for name in Look::of(filter, limit).names(tx, &after)? {
                let row = tx.row(feeds!("WHERE f.name = ?1"), values![name])?;
                feeds.extend(row.map(feed_status).transpose()?);
            }
            Ok(feeds)
        })
        .await
    }

    /// How many feeds of the config are in which condition.
    pub async fn feed_counts(&self) -> Result<FeedCounts, StoreError> {
        self.read(|tx| counts(tx)).await
    }
}

fn counts(tx: &mut dyn Tx) -> Result<FeedCounts, StoreError> {
    let mut by_condition = BTreeMap::new();
    for mut row in tx.rows(IN_CONDITION, &[])? {
        by_condition.insert(row.take("condition")?, row.take("feeds")?);
    }
    let not_ok: u64 = by_condition.values().sum();
    let ok = active(tx)?.saturating_sub(not_ok);
    if ok > 0 {
        by_condition.insert(Condition::Ok, ok);
    }
    Ok(FeedCounts { by_condition })
}

/// Feeds of the config.
pub(in crate::store) fn active(tx: &mut dyn Tx) -> Result<u64, StoreError> {
    let active = tx.value(ACTIVE, &[])?;
    Ok(active.expect("sub-selects are one row"))
}

/// A search for the names of a page.
struct Look {
    conditions: Vec<Condition>,
    text: Option<String>,
    names: Option<HashSet<String>>,
    limit: usize,
}

impl Look {
    fn of(filter: FeedFilter, limit: u32) -> Self {
        let mut conditions = filter.conditions;
        conditions.sort_unstable();
        conditions.dedup();
        Self {
            conditions,
            text: filter.text.map(|text| text.to_lowercase()),
            names: filter.names.map(HashSet::from_iter),
            limit: limit.try_into().unwrap_or(usize::MAX),
        }
    }

    fn names(&self, tx: &mut dyn Tx, after: &str) -> Result<Vec<String>, StoreError> {
        if !self.conditions.is_empty() && !self.conditions.contains(&Condition::Ok) {
            let mut found = Vec::new();
            for condition in &self.conditions {
                found.extend(self.walk(tx, after, Some(*condition))?);
            }
            found.sort_unstable();
            found.truncate(self.limit);
            return Ok(found);
        }
        match &self.names {
            Some(names) if names.len() <= FEW_NAMES => self.named(tx, names, after),
            _ => self.walk(tx, after, None),
        }
    }

    fn named(
        &self,
        tx: &mut dyn Tx,
        names: &HashSet<String>,
        after: &str,
    ) -> Result<Vec<String>, StoreError> {
        let mut names: Vec<&str> = names.iter().map(String::as_str).collect();
        names.retain(|name| *name > after);
        names.sort_unstable();
        let mut found = Vec::new();
        for name in names {
            if found.len() == self.limit {
                break;
            }
            let row = tx.row(NAMED, values![name])?;
            found.extend(
                row.map(Candidate::of)
                    .transpose()?
                    .filter(|it| self.takes(it)),
            );
        }
        Ok(found.into_iter().map(|it| it.name).collect())
    }

    /// Feeds behind this name, of one condition or of all.
    fn walk(
        &self,
        tx: &mut dyn Tx,
        after: &str,
        condition: Option<Condition>,
    ) -> Result<Vec<String>, StoreError> {
        let takes_all = self.text.is_none() && self.names.is_none();
        let limit = u32::try_from(self.limit).unwrap_or(u32::MAX);
        let step = if takes_all { limit } else { STEP };
        let (mut found, mut after) = (Vec::new(), after.to_owned());
        loop {
            let rows = match condition {
                None if self.conditions.is_empty() => {
                    tx.rows(BY_NAME, values![after.as_str(), step])?
                }
                None => tx.rows(BY_NAME_AND_HOW, values![after.as_str(), step])?,
                Some(condition) => tx.rows(
                    BY_CONDITION,
                    values![after.as_str(), step, condition.as_str()],
                )?,
            };
            let is_last = rows.len() < step as usize;
            for row in rows {
                let candidate = Candidate::of(row)?;
                after.clone_from(&candidate.name);
                if self.takes(&candidate) {
                    found.push(candidate.name);
                }
                if found.len() >= self.limit {
                    return Ok(found);
                }
            }
            if is_last {
                return Ok(found);
            }
        }
    }

    fn takes(&self, feed: &Candidate) -> bool {
        let is_wanted = |condition| self.conditions.contains(&condition);
        let is_in = self.conditions.is_empty() || feed.condition.is_some_and(is_wanted);
        let names = self.names.as_ref();
        is_in
            && names.is_none_or(|names| names.contains(&feed.name))
            && self.text.as_ref().is_none_or(|text| feed.says(text))
    }
}

/// A feed that may be on the page.
struct Candidate {
    name: String,
    title: Option<String>,
    url: String,
    /// `None` where it is not asked for.
    condition: Option<Condition>,
}

impl Candidate {
    fn of(mut row: Row) -> Result<Self, StoreError> {
        Ok(Self {
            name: row.take("name")?,
            title: row.take("title")?,
            url: row.take("url")?,
            condition: row.take("condition")?,
        })
    }

    fn says(&self, text: &str) -> bool {
        let texts = [Some(&self.name), self.title.as_ref(), Some(&self.url)];
        { texts.into_iter().flatten() }.any(|it| it.to_lowercase().contains(text))
    }
}

#[cfg(test)]
mod tests;
