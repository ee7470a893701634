//! A tag together with the text around it.
//!
//! Answers questions about its attributes and about what it touches. Decides nothing itself.

/// Attributes that may have no value.
const VALUELESS: [&str; 24] = [
    "allowfullscreen",
    "alt",
    "async",
    "autoplay",
    "border",
    "checked",
    "class",
    "compact",
    "controls",
    "defer",
    "dir",
    "disabled",
    "hidden",
    "id",
    "itemscope",
    "lang",
    "loop",
    "muted",
    "nowrap",
    "noshade",
    "open",
    "playsinline",
    "style",
    "title",
];

pub(super) fn is_one_of(name: &str, names: &[&str]) -> bool {
    names.iter().any(|one| one.eq_ignore_ascii_case(name))
}

/// A tag and the text around it.
#[derive(Debug, Clone, Copy)]
pub(super) struct Tag<'a> {
    pub(super) html: &'a str,
    /// Where its `<` is.
    pub(super) at: usize,
    pub(super) name: &'a str,
    pub(super) length: usize,
}

impl<'a> Tag<'a> {
    pub(super) fn is_end(&self) -> bool {
        self.html.as_bytes()[self.at + 1] == b'/'
    }

    fn attributes(&self) -> &'a str {
        let name_at = self.at + 1 + usize::from(self.is_end());
        &self.html[name_at + self.name.len()..self.at + self.length - 1]
    }

    fn before(&self) -> &'a str {
        &self.html[..self.at]
    }

    fn after(&self) -> &'a str {
        &self.html[self.at + self.length..]
    }

    /// Whether it holds nothing but its name.
    pub(super) fn is_bare(&self) -> bool {
        let is_space = |byte: u8| byte.is_ascii_whitespace() || byte == b'/';
        self.attributes().bytes().all(is_space)
    }

    pub(super) fn is_empty(&self) -> bool {
        self.attributes().ends_with('/')
    }

    /// Whether what follows its name is attributes: in `<Video of the day>` and in
    /// `j<i and k>j` it is not.
    pub(super) fn has_attributes_of_html(&self) -> bool {
        let is_space = |c: char| c.is_ascii_whitespace() || c == '/';
        let attributes = self.attributes().trim_start_matches(is_space);
        let is_end = |byte: u8| byte == b'=' || byte.is_ascii_whitespace() || byte == b'/';
        let first = attributes.bytes().position(is_end);
        let (first, rest) = attributes.split_at(first.unwrap_or(attributes.len()));
        match first.as_bytes().first() {
            None => rest.is_empty(),
            // What broken quotes leave.
            Some(b'"' | b'\'' | b'\\') => true,
            Some(_) => {
                rest.trim_ascii_start().starts_with('=')
                    || is_one_of(first, &VALUELESS)
                    || first.starts_with("data-")
            }
        }
    }

    /// Whether its first attribute has a value in quotes.
    pub(super) fn has_quoted_attribute(&self) -> bool {
        let Some((name, value)) = self.attributes().split_once('=') else {
            return false;
        };
        let is_name = |c: char| c.is_ascii_alphanumeric() || "-:_.".contains(c);
        let name = name.trim();
        !name.is_empty()
            && name.chars().all(is_name)
            && value.trim_ascii_start().starts_with(['"', '\''])
    }

    /// `<Video>`: tags of HTML are written in small letters or in capitals.
    pub(super) fn is_in_mixed_case(&self) -> bool {
        self.name.bytes().any(|byte| byte.is_ascii_lowercase())
            && self.name.bytes().any(|byte| byte.is_ascii_uppercase())
    }

    /// Whether it is placed as a word of the text is: with space, quotes or stops on both sides. A
    /// tag that does something touches what it does it to.
    pub(super) fn is_placed_as_a_word(&self) -> bool {
        are_around_a_word(self.before(), self.after())
    }

    /// The same, with words of its own line before or behind.
    pub(super) fn is_beside_words(&self) -> bool {
        self.is_placed_as_a_word() && (self.is_behind_a_word() || self.is_before_a_word())
    }

    /// The same, with words of its own line before and behind.
    pub(super) fn is_between_words(&self) -> bool {
        self.is_placed_as_a_word() && self.is_behind_a_word() && self.is_before_a_word()
    }

    fn is_behind_a_word(&self) -> bool {
        let before = self.before().trim_end_matches(' ').chars().next_back();
        before.is_some_and(|c| c != '\n' && c != '>')
    }

    fn is_before_a_word(&self) -> bool {
        let after = self.after().trim_start_matches(' ').chars().next();
        after.is_some_and(|c| c != '\n' && c != '<')
    }

    /// Whether a tag of HTML is one without a doubt: in small letters, with attributes, or one that
    /// touches what is before or behind it.
    #[inline]
    pub(super) fn is_plain_to_see(&self) -> bool {
        let bytes = self.html.as_bytes();
        let end = self.at + self.length;
        let name_end = self.at + 1 + usize::from(self.is_end()) + self.name.len();
        let touches = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'<' | b'&');
        if name_end + 1 == end {
            let before = self.at.checked_sub(1).map(|before| bytes[before]);
            return bytes[name_end - self.name.len()].is_ascii_lowercase()
                && (self.is_end()
                    || before.is_some_and(|c| touches(c) || matches!(c, b'>' | b'.' | b';'))
                    || bytes.get(end).is_some_and(|after| touches(*after)));
        }
        // The first attribute has a value.
        let inside = &bytes[name_end + 1..end];
        let sign = inside.iter().position(|byte| !byte.is_ascii_alphabetic());
        sign.is_some_and(|sign| sign > 0 && inside[sign] == b'=')
    }

    /// Whether no text is before or behind it.
    pub(super) fn is_at_an_edge(&self) -> bool {
        self.before().is_empty() || self.after().is_empty()
    }

    /// Whether text, or another tag, begins right behind it.
    pub(super) fn touches_what_follows(&self) -> bool {
        self.after().chars().next().is_some_and(|c| !closes(c))
    }
}

pub(super) fn are_around_a_word(before: &str, after: &str) -> bool {
    let (before, after) = (before.chars().next_back(), after.chars().next());
    before.is_none_or(opens) && after.is_none_or(closes)
}

/// Whether a character may be before a word, and belongs to none.
fn opens(c: char) -> bool {
    c.is_whitespace()
        || matches!(
            c,
            '(' | '[' | '{' | '"' | '\'' | '`' | '“' | '‘' | '«' | '„' | '‚' | '/'
        )
        || matches!(
            c,
            '–' | '—' | '|' | '（' | '「' | '『' | '【' | '、' | '。' | '，'
        )
}

/// Whether a character may be behind a word, and belongs to none.
fn closes(c: char) -> bool {
    c.is_whitespace()
        || matches!(
            c,
            ')' | ']' | '}' | '"' | '\'' | '`' | '”' | '’' | '»' | ',' | '.' | ';'
        )
        || matches!(c, ':' | '!' | '?' | '/' | '–' | '—' | '|' | '…')
        || matches!(c, '）' | '」' | '』' | '】' | '、' | '。' | '，')
}
