//! Alerts page by page, the newest first.
//!
//! What they are looked up by is an index: of a watch, of a feed, or else of all alerts. What is asked
//! for beside that is looked for in these, so many a call; then the page says where to go on.

use jiff::Timestamp;

use super::{AlertFilter, Condition, alert};
use crate::{
    model::{Alert, AlertId, Priority},
    store::{
        Store, StoreError,
        engine::{Tx, Value, values},
    },
};

/// Alerts that one call looks at; it takes some milliseconds.
const MOST_LOOKED_AT: usize = if cfg!(test) { 20 } else { 1_000 };

/// Alerts that are looked at in one statement.
const STEP: usize = if cfg!(test) { 4 } else { 100 };

/// Feeds whose alerts are looked up one by one; of more, all alerts are looked through.
const MOST_FEEDS: usize = 64;

/// What is asked for on a page of alerts.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct AlertSearch {
    /// As the command line asks.
    pub filter: AlertFilter,
    /// Only those of this priority or a higher one.
    pub priority: Option<Priority>,
    /// Only those with all of these in title, summary, link or the feed's name, in whatever case.
    pub words: Vec<String>,
}

/// A page of alerts.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct AlertPage {
    /// With all their watches, and when each was made, the newest first.
    pub alerts: Vec<(Alert, Timestamp)>,
    /// Those before this one are not looked at yet; there may be none of them to show. `None` at the
    /// end.
    pub next: Option<AlertId>,
}

/// The ids before ?1 and after ?2, at most ?3.
pub(in crate::store) const OF_ALL: &str =
    "SELECT id FROM alert WHERE id < ?1 AND id > ?2 ORDER BY id DESC LIMIT ?3";

/// The same of the feed ?4.
pub(in crate::store) const OF_FEED: &str = "
    SELECT id FROM alert WHERE feed = ?4 AND id < ?1 AND id > ?2 ORDER BY id DESC LIMIT ?3";

/// The same of the watch ?4.
pub(in crate::store) const OF_WATCH: &str = "
    SELECT alert FROM alert_watch WHERE watch = ?4 AND alert < ?1 AND alert > ?2
     ORDER BY alert DESC LIMIT ?3";

impl Store {
    /// A page of alerts, the newest first: those before `before`, at most `limit`.
    pub async fn alert_page(
        &self,
        search: AlertSearch,
        before: Option<AlertId>,
        limit: usize,
    ) -> Result<AlertPage, StoreError> {
        self.read(move |tx| page(tx, &search, before, limit)).await
    }
}

fn page(
    tx: &mut dyn Tx,
    search: &AlertSearch,
    before: Option<AlertId>,
    limit: usize,
) -> Result<AlertPage, StoreError> {
    let by = By::of(tx, &search.filter)?;
    let look = Look::of(tx, search)?;
    let newest = look
        .condition
        .last
        .map_or(i64::MAX, |last| last.0.saturating_add(1));
    let mut before = before.map_or(newest, |before| before.0.min(newest));
    let after = look.condition.after.map_or(i64::MIN, |after| after.0);
    let (mut found, mut looked_at) = (Vec::new(), 0);
    loop {
        let ids = by.ids(tx, [before, after], STEP)?;
        for (id, alert, made_at) in look.among(tx, &ids)? {
            if found.len() == limit {
                // There is one more.
                return Ok(AlertPage::of(found, true));
            }
            found.push((id, alert, made_at));
        }
        if ids.len() < STEP {
            return Ok(AlertPage::of(found, false));
        }
        looked_at += ids.len();
        before = ids[ids.len() - 1];
        if looked_at >= MOST_LOOKED_AT {
            return Ok(AlertPage {
                next: Some(AlertId(before)),
                ..AlertPage::of(found, false)
            });
        }
    }
}

type Found = (AlertId, Alert, Timestamp);

impl AlertPage {
    fn of(found: Vec<Found>, has_more: bool) -> Self {
        let last = found.last().map(|(id, ..)| *id);
        let alerts = found.into_iter();
        Self {
            alerts: alerts.map(|(_, alert, made_at)| (alert, made_at)).collect(),
            next: last.filter(|_| has_more),
        }
    }
}

/// By what alerts are looked up.
enum By {
    All,
    Keys(&'static str, Vec<Value>),
}

impl By {
    fn of(tx: &mut dyn Tx, filter: &AlertFilter) -> Result<Self, StoreError> {
        if !filter.watches.is_empty() {
            let watches = filter.watches.iter().map(|name| name.as_str().into());
            return Ok(Self::Keys(OF_WATCH, watches.collect()));
        }
        let Some(feeds) = filter.feeds.as_ref().filter(|it| it.len() <= MOST_FEEDS) else {
            return Ok(Self::All);
        };
        let mut ids = Vec::new();
        for name in feeds {
            let sql = "SELECT id FROM feed WHERE name = ?1";
            ids.extend(tx.value::<i64>(sql, values![name.as_str()])?);
        }
        Ok(Self::Keys(
            OF_FEED,
            ids.into_iter().map(Value::from).collect(),
        ))
    }

    /// The newest `limit` ids of this span.
    fn ids(
        &self,
        tx: &mut dyn Tx,
        [before, after]: [i64; 2],
        limit: usize,
    ) -> Result<Vec<i64>, StoreError> {
        let most = i64::try_from(limit).unwrap_or(i64::MAX);
        let Self::Keys(sql, keys) = self else {
            return tx.column(OF_ALL, values![before, after, most]);
        };
        let mut ids: Vec<i64> = Vec::new();
        for key in keys {
            ids.append(&mut tx.column(sql, values![before, after, most, key.clone()])?);
        }
        ids.sort_unstable_by(|one, other| other.cmp(one));
        ids.dedup();
        ids.truncate(limit);
        Ok(ids)
    }
}

/// What an alert must be, beside that.
struct Look {
    condition: Condition,
    words: Vec<String>,
}

impl Look {
    fn of(tx: &mut dyn Tx, search: &AlertSearch) -> Result<Self, StoreError> {
        let limit = u32::try_from(STEP).expect("a small constant");
        let mut condition = Condition::of(tx, &search.filter, limit)?;
        if let Some(priority) = search.priority {
            let rank = condition.add(priority.rank());
            condition.wheres.push(format!("a.priority >= {rank}"));
        }
        Ok(Self {
            condition,
            words: search
                .words
                .iter()
                .map(|word| word.to_lowercase())
                .collect(),
        })
    }

    /// Those of these alerts that are it, the newest first.
    fn among(&self, tx: &mut dyn Tx, ids: &[i64]) -> Result<Vec<Found>, StoreError> {
        let wheres = self.condition.sql();
        let mut params = self.condition.params.clone();
        let first = params.len() + 1;
        params.extend(ids.iter().copied().map(Value::from));
        let places: Vec<String> = (first..=params.len()).map(|at| format!("?{at}")).collect();
        if places.is_empty() {
            return Ok(Vec::new());
        }
        let sql = format!(
            "SELECT a.id, a.data, a.created_at FROM alert a
              WHERE a.id IN ({}) AND {wheres} ORDER BY a.id DESC LIMIT ?1",
            places.join(", ")
        );
        let mut found = Vec::new();
        for mut row in tx.rows(&sql, &params)? {
            let (id, data): (AlertId, String) = (row.take("id")?, row.take("data")?);
            let alert = alert(&data)?;
            if self.words.iter().all(|word| says(&alert, word)) {
                found.push((id, alert, row.take("created_at")?));
            }
        }
        Ok(found)
    }
}

fn says(alert: &Alert, word: &str) -> bool {
    let item = &alert.item;
    let texts = [
        &item.title,
        &item.summary,
        &alert.feed.name,
        &alert.feed.title,
    ];
    { texts.into_iter().chain(&item.link) }.any(|text| text.to_lowercase().contains(word))
}

#[cfg(test)]
mod tests;
