//! Items as a format writes them, and what becomes of them: plain text and absolute links.

use std::{borrow::Cow, time::Duration};

use encoding_rs::WINDOWS_1252;
use jiff::Timestamp;
use memchr::memchr;
use url::Url;

use super::{Relations, Schedule};
use crate::{
    model::Item,
    text::{to_plain, undo_double_encoding},
};

/// A feed before its texts are plain and its links absolute.
#[derive(Debug, Default)]
pub(super) struct RawFeed<'a> {
    pub(super) title: Body<'a>,
    pub(super) links: Vec<RawLink<'a>>,
    pub(super) language: Option<Cow<'a, str>>,
    pub(super) ttl: Option<Duration>,
    pub(super) schedule: Schedule,
    pub(super) relations: Relations,
    pub(super) items: Vec<RawItem<'a>>,
}

/// An item before its texts are plain and its links absolute.
#[derive(Debug, Default)]
pub(super) struct RawItem<'a> {
    pub(super) id: Option<Cow<'a, str>>,
    pub(super) title: Body<'a>,
    pub(super) summary: Body<'a>,
    pub(super) content: Body<'a>,
    /// HTML.
    pub(super) media: Vec<Cow<'a, str>>,
    pub(super) links: Vec<RawLink<'a>>,
    pub(super) published: Option<Timestamp>,
    pub(super) updated: Option<Timestamp>,
    /// The date as written: of publication, or else of the last change.
    pub(super) date_text: Option<Cow<'a, str>>,
    /// HTML.
    pub(super) authors: Vec<Cow<'a, str>>,
    /// HTML.
    pub(super) categories: Vec<Cow<'a, str>>,
    pub(super) language: Option<Cow<'a, str>>,
}

/// Text with or without markup.
#[derive(Debug, Default)]
pub(super) struct Body<'a> {
    pub(super) is_html: bool,
    pub(super) text: Cow<'a, str>,
}

/// A link as written.
#[derive(Debug)]
pub(super) struct RawLink<'a> {
    pub(super) rel: Rel,
    pub(super) href: Cow<'a, str>,
    pub(super) media_type: Option<Cow<'a, str>>,
}

/// What a link is to the story.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Rel {
    /// What a redirecting service has replaced.
    Original,
    Alternate,
    /// An id that is an address.
    Permalink,
    Related,
    Via,
    Enclosure,
}

impl Rel {
    /// By its Atom name (RFC 4287 §4.2.7.2); `None` for one that cannot lead to the story.
    pub(super) fn of(name: Option<&str>) -> Option<Self> {
        match name.map_or("alternate", str::trim) {
            "alternate" => Some(Self::Alternate),
            "enclosure" => Some(Self::Enclosure),
            "related" => Some(Self::Related),
            "via" => Some(Self::Via),
            _ => None,
        }
    }
}

/// The address of an item: for people, and for telling items apart.
#[derive(Debug, Default, Clone, PartialEq, Eq)]
pub(super) struct Address {
    /// Absolute.
    pub(super) link: Option<String>,
    /// The same, but as written where only the document's own URL made it absolute: an identity
    /// must not change when a feed is fetched from elsewhere.
    pub(super) identity: Option<String>,
}

impl Body<'_> {
    /// The text without markup; block elements are line breaks.
    pub(super) fn plain(&self) -> String {
        let mut plain = if self.is_html {
            to_plain(&self.text)
        } else {
            self.text.trim().to_owned()
        };
        if let Cow::Owned(text) = undo_double_encoding(&plain) {
            plain = text;
        }
        without_controls(plain)
    }
}

/// `text` with the control characters U+0080 to U+009F, which nobody writes, as windows-1252 reads
/// their numbers: `don\u{92}t` is `don’t`. HTML does so for numeric references (§13.2.5.80).
fn without_controls(text: String) -> String {
    let is_control = |c: char| matches!(c, '\u{80}'..='\u{9f}');
    if memchr(0xC2, text.as_bytes()).is_none() || !text.contains(is_control) {
        return text;
    }
    let read = |c: char| match u8::try_from(c) {
        Ok(byte) if is_control(c) => WINDOWS_1252.decode_without_bom_handling(&[byte]).0.into(),
        _ => String::from(c),
    };
    text.chars().map(read).collect()
}

/// One line of plain text.
fn line(text: String) -> String {
    let is_line = !text.contains(|c: char| c.is_whitespace() && c != ' ')
        && !text.contains("  ")
        && text.trim().len() == text.len();
    if is_line {
        return text;
    }
    let mut words = text.split_whitespace();
    let mut line = words.next().unwrap_or_default().to_owned();
    for word in words {
        line.push(' ');
        line.push_str(word);
    }
    line
}

fn html_line(html: Cow<'_, str>) -> String {
    let body = Body {
        is_html: true,
        text: html,
    };
    line(body.plain())
}

fn non_empty(text: String) -> Option<String> {
    (!text.is_empty()).then_some(text)
}

impl RawFeed<'_> {
    /// The feed's title, on one line.
    pub(super) fn title(&self) -> Option<String> {
        non_empty(line(self.title.plain()))
    }

    /// The address of the site, absolute.
    pub(super) fn link(&self, url: &Url) -> Option<Url> {
        let best = best_link(self.links.iter())?;
        url.join(&best.href).ok().filter(is_address)
    }
}

impl RawItem<'_> {
    /// The item, and its address. `site` is the feed's own link, `url` the document's.
    pub(super) fn finish(
        self,
        language: Option<&str>,
        site: Option<&Url>,
        url: &Url,
    ) -> (Item, Address) {
        let address = self.address(site, url);
        let mut content = self.content.plain();
        let summary = self.summary.plain();
        for media in &self.media {
            let text = to_plain(media);
            // Publishers often repeat the story's own text as the picture's.
            if !content.contains(&text) && !summary.contains(&text) {
                if !content.is_empty() {
                    content.push_str("\n\n");
                }
                content.push_str(&text);
            }
        }
        let lines = |texts: Vec<Cow<'_, str>>| {
            let lines = texts.into_iter().map(html_line);
            lines.filter_map(non_empty).collect()
        };
        let item = Item {
            guid: self.id.map(|id| id.trim().to_owned()).and_then(non_empty),
            title: line(self.title.plain()),
            link: address.link.clone(),
            published: self.published,
            updated: self.updated,
            authors: lines(self.authors),
            categories: lines(self.categories),
            summary,
            content,
            language: self.language.as_deref().or(language).map(str::to_owned),
        };
        (item, address)
    }

    fn address(&self, site: Option<&Url>, url: &Url) -> Address {
        let shown = best_link(self.links.iter().filter(|link| link.rel != Rel::Original));
        // A redirecting service writes another address at every turn; the story's own stays.
        let lasting = self.links.iter().find(|link| link.rel == Rel::Original);
        let resolved = |link: &RawLink<'_>| resolve(&link.href, site, url);
        let shown = shown.or(lasting).map(resolved).unwrap_or_default();
        let lasting = lasting.and_then(|link| resolved(link).identity);
        Address {
            identity: lasting.or(shown.identity),
            link: shown.link,
        }
    }
}

/// What `href` is, relative to the feed's own link or, if it has none, to the document's URL.
fn resolve(href: &str, site: Option<&Url>, url: &Url) -> Address {
    let (link, depends_on_fetch) = match (Url::parse(href), site) {
        (Ok(link), _) => (Ok(link), false),
        (Err(_), Some(site)) => (site.join(href), false),
        (Err(_), None) => (url.join(href), true),
    };
    let link = link.ok().filter(is_address).map(String::from);
    let identity = if depends_on_fetch {
        link.is_some().then(|| href.to_owned())
    } else {
        link.clone()
    };
    Address { link, identity }
}

/// An address, and nothing that acts when it is opened.
fn is_address(url: &Url) -> bool {
    !matches!(url.scheme(), "javascript" | "data" | "vbscript")
}

/// The best of several links: the page, a guid that is an address, then what at least belongs to
/// the story.
fn best_link<'l, 'a: 'l>(links: impl Iterator<Item = &'l RawLink<'a>>) -> Option<&'l RawLink<'a>> {
    let rank = |link: &&RawLink<'_>| {
        let is_page = link
            .media_type
            .as_deref()
            .is_none_or(|kind| kind.contains("html"));
        match link.rel {
            Rel::Alternate if is_page => 1,
            Rel::Permalink => 2,
            Rel::Alternate => 3,
            Rel::Related => 4,
            Rel::Via => 5,
            Rel::Enclosure | Rel::Original => 6,
        }
    };
    links.min_by_key(rank)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn html(text: &str) -> String {
        let body = Body {
            is_html: true,
            text: text.into(),
        };
        body.plain()
    }

    #[test]
    fn texts_are_unescaped_up_to_three_times() {
        assert_eq!(html("AT&amp;T"), "AT&T");
        assert_eq!(html("AT&amp;amp;T"), "AT&T");
        assert_eq!(html("it&amp;amp;#8217;s"), "it’s");
        assert_eq!(html("AT&amp;amp;amp;amp;T"), "AT&amp;T");
        assert_eq!(html("&lt;p&gt;x&lt;/p&gt;"), "x");
        assert_eq!(html("R&D a < b"), "R&D a < b");
    }

    #[test]
    fn control_characters_are_windows_1252() {
        assert_eq!(html("don\u{92}t \u{93}caf\u{e9}\u{94}"), "don’t “café”");
        assert_eq!(html("Shinjir\u{c5}\u{8d}"), "Shinjirō");
    }

    #[test]
    fn plain_text_is_left_alone() {
        let body = Body {
            is_html: false,
            text: " The <b> tag &amp; you ".into(),
        };
        assert_eq!(body.plain(), "The <b> tag &amp; you");
    }

    fn address(links: &[(Rel, &str)], site: Option<&str>) -> Address {
        let item = RawItem {
            links: links
                .iter()
                .map(|(rel, href)| RawLink {
                    rel: *rel,
                    href: (*href).into(),
                    media_type: None,
                })
                .collect(),
            ..RawItem::default()
        };
        let site = site.map(|site| Url::parse(site).expect("a URL"));
        let url = Url::parse("https://mirror.example/feeds/a.xml").expect("a URL");
        item.address(site.as_ref(), &url)
    }

    #[test]
    fn links_are_absolute_and_identity_ignores_where_the_feed_was_fetched() {
        let site = Some("https://e.org/news/");
        let cases = [
            ("http://e.org/1", site, "http://e.org/1", "http://e.org/1"),
            ("/1?a=b", site, "https://e.org/1?a=b", "https://e.org/1?a=b"),
            (
                "//cdn.e.org/1",
                site,
                "https://cdn.e.org/1",
                "https://cdn.e.org/1",
            ),
            ("1", None, "https://mirror.example/feeds/1", "1"),
        ];
        for (href, site, link, identity) in cases {
            let address = address(&[(Rel::Alternate, href)], site);
            assert_eq!(address.link.as_deref(), Some(link));
            assert_eq!(address.identity.as_deref(), Some(identity));
        }
    }

    #[test]
    fn the_best_link_is_the_storys_own() {
        let links = [
            (Rel::Enclosure, "http://e.org/a.mp3"),
            (Rel::Via, "http://e.org/via"),
            (Rel::Permalink, "http://e.org/guid"),
            (Rel::Alternate, "http://e.org/redirect"),
        ];
        for count in 1..=links.len() {
            let best = address(&links[..count], None).link;
            assert_eq!(best.as_deref(), Some(links[count - 1].1));
        }
        let proxied = [
            (Rel::Alternate, "http://e.org/redirect"),
            (Rel::Original, "http://e.org/original"),
        ];
        let proxied = address(&proxied, None);
        assert_eq!(proxied.link.as_deref(), Some("http://e.org/redirect"));
        assert_eq!(proxied.identity.as_deref(), Some("http://e.org/original"));
        let script = address(&[(Rel::Alternate, "javascript:alert(1)")], None);
        assert_eq!(script, Address::default());
    }
}
