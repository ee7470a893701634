//! Which items of a document are read, where it has more than we keep.
//!
//! A feed grows at its beginning or at its end, or else its dates say what is new. So of a document
//! beyond the limit the first quarter of what we keep is read, the last quarter, and of all between
//! them those with the latest dates.

use std::{
    cmp::Ordering,
    collections::{BinaryHeap, VecDeque},
};

use super::{guard::MAX_ITEMS, raw::RawItem};

/// What is kept of each end.
const END: usize = MAX_ITEMS / 4;

/// Items, at most [`MAX_ITEMS`], in the document's order.
#[derive(Debug, Default)]
pub(super) struct Limited<'a> {
    first: Vec<RawItem<'a>>,
    /// The least telling on top.
    between: BinaryHeap<Between<'a>>,
    last: VecDeque<RawItem<'a>>,
    pushed: usize,
}

impl<'a> Limited<'a> {
    pub(super) fn push(&mut self, item: RawItem<'a>) {
        self.pushed += 1;
        if self.first.len() < END {
            self.first.push(item);
            return;
        }
        self.last.push_back(item);
        if self.last.len() <= END {
            return;
        }
        if let Some(item) = self.last.pop_front() {
            let position = self.pushed;
            self.between.push(Between { position, item });
        }
        if self.between.len() > MAX_ITEMS - 2 * END {
            self.between.pop();
        }
    }

    /// How many were left out.
    pub(super) fn excess(&self) -> usize {
        self.pushed.saturating_sub(MAX_ITEMS)
    }

    pub(super) fn into_vec(self) -> Vec<RawItem<'a>> {
        let mut between = self.between.into_vec();
        between.sort_unstable_by_key(|item| item.position);
        let between = between.into_iter().map(|between| between.item);
        self.first
            .into_iter()
            .chain(between)
            .chain(self.last)
            .collect()
    }
}

impl<'a> FromIterator<RawItem<'a>> for Limited<'a> {
    fn from_iter<I: IntoIterator<Item = RawItem<'a>>>(items: I) -> Self {
        let mut limited = Self::default();
        for item in items {
            limited.push(item);
        }
        limited
    }
}

#[derive(Debug)]
struct Between<'a> {
    position: usize,
    item: RawItem<'a>,
}

impl Between<'_> {
    /// The earlier the less: by date, none first, then by place.
    fn rank(&self) -> (Option<jiff::Timestamp>, usize) {
        (self.item.published.or(self.item.updated), self.position)
    }
}

impl Ord for Between<'_> {
    fn cmp(&self, other: &Self) -> Ordering {
        other.rank().cmp(&self.rank())
    }
}

impl PartialOrd for Between<'_> {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl PartialEq for Between<'_> {
    fn eq(&self, other: &Self) -> bool {
        self.cmp(other) == Ordering::Equal
    }
}

impl Eq for Between<'_> {}

#[cfg(test)]
mod tests {
    use super::*;

    /// The numbers that are kept of so many items, each dated as given.
    fn kept(items: usize, date: impl Fn(usize) -> Option<i64>) -> Vec<usize> {
        let item = |number: usize| RawItem {
            id: Some(number.to_string().into()),
            published: date(number).map(|at| jiff::Timestamp::from_second(at).expect("in range")),
            ..RawItem::default()
        };
        let limited: Limited<'_> = (0..items).map(item).collect();
        assert_eq!(limited.excess(), items.saturating_sub(MAX_ITEMS));
        let number = |item: RawItem<'_>| item.id.and_then(|id| id.parse().ok());
        limited.into_vec().into_iter().filter_map(number).collect()
    }

    fn seconds(number: usize) -> i64 {
        i64::try_from(number).expect("small")
    }

    #[test]
    fn up_to_the_limit_all_are_kept_in_order() {
        let all: Vec<usize> = (0..MAX_ITEMS).collect();
        assert_eq!(kept(MAX_ITEMS, |_| None), all);
        assert_eq!(kept(3, |_| None), [0, 1, 2]);
    }

    #[test]
    fn beyond_it_both_ends_stay_and_the_latest_between_them() {
        let items = MAX_ITEMS + 1_000;
        let oldest_first = kept(items, |number| Some(seconds(number)));
        let newest_first = kept(items, |number| Some(-seconds(number)));
        let undated = kept(items, |_| None);
        for (name, kept) in [
            ("oldest first", &oldest_first),
            ("newest first", &newest_first),
            ("undated", &undated),
        ] {
            assert_eq!(kept.len(), MAX_ITEMS, "{name}");
            assert!(kept.is_sorted(), "{name}");
            assert_eq!((kept[0], kept[END - 1]), (0, END - 1), "{name}");
            assert_eq!(kept[MAX_ITEMS - END], items - END, "{name}");
        }
        assert_eq!(oldest_first[END], END + 1_000);
        assert_eq!(newest_first[END], END);
    }

    #[test]
    fn a_new_item_in_the_middle_is_kept_for_its_date() {
        let place = usize::midpoint(MAX_ITEMS, 1_000);
        let date = |number: usize| Some(if number == place { 99 } else { 0 });
        assert!(kept(MAX_ITEMS + 1_000, date).contains(&place));
    }
}
