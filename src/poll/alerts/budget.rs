//! What the alerts of one visit may hold together.

use crate::{
    model::MAX_MATCHES,
    store::{NewAlert, ONE_BY_ONE},
};

/// Bytes of text that the alerts of one visit hold, but for a title, a link and one sentence each.
///
/// A feed of 15 MiB, in which every word is one that somebody watches for, made 650 MiB of them.
const MAX_BYTES: usize = 16 << 20;

/// The most matches of a brief alert.
const MAX_BRIEF_MATCHES: usize = 8;

/// What is left for the alerts of one visit to one feed. All of them are sent; only what is said
/// of each becomes less.
#[derive(Debug)]
pub(in crate::poll) struct Budget {
    whole: u32,
    bytes: usize,
}

impl Default for Budget {
    fn default() -> Self {
        Self {
            whole: ONE_BY_ONE,
            bytes: MAX_BYTES,
        }
    }
}

impl Budget {
    /// How many hits of each of so many watches the next alert may have: together [`MAX_MATCHES`],
    /// but each has one; in a brief alert one, of the first watches only.
    pub(super) fn shares(&self, watches: usize) -> impl Iterator<Item = usize> + use<> {
        let (share, watches) = if self.is_brief() {
            (1, self.brief_matches())
        } else {
            ((MAX_MATCHES / watches.max(1)).max(1), watches)
        };
        std::iter::repeat_n(share, watches).chain(std::iter::repeat(0))
    }

    /// Takes the next alert into account, and cuts it where it is one of too many.
    pub(super) fn fit(&mut self, mut new: NewAlert) -> NewAlert {
        let alert = &mut new.alert;
        alert.bound();
        if self.is_brief() || alert.weight() > self.bytes {
            alert.brief(self.brief_matches());
        } else {
            self.whole -= 1;
        }
        self.bytes = self.bytes.saturating_sub(alert.weight());
        new
    }

    const fn is_brief(&self) -> bool {
        self.whole == 0 || self.bytes == 0
    }

    const fn brief_matches(&self) -> usize {
        if self.bytes == 0 {
            1
        } else {
            MAX_BRIEF_MATCHES
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{Alert, Item};

    fn alert(summary: usize) -> NewAlert {
        let item = Item {
            summary: "s".repeat(summary),
            ..Item::default()
        };
        NewAlert {
            alert: Alert::for_test(&item, vec![]),
            priorities: vec![],
            again: vec![],
            receivers: vec![],
            story: None,
        }
    }

    #[test]
    fn the_first_alerts_of_a_visit_are_whole_and_all_others_brief() {
        let mut budget = Budget::default();
        let sizes = (0..=ONE_BY_ONE).map(|_| budget.fit(alert(1_000)).alert.item.summary.len());
        let sizes: Vec<usize> = sizes.collect();
        let (last, first) = sizes.split_last().expect("some");
        assert!(first.iter().all(|bytes| *bytes == 1_000));
        assert!(*last < 300, "{last}");
    }

    #[test]
    fn an_alert_that_fits_no_more_is_brief_and_the_next_may_fit() {
        let mut budget = Budget {
            bytes: 3_000,
            ..Budget::default()
        };
        for (bytes, sizes) in [(2_000, 2_000), (2_000, 282), (500, 500), (500, 282)] {
            assert_eq!(budget.fit(alert(bytes)).alert.item.summary.len(), sizes);
        }
    }

    #[test]
    fn watches_share_the_matches_of_an_alert_and_none_goes_without() {
        let shares = |budget: &Budget, watches| -> Vec<usize> {
            budget.shares(watches).take(watches).collect()
        };
        let whole = Budget::default();
        assert_eq!(shares(&whole, 1), [MAX_MATCHES]);
        assert_eq!(shares(&whole, 3), [MAX_MATCHES / 3; 3]);
        assert_eq!(shares(&whole, 99), [1; 99]);
        let spent = Budget { whole: 0, ..whole };
        assert_eq!(shares(&spent, 3), [1; 3]);
        assert_eq!(shares(&spent, 99).iter().sum::<usize>(), MAX_BRIEF_MATCHES);
        let empty = Budget { bytes: 0, ..spent };
        assert_eq!(shares(&empty, 3), [1, 0, 0]);
    }
}
