//! What an edit brings: the alert of an item that was read before.

use super::{super::poller::PollRules, Budget, hits, raise};
use crate::{
    matcher::{ItemLists, ItemText, WatchMatch},
    model::{AlertFeed, Field, Item, OnUpdate, Update},
    poll::identify::Before,
    store::NewAlert,
    text,
};

/// The ends of a sentence, in the scripts that have their own.
const ENDS: [char; 12] = [
    '.', '!', '?', '…', '。', '！', '？', '．', '।', '؟', '۔', '\n',
];

/// The alert of an edited item: like [`find`](super::find), for the watches that want to know.
///
/// One with `on_update = "match"` does where it did not match the text before, and has not alerted
/// the item; one with `"every"` where it hits in a sentence that no earlier text had.
pub(in crate::poll) fn find_update(
    rules: &PollRules,
    feed: &AlertFeed,
    before: &Before,
    item: &Item,
    budget: &mut Budget,
) -> Option<NewAlert> {
    let lists = ItemLists::of(item);
    let text = lists.text(&feed.name, item);
    let stored = &before.stored;
    let mut found = rules.matcher.find(&text);
    found.retain(|found| {
        let watch = &rules.watches[found.watch];
        match watch.on_update {
            OnUpdate::Never => false,
            OnUpdate::Match => !stored.alerted.contains(&watch.name),
            OnUpdate::Every => true,
        }
    });
    if found.is_empty() {
        return None;
    }
    let lists_before = ItemLists::of(&stored.item);
    let text_before = lists_before.text(&feed.name, &stored.item);
    let found_before = rules.matcher.find(&text_before);
    let is_every = |found: &WatchMatch| rules.watches[found.watch].on_update == OnUpdate::Every;
    let earlier = if found.iter().any(is_every) {
        earlier(before)
    } else {
        Vec::new()
    };
    found.retain(|found| {
        if is_every(found) {
            brings_a_hit(found, &text, &earlier)
        } else {
            !found_before.iter().any(|old| old.watch == found.watch)
        }
    });
    let update = update(&stored.item, item);
    let again = found.iter().filter(|found| is_every(found));
    let again = again
        .map(|found| rules.watches[found.watch].name.clone())
        .collect();
    let hits = hits(rules, &text, found, budget);
    let alert = raise(rules, &hits, feed, (item, stored.seen_at), Some(&update))?;
    Some(budget.fit(NewAlert { again, ..alert }))
}

/// All that the item has said so far, folded.
fn earlier(before: &Before) -> Vec<String> {
    let item = &before.stored.item;
    let now = [&item.title, &item.summary, &item.content].into_iter();
    let labels = item
        .authors
        .iter()
        .chain(&item.categories)
        .chain(&item.link);
    let earlier = before.earlier.iter();
    let earlier = earlier.flat_map(|it| [&it.title, &it.summary, &it.content]);
    now.chain(labels)
        .chain(earlier)
        .map(|it| text::fold(it))
        .collect()
}

/// Whether a hit is in a sentence that none of the earlier texts has.
fn brings_a_hit(found: &WatchMatch, text: &ItemText<'_>, earlier: &[String]) -> bool {
    found.hits.iter().any(|hit| {
        let sentence = sentence(text.field(hit.field), hit.span.clone());
        let sentence = text::fold(sentence);
        !earlier.iter().any(|text| text.contains(&sentence))
    })
}

/// The sentence around a hit: to the next end on both sides. A dot within a name ends it too, which
/// makes it shorter than it is, and the same in both texts.
fn sentence(text: &str, span: std::ops::Range<usize>) -> &str {
    let start = text[..span.start].rfind(ENDS);
    let start = start.map_or(0, |at| {
        at + text[at..].chars().next().map_or(0, char::len_utf8)
    });
    let end = text[span.end..].find(ENDS);
    let end = end.map_or(text.len(), |at| span.end + at);
    &text[start..end]
}

fn update(before: &Item, item: &Item) -> Update {
    let changed = [
        (Field::Title, before.title != item.title),
        (Field::Summary, before.summary != item.summary),
        (Field::Content, before.content != item.content),
    ];
    let changed = changed.into_iter().filter(|(_, is_changed)| *is_changed);
    Update {
        changed: changed.map(|(field, _)| field).collect(),
        title_before: (before.title != item.title).then(|| before.title.clone()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_sentence_ends_in_every_script() {
        for (text, hit, expected) in [
            ("He met Koizumi. Then he left.", "Koizumi", "He met Koizumi"),
            ("One! Koizumi said so? Yes.", "Koizumi", " Koizumi said so"),
            (
                "10:00 One\nKoizumi spoke\n9:00 Two",
                "Koizumi",
                "Koizumi spoke",
            ),
            ("発表した。小泉氏は述べた。終わり", "小泉", "小泉氏は述べた"),
            ("Koizumi", "Koizumi", "Koizumi"),
        ] {
            let at = text.find(hit).expect("it is there");
            assert_eq!(sentence(text, at..at + hit.len()), expected);
        }
    }
}
