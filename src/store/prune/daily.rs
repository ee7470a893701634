//! Old rows in a store that no service looks after: cron runs a round, and each of them may delete.

use std::time::Duration;

use jiff::Timestamp;

use super::Pruned;
use crate::{
    model::time::elapsed,
    store::{Store, StoreError, meta},
};

/// When a round last deleted, in `meta`.
const PRUNED: &str = "pruned";

/// Once a day, also where cron is some minutes early.
const EVERY: Duration = Duration::from_hours(23);

impl Store {
    /// [Prunes](Store::prune) where no round has done so for a day; `None` where one has.
    pub async fn prune_daily(&self, now: Timestamp) -> Result<Option<Pruned>, StoreError> {
        let last = self.read(|tx| meta::time(tx, PRUNED)).await?;
        // One that is still to come is of a clock that was set back.
        if last.is_some_and(|last| last <= now && elapsed(last, now) < EVERY) {
            return Ok(None);
        }
        let pruned = self.prune(now).await?;
        // Last: one that is cut off goes on with the next round.
        self.write(move |tx| meta::set_time(tx, PRUNED, now))
            .await?;
        Ok(Some(pruned))
    }
}

#[cfg(test)]
mod tests {
    use crate::store::testing::*;

    #[tokio::test]
    async fn rounds_delete_old_rows_once_a_day() {
        let place = Place::new();
        let store = one_feed(&place).await;
        poll_news(&store, vec![news(1, &[], &[])]).await;
        let (week, hour) = (7 * DAY, 60 * 60);
        for (seconds, items) in [
            (week, Some(0)),
            // One more is old enough by now, and waits for its day.
            (week + hour, None),
            (week + DAY, Some(1)),
            (week + DAY + 1, None),
            (week + 2 * DAY, Some(0)),
            // The clock was set back.
            (week, Some(0)),
        ] {
            let pruned = store.prune_daily(at(seconds)).await.expect("pruned");
            assert_eq!(pruned.map(|it| it.items), items, "at {seconds}");
        }
    }
}
