//! Why there is no story of a name.

use crate::{model::ItemId, store::StoreError};

/// Why nothing is meant.
#[derive(Debug, thiserror::Error)]
pub(crate) enum NoStory {
    /// The store.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// No story has that number, and no item of one that name.
    #[error("there is no story {0}; help: `fivebells stories --since 30d` lists them")]
    Unknown(String),
    /// The item is known.
    #[error("item #{} is in no story: only items that a watch matched are", .0.0)]
    NoMember(ItemId),
    /// Several items have that name.
    #[error("{name} names several items: {}; help: give a number", listed(.items))]
    Several {
        /// What was asked for.
        name: String,
        /// Those that are in stories.
        items: Vec<ItemId>,
    },
}

fn listed(items: &[ItemId]) -> String {
    let items: Vec<String> = items.iter().map(|item| format!("#{}", item.0)).collect();
    items.join(", ")
}
