//! Why an item was placed, in words for people.

use std::{fmt, str::FromStr};

/// Why an item was placed with another. It is stored as its text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Evidence {
    /// Both have the same address.
    Link,
    /// Title and lead are the same, letter by letter.
    Text,
    /// Of the phrases that were compared so many are in both.
    Phrases {
        /// In both.
        shared: u16,
        /// Compared.
        of: u16,
    },
    /// These words are in both, the rarest first.
    Words(Vec<String>),
}

impl fmt::Display for Evidence {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Link => write!(formatter, "the same link"),
            Self::Text => write!(formatter, "the same text"),
            Self::Phrases { shared, of } => write!(formatter, "{shared} of {of} phrases"),
            Self::Words(words) => write!(formatter, "shares {}", words.join(", ")),
        }
    }
}

/// It is no text of an [`Evidence`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not evidence that two items belong together")]
pub struct ParseEvidenceError;

impl FromStr for Evidence {
    type Err = ParseEvidenceError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        if let Some(words) = text.strip_prefix("shares ") {
            return Ok(Self::Words(words.split(", ").map(str::to_owned).collect()));
        }
        match text {
            "the same link" => Ok(Self::Link),
            "the same text" => Ok(Self::Text),
            _ => phrases(text).ok_or(ParseEvidenceError),
        }
    }
}

fn phrases(text: &str) -> Option<Evidence> {
    let (shared, of) = text.strip_suffix(" phrases")?.split_once(" of ")?;
    Some(Evidence::Phrases {
        shared: shared.parse().ok()?,
        of: of.parse().ok()?,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_is_read_as_it_is_written() {
        let words = Evidence::Words(vec!["Koizumi".to_owned(), "2026".to_owned()]);
        for (evidence, text) in [
            (Evidence::Link, "the same link"),
            (Evidence::Text, "the same text"),
            (Evidence::Phrases { shared: 37, of: 61 }, "37 of 61 phrases"),
            (words, "shares Koizumi, 2026"),
        ] {
            assert_eq!(evidence.to_string(), text);
            assert_eq!(text.parse(), Ok(evidence));
        }
        assert_eq!("37 phrases".parse::<Evidence>(), Err(ParseEvidenceError));
    }
}
