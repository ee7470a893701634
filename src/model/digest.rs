//! Several alerts in one notice, each shortened so that a digest of many stays readable.

use std::fmt;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::{Alert, Context, Field, Priority};

/// Why a notice is deferred, or sent as a part of a digest: the key of the receiver's policy.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum DeferReason {
    /// It waits for the digest.
    Digest,
    /// Quiet hours.
    Quiet,
    /// The receiver was notified as often as it may be.
    AtMost,
    /// Others may join it.
    GroupWait,
    /// What followed a story of which the receiver wants one summary (`stories = "all"`).
    Story,
    /// Too few publishers had the story in time.
    Uncorroborated,
    /// One visit to a feed brought more than is sent one by one. No key of a policy: it holds for
    /// every receiver.
    Flood,
}

impl DeferReason {
    /// The name on the wire and on the command line.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Digest => "digest",
            Self::Quiet => "quiet",
            Self::AtMost => "at_most",
            Self::GroupWait => "group_wait",
            Self::Story => "story",
            Self::Uncorroborated => "uncorroborated",
            Self::Flood => "flood",
        }
    }
}

impl fmt::Display for DeferReason {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.pad(self.as_str())
    }
}

/// `data` of `digest.ready`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct DigestReady {
    /// What deferred the alerts.
    pub hold: DeferReason,
    /// Since when the first of them waited.
    pub since: Timestamp,
    /// When they were put together.
    pub until: Timestamp,
    /// The highest priority among them.
    pub priority: Priority,
    /// How many they are.
    pub count: u32,
    /// The alerts, [shortened](Alert::shorten): the highest priority first, then the oldest.
    pub alerts: Vec<Alert>,
}

impl Alert {
    /// The most matches of a shortened alert.
    pub const MAX_SHORT_MATCHES: usize = 8;
    /// The most other sources of a shortened alert.
    pub const MAX_SHORT_ALSO: usize = 3;

    /// Cuts it to what a summary shows: the matches in the title and those in one sentence
    /// beside, the first sources, and a summary of [`Context::MAX_CHARS`] characters. The ranges
    /// of matches still count in the whole text.
    pub fn shorten(&mut self) {
        let in_title = |field: Field| field == Field::Title;
        let mut others = self.matches.iter().filter(|hit| !in_title(hit.field));
        let sentence = others
            .next()
            .map(|hit| (hit.field, hit.context.text.clone()));
        self.matches.retain(|hit| {
            in_title(hit.field)
                || sentence
                    .as_ref()
                    .is_some_and(|(field, text)| hit.field == *field && hit.context.text == *text)
        });
        // The sentence's come last, and one of them must stay.
        self.matches.sort_by_key(|hit| !in_title(hit.field));
        let titles = self
            .matches
            .iter()
            .filter(|hit| in_title(hit.field))
            .count();
        let most = Self::MAX_SHORT_MATCHES;
        if self.matches.len() > most {
            let kept_titles = titles.min(most - 1);
            self.matches.drain(kept_titles..titles);
            self.matches.truncate(most);
        }
        self.shorten_also();
        self.shorten_summary();
    }

    /// Cuts its other sources to the first; how many there are stays in the story.
    pub(super) fn shorten_also(&mut self) {
        self.also.truncate(Self::MAX_SHORT_ALSO);
        if let Some(story) = &mut self.story {
            story.also.truncate(Self::MAX_SHORT_ALSO);
        }
    }

    /// Cuts its summary to [`Context::MAX_CHARS`] characters.
    pub(super) fn shorten_summary(&mut self) {
        let summary = &mut self.item.summary;
        if let Some((end, _)) = summary.char_indices().nth(Context::MAX_CHARS) {
            let (before, _) = summary[..end]
                .char_indices()
                .next_back()
                .unwrap_or_default();
            summary.truncate(before);
            summary.push('…');
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{AlertFeed, AlertItem, AlsoIn, Item, Match};

    fn hit(field: Field, sentence: &str) -> Match {
        Match {
            watch: "k".into(),
            term: "k".into(),
            field,
            text: "k".into(),
            range: [0, 1],
            context: Context {
                text: sentence.into(),
                range: [0, 1],
            },
        }
    }

    fn alert(matches: Vec<Match>, summary: String) -> Alert {
        let item = Item {
            summary,
            ..Item::default()
        };
        Alert {
            id: "1".into(),
            priority: Priority::Routine,
            watches: vec!["k".into()],
            matches,
            item: AlertItem::of(&item, Timestamp::UNIX_EPOCH),
            feed: AlertFeed {
                name: "f".into(),
                title: "F".into(),
                url: "https://f.example/".into(),
                tags: vec![],
            },
            also: vec![AlsoIn::new("g".into(), None, "t".into()); Alert::MAX_SHORT_ALSO + 1],
            story: None,
            update: None,
        }
    }

    #[test]
    fn a_short_alert_keeps_its_title_and_one_sentence() {
        let mut short = alert(
            vec![
                hit(Field::Content, "first"),
                hit(Field::Content, "second"),
                hit(Field::Content, "first"),
                hit(Field::Title, "title"),
            ],
            String::new(),
        );
        short.shorten();
        let kept = short.matches.iter();
        let kept: Vec<_> = kept.map(|hit| hit.context.text.as_str()).collect();
        assert_eq!(kept, ["title", "first", "first"]);
        assert_eq!(short.also.len(), Alert::MAX_SHORT_ALSO);
    }

    #[test]
    fn its_bounds_hold_and_a_sentence_is_always_among_its_matches() {
        let mut hits = vec![hit(Field::Title, "title"); Alert::MAX_SHORT_MATCHES + 1];
        hits.push(hit(Field::Summary, "sentence"));
        let mut short = alert(hits, "学".repeat(Context::MAX_CHARS + 1));
        short.shorten();
        assert_eq!(short.matches.len(), Alert::MAX_SHORT_MATCHES);
        let last = short.matches.last().expect("matches");
        assert_eq!(last.field, Field::Summary);
        assert_eq!(short.item.summary.chars().count(), Context::MAX_CHARS);
        assert!(short.item.summary.ends_with('…'));

        let whole = "学".repeat(Context::MAX_CHARS);
        let mut fits = alert(
            vec![hit(Field::Title, "t"); Alert::MAX_SHORT_MATCHES],
            whole,
        );
        let before = fits.clone();
        fits.also.truncate(Alert::MAX_SHORT_ALSO);
        fits.shorten();
        assert_eq!((fits.matches, fits.item), (before.matches, before.item));
    }
}
