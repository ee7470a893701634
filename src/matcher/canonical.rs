//! An item as it is compared, and where a pattern stands in it.

use std::ops::Range;

use super::{ItemText, fields::Fields};
use crate::{
    model::Field,
    text::{self, Joint, Lines},
};

/// News has fewer joints than one in so many bytes.
const BYTES_TO_A_JOINT: usize = 64;

/// The fields of an item in canonical form, one behind the other.
pub(super) struct Canonical {
    /// With spaces at its end for [`super::index::Index::scan`].
    pub(super) text: String,
    /// In the order of [`Field::ALL`]; fields without text are left out.
    pub(super) parts: Vec<(Field, Range<usize>)>,
    /// Where words may also be written as one, in rising order.
    pub(super) joints: Vec<Joint>,
}

impl Canonical {
    pub(super) fn new(item: &ItemText<'_>, fields: Fields) -> Self {
        let read = || {
            Field::ALL
                .into_iter()
                .filter(|field| fields.contains(*field))
        };
        let room: usize = read().map(|field| item.field(field).len()).sum();
        let mut text = String::with_capacity(room + room / 8 + 64);
        let mut parts = Vec::with_capacity(Field::ALL.len());
        let mut joints = Vec::with_capacity(room / BYTES_TO_A_JOINT + 16);
        for field in read() {
            let from = text.len();
            text::fold_with_joints(item.field(field), lines(field), &mut text, &mut joints);
            if text.len() > from {
                parts.push((field, from..text.len()));
            }
        }
        text.extend([' '; super::index::PADDING]);
        Self {
            text,
            parts,
            joints,
        }
    }

    /// The field that a place is in, and where the field begins.
    pub(super) fn part(&self, at: u32) -> (Field, usize) {
        let (field, range) = self
            .parts
            .iter()
            .rev()
            .find(|(_, range)| range.start <= at as usize)
            .expect("places are in a field");
        (*field, range.start)
    }
}

/// Authors and categories are lists: no phrase runs from one into the next.
pub(super) const fn lines(field: Field) -> Lines {
    match field {
        Field::Author | Field::Category => Lines::Listed,
        Field::Title | Field::Summary | Field::Content | Field::Link => Lines::Wrapped,
    }
}

/// Where a pattern of a term stands in canonical text.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Found {
    pub(super) term: u32,
    pub(super) start: u32,
    /// The last byte, so that an offset inside the last character stands for its end.
    pub(super) last: u32,
    pub(super) pattern: u32,
}
