//! The feeds at an address that somebody types.

use url::Url;

use super::super::{
    error::CliError,
    visitor::{Visited, Visitor, is_read},
};

/// A feed that could be read, or that a page names.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Candidate {
    /// Perhaps empty.
    pub(super) title: String,
    pub(super) url: Url,
}

/// The feed at an address, or those that the page there names: one at least.
pub(super) async fn find(target: &str) -> Result<Vec<Candidate>, CliError> {
    let visitor = Visitor::to(target, None)?;
    Ok(match visitor.visit().await? {
        Visited::Feed(seen) => vec![Candidate {
            title: seen.feed.title.unwrap_or_default(),
            url: visitor.url.clone(),
        }],
        Visited::Page(feeds) => { feeds.into_iter() }
            .map(|found| Candidate {
                title: found.title.unwrap_or_default(),
                url: found.url,
            })
            .collect(),
    })
}

/// What could be a feed's address though nothing could be read there.
pub(super) fn url(address: &str) -> Option<Url> {
    Url::parse(address).ok().filter(is_read)
}

/// The address as it is asked: people leave `https://` out, or a sign of it.
pub(super) fn with_scheme(typed: &str) -> String {
    let is_path = typed.starts_with(['/', '.', '~']);
    if is_path || typed.contains("://") || typed.starts_with("file:") {
        return typed.to_owned();
    }
    let slips = ["feed:", "https:/", "https//", "http:/", "http//"];
    let plain = slips.iter().find_map(|slip| typed.strip_prefix(slip));
    let plain = plain.unwrap_or(typed);
    format!("https://{plain}")
}

#[cfg(test)]
mod tests {
    use super::with_scheme;

    #[test]
    fn an_address_may_be_typed_without_its_scheme_or_with_a_slip_in_it() {
        for (typed, expected) in [
            ("example.org/news", "https://example.org/news"),
            ("feed:example.org", "https://example.org"),
            ("http://example.org", "http://example.org"),
            ("https:/example.org", "https://example.org"),
            ("http//example.org", "https://example.org"),
            ("./feed.xml", "./feed.xml"),
            ("file:feed.xml", "file:feed.xml"),
        ] {
            assert_eq!(with_scheme(typed), expected);
        }
    }
}
