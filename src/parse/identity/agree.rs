//! Whether an item that a document shows may be one that is on record, and how much speaks for it.
//!
//! A guid or a link counts where it is the item's own: where no other item of the document bears
//! it, and none on record, and where the document does not show that such names are places in a
//! list. One that many bear is not there, as far as these rules go.
//!
//! Two items are only ever compared where neither the item shown nor the one on record has found
//! its exact likeness: the entry on record is no longer in the document as it was.

use crate::model::{Fingerprint, IdentifiedBy};

/// A day in seconds: a date at midnight UTC gives the day alone, and many stories share it.
pub(super) const DAY: i64 = 24 * 60 * 60;

/// Which of the parts that two fingerprints may share are an item's own.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[expect(clippy::struct_excessive_bools, reason = "one answer for each part")]
pub(super) struct Own {
    /// Of both guids.
    pub(super) guid: bool,
    /// Of both links.
    pub(super) link: bool,
    /// Links name pages, however many items share one; they are not places in a list.
    pub(super) is_page: bool,
    /// Of both titles.
    pub(super) title: bool,
    /// Of both texts.
    pub(super) text: bool,
    /// Of both paths.
    pub(super) path: bool,
}

/// How a part of one fingerprint compares with the same part of another.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Part {
    Same,
    Other,
    /// Neither says.
    Silent,
}

/// How the paths of two links compare.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Path {
    /// The same, and no other item has it.
    Own,
    Same,
    Other,
}

/// Two fingerprints, part by part.
#[derive(Debug, Clone, Copy)]
struct Pair {
    guid: Part,
    link: Part,
    /// Both have a link, and not the same one, whoever else has it.
    is_elsewhere: bool,
    path: Path,
    title: Part,
    date: Part,
    text: Part,
    /// The date has a time of day.
    is_date_exact: bool,
    /// No other item has the title.
    is_title_own: bool,
}

impl Pair {
    fn of(shown: &Fingerprint, known: &Fingerprint, own: Own) -> Self {
        let date = both(shown.date, known.date, true);
        let is_date_exact = shown.date.is_some_and(|date| date.rem_euclid(DAY) != 0);
        let is_telling = own.text || date == Part::Same && is_date_exact;
        Self {
            guid: both(shown.guid, known.guid, own.guid),
            link: both(shown.link, known.link, own.link),
            is_elsewhere: both(shown.link, known.link, own.is_page) == Part::Other,
            path: match shown.path {
                None => Path::Other,
                path if path != known.path => Path::Other,
                _ if own.path => Path::Own,
                _ => Path::Same,
            },
            title: either(shown.title, known.title),
            date,
            // "Read more" below every headline is no text, except at the very second.
            text: match either(shown.text, known.text) {
                Part::Same if !is_telling => Part::Silent,
                text => text,
            },
            is_title_own: own.title,
            is_date_exact,
        }
    }

    fn is_path(self) -> bool {
        self.path != Path::Other
    }

    /// How many of title, date and text are so.
    fn count(self, part: Part) -> usize {
        let parts = [self.title, self.date, self.text];
        parts.into_iter().filter(|it| *it == part).count()
    }

    /// By what they are one item.
    fn identified_by(self) -> Option<IdentifiedBy> {
        match (self.guid, self.link) {
            (Part::Same, _) => self.is_same_entry().then_some(IdentifiedBy::Guid),
            (Part::Other, Part::Same) if self.is_same_page() => Some(IdentifiedBy::LinkAndTitle),
            (Part::Silent, Part::Same) => self.is_same_address().then_some(IdentifiedBy::Link),
            (Part::Silent, Part::Silent) => self.is_same_story().then_some(IdentifiedBy::Text),
            _ => self.is_moved().then_some(IdentifiedBy::Moved),
        }
    }

    /// One guid, one entry (RFC 4287 §4.2.6); but publishers reuse guids, and then nothing else of
    /// the old story is left.
    fn is_same_entry(self) -> bool {
        match self.link {
            Part::Same => true,
            // Without links to compare, the date is the third part of a story.
            Part::Silent if !self.is_elsewhere => {
                let is_other = self.title == Part::Other && self.date == Part::Other;
                !is_other || self.text == Part::Same
            }
            Part::Silent | Part::Other => {
                let is_dated = self.text == Part::Silent && self.date == Part::Same;
                let is_titled = self.title == Part::Same && self.is_title_own;
                is_titled || self.text == Part::Same || is_dated
            }
        }
    }

    /// Without a guid the link is the identity; but some pages are written anew, and then nothing
    /// of the old story is left.
    fn is_same_address(self) -> bool {
        self.count(Part::Same) > 0 || self.count(Part::Other) < 2
    }

    /// A guid that carries a token changes; link and title then still say who it is, unless date
    /// and text are of another story: posts of a live page share both.
    fn is_same_page(self) -> bool {
        let is_silent = self.text == Part::Silent && self.date == Part::Silent;
        let is_same = self.date == Part::Same || self.text == Part::Same;
        let is_retitled = self.text == Part::Same && self.date != Part::Other;
        self.title == Part::Same && (is_same || is_silent) || is_retitled
    }

    /// A site moves a story, or a whole domain, and touches nothing of what the story says.
    fn is_moved(self) -> bool {
        let same = self.count(Part::Same);
        match (self.title, self.date, self.text) {
            (Part::Same, Part::Same | Part::Silent, Part::Same) => true,
            // All there is of it but a parameter of its link, and no part of that is another's.
            (Part::Same, Part::Silent, Part::Silent) if self.guid == Part::Silent => {
                self.path == Path::Own && self.is_title_own
            }
            // A headline that recurs on one day is no story of its own.
            (Part::Same, Part::Same, Part::Silent) => self.is_date_exact || self.is_path(),
            // Where the title makes the address, an edit of it moves the story.
            (Part::Other, Part::Same, Part::Same) => self.is_date_exact,
            _ => self.is_path() && same >= 2,
        }
    }

    /// Without an address of its own a story is what it says: two of title, date and text, or what
    /// there is of them.
    fn is_same_story(self) -> bool {
        let silent = self.count(Part::Silent);
        let is_day_only = self.text == Part::Other && !self.is_date_exact;
        let needed = 2.min(3 - silent);
        self.count(Part::Same) >= needed && !(is_day_only && self.date == Part::Same)
    }

    /// What a story says weighs more than its guid: where guids are places in a list, the story
    /// that moved down is found before its old guid is taken for an edit of it.
    fn score(self) -> u32 {
        let of = |part: Part, weight: u32| if part == Part::Same { weight } else { 0 };
        of(self.guid, 8)
            + of(self.link, 4)
            + u32::from(self.is_path())
            + of(self.title, 3)
            + of(self.date, if self.is_date_exact { 4 } else { 1 })
            + of(self.text, 6)
    }
}

/// A part that both must have to be compared.
fn both(shown: Option<i64>, known: Option<i64>, is_own: bool) -> Part {
    match (shown, known) {
        (Some(shown), Some(known)) if is_own => part(shown == known),
        _ => Part::Silent,
    }
}

/// A part that one of them may lack, which is a difference.
fn either(shown: Option<i64>, known: Option<i64>) -> Part {
    match (shown, known) {
        (None, None) => Part::Silent,
        _ => part(shown == known),
    }
}

const fn part(is_same: bool) -> Part {
    if is_same { Part::Same } else { Part::Other }
}

/// By what two fingerprints are of one item, and how much speaks for it; `None` where too little
/// does.
pub(super) fn agree(
    shown: &Fingerprint,
    known: &Fingerprint,
    own: Own,
) -> Option<(u32, IdentifiedBy)> {
    let pair = Pair::of(shown, known, own);
    pair.identified_by().map(|by| (pair.score(), by))
}

/// Whether they may be one item of a feed that has renamed all its items: what they say is the
/// same, in two parts at least, the title one of them.
pub(super) fn agree_but_for_names(shown: &Fingerprint, known: &Fingerprint) -> Option<u32> {
    let own = Own {
        guid: false,
        link: false,
        is_page: false,
        title: false,
        text: true,
        path: false,
    };
    let pair = Pair::of(shown, known, own);
    let is_same = pair.title == Part::Same && pair.count(Part::Same) >= 2;
    is_same.then(|| pair.score())
}

/// Whether a story that has moved has another name now: another guid, or where it has none another
/// path. Then a feed may be renaming all its items; another parameter alone is no renaming.
pub(super) fn is_renamed(shown: &Fingerprint, known: &Fingerprint) -> bool {
    let is_near = shown.path.is_some() && shown.path == known.path;
    match (shown.guid, known.guid) {
        (Some(shown), Some(known)) => shown != known,
        _ => !is_near,
    }
}
