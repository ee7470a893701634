//! From an item to its alert: whether it may alert, which watches it satisfies, who receives it.

mod budget;
mod edit;
mod story;

use jiff::Timestamp;

use super::poller::PollRules;
use crate::{
    http::bare_url,
    matcher::{self, ItemLists, ItemText, WatchMatch},
    model::{Alert, AlertFeed, AlertItem, Feed, Initial, Item, Match, Priority, Update, Watch},
    parse::{Judgement, ParsedFeed},
    store::{AlertReceiver, FeedState, NewAlert, NewItem},
};

pub(super) use budget::Budget;
pub(super) use edit::find_update;

/// The feed as alerts name it; its own name where it has no title.
pub(super) fn source(feed: &Feed, title: Option<&str>) -> AlertFeed {
    AlertFeed {
        name: feed.name.clone(),
        title: title.unwrap_or(&feed.name).to_owned(),
        url: bare_url(&feed.url),
        tags: feed.tags.clone(),
    }
}

/// The alert of an item, for every receiver that one of its watches notifies;
/// `None` where no watch matches.
pub(super) fn find(
    rules: &PollRules,
    feed: &AlertFeed,
    item: &Item,
    seen_at: Timestamp,
    budget: &mut Budget,
) -> Option<NewAlert> {
    let lists = ItemLists::of(item);
    let text = lists.text(&feed.name, item);
    let found = rules.matcher.find(&text);
    let hits = hits(rules, &text, found, budget);
    let alert = raise(rules, &hits, feed, (item, seen_at), None)?;
    Some(budget.fit(alert))
}

/// The hits that are quoted, no more than the budget has room for: to quote them takes longer than to
/// find them.
fn hits<'a>(
    rules: &'a PollRules,
    text: &ItemText<'_>,
    mut found: Vec<WatchMatch>,
    budget: &Budget,
) -> Vec<Hit<'a>> {
    let shares = budget.shares(found.len());
    for (one, share) in found.iter_mut().zip(shares) {
        one.hits.truncate(share);
    }
    let hit = |found: &WatchMatch| Hit::new(rules, text, found);
    found.iter().map(hit).collect()
}

/// The alert of some hits and its deliveries; `None` for no hit.
fn raise(
    rules: &PollRules,
    hits: &[Hit<'_>],
    feed: &AlertFeed,
    (item, seen_at): (&Item, Timestamp),
    update: Option<&Update>,
) -> Option<NewAlert> {
    if hits.is_empty() {
        return None;
    }
    let receivers = receivers(hits).into_iter().map(|receiver| {
        let theirs = hits
            .iter()
            .filter(|hit| hit.watch.notify.iter().any(|name| name == receiver));
        AlertReceiver {
            receiver: receiver.to_owned(),
            watches: theirs.clone().map(|hit| hit.watch.name.clone()).collect(),
            modes: theirs
                .map(|hit| rules.stories.of(hit.watch, receiver))
                .collect(),
            sources: rules.stories.sources(receiver),
        }
    });
    let receivers: Vec<AlertReceiver> = receivers.collect();
    Some(NewAlert {
        alert: alert(hits, feed, &AlertItem::of(item, seen_at), update),
        priorities: hits.iter().map(|hit| hit.watch.priority).collect(),
        story: story::story(rules, hits, &receivers, feed, item),
        receivers,
        again: Vec::new(),
    })
}

/// A watch that matched, with where it did.
struct Hit<'a> {
    watch: &'a Watch,
    matches: Vec<Match>,
}

impl<'a> Hit<'a> {
    fn new(rules: &'a PollRules, text: &ItemText<'_>, found: &WatchMatch) -> Self {
        let watch = &rules.watches[found.watch];
        Self {
            watch,
            matches: matcher::matches(text, &watch.name, found),
        }
    }
}

/// Receivers of any of the watches, each once, in config order of the watches.
fn receivers<'a>(hits: &[Hit<'a>]) -> Vec<&'a str> {
    let mut names: Vec<&str> = Vec::new();
    for name in hits.iter().flat_map(|hit| &hit.watch.notify) {
        if !names.contains(&name.as_str()) {
            names.push(name);
        }
    }
    names
}

fn alert(hits: &[Hit<'_>], feed: &AlertFeed, story: &AlertItem, update: Option<&Update>) -> Alert {
    let hits = hits.iter();
    Alert {
        id: String::new(),
        priority: hits
            .clone()
            .map(|hit| hit.watch.priority)
            .max()
            .unwrap_or(Priority::Routine),
        watches: hits.clone().map(|hit| hit.watch.name.clone()).collect(),
        matches: hits.flat_map(|hit| hit.matches.iter().cloned()).collect(),
        item: story.clone(),
        feed: feed.clone(),
        also: Vec::new(),
        story: None,
        update: update.cloned(),
    }
}

/// Of a document so many parts in four are known where it is the same feed's at another address.
const SAME_FEED: usize = 3;

/// Whether a first poll has found what was known of another feed under the name: then only its
/// address is another, and what else is there is news.
pub(super) fn is_same_feed(state: &FeedState, judgement: &Judgement) -> bool {
    let news = judgement.news().filter(|new| *new).count();
    let all = judgement.news().count();
    state.baseline.is_inherited() && news < all && 4 * (all - news) >= SAME_FEED * all
}

/// Which items may alert: all of a later poll, of the first what `initial` asks for.
pub(super) fn allowed(
    feed: &Feed,
    state: &FeedState,
    parsed: &ParsedFeed,
    judgement: &Judgement,
) -> Vec<bool> {
    let everything =
        state.baseline.is_done() || feed.initial == Initial::All || is_same_feed(state, judgement);
    let mut alerted = vec![everything; parsed.items.len()];
    if let (false, Initial::Newest(count)) = (everything, feed.initial) {
        // By date where there is one; a feed without dates has its newest on top.
        let new: Vec<bool> = judgement.news().collect();
        let mut order: Vec<usize> = (0..alerted.len()).filter(|&index| new[index]).collect();
        order.sort_by_key(|&index| std::cmp::Reverse(parsed.items[index].item.published));
        for index in order
            .into_iter()
            .take(usize::try_from(count).unwrap_or(usize::MAX))
        {
            alerted[index] = true;
        }
    }
    alerted
}

/// People read alerts in the order things happened: by date where all items have one; else a feed
/// has its newest on top.
pub(super) fn in_order_of_events(news: &mut [NewItem]) {
    news.reverse();
    if news.iter().all(|new| new.item.published.is_some()) {
        news.sort_by_key(|new| new.item.published);
    }
}
