//! The vocabularies that feeds are written in, and what each element means.

use super::vocabulary::{Family, Role};

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
            (Self::Podcast, b"person") => Role::SecondAuthor,
            (Self::Prism, lower) => prism_role(lower),
            (Self::Cap, lower) => cap_role(lower),
            (Self::GeoRss, b"featurename") => Role::Category,
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
        // `date`, `creator` and `subject` are Dublin Core's without its prefix.
        b"category" | b"subject" => Role::Category,
        b"date" => Role::SecondDate,
        b"creator" => Role::SecondAuthor,
        b"keywords" | b"tags" => Role::Keywords,
        b"subtitle" => Role::OtherText,
        b"enclosure" => Role::Enclosure,
        b"language" => Role::Language,
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
        b"alternative" => Role::SecondTitle,
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

fn media_role(lower: &[u8]) -> Role {
    match lower {
        b"title" => Role::SecondTitle,
        b"description" | b"text" | b"subtitle" => Role::OtherText,
        b"keywords" => Role::Keywords,
        b"category" => Role::Category,
        b"credit" => Role::Credit,
        b"group" | b"content" => Role::Unknown,
        _ => Role::Foreign,
    }
}

fn itunes_role(lower: &[u8]) -> Role {
    match lower {
        b"title" => Role::SecondTitle,
        b"author" => Role::SecondAuthor,
        b"summary" | b"description" => Role::SecondSummary,
        b"subtitle" => Role::OtherText,
        b"keywords" => Role::Keywords,
        b"category" => Role::Category,
        _ => Role::Foreign,
    }
}

/// PRISM 3.0: what names the story's subjects and place, and its texts.
fn prism_role(lower: &[u8]) -> Role {
    match lower {
        b"alternatetitle" => Role::SecondTitle,
        b"teaser" | b"subtitle" => Role::OtherText,
        b"publicationname" | b"section" | b"subsection1" | b"subsection2" | b"keyword"
        | b"person" | b"organization" | b"location" | b"event" | b"object" | b"industry"
        | b"ticker" | b"genre" | b"category" | b"subject" => Role::Category,
        b"publicationdate" | b"coverdate" => Role::SecondDate,
        _ => Role::Foreign,
    }
}

/// CAP 1.2, whole alerts in an item and single elements.
fn cap_role(lower: &[u8]) -> Role {
    match lower {
        b"headline" => Role::SecondTitle,
        b"description" | b"instruction" | b"areadesc" => Role::OtherText,
        b"event" => Role::Category,
        b"sendername" => Role::SecondAuthor,
        b"sent" => Role::SecondDate,
        b"alert" | b"info" | b"area" => Role::Unknown,
        _ => Role::Foreign,
    }
}
