//! Which feeds a web page names.
//!
//! A scanner, not a parser: it looks at the tags `link`, `a` and `base`, in the order and with the
//! rules of the HTML standard's tokenizer (§13.2.5), and builds no tree. Time is linear in the
//! page, whatever is in it. The result is a stranger's: whoever follows it must not trust it.

use htmlize::unescape_attribute;
use memchr::{memchr, memmem};
use url::Url;

/// No useful page names more.
const MAX_FOUND: usize = 50;

/// At most so many tags of a kind are read, so that a page of nothing else takes no memory.
const MAX_TAGS: usize = 10_000;

/// What `<link rel="alternate" type="…">` says of a feed.
const TYPES: [&str; 5] = [
    "application/rss+xml",
    "application/atom+xml",
    "application/rdf+xml",
    "application/feed+json",
    "application/json",
];

/// Last parts of paths that say "feed" by themselves.
const NAMES: [&str; 12] = [
    "feed",
    "rss",
    "atom",
    "rdf",
    "rss2",
    "feed.xml",
    "rss.xml",
    "atom.xml",
    "index.xml",
    "feeds.xml",
    "feed.json",
    "index.rdf",
];

/// Endings that say "feed".
const ENDINGS: [&str; 3] = [".rss", ".atom", ".rdf"];

/// A feed that a page names.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FoundFeed {
    /// `http` or `https`, absolute.
    pub url: Url,
    /// What the page calls it, on one line.
    pub title: Option<String>,
}

/// The feeds that a page names, in its order, each once, 50 at most: those it declares
/// (`<link rel="alternate">`), and where it declares none, the links to what looks like a feed.
/// `page` is where the page was found: the base of relative addresses where it names no other.
pub fn discover(html: &str, page: &Url) -> Vec<FoundFeed> {
    let mut base: Option<Url> = None;
    let (mut declared, mut linked) = (Vec::new(), Vec::new());
    for tag in tags(html) {
        match tag.name.as_str() {
            "base" if base.is_none() => {
                base = tag.get("href").and_then(|href| page.join(href).ok());
            }
            "link" if is_declaration(&tag) && declared.len() < MAX_TAGS => declared.push(tag),
            "a" if tag.get("href").is_some() && linked.len() < MAX_TAGS => linked.push(tag),
            _ => {}
        }
    }
    let base = base.unwrap_or_else(|| page.clone());
    let found = collect(declared, &base, |url| !url.path().contains("/wp-json/"));
    if found.is_empty() {
        return collect(linked, &base, looks_like_a_feed);
    }
    found
}

fn collect(tags: Vec<Tag>, base: &Url, wanted: impl Fn(&Url) -> bool) -> Vec<FoundFeed> {
    let mut found: Vec<FoundFeed> = Vec::new();
    for tag in tags {
        let url = tag.get("href").and_then(|href| base.join(href).ok());
        let Some(mut url) = url.filter(|url| matches!(url.scheme(), "http" | "https")) else {
            continue;
        };
        url.set_fragment(None);
        if !wanted(&url) || found.iter().any(|earlier| earlier.url == url) {
            continue;
        }
        let title = tag.get("title").map(one_line);
        found.push(FoundFeed {
            url,
            title: title.filter(|title| !title.is_empty()),
        });
        if found.len() == MAX_FOUND {
            break;
        }
    }
    found
}

fn is_declaration(tag: &Tag) -> bool {
    let has_rel = |wanted: &str| {
        let rel = tag.get("rel").unwrap_or_default();
        rel.split_ascii_whitespace()
            .any(|word| word.eq_ignore_ascii_case(wanted))
    };
    let kind = tag.get("type").unwrap_or_default();
    let kind = kind.split(';').next().unwrap_or_default().trim();
    let is_feed = TYPES.iter().any(|feed| kind.eq_ignore_ascii_case(feed));
    has_rel("alternate") && is_feed || has_rel("feed") && (is_feed || kind.is_empty())
}

fn looks_like_a_feed(url: &Url) -> bool {
    let path = url.path().trim_end_matches('/').to_ascii_lowercase();
    let name = path.rsplit('/').next().unwrap_or_default();
    NAMES.contains(&name)
        || ENDINGS.iter().any(|ending| name.ends_with(ending))
        || url
            .query_pairs()
            .any(|(key, value)| key == "feed" && ["rss", "rss2", "atom", "rdf"].contains(&&*value))
}

fn one_line(text: &str) -> String {
    let words = text.split(|c: char| c.is_whitespace() || c.is_control());
    let words: Vec<&str> = words.filter(|word| !word.is_empty()).collect();
    words.join(" ")
}

/// The most attributes of one tag that are looked at.
const MAX_ATTRIBUTES: usize = 32;

/// A start tag.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Tag {
    /// In lower case.
    name: String,
    /// Names in lower case, values without entities.
    attributes: Vec<(String, String)>,
}

impl Tag {
    /// An attribute's value; the first, where there are two.
    fn get(&self, name: &str) -> Option<&str> {
        let found = self.attributes.iter().find(|(key, _)| key == name);
        found.map(|(_, value)| value.as_str())
    }
}

/// The start tags of a page. What is in comments, scripts and styles does not count. A comment, tag
/// or value that never ends takes the rest of the page, as it does in browsers: nothing is read
/// twice, so time is linear.
fn tags(html: &str) -> impl Iterator<Item = Tag> {
    let mut scanner = Scanner { html, at: 0 };
    std::iter::from_fn(move || scanner.tag())
}

struct Scanner<'a> {
    html: &'a str,
    at: usize,
}

impl Scanner<'_> {
    /// The next start tag. `None` at the page's end.
    fn tag(&mut self) -> Option<Tag> {
        loop {
            self.at += memchr(b'<', self.rest())? + 1;
            match *self.rest().first()? {
                b'!' if self.rest().starts_with(b"!--") => self.skip(3, b"-->")?,
                b'!' | b'?' | b'/' => self.skip(0, b">")?,
                first if first.is_ascii_alphabetic() => return self.start_tag(),
                _ => {}
            }
        }
    }

    fn start_tag(&mut self) -> Option<Tag> {
        let name = self.take(|byte| byte.is_ascii_whitespace() || matches!(byte, b'/' | b'>'));
        let mut tag = Tag {
            name: name.to_ascii_lowercase(),
            attributes: Vec::new(),
        };
        loop {
            self.take(|byte| !byte.is_ascii_whitespace() && byte != b'/');
            if *self.rest().first()? == b'>' {
                self.at += 1;
                break;
            }
            let (key, value) = self.attribute()?;
            if tag.attributes.len() < MAX_ATTRIBUTES {
                tag.attributes.push((key, value));
            }
        }
        if matches!(tag.name.as_str(), "script" | "style") {
            self.skip_raw(&tag.name);
        }
        Some(tag)
    }

    /// A name and its value, which may be quoted, bare or missing; `None` where a quote never ends.
    fn attribute(&mut self) -> Option<(String, String)> {
        let start = self.at;
        // A name may begin with `=`, oddly.
        self.at += usize::from(self.rest().first() == Some(&b'='));
        self.take(|byte| byte.is_ascii_whitespace() || matches!(byte, b'/' | b'>' | b'='));
        let key = self.html[start..self.at].to_ascii_lowercase();
        let end_of_key = self.at;
        self.take(|byte| !byte.is_ascii_whitespace());
        if self.rest().first() != Some(&b'=') {
            self.at = end_of_key;
            return Some((key, String::new()));
        }
        self.at += 1;
        self.take(|byte| !byte.is_ascii_whitespace());
        let value = match self.rest().first() {
            Some(&quote @ (b'"' | b'\'')) => {
                self.at += 1;
                let length = memchr(quote, self.rest())?;
                let value = &self.html[self.at..self.at + length];
                self.at += length + 1;
                value
            }
            _ => self.take(|byte| byte.is_ascii_whitespace() || byte == b'>'),
        };
        Some((key, unescape_attribute(value.trim()).into_owned()))
    }

    fn rest(&self) -> &[u8] {
        &self.html.as_bytes()[self.at..]
    }

    /// Everything before the first byte that ends it, all of them ASCII.
    fn take(&mut self, ends: impl Fn(u8) -> bool) -> &str {
        let start = self.at;
        let length = self.rest().iter().position(|byte| ends(*byte));
        self.at = length.map_or(self.html.len(), |length| start + length);
        &self.html[start..self.at]
    }

    /// Goes behind the next `end`, looked for so many bytes on.
    fn skip(&mut self, offset: usize, end: &[u8]) -> Option<()> {
        let from = self.rest().get(offset..)?;
        self.at += offset + memmem::find(from, end)? + end.len();
        Some(())
    }

    /// Goes to the end tag of a raw element, or to the page's end.
    fn skip_raw(&mut self, name: &str) {
        while let Some(offset) = memmem::find(self.rest(), b"</") {
            self.at += offset + 2;
            let found = self.rest().get(..name.len());
            if found.is_some_and(|found| found.eq_ignore_ascii_case(name.as_bytes())) {
                return;
            }
        }
        self.at = self.html.len();
    }
}

#[cfg(test)]
mod tests;
