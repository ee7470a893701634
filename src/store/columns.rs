//! What the program's own types are in a column.

use super::{
    Health,
    engine::{FromValue, Value},
};
use crate::{
    model::{
        AlertId, DeliveryId, FeedId, IdentityKey, ItemId, MuteId, OriginId, StoryId, TextHash,
    },
    schedule::Learned,
};

/// Row ids are integers.
macro_rules! ids {
    ($($id:ident),*) => {$(
        impl From<$id> for Value {
            fn from(id: $id) -> Self {
                Self::Int(id.0)
            }
        }

        impl FromValue for $id {
            fn from_value(value: Value) -> Option<Self> {
                i64::from_value(value).map($id)
            }
        }
    )*};
}
ids!(
    AlertId, DeliveryId, FeedId, ItemId, MuteId, OriginId, StoryId
);

/// JSON: nothing in SQL reads it.
macro_rules! json {
    ($($type:ident),*) => {$(
        impl From<$type> for Value {
            fn from(data: $type) -> Self {
                Self::Text(serde_json::to_string(&data).expect("plain data serializes"))
            }
        }

        impl FromValue for $type {
            fn from_value(value: Value) -> Option<Self> {
                serde_json::from_str(&String::from_value(value)?).ok()
            }
        }
    )*};
}
json!(Health, Learned);

impl From<IdentityKey> for Value {
    fn from(key: IdentityKey) -> Self {
        Self::Blob(key.0.to_vec())
    }
}

impl From<TextHash> for Value {
    fn from(hash: TextHash) -> Self {
        Self::Blob(hash.0.to_vec())
    }
}

impl FromValue for TextHash {
    fn from_value(value: Value) -> Option<Self> {
        FromValue::from_value(value).map(Self)
    }
}
