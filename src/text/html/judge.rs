//! Markup or words: what a `<` in HTML is.
//!
//! Writers put more between angle brackets than tags: `Vec<T>`, `<name@host>`, `<Interview with
//! Koizumi>`, "use <b>, not <strong>". A browser shows some of that and hides the rest; here none
//! of it is lost. In doubt a tag is words: a tag too many in the text hides nothing, a word too few
//! does.

use std::collections::HashSet;

use super::{
    elements::{Element, element},
    tag::{Markup, Reader},
};

/// What stands at a `<`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Found {
    /// A character.
    Character,
    /// Words in angle brackets.
    Words { length: usize },
    /// A start tag.
    Start { element: Element, length: usize },
    /// An end tag.
    End { element: Element, length: usize },
    /// A comment, a doctype, an instruction: no text.
    Nothing { length: usize },
    /// `<![CDATA[`: what follows counts.
    Cdata { length: usize },
}

impl Found {
    pub(super) fn is_markup(self) -> bool {
        !matches!(self, Self::Character | Self::Words { .. })
    }

    /// How far it reaches.
    pub(super) fn length(self) -> usize {
        match self {
            Self::Character => 1,
            Self::Words { length }
            | Self::Start { length, .. }
            | Self::End { length, .. }
            | Self::Nothing { length }
            | Self::Cdata { length } => length,
        }
    }
}

/// Elements that need no end tag and mean something without attributes.
const ALONE: [&str; 17] = [
    "br", "hr", "wbr", "p", "li", "dt", "dd", "tr", "td", "th", "thead", "tbody", "tfoot", "rt",
    "rp", "rtc", "option",
];

/// Attributes that may stand without a value.
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

/// The longest name of an element that is remembered; those of HTML have 10 letters.
const MAX_NAME_BYTES: usize = 40;

/// Tells the markup of one text from its words.
#[derive(Debug)]
pub(super) struct Judge<'a> {
    html: &'a str,
    pub(super) reader: Reader<'a>,
    /// The names of its tags, once somebody has asked for them.
    names: Option<Names>,
}

impl<'a> Judge<'a> {
    pub(super) fn new(html: &'a str) -> Self {
        Self {
            html,
            reader: Reader::new(html),
            names: None,
        }
    }

    /// What stands at `at`, where a `<` is.
    pub(super) fn found(&mut self, at: usize) -> Found {
        match self.reader.markup(at) {
            None => Found::Character,
            Some(Markup::Cdata { length }) => Found::Cdata { length },
            Some(Markup::Nothing { length }) if is_nothing(&self.html[at..at + length]) => {
                Found::Nothing { length }
            }
            Some(Markup::Nothing { length }) => Found::Words { length },
            Some(Markup::Tag { name, length }) => self.tag(&Tag::new(self.html, at, name, length)),
        }
    }

    fn tag(&mut self, tag: &Tag<'_>) -> Found {
        let (element, length) = (element(tag.name), tag.length);
        let is_markup = match element {
            Element::Unknown => self.is_unknown_element(tag),
            _ => tag.has_attributes_of_html() && !self.is_named(tag, element),
        };
        match (is_markup, tag.is_end) {
            (false, _) => Found::Words { length },
            (true, false) => Found::Start { element, length },
            (true, true) => Found::End { element, length },
        }
    }

    /// Whether a tag that is none of HTML is a tag all the same: one that has a partner, as
    /// `<o:p></o:p>` has, or attributes in quotes.
    fn is_unknown_element(&mut self, tag: &Tag<'_>) -> bool {
        let is_name = |byte: u8| byte.is_ascii_alphanumeric() || b"-:_.".contains(&byte);
        tag.name.bytes().all(is_name)
            && (tag.has_quoted_attribute()
                || tag.is_empty() && tag.name.contains(':')
                || (tag.is_bare() && self.has_partner(tag)))
    }

    /// Whether a tag of HTML is only spoken of: a bare start tag that stands in the text as a word
    /// does, or is written like a name, and is never closed.
    fn is_named(&mut self, tag: &Tag<'_>, element: Element) -> bool {
        if !tag.is_bare() || tag.is_empty() {
            return false;
        }
        match element {
            // Between two of them much text may stand that would be lost.
            Element::Raw(_) => tag.stands_in_a_sentence(),
            _ if tag.is_end => false,
            _ if !tag.stands_as_a_word() && !tag.is_in_mixed_case() => false,
            _ => !is_one_of(tag.name, &ALONE) && !self.has_partner(tag),
        }
    }

    fn has_partner(&mut self, tag: &Tag<'_>) -> bool {
        let names = self.names.get_or_insert_with(|| Names::of(self.html));
        let partners = if tag.is_end {
            &names.opened
        } else {
            &names.closed
        };
        partners.contains(&tag.name.to_ascii_lowercase())
    }
}

/// Whether what begins with `<!` or `<?` is nothing to be shown, and not words behind a sign.
fn is_nothing(markup: &str) -> bool {
    let start = markup.get(..9).unwrap_or(markup).to_ascii_lowercase();
    ["<!--", "<![", "<!doctype", "<?xml"]
        .iter()
        .any(|sign| start.starts_with(sign))
        || markup.ends_with("?>")
}

pub(super) fn is_one_of(name: &str, names: &[&str]) -> bool {
    names.iter().any(|one| one.eq_ignore_ascii_case(name))
}

/// The names, in small letters, that start tags and end tags of a text have.
#[derive(Debug, Default)]
struct Names {
    opened: HashSet<String>,
    closed: HashSet<String>,
}

impl Names {
    fn of(html: &str) -> Self {
        let mut names = Self::default();
        for at in memchr::memchr_iter(b'<', html.as_bytes()) {
            let inside = &html.as_bytes()[at + 1..];
            let (inside, names) = match inside.strip_prefix(b"/") {
                Some(inside) => (inside, &mut names.closed),
                None => (inside, &mut names.opened),
            };
            let head = &inside[..inside.len().min(MAX_NAME_BYTES)];
            let is_end = |byte: &u8| byte.is_ascii_whitespace() || b"/>".contains(byte);
            if let Some(end) = head.iter().position(is_end)
                && let Ok(name) = str::from_utf8(&head[..end])
            {
                names.insert(name.to_ascii_lowercase());
            }
        }
        names
    }
}

/// A tag and the text around it.
#[derive(Debug)]
pub(super) struct Tag<'a> {
    pub(super) name: &'a str,
    pub(super) is_end: bool,
    attributes: &'a str,
    before: &'a str,
    after: &'a str,
    length: usize,
}

impl<'a> Tag<'a> {
    pub(super) fn new(html: &'a str, at: usize, name: &'a str, length: usize) -> Self {
        let is_end = html.as_bytes()[at + 1] == b'/';
        let name_at = at + 1 + usize::from(is_end);
        Self {
            name,
            is_end,
            attributes: &html[name_at + name.len()..at + length - 1],
            before: &html[..at],
            after: &html[at + length..],
            length,
        }
    }

    /// Whether nothing stands in it but its name.
    pub(super) fn is_bare(&self) -> bool {
        let is_space = |byte: u8| byte.is_ascii_whitespace() || byte == b'/';
        self.attributes.bytes().all(is_space)
    }

    fn is_empty(&self) -> bool {
        self.attributes.ends_with('/')
    }

    /// Whether what stands behind its name is attributes: in `<Video of the day>` and in
    /// `j<i and k>j` it is not.
    pub(super) fn has_attributes_of_html(&self) -> bool {
        let is_space = |c: char| c.is_ascii_whitespace() || c == '/';
        let attributes = self.attributes.trim_start_matches(is_space);
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
        let Some((name, value)) = self.attributes.split_once('=') else {
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

    /// Whether it stands as a word of the text does: with space, quotes or stops on both sides. A
    /// tag that does something touches what it does it to.
    pub(super) fn stands_as_a_word(&self) -> bool {
        stand_around_a_word(self.before, self.after)
    }

    /// The same, with words of its own line before and behind.
    fn stands_in_a_sentence(&self) -> bool {
        let before = self.before.trim_end_matches(' ').chars().next_back();
        let is_word = |c: char| c != '\n' && c != '>';
        self.stands_as_a_word()
            && before.is_some_and(is_word)
            && self.after.chars().next().is_some_and(|c| c != '\n')
    }

    /// Whether no text stands before or behind it.
    pub(super) fn is_at_an_edge(&self) -> bool {
        self.before.is_empty() || self.after.is_empty()
    }

    /// Whether text, or another tag, begins right behind it.
    pub(super) fn touches_what_follows(&self) -> bool {
        self.after.chars().next().is_some_and(|c| !closes(c))
    }
}

pub(super) fn stand_around_a_word(before: &str, after: &str) -> bool {
    let (before, after) = (before.chars().next_back(), after.chars().next());
    before.is_none_or(opens) && after.is_none_or(closes)
}

/// Whether a character may stand before a word, and belongs to none.
fn opens(c: char) -> bool {
    c.is_whitespace() || "([{\"'`“‘«„‚/–—|（「『【、。，".contains(c)
}

/// Whether a character may stand behind a word, and belongs to none.
fn closes(c: char) -> bool {
    c.is_whitespace() || ")]}\"'`”’»,.;:!?/–—|…）」』】、。，".contains(c)
}
