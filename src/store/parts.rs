//! Work on many rows, in parts between which others write.
//!
//! SQLite has one lock for all who write, in this process and in others. Whoever holds it for
//! seconds keeps back every poll and every delivery, and beyond five seconds they fail. So whatever
//! grows with the store is done in transactions that are short by the clock, however slow the disk
//! and however long the rows are.

use std::{ops::AddAssign, sync::Arc, time::Duration};

use super::{Store, StoreError, engine::Tx};
use crate::clock::Stopwatch;

/// How long a part may take before its commit, beyond the row at which that is found out. A fifth of
/// what a job of the writer may take at all.
const PART: Duration = Duration::from_millis(10);

/// How long others are let in between two parts: as long as a part, so that one who looks every so
/// often finds the lock free every second time.
const PAUSE: Duration = Duration::from_millis(10);

impl Store {
    /// Does `work` for each of these rows and adds up what it gives. Where it fails, what was done
    /// in earlier parts stays done.
    ///
    /// The rows were found before, so `work` looks again whether each is still to be worked on.
    pub(super) async fn in_parts<K, T>(
        &self,
        rows: Vec<K>,
        work: impl Fn(&mut dyn Tx, &K) -> Result<T, StoreError> + Send + Sync + 'static,
    ) -> Result<T, StoreError>
    where
        K: Send + Sync + 'static,
        T: AddAssign + Default + Send + 'static,
    {
        let all = Arc::new((rows, work));
        let (mut sum, mut done) = (T::default(), 0);
        while done < all.0.len() {
            if done > 0 {
                tokio::time::sleep(PAUSE).await;
            }
            let part = Arc::clone(&all);
            let (of_part, count) = self
                .write(move |tx| one_part(tx, &part.0[done..], &part.1))
                .await?;
            sum += of_part;
            done += count;
        }
        Ok(sum)
    }
}

/// As many rows as there is time for, at least one; gives how many that were.
fn one_part<K, T: AddAssign + Default>(
    tx: &mut dyn Tx,
    rows: &[K],
    work: &impl Fn(&mut dyn Tx, &K) -> Result<T, StoreError>,
) -> Result<(T, usize), StoreError> {
    let begun = Stopwatch::start();
    let mut sum = T::default();
    for (row, count) in rows.iter().zip(1..) {
        sum += work(tx, row)?;
        if begun.elapsed() >= PART {
            return Ok((sum, count));
        }
    }
    Ok((sum, rows.len()))
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicUsize, Ordering};

    use super::*;
    use crate::store::testing::{TempStore, at};

    #[tokio::test]
    async fn others_write_between_the_parts_and_every_row_has_its_turn_once() {
        let temp = TempStore::new();
        let store = temp.open(at(0)).await;
        let turns = Arc::new(AtomicUsize::new(0));
        let counted = Arc::clone(&turns);
        // Each row takes a whole part.
        let slow = move |_: &mut dyn Tx, row: &u64| {
            std::thread::sleep(PART);
            counted.fetch_add(1, Ordering::Relaxed);
            Ok(*row)
        };
        let long = store.in_parts((1..=5).collect(), slow);
        let other = async {
            let mut seen = Vec::new();
            while seen.last() != Some(&5) {
                let turns = Arc::clone(&turns);
                let write = store
                    .write(move |_| Ok(turns.load(Ordering::Relaxed)))
                    .await;
                seen.push(write.expect("written"));
                tokio::time::sleep(Duration::from_millis(1)).await;
            }
            seen
        };
        let (sum, mut seen) = tokio::join!(long, other);
        assert_eq!(sum.expect("done"), 15);
        seen.dedup();
        assert!(seen.len() > 2, "it came in between: {seen:?}");
    }

    #[tokio::test]
    async fn what_is_fast_is_one_transaction() {
        let temp = TempStore::new();
        let store = temp.open(at(0)).await;
        let work = |_: &mut dyn Tx, _: &u8| Ok(1_u32);
        let none = store.in_parts(Vec::new(), work).await.expect("done");
        assert_eq!(none, 0);
        let all = store.in_parts(vec![0; 100], work).await.expect("done");
        assert_eq!(all, 100);
    }
}
