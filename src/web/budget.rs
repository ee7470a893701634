//! How long something may take that looks through items.

use std::{ops::ControlFlow, time::Duration};

use tokio::time::Instant;

/// The time that is left, by the machine's own clock, which nobody sets.
#[derive(Debug)]
pub(super) struct Budget {
    ends: Instant,
}

impl Budget {
    pub(super) fn of(length: Duration) -> Self {
        let ends = Instant::now() + length;
        Self { ends }
    }

    pub(super) fn goes_on(&self) -> ControlFlow<()> {
        if Instant::now() < self.ends {
            ControlFlow::Continue(())
        } else {
            ControlFlow::Break(())
        }
    }
}
