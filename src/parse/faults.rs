//! What is wrong with a document: why it gives no items, or what had to be repaired to read it.
//!
//! An error has one variant for each cause, with a closed reason that is also the metric label.
//! Warnings say for each kind of fault how often it occurs, and where first. Their memory is bounded
//! by the number of kinds, however broken the document is.

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

/// One kind of fault in a document, listed once with how often and where first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Warning {
    /// What was wrong.
    pub kind: WarningKind,
    /// How often.
    pub count: u32,
    /// Byte offset of the first one in the decoded text; 0 where a place makes no sense.
    pub first_at: usize,
}

/// What was wrong with a document that was read all the same. Closed: it is shown and stored.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum WarningKind {
    /// The bytes are not in the encoding that the document or its server declares.
    WrongEncoding,
    /// Bytes that are no text in the document's encoding.
    BadBytes,
    /// Something is before the root element.
    JunkBeforeRoot,
    /// An `&` that starts no reference.
    BareAmpersand,
    /// A `<` that starts no tag.
    BareLessThan,
    /// A reference to a name that neither HTML nor the document defines.
    UnknownEntity,
    /// A character that XML forbids.
    ForbiddenCharacter,
    /// Literal markup inside an element that holds text.
    MarkupInText,
    /// An element that is not closed, or closed twice, or before one that is in it.
    UnclosedElement,
    /// The document ends before its root element does.
    Truncated,
    /// A date that cannot be read.
    UnreadableDate,
    /// A date before 1990 or more than two days ahead.
    DateOutOfRange,
    /// A JSON value of another type than the format says.
    WrongJsonType,
    /// More items than are read.
    TooManyItems,
    /// More authors or categories on one item than are kept.
    TooManyLabels,
    /// A text longer than is kept.
    TextTooLong,
    /// Item tags that gave no item.
    ItemsMissing,
}

impl WarningKind {
    /// The name, as shown and stored.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::WrongEncoding => "wrong_encoding",
            Self::BadBytes => "bad_bytes",
            Self::JunkBeforeRoot => "junk_before_root",
            Self::BareAmpersand => "bare_ampersand",
            Self::BareLessThan => "bare_less_than",
            Self::UnknownEntity => "unknown_entity",
            Self::ForbiddenCharacter => "forbidden_character",
            Self::MarkupInText => "markup_in_text",
            Self::UnclosedElement => "unclosed_element",
            Self::Truncated => "truncated",
            Self::UnreadableDate => "unreadable_date",
            Self::DateOutOfRange => "date_out_of_range",
            Self::WrongJsonType => "wrong_json_type",
            Self::TooManyItems => "too_many_items",
            Self::TooManyLabels => "too_many_labels",
            Self::TextTooLong => "text_too_long",
            Self::ItemsMissing => "items_missing",
        }
    }
}

impl fmt::Display for WarningKind {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.pad(self.as_str())
    }
}

/// Collects warnings, one per kind.
#[derive(Debug, Default)]
pub(super) struct Warnings(Vec<Warning>);

impl Warnings {
    pub(super) fn note(&mut self, kind: WarningKind, at: usize) {
        self.note_many(kind, at, 1);
    }

    pub(super) fn note_many(&mut self, kind: WarningKind, at: usize, count: usize) {
        let count = u32::try_from(count).unwrap_or(u32::MAX);
        if count == 0 {
            return;
        }
        match self.0.iter_mut().find(|warning| warning.kind == kind) {
            Some(warning) => warning.count = warning.count.saturating_add(count),
            None => self.0.push(Warning {
                kind,
                count,
                first_at: at,
            }),
        }
    }

    pub(super) fn into_vec(self) -> Vec<Warning> {
        self.0
    }
}
