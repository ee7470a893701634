//! What can be wrong with a config, and where.

use std::{ops::Range, path::PathBuf};

use base64::{Engine as _, engine::general_purpose::STANDARD};
use ring::digest::{Context, SHA256};

/// Index of a file in [`Sources`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct FileId(pub(super) usize);

impl FileId {
    /// The only file there is, or the main one.
    pub(super) const FIRST: Self = Self(0);
}

/// A file of the config as it was read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Source {
    /// As the operator named it, or as the glob found it.
    pub path: PathBuf,
    /// The text without its byte order mark; empty where the file could not be read.
    pub text: String,
}

/// Every file of the config, the main one first.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Sources(pub(super) Vec<Source>);

/// Bytes of one file; no span is the file as a whole.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SourceLocation {
    /// The file.
    pub file: FileId,
    /// In bytes of its text.
    pub span: Option<Range<usize>>,
}

/// A place in the terms people use.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Location {
    /// The file.
    pub path: PathBuf,
    /// From 1; 0 is the file as a whole.
    pub line: usize,
    /// From 1, in Unicode scalar values; 0 is the file as a whole.
    pub column: usize,
}

/// Whether the config can be used all the same.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Severity {
    /// It cannot be used.
    Error,
    /// It can, but this is probably not meant.
    Warning,
}

/// One thing that is wrong.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problem {
    /// Whether the config can be used all the same.
    pub severity: Severity,
    /// Where the caret goes.
    pub place: SourceLocation,
    /// Lowercase, no full stop, one line, no secret.
    pub message: String,
    /// What to write instead.
    pub help: Option<String>,
    /// A second place that explains the first, and what it is.
    pub related: Option<(SourceLocation, String)>,
    /// Whether what is at its place is a secret, so that no report shows it.
    pub is_concealed: bool,
}

impl SourceLocation {
    /// Some bytes of a file.
    pub(super) fn new(file: FileId, span: Range<usize>) -> Self {
        Self {
            file,
            span: Some(span),
        }
    }

    /// A file as a whole.
    pub(super) fn whole(file: FileId) -> Self {
        Self { file, span: None }
    }
}

impl Problem {
    pub(super) fn error(place: SourceLocation, message: impl Into<String>) -> Self {
        Self {
            severity: Severity::Error,
            place,
            message: message.into(),
            help: None,
            related: None,
            is_concealed: false,
        }
    }

    pub(super) fn warning(place: SourceLocation, message: impl Into<String>) -> Self {
        Self {
            severity: Severity::Warning,
            ..Self::error(place, message)
        }
    }

    pub(super) fn help(self, help: impl Into<String>) -> Self {
        self.help_if(Some(help.into()))
    }

    pub(super) fn help_if(mut self, help: Option<String>) -> Self {
        self.help = help;
        self
    }

    pub(super) fn concealed(mut self) -> Self {
        self.is_concealed = true;
        self
    }

    pub(super) fn related(mut self, place: SourceLocation, what: impl Into<String>) -> Self {
        self.related = Some((place, what.into()));
        self
    }
}

impl Sources {
    pub(super) fn get(&self, file: FileId) -> &Source {
        &self.0[file.0]
    }

    pub(super) fn files(&self) -> impl Iterator<Item = (FileId, &Source)> {
        self.0
            .iter()
            .enumerate()
            .map(|(index, source)| (FileId(index), source))
    }

    pub(super) fn push(&mut self, source: Source) -> FileId {
        self.0.push(source);
        FileId(self.0.len() - 1)
    }

    /// A text that is another one where the text of any of the files is.
    pub fn fingerprint(&self) -> String {
        let mut digest = Context::new(&SHA256);
        for source in &self.0 {
            digest.update(&(source.text.len() as u64).to_le_bytes());
            digest.update(source.text.as_bytes());
        }
        STANDARD.encode(digest.finish())
    }

    /// Line and column of the first byte of `place`.
    pub fn locate(&self, place: &SourceLocation) -> Location {
        let source = self.get(place.file);
        let path = source.path.clone();
        let Some(span) = &place.span else {
            return Location {
                path,
                line: 0,
                column: 0,
            };
        };
        let (line, column) = line_and_column(&source.text, span.start);
        Location { path, line, column }
    }
}

/// Both from 1; the column in Unicode scalar values.
pub(super) fn line_and_column(text: &str, offset: usize) -> (usize, usize) {
    let before = &text[..text.floor_char_boundary(offset)];
    let line_start = before.rfind('\n').map_or(0, |newline| newline + 1);
    let line = 1 + memchr::memchr_iter(b'\n', before.as_bytes()).count();
    (line, 1 + before[line_start..].chars().count())
}
