//! A digest that is too large for its receiver becomes two.

use jiff::Timestamp;

use super::{
    insert::insert_digest,
    payload::{Digest, Told, digest},
};
use crate::{
    model::DeliveryId,
    store::{
        StoreError,
        engine::{Tx, values},
    },
};

/// Puts two digests, due now, in the place of this one, which is settled: nothing of it is lost
/// because it was more at once than the receiver takes.
pub(super) fn halve(tx: &mut dyn Tx, id: DeliveryId, now: Timestamp) -> Result<(), StoreError> {
    let row = tx.row(
        "SELECT r.name, d.payload FROM delivery d JOIN receiver r ON r.id = d.receiver
          WHERE d.id = ?1",
        values![id],
    )?;
    let mut row = row.expect("it was just settled");
    let (receiver, payload): (String, String) = (row.take("name")?, row.take("payload")?);
    let mut first = digest(&payload)?;
    let second = Digest {
        alerts: first.alerts.split_off(first.alerts.len().div_ceil(2)),
        ..first
    };
    for half in [first, second] {
        let into = insert_digest(tx, &receiver, &half, now)?;
        for told in &half.alerts {
            // Whole alerts of older versions stay with the first digest, which has as long to live.
            let Told::Part(part) = told else { continue };
            tx.exec(
                "UPDATE delivery SET folded_into = ?1 WHERE alert = ?2 AND folded_into = ?3",
                values![into, part.alert, id],
            )?;
        }
        tx.exec(
            "UPDATE delivery SET folded_into = ?1 WHERE id = ?2",
            values![into, id],
        )?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use crate::{
        model::{Event, Hold, SendReason},
        store::{DeliveryState, SettleTo, testing::*},
    };

    #[tokio::test]
    async fn a_digest_that_is_too_large_goes_out_in_two() {
        let place = Place::new();
        let store = one_feed(&place).await;
        let alerts = (1..=3).map(|n| news(n, &["w"], &["desk"])).collect();
        poll_news(&store, alerts).await;
        let waiting = store.lineup("desk", 9, 0, at(100)).await.expect("read");
        let waiting = waiting.expect("not backing off").waiting;
        let ids: Vec<_> = waiting.iter().map(|one| one.id).collect();
        let folded = store.fold("desk", ids.clone(), Hold::Flood, at(100)).await;
        let whole = folded.expect("answered").expect("folded");
        let claim = claim_for(&store, "desk", at(101)).await.remove(0);
        let halves = SettleTo::Halves {
            reason: SendReason::Refused,
            detail: "413 Payload Too Large".into(),
        };
        let settled = store.settle(settlement(&claim, at(102), halves)).await;
        assert!(settled.expect("answered"));

        let status = async |id| store.delivery(id).await.expect("read").expect("there");
        assert_eq!(status(whole).await.state, DeliveryState::Folded);
        let claims = store.claim_deliveries("desk", at(103), LEASE, 9).await;
        let claims = claims.expect("claimed");
        let mut told = Vec::new();
        for (n, claim) in claims.iter().enumerate() {
            let Event::DigestReady(digest) = &claim.notice.event else {
                panic!("a digest: {:?}", claim.notice.event);
            };
            assert_eq!(
                usize::try_from(digest.count),
                Ok([2, 1][n]),
                "in their order"
            );
            told.extend(digest.alerts.iter().map(|alert| alert.item.title.clone()));
        }
        told.sort();
        assert_eq!(told, ["title 1", "title 2", "title 3"]);
        for id in ids {
            let into = status(id).await.folded_into.expect("told in one of them");
            assert_eq!(status(into).await.state, DeliveryState::Pending);
        }
    }
}
