//! Identity as the operator chose it (`identity = "guid"`, `"link"` or `"title"`), where the
//! publisher's habits defeat the general rules: a guid that every story shares, links that change,
//! headlines that recur.

use std::collections::{HashMap, HashSet};

use super::Verdict;
use crate::model::{Fingerprint, IdentifiedBy, Identity, Remembered};

/// Verdicts by the chosen part alone, with the item's position; none for what lacks the part, or
/// shares its link with others of the document, and none where nothing was chosen.
///
/// No renaming is looked for: the operator knows better.
pub(super) fn verdicts(
    shown: &[Option<Fingerprint>],
    known: &[Remembered],
    choice: Identity,
) -> Vec<(usize, Verdict)> {
    let part = |print: &Fingerprint| match choice {
        Identity::Auto => None,
        Identity::Guid => print.guid,
        Identity::Link => print.link,
        Identity::Title => print.title,
    };
    let mut latest: HashMap<i64, usize> = HashMap::new();
    for (record, remembered) in known.iter().enumerate() {
        if let Some(part) = part(&remembered.fingerprint) {
            let other = latest.entry(part).or_insert(record);
            if known[*other].item < remembered.item {
                *other = record;
            }
        }
    }
    let mut bearers: HashMap<i64, u32> = HashMap::new();
    for part in shown.iter().flatten().filter_map(part) {
        *bearers.entry(part).or_default() += 1;
    }
    let mut seen = HashSet::new();
    let mut verdict = |(index, print): (usize, &Option<Fingerprint>)| {
        let part = part(print.as_ref()?)?;
        if choice == Identity::Link && bearers[&part] > 1 {
            return None;
        }
        let verdict = match latest.get(&part) {
            _ if !seen.insert(part) => Verdict::Repeat,
            Some(&record) => Verdict::Known {
                item: known[record].item,
                record: Some(record),
                by: Some(IdentifiedBy::Chosen),
            },
            None => Verdict::New { guid_of: None },
        };
        Some((index, verdict))
    };
    shown.iter().enumerate().filter_map(&mut verdict).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        model::{Item, ItemId},
        parse::identity::{fingerprint, judge},
    };

    /// `guid|link|title|content`; empty parts are missing.
    fn shown(document: &[&str]) -> Vec<Option<Fingerprint>> {
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
        { items.iter() }
            .map(|item| Some(fingerprint(item, item.link.as_deref(), None)))
            .collect()
    }

    fn on_record(document: &[&str]) -> Vec<Remembered> {
        let record = |(row, print): (i64, Option<Fingerprint>)| Remembered {
            item: ItemId(row),
            alias: 0,
            fingerprint: print.expect("it is no version"),
            seen_at: 0,
        };
        (0..).zip(shown(document)).map(record).collect()
    }

    /// Which of the second document's items are new.
    fn polled(identity: Identity, first: &[&str], second: &[&str]) -> Vec<bool> {
        let judgement = judge(&shown(second), &on_record(first), identity);
        judgement.news().collect()
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
    fn an_item_that_is_there_twice_is_new_once() {
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
        for now in Identity::ALL {
            assert_eq!(polled(now, items, items), [false; 4], "{now}");
        }
    }

    /// Of many items with the chosen part the first of the document is taken for the one on record,
    /// also where another is exactly as it was: or its text would be taken for an edit at every
    /// poll.
    #[test]
    fn the_first_of_many_is_the_one_on_record() {
        let known = on_record(&["g|https://e.org/1|A|a"]);
        let document = shown(&["g|https://e.org/2|B|b", "g|https://e.org/1|A|a"]);
        let judgement = judge(&document, &known, Identity::Guid);
        let by = Some(IdentifiedBy::Chosen);
        let first = Verdict::Known {
            item: ItemId(0),
            record: Some(0),
            by,
        };
        assert_eq!(judgement.verdicts, [first, Verdict::Repeat]);
    }
}
