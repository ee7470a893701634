//! The monitor's own news in words: everything but alerts.

use jiff::{Timestamp, tz::TimeZone};

use super::{
    digest::digest_ready,
    phrase::{Trouble, at, count, feed_advice, next_try},
    receiver::{receiver_failing, receiver_missed, receiver_recovered},
    report::report_ready,
    service::{
        config_failing, config_recovered, mute_ended, store_failing, store_recovered, test_ping,
    },
    sources::story_sources,
};
use crate::model::{
    Event, FeedEmpty, FeedFailing, FeedItemsMissed, FeedRebased, FeedRecovered, FeedSilent,
    HealthIssue, NetworkFailing, NetworkRecovered,
};

/// Other feeds that a notice names; the webhook's body holds all of them.
const MAX_NAMED: usize = 20;

/// Puts it in words. An alert is named by its title: its own words are the sheet's.
pub(in crate::notify) fn words(event: &Event, timezone: &TimeZone) -> Trouble {
    match event {
        Event::Alert(alert) => Trouble {
            sentence: alert.item.title.clone(),
            feed: Some(alert.feed.name.clone()),
            url: Some(alert.feed.url.clone()),
            facts: Vec::new(),
        },
        Event::DigestReady(digest) => digest_ready(digest, timezone),
        Event::FeedFailing(failing) => feed_failing(failing, timezone),
        Event::FeedSilent(silent) => feed_silent(silent, timezone),
        Event::FeedEmpty(empty) => feed_empty(empty, timezone),
        Event::FeedRecovered(recovered) => feed_recovered(recovered, timezone),
        Event::FeedRebased(rebased) => feed_rebased(rebased),
        Event::FeedItemsMissed(missed) => feed_items_missed(missed, timezone),
        Event::NetworkFailing(failing) => network_failing(failing, timezone),
        Event::NetworkRecovered(recovered) => network_recovered(recovered, timezone),
        Event::ReceiverFailing(failing) => receiver_failing(failing, timezone),
        Event::ReceiverRecovered(recovered) => receiver_recovered(recovered, timezone),
        Event::ReceiverMissed(missed) => receiver_missed(missed, timezone),
        Event::StorySources(story) => story_sources(story),
        Event::MuteEnded(ended) => mute_ended(ended, timezone),
        Event::StoreFailing(failing) => store_failing(failing, timezone),
        Event::StoreRecovered(recovered) => store_recovered(recovered, timezone),
        Event::ConfigFailing(failing) => config_failing(failing, timezone),
        Event::ConfigRecovered(recovered) => config_recovered(recovered, timezone),
        Event::ReportReady(report) => report_ready(report, timezone),
        Event::TestPing(ping) => test_ping(ping),
    }
}

fn feed_failing(event: &FeedFailing, timezone: &TimeZone) -> Trouble {
    let name = &event.feed;
    let polls = count(event.failures, "poll");
    let sentence = match event.last_success {
        Some(time) => format!(
            "Feed {name} has not been read since {}: {polls} failed in a row",
            at(time, timezone)
        ),
        None => format!("Feed {name} has never been read: {polls} failed in a row"),
    };
    let mut facts = vec![
        ("Reason", event.reason.clone()),
        ("Error", event.error.clone()),
        ("Next try", next_try(event.next_try, timezone)),
        ("To do", feed_advice(name, &event.reason)),
        ("Last read", last_read(event.last_success, timezone)),
        ("URL", event.url.clone()),
        (
            "Meaning",
            "stories that come and go meanwhile are missed; polling goes on".to_owned(),
        ),
    ];
    facts.extend(feeds("Also", &event.also));
    Trouble {
        sentence: with_others(sentence, &event.also, ["fails", "fail"]),
        feed: Some(name.clone()),
        url: Some(event.url.clone()),
        facts,
    }
}

fn feed_silent(event: &FeedSilent, timezone: &TimeZone) -> Trouble {
    let rule = if event.learned {
        "its own rhythm"
    } else {
        "`silent` in the config"
    };
    let expected_by = at(event.expected_by, timezone);
    Trouble {
        sentence: format!(
            "Feed {} has brought nothing new since {}",
            event.feed,
            at(event.last_news, timezone)
        ),
        feed: Some(event.feed.clone()),
        url: Some(event.url.clone()),
        facts: vec![
            ("Expected by", format!("{expected_by}, after {rule}")),
            ("URL", event.url.clone()),
            (
                "Meaning",
                "it is read well; it may have moved, or its publisher may have stopped".to_owned(),
            ),
        ],
    }
}

fn feed_empty(event: &FeedEmpty, timezone: &TimeZone) -> Trouble {
    Trouble {
        sentence: format!(
            "Feed {} has had no items since {}: {} in a row found none",
            event.feed,
            at(event.since, timezone),
            count(event.polls, "poll")
        ),
        feed: Some(event.feed.clone()),
        url: Some(event.url.clone()),
        facts: vec![
            ("URL", event.url.clone()),
            (
                "Meaning",
                "it is read well, but what it held is gone; polling goes on".to_owned(),
            ),
        ],
    }
}

fn feed_recovered(event: &FeedRecovered, timezone: &TimeZone) -> Trouble {
    let name = &event.feed;
    let since = last_read(event.since, timezone);
    let sentence = match event.was {
        _ if event.removed => {
            let was = match event.was {
                HealthIssue::Failing => "not read",
                HealthIssue::Silent => "silent",
                HealthIssue::Empty => "empty",
            };
            format!("Feed {name}, {was} since {since}, is no longer in the config as it was")
        }
        HealthIssue::Failing => format!(
            "Feed {name} is read again, after {}",
            count(event.failures, "failed poll")
        ),
        HealthIssue::Silent => format!("Feed {name} brings something new, the first since {since}"),
        HealthIssue::Empty => format!("Feed {name} has items again, the first since {since}"),
    };
    let mut facts = vec![
        ("Last read", last_read(event.last_success, timezone)),
        ("URL", event.url.clone()),
    ];
    facts.extend(feeds("Also", &event.also));
    facts.extend(feeds("Still failing", &event.still));
    let mut verbs = ["is read again", "are read again"];
    if event.removed {
        verbs = ["is not", "are not"];
        let meaning =
            "it was taken out, or has another name or host: what is wrong with that is sent anew";
        facts.push(("Meaning", meaning.to_owned()));
    }
    Trouble {
        sentence: with_others(sentence, &event.also, verbs),
        feed: Some(name.clone()),
        url: Some(event.url.clone()),
        facts,
    }
}

fn feed_rebased(event: &FeedRebased) -> Trouble {
    let name = &event.feed;
    Trouble {
        sentence: format!(
            "Feed {name} renamed {} at once: taken as a new baseline, not alerted",
            count(event.items, "item")
        ),
        feed: Some(name.clone()),
        url: Some(event.url.clone()),
        facts: vec![("URL", event.url.clone())],
    }
}

fn feed_items_missed(event: &FeedItemsMissed, timezone: &TimeZone) -> Trouble {
    let name = &event.feed;
    let archive = match &event.archive_error {
        Some(error) => format!("did not fill the gap: {error}"),
        None => "none".to_owned(),
    };
    Trouble {
        sentence: format!(
            "Items of feed {name} may have been missed: all of it is new since {}",
            last_read(event.since, timezone)
        ),
        feed: Some(name.clone()),
        url: Some(event.url.clone()),
        facts: vec![
            ("Archive", archive),
            ("URL", event.url.clone()),
            (
                "Meaning",
                "more comes than it holds at once; it is asked more often from now on".to_owned(),
            ),
        ],
    }
}

fn network_failing(event: &NetworkFailing, timezone: &TimeZone) -> Trouble {
    let unnamed = usize::try_from(event.feeds_failing).unwrap_or(usize::MAX);
    let named = event.named.join(", ");
    let feeds = match unnamed.saturating_sub(event.named.len()) {
        0 => named,
        more => format!("{named} and {more} more"),
    };
    Trouble {
        sentence: format!(
            "Our own network seems to fail since {}: {} of {} cannot be reached",
            at(event.since, timezone),
            event.origins_failing,
            count(event.origins, "host"),
        ),
        feed: None,
        url: None,
        facts: vec![
            ("Reason", event.reason.clone()),
            ("Error", event.error.clone()),
            ("Next try", "each feed when it is due, as before".to_owned()),
            (
                "To do",
                "look at this machine's network and at its name servers".to_owned(),
            ),
            ("Feeds", feeds),
            (
                "Meaning",
                "stories that come and go meanwhile are missed; polling goes on, and no single \
                 feed is reported as failing until this is over"
                    .to_owned(),
            ),
        ],
    }
}

fn network_recovered(event: &NetworkRecovered, timezone: &TimeZone) -> Trouble {
    Trouble {
        sentence: format!(
            "Our own network is well again, after it failed from {} to {}",
            at(event.since, timezone),
            at(event.until, timezone)
        ),
        feed: None,
        url: None,
        facts: vec![(
            "Meaning",
            "stories that came and went meanwhile are missed, `fivebells feeds NAME` says of which \
             feeds; those that still fail are reported one by one, if they stay so"
                .to_owned(),
        )],
    }
}

/// The sentence, with how many other feeds it holds for.
fn with_others(sentence: String, also: &[String], [one, many]: [&str; 2]) -> String {
    match also.len() {
        0 => sentence,
        1 => format!("{sentence}; 1 more feed of its host {one} too"),
        more => format!("{sentence}; {more} more feeds of its host {many} too"),
    }
}

/// The other feeds by name, as many as a person reads.
fn feeds(label: &'static str, feeds: &[String]) -> Option<(&'static str, String)> {
    let named = feeds.iter().take(MAX_NAMED).cloned().collect::<Vec<_>>();
    let named = named.join(", ");
    match feeds.len().saturating_sub(MAX_NAMED) {
        _ if feeds.is_empty() => None,
        0 => Some((label, named)),
        more => Some((label, format!("{named} and {more} more"))),
    }
}

fn last_read(time: Option<Timestamp>, timezone: &TimeZone) -> String {
    time.map_or_else(|| "never".to_owned(), |time| at(time, timezone))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_notice_names_twenty_more_feeds_and_counts_the_rest() {
        let all: Vec<String> = (1..=21).map(|number| format!("f{number}")).collect();
        let named = |count: usize| feeds("Also", &all[..count]).map(|(_, text)| text);
        assert_eq!(named(0), None);
        assert_eq!(named(2).as_deref(), Some("f1, f2"));
        assert!(named(20).expect("named").ends_with(", f20"));
        assert!(named(21).expect("named").ends_with(", f20 and 1 more"));
    }
}
