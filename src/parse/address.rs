//! Which of an item's links is its address.
//!
//! In go the links as written; out comes one for people to open and one to identify the item by,
//! both absolute. Nothing that acts when it is opened (`javascript:`, `data:`) is an address.

use std::borrow::Cow;

use url::Url;

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

/// The address of an item with these links. `site` is the feed's own link, `url` the document's.
pub(super) fn address(links: &[RawLink<'_>], site: Option<&Url>, url: &Url) -> Address {
    let shown = best_link(links.iter().filter(|link| link.rel != Rel::Original));
    // A redirecting service writes another address at every poll; the story's own stays.
    let lasting = links.iter().find(|link| link.rel == Rel::Original);
    let resolved = |link: &RawLink<'_>| resolve(&link.href, site, url);
    let shown = shown.or(lasting).map(resolved).unwrap_or_default();
    let lasting = lasting.and_then(|link| resolved(link).identity);
    Address {
        identity: lasting.or(shown.identity),
        link: shown.link,
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
pub(super) fn is_address(url: &Url) -> bool {
    !matches!(url.scheme(), "javascript" | "data" | "vbscript")
}

/// The best of several links: the page, a guid that is an address, then what at least belongs to
/// the story, a recording before its cover.
pub(super) fn best_link<'l, 'a: 'l>(
    links: impl Iterator<Item = &'l RawLink<'a>>,
) -> Option<&'l RawLink<'a>> {
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
            Rel::Enclosure if is_of(link, "audio/", SOUNDS) || is_of(link, "video/", FILMS) => 6,
            Rel::Enclosure if is_of(link, "image/", PICTURES) => 8,
            Rel::Enclosure | Rel::Original => 7,
        }
    };
    links.min_by_key(rank)
}

const SOUNDS: &[&str] = &[
    ".mp3", ".m4a", ".aac", ".ogg", ".oga", ".opus", ".wav", ".flac",
];
const FILMS: &[&str] = &[".mp4", ".m4v", ".mov", ".webm", ".mpg", ".avi"];
const PICTURES: &[&str] = &[".jpg", ".jpeg", ".png", ".gif", ".webp", ".svg", ".avif"];

/// Whether a link is of a kind by its media type, or where it has none by its ending.
fn is_of(link: &RawLink<'_>, kind: &str, endings: &[&str]) -> bool {
    let media_type = link.media_type.as_deref().filter(|kind| kind.contains('/'));
    if let Some(media_type) = media_type {
        return media_type.trim().to_ascii_lowercase().starts_with(kind);
    }
    let path = link.href.split(['?', '#']).next().unwrap_or_default();
    let path = path.to_ascii_lowercase();
    endings.iter().any(|ending| path.ends_with(ending))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn address(links: &[(Rel, &str)], site: Option<&str>) -> Address {
        let links: Vec<RawLink<'_>> = links
            .iter()
            .map(|(rel, href)| RawLink {
                rel: *rel,
                href: (*href).into(),
                media_type: None,
            })
            .collect();
        let site = site.map(|site| Url::parse(site).expect("a URL"));
        let url = Url::parse("https://mirror.example/feeds/a.xml").expect("a URL");
        super::address(&links, site.as_ref(), &url)
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

    #[test]
    fn of_enclosures_a_recording_comes_before_its_cover() {
        let enclosure = |href: &str, media_type: Option<&str>| RawLink {
            rel: Rel::Enclosure,
            href: href.to_owned().into(),
            media_type: media_type.map(|kind| kind.to_owned().into()),
        };
        let cover = enclosure("https://e.org/c.jpg?w=1", None);
        let typed = enclosure("https://e.org/cover", Some("IMAGE/png"));
        let paper = enclosure("https://e.org/a.pdf", Some("application/pdf"));
        let sound = enclosure("https://e.org/a.MP3?x=1", Some(""));
        let film = enclosure("https://e.org/a", Some("video/mp4"));
        let best = |links: &[&RawLink<'_>]| {
            let best = best_link(links.iter().copied()).map(|link| link.href.to_string());
            best.expect("there is one")
        };
        assert_eq!(
            best(&[&cover, &typed, &paper, &sound, &film]),
            "https://e.org/a.MP3?x=1"
        );
        assert_eq!(best(&[&cover, &film, &sound]), "https://e.org/a");
        assert_eq!(best(&[&typed, &paper]), "https://e.org/a.pdf");
        assert_eq!(
            best(&[&typed, &cover]),
            "https://e.org/cover",
            "better than none"
        );
    }
}
