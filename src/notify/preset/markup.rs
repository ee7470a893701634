//! The markups of services: what they read as markup, and how a stranger's text is kept from it.

use std::fmt::Write as _;

use crate::notify::render::{Line, Span};

/// Nothing to see, and neither a space nor a letter: what it follows is no longer the
/// beginning of a mention.
const ZERO_WIDTH_SPACE: char = '\u{200b}';

/// How a service wants its text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Markup {
    /// Text that is shown as it is.
    Plain,
    /// HTML of `<strong>`, `<a>` and `<br>`: Matrix.
    Html,
    /// Telegram's HTML: `<b>`, `<a>` and line feeds.
    Telegram,
    /// Discord's Markdown, with backslashes against it.
    Discord,
    /// Mattermost's Markdown; a backslash does not keep `@channel` from ringing.
    Mattermost,
    /// Zulip's Markdown, which knows no escapes.
    Zulip,
}

impl Markup {
    /// Every markup.
    pub const ALL: [Self; 6] = [
        Self::Plain,
        Self::Html,
        Self::Telegram,
        Self::Discord,
        Self::Mattermost,
        Self::Zulip,
    ];

    /// The name as written in a preset.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Plain => "plain",
            Self::Html => "html",
            Self::Telegram => "telegram",
            Self::Discord => "discord",
            Self::Mattermost => "mattermost",
            Self::Zulip => "zulip",
        }
    }

    /// Whether a link cannot be put behind words, so that it is on a line of its own.
    pub(super) const fn has_no_links(self) -> bool {
        matches!(self, Self::Plain)
    }

    /// What ends a line.
    pub(super) const fn newline(self) -> &'static str {
        match self {
            Self::Html => "<br>",
            _ => "\n",
        }
    }

    /// Lines as the service takes them.
    pub(super) fn lines(self, lines: &[Line]) -> String {
        let lines: Vec<String> = lines.iter().map(|line| self.line(line)).collect();
        lines.join(self.newline())
    }

    /// One line as the service takes it.
    pub(super) fn line(self, line: &[Span]) -> String {
        line.iter().map(|span| self.span(span)).collect()
    }

    /// A stranger's text as text.
    pub(super) fn escaped(self, text: &str) -> String {
        let mut escaped = String::with_capacity(text.len() + text.len() / 8);
        for character in text.chars() {
            self.escape(character, &mut escaped);
        }
        escaped
    }

    fn span(self, span: &Span) -> String {
        let mut text = self.escaped(&span.text);
        if text.trim().is_empty() {
            return text;
        }
        if span.is_bold {
            text = self.bold(&text);
        }
        match &span.link {
            Some(link) => self.link(&text, link),
            None => text,
        }
    }

    fn bold(self, text: &str) -> String {
        // Markdown's asterisks mark nothing with a space inside them.
        let inner = text.trim();
        let start = text.len() - text.trim_start().len();
        let (before, after) = (&text[..start], &text[start + inner.len()..]);
        match self {
            Self::Plain => text.to_owned(),
            Self::Html => format!("<strong>{text}</strong>"),
            Self::Telegram => format!("<b>{text}</b>"),
            Self::Discord | Self::Mattermost | Self::Zulip => {
                format!("{before}**{inner}**{after}")
            }
        }
    }

    fn link(self, text: &str, link: &str) -> String {
        match self {
            Self::Plain => text.to_owned(),
            Self::Html | Self::Telegram => {
                format!("<a href=\"{}\">{text}</a>", attribute(link))
            }
            Self::Discord | Self::Mattermost | Self::Zulip => {
                format!("[{text}]({})", destination(link))
            }
        }
    }

    fn escape(self, character: char, out: &mut String) {
        match self {
            Self::Plain => out.push(character),
            Self::Html => escape_html(character, out),
            Self::Telegram => {
                escape_html(character, out);
                defuse(character, "@", out);
            }
            Self::Discord => {
                if "\\`*_~|<>[]@".contains(character) {
                    out.push('\\');
                }
                out.push(character);
            }
            Self::Mattermost => {
                if "\\`*_[]>~|".contains(character) {
                    out.push('\\');
                }
                out.push(character);
                defuse(character, "@$", out);
            }
            Self::Zulip => {
                out.push(match character {
                    // A look-alike: nothing else keeps a pair of these from being markup.
                    '*' => '\u{2217}',
                    '`' => '\u{2cb}',
                    '[' => '\u{27e6}',
                    ']' => '\u{27e7}',
                    other => other,
                });
                defuse(character, "@#~$<|!", out);
            }
        }
    }
}

/// `&`, `<`, `>` and `"` as entities, which every HTML knows.
fn escape_html(character: char, out: &mut String) {
    match character {
        '&' => out.push_str("&amp;"),
        '<' => out.push_str("&lt;"),
        '>' => out.push_str("&gt;"),
        '"' => out.push_str("&quot;"),
        other => out.push(other),
    }
}

fn defuse(character: char, armed: &str, out: &mut String) {
    if armed.contains(character) {
        out.push(ZERO_WIDTH_SPACE);
    }
}

fn attribute(link: &str) -> String {
    Markup::Html.escaped(link)
}

/// A URL between Markdown's parentheses: whatever could end it or begin markup is percent-encoded,
/// which a URL's reader takes for the same.
fn destination(link: &str) -> String {
    let mut destination = String::with_capacity(link.len());
    for character in link.chars() {
        if "()[]<>`*~|\\\"'@{}^".contains(character) {
            write!(destination, "%{:02X}", u32::from(character))
                .expect("a String takes every write");
        } else {
            destination.push(character);
        }
    }
    destination
}
