//! The store's own name. With a row id it makes a delivery key that no other store ever gave.

use super::{
    StoreError,
    engine::{Tx, values},
};

/// Letters and digits of the name, 36^8 of them: two stores of one receiver differ.
const LENGTH: usize = 8;

/// The name, once it was made.
pub(super) fn read(tx: &mut dyn Tx) -> Result<Option<String>, StoreError> {
    tx.value("SELECT value FROM meta WHERE key = 'store'", &[])
}

/// Makes the name.
pub(super) fn create(tx: &mut dyn Tx) -> Result<String, StoreError> {
    let name: String = (0..LENGTH).map(|_| fastrand::digit(36)).collect();
    tx.exec(
        "INSERT INTO meta (key, value) VALUES ('store', ?1) ON CONFLICT (key) DO NOTHING",
        values![name],
    )?;
    Ok(read(tx)?.expect("it was just made, or there before"))
}
