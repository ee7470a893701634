//! What an element can mean ([`Role`]), and which name means what in each vocabulary. Names are
//! given in lower case.

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
    /// Serves as one if the item has no other; else it is a text of the item.
    FallbackTitle,
    Link,
    /// The story's own address where a service has put its redirect into the link.
    OriginalLink,
    /// The feed's own id of an item.
    Id,
    /// Serves as one if the item has no other.
    FallbackId,
    Summary,
    /// Serves as one if the item has no other; else it is a text of the item.
    FallbackSummary,
    Content,
    /// A text of the item beside its summary and content: of a picture or video, a teaser.
    OtherText,
    Published,
    Updated,
    /// Serves as a date if the item has no other.
    FallbackDate,
    /// RSS: a text with a name or an address. Atom: the same with elements in it.
    Author,
    /// A name that comes behind the authors': theirs where they are addresses, or a helper's.
    FallbackAuthor,
    /// A name beside a picture or film: an author's, or of who made the picture.
    Credit,
    Category,
    /// Several labels, with commas between them.
    Keywords,
    Enclosure,
    Language,
    Generator,
    Ttl,
    SkipHour,
    SkipDay,
    UpdatePeriod,
    UpdateFrequency,
    /// An element whose children carry the names of ours and mean something else.
    Foreign,
    /// Any other: passed over, its children looked at.
    Unknown,
}

impl Role {
    /// What the element means inside an `<og>` without prefix: there it is Open Graph's.
    pub(super) const fn in_open_graph(self) -> Self {
        match self {
            Self::Title => Self::FallbackTitle,
            Self::Summary => Self::FallbackSummary,
            other => other,
        }
    }

    /// Whether the element holds text that may be long and hold markup.
    pub(super) const fn is_long_text(self) -> bool {
        matches!(
            self,
            Self::Summary | Self::FallbackSummary | Self::Content | Self::OtherText
        )
    }

    /// Whether the element holds text of a line, in which none of our elements can be.
    pub(super) const fn is_short_text(self) -> bool {
        matches!(
            self,
            Self::Title
                | Self::FallbackTitle
                | Self::Link
                | Self::OriginalLink
                | Self::Id
                | Self::FallbackId
                | Self::Published
                | Self::Updated
                | Self::FallbackDate
                | Self::Author
                | Self::FallbackAuthor
                | Self::Credit
                | Self::Category
                | Self::Keywords
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

pub(super) fn core_role(lower: &[u8]) -> Role {
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
        b"date" => Role::FallbackDate,
        b"creator" => Role::FallbackAuthor,
        b"keywords" | b"tags" => Role::Keywords,
        b"subtitle" => Role::OtherText,
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

pub(super) fn dublin_core_role(lower: &[u8]) -> Role {
    match lower {
        b"title" => Role::Title,
        b"alternative" => Role::FallbackTitle,
        b"description" | b"abstract" => Role::Summary,
        b"creator" | b"author" | b"contributor" => Role::Author,
        b"subject" => Role::Category,
        b"date" | b"created" | b"issued" | b"available" => Role::Published,
        b"modified" => Role::Updated,
        b"language" => Role::Language,
        b"identifier" => Role::FallbackId,
        _ => Role::Foreign,
    }
}

pub(super) fn media_role(lower: &[u8]) -> Role {
    match lower {
        b"title" => Role::FallbackTitle,
        b"description" | b"text" | b"subtitle" => Role::OtherText,
        b"keywords" => Role::Keywords,
        b"category" => Role::Category,
        b"credit" => Role::Credit,
        b"group" | b"content" => Role::Unknown,
        _ => Role::Foreign,
    }
}

pub(super) fn itunes_role(lower: &[u8]) -> Role {
    match lower {
        b"title" => Role::FallbackTitle,
        b"author" => Role::FallbackAuthor,
        b"summary" | b"description" => Role::FallbackSummary,
        b"subtitle" => Role::OtherText,
        b"keywords" => Role::Keywords,
        b"category" => Role::Category,
        _ => Role::Foreign,
    }
}

/// PRISM 3.0: what names the story's subjects and place, and its texts.
pub(super) fn prism_role(lower: &[u8]) -> Role {
    match lower {
        b"alternatetitle" => Role::FallbackTitle,
        b"teaser" | b"subtitle" => Role::OtherText,
        b"publicationname" | b"section" | b"subsection1" | b"subsection2" | b"keyword"
        | b"person" | b"organization" | b"location" | b"event" | b"object" | b"industry"
        | b"ticker" | b"genre" | b"category" | b"subject" => Role::Category,
        b"publicationdate" | b"coverdate" => Role::FallbackDate,
        _ => Role::Foreign,
    }
}

pub(super) fn open_graph_role(lower: &[u8]) -> Role {
    match lower {
        b"title" => Role::FallbackTitle,
        b"description" => Role::FallbackSummary,
        _ => Role::Foreign,
    }
}

/// CAP 1.2, whole alerts in an item and single elements.
pub(super) fn cap_role(lower: &[u8]) -> Role {
    match lower {
        b"headline" => Role::FallbackTitle,
        b"description" | b"instruction" | b"areadesc" => Role::OtherText,
        b"event" => Role::Category,
        b"sendername" => Role::FallbackAuthor,
        b"sent" => Role::FallbackDate,
        b"alert" | b"info" | b"area" => Role::Unknown,
        _ => Role::Foreign,
    }
}
