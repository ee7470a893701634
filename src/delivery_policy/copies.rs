//! Whether an alert is sent to a receiver that has had something of its story.
//!
//! A copy is folded: it says what the receiver has read. It is sent all the same where it has news for
//! the receiver: a watch or a term that no earlier alert named, or a higher priority. What is only about
//! the same event is sent, or waits for a summary where the config asks for that; it is never folded.

use std::fmt;

use crate::model::{Alert, DeliveryId, ItemId, Priority, Stories};

/// An alert on its way to one receiver.
#[derive(Debug, Clone, Copy)]
pub struct Candidate<'a> {
    /// The alert.
    pub alert: &'a Alert,
    /// The first item with its text.
    pub root: ItemId,
    /// Those of its watches that notify the receiver.
    pub watches: &'a [String],
    /// The highest priority of theirs.
    pub priority: Priority,
    /// What is folded, by the watch of them that folds least.
    pub mode: Stories,
    /// Whether one of them alerts the item again, for an edit.
    pub is_again: bool,
}

/// An alert of the same story that the receiver has, or will get.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SentAlert {
    /// Its delivery.
    pub delivery: DeliveryId,
    /// The first item with its text.
    pub root: ItemId,
    /// Its watches, as far as they notify the receiver.
    pub watches: Vec<String>,
    /// What they matched: each watch and term.
    pub terms: Vec<(String, String)>,
    /// Their highest priority.
    pub priority: Priority,
}

/// What becomes of an alert.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Folding {
    /// It is sent; of a copy, why.
    Send(Option<Because>),
    /// The receiver has it.
    Fold {
        /// By this delivery.
        into: DeliveryId,
    },
    /// It waits for a summary of the story.
    Summarize,
}

/// Why a copy is sent all the same.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Because {
    /// It matches this watch, and no earlier one did.
    Watch(String),
    /// It contains this term, and no earlier one did.
    Term(String),
    /// It has a higher priority than all before it.
    Priority(Priority),
    /// It was edited, and the watch asks for every edit.
    Edited,
}

impl fmt::Display for Because {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Watch(watch) => write!(formatter, "watch {watch} matched none before it"),
            Self::Term(term) => write!(formatter, "none before it had {term:?}"),
            Self::Priority(priority) => write!(formatter, "its priority is higher: {priority}"),
            Self::Edited => formatter.write_str("it was edited"),
        }
    }
}

impl Candidate<'_> {
    /// What becomes of it, where the receiver has these alerts of its story, the oldest first.
    pub fn folding(&self, sent: &[SentAlert]) -> Folding {
        if self.mode == Stories::Off {
            return Folding::Send(None);
        }
        if self.is_again {
            return Folding::Send(Some(Because::Edited));
        }
        let copies: Vec<&SentAlert> = sent.iter().filter(|it| it.root == self.root).collect();
        if let Some(first) = copies.first() {
            return match self.news(&copies) {
                Some(because) => Folding::Send(Some(because)),
                None => Folding::Fold {
                    into: first.delivery,
                },
            };
        }
        if self.mode != Stories::All || sent.is_empty() {
            return Folding::Send(None);
        }
        match self.news(&sent.iter().collect::<Vec<_>>()) {
            Some(because) => Folding::Send(Some(because)),
            None => Folding::Summarize,
        }
    }

    /// What none of these has said to the receiver.
    fn news(&self, before: &[&SentAlert]) -> Option<Because> {
        let named = |watch: &&String| before.iter().any(|it| it.watches.contains(watch));
        if let Some(watch) = self.watches.iter().find(|watch| !named(watch)) {
            return Some(Because::Watch(watch.clone()));
        }
        if before.iter().all(|it| it.priority < self.priority) {
            return Some(Because::Priority(self.priority));
        }
        let theirs = { self.alert.matches.iter() }.filter(|hit| self.watches.contains(&hit.watch));
        let is_known = |watch: &str, term: &str| {
            let mut terms = before.iter().flat_map(|it| &it.terms);
            terms.any(|(of, known)| of == watch && known == term)
        };
        let mut new = theirs.filter(|hit| !is_known(&hit.watch, &hit.term));
        new.next().map(|hit| Because::Term(hit.term.clone()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{Context, Field, Item, Match};

    fn hit(watch: &str, term: &str) -> Match {
        Match {
            watch: watch.into(),
            term: term.into(),
            field: Field::Title,
            text: term.into(),
            range: [0, 1],
            context: Context {
                text: term.into(),
                range: [0, 1],
            },
        }
    }

    fn sent(delivery: i64, root: i64, watches: &[&str], terms: &[(&str, &str)]) -> SentAlert {
        let terms = terms.iter();
        SentAlert {
            delivery: DeliveryId(delivery),
            root: ItemId(root),
            watches: watches.iter().map(|&it| it.to_owned()).collect(),
            terms: terms
                .map(|(a, b)| ((*a).to_owned(), (*b).to_owned()))
                .collect(),
            priority: Priority::Urgent,
        }
    }

    fn folding(mode: Stories, root: i64, hits: &[(&str, &str)], sent: &[SentAlert]) -> Folding {
        let hits: Vec<Match> = hits.iter().map(|(watch, term)| hit(watch, term)).collect();
        let mut watches: Vec<String> = hits.iter().map(|hit| hit.watch.clone()).collect();
        watches.dedup();
        let candidate = Candidate {
            alert: &Alert::for_test(&Item::default(), hits),
            root: ItemId(root),
            watches: &watches,
            priority: Priority::Urgent,
            mode,
            is_again: false,
        };
        candidate.folding(sent)
    }

    #[test]
    fn a_copy_is_folded_into_the_first_that_was_sent() {
        let before = [
            sent(1, 10, &["w"], &[("w", "Koizumi")]),
            sent(2, 11, &["w"], &[("w", "Koizumi")]),
            sent(3, 11, &["w", "v"], &[("w", "Hegseth"), ("v", "Tokyo")]),
        ];
        let into = |id| Folding::Fold {
            into: DeliveryId(id),
        };
        let because = |it: Because| Folding::Send(Some(it));
        let copies = |root, hits: &[_]| folding(Stories::Copies, root, hits, &before);
        assert_eq!(copies(10, &[("w", "Koizumi")]), into(1));
        assert_eq!(copies(11, &[("w", "Koizumi"), ("w", "Hegseth")]), into(2));
        assert_eq!(copies(11, &[("w", "Hegseth"), ("v", "Tokyo")]), into(2));
        // The term counts for the watch that had it.
        assert_eq!(
            copies(11, &[("v", "Hegseth")]),
            because(Because::Term("Hegseth".into()))
        );
        assert_eq!(
            copies(10, &[("w", "Koizumi"), ("v", "Tokyo")]),
            because(Because::Watch("v".into()))
        );
        assert_eq!(
            copies(10, &[("w", "Koizumi"), ("w", "Hegseth")]),
            because(Because::Term("Hegseth".into()))
        );
        assert_eq!(copies(12, &[("w", "Koizumi")]), Folding::Send(None));
    }

    #[test]
    fn only_copies_are_folded_and_a_summary_is_for_those_who_ask() {
        let before = [sent(1, 10, &["w"], &[("w", "Koizumi")])];
        for (mode, root, expected) in [
            (Stories::Off, 10, Folding::Send(None)),
            (Stories::Off, 11, Folding::Send(None)),
            (Stories::Copies, 11, Folding::Send(None)),
            (Stories::All, 11, Folding::Summarize),
        ] {
            let found = folding(mode, root, &[("w", "Koizumi")], &before);
            assert_eq!(found, expected, "{mode:?} {root}");
        }
        let new = folding(Stories::All, 11, &[("w", "Hegseth")], &before);
        assert!(matches!(new, Folding::Send(Some(Because::Term(_)))));
        let first = folding(Stories::All, 11, &[("w", "Koizumi")], &[]);
        assert_eq!(first, Folding::Send(None));
    }

    #[test]
    fn a_higher_priority_and_a_wanted_edit_are_sent_again() {
        let before = [sent(1, 10, &["w"], &[("w", "Koizumi")])];
        let alert = Alert::for_test(&Item::default(), vec![hit("w", "Koizumi")]);
        let watches = ["w".to_owned()];
        let candidate = Candidate {
            alert: &alert,
            root: ItemId(10),
            watches: &watches,
            priority: Priority::Flash,
            mode: Stories::Copies,
            is_again: false,
        };
        let flash = Because::Priority(Priority::Flash);
        assert_eq!(candidate.folding(&before), Folding::Send(Some(flash)));
        let again = Candidate {
            priority: Priority::Urgent,
            is_again: true,
            ..candidate
        };
        let edited = Folding::Send(Some(Because::Edited));
        assert_eq!(again.folding(&before), edited);
    }
}
