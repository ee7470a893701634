//! Compares patterns with words that the text writes in parts: `O'Brien` for `OBrien`.
//!
//! Canonical text has such words apart, by a hyphen, an apostrophe or a dot; its joints say where
//! they may also be read as one. Each comparison is linear in the pattern.

use super::canonical::Canonical;
use crate::{
    matcher::program::LONG_MARK,
    text::{Joint, JointKind},
};

/// How many letters or digits a pattern needs to be found across a hyphen: `IT` is not I-T.
const MIN_JOINED_CHARS: usize = 3;

/// Where the pattern ends that begins at `start`, if it is there with joints in it.
pub(in crate::matcher) fn end(canonical: &Canonical, start: usize, pattern: &str) -> Option<usize> {
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
pub(in crate::matcher) fn start(
    canonical: &Canonical,
    end: usize,
    first_part: &str,
) -> Option<usize> {
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
