//! What a campaign came to.

use std::{fmt, time::Duration};

/// How a life of the daemon ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum End {
    /// SIGKILL.
    Kill,
    /// SIGTERM.
    Term,
}

#[derive(Debug, Clone, Default)]
pub(crate) struct Tally {
    pub(crate) feeds: usize,
    /// That should arrive.
    pub(crate) alerts: usize,
    pub(crate) kills: usize,
    /// Those that came after something was sent.
    pub(crate) busy_kills: usize,
    /// Notices that can be under way at once.
    pub(crate) in_flight: usize,
    pub(crate) requests: usize,
    pub(crate) refused: usize,
    /// Different stories that arrived.
    pub(crate) arrived: usize,
    /// Stories that arrived once more because a kill came between the answer and its record.
    pub(crate) after_kill: usize,
    /// The most of them that one kill caused.
    pub(crate) worst_kill: usize,
    /// Stories that arrived once more though the daemon ended in good order.
    pub(crate) after_term: usize,
    /// Stories that arrived twice in one life.
    pub(crate) without_cause: usize,
    /// Stories that arrived once more under another id.
    pub(crate) other_ids: usize,
    /// Deliveries that the store still has to make.
    pub(crate) waiting: usize,
    /// Deliveries that the store gave up.
    pub(crate) dead: usize,
    /// How long the last life took.
    pub(crate) drained_in: Duration,
}

impl Tally {
    fn lost(&self) -> usize {
        self.alerts.saturating_sub(self.arrived)
    }

    /// Whether every goal is reached.
    pub(crate) fn is_good(&self) -> bool {
        let broken = self.lost() + self.other_ids + self.after_term + self.without_cause;
        broken == 0
            && self.waiting == 0
            && self.dead == 0
            && self.arrived == self.alerts
            && self.worst_kill <= self.in_flight
    }
}

impl fmt::Display for Tally {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        #[expect(clippy::cast_precision_loss, reason = "some thousands")]
        let mean = self.after_kill as f64 / self.kills.max(1) as f64;
        writeln!(
            out,
            "{} feeds, {} alerts, {} kills, {} of them of a life that had sent something; {} requests, \
             {} of them answered with 500; drained in {} s\n",
            self.feeds,
            self.alerts,
            self.kills,
            self.busy_kills,
            self.requests,
            self.refused,
            self.drained_in.as_secs()
        )?;
        writeln!(out, "| | measured | goal |\n|---|--:|--:|")?;
        writeln!(out, "| alerts lost | {} | 0 |", self.lost())?;
        writeln!(out, "| duplicates a kill | {mean:.2} | |")?;
        let (worst, in_flight) = (self.worst_kill, self.in_flight);
        writeln!(
            out,
            "| duplicates of the worst kill | {worst} | {in_flight} |"
        )?;
        writeln!(
            out,
            "| duplicates with another id | {} | 0 |",
            self.other_ids
        )?;
        writeln!(out, "| repeats after SIGTERM | {} | 0 |", self.after_term)?;
        writeln!(
            out,
            "| repeats within one life | {} | 0 |",
            self.without_cause
        )?;
        writeln!(
            out,
            "| still waiting, dead | {}, {} | 0, 0 |",
            self.waiting, self.dead
        )
    }
}
