//! Guids and links that are places in a list, or numbers given out again: they wander from story to
//! story.

use std::collections::{HashMap, HashSet};

use super::agree::DAY;
use crate::model::{Fingerprint, Remembered};

/// What the items of a document and of the record say, and which of it many say.
#[derive(Clone, Copy)]
pub(super) struct Said<'a> {
    pub(super) shown: &'a [Option<Fingerprint>],
    pub(super) known: &'a [Remembered],
    pub(super) shared_titles: &'a HashSet<i64>,
    pub(super) shared_texts: &'a HashSet<i64>,
}

impl Said<'_> {
    /// Whether the document shows that this name of its items, their guid or their link, names no
    /// stories: one of the names stands at an item that says nothing of the story on record that had
    /// it, and another item of the document has the title or the text of that story.
    ///
    /// That story may be edited at the same visit, so one part is enough; but no other has it, and
    /// it has wandered too. A headline that recurs comes with a new name, above the old ones.
    pub(super) fn are_places(
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
