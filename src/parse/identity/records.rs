//! What of a feed is on record, part by part, and which parts name one item.
//!
//! A part that more than one item bears names none of them. Nor do guids and links that are places
//! in a list, or numbers given out again: they wander from story to story.

use std::{
    cmp::Reverse,
    collections::{HashMap, HashSet},
};

use super::agree::{DAY, Own};
use crate::model::{Fingerprint, Remembered};

/// An item is compared with the latest of those on record that share one part with it, as many as
/// this.
const MAX_CANDIDATES: usize = 64;

/// Who bears which part.
pub(super) struct Records {
    pub(super) by_guid: HashMap<i64, Vec<usize>>,
    by_link: HashMap<i64, Vec<usize>>,
    by_title: HashMap<i64, Vec<usize>>,
    by_text: HashMap<i64, Vec<usize>>,
    shared_guids: HashSet<i64>,
    shared_links: HashSet<i64>,
    shared_titles: HashSet<i64>,
    shared_texts: HashSet<i64>,
    /// `None` where the document has one item: whether its path names others too cannot be seen.
    shared_paths: Option<HashSet<i64>>,
    /// A guid, or a link, says where in the list an item is, not which one it is.
    are_guids_places: bool,
    are_links_places: bool,
}

impl Records {
    pub(super) fn of(shown: &[Option<Fingerprint>], known: &[Remembered]) -> Self {
        let by = |part: fn(&Fingerprint) -> Option<i64>| {
            let mut bearers: HashMap<i64, Vec<usize>> = HashMap::new();
            for (record, known) in known.iter().enumerate() {
                if let Some(part) = part(&known.fingerprint) {
                    bearers.entry(part).or_default().push(record);
                }
            }
            for records in bearers.values_mut() {
                records.sort_by_key(|&record| Reverse(known[record].item));
            }
            bearers
        };
        let (by_guid, by_link) = (by(|it| it.guid), by(|it| it.link));
        let (by_title, by_text) = (by(|it| it.title), by(|it| it.text));
        let is_list = shown.iter().flatten().count() > 1;
        let shared_guids = shared(shown, known, &by_guid, |it| it.guid);
        let shared_links = shared(shown, known, &by_link, |it| it.link);
        let shared_titles = shared(shown, known, &by_title, |it| it.title);
        let shared_texts = shared(shown, known, &by_text, |it| it.text);
        let said = Said {
            shown,
            known,
            shared_titles: &shared_titles,
            shared_texts: &shared_texts,
        };
        Self {
            are_guids_places: said.are_places(|it| it.guid, &by_guid),
            are_links_places: said.are_places(|it| it.link, &by_link),
            shared_paths: is_list.then(|| shared(shown, known, &by(|it| it.path), |it| it.path)),
            shared_guids,
            shared_links,
            shared_titles,
            shared_texts,
            by_guid,
            by_link,
            by_title,
            by_text,
        }
    }

    /// Which parts of the two are an item's own.
    pub(super) fn own(&self, shown: &Fingerprint, known: &Fingerprint) -> Own {
        Own {
            guid: !self.are_guids_places && are_own(&self.shared_guids, [shown.guid, known.guid]),
            link: !self.are_links_places && are_own(&self.shared_links, [shown.link, known.link]),
            is_page: !self.are_links_places,
            title: are_own(&self.shared_titles, [shown.title, known.title]),
            text: are_own(&self.shared_texts, [shown.text, known.text]),
            path: { self.shared_paths.as_ref() }
                .is_some_and(|shared| are_own(shared, [shown.path, known.path])),
        }
    }

    /// What on record shares a part with it.
    pub(super) fn candidates(&self, print: &Fingerprint) -> HashSet<usize> {
        let parts = [
            (&self.by_guid, print.guid),
            (&self.by_link, print.link),
            (&self.by_title, print.title),
            (&self.by_text, print.text),
        ];
        let bearers = parts.into_iter().filter_map(|(by, part)| by.get(&part?));
        bearers
            .flat_map(|records| records.iter().take(MAX_CANDIDATES).copied())
            .collect()
    }
}

fn are_own(shared: &HashSet<i64>, parts: [Option<i64>; 2]) -> bool {
    let mut parts = parts.into_iter().flatten();
    parts.all(|part| !shared.contains(&part))
}

/// The values of a part that more than one item bears, in the document or on record.
fn shared(
    shown: &[Option<Fingerprint>],
    known: &[Remembered],
    bearers: &HashMap<i64, Vec<usize>>,
    part: fn(&Fingerprint) -> Option<i64>,
) -> HashSet<i64> {
    let mut shared = HashSet::new();
    let mut seen = HashSet::new();
    for part in shown.iter().flatten().filter_map(part) {
        if !seen.insert(part) {
            shared.insert(part);
        }
    }
    for (part, records) in bearers {
        let first = known[records[0]].item;
        if records.iter().any(|&record| known[record].item != first) {
            shared.insert(*part);
        }
    }
    shared
}

/// What the items of a document and of the record say, and which of it many say.
#[derive(Clone, Copy)]
struct Said<'a> {
    shown: &'a [Option<Fingerprint>],
    known: &'a [Remembered],
    shared_titles: &'a HashSet<i64>,
    shared_texts: &'a HashSet<i64>,
}

impl Said<'_> {
    /// Whether the document shows that this name of its items, their guid or their link, names no
    /// stories: one of the names is at an item that says nothing of the story on record that had
    /// it, and another item of the document has the title or the text of that story.
    ///
    /// That story may be edited at the same visit, so one part is enough; but no other has it, and
    /// it has wandered too. A headline that recurs comes with a new name, above the old ones.
    fn are_places(
        self,
        name: fn(&Fingerprint) -> Option<i64>,
        bearers: &HashMap<i64, Vec<usize>>,
    ) -> bool {
        let items: Vec<&Fingerprint> = self.shown.iter().flatten().collect();
        let mut times: HashMap<i64, usize> = HashMap::new();
        let mut places: HashMap<Part, usize> = HashMap::new();
        for (place, item) in items.iter().enumerate() {
            if let Some(name) = name(item) {
                *times.entry(name).or_default() += 1;
            }
            places.extend(self.own_parts(item).map(|part| (part, place)));
        }
        let records = |item: &Fingerprint| -> &[usize] {
            let name = name(item).filter(|name| times[name] == 1);
            name.and_then(|name| bearers.get(&name))
                .map_or(&[], Vec::as_slice)
        };
        let has_wandered = |item: &Fingerprint| {
            let records = records(item);
            !records.is_empty() && !records.iter().any(|&at| self.is_alike(item, at))
        };
        let is_witness = |place: usize, other: usize| match records(items[other]) {
            [] => other > place,
            [first, rest @ ..] => {
                let is_other = |at: &usize| self.known[*at].item != self.known[*first].item;
                rest.iter().any(is_other) || has_wandered(items[other])
            }
        };
        items.iter().enumerate().any(|(place, item)| {
            let old = |at: &usize| self.own_parts(&self.known[*at].fingerprint);
            let mut parts = records(item).iter().flat_map(old);
            has_wandered(item)
                && parts.any(|it| places.get(&it).is_some_and(|at| is_witness(place, *at)))
        })
    }

    /// Whether an item says anything that one on record says.
    fn is_alike(self, item: &Fingerprint, record: usize) -> bool {
        let old = &self.known[record].fingerprint;
        let is_in = |part: Part| self.own_parts(item).any(|it| it == part);
        is_same_second(item, old) || self.own_parts(old).any(is_in)
    }

    fn own_parts(self, print: &Fingerprint) -> impl Iterator<Item = Part> {
        let title = print.title.filter(|it| !self.shared_titles.contains(it));
        let text = print.text.filter(|it| !self.shared_texts.contains(it));
        let parts = [title.map(Part::Title), text.map(Part::Text)];
        parts.into_iter().flatten()
    }
}

/// A part of an item that no other one has.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
enum Part {
    Title(i64),
    Text(i64),
}

fn is_same_second(item: &Fingerprint, old: &Fingerprint) -> bool {
    item.date == old.date && item.date.is_some_and(|date| date.rem_euclid(DAY) != 0)
}
