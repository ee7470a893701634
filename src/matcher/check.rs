//! What decides about a hit beyond its place.

use std::ops::Range;

use super::{entity::is_written_as_name, spelling};
use crate::text;

/// What must hold in the source, since folding has dropped it.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(super) enum Check {
    /// Nothing.
    Folded,
    /// An acronym: capitals, or a capital and at least [`MIN_ACRONYM_TAIL`] small letters.
    Capitals,
    /// A person's name, as such names are written.
    Name,
    /// The same exact form.
    Exact(Box<str>),
    /// The same canonical form once umlauts are spelled out: `Müller` for `Mueller`.
    SpelledOut(Box<str>),
}

impl Check {
    /// Whether a hit at `span` of the source passes.
    pub(super) fn holds(&self, field: &str, span: Range<usize>) -> bool {
        let source = &field[span.clone()];
        match self {
            Self::Folded => true,
            Self::Name => is_written_as_name(field, span),
            Self::Capitals => is_acronym(source),
            Self::Exact(form) => text::exact(source) == **form,
            Self::SpelledOut(form) => text::fold(&spelling::spell_out(source)) == **form,
        }
    }
}

/// How many small letters make `Nato` the acronym that `NATO` is: British and most European
/// papers write one of four letters or more so, while `Us` and `Who` are words.
const MIN_ACRONYM_TAIL: usize = 3;

fn is_acronym(source: &str) -> bool {
    let mut letters = source.chars().filter(|c| c.is_alphabetic());
    let starts = letters.next().is_some_and(char::is_uppercase);
    let mut tail = || letters.try_fold(0, |count, c| c.is_lowercase().then_some(count + 1));
    !source.contains(char::is_lowercase)
        || (starts && tail().is_some_and(|count| count >= MIN_ACRONYM_TAIL))
}
