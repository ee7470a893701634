//! What a first look asks for beside the summary.

use jiff::Timestamp;

use super::{
    Store, StoreError,
    engine::{Row, values},
    polls,
};

/// What a first look asks for beside the summary.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Overview {
    /// Since when our own network fails, if receivers were notified of that.
    pub outage_since: Option<Timestamp>,
    /// Alerts made since then.
    pub alerts: u64,
    /// The feeds that fail longest, the longest first.
    pub failing: Vec<String>,
    /// The feeds that may have missed items since then, the last first, each with when that was.
    pub missed: Vec<(String, Timestamp)>,
}

pub(super) const ALERTS: &str = "SELECT count(*) FROM alert WHERE created_at >= ?1";

/// Failing feeds are not `ok`, and so have an index.
const FAILING: &str = "
    SELECT name FROM feed WHERE active = 1 AND condition <> 'ok' AND condition = 'failing'
     ORDER BY failing_since, name LIMIT ?1";

const FAILING_LATELY: &str = "
    SELECT count(*) FROM feed
     WHERE active = 1 AND condition <> 'ok' AND condition = 'failing' AND failing_since > ?1";

pub(super) const MISSED: &str = "
    SELECT name, missed_at FROM feed WHERE active = 1 AND missed_at >= ?1
     ORDER BY missed_at DESC";

impl Store {
    /// What a first look asks for: of what passes, all since `since`; at most `most` failing feeds.
    pub async fn overview(&self, since: Timestamp, most: u32) -> Result<Overview, StoreError> {
        self.read(move |tx| {
            let missed = |mut row: Row| Ok((row.take("name")?, row.take("missed_at")?));
            Ok(Overview {
                outage_since: polls::outage::since(tx)?,
                alerts: tx.value(ALERTS, values![since])?.unwrap_or_default(),
                failing: tx.column(FAILING, values![most])?,
                missed: { tx.rows(MISSED, values![since])?.into_iter() }
                    .map(missed)
                    .collect::<Result<_, StoreError>>()?,
            })
        })
        .await
    }

    /// How many feeds fail, and did not yet fail then.
    pub async fn failing_since(&self, then: Timestamp) -> Result<u64, StoreError> {
        self.read(move |tx| {
            let number = tx.value(FAILING_LATELY, values![then])?;
            Ok(number.unwrap_or_default())
        })
        .await
    }
}

#[cfg(test)]
mod tests {
    use jiff::Timestamp;

    use crate::store::testing::*;

    #[tokio::test]
    async fn a_first_look_names_what_fails_longest_and_what_was_missed_last() {
        let temp = TempStore::new();
        let store = temp.open(at(0)).await;
        let feeds = ["a", "b", "c"].map(|name| feed(name, &format!("https://{name}.example/")));
        let desk = ["desk".to_owned()];
        store.sync(&feeds, &desk, at(0)).await.expect("synced");
        for set in [
            "failures = 1, failing_since = 9000 WHERE name = 'a'",
            "failures = 1, failing_since = 5000 WHERE name = 'b'",
            "missed = 1, missed_at = 1795000005000 WHERE name = 'c'",
            "missed = 1, missed_at = 1794999999000 WHERE name = 'b'",
        ] {
            tamper(&store, &format!("UPDATE feed SET {set}")).await;
        }
        let overview = store.overview(at(0), 5).await.expect("read");
        assert_eq!(overview.failing, ["b", "a"]);
        let then = Timestamp::from_millisecond(5000).expect("a time");
        assert_eq!(store.failing_since(then).await.expect("read"), 1);
        assert_eq!(overview.missed, [("c".to_owned(), at(5))]);
        assert_eq!((overview.alerts, overview.outage_since), (0, None));
        let one = store.overview(at(6), 1).await.expect("read");
        assert_eq!((one.failing, one.missed.len()), (vec!["b".to_owned()], 0));
    }
}
