//! The one HTTP client.

mod options;

pub use options::HttpOptions;
