//! What tests say of the time that work takes.

use std::time::Duration;

use rustix::time::{ClockId, clock_gettime};

/// That `work`, which does something of this size, takes about 16 times as long for 16 times the
/// size, and less than 64 times: quadratic work would take 256 times as long. It counts the time
/// that this thread has a processor for itself, which no other program makes longer.
pub(crate) fn assert_linear(what: &str, size: usize, mut work: impl FnMut(usize)) {
    let now = || {
        let time = clock_gettime(ClockId::ThreadCPUTime);
        Duration::try_from(time).expect("since this thread began")
    };
    let mut taken = |size: usize| {
        let before = now();
        work(size);
        now().saturating_sub(before)
    };
    let (mut small, mut large) = (Duration::MAX, Duration::MAX);
    for _ in 0..8 {
        small = small.min(taken(size / 16));
        large = large.min(taken(size));
        // A millisecond is the noise of work that stops at a limit of its own.
        if large < 64 * small + Duration::from_millis(1) {
            return;
        }
    }
    panic!("{what:?} takes {large:?} for {size}, {small:?} for a sixteenth");
}

mod tests {
    use super::*;

    /// Additions that cannot be left out.
    fn count(steps: usize) {
        for step in 0..steps {
            std::hint::black_box(step);
        }
    }

    #[test]
    fn linear_work_is_called_linear() {
        assert_linear("n", 4_000_000, count);
    }

    #[test]
    #[should_panic(expected = "takes")]
    fn quadratic_work_is_not_called_linear() {
        assert_linear("n * n", 4_000, |size| count(size * size));
    }
}
