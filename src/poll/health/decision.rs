//! What is known before a feed's health is judged, and what is found.

use jiff::Timestamp;

use crate::{
    model::{Event, FeedId, HealthIssue},
    store::{Finding, Health, Neighbour, NewDelivery, OutageChange},
};

/// What a feed's health needs to know beside its own state.
#[derive(Debug, Default)]
pub(in crate::poll) struct OriginContext {
    /// The other feeds of the origin that fail or of which receivers know that they do; empty where
    /// there is no notice to make.
    pub(super) neighbours: Vec<Neighbour>,
    /// The polls that brought something new in the weeks before a silence; `None` where nothing is
    /// to be learned.
    pub(super) arrivals: Option<Vec<Timestamp>>,
    /// Whether the feed has failed for long enough, or for good, and not for want of a network, and
    /// receivers do not know it yet.
    pub(super) is_failing: bool,
    /// What has changed of our own network.
    pub(super) outage: Option<OutageChange>,
}

impl OriginContext {
    pub(in crate::poll) const fn outage(&self) -> Option<&OutageChange> {
        self.outage.as_ref()
    }

    /// Those of the other feeds that a notice names too, by row and by name.
    pub(super) fn others(
        &self,
        is_named: impl Fn(&Neighbour) -> bool,
    ) -> (Vec<FeedId>, Vec<String>) {
        let named = self.neighbours.iter().filter(|other| is_named(other));
        named.map(|other| (other.id, other.name.clone())).unzip()
    }
}

/// What a poll comes to for the feed's health.
#[derive(Debug)]
pub(in crate::poll) struct HealthDecision {
    pub(in crate::poll) health: Health,
    /// To be sent as far as receivers do not know it.
    pub(in crate::poll) findings: Vec<Finding>,
    /// To be sent.
    pub(in crate::poll) notices: Vec<NewDelivery>,
}

impl HealthDecision {
    /// This is so.
    pub(super) fn find(&mut self, issue: HealthIssue, event: Event, receivers: &[String]) {
        self.push(issue, false, event, receivers);
    }

    /// This is over, if it was so.
    pub(super) fn find_over(&mut self, issue: HealthIssue, event: Event, receivers: &[String]) {
        self.push(issue, true, event, receivers);
    }

    fn push(&mut self, issue: HealthIssue, is_over: bool, event: Event, receivers: &[String]) {
        self.findings.push(Finding {
            issue,
            is_over,
            event,
            receivers: receivers.to_vec(),
            also: Vec::new(),
            still: Vec::new(),
        });
    }
}
