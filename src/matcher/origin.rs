//! Where an item comes from: its feed, its language, its site.

use super::{
    evidence::Evidence,
    query::{Origin, OriginKind},
};

/// Whether the item comes from there.
pub(super) fn comes_from(origin: &Origin, evidence: &Evidence<'_>) -> bool {
    let value = of(origin.kind, evidence);
    match origin.kind {
        OriginKind::Feed => is(origin, &value),
        OriginKind::Lang => is_language(origin, &value),
        OriginKind::Site => is_site(origin, &value),
    }
}

/// The item's feed, language or site, in lower case.
pub(super) fn of(kind: OriginKind, evidence: &Evidence<'_>) -> String {
    let item = evidence.item;
    match kind {
        OriginKind::Feed => item.feed.to_lowercase(),
        OriginKind::Lang => item.lang.to_lowercase().replace('_', "-"),
        OriginKind::Site => host(if item.site.is_empty() {
            item.link
        } else {
            item.site
        }),
    }
}

fn is(origin: &Origin, value: &str) -> bool {
    if origin.is_prefix {
        value.starts_with(&origin.value)
    } else {
        value == origin.value
    }
}

/// `en` is every English, `en-gb` only British (RFC 4647 §3.3.1).
fn is_language(origin: &Origin, language: &str) -> bool {
    let rest = language.strip_prefix(&origin.value);
    rest.is_some_and(|rest| origin.is_prefix || rest.is_empty() || rest.starts_with('-'))
}

/// A site is its host and every host below it.
fn is_site(origin: &Origin, host: &str) -> bool {
    let before = host.strip_suffix(&origin.value);
    is(origin, host) || before.is_some_and(|before| before.ends_with('.'))
}

/// The host in a URL or in what people write for one.
pub(super) fn host(url: &str) -> String {
    let rest = url.split_once("://").map_or(url, |(_, rest)| rest);
    let authority = rest.split(['/', '?', '#']).next().unwrap_or_default();
    let host = authority.rsplit('@').next().unwrap_or_default();
    let host = host.split(':').next().unwrap_or_default().to_lowercase();
    let host = host.trim_end_matches('.');
    host.strip_prefix("www.").unwrap_or(host).to_owned()
}
