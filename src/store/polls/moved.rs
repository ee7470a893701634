//! Where a feed lives that has moved for good.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use url::Url;

use crate::{
    model::FeedId,
    store::{
        StoreError,
        engine::{Row, Tx, values},
        origin,
    },
};

/// What is known of a feed's move. The config's URL stays as it is.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Moved {
    /// The URL that is asked in the place of the configured one.
    pub to: Option<String>,
    /// Where the feed seems to be moving.
    pub next: Option<Move>,
}

/// A URL that permanent redirects lead to, not yet trusted.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Move {
    /// Where they end.
    pub to: String,
    /// The first poll that led there.
    pub since: Timestamp,
    /// Polls in a row that did.
    pub polls: u32,
}

/// Reads it from the columns of a feed.
pub(super) fn read(row: &mut Row) -> Result<Moved, StoreError> {
    let next: Option<String> = row.take("moving")?;
    let next = next.map(|next| serde_json::from_str(&next)).transpose();
    Ok(Moved {
        to: row.take("moved_to")?,
        next: next.map_err(|error| unreadable(&error))?,
    })
}

/// Replaces it. A feed that is asked at another URL from now on belongs to that one's origin; back
/// at the configured one, its validators are the other URL's and are dropped.
pub(super) fn write(
    tx: &mut dyn Tx,
    feed: FeedId,
    moved: &Moved,
    now: Timestamp,
) -> Result<(), StoreError> {
    let mut row = tx
        .row(
            "SELECT url, moved_to FROM feed WHERE id = ?1",
            values![feed],
        )?
        .expect("its row was written in this transaction");
    let (configured, before): (String, Option<String>) = (row.take("url")?, row.take("moved_to")?);
    let next = moved.next.as_ref();
    let next = next.map(|next| serde_json::to_string(next).expect("plain data serializes"));
    tx.exec(
        "UPDATE feed SET moved_to = ?2, moving = ?3 WHERE id = ?1",
        values![feed, moved.to.as_deref(), next],
    )?;
    if moved.to == before {
        return Ok(());
    }
    if moved.to.is_none() {
        tx.exec(
            "UPDATE feed SET etag = NULL, last_modified = NULL, body_hash = NULL,
                    not_modified_since = NULL
              WHERE id = ?1",
            values![feed],
        )?;
    }
    let url = moved.to.as_deref().unwrap_or(&configured);
    let url = Url::parse(url).map_err(|error| unreadable(&error))?;
    let origin = origin::at_url(tx, &url)?;
    tx.exec(
        "UPDATE feed SET origin = ?2 WHERE id = ?1",
        values![feed, origin],
    )?;
    origin::free_rested(tx, origin, now)
}

fn unreadable(error: &dyn std::error::Error) -> StoreError {
    StoreError::Unreadable {
        what: "a feed's move",
        detail: error.to_string(),
    }
}
