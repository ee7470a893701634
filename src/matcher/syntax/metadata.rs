//! Conditions on an item's metadata: the feed, the language and the site that it comes from.
//!
//! The value in the expression and the value of the item are normalized by the same function and
//! then compared.

use std::ops::Range;

/// A condition on the item's feed, language or site.
#[derive(Debug, Clone, PartialEq)]
pub(in crate::matcher) struct MetadataCondition {
    pub(in crate::matcher) kind: MetadataKind,
    /// In the form that [`MetadataKind::normalized`] gives.
    pub(in crate::matcher) value: String,
    /// Whether `value` is only how it begins.
    pub(in crate::matcher) is_prefix: bool,
    pub(in crate::matcher) span: Range<usize>,
}

/// What a [`MetadataCondition`] looks at.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::matcher) enum MetadataKind {
    Feed,
    Lang,
    Site,
}

impl MetadataKind {
    pub(in crate::matcher) const ALL: [Self; 3] = [Self::Feed, Self::Lang, Self::Site];

    pub(in crate::matcher) const fn as_str(self) -> &'static str {
        match self {
            Self::Feed => "feed",
            Self::Lang => "lang",
            Self::Site => "site",
        }
    }

    /// The value that is compared: in lower case, of a site its host.
    pub(in crate::matcher) fn normalized(self, value: &str) -> String {
        match self {
            Self::Feed => value.to_lowercase(),
            Self::Lang => value.to_lowercase().replace('_', "-"),
            Self::Site => host(value),
        }
    }
}

impl MetadataCondition {
    /// Whether the condition holds for an item's [normalized](MetadataKind::normalized) value.
    pub(in crate::matcher) fn holds(&self, value: &str) -> bool {
        match self.kind {
            MetadataKind::Feed => is(self, value),
            MetadataKind::Lang => is_language(self, value),
            MetadataKind::Site => is_site(self, value),
        }
    }
}

fn is(condition: &MetadataCondition, value: &str) -> bool {
    if condition.is_prefix {
        value.starts_with(&condition.value)
    } else {
        value == condition.value
    }
}

/// `en` is every English, `en-gb` only British, `zh-tw` also `zh-hant-tw` (extended filtering,
/// RFC 4647 §3.3.2, without wildcards inside).
fn is_language(condition: &MetadataCondition, language: &str) -> bool {
    if condition.is_prefix {
        return language.starts_with(&condition.value);
    }
    let value = condition.value.replace('_', "-");
    let (mut range, mut tag) = (value.split('-'), language.split('-'));
    range.next() == tag.next()
        && range.all(|wanted| {
            // What follows a single letter is an extension: nothing is skipped there.
            tag.by_ref()
                .find(|part| *part == wanted || part.len() == 1)
                .is_some_and(|part| part == wanted)
        })
}

/// A site is its host and every host below it.
fn is_site(condition: &MetadataCondition, host: &str) -> bool {
    let before = host.strip_suffix(&condition.value);
    is(condition, host) || before.is_some_and(|before| before.ends_with('.'))
}

/// The host in a URL or in what people write for one.
fn host(url: &str) -> String {
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
            let condition = MetadataCondition {
                kind: MetadataKind::Lang,
                value: value.to_owned(),
                is_prefix: false,
                span: 0..0,
            };
            assert_eq!(
                is_language(&condition, language),
                expected,
                "{value} {language}"
            );
        }
    }
}
