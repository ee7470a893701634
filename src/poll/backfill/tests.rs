use super::*;
use crate::{
    model::{Identity, ItemId, Remembered},
    parse::{ParsedFeed, judge},
    poll::identify::compare,
};

const SINCE: &str = "2026-11-22T12:00:00Z";

fn parse(items: &str) -> ParsedFeed {
    let url = Url::parse("https://e.org/feed").expect("a URL");
    let xml = format!("<rss><channel>{items}</channel></rss>");
    let document = Document {
        bytes: xml.as_bytes(),
        content_type: None,
        url: &url,
    };
    parse::parse(&document, SINCE.parse().expect("a time")).expect("a feed")
}

/// A page of items, each a number and a date or none; `known` are on record under their numbers.
fn picked(items: &[(i64, &str)], known: &[i64]) -> (Vec<i64>, bool) {
    let item = |(number, date): &(i64, &str)| {
        format!(
            "<item><guid>g{number}</guid><title>T{number}</title><pubDate>{date}</pubDate></item>"
        )
    };
    let page = parse(&items.iter().map(item).collect::<String>());
    let is_known = |index: usize| known.contains(&items[index].0);
    let shown: Vec<_> = page.items.iter().map(ParsedItem::shown).collect();
    let on_record = (0..shown.len()).filter(|&index| is_known(index));
    let on_record = on_record.map(|index| Remembered {
        item: ItemId(items[index].0),
        alias: 0,
        fingerprint: page.items[index].fingerprint,
        seen_at: 0,
    });
    let on_record: Vec<Remembered> = on_record.collect();
    let judgement = judge(&shown, &on_record, Identity::Auto);
    let now = SINCE.parse().expect("a time");
    let identified = compare(&page.items, &on_record, judgement, now);
    let backfill = Backfill {
        url: "https://e.org/page".into(),
        until: ItemId(10),
        since: SINCE.parse().expect("a time"),
        pages: 0,
    };
    let (missed, is_joined) = pick(&page.items, &identified, &backfill);
    let numbers = items.iter().zip(missed);
    let numbers = numbers.filter(|(_, missed)| *missed);
    (numbers.map(|((number, _), _)| *number).collect(), is_joined)
}

const LATE: &str = "2026-11-22T15:00:00Z";
const NOON: &str = "2026-11-22T11:59:00Z";
const MORNING: &str = "2026-11-22T08:00:00Z";
const LONG_AGO: &str = "2026-11-01T08:00:00Z";

#[test]
fn a_page_that_reaches_back_closes_the_gap() {
    let page = [(21, LATE), (20, LATE), (10, NOON), (9, MORNING)];
    assert_eq!(picked(&page, &[9, 10]), (vec![21, 20], true));
}

#[test]
fn a_page_that_shows_only_what_was_missed_does_not() {
    assert_eq!(
        picked(&[(21, LATE), (20, LATE)], &[]),
        (vec![21, 20], false)
    );
    assert_eq!(picked(&[], &[]), (vec![], false), "nor does an empty one");
}

/// Pages of one feed overlap while new items push the old ones down.
#[test]
fn an_item_from_after_the_gap_closes_nothing() {
    assert_eq!(picked(&[(22, LATE), (20, LATE)], &[22]), (vec![20], false));
}

#[test]
fn what_the_feed_never_showed_before_the_gap_is_not_news() {
    let page = [(20, LATE), (10, NOON), (5, MORNING), (4, LONG_AGO)];
    assert_eq!(picked(&page, &[10]), (vec![20], true));
    let oldest_first = [(4, LONG_AGO), (5, MORNING), (10, NOON), (20, LATE)];
    assert_eq!(picked(&oldest_first, &[10]), (vec![20], true));
    let undated = [(20, ""), (10, ""), (5, "")];
    assert_eq!(picked(&undated, &[10]), (vec![20], true));
}

#[test]
fn a_page_from_long_before_the_gap_closes_it() {
    assert_eq!(picked(&[(5, LONG_AGO), (4, LONG_AGO)], &[]), (vec![], true));
    let mixed = [(20, LATE), (4, LONG_AGO)];
    assert_eq!(picked(&mixed, &[]), (vec![20], false));
}

#[test]
fn ten_pages_are_read_for_one_gap() {
    let backfill = Backfill {
        url: "https://e.org/a".into(),
        until: ItemId(1),
        since: SINCE.parse().expect("a time"),
        pages: 8,
    };
    let next = || Url::parse("https://e.org/b").ok();
    let tenth = follow(next(), &backfill, 9)
        .expect("one more")
        .expect("a page");
    assert_eq!((tenth.url.as_str(), tenth.pages), ("https://e.org/b", 9));
    assert!(follow(next(), &tenth, 10).is_err());
    assert!(follow(None, &backfill, 9).is_err());
}
