//! Why a document gives no items: one variant for each cause, each with a closed reason that is
//! also the metric label.

use std::fmt;

use serde::Serialize;

/// A document that is not a feed, or a feed that cannot be read.
///
/// A feed that is merely damaged is no error: what could be read comes out, and what was repaired
/// is listed in [`ParsedFeed::warnings`](super::ParsedFeed::warnings).
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ParseError {
    /// No bytes, or nothing but white space.
    #[error("the document is empty")]
    Empty,
    /// A web page: a login form, an error page, or the site instead of its feed.
    #[error("the document is an HTML page{}{}", titled(title.as_deref()), asking(*asks_password))]
    Html {
        /// The page's own title, plain and cut to a line.
        title: Option<String>,
        /// Whether the page asks for a password.
        asks_password: bool,
    },
    /// Neither XML with a feed's root element nor a JSON Feed.
    #[error("the document is no feed: it starts with {starts_with:?}")]
    NotAFeed {
        /// The first characters.
        starts_with: String,
    },
    /// The markup shows items and none could be read.
    #[error("the document has {markup} items, {read} could be read")]
    ItemsLost {
        /// Item tags in the document.
        markup: usize,
        /// Items read.
        read: usize,
    },
    /// JSON nested beyond any feed.
    #[error("the document is nested deeper than {limit} levels")]
    TooDeep {
        /// The limit.
        limit: usize,
    },
    /// JSON of more parts than any feed.
    #[error("the document holds more than {limit} values")]
    TooManyValues {
        /// The limit.
        limit: usize,
    },
    /// JSON that is not well-formed, or a repaired document that still does not read.
    #[error("the document is malformed: {detail}")]
    Malformed {
        /// The reader's own words.
        detail: String,
    },
    /// The reader panicked: a defect of ours or of a library, and this document's failure only.
    #[error("reading the document panicked")]
    Panicked,
}

impl ParseError {
    /// The closed reason, also a metric label.
    pub const fn reason(&self) -> ParseReason {
        match self {
            Self::Empty => ParseReason::Empty,
            Self::Html {
                asks_password: true,
                ..
            } => ParseReason::Login,
            Self::Html { .. } => ParseReason::Html,
            Self::NotAFeed { .. } => ParseReason::NotAFeed,
            Self::ItemsLost { .. } => ParseReason::ItemsLost,
            Self::TooDeep { .. } => ParseReason::TooDeep,
            Self::TooManyValues { .. } => ParseReason::TooManyValues,
            Self::Malformed { .. } => ParseReason::Malformed,
            Self::Panicked => ParseReason::Panicked,
        }
    }
}

/// Why a document gives no items, without the details. Closed: it is a metric label.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum ParseReason {
    /// [`ParseError::Empty`]
    Empty,
    /// [`ParseError::Html`]
    Html,
    /// [`ParseError::Html`] that asks for a password.
    Login,
    /// [`ParseError::NotAFeed`]
    NotAFeed,
    /// [`ParseError::ItemsLost`]
    ItemsLost,
    /// [`ParseError::TooDeep`]
    TooDeep,
    /// [`ParseError::TooManyValues`]
    TooManyValues,
    /// [`ParseError::Malformed`]
    Malformed,
    /// [`ParseError::Panicked`]
    Panicked,
}

impl ParseReason {
    /// The label.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Empty => "empty",
            Self::Html => "html",
            Self::Login => "login",
            Self::NotAFeed => "not_a_feed",
            Self::ItemsLost => "items_lost",
            Self::TooDeep => "too_deep",
            Self::TooManyValues => "too_many_values",
            Self::Malformed => "malformed",
            Self::Panicked => "panicked",
        }
    }
}

impl fmt::Display for ParseReason {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.pad(self.as_str())
    }
}

const fn asking(password: bool) -> &'static str {
    if password {
        ", which asks for a password"
    } else {
        ""
    }
}

fn titled(title: Option<&str>) -> String {
    title.map_or_else(String::new, |title| format!(" titled {title:?}"))
}
