//! The regular report: when it is due, and what it says.

use jiff::Timestamp;

use super::{
    Health, Store, StoreError, Unreached,
    engine::{Tx, values},
    feeds, meta, mutes, outbox, polls, stories,
};
use crate::{
    model::{Event, ReportReady, ReportedFeed, ReportedReceiver, ReportedSilence, ReportedWatch},
    schedule::Learned,
};

/// Failing feeds that a report names; those that fail longest.
const MAX_NAMED_FEEDS: u32 = 20;

/// Watches that a report names; those that found most.
const MAX_NAMED_WATCHES: usize = 20;

/// When the next report is due, in `meta`.
const DUE: &str = "report_due";

/// Since when the next report counts, in `meta`.
const SINCE: &str = "report_since";

/// What is not well has an index.
pub(super) const COUNTS: &str = "
    SELECT (SELECT count(*) FROM feed
             WHERE active = 1 AND condition <> 'ok' AND failures > 0) AS failing,
           (SELECT count(*) FROM feed
             WHERE active = 1 AND condition <> 'ok' AND polled_at IS NULL) AS unpolled,
           (SELECT count(*) FROM feed WHERE active = 1 AND missed_at > ?1) AS missed,
           (SELECT count(*) FROM item WHERE seen_at > ?1) AS items,
           (SELECT count(*) FROM alert WHERE created_at > ?1) AS alerts";

/// By the alerts in that time, not by all that a watch ever made: `CROSS JOIN` keeps the order.
pub(super) const WATCHES: &str = "
    SELECT w.watch, count(*) AS alerts FROM alert a CROSS JOIN alert_watch w
     WHERE w.alert = a.id AND a.created_at > ?1 GROUP BY w.watch ORDER BY count(*) DESC, w.watch";

pub(super) const FAILING: &str = "
    SELECT name, failing_since, reason, error FROM feed
     WHERE active = 1 AND condition <> 'ok' AND failures > 0
     ORDER BY failing_since, name LIMIT ?1";

pub(super) const SILENT: &str = "
    SELECT name, health, learned FROM feed
     WHERE active = 1 AND condition <> 'ok' AND condition = 'silent' ORDER BY name";

/// A refusal of one notice is noted in `failing_since` too, and is no trouble yet.
pub(super) const RECEIVERS: &str = "
    SELECT r.name, CASE WHEN r.active = 1
                         AND (r.failures > 0 OR r.off = 1 OR r.through IS NOT NULL)
                        THEN r.failing_since END AS failing_since,
           r.through, CASE WHEN r.active = 1 THEN r.unreached ELSE '[]' END AS unreached,
           (SELECT count(*) FROM delivery d
             WHERE d.receiver = r.id AND d.state = 'pending') AS waiting,
           (SELECT count(*) FROM delivery d
             WHERE d.receiver = r.id AND d.state = 'dead' AND d.settled_at > ?1) AS died
      FROM receiver r ORDER BY r.name";

/// The next report.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ReportPlan {
    /// When.
    pub due: Timestamp,
    /// What it counts from: the last report, or when the first one was planned.
    pub since: Timestamp,
}

impl Store {
    /// The next report, where one is planned.
    pub async fn report_plan(&self) -> Result<Option<ReportPlan>, StoreError> {
        self.read(|tx| plan(tx)).await
    }

    /// Plans the next report, or none. It counts from where the planned one did, else from `now`.
    pub async fn plan_report(
        &self,
        due: Option<Timestamp>,
        now: Timestamp,
    ) -> Result<(), StoreError> {
        self.write(move |tx| match (due, plan(tx)?) {
            (Some(due), Some(plan)) => write_plan(tx, ReportPlan { due, ..plan }),
            (Some(due), None) => write_plan(tx, ReportPlan { due, since: now }),
            (None, _) => tx
                .exec(
                    "DELETE FROM meta WHERE key = ?1 OR key = ?2",
                    values![DUE, SINCE],
                )
                .map(drop),
        })
        .await
    }

    /// What a report would say now of all since then; none is made.
    pub async fn report_so_far(
        &self,
        since: Timestamp,
        now: Timestamp,
    ) -> Result<ReportReady, StoreError> {
        self.read(move |tx| compile(tx, since, now)).await
    }

    /// Puts the report that `planned` is into the outbox for each receiver and plans the next, in
    /// one transaction. False, and nothing written, if another plan is in force.
    pub async fn report(
        &self,
        planned: ReportPlan,
        next_due: Timestamp,
        receivers: Vec<String>,
        now: Timestamp,
    ) -> Result<bool, StoreError> {
        self.write(move |tx| {
            if plan(tx)? != Some(planned) {
                return Ok(false);
            }
            let event = Event::ReportReady(Box::new(compile(tx, planned.since, now)?));
            outbox::enqueue_event(tx, &event, &receivers, now)?;
            write_plan(
                tx,
                ReportPlan {
                    due: next_due,
                    since: now,
                },
            )?;
            Ok(true)
        })
        .await
    }
}

fn plan(tx: &mut dyn Tx) -> Result<Option<ReportPlan>, StoreError> {
    let (Some(due), Some(since)) = (meta::time(tx, DUE)?, meta::time(tx, SINCE)?) else {
        return Ok(None);
    };
    Ok(Some(ReportPlan { due, since }))
}

fn write_plan(tx: &mut dyn Tx, plan: ReportPlan) -> Result<(), StoreError> {
    meta::set_time(tx, DUE, plan.due)?;
    meta::set_time(tx, SINCE, plan.since)
}

fn compile(tx: &mut dyn Tx, since: Timestamp, now: Timestamp) -> Result<ReportReady, StoreError> {
    let row = tx.row(COUNTS, values![since])?;
    let mut row = row.expect("a row of sub-selects is one row");
    let feeds = feeds::active(tx)?.try_into().unwrap_or(u32::MAX);
    let (feeds_silent, silent) = silent(tx)?;
    let mut watches = watches(tx, since)?;
    let watches_alerting = u32::try_from(watches.len()).unwrap_or(u32::MAX);
    watches.truncate(MAX_NAMED_WATCHES);
    Ok(ReportReady {
        since,
        feeds,
        feeds_failing: row.take("failing")?,
        feeds_unpolled: row.take("unpolled")?,
        feeds_silent,
        feeds_missed: row.take("missed")?,
        items: row.take("items")?,
        alerts: row.take("alerts")?,
        watches,
        watches_alerting,
        network_failing_since: polls::outage::since(tx)?,
        failing: failing(tx)?,
        silent,
        outbox: receivers(tx, since)?,
        mutes: mutes::report(tx, now)?,
        firsts: stories::firsts(tx, since)?,
    })
}

/// What each watch found since then, the most first.
fn watches(tx: &mut dyn Tx, since: Timestamp) -> Result<Vec<ReportedWatch>, StoreError> {
    let rows = tx.rows(WATCHES, values![since])?;
    rows.into_iter()
        .map(|mut row| {
            Ok(ReportedWatch {
                watch: row.take("watch")?,
                alerts: row.take("alerts")?,
            })
        })
        .collect()
}

fn failing(tx: &mut dyn Tx) -> Result<Vec<ReportedFeed>, StoreError> {
    let rows = tx.rows(FAILING, values![MAX_NAMED_FEEDS])?;
    rows.into_iter()
        .map(|mut row| {
            Ok(ReportedFeed {
                feed: row.take("name")?,
                since: row.take("failing_since")?,
                reason: row.take("reason")?,
                error: row.take("error")?,
            })
        })
        .collect()
}

/// How many feeds are silent or empty, and the first of them.
fn silent(tx: &mut dyn Tx) -> Result<(u32, Vec<ReportedSilence>), StoreError> {
    let rows = tx.rows(SILENT, &[])?;
    let (mut count, mut named) = (0, Vec::new());
    for mut row in rows {
        let (health, learned): (Health, Learned) = (row.take("health")?, row.take("learned")?);
        let Some((state, since)) = health.issue(&learned) else {
            continue;
        };
        count += 1;
        if count <= MAX_NAMED_FEEDS {
            let feed = row.take("name")?;
            named.push(ReportedSilence { feed, state, since });
        }
    }
    Ok((count, named))
}

/// The receivers with something to say of. One that the config no longer names is in no trouble,
/// but what waits for it is kept.
fn receivers(tx: &mut dyn Tx, since: Timestamp) -> Result<Vec<ReportedReceiver>, StoreError> {
    let all: Result<Vec<_>, StoreError> = tx
        .rows(RECEIVERS, values![since])?
        .into_iter()
        .map(|mut row| {
            let failing_since: Option<Timestamp> = row.take("failing_since")?;
            let unreached = outbox::parse_unreached(&row.take::<String>("unreached")?);
            let partly_since = unreached.iter().map(|it| it.since).min();
            let is_partial = failing_since.is_none() && partly_since.is_some();
            Ok(ReportedReceiver {
                receiver: row.take("name")?,
                failing_since: failing_since.or(partly_since),
                through: row.take("through")?,
                partial: is_partial.then(|| Unreached::in_words(&unreached, false)),
                waiting: row.take("waiting")?,
                died: row.take("died")?,
            })
        })
        .collect();
    let mut all = all?;
    all.retain(|it| it.waiting > 0 || it.died > 0 || it.failing_since.is_some());
    Ok(all)
}

#[cfg(test)]
mod tests;
