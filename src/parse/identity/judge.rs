//! A document against what is on record of its feed.

use std::{
    cmp::Reverse,
    collections::{HashMap, HashSet},
};

use super::{
    agree::{Own, agree, agree_but_for_names, is_renamed},
    chosen,
};
use crate::model::{Fingerprint, Identity, ItemId, Recognition, Remembered};

/// So many items, and more than half of the document, make a renaming.
const MIN_RENAMED: usize = 3;

/// Of those on record that share one part with an item so many are compared with it, the latest.
const MAX_CANDIDATES: usize = 64;

/// What one item of a document is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verdict {
    /// No document showed it before.
    New {
        /// The guid is that of another story on record.
        guid_of: Option<ItemId>,
    },
    /// An item on record.
    Known {
        /// Which one.
        item: ItemId,
        /// Which of the fingerprints on record it resembles most, by position; `None` where only the
        /// store of an earlier release knows the item.
        record: Option<usize>,
        /// By what; `None` where it is as it was.
        by: Option<Recognition>,
    },
    /// An item that stands in the document already.
    Repeat,
}

/// What a document's items are, given what was seen before.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Judgement {
    /// One for each item.
    pub verdicts: Vec<Verdict>,
    /// How many items the feed renamed all at once; they are not new. 0 where it did not.
    pub renamed: u32,
}

impl Judgement {
    /// For each item whether it is new.
    pub fn news(&self) -> impl Iterator<Item = bool> + '_ {
        let is_new = |verdict: &Verdict| matches!(verdict, Verdict::New { .. });
        self.verdicts.iter().map(is_new)
    }
}

/// Decides which of a document's items are new.
///
/// `shown` are the document's fingerprints, `None` for a further version of an item that stands
/// there already. `known` holds at least what is on record with one of their parts, and what the
/// document before showed and this one does not. Under `choice` only the part that it names counts,
/// for the items that have it.
///
/// In this order, and each item on record at most once:
///
/// 1. what is exactly as it was;
/// 2. what resembles an item on record enough (`agree`), the most alike first;
/// 3. where most of the document, three items at least, has moved or would be new and says what an
///    item on record says: the feed has renamed them.
///
/// What is left is new.
pub fn judge(shown: &[Option<Fingerprint>], known: &[Remembered], choice: Identity) -> Judgement {
    let mut matching = Matching::new(shown, known);
    let exact = exact(shown, known);
    matching.settle_chosen(choice, &exact);
    matching.settle_exact(&exact);
    if matching.open().next().is_none() {
        return matching.conclude(0);
    }
    let records = Records::of(shown, known);
    matching.settle(records.pairs(&matching, known, |shown, known, own| {
        agree(shown, known, own)
    }));
    let renamed = matching.rename(&records);
    matching.mark_reused(&records);
    matching.conclude(renamed)
}

/// Items and records that have found each other so far.
struct Matching<'a> {
    shown: &'a [Option<Fingerprint>],
    known: &'a [Remembered],
    verdicts: Vec<Option<Verdict>>,
    taken: HashSet<ItemId>,
}

/// How much speaks for what.
struct Candidate {
    score: u32,
    shown: usize,
    record: usize,
    by: Recognition,
}

impl<'a> Matching<'a> {
    fn new(shown: &'a [Option<Fingerprint>], known: &'a [Remembered]) -> Self {
        let repeat = |print: &Option<Fingerprint>| print.is_none().then_some(Verdict::Repeat);
        Self {
            shown,
            known,
            verdicts: shown.iter().map(repeat).collect(),
            taken: HashSet::new(),
        }
    }

    /// Positions and fingerprints of what has no verdict yet.
    fn open(&self) -> impl Iterator<Item = (usize, &'a Fingerprint)> + '_ {
        let items = self.shown.iter().enumerate();
        let open = items.filter(|(index, _)| self.verdicts[*index].is_none());
        open.filter_map(|(index, print)| Some((index, print.as_ref()?)))
    }

    fn settle_exact(&mut self, exact: &[Option<usize>]) {
        for (index, record) in exact.iter().enumerate() {
            if let (Some(record), None) = (record, self.verdicts[index]) {
                self.take(index, *record, None);
            }
        }
    }

    fn settle_chosen(&mut self, choice: Identity, exact: &[Option<usize>]) {
        for (index, verdict) in chosen::verdicts(self.shown, self.known, choice) {
            match (verdict, exact[index]) {
                (Verdict::Known { item, .. }, Some(record)) if self.known[record].item == item => {
                    self.take(index, record, None);
                }
                (
                    Verdict::Known {
                        record: Some(record),
                        by,
                        ..
                    },
                    _,
                ) => self.take(index, record, by),
                _ => self.verdicts[index] = Some(verdict),
            }
        }
    }

    fn settle(&mut self, mut candidates: Vec<Candidate>) {
        candidates.sort_by_key(|it| {
            let item = self.known[it.record].item;
            (Reverse(it.score), it.shown, Reverse(item))
        });
        for it in candidates {
            let is_free = !self.taken.contains(&self.known[it.record].item);
            if is_free && self.verdicts[it.shown].is_none() {
                self.take(it.shown, it.record, Some(it.by));
            }
        }
    }

    fn take(&mut self, index: usize, record: usize, by: Option<Recognition>) {
        let item = self.known[record].item;
        self.taken.insert(item);
        self.verdicts[index] = Some(Verdict::Known {
            item,
            record: Some(record),
            by,
        });
    }

    /// Looks for a renaming of most items at once; how many there were.
    fn rename(&mut self, records: &Records) -> u32 {
        let moved = |verdict: (usize, &Option<Verdict>)| match verdict {
            (
                index,
                Some(Verdict::Known {
                    record: Some(record),
                    by: Some(Recognition::Moved),
                    ..
                }),
            ) => {
                let known = &self.known[*record].fingerprint;
                self.shown[index].is_some_and(|shown| is_renamed(&shown, known))
            }
            _ => false,
        };
        let moved = self.verdicts.iter().enumerate().filter(|it| moved(*it));
        let mut count = moved.count();
        let candidates = records.pairs(self, self.known, |shown, known, _| {
            agree_but_for_names(shown, known).map(|score| (score, Recognition::Renamed))
        });
        let alike: HashSet<usize> = candidates.iter().map(|it| it.shown).collect();
        count += alike.len();
        let items = self.shown.iter().flatten().count();
        if count < MIN_RENAMED || count * 2 <= items {
            return 0;
        }
        self.settle(candidates);
        u32::try_from(count).unwrap_or(u32::MAX)
    }

    /// Notes of what is new under a guid of another story whose guid it is.
    fn mark_reused(&mut self, records: &Records) {
        let open: Vec<(usize, &Fingerprint)> = self.open().collect();
        for (index, print) in open {
            let bearers = print.guid.and_then(|guid| records.by_guid.get(&guid));
            let latest = bearers.and_then(|it| it.iter().map(|&at| self.known[at].item).max());
            self.verdicts[index] = Some(Verdict::New { guid_of: latest });
        }
    }

    fn conclude(self, renamed: u32) -> Judgement {
        let new = Verdict::New { guid_of: None };
        let verdicts = self.verdicts.into_iter();
        Judgement {
            verdicts: verdicts.map(|verdict| verdict.unwrap_or(new)).collect(),
            renamed,
        }
    }
}

/// For each item shown the record, the latest item's, that is exactly the same.
fn exact(shown: &[Option<Fingerprint>], known: &[Remembered]) -> Vec<Option<usize>> {
    let mut wholes: HashMap<i64, usize> = HashMap::with_capacity(known.len());
    for (record, remembered) in known.iter().enumerate() {
        let latest = wholes.entry(remembered.fingerprint.whole).or_insert(record);
        if known[*latest].item < remembered.item {
            *latest = record;
        }
    }
    let find = |print: &Option<Fingerprint>| wholes.get(&print.as_ref()?.whole).copied();
    shown.iter().map(find).collect()
}

/// Who bears which part.
struct Records {
    by_guid: HashMap<i64, Vec<usize>>,
    by_link: HashMap<i64, Vec<usize>>,
    by_title: HashMap<i64, Vec<usize>>,
    by_text: HashMap<i64, Vec<usize>>,
    shared_guids: HashSet<i64>,
    shared_links: HashSet<i64>,
    shared_titles: HashSet<i64>,
    /// `None` where one item stands alone: whether its path names more than it cannot be seen.
    shared_paths: Option<HashSet<i64>>,
}

impl Records {
    fn of(shown: &[Option<Fingerprint>], known: &[Remembered]) -> Self {
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
        let by_title = by(|it| it.title);
        let is_list = shown.iter().flatten().count() > 1;
        Self {
            shared_guids: shared(shown, known, &by_guid, |it| it.guid),
            shared_links: shared(shown, known, &by_link, |it| it.link),
            shared_titles: shared(shown, known, &by_title, |it| it.title),
            shared_paths: is_list.then(|| shared(shown, known, &by(|it| it.path), |it| it.path)),
            by_title,
            by_text: by(|it| it.text),
            by_guid,
            by_link,
        }
    }

    /// What of the open items and the free records may be one.
    fn pairs(
        &self,
        matching: &Matching<'_>,
        known: &[Remembered],
        judge: impl Fn(&Fingerprint, &Fingerprint, Own) -> Option<(u32, Recognition)>,
    ) -> Vec<Candidate> {
        let mut pairs = Vec::new();
        for (shown, print) in matching.open() {
            for record in self.candidates(print) {
                if matching.taken.contains(&known[record].item) {
                    continue;
                }
                let other = &known[record].fingerprint;
                let own = Own {
                    guid: are_own(&self.shared_guids, [print.guid, other.guid]),
                    link: are_own(&self.shared_links, [print.link, other.link]),
                    title: are_own(&self.shared_titles, [print.title, other.title]),
                    path: { self.shared_paths.as_ref() }
                        .is_some_and(|shared| are_own(shared, [print.path, other.path])),
                };
                if let Some((score, by)) = judge(print, other, own) {
                    pairs.push(Candidate {
                        score,
                        shown,
                        record,
                        by,
                    });
                }
            }
        }
        pairs
    }

    fn candidates(&self, print: &Fingerprint) -> HashSet<usize> {
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

#[cfg(test)]
mod tests;
