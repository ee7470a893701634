//! When a feed is polled next, and when a delivery is tried again.
//!
//! Pure functions: every time and every random number is an argument, so the same input gives the
//! same answer, in a test as in a command that explains it.

mod hints;
mod pace;
mod plan;
mod retry;
mod rhythm;
mod silence;

pub use self::{
    hints::{HintText, Hints, Learned, Skips},
    pace::Pace,
    plan::{Candidate, LastPoll, MAX_BACK_OFF, Plan, plan},
    retry::{
        BREAKER_OPENS_AFTER, DELIVERY_EXPIRES_AFTER, MAX_RETRY_AFTER, RECEIVER_FAILING_AFTER,
        retry_delay,
    },
    rhythm::{DueReason, MIN_INTERVAL, Rhythm},
    silence::{RHYTHM, SHORTEST_SILENCE, surprising_at},
};

#[cfg(test)]
mod tests;
