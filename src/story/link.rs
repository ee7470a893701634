//! Addresses that name one text, as keys.

use url::Url;

use super::hash::hash;
use crate::text::without_tracking;

/// The key of the address of one text. `None` for a front page, a section or a feed: many texts have
/// such an address in common.
pub(super) fn key(link: &str) -> Option<u64> {
    let url = without_tracking(&Url::parse(link.trim()).ok()?);
    let host = url.host_str()?;
    let host = ["www.", "m.", "amp."]
        .into_iter()
        .find_map(|start| host.strip_prefix(start))
        .unwrap_or(host);
    let path = url.path().trim_end_matches('/');
    let path = path.strip_suffix("/amp").unwrap_or(path);
    let query = url.query().unwrap_or_default();
    is_of_one_text(path, query).then(|| hash(format!("{host}{path}?{query}").as_bytes()))
}

/// The last part of the path has a number or several words in it, or the query has a number.
fn is_of_one_text(path: &str, query: &str) -> bool {
    let last = path.rsplit('/').next().unwrap_or_default();
    let digits = |text: &str| text.bytes().filter(u8::is_ascii_digit).count();
    let words = last.split(['-', '_', '+']).filter(|word| !word.is_empty());
    let ends_as_feed = [".xml", ".rss", ".atom", "feed", "rss"]
        .iter()
        .any(|end| last.ends_with(end));
    !ends_as_feed
        && (digits(last) >= 3 || digits(query) >= 3 || words.count() >= 3 || last.len() >= 20)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spellings_of_one_address_have_one_key() {
        let key_of = |link| key(link).expect("an address of one text");
        let plain = key_of("https://example.org/news/harbour-bridge-closed");
        for link in [
            "http://www.example.org/news/harbour-bridge-closed/",
            "https://m.example.org/news/harbour-bridge-closed?utm_source=rss#top",
            "https://amp.example.org/news/harbour-bridge-closed/amp",
        ] {
            assert_eq!(key_of(link), plain, "{link}");
        }
        assert_ne!(
            key_of("https://example.net/news/harbour-bridge-closed"),
            plain
        );
        assert_ne!(
            key_of("https://example.org/a?id=4711"),
            key_of("https://example.org/a?id=4712")
        );
    }

    #[test]
    fn an_address_that_many_texts_have_is_no_key() {
        for link in [
            "https://example.org",
            "https://example.org/news/",
            "https://example.org/weather?today",
            "https://example.org/2026-world-news.xml",
            "not an address",
        ] {
            assert_eq!(key(link), None, "{link}");
        }
    }
}
