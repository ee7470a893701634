//! Due times under a new config.

use jiff::Timestamp;

use crate::{
    model::{FeedId, OriginId},
    schedule::{LastPoll, Plan},
    store::{
        Store, StoreError,
        engine::{Row, Tx, values},
        origin,
    },
};

const POLLED: &str = "
    SELECT id, name, origin, due, polled_at, failures, learned FROM feed
     WHERE active = 1 AND gone = 0 AND polled_at IS NOT NULL";

impl Store {
    /// Brings forward every feed that is due sooner by its plan than by the store: under a config
    /// that has a shorter interval or follows fewer hints. `plan` is given the name and the last
    /// poll; `None` leaves the feed as it is. None is put off: what is due soon is polled once more
    /// in the old rhythm.
    pub async fn bring_forward(
        &self,
        plan: impl Fn(&str, &LastPoll) -> Option<Plan> + Send + 'static,
        now: Timestamp,
    ) -> Result<(), StoreError> {
        let sooner = self.read(move |tx| {
            let mut sooner = Vec::new();
            for row in tx.rows(POLLED, &[])? {
                sooner.extend(brought_forward(row, &plan)?);
            }
            Ok(sooner)
        });
        let bring = move |tx: &mut dyn Tx, sooner: &Sooner| bring_forward(tx, sooner, now);
        self.in_parts(sooner.await?, bring).await.map(drop)
    }
}

/// A feed that is due sooner.
struct Sooner {
    feed: FeedId,
    origin: OriginId,
    plan: Plan,
}

fn brought_forward(
    mut row: Row,
    plan: &dyn Fn(&str, &LastPoll) -> Option<Plan>,
) -> Result<Option<Sooner>, StoreError> {
    let (name, due): (String, Timestamp) = (row.take("name")?, row.take("due")?);
    let last = LastPoll {
        at: row.take("polled_at")?,
        failures: row.take("failures")?,
        learned: row.take("learned")?,
    };
    let Some(plan) = plan(&name, &last).filter(|plan| plan.due_at < due) else {
        return Ok(None);
    };
    Ok(Some(Sooner {
        feed: row.take("id")?,
        origin: row.take("origin")?,
        plan,
    }))
}

fn bring_forward(tx: &mut dyn Tx, sooner: &Sooner, now: Timestamp) -> Result<u64, StoreError> {
    let plan = &sooner.plan;
    let brought = tx.exec(
        "UPDATE feed SET due = ?2, due_reason = ?3, asked = 0 WHERE id = ?1 AND due > ?2",
        values![sooner.feed, plan.due_at, plan.reason.as_str()],
    )?;
    origin::free_rested(tx, sooner.origin, now)?;
    Ok(brought)
}
