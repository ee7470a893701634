//! Several alerts in one notice, in words.

use std::collections::{HashMap, HashSet};

use jiff::tz::TimeZone;

use super::{
    alert::{self, Quote},
    clean,
    phrase::{Trouble, at, count},
    runs::{Run, plain},
};
use crate::model::{Alert, DeferReason, DigestReady, Priority};

/// The longest title in a subject that counts others, in characters.
const MAX_LEAD_CHARS: usize = 120;
/// The most watches named above a digest; each is above its stories too.
const MAX_TAGS: usize = 10;

/// What a notice of several alerts says beside its own headline.
#[derive(Debug)]
pub(super) struct Several {
    /// How many, and the first title; for the subject.
    pub(super) lead: [String; 2],
    /// The stories by watch, that of the most urgent one first.
    pub(super) topics: Vec<Topic>,
}

/// The stories of a watch.
#[derive(Debug)]
pub(super) struct Topic {
    /// The watch, or all those that the stories have in common.
    pub(super) name: String,
    /// The most urgent first, then the oldest.
    pub(super) stories: Vec<Story>,
}

/// One story among others.
#[derive(Debug)]
pub(super) struct Story {
    pub(super) priority: Priority,
    pub(super) headline: Vec<Run>,
    pub(super) link: Option<String>,
    /// The feed's title.
    pub(super) source: String,
    /// When the story was published, or seen.
    pub(super) time: String,
    /// Of its text; empty where nobody knows it.
    pub(super) language: String,
    pub(super) update: Option<String>,
    /// Its place in its story.
    pub(super) standing: Option<String>,
    /// Whether it stands under the first alert of its story.
    pub(super) is_under: bool,
    /// The first sentence with a hit, beside the title.
    pub(super) quote: Option<Quote>,
}

/// The stories of a digest.
pub(super) fn several(digest: &DigestReady, timezone: &TimeZone) -> Several {
    Several {
        lead: [counted(digest), lead(digest)],
        topics: topics(digest, timezone),
    }
}

/// The watches that the stories matched.
pub(super) fn tags(digest: &DigestReady) -> Vec<String> {
    let watches = digest.alerts.iter().flat_map(|alert| &alert.watches);
    let mut tags: Vec<String> = Vec::new();
    for watch in watches.map(|name| clean::line(name)) {
        if !tags.contains(&watch) && tags.len() < MAX_TAGS {
            tags.push(watch);
        }
    }
    tags
}

/// The digest as one event, for a template that knows no lists.
pub(super) fn digest_ready(digest: &DigestReady, timezone: &TimeZone) -> Trouble {
    let story = |alert: &Alert| {
        let story = story(alert, timezone);
        let link = story
            .link
            .map_or_else(String::new, |link| format!(" {link}"));
        (
            "Alert",
            format!(
                "{} ({}, {}){link}",
                plain(&story.headline),
                story.source,
                story.time
            ),
        )
    };
    Trouble {
        sentence: format!("{}: {}", count(digest.count, "alert"), lead(digest)),
        feed: None,
        url: None,
        facts: digest.alerts.iter().map(story).collect(),
    }
}

/// `Title, and 4 more`.
fn lead(digest: &DigestReady) -> String {
    let first = digest.alerts.first().map(alert::headline);
    let first = clean::squeezed(&plain(&first.unwrap_or_default()));
    let first = clean::cut(&first, MAX_LEAD_CHARS);
    match digest.count.saturating_sub(1) {
        0 => first,
        more => format!("{first}, and {more} more"),
    }
}

/// Why they were sent together, and of what time they are.
pub(super) fn facts(digest: &DigestReady, timezone: &TimeZone) -> Vec<(&'static str, String)> {
    let held = match digest.hold {
        DeferReason::Digest => "collected for the digest",
        DeferReason::Quiet => "held in quiet hours",
        DeferReason::AtMost => "more than may be sent one by one (at_most)",
        DeferReason::GroupWait => "came together (group_wait)",
        DeferReason::Story => "what followed a story",
        DeferReason::Uncorroborated => "too few publishers had these in time (corroborate)",
        DeferReason::Flood => "one visit to the feed found more than are sent one by one",
    };
    vec![
        ("Why", format!("{}, {held}", counted(digest))),
        ("From", at(digest.since, timezone)),
        ("To", at(digest.until, timezone)),
    ]
}

/// `14 alerts, 9 stories`; the stories only where they are fewer, and every alert is here.
pub(super) fn counted(digest: &DigestReady) -> String {
    let alerts = count(digest.count, "alert");
    let mut of_stories = HashSet::new();
    let mut stories = 0_usize;
    for alert in &digest.alerts {
        let story = alert.story.as_ref().map(|story| story.id.as_str());
        stories += usize::from(story.is_none_or(|id| of_stories.insert(id)));
    }
    let is_whole = u32::try_from(digest.alerts.len()) == Ok(digest.count);
    match u32::try_from(stories) {
        Ok(1) if is_whole && digest.count > 1 => format!("{alerts}, 1 story"),
        Ok(stories) if is_whole && stories < digest.count => format!("{alerts}, {stories} stories"),
        _ => alerts,
    }
}

/// The stories by what watches they share; the order of the first of each is that of the topics. The
/// alerts of one story stand together.
fn topics(digest: &DigestReady, timezone: &TimeZone) -> Vec<Topic> {
    let mut topics: Vec<Topic> = Vec::new();
    let mut numbers: HashMap<String, Vec<Option<&str>>> = HashMap::new();
    for alert in &digest.alerts {
        let name = clean::line(&alert.watches.join(", "));
        let mut story = story(alert, timezone);
        let number = alert.story.as_ref().map(|it| it.id.as_str());
        let of_topic = numbers.entry(name.clone()).or_default();
        let mut numbers_of_topic = of_topic.iter();
        let place = numbers_of_topic
            .rposition(|it| number.is_some() && *it == number)
            .map(|last| last + 1);
        story.is_under = place.is_some();
        let place = place.unwrap_or(of_topic.len());
        of_topic.insert(place, number);
        match topics.iter_mut().find(|topic| topic.name == name) {
            Some(topic) => topic.stories.insert(place, story),
            None => topics.push(Topic {
                name,
                stories: vec![story],
            }),
        }
    }
    topics
}

fn story(alert: &Alert, timezone: &TimeZone) -> Story {
    let time = match alert.item.published {
        Some(published) => at(published, timezone),
        None => format!("seen {}", at(alert.item.seen, timezone)),
    };
    Story {
        priority: alert.priority,
        headline: alert::headline(alert),
        link: alert.item.link.as_deref().and_then(alert::web_link),
        source: clean::line(&alert.feed.title),
        time,
        language: alert::language(alert),
        update: alert.update.as_ref().map(alert::update),
        standing: alert::standing(alert),
        is_under: false,
        quote: alert::quotes(&alert.matches).into_iter().next(),
    }
}

#[cfg(test)]
mod tests {
    use jiff::Timestamp;

    use super::*;
    use crate::{
        model::{Event, StoryRole},
        notify::{render, sample::sample_digest},
    };

    #[test]
    fn what_followed_stands_indented_under_the_first_of_its_story() {
        let mut notice = sample_digest(Timestamp::UNIX_EPOCH);
        let Event::DigestReady(digest) = &mut notice.event else {
            panic!("a digest");
        };
        let story = digest.alerts[0].story.clone();
        let titles = ["First", "Other", "Later"];
        for (alert, title) in digest.alerts.iter_mut().zip(titles) {
            alert.watches = vec!["koizumi".to_owned()];
            alert.item.title = title.to_owned();
            alert.matches.clear();
            alert.story = None;
        }
        digest.alerts[0].story.clone_from(&story);
        digest.alerts[2].story = story;
        if let Some(story) = &mut digest.alerts[2].story {
            story.role = StoryRole::FollowUp;
            story.corroborated = Some("2 of 3: bbc, nhk".to_owned());
        }
        let mail = render::mail(&notice, &TimeZone::UTC);
        assert!(
            mail.subject.contains("[3 alerts, 2 stories]"),
            "{}",
            mail.subject
        );
        let place = |words: &str| mail.text.find(words).unwrap_or_else(|| panic!("{words}"));
        assert!(place("\nFirst") < place("\n    Later"));
        assert!(place("\n    Later") < place("\nOther"));
        place("    Story: follow-up; 2 publishers; waited for 2 of 3: bbc, nhk");
    }
}
