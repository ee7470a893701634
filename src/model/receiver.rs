//! Events about a receiver: it fails, it works again, or notices for it were given up.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::Alert;

/// Stories that a notice names; `outbox` shows all.
const MAX_NAMED: usize = 20;

/// The longest title that is named whole.
const MAX_TITLE_CHARS: usize = 200;

/// `data` of `receiver.failing`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ReceiverFailing {
    /// The receiver's name.
    pub receiver: String,
    /// The closed reason, also a metric label.
    pub reason: String,
    /// The last answer in words.
    pub error: String,
    /// Since when nothing got through.
    pub since: Timestamp,
    /// Deliveries that wait for it.
    pub waiting: u32,
    /// When it is tried again; `None` where it is not, for it is gone, or where nothing waits.
    #[serde(default)]
    pub next_try: Option<Timestamp>,
    /// The mail server that its mail goes through, because the one that comes first fails; then
    /// nothing has to wait.
    #[serde(default)]
    pub through: Option<String>,
    /// Whether it reaches some of those behind it and not the others.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub partial: bool,
    /// The mail addresses that it does not reach, where it reaches others.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub recipients: Vec<String>,
}

/// `data` of `receiver.recovered`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ReceiverRecovered {
    /// The receiver's name.
    pub receiver: String,
    /// Since when it failed, or did not reach all of those behind it.
    pub since: Timestamp,
    /// Deliveries that waited for it, and go out now.
    pub waiting: u32,
    /// Whether it took notices all the time, but reached not all of those behind it.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub partial: bool,
    /// The mail addresses that it had not reached, and reaches or does not have any more.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub recipients: Vec<String>,
    /// Others of them that a notice named, and that it still does not reach.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub still: Vec<String>,
    /// Whether that is over because the config has it no more.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub removed: bool,
}

/// `data` of `receiver.missed`: notices for a receiver were given up.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ReceiverMissed {
    /// The receiver's name.
    pub receiver: String,
    /// The closed reason of the last one, also a metric label.
    pub reason: String,
    /// Its last answer in words.
    pub error: String,
    /// When the first was given up.
    pub since: Timestamp,
    /// Alerts among them; a digest counts as its alerts.
    pub alerts: u32,
    /// Other notices among them.
    pub notices: u32,
    /// The titles of the first alerts, twenty at most.
    pub named: Vec<String>,
}

impl ReceiverMissed {
    /// Nothing so far.
    pub fn new(receiver: String) -> Self {
        Self {
            receiver,
            reason: String::new(),
            error: String::new(),
            since: Timestamp::UNIX_EPOCH,
            alerts: 0,
            notices: 0,
            named: Vec::new(),
        }
    }

    /// Counts one more notice: one that holds alerts by those, any other, or one that cannot be
    /// read, by itself.
    pub fn add(&mut self, alerts: Option<&[Alert]>) {
        let Some(alerts) = alerts else {
            self.notices = self.notices.saturating_add(1);
            return;
        };
        let count = u32::try_from(alerts.len()).unwrap_or(u32::MAX);
        self.alerts = self.alerts.saturating_add(count);
        let room = MAX_NAMED.saturating_sub(self.named.len());
        let titles = alerts.iter().take(room).map(|alert| &alert.item.title);
        self.named.extend(titles.map(|title| cut(title)));
    }
}

fn cut(title: &str) -> String {
    match title.char_indices().nth(MAX_TITLE_CHARS) {
        Some((end, _)) => format!("{}…", &title[..end]),
        None => title.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{DeferReason, DigestReady, Event, Item, Priority, TestPing};

    fn alert(title: &str) -> Alert {
        let item = Item {
            title: title.to_owned(),
            ..Item::default()
        };
        Alert::for_test(&item, vec![])
    }

    #[test]
    fn a_digest_counts_as_its_alerts_and_twenty_are_named() {
        let mut missed = ReceiverMissed::new("desk".into());
        missed.add(Event::Alert(Box::new(alert("first"))).alerts());
        let digest = DigestReady {
            hold: DeferReason::Digest,
            since: Timestamp::UNIX_EPOCH,
            until: Timestamp::UNIX_EPOCH,
            priority: Priority::Routine,
            count: 20,
            alerts: (1..=20).map(|number| alert(&number.to_string())).collect(),
        };
        missed.add(Event::DigestReady(Box::new(digest)).alerts());
        let ping = Event::TestPing(TestPing {
            receiver: "desk".into(),
            message: String::new(),
        });
        missed.add(ping.alerts());
        missed.add(None);
        assert_eq!((missed.alerts, missed.notices), (21, 2));
        assert_eq!(missed.named.len(), 20);
        assert_eq!(missed.named[..2], ["first", "1"]);
    }

    #[test]
    fn a_title_is_cut_between_characters() {
        let at_the_bound = "学".repeat(MAX_TITLE_CHARS);
        assert_eq!(cut(&at_the_bound), at_the_bound);
        assert_eq!(
            cut(&format!("{at_the_bound}習")),
            format!("{at_the_bound}…")
        );
    }
}
