//! Due times under a new config.

use jiff::Timestamp;

use crate::{
    cadence::{LastPoll, Plan},
    model::FeedId,
    store::{
        Store, StoreError,
        engine::{Row, Tx, values},
        schedule,
    },
};

const POLLED: &str = "
    SELECT id, name, due, polled_at, failures, learned FROM feed
     WHERE active = 1 AND gone = 0 AND polled_at IS NOT NULL";

impl Store {
    /// Brings forward every feed that is due sooner by its plan than by the store: under a config
    /// that has a shorter interval or follows fewer wishes. `plan` is given the name and the last
    /// poll; `None` leaves the feed as it is. None is put off: what is due soon is polled once more
    /// in the old rhythm.
    pub async fn bring_forward(
        &self,
        plan: impl Fn(&str, &LastPoll) -> Option<Plan> + Send + 'static,
        now: Timestamp,
    ) -> Result<(), StoreError> {
        self.write(move |tx| {
            for row in tx.rows(POLLED, &[])? {
                bring_forward(tx, row, &plan)?;
            }
            schedule::free_all(tx, now.as_millisecond())
        })
        .await
    }
}

fn bring_forward(
    tx: &mut dyn Tx,
    mut row: Row,
    plan: &dyn Fn(&str, &LastPoll) -> Option<Plan>,
) -> Result<(), StoreError> {
    let (id, name, due): (FeedId, String, Timestamp) = (row.take(0)?, row.take(1)?, row.take(2)?);
    let last = LastPoll {
        at: row.take(3)?,
        failures: row.take(4)?,
        learned: row.take(5)?,
    };
    let Some(plan) = plan(&name, &last).filter(|plan| plan.due_at < due) else {
        return Ok(());
    };
    tx.exec(
        "UPDATE feed SET due = ?2, due_reason = ?3 WHERE id = ?1",
        values![id, plan.due_at, plan.reason.as_str()],
    )
    .map(drop)
}
