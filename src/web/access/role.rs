//! What somebody may do.

/// What somebody may do.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(in crate::web) enum Role {
    /// See everything.
    Read,
    /// See everything and change what a page can change.
    Act,
}

impl Role {
    pub(super) const fn as_str(self) -> &'static str {
        match self {
            Self::Read => "read",
            Self::Act => "act",
        }
    }

    pub(super) fn read(text: &str) -> Option<Self> {
        [Self::Read, Self::Act]
            .into_iter()
            .find(|it| it.as_str() == text)
    }
}
