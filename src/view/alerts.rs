//! Which alerts are asked for, and what one is like as a notice.

use super::{ViewError, names};
use crate::{
    config::Config,
    model::{Alert, AlertId, DeliveryKey, Event, Notice},
    store::{AlertFilter, Store},
};

/// The names by which alerts are asked for; an alert must meet every condition that is there.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct AlertNames {
    /// Of any of these watches.
    pub(crate) watches: Vec<String>,
    /// Of any of these feeds.
    pub(crate) feeds: Vec<String>,
    /// Of feeds that have any of these tags now.
    pub(crate) tags: Vec<String>,
    /// For this receiver, whether they were sent or not.
    pub(crate) receiver: Option<String>,
}

impl AlertNames {
    /// The filter that they are.
    ///
    /// # Errors
    /// A name that neither config nor store has.
    pub(crate) async fn filter(
        &self,
        config: &Config,
        store: &Store,
    ) -> Result<AlertFilter, ViewError> {
        if !self.watches.is_empty() {
            let known = names::watches(config, store).await?;
            names::check_all("watch", &self.watches, &known)?;
        }
        if !self.feeds.is_empty() {
            let known = names::feeds(config, store).await?;
            names::check_all("feed", &self.feeds, &known)?;
        }
        names::check_all("tag", &self.tags, &names::tags(config))?;
        if self.receiver.is_some() {
            let known = names::receivers(config, store).await?;
            names::check_all("receiver", &self.receiver, &known)?;
        }
        Ok(AlertFilter {
            watches: self.watches.clone(),
            feeds: self.feeds(config),
            receiver: self.receiver.clone(),
            ..AlertFilter::default()
        })
    }

    /// The feeds that are named, by their names and by their tags.
    fn feeds(&self, config: &Config) -> Option<Vec<String>> {
        let is_tagged = |tags: &[String]| self.tags.iter().any(|tag| tags.contains(tag));
        let tagged = config.feeds.iter().filter(|feed| is_tagged(&feed.tags));
        let tagged = tagged.map(|feed| feed.name.clone());
        match (self.feeds.is_empty(), self.tags.is_empty()) {
            (true, true) => None,
            (true, false) => Some(tagged.collect()),
            (false, true) => Some(self.feeds.clone()),
            (false, false) => Some(tagged.filter(|it| self.feeds.contains(it)).collect()),
        }
    }
}

/// The notice that a receiver would get of a stored alert.
pub(crate) fn notice(alert: Alert) -> Notice {
    Notice {
        key: DeliveryKey(format!("preview-{}", alert.id)),
        timestamp: alert.item.seen,
        event: Event::Alert(Box::new(alert)),
        accepted: Vec::new(),
        thread: None,
    }
}

/// Its story, and what its item is to it, as it was when the alert was made: "s812, follow-up".
pub(crate) fn story(alert: &Alert) -> Option<String> {
    let story = alert.story.as_ref()?;
    Some(format!("s{}, {}", story.id, story.role.in_words()))
}

/// Its number.
pub(crate) fn id(alert: &Alert) -> AlertId {
    AlertId(alert.id.parse().expect("the store's own number"))
}
