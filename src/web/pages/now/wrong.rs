//! What is wrong, the worst first.

use jiff::Timestamp;
use serde::Serialize;

use super::{
    super::shown::{Moment, Now, path, query},
    known::Known,
};
use crate::{
    store::{Condition, FeedStatus, ReceiverStatus, Unreached},
    view::{
        feeds, receivers,
        words::{count, one_line},
    },
};

/// Something that is wrong.
#[derive(Debug, Default, Serialize)]
pub(super) struct Wrong {
    /// `bad` or `warn`.
    class: &'static str,
    what: String,
    since: Option<Moment>,
    why: String,
    /// Where to act: an address and what it leads to.
    link: Option<(String, &'static str)>,
    command: Option<&'static str>,
    each: Vec<Each>,
    more: Option<String>,
}

/// One of several feeds.
#[derive(Debug, Serialize)]
struct Each {
    name: String,
    path: String,
    since: Option<Moment>,
    why: String,
}

/// All that is wrong.
pub(super) fn all(known: &Known, now: &Now) -> Vec<Wrong> {
    let mut all = service(known, now);
    all.extend(receivers::views(&known.receivers).iter().filter_map(|it| {
        let is_well = it.state == "ok";
        (!is_well).then(|| receiver(it, now))
    }));
    all.extend(known.receivers.iter().filter_map(unconfigured));
    all.extend(dead(known, now));
    all.extend(feeds(known, now));
    all
}

fn service(known: &Known, now: &Now) -> Vec<Wrong> {
    let mut all = Vec::new();
    if let Some(trouble) = &known.store_failing {
        all.push(Wrong {
            class: "bad",
            what: "No feed is polled: the store is in trouble".to_owned(),
            since: Some(now.moment(trouble.since)),
            why: one_line(&trouble.error, 500),
            command: Some("fivebells status"),
            ..Wrong::default()
        });
    } else if let Some(why) = &known.unready {
        all.push(Wrong {
            class: "bad",
            what: "The service does not do its work".to_owned(),
            why: one_line(why, 500),
            command: Some("fivebells status"),
            ..Wrong::default()
        });
    }
    let config = |what: &str, since, error: &str| Wrong {
        class: "bad",
        what: what.to_owned(),
        since: Some(now.moment(since)),
        why: one_line(error, 500),
        command: Some("fivebells check"),
        ..Wrong::default()
    };
    if let Some(refused) = &known.live.service.refused {
        let what = "The new config was refused: the old one is in force";
        all.push(config(what, refused.at, &refused.error));
    } else if let Some(failing) = &known.config_failing {
        all.push(config(
            "Tests of the config fail",
            failing.since,
            &failing.error,
        ));
    }
    if let Some(since) = known.overview.outage_since {
        all.push(Wrong {
            class: "bad",
            what: "Our own network fails".to_owned(),
            since: Some(now.moment(since)),
            why: "Most hosts give no answer: look at the connection, DNS and proxy".to_owned(),
            link: Some((of_condition("failing"), "The feeds that fail")),
            ..Wrong::default()
        });
    }
    all
}

fn receiver(it: &receivers::ReceiverView<'_>, now: &Now) -> Wrong {
    let name = it.receiver;
    let what = match (it.state, it.through) {
        ("off", _) => format!("Receiver {name} is off: nothing is sent to it"),
        ("detour", Some(through)) => format!("Mail for {name} goes through {through}"),
        ("partial", _) => format!("Receiver {name} does not reach all"),
        _ => format!("Receiver {name} fails"),
    };
    let why = match it.state {
        "partial" => Unreached::in_words(&it.status.unreached, true),
        _ => it.error.unwrap_or("no answer").to_owned(),
    };
    let why = one_line(&why, 300);
    let is_sent = matches!(it.state, "partial" | "detour");
    Wrong {
        class: if is_sent { "warn" } else { "bad" },
        what,
        since: it.since.map(|since| now.moment(since)),
        why: match it.status.waiting {
            0 => why,
            waiting => format!("{}: {why}", waits(waiting)),
        },
        link: Some((of_receiver(name), "Its deliveries")),
        ..Wrong::default()
    }
}

fn waits(waiting: u32) -> String {
    match waiting {
        1 => "1 delivery waits".to_owned(),
        waiting => format!("{waiting} deliveries wait"),
    }
}

/// Deliveries for a receiver that the config does not name.
fn unconfigured(it: &ReceiverStatus) -> Option<Wrong> {
    (!it.active && it.waiting > 0).then(|| Wrong {
        class: "warn",
        what: format!("Receiver {} is not in the config", it.name),
        why: format!("{} for it", waits(it.waiting)),
        link: Some((of_receiver(&it.name), "Its deliveries")),
        ..Wrong::default()
    })
}

fn dead(known: &Known, now: &Now) -> Option<Wrong> {
    let dead = u64::from(known.summary.dead);
    (dead > 0).then(|| {
        let by = known.receivers.iter().filter(|it| it.dead > 0);
        let by: Vec<String> = by.map(|it| format!("{} {}", it.name, it.dead)).collect();
        Wrong {
            class: "bad",
            what: match dead {
                1 => "1 delivery is dead".to_owned(),
                _ => format!("{dead} deliveries are dead"),
            },
            since: known.last_dead.map(|at| now.moment(at)),
            why: match dead {
                1 => format!("It was given up: {}", by.join(", ")),
                _ => format!("They were given up: {}", by.join(", ")),
            },
            link: Some(("/outbox?state=dead".to_owned(), "Retry or drop")),
            ..Wrong::default()
        }
    })
}

fn feeds(known: &Known, now: &Now) -> Vec<Wrong> {
    let lasting = { known.failing.iter() }.filter(|feed| known.is_lasting(feed));
    let lasting: Vec<&FeedStatus> = lasting.collect();
    let of = |condition| known.counts.of(condition);
    let failing = of(Condition::Failing).saturating_sub(known.failing_lately);
    let (silent, gone) = (of(Condition::Silent), of(Condition::Gone));
    let brings = ["brings nothing new", "bring nothing new"];
    let all = [
        some(
            ("bad", Condition::Failing),
            failing,
            ["fails", "fail"],
            lasting,
            now,
        ),
        some(
            ("warn", Condition::Silent),
            silent,
            brings,
            known.silent.iter().collect(),
            now,
        ),
        some(
            ("warn", Condition::Gone),
            gone,
            ["is gone for good", "are gone for good"],
            known.gone.iter().collect(),
            now,
        ),
        missed(known, now),
    ];
    all.into_iter().flatten().collect()
}

/// The feeds that fail, and not yet for so long that someone is notified.
pub(super) fn young(known: &Known, now: &Now) -> Option<Wrong> {
    let young = known.failing.iter().filter(|feed| !known.is_lasting(feed));
    let kind = ("warn", Condition::Failing);
    some(
        kind,
        known.failing_lately,
        ["fails", "fail"],
        young.collect(),
        now,
    )
}

/// So many feeds in this condition, some of them by name.
fn some(
    (class, condition): (&'static str, Condition),
    number: u64,
    does: [&str; 2],
    named: Vec<&FeedStatus>,
    now: &Now,
) -> Option<Wrong> {
    let does = does[usize::from(number > 1)];
    let left = number.saturating_sub(named.len().try_into().unwrap_or(u64::MAX));
    (number > 0).then(|| Wrong {
        class,
        what: format!("{} {does}", count(number, "feed")),
        since: { named.iter().filter_map(|feed| since(feed)).min() }.map(|at| now.moment(at)),
        link: (number > 1).then(|| (of_condition(condition.as_str()), "All of them")),
        more: (left > 0).then(|| format!("and {left} more")),
        each: named.into_iter().map(|feed| each(feed, now)).collect(),
        ..Wrong::default()
    })
}

fn missed(known: &Known, now: &Now) -> Option<Wrong> {
    let missed = &known.overview.missed;
    let (_, last) = missed.first()?;
    let each = missed.iter().take(super::MOST).map(|(name, at)| Each {
        name: name.clone(),
        path: path("feeds", name),
        since: Some(now.moment(*at)),
        why: String::new(),
    });
    let number = missed.len();
    let feeds = count(number.try_into().unwrap_or(u64::MAX), "feed");
    Some(Wrong {
        class: "warn",
        what: format!("{feeds} may have missed items"),
        since: Some(now.moment(*last)),
        why: "More came between two polls than the feed shows: poll it more often".to_owned(),
        each: each.collect(),
        more: (number > super::MOST).then(|| format!("and {} more", number - super::MOST)),
        ..Wrong::default()
    })
}

fn since(feed: &FeedStatus) -> Option<Timestamp> {
    match feed.condition() {
        Condition::Failing => feed.failing_since,
        Condition::Silent => feed
            .health
            .issue(&feed.learned)
            .and_then(|(_, since)| since),
        _ => feed.polled_at,
    }
}

fn each(feed: &FeedStatus, now: &Now) -> Each {
    let why = match feed.condition() {
        Condition::Silent => feeds::silence(feed, |at| now.moment(at).relative),
        _ => feed.error.clone(),
    };
    Each {
        name: feed.name.clone(),
        path: path("feeds", &feed.name),
        since: since(feed).map(|at| now.moment(at)),
        why: one_line(&why.unwrap_or_default(), 160),
    }
}

fn of_condition(condition: &str) -> String {
    format!("/feeds{}", query([("state", condition)]))
}

fn of_receiver(name: &str) -> String {
    format!("/outbox{}", query([("receiver", name)]))
}

impl Wrong {
    pub(super) const fn since(&self) -> Option<&Moment> {
        self.since.as_ref()
    }

    /// Whether something is lost, or will be.
    pub(super) fn is_bad(&self) -> bool {
        self.class == "bad"
    }
}
