//! How far two ways to group items agree.

use std::collections::HashMap;

/// A grouping compared with the labels.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Score {
    pub(super) b_cubed_precision: f64,
    pub(super) b_cubed_recall: f64,
    pub(super) pair_precision: f64,
    pub(super) pair_recall: f64,
}

impl Score {
    /// Each item is its label and its group.
    pub(super) fn of(items: &[(usize, usize)]) -> Self {
        let (mut labels, mut groups, mut both) = (HashMap::new(), HashMap::new(), HashMap::new());
        for (label, group) in items {
            *labels.entry(*label).or_insert(0.0) += 1.0;
            *groups.entry(*group).or_insert(0.0) += 1.0;
            *both.entry((*label, *group)).or_insert(0.0) += 1.0;
        }
        let count = items.len() as f64;
        let pairs = |sizes: &mut dyn Iterator<Item = f64>| -> f64 {
            sizes.map(|size| size * (size - 1.0) / 2.0).sum()
        };
        let shared = pairs(&mut both.values().copied());
        let mut score = Self {
            pair_precision: shared / pairs(&mut groups.values().copied()).max(1.0),
            pair_recall: shared / pairs(&mut labels.values().copied()).max(1.0),
            ..Self::default()
        };
        for ((label, group), size) in &both {
            score.b_cubed_precision += size * size / groups[group] / count;
            score.b_cubed_recall += size * size / labels[label] / count;
        }
        score
    }

    pub(super) fn b_cubed(&self) -> f64 {
        f1(self.b_cubed_precision, self.b_cubed_recall)
    }
}

pub(super) fn f1(precision: f64, recall: f64) -> f64 {
    2.0 * precision * recall / (precision + recall).max(f64::MIN_POSITIVE)
}
