//! One key: what it takes, and what it does.

/// A key of a table.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Key {
    /// As it is written.
    pub name: &'static str,
    /// What it takes.
    pub kind: Kind,
    /// What it does, in one line.
    pub about: &'static str,
    /// The words that it takes, where its kind alone does not say; those beside a number or a
    /// duration are more of what it takes.
    pub words: &'static [&'static str],
    /// What holds where it is not set, as it is written but without quotes; `None` where that is
    /// nothing, or depends on something else.
    pub default: Option<&'static str>,
    /// Whether its table cannot do without.
    pub is_needed: bool,
}

/// What a key takes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// A string.
    String,
    /// A string or a list of strings.
    Strings,
    /// A string such as `"15m"`.
    Duration,
    /// A string such as `"15m"`, or a table with the shortest and the longest.
    Every,
    /// A string such as `"16 MiB"`.
    Size,
    /// A whole number.
    Integer,
    /// `true` or `false`.
    Boolean,
    /// The path of a file, relative to its config file.
    Path,
    /// `{ env = "…" }`, `{ file = "…" }` or `{ credential = "…" }`.
    Secret,
    /// One secret or a list of two.
    Secrets,
    /// A string, or a secret where the text is one.
    StringOrSecret,
    /// A string or a whole number.
    StringOrInteger,
    /// What a preset's receiver says: its one parameter, or all in a table.
    Preset,
    /// The short form of an entry or the long one.
    StringOrTable,
    /// The same where the short form may be a list.
    StringsOrTable,
    /// `"baseline"`, `"all"` or a whole number.
    Initial,
    /// A table with keys of its own.
    Table,
    /// Tables `[[…]]` one after the other.
    Tables,
}

impl Kind {
    /// As in "expected a string".
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::String => "a string",
            Self::Strings => "a string or a list of strings",
            Self::Duration => "a duration such as \"15m\"",
            Self::Every => "a duration such as \"15m\", or a table",
            Self::Size => "a size such as \"16 MiB\"",
            Self::Integer => "a whole number",
            Self::Boolean => "true or false",
            Self::Path => "a path",
            Self::Secret => "a secret",
            Self::Secrets => "a secret or a list of two",
            Self::StringOrSecret => "a string or a secret",
            Self::StringOrInteger => "a string or a whole number",
            Self::Preset => "a string, a secret or a table",
            Self::StringOrTable => "a string or a table",
            Self::StringsOrTable => "a list of strings or a table",
            Self::Initial => "\"baseline\", \"all\" or a number",
            Self::Table => "a table",
            Self::Tables => "a list of tables",
        }
    }
}

pub(super) const fn key(name: &'static str, kind: Kind, about: &'static str) -> Key {
    Key {
        name,
        kind,
        about,
        words: &[],
        default: None,
        is_needed: false,
    }
}

impl Key {
    pub(super) const fn of(self, words: &'static [&'static str]) -> Self {
        Self { words, ..self }
    }

    pub(super) const fn or(self, default: &'static str) -> Self {
        Self {
            default: Some(default),
            ..self
        }
    }

    pub(super) const fn needed(self) -> Self {
        Self {
            is_needed: true,
            ..self
        }
    }
}
