//! What of a feed is on record, part by part, and which parts many items bear.

use std::{
    cmp::Reverse,
    collections::{HashMap, HashSet},
};

use super::{agree::Own, places::Said};
use crate::model::{Fingerprint, Remembered};

/// Of those on record that share one part with an item so many are compared with it, the latest.
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
    /// `None` where one item stands alone: whether its path names more than it cannot be seen.
    shared_paths: Option<HashSet<i64>>,
    /// A guid, or a link, says where in the list an item stands, not which it is.
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
