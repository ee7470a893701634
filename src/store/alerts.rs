//! Alerts, page by page.

mod lag;
mod page;

use jiff::Timestamp;

use super::{
    Store, StoreError,
    engine::{Row, Tx, Value, values},
};
use crate::model::{Alert, AlertId};

pub use self::{
    lag::AlertLag,
    page::{AlertPage, AlertSearch},
};
#[cfg(test)]
pub(super) use self::{
    lag::LAGS,
    page::{OF_ALL, OF_FEED, OF_WATCH},
};

/// Which alerts to show.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct AlertFilter {
    /// Only later ones.
    pub after: Option<AlertId>,
    /// Only up to this one.
    pub last: Option<AlertId>,
    /// Only those made at this moment or later.
    pub since: Option<Timestamp>,
    /// Only those made before this moment.
    pub until: Option<Timestamp>,
    /// Only those of one of these watches; empty is of any.
    pub watches: Vec<String>,
    /// Only those of one of these feeds; `None` is of any.
    pub feeds: Option<Vec<String>>,
    /// Only those made for this receiver, whatever became of it.
    pub receiver: Option<String>,
    /// Only those that a mute keeps from a receiver.
    pub muted: bool,
}

impl Store {
    /// A page of alerts with all their watches, and when each was made, the oldest first: the next
    /// is what comes after the last of them.
    pub async fn alerts(
        &self,
        filter: AlertFilter,
        limit: u32,
    ) -> Result<Vec<(Alert, Timestamp)>, StoreError> {
        self.read(move |tx| {
            let condition = Condition::of(tx, &filter, limit)?;
            let wheres = condition.sql();
            let sql = format!(
                "SELECT a.data, a.created_at FROM alert a WHERE {wheres} ORDER BY a.id LIMIT ?1"
            );
            let rows = tx.rows(&sql, &condition.params)?.into_iter();
            let made = |mut row: Row| {
                Ok((
                    alert(&row.take::<String>("data")?)?,
                    row.take("created_at")?,
                ))
            };
            rows.map(made).collect()
        })
        .await
    }

    /// The alert before the newest `limit` of these: after it they begin. `None` where there are not
    /// more.
    pub async fn before_newest(
        &self,
        filter: AlertFilter,
        limit: u32,
    ) -> Result<Option<AlertId>, StoreError> {
        self.read(move |tx| {
            let condition = Condition::of(tx, &filter, limit)?;
            let wheres = condition.sql();
            let sql = format!(
                "SELECT a.id FROM alert a WHERE {wheres} ORDER BY a.id DESC LIMIT 1 OFFSET ?1"
            );
            tx.value(&sql, &condition.params)
        })
        .await
    }

    /// One alert, with all its watches.
    pub async fn alert(&self, id: AlertId) -> Result<Option<Alert>, StoreError> {
        self.read(move |tx| {
            let data = tx.value("SELECT data FROM alert WHERE id = ?1", values![id])?;
            data.map(|data: String| alert(&data)).transpose()
        })
        .await
    }

    /// The newest alert: where `alerts --follow` begins.
    pub async fn latest_alert_id(&self) -> Result<Option<AlertId>, StoreError> {
        self.read(|tx| {
            let latest = tx.value("SELECT max(id) FROM alert", &[])?;
            Ok(latest.expect("an aggregate has a row"))
        })
        .await
    }
}

/// What an alert `a` must fulfil, with the parameters for it.
struct Condition {
    wheres: Vec<String>,
    params: Vec<Value>,
    after: Option<AlertId>,
    last: Option<AlertId>,
}

impl Condition {
    /// Its first parameter is `limit`.
    fn of(tx: &mut dyn Tx, filter: &AlertFilter, limit: u32) -> Result<Self, StoreError> {
        let mut condition = Self {
            wheres: Vec::new(),
            params: vec![limit.into()],
            after: None,
            last: None,
        };
        condition.of_whom(filter);
        condition.of_when(tx, filter)?;
        Ok(condition)
    }

    fn sql(&self) -> String {
        let wheres = self.wheres.iter().map(String::as_str);
        let all: Vec<&str> = std::iter::once("1 = 1").chain(wheres).collect();
        all.join(" AND ")
    }

    fn add(&mut self, value: impl Into<Value>) -> String {
        self.params.push(value.into());
        format!("?{}", self.params.len())
    }

    fn list(&mut self, names: &[String]) -> String {
        let names: Vec<String> = names.iter().map(|name| self.add(name.as_str())).collect();
        names.join(", ")
    }

    fn of_whom(&mut self, filter: &AlertFilter) {
        if !filter.watches.is_empty() {
            let names = self.list(&filter.watches);
            self.wheres.push(format!(
                "EXISTS (SELECT 1 FROM alert_watch w WHERE w.alert = a.id AND w.watch IN ({names}))"
            ));
        }
        match filter.feeds.as_deref() {
            None => {}
            Some([]) => self.wheres.push("1 = 0".to_owned()),
            Some(feeds) => {
                let names = self.list(feeds);
                let ids = format!("SELECT f.id FROM feed f WHERE f.name IN ({names})");
                self.wheres.push(format!("a.feed IN ({ids})"));
            }
        }
        if let Some(receiver) = &filter.receiver {
            let name = self.add(receiver.as_str());
            self.wheres.push(format!(
                "EXISTS (SELECT 1 FROM delivery d JOIN receiver r ON r.id = d.receiver
                          WHERE d.alert = a.id AND r.name = {name})"
            ));
        }
        if filter.muted {
            let muted = "EXISTS (
                SELECT 1 FROM delivery d LEFT JOIN delivery i ON i.id = d.folded_into
                 WHERE d.alert = a.id AND 'muted' IN (d.state, i.state))";
            self.wheres.push(muted.to_owned());
        }
    }

    /// An index finds the first and the last number of a span of time; as clocks are set back,
    /// what lies between may still be out of it.
    fn of_when(&mut self, tx: &mut dyn Tx, filter: &AlertFilter) -> Result<(), StoreError> {
        let mut after = filter.after;
        if let Some(since) = filter.since {
            let sql = "SELECT min(id) FROM alert WHERE created_at >= ?1";
            let first = number(tx, sql, since)?.unwrap_or(AlertId(i64::MAX));
            after = after.max(Some(AlertId(first.0 - 1)));
            let since = self.add(since);
            self.wheres.push(format!("a.created_at >= {since}"));
        }
        let mut last = filter.last;
        if let Some(until) = filter.until {
            let sql = "SELECT max(id) FROM alert WHERE created_at < ?1";
            let newest = number(tx, sql, until)?.unwrap_or(AlertId(0));
            last = Some(last.map_or(newest, |last| last.min(newest)));
            let until = self.add(until);
            self.wheres.push(format!("a.created_at < {until}"));
        }
        (self.after, self.last) = (after, last);
        if let Some(after) = after {
            let after = self.add(after);
            self.wheres.push(format!("a.id > {after}"));
        }
        if let Some(last) = last {
            let last = self.add(last);
            self.wheres.push(format!("a.id <= {last}"));
        }
        Ok(())
    }
}

fn number(tx: &mut dyn Tx, sql: &str, at: Timestamp) -> Result<Option<AlertId>, StoreError> {
    let number = tx.value(sql, values![at])?;
    Ok(number.expect("an aggregate has a row"))
}

fn alert(data: &str) -> Result<Alert, StoreError> {
    serde_json::from_str(data).map_err(|error| StoreError::Unreadable {
        what: "an alert",
        detail: error.to_string(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::testing::*;

    fn with(set: impl FnOnce(&mut AlertFilter)) -> AlertFilter {
        let mut filter = AlertFilter::default();
        set(&mut filter);
        filter
    }

    fn names(names: &[&str]) -> Vec<String> {
        names.iter().map(|name| (*name).to_owned()).collect()
    }

    async fn ids(store: &Store, filter: AlertFilter, limit: u32) -> Vec<String> {
        let alerts = store.alerts(filter, limit).await.expect("read");
        alerts.into_iter().map(|(alert, _)| alert.id).collect()
    }

    #[tokio::test]
    async fn alerts_page_and_filter() {
        let temp = TempStore::new();
        let store = one_feed(&temp).await;
        assert_eq!(store.latest_alert_id().await.expect("read"), None);
        let items = vec![
            news(1, &["a"], &["desk"]),
            news(2, &["a", "b"], &[]),
            news(3, &["b"], &["desk"]),
        ];
        poll_news(&store, items).await;
        let latest = store.latest_alert_id().await.expect("read");
        assert_eq!(latest, Some(AlertId(3)));
        let all = &["1", "2", "3"][..];
        for (filter, limit, wanted) in [
            (AlertFilter::default(), 10, all),
            (AlertFilter::default(), 2, &["1", "2"]),
            (with(|it| it.after = Some(AlertId(1))), 1, &["2"]),
            (with(|it| it.after = Some(AlertId(3))), 10, &[]),
            (with(|it| it.last = Some(AlertId(2))), 10, &["1", "2"]),
            (with(|it| it.watches = names(&["b"])), 10, &["2", "3"]),
            (with(|it| it.watches = names(&["a", "b"])), 10, all),
            (with(|it| it.feeds = Some(names(&["mofa"]))), 10, all),
            (with(|it| it.feeds = Some(names(&["other"]))), 10, &[]),
            (with(|it| it.feeds = Some(Vec::new())), 10, &[]),
            (
                with(|it| it.receiver = Some("desk".into())),
                10,
                &["1", "3"],
            ),
            (with(|it| it.since = Some(at(0))), 10, all),
            (with(|it| it.since = Some(at(1))), 10, &[]),
            (with(|it| it.until = Some(at(0))), 10, &[]),
            (with(|it| it.until = Some(at(1))), 10, all),
        ] {
            let said = format!("{filter:?}");
            assert_eq!(ids(&store, filter, limit).await, wanted, "{said}");
        }
    }

    #[tokio::test]
    async fn the_newest_begin_after_the_one_before_them() {
        let temp = TempStore::new();
        let store = one_feed(&temp).await;
        let items = vec![
            news(1, &["a"], &[]),
            news(2, &["b"], &[]),
            news(3, &["a"], &[]),
        ];
        poll_news(&store, items).await;
        let of_a = with(|it| it.watches = names(&["a"]));
        for (filter, limit, wanted) in [
            (AlertFilter::default(), 1, Some(AlertId(2))),
            (AlertFilter::default(), 2, Some(AlertId(1))),
            (AlertFilter::default(), 3, None),
            (of_a.clone(), 1, Some(AlertId(1))),
            (of_a, 2, None),
        ] {
            let before = store.before_newest(filter, limit).await.expect("read");
            assert_eq!(before, wanted, "{limit}");
        }
    }
}
