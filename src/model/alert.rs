//! One item and the watches it satisfied, exactly as webhooks get it: field names and their meaning
//! are a promise to receivers.

use std::{collections::HashSet, fmt};

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::{AlertStory, AlsoIn, Field, Item, Priority};

/// Row id of an alert in the store.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct AlertId(pub i64);

/// As people see and type it: `a1842`.
impl fmt::Display for AlertId {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "a{}", self.0)
    }
}

/// The `data` object of an `alert.matched` webhook, of `alerts --format json`, and the names that
/// templates see. At most one alert is ever made for an (item, watch) pair.
///
/// A receiver's copy names only the watches that notify that receiver.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Alert {
    /// The alert's row id in decimal, the same for every receiver.
    pub id: String,
    /// The highest priority among [`watches`](Self::watches).
    pub priority: Priority,
    /// Names, in config order.
    pub watches: Vec<String>,
    /// Where the terms hit, by watch, then by field and position.
    pub matches: Vec<Match>,
    /// The story.
    pub item: AlertItem,
    /// Where it was read.
    pub feed: AlertFeed,
    /// The same story in other feeds: the first of [`AlertStory::also`].
    pub also: Vec<AlsoIn>,
    /// Its story; `None` where stories are off, and in what older versions have stored.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub story: Option<AlertStory>,
    /// What changed, where the item was known and an edit made it match; `None` for a new item.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub update: Option<Update>,
}

impl Alert {
    /// Leaves these watches, each once, and what they found.
    pub fn keep_watches(&mut self, is_wanted: impl Fn(&str) -> bool) {
        let mut named = HashSet::new();
        self.watches
            .retain(|watch| is_wanted(watch) && named.insert(watch.clone()));
        self.matches.retain(|hit| is_wanted(&hit.watch));
    }
}

/// What an edit changed of a known item.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Update {
    /// Which of title, summary and content, in this order; never empty.
    pub changed: Vec<Field>,
    /// The title as it was, where it changed; may be empty.
    pub title_before: Option<String>,
}

/// One hit of one term.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Match {
    /// The watch it counts for.
    pub watch: String,
    /// The term as the watch writes it.
    pub term: String,
    /// The field it is in.
    pub field: Field,
    /// The text it hit, as the story writes it.
    pub text: String,
    /// Start and end in Unicode scalar values of the field's plain text, end exclusive.
    pub range: [usize; 2],
    /// The sentence around it: a hit in the content can be read without the content.
    pub context: Context,
}

/// The sentence around a hit.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Context {
    /// Plain text on one line, at most [`Context::MAX_CHARS`] long; an ellipsis where it was cut.
    pub text: String,
    /// The hit in [`text`](Self::text), in Unicode scalar values, end exclusive.
    pub range: [usize; 2],
}

impl Context {
    /// The longest context in Unicode scalar values.
    pub const MAX_CHARS: usize = 280;
}

/// The story as receivers see it; times to the second, text plain.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AlertItem {
    /// The item's row id in decimal.
    pub id: String,
    /// The feed's own id.
    pub guid: Option<String>,
    /// Plain text, may be empty.
    pub title: String,
    /// Absolute URL.
    pub link: Option<String>,
    /// Names.
    pub authors: Vec<String>,
    /// Labels.
    pub categories: Vec<String>,
    /// As the feed says.
    pub published: Option<Timestamp>,
    /// As the feed says.
    pub updated: Option<Timestamp>,
    /// When we first read it.
    pub seen: Timestamp,
    /// Plain text, may be empty.
    pub summary: String,
    /// BCP 47 tag.
    pub language: Option<String>,
}

impl AlertItem {
    /// An item as receivers see it; its id is empty until it has one.
    pub fn of(item: &Item, seen_at: Timestamp) -> Self {
        Self {
            id: String::new(),
            guid: item.guid.clone(),
            title: item.title.clone(),
            link: item.link.clone(),
            authors: item.authors.clone(),
            categories: item.categories.clone(),
            published: item.published.map(to_second),
            updated: item.updated.map(to_second),
            seen: to_second(seen_at),
            summary: item.summary.clone(),
            language: item.language.clone(),
        }
    }
}

/// The feed an alert comes from.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AlertFeed {
    /// The name in the config.
    pub name: String,
    /// The title it gives itself; its name where it gives none.
    pub title: String,
    /// The URL in the config.
    pub url: String,
    /// The tags in the config.
    pub tags: Vec<String>,
}

/// A time as notices give it: without its fraction, never one to come.
pub fn to_second(time: Timestamp) -> Timestamp {
    Timestamp::from_second(time.as_second()).expect("a time cut to its second")
}

#[cfg(test)]
impl Alert {
    /// Of this item, with these matches, for tests of what an alert holds.
    pub fn for_test(item: &Item, matches: Vec<Match>) -> Self {
        Self {
            id: "1".into(),
            priority: Priority::Routine,
            watches: vec!["a".into(), "b".into()],
            matches,
            item: AlertItem::of(item, Timestamp::UNIX_EPOCH),
            feed: AlertFeed {
                name: "f".into(),
                title: "F".into(),
                url: "https://f.example/".into(),
                tags: vec![],
            },
            also: vec![],
            story: None,
            update: None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_time_is_never_given_before_it_comes() {
        let given = |time: &str| to_second(time.parse().expect("a time")).to_string();
        assert_eq!(given("2026-11-22T06:41:07.999Z"), "2026-11-22T06:41:07Z");
        assert_eq!(given("2026-11-22T06:41:07Z"), "2026-11-22T06:41:07Z");
    }
}
