//! What had to be repaired to read a document: for each kind of fault how often, and where first.
//!
//! Memory is bounded by the number of kinds, however broken the document is.

use std::fmt;

use serde::Serialize;

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
