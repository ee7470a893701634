//! Work on much data, out of the way of the others.

use tokio::runtime::{Handle, RuntimeFlavor};

/// Work on more bytes than this is heavy: it takes tens of milliseconds, in which a worker of the
/// runtime would do nothing else.
pub const HEAVY_BYTES: usize = 256 * 1024;

/// Does work on so many bytes. If they are many, the runtime moves its other tasks to another
/// thread meanwhile.
///
/// How much of this there is at once is bounded by the callers: a body of that size holds one of
/// twelve permits, see `http::MemoryPermit`.
pub fn heavy<T>(bytes: usize, work: impl FnOnce() -> T) -> T {
    let has_workers = || {
        let flavor = Handle::try_current().map(|runtime| runtime.runtime_flavor());
        flavor.is_ok_and(|flavor| flavor == RuntimeFlavor::MultiThread)
    };
    if bytes > HEAVY_BYTES && has_workers() {
        return tokio::task::block_in_place(work);
    }
    work()
}

#[cfg(test)]
mod tests {
    use std::sync::mpsc;

    use super::*;

    /// The only worker does what is asked of it, while heavy work waits for just that.
    #[tokio::test(flavor = "multi_thread", worker_threads = 1)]
    async fn others_go_on_meanwhile() {
        let (done, wait) = mpsc::channel();
        let busy = tokio::spawn(async move {
            tokio::spawn(async move { done.send("bells").expect("waited for") });
            heavy(HEAVY_BYTES + 1, || wait.recv().expect("sent"))
        });
        assert_eq!(busy.await.expect("no panic"), "bells");
    }

    #[tokio::test]
    async fn where_there_are_no_workers_it_is_just_done() {
        assert_eq!(heavy(usize::MAX, || 7), 7);
    }

    #[test]
    fn nor_is_a_runtime_needed() {
        assert_eq!(heavy(usize::MAX, || 7), 7);
    }
}
