//! The vocabularies that feeds are written in: which one an element's prefix names, and so what
//! the element means.
//!
//! A prefix means what the document declares, and where it declares nothing, what everyone uses it
//! for. No allocation for each element.

use std::collections::HashMap;

use super::{
    roles::{
        Family, Role, cap_role, core_role, dublin_core_role, itunes_role, media_role,
        open_graph_role, prism_role,
    },
    token::Tag,
};

/// The prefixes a document declares, and those it forgets to.
#[derive(Debug, Default)]
pub(super) struct Vocabulary<'a> {
    declared: HashMap<&'a str, Space>,
}

impl<'a> Vocabulary<'a> {
    /// Learns a tag's `xmlns:…`. Prefixes count for the whole document: no feed uses one for two
    /// things. The default namespace is not looked at: on `<rss>` it is nearly always wrong.
    pub(super) fn learn(&mut self, tag: &Tag<'a>) {
        if !tag.may_declare() {
            return;
        }
        for (name, value) in tag.attributes() {
            if let Some(prefix) = name.strip_prefix("xmlns:") {
                self.declared.insert(prefix, space_of_uri(value));
            }
        }
    }

    /// What the element of that name means.
    pub(super) fn role(&self, name: &str) -> Role {
        let (space, local) = match name.split_once(':') {
            None => (Space::Core, name),
            Some((prefix, local)) => {
                let declared = self.declared.get(prefix).copied();
                (declared.unwrap_or_else(|| space_of_prefix(prefix)), local)
            }
        };
        space.role(local)
    }
}

/// A family of names.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Space {
    /// RSS and Atom of any version: no element of one is something else in another.
    Core,
    Rdf,
    DublinCore,
    Content,
    Media,
    FeedBurner,
    /// Apple's for podcasts, and Google's, which is alike.
    Itunes,
    /// Podcasting 2.0.
    Podcast,
    /// Publishing Requirements for Industry Standard Metadata: journals, magazines.
    Prism,
    /// Common Alerting Protocol: weather offices, civil protection.
    Cap,
    GeoRss,
    /// What a page shows of itself when it is shared.
    OpenGraph,
    Syndication,
    Xhtml,
    Other,
}

/// Spaces by URI, without scheme, case, `www.` and trailing `/` or `#`.
pub(super) fn space_of_uri(uri: &str) -> Space {
    let uri = uri.trim().to_ascii_lowercase();
    let uri = uri
        .trim_start_matches("http://")
        .trim_start_matches("https://");
    let uri = uri.trim_start_matches("www.").trim_end_matches(['/', '#']);
    match uri {
        "w3.org/2005/atom" | "purl.org/rss/1.0" | "purl.org/net/rss1.1" => Space::Core,
        "w3.org/1999/02/22-rdf-syntax-ns" => Space::Rdf,
        "purl.org/dc/terms" => Space::DublinCore,
        "purl.org/rss/1.0/modules/content" => Space::Content,
        "search.yahoo.com/mrss" | "rssboard.org/media-rss" => Space::Media,
        "purl.org/rss/1.0/modules/syndication" => Space::Syndication,
        "itunes.com/dtds/podcast-1.0.dtd" | "google.com/schemas/play-podcasts/1.0" => Space::Itunes,
        "georss.org/georss" => Space::GeoRss,
        "ogp.me/ns" | "opengraphprotocol.org/schema" => Space::OpenGraph,
        "rssnamespace.org/feedburner/ext/1.0" => Space::FeedBurner,
        "w3.org/1999/xhtml" => Space::Xhtml,
        _ if uri.contains("podcast-namespace") || uri.starts_with("podcastindex.org/namespace") => {
            Space::Podcast
        }
        _ if uri.starts_with("prismstandard.org/namespaces") => Space::Prism,
        _ if uri.starts_with("urn:oasis:names:tc:emergency:cap") => Space::Cap,
        _ if uri.starts_with("purl.org/atom/") => Space::Core,
        _ if uri.starts_with("purl.org/dc/elements/") => Space::DublinCore,
        _ if uri.starts_with("backend.userland.com/rss") => Space::Core,
        _ if uri.ends_with("law.harvard.edu/tech/rss") => Space::Core,
        _ if uri.starts_with("my.netscape.com/") || uri.starts_with("channel.netscape.com/") => {
            Space::Core
        }
        _ => Space::Other,
    }
}

/// Spaces by the prefix that everyone uses, where a document does not declare it.
pub(super) fn space_of_prefix(prefix: &str) -> Space {
    match prefix {
        "atom" | "atom10" | "a10" | "rss" => Space::Core,
        "rdf" => Space::Rdf,
        "dc" | "dcterms" => Space::DublinCore,
        "content" => Space::Content,
        "media" => Space::Media,
        "feedburner" => Space::FeedBurner,
        "itunes" | "googleplay" => Space::Itunes,
        "podcast" => Space::Podcast,
        "prism" => Space::Prism,
        "cap" => Space::Cap,
        "georss" => Space::GeoRss,
        "og" => Space::OpenGraph,
        "sy" => Space::Syndication,
        "xhtml" => Space::Xhtml,
        _ => Space::Other,
    }
}

impl Space {
    /// What its element of that name means.
    pub(super) fn role(self, local: &str) -> Role {
        // Short names on the stack: no allocation for each tag.
        let mut buffer = [0; 24];
        let Some(lower) = buffer.get_mut(..local.len()) else {
            return unknown(self);
        };
        lower.copy_from_slice(local.as_bytes());
        lower.make_ascii_lowercase();
        match (self, &*lower) {
            (Self::Core, lower) => core_role(lower),
            (Self::Rdf, b"rdf") => Role::Root(Family::Rdf),
            (Self::DublinCore, lower) => dublin_core_role(lower),
            (Self::Content, b"encoded" | b"items") | (Self::Xhtml, b"body" | b"div") => {
                Role::Content
            }
            (Self::Media, lower) => media_role(lower),
            (Self::Rdf, _) => Role::Unknown,
            (Self::FeedBurner, b"origlink") => Role::OriginalLink,
            (Self::Itunes, lower) => itunes_role(lower),
            (Self::Podcast, b"person") => Role::FallbackAuthor,
            (Self::Prism, lower) => prism_role(lower),
            (Self::Cap, lower) => cap_role(lower),
            (Self::GeoRss, b"featurename") => Role::Category,
            (Self::OpenGraph, lower) => open_graph_role(lower),
            (Self::Syndication, b"updateperiod") => Role::UpdatePeriod,
            (Self::Syndication, b"updatefrequency") => Role::UpdateFrequency,
            _ => unknown(self),
        }
    }
}

/// A prefixed stranger's children are strangers; an unprefixed one is a slip of the pen.
fn unknown(space: Space) -> Role {
    if space == Space::Core {
        Role::Unknown
    } else {
        Role::Foreign
    }
}

#[cfg(test)]
mod tests {
    use super::super::token::{Token, Tokens};
    use super::*;

    fn role_under(root: &str, name: &str) -> Role {
        let mut vocabulary = Vocabulary::default();
        for (_, token) in Tokens::new(root) {
            if let Token::Open(tag) = token {
                vocabulary.learn(&tag);
            }
        }
        vocabulary.role(name)
    }

    #[test]
    fn a_declared_prefix_counts_whatever_it_is() {
        for uri in [
            "http://purl.org/dc/elements/1.1/",
            "http://purl.org/dc/elements/1.0/",
            "https://PURL.org/dc/elements/1.1",
            "http://purl.org/dc/terms/",
        ] {
            let root = format!("<rss xmlns:x='{uri}'>");
            assert_eq!(role_under(&root, "x:creator"), Role::Author, "{uri}");
        }
        let root = "<a:feed xmlns:a='http://www.w3.org/2005/Atom'>";
        assert_eq!(role_under(root, "a:feed"), Role::Root(Family::Atom));
        let root = "<rss xmlns:dc='http://example.org/other'>";
        assert_eq!(role_under(root, "dc:creator"), Role::Foreign);
    }

    #[test]
    fn a_forgotten_prefix_means_what_everyone_means() {
        assert_eq!(role_under("<rss>", "dc:creator"), Role::Author);
        assert_eq!(role_under("<rss>", "content:encoded"), Role::Content);
        assert_eq!(role_under("<rss>", "activity:object"), Role::Foreign);
    }

    #[test]
    fn case_does_not_count() {
        assert_eq!(role_under("<RSS>", "RSS"), Role::Root(Family::Rss));
        assert_eq!(role_under("<rss>", "PubDate"), Role::Published);
    }

    #[test]
    fn long_names_are_unknown() {
        assert_eq!(role_under("<rss>", &"title".repeat(9)), Role::Unknown);
    }
}
