//! Looks up words that the text writes in parts where they may also be written as one: `O'Brien`
//! for `OBrien`.
//!
//! Takes time linear in the text: a chain of parts is read as far as [`MAX_PARTS`].

use super::{
    Ends, Entry, Index,
    hash::{PADDING, head, tail, token_end, token_hash, token_start, two_parts_hash},
};
use crate::text::{Joint, JointKind};

/// How many parts are read as one word, so that a chain of hyphens takes linear time.
const MAX_PARTS: usize = 8;

/// The longest word made of parts.
const MAX_BYTES: usize = 64;

/// As many bytes as an open end is looked up by.
const MAX_END_BYTES: usize = 8;

/// The mark that a dash behind katakana may stand for.
pub(in crate::matcher) const LONG_MARK: &[u8] = "ー".as_bytes();

/// A word put together, with room behind it for what is read in one go.
struct Word {
    bytes: [u8; MAX_BYTES + PADDING],
    length: usize,
}

impl Word {
    const fn new() -> Self {
        Self {
            bytes: [b' '; MAX_BYTES + PADDING],
            length: 0,
        }
    }

    /// Whether there was room for the part.
    fn push(&mut self, part: &[u8]) -> bool {
        let end = self.length + part.len();
        if end > MAX_BYTES {
            return false;
        }
        self.bytes[self.length..end].copy_from_slice(part);
        self.length = end;
        true
    }
}

impl Index {
    /// Calls `found` with every entry whose bytes are in the text as parts of a word that may be
    /// written as one, and where in the text the bytes begin, or end if they are the entry's end.
    pub(in crate::matcher) fn scan_joints(
        &self,
        text: &[u8],
        joints: &[Joint],
        mut found: impl FnMut(&Entry, usize),
    ) {
        for (number, joint) in joints.iter().enumerate() {
            let at = joint.at as usize;
            if !self.inside.table.is_empty() && !text[at - 1].is_ascii() {
                inside(&self.inside, text, &joints[number..], &mut found);
            }
            if text[at] != b' ' {
                continue;
            }
            let start = token_start(text, at);
            if matches!(joint.kind, JointKind::Note | JointKind::LoneNote) {
                self.word(token_hash(text, start..at), |entry| found(entry, start));
            }
            if joins(*joint) {
                self.words_from(text, start, &joints[number..], &mut found);
            }
        }
    }

    /// Looks a whole word up, whatever is beside it.
    #[inline]
    fn word(&self, hash: u64, mut found: impl FnMut(&Entry)) {
        for table in [&self.words, &self.others] {
            if !table.is_empty() && table.may_hold(hash) {
                table.get(hash).for_each(&mut found);
            }
        }
    }

    /// Every word of two parts or more that begins at `start`, the first part up to the first joint.
    #[inline]
    fn words_from(
        &self,
        text: &[u8],
        start: usize,
        joints: &[Joint],
        found: &mut impl FnMut(&Entry, usize),
    ) {
        let at = joints[0].at as usize;
        let end = token_end(text, at + 1);
        let goes_on = joints.get(1).is_some_and(|next| next.at as usize == end);
        let has_ends = !self.begins.table.is_empty() || !self.ends.table.is_empty();
        match two_parts_hash(text, start..at, at + 1..end) {
            Some(hash) if !goes_on && !has_ends => self.word(hash, |entry| found(entry, start)),
            _ => self.long_words_from(text, start, joints, found),
        }
    }

    /// The same where there are more parts than two, or more bytes, or ends to look up.
    fn long_words_from(
        &self,
        text: &[u8],
        start: usize,
        joints: &[Joint],
        found: &mut impl FnMut(&Entry, usize),
    ) {
        let first_end = joints[0].at as usize;
        let (mut word, mut end) = (Word::new(), first_end);
        if !word.push(&text[start..first_end]) {
            return;
        }
        for joint in joints.iter().take(MAX_PARTS - 1) {
            if joint.at as usize != end || !joins(*joint) {
                break;
            }
            let part = end + 1..token_end(text, end + 1);
            end = part.end;
            if !word.push(&text[part.clone()]) {
                break;
            }
            let hash = token_hash(&word.bytes, 0..word.length);
            self.word(hash, |entry| found(entry, start));
            let last = |length| tail(&word.bytes, word.length, length);
            self.ends
                .look_up_longer(part.len(), last, |entry| found(entry, end));
        }
        let first = |length| head(&word.bytes, 0, length);
        self.begins
            .look_up_longer(first_end - start, first, |entry| found(entry, start));
    }
}

/// Whether a word may leave the joint out.
const fn joins(joint: Joint) -> bool {
    !matches!(joint.kind, JointKind::LastDash | JointKind::LoneNote)
}

/// Looks up what begins so few bytes before the first joint that the joint is within the bytes by
/// which it is looked up.
fn inside(ends: &Ends, text: &[u8], joints: &[Joint], found: &mut impl FnMut(&Entry, usize)) {
    let at = joints[0].at as usize;
    let is_dash = |joint: &Joint| matches!(joint.kind, JointKind::Dash | JointKind::LastDash);
    let near = joints
        .iter()
        .take_while(|joint| joint.at as usize <= at + MAX_END_BYTES);
    let has_dash = near.into_iter().any(is_dash);
    for start in (at.saturating_sub(MAX_END_BYTES - 1)..at).rev() {
        if matches!(text[start], b' ' | b',') {
            break;
        }
        if text[start] < 0xC0 {
            continue;
        }
        for is_long in [false, true] {
            if is_long && !has_dash || !is_long && joints[0].kind == JointKind::LastDash {
                continue;
            }
            let word = written(text, start, joints, is_long);
            let first_bytes = |length| head(&word.bytes, 0, length);
            ends.look_up_longer(at - start, first_bytes, |entry| found(entry, start));
        }
    }
}

/// The text from `start` on as one word up to the first boundary that is no joint, as far as it
/// is looked up by; `is_long` has ー where there is a dash.
fn written(text: &[u8], start: usize, joints: &[Joint], is_long: bool) -> Word {
    let mut word = Word::new();
    let mut joints = joints.iter().peekable();
    for (at, byte) in text.iter().enumerate().skip(start) {
        if word.length >= MAX_END_BYTES {
            break;
        }
        match joints.next_if(|joint| joint.at as usize == at) {
            Some(joint) => match joint.kind {
                JointKind::Dash | JointKind::LastDash if is_long => {
                    word.push(LONG_MARK);
                }
                JointKind::LastDash => break,
                _ => {}
            },
            None if matches!(byte, b' ' | b',') => break,
            None => {
                word.push(std::slice::from_ref(byte));
            }
        }
    }
    word
}
