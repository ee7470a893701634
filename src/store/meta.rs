//! Single values about the whole store, its own name among them.

use jiff::Timestamp;
use serde::{Serialize, de::DeserializeOwned};

use super::{
    StoreError,
    engine::{Tx, values},
};

/// The name's key.
const NAME: &str = "store";

/// Letters and digits of the name, 36^8 of them: two stores of one receiver differ.
const LENGTH: usize = 8;

/// What is kept under this key.
pub(super) fn value(tx: &mut dyn Tx, key: &str) -> Result<Option<String>, StoreError> {
    tx.value("SELECT value FROM meta WHERE key = ?1", values![key])
}

/// A time that is kept under this key, as milliseconds in text.
pub(super) fn time(tx: &mut dyn Tx, key: &str) -> Result<Option<Timestamp>, StoreError> {
    let Some(text) = value(tx, key)? else {
        return Ok(None);
    };
    let time = text.parse().ok();
    time.and_then(|millis| Timestamp::from_millisecond(millis).ok())
        .map(Some)
        .ok_or_else(|| StoreError::Unreadable {
            what: "a time",
            detail: format!("{key} is {text:?}"),
        })
}

/// Keeps a time under this key.
pub(super) fn set_time(tx: &mut dyn Tx, key: &str, time: Timestamp) -> Result<(), StoreError> {
    set(tx, key, &text(time))
}

/// Keeps a text under this key.
pub(super) fn set(tx: &mut dyn Tx, key: &str, text: &str) -> Result<(), StoreError> {
    tx.exec(
        "INSERT INTO meta (key, value) VALUES (?1, ?2)
         ON CONFLICT (key) DO UPDATE SET value = excluded.value",
        values![key, text],
    )
    .map(drop)
}

/// A record that is kept under this key, as JSON; one that a later version writes in another way is
/// none.
pub(super) fn record<T: DeserializeOwned>(
    tx: &mut dyn Tx,
    key: &str,
) -> Result<Option<T>, StoreError> {
    let kept = value(tx, key)?;
    Ok(kept.and_then(|kept| serde_json::from_str(&kept).ok()))
}

/// Keeps a record under this key.
pub(super) fn set_record<T: Serialize>(
    tx: &mut dyn Tx,
    key: &str,
    record: &T,
) -> Result<(), StoreError> {
    let text = serde_json::to_string(record).expect("plain data serializes");
    set(tx, key, &text)
}

/// Forgets what is kept under this key.
pub(super) fn forget(tx: &mut dyn Tx, key: &str) -> Result<(), StoreError> {
    tx.exec("DELETE FROM meta WHERE key = ?1", values![key])
        .map(drop)
}

/// A time as it is kept.
pub(super) fn text(time: Timestamp) -> String {
    time.as_millisecond().to_string()
}

/// The store's own name, once it was made. With a row id it makes a delivery key that no other store
/// ever gave.
pub(super) fn name(tx: &mut dyn Tx) -> Result<Option<String>, StoreError> {
    value(tx, NAME)
}

/// Makes the name.
pub(super) fn create_name(tx: &mut dyn Tx) -> Result<String, StoreError> {
    let made: String = (0..LENGTH).map(|_| fastrand::digit(36)).collect();
    tx.exec(
        "INSERT INTO meta (key, value) VALUES (?1, ?2) ON CONFLICT (key) DO NOTHING",
        values![NAME, made],
    )?;
    Ok(name(tx)?.expect("it was just made, or there before"))
}
