//! How far a long task is: one line on standard error, there as long as it runs.
//!
//! `indicatif` would draw the same line for 150 KiB; that nothing is shown in the first second, nor
//! where standard error is no terminal, would still be ours.

use std::{
    io::{self, IsTerminal as _, Write as _},
    time::{Duration, Instant},
};

/// What is done sooner shows no progress.
const SHOWN_AFTER: Duration = Duration::from_secs(1);

/// How often the line changes.
const CHANGES_EVERY: Duration = Duration::from_millis(100);

/// Cells of the bar.
const CELLS: u64 = 30;

/// Progress through so many things. Nothing is shown where standard error is no terminal.
#[derive(Debug)]
pub(super) struct Progress {
    total: u64,
    /// What they are.
    what: &'static str,
    done: u64,
    is_terminal: bool,
    /// When the line changes next.
    due_at: Instant,
    is_shown: bool,
}

impl Progress {
    pub(super) fn through(total: u64, what: &'static str) -> Self {
        Self {
            total,
            what,
            done: 0,
            is_terminal: io::stderr().is_terminal(),
            due_at: Instant::now() + SHOWN_AFTER,
            is_shown: false,
        }
    }

    /// One more item is done.
    pub(super) fn advance(&mut self) {
        self.done += 1;
        if self.is_terminal && Instant::now() >= self.due_at {
            self.due_at = Instant::now() + CHANGES_EVERY;
            self.is_shown = true;
            self.write(&format!(
                "\r\x1b[2K{}",
                bar(self.done, self.total, self.what)
            ));
        }
    }

    /// Clears the line, for something else to be written.
    pub(super) fn clear(&mut self) {
        if std::mem::take(&mut self.is_shown) {
            self.write("\r\x1b[2K");
        }
    }

    #[expect(clippy::unused_self, reason = "only its owner may write the line")]
    fn write(&self, text: &str) {
        let mut stderr = io::stderr().lock();
        // Where standard error is gone, nobody can read it.
        let _ = stderr.write_all(text.as_bytes());
        let _ = stderr.flush();
    }
}

impl Drop for Progress {
    fn drop(&mut self) {
        self.clear();
    }
}

fn bar(done: u64, total: u64, what: &str) -> String {
    let total = total.max(done).max(1);
    let cells = usize::try_from(done * CELLS / total).expect("at most CELLS");
    let rest = usize::try_from(CELLS).expect("small") - cells;
    format!(
        "{}{} {} % of {total} {what}",
        "█".repeat(cells),
        "░".repeat(rest),
        done * 100 / total
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_bar_is_always_as_long() {
        for (done, total, cells) in [
            (0, 10, 0),
            (5, 10, 15),
            (10, 10, 30),
            (12, 10, 30),
            (0, 0, 0),
        ] {
            let bar = bar(done, total, "items");
            assert_eq!(bar.matches('█').count(), cells, "{bar}");
            assert_eq!(bar.matches(['█', '░']).count(), 30, "{bar}");
        }
    }
}
