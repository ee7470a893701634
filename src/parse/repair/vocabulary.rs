//! What the elements of all feed formats mean, whatever they are called.

use std::collections::HashMap;

use super::token::Tag;

/// The three ways to lay out a feed in XML.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Family {
    /// `<rss>`, and a `<channel>` without it.
    Rss,
    /// RSS 0.90, 1.0 and 1.1.
    Rdf,
    /// `<feed>`, and an `<entry>` without it.
    Atom,
}

/// What an element means to us.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Role {
    Root(Family),
    Item,
    Title,
    Link,
    /// The story's own address where a service has put its redirect into the link.
    OriginalLink,
    /// The feed's own id of an item.
    Id,
    /// What may serve as one where there is none.
    SecondId,
    Summary,
    /// What may serve as one where there is none.
    SecondSummary,
    Content,
    Published,
    Updated,
    /// RSS: a text with a name or an address. Atom: the same with elements in it.
    Author,
    /// What may serve as one where there is none.
    SecondAuthor,
    Category,
    Enclosure,
    Language,
    Generator,
    Ttl,
    SkipHour,
    SkipDay,
    UpdatePeriod,
    UpdateFrequency,
    /// Text of a picture or video, told apart by nothing from the story's own.
    MediaText,
    /// An element whose children carry the names of ours and mean something else.
    Foreign,
    /// Any other: passed over, its children looked at.
    Unknown,
}

impl Role {
    /// Whether the element holds text that may be long and hold markup.
    pub(super) const fn is_long_text(self) -> bool {
        matches!(
            self,
            Self::Summary | Self::SecondSummary | Self::Content | Self::MediaText
        )
    }

    /// Whether the element holds text of a line, in which none of our elements can stand.
    pub(super) const fn is_short_text(self) -> bool {
        matches!(
            self,
            Self::Title
                | Self::Link
                | Self::OriginalLink
                | Self::Id
                | Self::SecondId
                | Self::Published
                | Self::Updated
                | Self::Author
                | Self::SecondAuthor
                | Self::Category
                | Self::Language
                | Self::Generator
                | Self::Ttl
                | Self::SkipHour
                | Self::SkipDay
                | Self::UpdatePeriod
                | Self::UpdateFrequency
        )
    }
}

/// A family of names.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Space {
    /// RSS and Atom of any version: no element of one is something else in another.
    Core,
    Rdf,
    DublinCore,
    Content,
    Media,
    FeedBurner,
    Itunes,
    Syndication,
    Xhtml,
    Other,
}

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
        role_in(space, local)
    }
}

/// Spaces by URI, without scheme, case, `www.` and trailing `/` or `#`.
fn space_of_uri(uri: &str) -> Space {
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
        "itunes.com/dtds/podcast-1.0.dtd" => Space::Itunes,
        "rssnamespace.org/feedburner/ext/1.0" => Space::FeedBurner,
        "w3.org/1999/xhtml" => Space::Xhtml,
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
fn space_of_prefix(prefix: &str) -> Space {
    match prefix {
        "atom" | "atom10" | "a10" | "rss" => Space::Core,
        "rdf" => Space::Rdf,
        "dc" | "dcterms" => Space::DublinCore,
        "content" => Space::Content,
        "media" => Space::Media,
        "feedburner" => Space::FeedBurner,
        "itunes" => Space::Itunes,
        "sy" => Space::Syndication,
        "xhtml" => Space::Xhtml,
        _ => Space::Other,
    }
}

fn role_in(space: Space, local: &str) -> Role {
    // Short names on the stack: no allocation for each tag.
    let mut buffer = [0; 24];
    let Some(lower) = buffer.get_mut(..local.len()) else {
        return unknown(space);
    };
    lower.copy_from_slice(local.as_bytes());
    lower.make_ascii_lowercase();
    match (space, &*lower) {
        (Space::Core, lower) => core_role(lower),
        (Space::Rdf, b"rdf") => Role::Root(Family::Rdf),
        (Space::DublinCore, lower) => dublin_core_role(lower),
        (Space::Content, b"encoded" | b"items") | (Space::Xhtml, b"body" | b"div") => Role::Content,
        (Space::Media, b"title" | b"description" | b"text" | b"subtitle") => Role::MediaText,
        (Space::Rdf, _) | (Space::Media, b"group" | b"content") => Role::Unknown,
        (Space::FeedBurner, b"origlink") => Role::OriginalLink,
        (Space::Itunes, b"author") => Role::SecondAuthor,
        (Space::Itunes, b"summary") => Role::SecondSummary,
        (Space::Itunes, b"category") => Role::Category,
        (Space::Syndication, b"updateperiod") => Role::UpdatePeriod,
        (Space::Syndication, b"updatefrequency") => Role::UpdateFrequency,
        _ => unknown(space),
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

fn core_role(lower: &[u8]) -> Role {
    match lower {
        b"rss" => Role::Root(Family::Rss),
        b"feed" => Role::Root(Family::Atom),
        b"rdf" => Role::Root(Family::Rdf),
        b"item" | b"entry" => Role::Item,
        b"title" => Role::Title,
        b"link" => Role::Link,
        b"guid" | b"id" => Role::Id,
        b"description" | b"summary" | b"abstract" => Role::Summary,
        b"content" | b"body" | b"fullitem" => Role::Content,
        b"pubdate" | b"published" | b"issued" | b"created" => Role::Published,
        b"updated" | b"modified" | b"lastbuilddate" => Role::Updated,
        b"author" | b"contributor" | b"managingeditor" | b"webmaster" => Role::Author,
        b"category" => Role::Category,
        b"enclosure" => Role::Enclosure,
        b"language" => Role::Language,
        b"generator" => Role::Generator,
        b"ttl" => Role::Ttl,
        b"hour" => Role::SkipHour,
        b"day" => Role::SkipDay,
        b"image" | b"textinput" | b"source" | b"cloud" | b"items" => Role::Foreign,
        _ => Role::Unknown,
    }
}

fn dublin_core_role(lower: &[u8]) -> Role {
    match lower {
        b"title" => Role::Title,
        b"description" | b"abstract" => Role::Summary,
        b"creator" | b"author" | b"contributor" => Role::Author,
        b"subject" => Role::Category,
        b"date" | b"created" | b"issued" | b"available" => Role::Published,
        b"modified" => Role::Updated,
        b"language" => Role::Language,
        b"identifier" => Role::SecondId,
        _ => Role::Foreign,
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
