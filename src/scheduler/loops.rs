//! Loops that are to go on for as long as the program does.

use std::pin::pin;

use tokio::task::JoinError;
use tokio_util::sync::CancellationToken;
use tracing::error;

use crate::unwind;

/// A loop that has ended, though nobody asked it to. Without it the program only seems to run.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error(
    "the {name} has ended: {why}; this is a fault of the program, it ends so that it is started again"
)]
pub struct LoopEnded {
    /// Which one.
    name: &'static str,
    /// What its panic said, or that it returned.
    why: String,
}

impl LoopEnded {
    /// That the task of a loop was lost.
    pub fn died(name: &'static str, error: &JoinError) -> Self {
        let why = error.to_string();
        Self { name, why }
    }
}

/// Runs a loop until it ends. Where that is before `stop`, it stops all the others too.
///
/// # Errors
/// Where nobody has asked it to end.
pub async fn until_stop(
    name: &'static str,
    stop: &CancellationToken,
    run: impl Future<Output = ()>,
) -> Result<(), LoopEnded> {
    let why = match unwind::catch(pin!(run)).await {
        Ok(()) if stop.is_cancelled() => return Ok(()),
        Ok(()) => "nobody asked it to".to_owned(),
        Err(message) => message,
    };
    let ended = LoopEnded { name, why };
    error!("{ended}");
    stop.cancel();
    Err(ended)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_loop_that_dies_takes_the_others_along_and_one_that_is_asked_to_end_does_not() {
        let stop = CancellationToken::new();
        let first = until_stop("first", &stop, async { panic!("no item {}", 7) });
        let second = until_stop("second", &stop, stop.cancelled());
        let (first, second) = tokio::join!(first, second);
        let message = first.expect_err("it died").to_string();
        assert!(
            message.starts_with("the first has ended: no item 7"),
            "{message}"
        );
        assert_eq!(second, Ok(()));
    }

    #[tokio::test]
    async fn a_loop_that_just_returns_has_died_too() {
        let stop = CancellationToken::new();
        assert!(until_stop("loop", &stop, async {}).await.is_err());
        assert!(stop.is_cancelled());
    }
}
