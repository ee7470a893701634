//! The publisher of one item, and the origin of its report.

use url::Url;

use crate::model::Item;

use super::{Publishers, credits::credited};

/// Who published an item, and whose report it is; empty where nobody knows.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct ItemPublisher {
    /// Whose page it is.
    pub publisher: String,
    /// The news agency that the item credits, else the publisher.
    pub origin: String,
}

/// By the item's source, else its link, else the feed's URL. An aggregator's link names nobody, and
/// the feed's URL does not count then: it is the aggregator's too, or that of one who collects.
pub fn of_item(publishers: &Publishers, item: &Item, feed: Option<&Url>) -> ItemPublisher {
    let of_url = |url: &Url| publishers.of_host(url.host_str()?);
    let read = |url: &Option<String>| Url::parse(url.as_deref()?).ok();
    let link = read(&item.link).filter(Url::has_host);
    let publisher = read(&item.source)
        .and_then(|source| of_url(&source))
        .or_else(|| of_url(link.as_ref().or(feed)?))
        .unwrap_or_default();
    // A family that has the agency's own site counts for its credits too.
    let credit = credited(item).and_then(|agency| publishers.of_host(agency.site()));
    ItemPublisher {
        origin: credit.unwrap_or_else(|| publisher.clone()),
        publisher,
    }
}

#[cfg(test)]
mod tests {
    use super::{super::Family, *};

    fn found(publishers: &Publishers, item: &Item) -> (String, String) {
        let feed = Url::parse("https://feeds.desk.example/all.xml").expect("a URL");
        let found = of_item(publishers, item, Some(&feed));
        (found.publisher, found.origin)
    }

    #[test]
    fn the_source_comes_before_the_link_and_the_link_before_the_feed() {
        let google = Some("https://news.google.com/rss/articles/x");
        for (source, link, expected) in [
            (Some("https://www.one.example/"), google, "one.example"),
            (
                Some("https://www.one.example/"),
                Some("https://two.example/1"),
                "one.example",
            ),
            (None, Some("https://www.two.example/1"), "two.example"),
            // A source that is an aggregator itself says nothing.
            (
                Some("https://feeds.feedburner.com/two"),
                Some("https://two.example/1"),
                "two.example",
            ),
            (google, google, ""),
            (None, google, ""),
            (None, Some("https://t.co/x"), ""),
            (None, Some("urn:x:1"), "desk.example"),
            (None, None, "desk.example"),
            (None, Some("https://www.reuters.com/1"), "reuters"),
        ] {
            let item = Item {
                source: source.map(str::to_owned),
                link: link.map(str::to_owned),
                ..Item::default()
            };
            let both = (expected.to_owned(), expected.to_owned());
            let found = found(&Publishers::default(), &item);
            assert_eq!(found, both, "{source:?} {link:?}");
        }
        let nothing = of_item(&Publishers::default(), &Item::default(), None);
        assert_eq!(nothing, ItemPublisher::default());
    }

    #[test]
    fn the_origin_is_the_agency_that_is_credited() {
        let item = |link: &str| Item {
            link: Some(link.to_owned()),
            summary: "LONDON, Nov 30 (Reuters) - The harbour is shut.".into(),
            ..Item::default()
        };
        let family = Family {
            name: "wire".into(),
            domains: vec!["reuters.com".into()],
        };
        let own = Publishers::of(vec![family]);
        for (publishers, link, publisher, origin) in [
            (
                &Publishers::default(),
                "https://a.example/1",
                "a.example",
                "reuters",
            ),
            (
                &Publishers::default(),
                "https://www.msn.com/1",
                "",
                "reuters",
            ),
            (
                &Publishers::default(),
                "https://reuters.com/1",
                "reuters",
                "reuters",
            ),
            (&own, "https://a.example/1", "a.example", "wire"),
            (&own, "https://reuters.com/1", "wire", "wire"),
        ] {
            let expected = (publisher.to_owned(), origin.to_owned());
            assert_eq!(found(publishers, &item(link)), expected, "{link}");
        }
    }
}
