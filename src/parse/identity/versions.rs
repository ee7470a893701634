//! Entries that a document holds more than once, in several versions: all but one are marked, so
//! that one story is alerted once.

use std::collections::HashMap;

use crate::model::{Fingerprint, Item};

/// A version is compared with so many longer ones of the same name: a list may call all its
/// entries the same.
const MAX_VERSIONS: usize = 8;

/// Without a date to distinguish them, a text this short may be a part of another story's by
/// chance.
const MIN_UNDATED_CHARS: usize = 40;

/// For each item whether it is another version of one that is in the document too: it agrees
/// with that one in guid, link, title and date, and its text is a part of the other's.
pub(in crate::parse) fn later_versions(items: &[Item], prints: &[Fingerprint]) -> Vec<bool> {
    let mut by_name: HashMap<_, Vec<usize>> = HashMap::with_capacity(items.len());
    for (index, print) in prints.iter().enumerate() {
        let name = (print.guid, print.link, print.title, print.date);
        by_name.entry(name).or_default().push(index);
    }
    let mut is_version = vec![false; items.len()];
    for mut alike in by_name.into_values().filter(|alike| alike.len() > 1) {
        // The longest first; of two equal ones the first in the document stays.
        alike.sort_by_key(|&index| std::cmp::Reverse(length(&items[index])));
        let mut kept: Vec<usize> = Vec::new();
        let mut wholes = std::collections::HashSet::new();
        for index in alike {
            let is_same = !wholes.insert(prints[index].whole);
            let is_part = |other: &usize| is_part(&items[index], &items[*other]);
            is_version[index] = is_same || kept.iter().take(MAX_VERSIONS).any(is_part);
            if !is_version[index] {
                kept.push(index);
            }
        }
    }
    is_version
}

fn length(item: &Item) -> usize {
    item.summary.len() + item.content.len()
}

fn is_part(item: &Item, of: &Item) -> bool {
    let text = text(item);
    let is_dated = item.published.or(item.updated).is_some();
    let is_telling = is_dated || text.is_empty() || text.chars().count() >= MIN_UNDATED_CHARS;
    let parts = [of.summary.as_str(), of.content.as_str()];
    is_telling && parts.iter().any(|of| of.contains(text))
}

/// The longer of the two texts, without the sign that an excerpt ends with.
fn text(item: &Item) -> &str {
    let (summary, content) = (item.summary.as_str(), item.content.as_str());
    let longer = if summary.len() > content.len() {
        summary
    } else {
        content
    };
    longer.trim_end_matches(|c: char| c == '…' || c == '.' || c.is_whitespace())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::parse::identity::fingerprint;

    fn versions(texts: &[(&str, &str)]) -> Vec<bool> {
        let item = |(summary, content): &(&str, &str)| Item {
            guid: Some("g".into()),
            title: "T".into(),
            published: Some(jiff::Timestamp::UNIX_EPOCH),
            summary: (*summary).into(),
            content: (*content).into(),
            ..Item::default()
        };
        let items: Vec<Item> = texts.iter().map(item).collect();
        let prints: Vec<Fingerprint> = items.iter().map(|it| fingerprint(it, None, None)).collect();
        later_versions(&items, &prints)
    }

    #[test]
    fn a_text_that_holds_the_other_is_a_version_of_it() {
        for (texts, expected) in [
            (
                &[("He met Hegseth.", ""), ("He met", "")][..],
                &[false, true][..],
            ),
            (&[("He met", ""), ("He met Hegseth.", "")], &[true, false]),
            (&[("He met…", ""), ("", "He met Hegseth.")], &[true, false]),
            (&[("", ""), ("He met", "")], &[true, false]),
            (&[("He met", ""), ("He met", "")], &[false, true]),
            (&[("He met", ""), ("She met", "")], &[false, false]),
            (&[("a", ""), ("b", ""), ("a b", "")], &[true, true, false]),
        ] {
            assert_eq!(versions(texts), expected, "{texts:?}");
        }
    }

    #[test]
    fn entries_of_a_list_that_calls_them_all_the_same_stay_many() {
        let item = |text: &str| Item {
            guid: Some("N/A".into()),
            title: "Alert".into(),
            summary: text.into(),
            ..Item::default()
        };
        let items = [item("Koizumi"), item("Koizumi resigns")];
        let prints = [0, 1].map(|index| fingerprint(&items[index], None, None));
        assert_eq!(later_versions(&items, &prints), [false, false]);
    }
}
