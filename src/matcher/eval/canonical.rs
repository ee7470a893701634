//! An item in the form that is searched, and the way from a place in it back to the source.
//!
//! Canonical text has one space between tokens and no case, accents or punctuation. Some patterns
//! need more than it says, such as capitals: [`verified`] looks those up in the source.
//!
//! Canonical text has the parts of `O'Brien` apart, where a hyphen, an apostrophe or a dot is. Its
//! joints say where such parts may also be read as one word, and how a pattern is compared with
//! them.

use std::ops::Range;

use super::item::ItemText;
use crate::{
    matcher::program::{Check, Fields, LONG_MARK, PADDING, Program},
    model::Field,
    text::{self, Joint, JointKind, Lines},
};

/// News has fewer joints than one in so many bytes.
const BYTES_TO_A_JOINT: usize = 64;

/// The fields of an item in canonical form, one behind the other.
pub(in crate::matcher) struct Canonical {
    /// With [`PADDING`] spaces at its end, which the index reads.
    pub(in crate::matcher) text: String,
    /// In the order of [`Field::ALL`]; fields without text are left out.
    pub(in crate::matcher) parts: Vec<(Field, Range<usize>)>,
    /// Where words may also be written as one, in rising order.
    pub(in crate::matcher) joints: Vec<Joint>,
}

impl Canonical {
    pub(in crate::matcher) fn new(item: &ItemText<'_>, fields: Fields) -> Self {
        let read = || {
            Field::ALL
                .into_iter()
                .filter(|field| fields.contains(*field))
        };
        let room: usize = read().map(|field| item.field(field).len()).sum();
        let mut text = String::with_capacity(room + room / 8 + 64);
        let mut parts = Vec::with_capacity(Field::ALL.len());
        let mut joints = Vec::with_capacity(room / BYTES_TO_A_JOINT + 16);
        for field in read() {
            let from = text.len();
            text::fold_with_joints(item.field(field), lines(field), &mut text, &mut joints);
            if text.len() > from {
                parts.push((field, from..text.len()));
            }
        }
        text.extend([' '; PADDING]);
        Self {
            text,
            parts,
            joints,
        }
    }

    /// The field that a place is in, and where the field begins.
    pub(in crate::matcher) fn part(&self, at: u32) -> (Field, usize) {
        let (field, range) = self
            .parts
            .iter()
            .rev()
            .find(|(_, range)| range.start <= at as usize)
            .expect("places are in a field");
        (*field, range.start)
    }
}

/// Authors and categories are lists: no phrase runs from one into the next.
pub(in crate::matcher) const fn lines(field: Field) -> Lines {
    match field {
        Field::Author | Field::Category => Lines::Listed,
        Field::Title | Field::Summary | Field::Content | Field::Link => Lines::Wrapped,
    }
}

/// Where a pattern of a term occurs in canonical text.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Occurrence {
    pub(in crate::matcher) term: u32,
    pub(in crate::matcher) start: u32,
    /// The last byte, so that an offset inside the last character means its end.
    pub(in crate::matcher) last: u32,
    pub(in crate::matcher) pattern: u32,
}

/// The source of places: `(start, last)` in canonical text, the field and the bytes there.
pub(in crate::matcher) struct Spans(Vec<(u32, u32, Field, Range<usize>)>);

impl Spans {
    /// The source of a place that was asked for.
    pub(in crate::matcher) fn get(&self, found: Occurrence) -> (Field, Range<usize>) {
        let key = (found.start, found.last);
        let at = self.0.binary_search_by_key(&key, |span| (span.0, span.1));
        let (_, _, field, span) = &self.0[at.expect("the place was asked for")];
        (*field, span.clone())
    }
}

/// Locates all of these places in the source.
pub(super) fn located(
    item: &ItemText<'_>,
    canonical: &Canonical,
    mut places: Vec<Occurrence>,
) -> Spans {
    places.sort_unstable_by_key(|found| (found.start, found.last));
    places.dedup_by_key(|found| (found.start, found.last));
    let mut spans = Vec::with_capacity(places.len());
    for same in places.chunk_by(|a, b| canonical.part(a.start) == canonical.part(b.start)) {
        let (field, base) = canonical.part(same[0].start);
        let mut offsets: Vec<usize> = same
            .iter()
            .flat_map(|found| [found.start as usize - base, found.last as usize - base])
            .collect();
        offsets.sort_unstable();
        offsets.dedup();
        let ranges = text::locate(item.field(field), lines(field), &offsets);
        let range = |offset: u32| {
            let at = offsets.binary_search(&(offset as usize - base));
            &ranges[at.expect("every offset of a place was asked for")]
        };
        spans.extend(same.iter().map(|found| {
            let span = range(found.start).start..range(found.last).end;
            (found.start, found.last, field, span)
        }));
    }
    Spans(spans)
}

/// The places that hold in the source too, each once for each term.
pub(super) fn verified(
    program: &Program,
    item: &ItemText<'_>,
    canonical: &Canonical,
    mut found: Vec<Occurrence>,
) -> Vec<Occurrence> {
    let check = |found: &Occurrence| &program.patterns[found.pattern as usize].check;
    let unchecked: Vec<Occurrence> = found
        .iter()
        .filter(|found| *check(found) != Check::Folded)
        .copied()
        .collect();
    if !unchecked.is_empty() {
        let spans = located(item, canonical, unchecked);
        found.retain(|found| {
            let check = check(found);
            *check == Check::Folded || {
                let (field, span) = spans.get(*found);
                check.holds(item.field(field), span)
            }
        });
    }
    found.dedup_by_key(|found| (found.term, found.start, found.last));
    found
}

/// How many letters or digits a pattern needs to be found across a hyphen: `IT` is not I-T.
const MIN_JOINED_CHARS: usize = 3;

/// Where the pattern ends that begins at `start`, if it is there with joints in it.
pub(super) fn joined_end(canonical: &Canonical, start: usize, pattern: &str) -> Option<usize> {
    let text = canonical.text.as_bytes();
    let joints = &canonical.joints;
    let mut joints = joints[joints.partition_point(|joint| (joint.at as usize) < start)..].iter();
    let mut joint = joints.next()?;
    let (mut at, mut wanted, mut is_strict, mut end) = (start, pattern.as_bytes(), false, start);
    while let Some(&byte) = wanted.first() {
        if joint.at as usize != at {
            if byte != *text.get(at)? {
                return None;
            }
            (at, wanted, end) = (at + 1, &wanted[1..], at + 1);
            continue;
        }
        match step(joint.kind, byte == text[at], wanted.starts_with(LONG_MARK)) {
            Step::Apart => {
                if let Some(note_end) = note_end(joint.kind, text, at, &wanted[1..]) {
                    at = note_end - 1;
                } else {
                    (wanted, end) = (&wanted[1..], at + 1);
                }
            }
            Step::LongMark => (wanted, end) = (&wanted[LONG_MARK.len()..], at),
            Step::AsOne => is_strict |= joint.kind != JointKind::Initials,
            Step::Differs => return None,
        }
        at += 1;
        joint = joints.next().unwrap_or(&BEHIND);
    }
    (!is_strict || is_long(pattern)).then_some(end)
}

/// Where the raised digits behind `at` end, if there are any and the pattern goes on without them.
fn note_end(joint: JointKind, text: &[u8], at: usize, wanted: &[u8]) -> Option<usize> {
    if !matches!(joint, JointKind::Note | JointKind::LoneNote) {
        return None;
    }
    let digits = text[at + 1..].split(|byte| *byte == b' ').next()?;
    let behind = wanted.strip_prefix(digits);
    let has_digits = behind.is_some_and(|behind| behind.first().is_none_or(|next| *next == b' '));
    (!has_digits).then_some(at + 1 + digits.len())
}

/// Where the pattern begins whose first part ends at `end`, if it is there with joints in it.
pub(super) fn joined_start(canonical: &Canonical, end: usize, first_part: &str) -> Option<usize> {
    let text = canonical.text.as_bytes();
    let joints = &canonical.joints;
    let before = joints.partition_point(|joint| (joint.at as usize) < end);
    let mut joints = joints[..before].iter().rev().copied();
    let mut joint = joints.next();
    let (mut at, mut wanted) = (end, first_part.as_bytes());
    while let Some(&byte) = wanted.last() {
        at = at.checked_sub(1)?;
        let Some(here) = joint.filter(|joint| joint.at as usize == at) else {
            if byte != text[at] {
                return None;
            }
            wanted = &wanted[..wanted.len() - 1];
            continue;
        };
        match step(here.kind, byte == text[at], wanted.ends_with(LONG_MARK)) {
            Step::Apart => wanted = &wanted[..wanted.len() - 1],
            Step::LongMark => wanted = &wanted[..wanted.len() - LONG_MARK.len()],
            Step::AsOne => {}
            Step::Differs => return None,
        }
        joint = joints.next();
    }
    Some(at)
}

/// Stands behind every text.
const BEHIND: Joint = Joint {
    at: u32::MAX,
    kind: JointKind::Mark,
};

/// How a pattern goes on at a joint.
enum Step {
    Apart,
    LongMark,
    AsOne,
    Differs,
}

const fn step(joint: JointKind, is_apart: bool, is_long_mark: bool) -> Step {
    match joint {
        _ if is_apart => Step::Apart,
        JointKind::Dash | JointKind::LastDash if is_long_mark => Step::LongMark,
        JointKind::LastDash | JointKind::LoneNote => Step::Differs,
        JointKind::Mark | JointKind::Note | JointKind::Initials | JointKind::Dash => Step::AsOne,
    }
}

fn is_long(pattern: &str) -> bool {
    let chars = pattern.chars().filter(|c| !matches!(c, ' ' | ','));
    chars.take(MIN_JOINED_CHARS).count() == MIN_JOINED_CHARS
}
