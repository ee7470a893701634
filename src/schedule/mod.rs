//! When next: pure functions of what is known; every time is an argument.

mod hints;
mod pace;
mod plan;
mod retry;
mod rhythm;
mod silence;

pub use self::{
    hints::{HintText, Hints, Learned, Skips},
    pace::Pace,
    plan::{Candidate, DueReason, LastPoll, MAX_BACK_OFF, Plan, plan},
    retry::{
        BREAKER_OPENS_AFTER, DELIVERY_EXPIRES_AFTER, MAX_RETRY_AFTER, RECEIVER_FAILING_AFTER,
        retry_delay,
    },
    rhythm::{MIN_INTERVAL, Rhythm},
    silence::{RHYTHM, SHORTEST_SILENCE, surprising_at},
};

#[cfg(test)]
mod tests;
