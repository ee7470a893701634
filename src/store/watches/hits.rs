//! How often watches alerted, and when.

use jiff::Timestamp;

use crate::store::{
    Store, StoreError,
    engine::{Row, Tx, values},
};

/// What a watch has alerted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WatchRecord {
    /// Its name; the config may not have it any more.
    pub watch: String,
    /// Alerts kept.
    pub alerts: u64,
    /// Those of them since the moment that was asked for.
    pub recent: u64,
    /// The last.
    pub last_at: Timestamp,
}

/// How often a watch alerted, span by span.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WatchHits {
    /// Its name.
    pub watch: String,
    /// Alerts kept.
    pub alerts: u64,
    /// The last; `None` where there is none.
    pub last_at: Option<Timestamp>,
    /// Alerts between each boundary and the next.
    pub by_span: Vec<u64>,
}

pub(in crate::store) const OF_ALL: &str = "
    SELECT watch, count(*) AS alerts, count(CASE WHEN made_at >= ?1 THEN 1 END) AS recent,
           max(made_at) AS last_at
      FROM alert_watch GROUP BY watch ORDER BY watch";

pub(in crate::store) const OF_ONE: &str = "
    SELECT count(*) AS alerts, max(made_at) AS last_at FROM alert_watch WHERE watch = ?1";

pub(in crate::store) const OF_SPAN: &str =
    "SELECT count(*) FROM alert_watch WHERE watch = ?1 AND made_at >= ?2 AND made_at < ?3";

impl Store {
    /// What each watch that ever alerted has alerted, as far as alerts are kept.
    pub async fn watch_records(&self, since: Timestamp) -> Result<Vec<WatchRecord>, StoreError> {
        self.read(move |tx| {
            let rows = tx.rows(OF_ALL, values![since])?;
            rows.into_iter().map(record).collect()
        })
        .await
    }

    /// How often each of these watches alerted between each of these boundaries and the next, in
    /// their order. Days begin and end where their reader's calendar says.
    pub async fn watch_hits(
        &self,
        watches: Vec<String>,
        boundaries: Vec<Timestamp>,
    ) -> Result<Vec<WatchHits>, StoreError> {
        self.read(move |tx| {
            let watches = watches.into_iter();
            watches.map(|watch| hits(tx, watch, &boundaries)).collect()
        })
        .await
    }
}

fn record(mut row: Row) -> Result<WatchRecord, StoreError> {
    Ok(WatchRecord {
        watch: row.take("watch")?,
        alerts: row.take("alerts")?,
        recent: row.take("recent")?,
        last_at: row.take("last_at")?,
    })
}

fn hits(tx: &mut dyn Tx, watch: String, boundaries: &[Timestamp]) -> Result<WatchHits, StoreError> {
    let row = tx.row(OF_ONE, values![watch.as_str()])?;
    let mut row = row.expect("an aggregate has a row");
    let last_at: Option<Timestamp> = row.take("last_at")?;
    let alerts = row.take("alerts")?;
    let mut by_span = Vec::with_capacity(boundaries.len());
    for span in boundaries.windows(2) {
        // Most watches alert rarely.
        let is_before = last_at.is_none_or(|last| last < span[0]);
        by_span.push(if is_before {
            0
        } else {
            let made = tx.value(OF_SPAN, values![watch.as_str(), span[0], span[1]])?;
            made.expect("an aggregate has a row")
        });
    }
    Ok(WatchHits {
        watch,
        alerts,
        last_at,
        by_span,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::testing::*;

    #[tokio::test]
    async fn a_watch_has_its_alerts_by_day() {
        let temp = TempStore::new();
        let store = one_feed(&temp).await;
        poll_news(
            &store,
            vec![news(1, &["a", "b"], &[]), news(2, &["a"], &[])],
        )
        .await;
        poll_again(&store, vec![news(3, &["a"], &[])], DAY - 1).await;
        poll_again(&store, vec![news(4, &["a"], &[])], DAY).await;
        let names = ["a", "b", "none"].map(str::to_owned).to_vec();
        let days = [-DAY, 0, DAY, 2 * DAY].map(at).to_vec();
        let found = store.watch_hits(names, days).await.expect("read");
        let hits = |watch: &str, alerts, last: Option<i64>, by_span: [u64; 3]| WatchHits {
            watch: watch.to_owned(),
            alerts,
            last_at: last.map(at),
            by_span: by_span.to_vec(),
        };
        let wanted = [
            hits("a", 4, Some(DAY), [0, 3, 1]),
            hits("b", 1, Some(0), [0, 1, 0]),
            hits("none", 0, None, [0, 0, 0]),
        ];
        assert_eq!(found, wanted);
        let made = "SELECT count(*) FROM alert_watch w JOIN alert a ON a.id = w.alert
                     WHERE w.made_at <> a.created_at";
        assert_eq!(number(&store, made).await, 0);
    }
}
