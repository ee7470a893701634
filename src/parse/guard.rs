//! The bounds of what one document may make us keep.
//!
//! Nesting needs none for our own reader of XML: [`repair`](super::repair) neither recurses nor
//! keeps a stack. JSON is bounded here, and so is what feed-rs gets to read.

use super::ParseError;

/// Items read from one document; the largest of 301 real feeds holds 730.
pub(super) const MAX_ITEMS: usize = 10_000;
/// Authors, and categories, kept of one item.
pub(super) const MAX_LABELS: usize = 100;
/// `WebSub` hubs kept of one feed.
pub(super) const MAX_HUBS: usize = 8;
/// Bytes of a title, a link, an id or a label, as marked up.
pub(super) const MAX_SHORT_TEXT_BYTES: usize = 16 << 10;
/// Bytes of a summary or content, as marked up.
pub(super) const MAX_LONG_TEXT_BYTES: usize = 1 << 20;
/// Levels of a JSON document: a JSON Feed has five. `serde_json` itself stops at 128.
pub(super) const MAX_JSON_DEPTH: usize = 100;
/// Values of a JSON document: each may take 700 bytes of memory (an object of one member) for 8 of
/// text, so that 16 MiB were more than a gigabyte. [`MAX_ITEMS`] have 25 values each.
pub(super) const MAX_JSON_VALUES: usize = 250_000;
/// Bytes of a document that feed-rs may read; the largest of 301 real feeds has 2.7 MB.
const MAX_FALLBACK_BYTES: usize = 4 << 20;
/// Levels of it; the deepest of 73 real feeds has 6. feed-rs 3.0.0 has no bound of its own.
pub(super) const MAX_FALLBACK_DEPTH: usize = 256;
/// Bytes of a tag; feed-rs 3.0.0 has no bound of its own.
pub(super) const MAX_FALLBACK_TAG_BYTES: usize = 4 << 10;
/// Declared namespaces; feed-rs 3.0.0 has no bound of its own.
pub(super) const MAX_FALLBACK_NAMESPACES: usize = 256;

/// Whether feed-rs reads a document in bounded time and on a bounded stack. Start tags are counted
/// against end tags, whatever their names.
pub(super) fn is_fit_for_feed_rs(xml: &str) -> bool {
    let bytes = xml.as_bytes();
    if bytes.len() > MAX_FALLBACK_BYTES
        || memchr::memmem::find_iter(bytes, "xmlns").count() > MAX_FALLBACK_NAMESPACES
    {
        return false;
    }
    let mut depth = 0_usize;
    for at in memchr::memchr_iter(b'<', bytes) {
        match bytes.get(at + 1) {
            Some(b'/') => depth = depth.saturating_sub(1),
            Some(b'!' | b'?') | None => {}
            Some(_) => {
                let longest = &bytes[at..bytes.len().min(at + MAX_FALLBACK_TAG_BYTES)];
                let Some(end) = memchr::memchr(b'>', longest) else {
                    return false;
                };
                depth += usize::from(longest[end - 1] != b'/');
                if depth > MAX_FALLBACK_DEPTH {
                    return false;
                }
            }
        }
    }
    true
}

/// `text` cut to at most `limit` bytes at a character boundary.
pub(super) fn cut(text: &str, limit: usize) -> &str {
    &text[..text.floor_char_boundary(limit)]
}

/// Whether a JSON text nests no deeper than [`MAX_JSON_DEPTH`] and holds no more than
/// [`MAX_JSON_VALUES`]. One pass; strings are skipped.
///
/// # Errors
/// The bound that it breaks.
pub(super) fn admit_json(json: &str) -> Result<(), ParseError> {
    let (mut depth, mut values, mut in_string, mut escaped) = (0_usize, 0_usize, false, false);
    for byte in json.bytes() {
        match byte {
            _ if escaped => escaped = false,
            b'\\' if in_string => escaped = true,
            b'"' => in_string = !in_string,
            _ if in_string => {}
            b'[' | b'{' => {
                depth += 1;
                values += 1;
            }
            b']' | b'}' => depth = depth.saturating_sub(1),
            b',' => values += 1,
            _ => {}
        }
        if depth > MAX_JSON_DEPTH {
            let limit = MAX_JSON_DEPTH;
            return Err(ParseError::TooDeep { limit });
        }
        if values > MAX_JSON_VALUES {
            let limit = MAX_JSON_VALUES;
            return Err(ParseError::TooManyValues { limit });
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn json_may_nest_up_to_the_limit() {
        let nested = |depth: usize| "[".repeat(depth) + &"]".repeat(depth);
        assert_eq!(admit_json(&nested(MAX_JSON_DEPTH)), Ok(()));
        let limit = MAX_JSON_DEPTH;
        assert_eq!(
            admit_json(&nested(limit + 1)),
            Err(ParseError::TooDeep { limit })
        );
        let brackets_in_text = format!("{{\"a\":\"\\\"{}\"}}", "[".repeat(MAX_JSON_DEPTH + 1));
        assert_eq!(admit_json(&brackets_in_text), Ok(()));
    }

    #[test]
    fn json_may_hold_so_many_values() {
        let limit = MAX_JSON_VALUES;
        // The list counts too, and between two values is a comma.
        let list = |values: usize| format!("[0{}]", ",0".repeat(values - 2));
        assert_eq!(admit_json(&list(limit + 1)), Ok(()));
        assert_eq!(
            admit_json(&list(limit + 2)),
            Err(ParseError::TooManyValues { limit })
        );
        let objects = format!("[{}]", "{},".repeat(limit / 2));
        assert!(admit_json(&objects).is_err(), "an object is a value");
        let commas_in_text = format!("[\"{}\"]", ",".repeat(limit + 1));
        assert_eq!(admit_json(&commas_in_text), Ok(()));
    }

    #[test]
    fn what_feed_rs_may_read_is_bounded() {
        let nested = |depth: usize| "<a>".repeat(depth) + "<b/>" + &"</a>".repeat(depth);
        assert!(is_fit_for_feed_rs(&nested(MAX_FALLBACK_DEPTH)));
        assert!(!is_fit_for_feed_rs(&nested(MAX_FALLBACK_DEPTH + 1)));
        let tag = |length: usize| format!("<a {}>", "b".repeat(length - "<a >".len()));
        assert!(is_fit_for_feed_rs(&tag(MAX_FALLBACK_TAG_BYTES)));
        assert!(!is_fit_for_feed_rs(&tag(MAX_FALLBACK_TAG_BYTES + 1)));
        let namespaces = |count: usize| "<a xmlns='b'/>".repeat(count);
        assert!(is_fit_for_feed_rs(&namespaces(MAX_FALLBACK_NAMESPACES)));
        assert!(!is_fit_for_feed_rs(&namespaces(
            MAX_FALLBACK_NAMESPACES + 1
        )));
        assert!(is_fit_for_feed_rs(&" ".repeat(MAX_FALLBACK_BYTES)));
        assert!(!is_fit_for_feed_rs(&" ".repeat(MAX_FALLBACK_BYTES + 1)));
    }

    #[test]
    fn a_cut_never_splits_a_character() {
        assert_eq!(cut("小泉", 3), "小");
        assert_eq!(cut("小泉", 5), "小");
        assert_eq!(cut("小泉", 99), "小泉");
    }
}
