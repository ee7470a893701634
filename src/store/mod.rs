//! What is kept.

mod options;

pub use options::StoreOptions;
