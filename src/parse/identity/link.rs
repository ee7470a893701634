//! One spelling for the many of one address. For comparing only: nothing here is ever opened.
//!
//! Fingerprints of these spellings are stored, so a rule that changes makes old items look new.

use url::Url;

use crate::text::is_tracking;

/// The address without what changes while the story stays: scheme, host case, default port,
/// fragment, tracking parameters. For comparing only: it may lead nowhere.
pub(super) fn canonical(link: &str) -> String {
    let Ok(mut url) = Url::parse(link) else {
        return link.trim().to_owned();
    };
    // `#!` and `#/` are pages of an application, not places on a page.
    if !url
        .fragment()
        .is_some_and(|part| part.starts_with(['!', '/']))
    {
        url.set_fragment(None);
    }
    if let Some(query) = url.query() {
        let kept: Vec<&str> = query
            .split('&')
            .filter(|pair| !pair.is_empty() && !is_tracking(pair))
            .collect();
        let kept = kept.join("&");
        url.set_query(Some(kept.as_str()).filter(|query| !query.is_empty()));
    }
    secure(url.as_str())
}

/// An address in http as one in https: sites move from one to the other with all their stories.
pub(super) fn secure(text: &str) -> String {
    match text.strip_prefix("http://") {
        Some(rest) => format!("https://{rest}"),
        None => text.to_owned(),
    }
}

/// What of a canonical address stays when a site changes its host, or its links carry a parameter
/// that changes at every visit: the path. `None` where it is the root, which names nothing.
pub(super) fn path(canonical: &str) -> Option<String> {
    let url = Url::parse(canonical).ok()?;
    let path = url.path();
    (path.len() > 1).then(|| path.to_owned())
}

/// Whether a guid or link only says that there is no guid or link: databases write these words.
pub(super) fn is_placeholder(name: &str) -> bool {
    const WORDS: [&str; 8] = [
        "n/a",
        "na",
        "none",
        "null",
        "nil",
        "undefined",
        "unknown",
        "-",
    ];
    let path = Url::parse(name).map(|url| url.path().to_owned());
    let name = path.as_deref().unwrap_or(name);
    let name = name.trim_matches(|c: char| c == '/' || c == '#' || c.is_whitespace());
    WORDS.iter().any(|word| name.eq_ignore_ascii_case(word))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spellings_of_one_address_are_equal() {
        let canonical_form = "https://e.org/a?id=1";
        for spelling in [
            "https://e.org/a?id=1",
            "http://e.org/a?id=1",
            "HTTP://E.org:80/a?id=1",
            "https://e.org:443/a?id=1#comments",
            "https://e.org/a?utm_source=rss&id=1&utm_medium=feed",
            "https://e.org/a?id=1&fbclid=x&UTM_Campaign=y",
            "https://e.org/a?PHPSESSID=9f&id=1&wt.mc_id=rss",
            "https://e.org/a?id=1&",
        ] {
            assert_eq!(canonical(spelling), canonical_form, "{spelling}");
        }
        assert_eq!(
            canonical("https://e.org/a?utm_source=rss"),
            "https://e.org/a"
        );
    }

    #[test]
    fn different_addresses_stay_different() {
        for other in [
            "https://e.org/a?id=2",
            "https://e.org/A?id=1",
            "https://e.org:8443/a?id=1",
            "https://www.e.org/a?id=1",
            "https://e.org/a?id=1&page=2",
            "https://e.org/a?id=1#!/two",
            "a?id=1",
        ] {
            assert_ne!(canonical(other), "https://e.org/a?id=1", "{other}");
        }
    }

    #[test]
    fn a_path_is_the_same_on_every_host_and_under_every_parameter() {
        for spelling in ["https://e.org/a/b", "https://www.e.org/a/b?token=1"] {
            assert_eq!(path(spelling).as_deref(), Some("/a/b"), "{spelling}");
        }
        for nameless in ["https://e.org/", "https://e.org/?p=7", "N/A"] {
            assert_eq!(path(nameless), None, "{nameless}");
        }
    }

    #[test]
    fn a_word_that_says_there_is_none_is_no_name() {
        for word in [
            "N/A",
            "n/a",
            "none",
            " NULL ",
            "-",
            "https://e.org/N/A",
            "https://e.org/null",
        ] {
            assert!(is_placeholder(word), "{word}");
        }
        for name in [
            "N",
            "1",
            "/n/a/1",
            "https://e.org/none/of/these",
            "https://e.org/",
            "nova",
        ] {
            assert!(!is_placeholder(name), "{name}");
        }
    }

    #[test]
    fn relative_references_are_kept() {
        assert_eq!(canonical(" /a#b "), "/a#b");
    }
}
