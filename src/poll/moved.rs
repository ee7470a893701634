//! Feeds that have moved for good (301, 308), and come back.
//!
//! One permanent redirect is often a mistake, or a hotel's login page. The new URL is asked in the
//! place of the configured one only after it has been the end of nothing but permanent redirects
//! for [`ADOPTED_AFTER_POLLS`] polls in a row and [`ADOPTED_AFTER`], and was a feed each time. The
//! config stays as it is; where the new URL fails, the configured one is asked again.

use std::time::Duration;

use jiff::Timestamp;
use tracing::warn;
use url::Url;

use super::answer::Answer;
use crate::{
    fetch::{Hop, Page},
    http::bare_url,
    model::Feed,
    model::time,
    store::{FeedState, Move, Moved, PollCommit},
};

/// Polls in a row that must lead to the same URL.
const ADOPTED_AFTER_POLLS: u32 = 5;

/// The time over which they must do so.
const ADOPTED_AFTER: Duration = Duration::from_hours(24);

/// Failures in a row after which the configured URL is asked again.
const DROPPED_AFTER: u32 = 3;

/// The URL to ask: the configured one, or where the feed has moved.
pub(super) fn in_use(feed: &Feed, state: &FeedState) -> Url {
    let moved = state.moved.to.as_deref().map(Url::parse);
    match moved {
        Some(Ok(url)) => url,
        _ => feed.url.clone(),
    }
}

/// Where an answer says that the feed lives now; `None` where one redirect is not for good.
pub fn target(page: &Page) -> Option<&Url> {
    let is_permanent = !page.redirects.is_empty() && page.redirects.iter().all(Hop::is_permanent);
    is_permanent.then_some(&page.final_url)
}

/// What is known of the feed's move after this answer; `None` where that is as before.
pub(super) fn after(state: &FeedState, answer: &Answer, now: Timestamp) -> Option<Moved> {
    let before = &state.moved;
    let after = match answer {
        Answer::Unchanged { target, .. } => after_good(before, target.as_ref(), now),
        Answer::Read(reading) => after_good(before, target(&reading.document.page), now),
        Answer::Failed(failure) => Moved {
            to: before
                .to
                .clone()
                .filter(|_| failure.status != Some(410) && state.failures + 1 < DROPPED_AFTER),
            next: None,
        },
    };
    (after != *before).then_some(after)
}

fn after_good(before: &Moved, target: Option<&Url>, now: Timestamp) -> Moved {
    let to = before.to.clone();
    let Some(target) = target else {
        return Moved { to, next: None };
    };
    let next = match &before.next {
        Some(next) if next.to == target.as_str() => Move {
            polls: next.polls.saturating_add(1),
            ..next.clone()
        },
        _ => Move {
            to: target.to_string(),
            since: now,
            polls: 1,
        },
    };
    let is_long = time::elapsed(next.since, now) >= ADOPTED_AFTER;
    if next.polls >= ADOPTED_AFTER_POLLS && is_long {
        return Moved {
            to: Some(next.to),
            next: None,
        };
    }
    Moved {
        to,
        next: Some(next),
    }
}

/// Tells the operator, once, that the config is out of date, or that the feed has come back.
pub(super) fn log(feed: &Feed, state: &FeedState, commit: &PollCommit) {
    let name = &feed.name;
    let Some(moved) = &commit.moved else { return };
    match moved.to.as_deref().map(Url::parse) {
        _ if moved.to == state.moved.to => {}
        Some(Ok(url)) => warn!(
            "feed {name:?} has moved to {} and is asked there from now on: change its url",
            bare_url(&url)
        ),
        _ => warn!("feed {name:?} is asked at its configured url again: where it had moved fails"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn url(path: &str) -> Url {
        Url::parse("https://new.example.org/")
            .expect("a URL")
            .join(path)
            .expect("a path")
    }

    fn hour(hour: i64) -> Timestamp {
        Timestamp::from_second(1_795_000_000 + hour * 3600).expect("in range")
    }

    /// The adopted path after polls of these hours and targets.
    fn adopted(polls: &[(i64, Option<&str>)]) -> Option<String> {
        let mut moved = Moved::default();
        for (at, target) in polls {
            moved = after_good(&moved, target.map(url).as_ref(), hour(*at));
        }
        moved.to.map(|to| to.replace("https://new.example.org", ""))
    }

    #[test]
    fn a_move_is_adopted_after_five_polls_and_a_day() {
        let poll = |at| (at, Some("/a"));
        assert_eq!(adopted(&[0, 6, 12, 18].map(poll)), None, "four polls");
        assert_eq!(adopted(&[0, 6, 12, 18, 23].map(poll)), None, "23 hours");
        assert_eq!(
            adopted(&[0, 12, 24, 36].map(poll)),
            None,
            "four polls in days"
        );
        let five = [0, 6, 12, 18, 24].map(poll);
        assert_eq!(adopted(&five).as_deref(), Some("/a"));
        let many: Vec<_> = (0..48).map(|at| poll(at / 2)).collect();
        assert_eq!(adopted(&many), None, "many polls in less than a day");
    }

    #[test]
    fn another_target_or_none_begins_anew() {
        let mut polls = [0, 6, 12, 18, 24].map(|at| (at, Some("/a")));
        polls[2].1 = Some("/b");
        assert_eq!(adopted(&polls), None);
        polls[2].1 = None;
        assert_eq!(adopted(&polls), None);
    }

    #[test]
    fn a_feed_that_moved_may_move_on() {
        let first = (0..5).map(|day| (day * 24, Some("/a")));
        let second = (5..10).map(|day| (day * 24, Some("/b")));
        let polls: Vec<_> = first.chain(second).collect();
        assert_eq!(adopted(&polls[..9]).as_deref(), Some("/a"));
        assert_eq!(adopted(&polls).as_deref(), Some("/b"));
    }

    #[test]
    fn only_301_and_308_move_a_feed() {
        let page = |statuses: &[u16]| Page {
            status: 200,
            final_url: url("/a"),
            redirects: statuses
                .iter()
                .map(|&status| Hop {
                    status,
                    to: url("/a"),
                })
                .collect(),
            etag: None,
            last_modified: None,
            freshness: None,
            date: None,
        };
        for (statuses, moves) in [
            (&[301][..], true),
            (&[308, 301], true),
            (&[], false),
            (&[302], false),
            (&[303], false),
            (&[307], false),
            (&[301, 302], false),
            (&[307, 308], false),
        ] {
            assert_eq!(target(&page(statuses)).is_some(), moves, "{statuses:?}");
        }
    }
}
