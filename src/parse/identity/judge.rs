//! Compares a document with what is on record of its feed, and says for each item whether it is
//! new.
//!
//! Pure: no store, no clock. Every item gets exactly one verdict, and in doubt it is new.

use std::{
    cmp::Reverse,
    collections::{HashMap, HashSet},
};

use super::{
    Judgement, Verdict,
    agree::{Own, agree, agree_but_for_names, is_renamed},
    chosen,
    records::Records,
};
use crate::model::{Fingerprint, IdentifiedBy, Identity, ItemId, Remembered};

/// So many items, and more than half of the document, make a renaming.
const MIN_RENAMED: usize = 3;

/// Decides which of a document's items are new.
///
/// `shown` are the document's fingerprints, `None` for a further version of an item that is
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
    matching.settle(matching.pairs(&records, agree));
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
    by: IdentifiedBy,
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

    /// What of the open items and the free records may be one.
    fn pairs(
        &self,
        records: &Records,
        agree: impl Fn(&Fingerprint, &Fingerprint, Own) -> Option<(u32, IdentifiedBy)>,
    ) -> Vec<Candidate> {
        let mut pairs = Vec::new();
        for (shown, print) in self.open() {
            for record in records.candidates(print) {
                let Remembered {
                    item, fingerprint, ..
                } = &self.known[record];
                if self.taken.contains(item) {
                    continue;
                }
                let own = records.own(print, fingerprint);
                if let Some((score, by)) = agree(print, fingerprint, own) {
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

    fn take(&mut self, index: usize, record: usize, by: Option<IdentifiedBy>) {
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
                    by: Some(IdentifiedBy::Moved),
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
        let candidates = self.pairs(records, |shown, known, _| {
            agree_but_for_names(shown, known).map(|score| (score, IdentifiedBy::Renamed))
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

#[cfg(test)]
mod tests;
