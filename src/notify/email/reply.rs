//! A server's reply in one form, and what its codes say.

use std::fmt;

use lettre::transport::smtp::response::Response;

use crate::notify::render::clean;

/// How much of a reply's text is kept.
pub(super) const MAX_REPLY_CHARS: usize = 200;

/// A server's reply: its code and its text on one clean line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Reply {
    pub(super) code: u16,
    pub(super) text: String,
}

impl Reply {
    pub(super) fn new(response: &Response) -> Self {
        let text: Vec<&str> = response.message().collect();
        Self {
            code: response.code().into(),
            text: clean::cut(&clean::squeezed(&text.join(" ")), MAX_REPLY_CHARS),
        }
    }

    /// Subject and detail of the enhanced status (RFC 3463), such as `[1, 1]` of `5.1.1`. It
    /// comes first (RFC 2034 §4); qmail writes `(#5.1.1)` at the end.
    pub(super) fn status(&self) -> Option<[u16; 2]> {
        let mut words = self.text.split_whitespace();
        let first = words.next()?;
        status(first).or_else(|| words.filter(|word| word.contains('#')).find_map(status))
    }
}

fn status(word: &str) -> Option<[u16; 2]> {
    let word = word.trim_matches(|edge: char| !edge.is_ascii_digit());
    let mut parts = word.split('.').map(|part| part.parse::<u16>().ok());
    match [parts.next(), parts.next(), parts.next(), parts.next()] {
        [Some(Some(2 | 4 | 5)), Some(subject), Some(detail), None] => Some([subject?, detail?]),
        _ => None,
    }
}

impl fmt::Display for Reply {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.text.as_str() {
            "" => write!(formatter, "{}", self.code),
            text => write!(formatter, "{} {text}", self.code),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_enhanced_status_where_there_is_one() {
        for (text, status) in [
            ("5.1.1 nobody", Some([1, 1])),
            ("5.7.708: no", Some([7, 708])),
            (
                "sorry, no mailbox here by that name. (#5.1.1)",
                Some([1, 1]),
            ),
            ("no such user", None),
            ("127.0.0.1 is not welcome", None),
            ("see 5.1.1 of the manual", None),
            ("9.1.1 what", None),
            ("", None),
        ] {
            let text = text.to_owned();
            let reply = Reply { code: 550, text };
            assert_eq!(reply.status(), status, "{reply}");
        }
    }
}
