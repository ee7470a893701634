//! Why a document is no feed: it is a web page, with or without a login, or something else.

use super::token::{Token, Tokens};
use crate::parse::ParseError;

/// Why a document in which no feed starts is no feed.
pub(in crate::parse) fn not_a_feed(text: &str) -> ParseError {
    /// Enough to see what it is, not enough to fill a log.
    const SHOWN_CHARS: usize = 60;
    match html_page(text) {
        Some(title) => ParseError::Html {
            title: title
                .map(|title| title.split_whitespace().collect::<Vec<_>>().join(" "))
                .filter(|title| !title.is_empty())
                .map(|title| title.chars().take(SHOWN_CHARS).collect()),
            asks_password: asks_password(text),
        },
        None => ParseError::NotAFeed {
            starts_with: text.chars().take(SHOWN_CHARS).collect(),
        },
    }
}

/// Whether a page has a field for a password.
fn asks_password(page: &str) -> bool {
    let page = page.to_ascii_lowercase();
    ["=password", "=\"password", "='password"]
        .iter()
        .any(|value| page.contains(&format!("type{value}")))
}

/// The title of an HTML page. `None` if `text` is no page; the inner `None` if it has no title.
#[expect(
    clippy::option_option,
    reason = "no page, and a page without a title, are two answers"
)]
fn html_page(text: &str) -> Option<Option<String>> {
    let mut is_page = false;
    let mut title: Option<String> = None;
    for (_, token) in Tokens::new(text) {
        match token {
            Token::Doctype(kind) => is_page |= kind.trim().to_ascii_lowercase().starts_with("html"),
            Token::Open(tag) => match tag.name.to_ascii_lowercase().as_str() {
                "html" | "head" | "body" => is_page = true,
                "title" if is_page && title.is_none() => title = Some(String::new()),
                _ => {}
            },
            Token::Text(text) => {
                if let Some(title) = &mut title {
                    title.push_str(text);
                }
            }
            Token::Close(_) if title.is_some() => break,
            Token::Close(_) | Token::Cdata(_) => {}
        }
    }
    is_page.then_some(title)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn html_pages_are_distinguished_from_other_texts() {
        assert_eq!(
            html_page("<!DOCTYPE html><title>Log in</title>"),
            Some(Some("Log in".to_owned()))
        );
        assert_eq!(html_page("<HTML><body>x"), Some(None));
        assert_eq!(html_page("<opml><title>x</title></opml>"), None);
        assert_eq!(html_page("not found"), None);
    }
}
