//! Web pages where a feed was expected.

use super::token::{Token, Tokens};

/// The title of an HTML page. `None` if `text` is no page; the inner `None` if it has no title.
#[expect(
    clippy::option_option,
    reason = "no page, and a page without a title, are two answers"
)]
pub(in crate::parse) fn html_page(text: &str) -> Option<Option<String>> {
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
