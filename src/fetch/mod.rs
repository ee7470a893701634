//! One visit to a feed.
