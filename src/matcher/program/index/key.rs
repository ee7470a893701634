//! The bytes of a pattern that it is looked up by.

use super::{
    hash::{PADDING, end_hash, head, tail, token_hash},
    table::AdjacentBytes,
};
use crate::matcher::program::{
    boundary::{LeftBoundary, RightBoundary},
    pattern::Pattern,
};

/// As many bytes as a pattern's open end is looked up by: the most that it has.
const LENGTHS: [usize; 6] = [8, 6, 4, 3, 2, 1];

/// Where a pattern is looked up, and how far into it that is.
pub(in crate::matcher) enum LookupKey {
    Word {
        hash: u64,
        length: usize,
        offset: usize,
        adjacent: AdjacentBytes,
    },
    Begin {
        hash: u64,
        length: usize,
        offset: usize,
    },
    Inside {
        hash: u64,
        length: usize,
    },
    End {
        hash: u64,
        length: usize,
        offset: usize,
    },
}

/// Every way to look a pattern up; never empty. Several only where several tokens are whole.
pub(in crate::matcher) fn keys(pattern: &Pattern) -> Vec<LookupKey> {
    let mut keys = Vec::new();
    let text = pattern.text.as_str();
    let mut padded = Vec::with_capacity(text.len() + PADDING);
    padded.extend_from_slice(text.as_bytes());
    padded.extend_from_slice(&[b' '; PADDING]);
    let closed = (
        pattern.left == LeftBoundary::Closed,
        pattern.right == RightBoundary::Closed,
    );
    let tokens = text.trim_matches(' ');
    let (first, last) = (text.len() - text.trim_start().len(), text.trim_end().len());
    let mut from = first;
    for word in tokens.split(' ') {
        let end = from + word.len();
        if (from > first || closed.0) && (end < last || closed.1) {
            let hash = token_hash(&padded, from..end);
            let length = word.len();
            let adjacent = AdjacentBytes::of(text.as_bytes(), from, end);
            keys.push(LookupKey::Word {
                hash,
                length,
                offset: from,
                adjacent,
            });
        }
        from = end + 1;
    }
    if keys.is_empty() {
        keys.push(open_key(pattern, &padded, first));
    }
    keys
}

/// The key of a pattern of one token that is open, or of two that are open on the far sides.
fn open_key(pattern: &Pattern, padded: &[u8], first: usize) -> LookupKey {
    let token = pattern
        .text
        .trim_matches(' ')
        .split(' ')
        .next()
        .unwrap_or_default();
    let length = LENGTHS
        .into_iter()
        .find(|length| *length <= token.len())
        .expect("a pattern is not empty");
    if pattern.left == LeftBoundary::Closed {
        let hash = end_hash(head(padded, first, length), length);
        return LookupKey::Begin {
            hash,
            length,
            offset: first,
        };
    }
    if token.starts_with(|c: char| c.is_ascii()) {
        let end = first + token.len();
        let hash = end_hash(tail(padded, end, length), length);
        return LookupKey::End {
            hash,
            length,
            offset: end,
        };
    }
    LookupKey::Inside {
        hash: end_hash(head(padded, first, length), length),
        length,
    }
}
