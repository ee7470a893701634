//! The items that one is compared with: those that share its link, phrases or rare words.

use std::collections::{BTreeSet, HashMap, HashSet};

use super::{
    features::Features,
    shelf::{Member, Shelf},
    sketch::Key,
    weigh::Weighed,
};
use crate::model::ItemId;

/// So many items are compared.
const COMPARED: usize = 24;
/// So many words are looked up.
const WORDS: usize = 16;
/// So many items are read of each word, and of each link, phrase or text.
const OF_WORD: usize = 24;
const OF_TEXT: usize = 12;
/// What a shared link, phrase or text counts, beside the weights of words.
const TEXT_COUNTS: u32 = 400;

/// An item that one is compared with.
#[derive(Debug, Clone)]
pub(super) struct Candidate {
    pub(super) member: Member,
}

pub(super) fn candidates<S: Shelf>(
    weighed: &Weighed,
    features: &Features,
    shelf: &mut S,
) -> Result<Vec<Candidate>, S::Error> {
    let mut found: HashMap<ItemId, u32> = HashMap::new();
    let mut look = |key: i64, most: usize, counts: u32, shelf: &mut S| {
        for item in shelf.newest(key, most)? {
            *found.entry(item).or_default() += counts;
        }
        Ok(())
    };
    for link in &features.links {
        look(Key::Link.of(*link), OF_TEXT, TEXT_COUNTS, shelf)?;
    }
    look(Key::Exact.of(features.exact), OF_TEXT, TEXT_COUNTS, shelf)?;
    for phrase in features.phrases.iter().take(4) {
        look(
            Key::Phrase.of(u64::from(*phrase)),
            OF_TEXT,
            TEXT_COUNTS,
            shelf,
        )?;
    }
    for known in weighed
        .words
        .iter()
        .filter(|known| known.is_rare)
        .take(WORDS)
    {
        let key = Key::Word.of(u64::from(known.word.hash));
        look(key, OF_WORD, u32::from(known.word.value()), shelf)?;
    }
    let mut found: Vec<(ItemId, u32)> = found.into_iter().collect();
    // The newest of those that share as much.
    found.sort_unstable_by_key(|(item, counts)| std::cmp::Reverse((*counts, item.0)));
    let mut candidates = Vec::with_capacity(COMPARED);
    for (item, _) in found.into_iter().take(COMPARED) {
        candidates.extend(shelf.member(item)?.map(|member| Candidate { member }));
    }
    with_roots(&mut candidates, shelf)?;
    Ok(candidates)
}

/// A copy may be cut where its first text went on. What arrives must agree with that one, too.
fn with_roots<S: Shelf>(candidates: &mut Vec<Candidate>, shelf: &mut S) -> Result<(), S::Error> {
    let known: HashSet<ItemId> = candidates.iter().map(|known| known.member.item).collect();
    let roots: BTreeSet<ItemId> = candidates.iter().map(|known| known.member.root).collect();
    for root in roots.into_iter().filter(|root| !known.contains(root)) {
        candidates.extend(shelf.member(root)?.map(|member| Candidate { member }));
    }
    Ok(())
}
