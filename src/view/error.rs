//! Why there is no view.

use super::{names::UnknownName, number::NumberError, stories::missing::NoStory};
use crate::{app::SetupError, store::StoreError};

/// What a view was asked for cannot be shown.
#[derive(Debug, thiserror::Error)]
pub(crate) enum ViewError {
    /// The store.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The config cannot be put to work.
    #[error(transparent)]
    Setup(#[from] SetupError),
    /// Nothing has that name.
    #[error(transparent)]
    UnknownName(#[from] UnknownName),
    /// A number names something else, or nothing.
    #[error(transparent)]
    Number(#[from] NumberError),
    /// There is no such story.
    #[error(transparent)]
    NoStory(NoStory),
}

impl From<NoStory> for ViewError {
    fn from(error: NoStory) -> Self {
        match error {
            NoStory::Store(error) => Self::Store(error),
            error => Self::NoStory(error),
        }
    }
}
