//! The end of what waits for a receiver that nobody expects any more.

use jiff::Timestamp;

use super::missed::note;
use crate::{
    model::{DeliveryId, SendReason},
    store::{
        Store, StoreError,
        engine::{Tx, millis, values},
    },
};

/// Deliveries given up in one transaction, so that polls and deliveries never wait long.
const BATCH: u32 = 200;

/// What has waited since then for a receiver that the config does not have, or that has taken nothing
/// since then: it is off, or was tried just now. One whose next try is overdue may be well again: it is
/// tried first.
pub(in crate::store) const OLD: &str = "
    SELECT d.id FROM receiver r JOIN delivery d ON d.receiver = r.id
     WHERE d.state = 'pending' AND d.waiting_since <= ?1
       AND (r.active = 0 OR (r.failing_since <= ?1
                             AND (r.off = 1 OR (r.failures > 0 AND r.due > ?2))))
       AND NOT EXISTS (SELECT 1 FROM attempt a WHERE a.delivery = d.id AND a.ended_at IS NULL)
     LIMIT ?3";

/// Why it is given up.
const WHY: &str = "
    SELECT r.active, r.error, d.waiting_since
      FROM delivery d JOIN receiver r ON r.id = d.receiver
     WHERE d.id = ?1 AND d.state = 'pending'
       AND NOT EXISTS (SELECT 1 FROM attempt a WHERE a.delivery = d.id AND a.ended_at IS NULL)";

impl Store {
    /// Gives up what has waited as long as alerts are kept for a receiver that has taken nothing for
    /// as long, or is not in the config. Returns how many.
    pub async fn give_up_old(&self, now: Timestamp) -> Result<u64, StoreError> {
        let keep = millis(self.options.keep_alerts);
        let before = now.as_millisecond().saturating_sub(keep);
        let mut given_up = 0;
        loop {
            let ids = self.read(move |tx| old(tx, before, now)).await?;
            if ids.is_empty() {
                return Ok(given_up);
            }
            let done = self.write(move |tx| give_up(tx, &ids, keep, now)).await?;
            if done == 0 {
                return Ok(given_up);
            }
            given_up += done;
        }
    }
}

fn old(tx: &mut dyn Tx, before: i64, now: Timestamp) -> Result<Vec<DeliveryId>, StoreError> {
    tx.column(OLD, values![before, now, BATCH])
}

fn give_up(
    tx: &mut dyn Tx,
    ids: &[DeliveryId],
    keep: i64,
    now: Timestamp,
) -> Result<u64, StoreError> {
    let mut given_up = 0;
    for id in ids {
        let Some(mut row) = tx.row(WHY, values![*id])? else {
            continue;
        };
        let (active, error): (bool, Option<String>) = (row.take("active")?, row.take("error")?);
        let waiting_since: i64 = row.take("waiting_since")?;
        let detail = in_words(active, error.as_deref());
        // It ended when its time was over, also where nobody looked then: it is deleted as if
        // somebody had.
        let ended_at = waiting_since.saturating_add(keep).min(now.as_millisecond());
        let reason = SendReason::Expired;
        given_up += tx.exec(
            "UPDATE delivery SET state = 'dead', fence = fence + 1, settled_at = ?2,
                    reason = ?3, detail = ?4
              WHERE id = ?1",
            values![*id, ended_at, reason.as_str(), detail.as_str()],
        )?;
        note(tx, &[*id], reason, &detail, now)?;
    }
    Ok(given_up)
}

fn in_words(is_configured: bool, error: Option<&str>) -> String {
    let kept = "for as long as `[keep] alerts` says";
    if !is_configured {
        return format!("it waited {kept}, and the config does not have its receiver");
    }
    match error {
        Some(error) => format!("its receiver has taken nothing {kept}: {error}"),
        None => format!("its receiver has taken nothing {kept}"),
    }
}

#[cfg(test)]
mod tests;
