//! What is known of a feed that was never polled.

use jiff::Timestamp;
use url::Url;

use super::{FeedStatus, Health};
use crate::{model::Origin, schedule::Learned};

impl FeedStatus {
    /// A feed of the config that the store does not have: it was off from its first day.
    pub fn unknown(name: &str, url: &Url) -> Self {
        Self {
            name: name.to_owned(),
            url: url.to_string(),
            origin: Origin::of(url).host,
            active: false,
            gone: false,
            due: Timestamp::UNIX_EPOCH,
            due_reason: String::new(),
            learned: Learned::default(),
            pause_ends_at: Timestamp::UNIX_EPOCH,
            title: None,
            link: None,
            language: None,
            format: None,
            baseline_at: None,
            polled_at: None,
            succeeded_at: None,
            changed_at: None,
            status: None,
            failures: 0,
            failing_since: None,
            reason: None,
            error: None,
            items_total: 0,
            warnings: "[]".to_owned(),
            items: 0,
            alerts: 0,
            missed: 0,
            missed_at: None,
            moved_to: None,
            health: Health::default(),
        }
    }
}
