//! A set of fields.

use crate::model::Field;

/// Fields as bits, in the order of [`Field::ALL`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) struct Fields(u8);

impl Fields {
    pub(super) fn of(fields: impl IntoIterator<Item = Field>) -> Self {
        Self(fields.into_iter().fold(0, |bits, field| bits | bit(field)))
    }

    pub(super) const fn contains(self, field: Field) -> bool {
        self.0 & bit(field) != 0
    }

    pub(super) const fn union(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }

    pub(super) const fn meets(self, other: Self) -> bool {
        self.0 & other.0 != 0
    }
}

const fn bit(field: Field) -> u8 {
    1 << field as u8
}
