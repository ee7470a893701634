//! What the elements of all feed formats mean, whatever they are called.

use std::collections::HashMap;

use super::{
    space::{Space, space_of_prefix, space_of_uri},
    token::Tag,
};

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
    /// What may serve as one where there is none, and is a text of the item where there is.
    SecondTitle,
    Link,
    /// The story's own address where a service has put its redirect into the link.
    OriginalLink,
    /// The feed's own id of an item.
    Id,
    /// What may serve as one where there is none.
    SecondId,
    Summary,
    /// What may serve as one where there is none, and is a text of the item where there is.
    SecondSummary,
    Content,
    /// A text of the item beside its summary and content: of a picture or video, a teaser.
    OtherText,
    Published,
    Updated,
    /// What may serve as a date where there is none.
    SecondDate,
    /// RSS: a text with a name or an address. Atom: the same with elements in it.
    Author,
    /// A name that comes behind the authors': theirs where they are addresses, or a helper's.
    SecondAuthor,
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
            Self::Title => Self::SecondTitle,
            Self::Summary => Self::SecondSummary,
            other => other,
        }
    }

    /// Whether the element holds text that may be long and hold markup.
    pub(super) const fn is_long_text(self) -> bool {
        matches!(
            self,
            Self::Summary | Self::SecondSummary | Self::Content | Self::OtherText
        )
    }

    /// Whether the element holds text of a line, in which none of our elements can stand.
    pub(super) const fn is_short_text(self) -> bool {
        matches!(
            self,
            Self::Title
                | Self::SecondTitle
                | Self::Link
                | Self::OriginalLink
                | Self::Id
                | Self::SecondId
                | Self::Published
                | Self::Updated
                | Self::SecondDate
                | Self::Author
                | Self::SecondAuthor
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
