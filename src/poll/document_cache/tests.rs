use jiff::SignedDuration;

use super::*;

const FEED: FeedId = FeedId(1);

fn now() -> Timestamp {
    "2026-11-22T07:00:00Z".parse().expect("a time")
}

fn item(number: u32) -> String {
    format!("<item><guid>{number}</guid><title>Story {number}</title></item>")
}

fn feed(items: &[String]) -> String {
    format!(
        "<rss version=\"2.0\"><channel><title>T</title><language>en</language>{}</channel></rss>",
        items.concat()
    )
}

fn ten() -> Vec<String> {
    (0..10).map(item).collect()
}

/// The cache after this document was read whole, if it was plain.
fn after(xml: &str) -> DocumentCache {
    let cache = DocumentCache::default();
    let cached = with(xml, |document| {
        let parsed = parse::parse(document, now()).expect("a feed");
        cache.of_whole(document, &parsed, now())
    });
    cache.put(FEED, cached);
    cache
}

fn with<T>(xml: &str, read: impl FnOnce(&Document<'_>) -> T) -> T {
    let url = "https://e.org/feed".parse().expect("a URL");
    read(&Document {
        bytes: xml.as_bytes(),
        content_type: None,
        url: &url,
    })
}

/// The titles that are read of a document, so many hours after the one before; `None` where it is
/// to be read whole.
fn titles(cache: &DocumentCache, xml: &str, hours: i64) -> Option<Vec<String>> {
    let later = now() + SignedDuration::from_hours(hours);
    let (parsed, marks, _) = with(xml, |document| cache.parse_news(FEED, document, later))?;
    let news = marks.iter().filter(|(_, whole)| whole.is_none()).count();
    assert_eq!(news, parsed.items.len());
    Some(parsed.items.into_iter().map(|it| it.item.title).collect())
}

#[test]
fn only_what_was_not_there_before_is_read() {
    let cache = after(&feed(&ten()));
    let mut next = ten();
    next.pop();
    next.insert(0, item(77));
    assert_eq!(
        titles(&cache, &feed(&next), 1),
        Some(vec!["Story 77".into()])
    );
    assert_eq!(titles(&cache, &feed(&ten()), 1), Some(vec![]));
}

#[test]
fn an_item_of_which_a_byte_has_changed_is_read() {
    let cache = after(&feed(&ten()));
    let mut next = ten();
    next[4] = next[4].replace("Story", "story");
    assert_eq!(
        titles(&cache, &feed(&next), 1),
        Some(vec!["story 4".into()])
    );
}

#[test]
fn a_document_that_is_mostly_new_is_read_whole() {
    let cache = after(&feed(&ten()));
    let document = |new: usize| {
        let old = ten().into_iter().skip(new);
        let new = (0..new).map(|number| item(100 + u32::try_from(number).expect("small")));
        feed(&new.chain(old).collect::<Vec<_>>())
    };
    assert_eq!(titles(&cache, &document(5), 1).map(|it| it.len()), Some(5));
    assert_eq!(titles(&cache, &document(6), 1), None);
}

#[test]
fn a_document_is_read_whole_when_the_last_whole_one_is_half_a_day_old() {
    let cache = after(&feed(&ten()));
    assert!(titles(&cache, &feed(&ten()), 11).is_some());
    assert_eq!(titles(&cache, &feed(&ten()), 12), None);
}

#[test]
fn what_needs_repair_is_read_whole_before_and_after() {
    let broken = feed(&[item(1), item(2), item(3).replace("Story", "AT&T")]);
    assert_eq!(titles(&after(&broken), &broken, 1), None);
    let whole = feed(&ten());
    let mut next = ten();
    next[0] = item(9).replace("Story", "AT&T");
    assert_eq!(titles(&after(&whole), &feed(&next), 1), None);
}

#[test]
fn nothing_is_remembered_of_a_feed_whose_last_document_was_not_plain() {
    let cache = after(&feed(&ten()));
    cache.put(FEED, None);
    assert_eq!(titles(&cache, &feed(&ten()), 1), None);
}

#[test]
fn where_the_language_is_to_be_found_from_all_headlines_the_whole_is_read() {
    let undeclared = |items: &[String]| feed(items).replace("<language>en</language>", "");
    let cache = after(&undeclared(&ten()));
    let mut next = ten();
    next.insert(0, item(10));
    assert_eq!(titles(&cache, &undeclared(&next), 1), None);
}

#[test]
fn where_letters_rule_out_what_is_declared_the_whole_is_read() {
    let cache = after(&feed(&ten()));
    let with = |title: &str| {
        let mut next = ten();
        next.insert(0, item(10).replace("Story 10", title));
        titles(&cache, &feed(&next), 1)
    };
    assert_eq!(with("防衛大臣臨時記者会見"), None);
    assert_eq!(with("Koizumi"), Some(vec!["Koizumi".to_owned()]));
}
