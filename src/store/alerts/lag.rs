//! How long the newest alerts took.

use jiff::Timestamp;

use crate::{
    model::AlertId,
    store::{
        Store, StoreError,
        engine::{Row, values},
    },
};

/// The way of an alert, in times.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct AlertLag {
    /// Which alert.
    pub alert: AlertId,
    /// When its item was published, as that says.
    pub published: Option<Timestamp>,
    /// When its item was first read.
    pub seen_at: Timestamp,
    /// When it was made. After `seen_at` where an edit of the item set it off.
    pub made_at: Timestamp,
    /// When a receiver took it first, by itself or in a digest.
    pub delivered_at: Option<Timestamp>,
}

pub(in crate::store) const LAGS: &str = "
    SELECT a.id, i.published, i.seen_at, a.created_at,
           (SELECT min(CASE WHEN d.state = 'folded' THEN g.settled_at ELSE d.settled_at END)
              FROM delivery d LEFT JOIN delivery g ON g.id = d.folded_into
             WHERE d.alert = a.id
               AND (d.state = 'delivered' OR d.state = 'folded' AND g.state = 'delivered'))
             AS delivered_at
      FROM alert a JOIN item i ON i.id = a.item
     ORDER BY a.id DESC LIMIT ?1";

impl Store {
    /// The times of the newest alerts, the newest first, at most `limit`.
    pub async fn alert_lags(&self, limit: u32) -> Result<Vec<AlertLag>, StoreError> {
        self.read(move |tx| {
            let rows = tx.rows(LAGS, values![limit])?;
            rows.into_iter().map(lag).collect()
        })
        .await
    }
}

fn lag(mut row: Row) -> Result<AlertLag, StoreError> {
    Ok(AlertLag {
        alert: row.take("id")?,
        published: row.take("published")?,
        seen_at: row.take("seen_at")?,
        made_at: row.take("created_at")?,
        delivered_at: row.take("delivered_at")?,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::testing::*;

    #[tokio::test]
    async fn an_alert_has_the_times_of_its_way() {
        let temp = TempStore::new();
        let store = one_feed(&temp).await;
        let to = &["desk", "phone"][..];
        let news = vec![
            news(1, &["w"], to),
            news(2, &["w"], to),
            news(3, &["w"], &[]),
        ];
        poll_news(&store, news).await;
        for settled in [
            "state = 'delivered', settled_at = 1795000009000 WHERE id = 1",
            "state = 'delivered', settled_at = 1795000005000 WHERE id = 2",
            "state = 'dead', settled_at = 1795000001000 WHERE id = 3",
            "state = 'folded', settled_at = 1795000002000, folded_into = 1 WHERE id = 4",
        ] {
            tamper(&store, &format!("UPDATE delivery SET {settled}")).await;
        }
        let lags = store.alert_lags(2).await.expect("read");
        let lag = |alert, delivered_at| AlertLag {
            alert: AlertId(alert),
            published: Some(at(-60)),
            seen_at: at(0),
            made_at: at(0),
            delivered_at,
        };
        assert_eq!(lags, [lag(3, None), lag(2, Some(at(9)))]);
        let all = store.alert_lags(9).await.expect("read");
        assert_eq!(all[2], lag(1, Some(at(5))));
    }
}
