//! Identity as the operator chose it, where the publisher's habits defeat the general rules: a guid
//! that every story shares, links that change, headlines that recur.

use std::collections::{HashMap, HashSet};

use super::judge::Verdict;
use crate::model::{Fingerprint, Identity, Recognition, Remembered};

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
                by: Some(Recognition::Chosen),
            },
            None => Verdict::New { guid_of: None },
        };
        Some((index, verdict))
    };
    shown.iter().enumerate().filter_map(&mut verdict).collect()
}

#[cfg(test)]
mod tests;
