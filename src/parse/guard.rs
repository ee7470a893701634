//! The bounds of what one document may make us keep.
//!
//! Nesting needs none in XML: [`repair`](super::repair) neither recurses nor keeps a stack, and
//! what it writes is never nested deeper than four elements, whatever it read. JSON is bounded here.

/// Items read from one document; the largest of 301 real feeds holds 730.
pub(super) const MAX_ITEMS: usize = 10_000;
/// Authors, and categories, kept of one item.
pub(super) const MAX_LABELS: usize = 100;
/// Bytes of a title, a link, an id or a label, as marked up.
pub(super) const MAX_SHORT_TEXT_BYTES: usize = 16 << 10;
/// Bytes of a summary or content, as marked up.
pub(super) const MAX_LONG_TEXT_BYTES: usize = 1 << 20;
/// Levels of a JSON document: a JSON Feed has five. `serde_json` itself stops at 128.
pub(super) const MAX_JSON_DEPTH: usize = 100;

/// `text` cut to at most `limit` bytes at a character boundary.
pub(super) fn cut(text: &str, limit: usize) -> &str {
    &text[..text.floor_char_boundary(limit)]
}

/// Whether a JSON text nests deeper than [`MAX_JSON_DEPTH`]. One pass; strings are skipped.
pub(super) fn is_too_deep(json: &str) -> bool {
    let (mut depth, mut in_string, mut escaped) = (0_usize, false, false);
    for byte in json.bytes() {
        match byte {
            _ if escaped => escaped = false,
            b'\\' if in_string => escaped = true,
            b'"' => in_string = !in_string,
            _ if in_string => {}
            b'[' | b'{' => {
                depth += 1;
                if depth > MAX_JSON_DEPTH {
                    return true;
                }
            }
            b']' | b'}' => depth = depth.saturating_sub(1),
            _ => {}
        }
    }
    false
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn json_may_nest_up_to_the_limit() {
        let nested = |depth: usize| "[".repeat(depth) + &"]".repeat(depth);
        assert!(!is_too_deep(&nested(MAX_JSON_DEPTH)));
        assert!(is_too_deep(&nested(MAX_JSON_DEPTH + 1)));
        let brackets_in_text = format!("{{\"a\":\"\\\"{}\"}}", "[".repeat(MAX_JSON_DEPTH + 1));
        assert!(!is_too_deep(&brackets_in_text));
    }

    #[test]
    fn a_cut_never_splits_a_character() {
        assert_eq!(cut("小泉", 3), "小");
        assert_eq!(cut("小泉", 5), "小");
        assert_eq!(cut("小泉", 99), "小泉");
    }
}
