//! A panic in one poll or one delivery is that one's failure, not the daemon's.

use std::{
    any::Any,
    future::poll_fn,
    panic::{AssertUnwindSafe, catch_unwind},
    pin::pin,
    task::Poll,
};

/// Runs `future` to its end or its panic, whose message it gives. A large one is better pinned
/// (`pin!`) by the caller: what is handed over by value is kept twice.
///
/// # Errors
/// The message of the panic. Nothing of the future is used again, which is what makes
/// asserting unwind safety sound.
pub async fn catch<F: Future>(future: F) -> Result<F::Output, String> {
    let mut future = pin!(future);
    poll_fn(
        |context| match catch_unwind(AssertUnwindSafe(|| future.as_mut().poll(context))) {
            Ok(Poll::Pending) => Poll::Pending,
            Ok(Poll::Ready(output)) => Poll::Ready(Ok(output)),
            Err(payload) => Poll::Ready(Err(message(payload.as_ref()))),
        },
    )
    .await
}

/// What a panic said.
fn message(payload: &(dyn Any + Send)) -> String {
    payload
        .downcast_ref::<&str>()
        .map(|text| (*text).to_owned())
        .or_else(|| payload.downcast_ref::<String>().cloned())
        .unwrap_or_else(|| "panicked".to_owned())
}

#[cfg(test)]
mod tests {
    use super::catch;

    #[tokio::test]
    async fn a_panic_becomes_its_message() {
        assert_eq!(catch(async { 7 }).await, Ok(7));
        let panicked = catch(async {
            tokio::task::yield_now().await;
            assert!(std::hint::black_box(false), "number {}", 7);
        });
        assert_eq!(panicked.await, Err("number 7".to_owned()));
    }
}
