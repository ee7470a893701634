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

/// `en` is every English, `en-gb` only British, `zh-tw` also `zh-hant-tw` (extended filtering,
/// RFC 4647 §3.3.2, without wildcards inside).
fn is_language(origin: &Origin, language: &str) -> bool {
    if origin.is_prefix {
        return language.starts_with(&origin.value);
    }
    let value = origin.value.replace('_', "-");
    let (mut range, mut tag) = (value.split('-'), language.split('-'));
    range.next() == tag.next()
        && range.all(|wanted| {
            // What stands behind a single letter is an extension: nothing is skipped there.
            tag.by_ref()
                .find(|part| *part == wanted || part.len() == 1)
                .is_some_and(|part| part == wanted)
        })
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_language_holds_its_regions_and_scripts() {
        for (value, language, expected) in [
            ("zh", "zh-hant-tw", true),
            ("zh-tw", "zh-hant-tw", true),
            ("zh-hant", "zh-hant-tw", true),
            ("zh-hans", "zh-hant-tw", false),
            ("zh-tw-hant", "zh-hant-tw", false),
            ("pt-br", "pt-br", true),
            ("pt_br", "pt-br", true),
            ("pt-br", "pt", false),
            ("pt-br", "pt-pt", false),
            ("p", "pt", false),
            ("pt", "p", false),
            ("de-co", "de-x-co", false),
            ("de", "", false),
        ] {
            let origin = Origin {
                kind: OriginKind::Lang,
                value: value.to_owned(),
                is_prefix: false,
                span: 0..0,
            };
            assert_eq!(
                is_language(&origin, language),
                expected,
                "{value} {language}"
            );
        }
    }
}
