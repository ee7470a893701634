//! Which validators are sent, and which are worth keeping: opaque bytes, as the server wrote them.

use crate::http::{
    HeaderMap, HeaderName, HeaderValue,
    header::{DATE, ETAG, IF_MODIFIED_SINCE, IF_NONE_MATCH, LAST_MODIFIED},
    http_date,
};

/// What servers put behind an entity tag when they compress the answer.
const CODINGS: [&[u8]; 4] = [b"gzip", b"br", b"deflate", b"zstd"];

/// Adds the conditions of a request: the validators as they came, byte for byte.
///
/// Apache's `mod_deflate` and `mod_brotli` write `"x-gzip"` and `"x-br"` for the tag `"x"` of what
/// they compress, and compare what comes back with `"x"` (its bugs 39727 and 45023): whoever sends
/// the tag alone gets the whole feed every time. If-None-Match is a list (RFC 9110 §13.1.2), so the
/// tag without the ending goes along. Where a server knows its own tag, the other one is never
/// current, or means the same document.
pub(super) fn ask(etag: Option<&[u8]>, last_modified: Option<&[u8]>, headers: &mut HeaderMap) {
    let both = etag.map(|etag| match uncoded(etag) {
        Some(plain) => [etag, b", ", &plain].concat(),
        None => etag.to_vec(),
    });
    for (name, validator) in [
        (IF_NONE_MATCH, both.as_deref()),
        (IF_MODIFIED_SINCE, last_modified),
    ] {
        // Fails only for bytes that no header can have brought.
        if let Some(Ok(value)) = validator.map(HeaderValue::from_bytes) {
            headers.insert(name, value);
        }
    }
}

/// The entity tag without the name of a coding at its end: of `"x-gzip"`, `"x;gzip"` and Jetty's
/// `"x--gzip"` it is `"x"`; weak ones stay weak.
fn uncoded(etag: &[u8]) -> Option<Vec<u8>> {
    let (weak, tag) = match etag.strip_prefix(b"W/") {
        Some(tag) => (&b"W/"[..], tag),
        None => (&b""[..], etag),
    };
    let opaque = tag.strip_prefix(b"\"")?.strip_suffix(b"\"")?;
    let named = CODINGS.iter().find_map(|name| opaque.strip_suffix(*name))?;
    let plain = named
        .strip_suffix(b"--")
        .or_else(|| named.strip_suffix(b"-"))
        .or_else(|| named.strip_suffix(b";"))?;
    let is_one_tag = !plain.is_empty() && !plain.contains(&b'"');
    is_one_tag.then(|| [weak, b"\"", plain, b"\""].concat())
}

/// The entity tag of an answer.
pub(super) fn etag(headers: &HeaderMap) -> Option<Vec<u8>> {
    of(headers, ETAG)
}

/// The Last-Modified of an answer, where it is at least a second older than the answer.
///
/// A document may be written twice within a second, and both have the same time: to what was read
/// in between the server would always say 304 (RFC 9110 §8.8.2.2). The next answer that is later
/// brings it again. A time that cannot be read is sent back as it is.
pub(super) fn last_modified(headers: &HeaderMap) -> Option<Vec<u8>> {
    let value = of(headers, LAST_MODIFIED)?;
    let date = of(headers, DATE).and_then(|date| http_date(&date));
    match (http_date(&value), date) {
        (Some(modified), Some(date)) if modified.as_second() >= date.as_second() => None,
        _ => Some(value),
    }
}

/// An empty header validates nothing.
fn of(headers: &HeaderMap, name: HeaderName) -> Option<Vec<u8>> {
    let value = headers.get(name)?.as_bytes();
    (!value.is_empty()).then(|| value.to_vec())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_tag_that_names_a_coding_goes_out_in_both_forms() {
        for (etag, sent) in [
            ("\"x-gzip\"", "\"x-gzip\", \"x\""),
            ("\"x-br\"", "\"x-br\", \"x\""),
            ("\"x-zstd\"", "\"x-zstd\", \"x\""),
            ("\"x-deflate\"", "\"x-deflate\", \"x\""),
            ("\"x;gzip\"", "\"x;gzip\", \"x\""),
            ("\"x--gzip\"", "\"x--gzip\", \"x\""),
            ("W/\"1c-5f-gzip\"", "W/\"1c-5f-gzip\", W/\"1c-5f\""),
            ("\"x\"", "\"x\""),
            ("\"-gzip\"", "\"-gzip\""),
            ("\"gzip\"", "\"gzip\""),
            ("\"xbr\"", "\"xbr\""),
            ("\"a\", \"x-gzip\"", "\"a\", \"x-gzip\""),
            ("x-gzip", "x-gzip"),
            ("\"x-gzip", "\"x-gzip"),
            ("\"", "\""),
            ("W/", "W/"),
        ] {
            let mut headers = HeaderMap::new();
            ask(Some(etag.as_bytes()), None, &mut headers);
            assert_eq!(headers[IF_NONE_MATCH], sent, "{etag}");
        }
    }

    #[test]
    fn a_last_modified_of_the_answers_own_second_is_not_kept() {
        let date = "Sun, 06 Nov 1994 08:49:37 GMT";
        for (modified, date, kept) in [
            ("Sun, 06 Nov 1994 08:49:36 GMT", Some(date), true),
            (date, Some(date), false),
            ("Sun, 06 Nov 1994 08:49:38 GMT", Some(date), false),
            ("Sunday, 06-Nov-94 08:49:37 GMT", Some(date), false),
            (date, None, true),
            (date, Some("now"), true),
            ("whenever", Some(date), true),
            ("", Some(date), false),
        ] {
            let mut headers = HeaderMap::new();
            headers.insert(LAST_MODIFIED, HeaderValue::from_static(modified));
            if let Some(date) = date {
                headers.insert(DATE, HeaderValue::from_static(date));
            }
            let expected = kept.then(|| modified.as_bytes().to_vec());
            assert_eq!(last_modified(&headers), expected, "{modified} {date:?}");
        }
    }
}
