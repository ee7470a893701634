use super::*;
use crate::{model::Item, parse::identity::keys};

/// `guid|link|title|content`; empty parts are missing.
fn keys_of(document: &[&str]) -> Vec<ItemKeys> {
    let item = |short: &&str| {
        let mut parts = short.split('|').map(str::to_owned);
        let mut next = || parts.next().unwrap_or_default();
        let some = |text: String| (!text.is_empty()).then_some(text);
        Item {
            guid: some(next()),
            link: some(next()),
            title: next(),
            content: next(),
            ..Item::default()
        }
    };
    let items: Vec<Item> = document.iter().map(item).collect();
    keys(items.iter().map(|item| (item, item.link.as_deref())), None)
}

/// What the second document's items are, the first having been read under `before`.
fn new_items(before: Identity, first: &[&str], now: Identity, second: &[&str]) -> Vec<bool> {
    let keys = keys_of(first);
    let known = keys.iter().flat_map(|keys| keys.all_by(before)).collect();
    judge_by(&keys_of(second), &known, now).new
}

fn polled(identity: Identity, first: &[&str], second: &[&str]) -> Vec<bool> {
    new_items(identity, first, identity, second)
}

#[test]
fn only_the_chosen_part_decides() {
    use Identity::{Auto, Guid, Link, Title};
    let first = &["g1|https://e.org/1|Warning|a"][..];
    for (second, new_under) in [
        (
            "g2|https://e.org/1|Warning|a",
            [(Auto, false), (Guid, true), (Link, false), (Title, false)],
        ),
        (
            "g1|https://e.org/2|Warning|a",
            [(Auto, false), (Guid, false), (Link, true), (Title, false)],
        ),
        (
            "g1|https://e.org/1|All clear|b",
            [(Auto, false), (Guid, false), (Link, false), (Title, true)],
        ),
        (
            "g2|https://e.org/2|Warning|b",
            [(Auto, true), (Guid, true), (Link, true), (Title, false)],
        ),
    ] {
        for (identity, new) in new_under {
            assert_eq!(
                polled(identity, first, &[second]),
                [new],
                "{identity} {second}"
            );
        }
    }
}

#[test]
fn an_item_without_the_chosen_part_is_judged_as_ever() {
    for identity in Identity::ALL {
        let item = &["|https://e.org/1||a"][..];
        let by_text = &["|||a"][..];
        assert_eq!(polled(identity, item, item), [false], "{identity}");
        assert_eq!(polled(identity, by_text, by_text), [false], "{identity}");
        assert_eq!(polled(identity, item, &["|https://e.org/2||b"]), [true]);
    }
}

#[test]
fn an_item_that_stands_twice_is_new_once() {
    let twice = &["g1|https://e.org/1|A|a", "g2|https://e.org/2|A|b"][..];
    assert_eq!(polled(Identity::Title, &[], twice), [true, false]);
    assert_eq!(polled(Identity::Guid, &[], twice), [true, true]);
}

/// Whoever changes `identity` wants no alert for what has been there all the time.
#[test]
fn another_choice_makes_nothing_new() {
    let items = &[
        "g1|https://e.org/1|A|a",
        "g2|https://e.org/2|B|b",
        "|https://e.org/3|C|c",
        "||D|d",
    ][..];
    for before in Identity::ALL {
        for now in Identity::ALL {
            let new = new_items(before, items, now, items);
            assert_eq!(new, [false; 4], "{before} to {now}");
        }
    }
}

#[test]
fn a_known_item_says_by_what() {
    let first = keys_of(&["g1|https://e.org/1|A|a"]).remove(0);
    let again = keys_of(&["g2|https://e.org/1|A|b"]).remove(0);
    let known: HashSet<_> = first.all_by(Identity::Title).into_iter().collect();
    assert_eq!(again.known_by(&known, Identity::Auto), first.link_title);
    assert_eq!(again.known_by(&known, Identity::Guid), None);
    assert_eq!(again.known_by(&known, Identity::Link), first.link);
    assert_eq!(again.known_by(&known, Identity::Title), first.title);
    assert_eq!(first.known_by(&HashSet::new(), Identity::Auto), None);
}
