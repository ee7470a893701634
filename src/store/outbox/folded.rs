//! What a folded delivery is to the one that it is folded into.

use super::DeliveryState;
use crate::{
    model::{AlertId, DeliveryId, ItemId},
    store::{
        StoreError,
        engine::{Tx, values},
    },
};

/// What a folded delivery is to the one that it is folded into.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Folded {
    /// One of the alerts of that digest.
    Part,
    /// It brings the text that the other one brings.
    Copy,
    /// It brings another report of the story, and was counted as one of those that the other one waited
    /// for.
    Report,
}

impl Folded {
    /// The name in JSON.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Part => "part",
            Self::Copy => "copy",
            Self::Report => "report",
        }
    }

    /// Before the name of the other one.
    pub const fn in_words(self) -> &'static str {
        match self {
            Self::Part => "part of",
            Self::Copy => "a copy of",
            Self::Report => "counted with",
        }
    }
}

const INTO: &str = "SELECT kind, alert FROM delivery WHERE id = ?1";

/// The first item with the text of an alert's item.
const ROOT: &str =
    "SELECT s.root FROM alert a JOIN story_item s ON s.item = a.item WHERE a.id = ?1";

/// What a delivery of this alert is to the other one; `None` where that is no longer kept.
pub(super) fn folded(
    tx: &mut dyn Tx,
    state: DeliveryState,
    alert: Option<AlertId>,
    into: Option<DeliveryId>,
) -> Result<Option<Folded>, StoreError> {
    let Some(into) = into.filter(|_| state == DeliveryState::Folded) else {
        return Ok(None);
    };
    let Some(mut row) = tx.row(INTO, values![into])? else {
        return Ok(None);
    };
    let (kind, other): (String, Option<AlertId>) = (row.take("kind")?, row.take("alert")?);
    if kind == "digest.ready" {
        return Ok(Some(Folded::Part));
    }
    let roots = (root(tx, alert)?, root(tx, other)?);
    Ok(Some(match roots {
        (Some(one), Some(other)) if one != other => Folded::Report,
        _ => Folded::Copy,
    }))
}

fn root(tx: &mut dyn Tx, alert: Option<AlertId>) -> Result<Option<ItemId>, StoreError> {
    match alert {
        Some(alert) => tx.value(ROOT, values![alert]),
        None => Ok(None),
    }
}
