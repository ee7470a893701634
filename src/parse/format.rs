//! The formats that feeds are written in.

use std::fmt;

use serde::Serialize;

/// What a feed is written in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize)]
#[expect(missing_docs, reason = "as_str() says it all")]
pub enum Format {
    #[serde(rename = "rss0.90")]
    Rss090,
    #[serde(rename = "rss0.91")]
    Rss091,
    #[serde(rename = "rss0.92")]
    Rss092,
    #[serde(rename = "rss1.0")]
    Rss10,
    #[serde(rename = "rss2.0")]
    Rss20,
    #[serde(rename = "atom0.3")]
    Atom03,
    #[serde(rename = "atom1.0")]
    Atom10,
    #[serde(rename = "json1.0")]
    Json10,
    #[serde(rename = "json1.1")]
    Json11,
}

impl Format {
    /// Its name and version. Unknown versions count as the nearest known one.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Rss090 => "rss0.90",
            Self::Rss091 => "rss0.91",
            Self::Rss092 => "rss0.92",
            Self::Rss10 => "rss1.0",
            Self::Rss20 => "rss2.0",
            Self::Atom03 => "atom0.3",
            Self::Atom10 => "atom1.0",
            Self::Json10 => "json1.0",
            Self::Json11 => "json1.1",
        }
    }
}

impl fmt::Display for Format {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.pad(self.as_str())
    }
}
