//! Items as a format writes them, and what becomes of them: plain text and absolute links.

use jiff::Timestamp;
use url::Url;

use crate::{
    model::Item,
    text::{to_plain, undo_double_encoding},
};

/// A feed before its texts are plain and its links absolute.
#[derive(Debug, Default)]
pub(super) struct RawFeed {
    pub(super) title: Body,
    pub(super) links: Vec<RawLink>,
    pub(super) language: Option<String>,
    pub(super) items: Vec<RawItem>,
}

/// An item before its texts are plain and its links absolute.
#[derive(Debug, Default)]
pub(super) struct RawItem {
    pub(super) id: Option<String>,
    pub(super) title: Body,
    pub(super) summary: Body,
    pub(super) content: Body,
    /// HTML.
    pub(super) media: Vec<String>,
    pub(super) links: Vec<RawLink>,
    pub(super) published: Option<Timestamp>,
    pub(super) updated: Option<Timestamp>,
    /// HTML.
    pub(super) authors: Vec<String>,
    /// HTML.
    pub(super) categories: Vec<String>,
    pub(super) language: Option<String>,
}

/// Text with or without markup.
#[derive(Debug, Default)]
pub(super) struct Body {
    pub(super) is_html: bool,
    pub(super) text: String,
}

/// A link as written.
#[derive(Debug, Default)]
pub(super) struct RawLink {
    pub(super) rel: String,
    pub(super) href: String,
    pub(super) media_type: Option<String>,
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

impl Body {
    /// The text without markup; block elements are line breaks.
    pub(super) fn plain(&self) -> String {
        let mut plain = if self.is_html {
            to_plain(&self.text)
        } else {
            self.text.trim().to_owned()
        };
        if let std::borrow::Cow::Owned(text) = undo_double_encoding(&plain) {
            plain = text;
        }
        plain
    }
}

/// One line of plain text.
fn line(text: &str) -> String {
    let mut words = text.split_whitespace();
    let mut line = words.next().unwrap_or_default().to_owned();
    for word in words {
        line.push(' ');
        line.push_str(word);
    }
    line
}

fn html_line(html: &str) -> String {
    let body = Body {
        is_html: true,
        text: html.to_owned(),
    };
    line(&body.plain())
}

fn non_empty(text: String) -> Option<String> {
    (!text.is_empty()).then_some(text)
}

impl RawFeed {
    /// The feed's title, on one line.
    pub(super) fn title(&self) -> Option<String> {
        non_empty(line(&self.title.plain()))
    }

    /// The address of the site, absolute.
    pub(super) fn link(&self, url: &Url) -> Option<Url> {
        let best = best_link(&self.links)?;
        url.join(&best.href).ok().filter(is_address)
    }
}

impl RawItem {
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
        let lines = |texts: Vec<String>| {
            texts
                .iter()
                .filter_map(|text| non_empty(html_line(text)))
                .collect()
        };
        let item = Item {
            guid: self.id.map(|id| id.trim().to_owned()).and_then(non_empty),
            title: line(&self.title.plain()),
            link: address.link.clone(),
            published: self.published,
            updated: self.updated,
            authors: lines(self.authors),
            categories: lines(self.categories),
            summary,
            content,
            language: self.language.or_else(|| language.map(str::to_owned)),
        };
        (item, address)
    }

    fn address(&self, site: Option<&Url>, url: &Url) -> Address {
        let Some(best) = best_link(&self.links) else {
            return Address::default();
        };
        let (link, depends_on_fetch) = match (Url::parse(&best.href), site) {
            (Ok(link), _) => (Ok(link), false),
            (Err(_), Some(site)) => (site.join(&best.href), false),
            (Err(_), None) => (url.join(&best.href), true),
        };
        let link = link.ok().filter(is_address).map(String::from);
        Address {
            identity: if depends_on_fetch {
                link.is_some().then(|| best.href.clone())
            } else {
                link.clone()
            },
            link,
        }
    }
}

/// An address, and nothing that acts when it is opened.
fn is_address(url: &Url) -> bool {
    !matches!(url.scheme(), "javascript" | "data" | "vbscript")
}

/// The best of several links: what a redirecting service replaced, the page, a guid that is an
/// address, then what at least belongs to the story.
fn best_link(links: &[RawLink]) -> Option<&RawLink> {
    let rank = |link: &&RawLink| {
        let is_page = link
            .media_type
            .as_deref()
            .is_none_or(|kind| kind.contains("html"));
        match link.rel.as_str() {
            "original" => 0,
            "alternate" if is_page => 1,
            "permalink" => 2,
            "alternate" => 3,
            "related" => 4,
            "via" => 5,
            _ => 6,
        }
    };
    links.iter().min_by_key(rank)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn html(text: &str) -> String {
        let body = Body {
            is_html: true,
            text: text.to_owned(),
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
    fn plain_text_is_left_alone() {
        let body = Body {
            is_html: false,
            text: " The <b> tag &amp; you ".to_owned(),
        };
        assert_eq!(body.plain(), "The <b> tag &amp; you");
    }

    fn address(links: &[(&str, &str)], site: Option<&str>) -> Address {
        let item = RawItem {
            links: links
                .iter()
                .map(|(rel, href)| RawLink {
                    rel: (*rel).to_owned(),
                    href: (*href).to_owned(),
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
            let address = address(&[("alternate", href)], site);
            assert_eq!(address.link.as_deref(), Some(link));
            assert_eq!(address.identity.as_deref(), Some(identity));
        }
    }

    #[test]
    fn the_best_link_is_the_storys_own() {
        let links = [
            ("enclosure", "http://e.org/a.mp3"),
            ("via", "http://e.org/via"),
            ("permalink", "http://e.org/guid"),
            ("alternate", "http://e.org/redirect"),
            ("original", "http://e.org/original"),
        ];
        for count in 1..=links.len() {
            let best = address(&links[..count], None).link;
            assert_eq!(best.as_deref(), Some(links[count - 1].1));
        }
        let script = address(&[("alternate", "javascript:alert(1)")], None);
        assert_eq!(script, Address::default());
    }
}
