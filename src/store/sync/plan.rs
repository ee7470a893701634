//! Which row of the store each feed of the config is. Pure.
//!
//! A feed is what is at its URL; its name is only what the config calls it. So a row that has
//! the URL is taken first, whatever its name, and only a URL that no row has is something new.

use std::collections::HashMap;

use url::Url;

use crate::model::{Feed, FeedId, Origin};

/// What a transaction may cost, in changes of a feed's row; beyond it others have their turn first.
pub(super) const MOST_COST: usize = 300;

/// A feed's row as it was before.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Known {
    pub(super) id: FeedId,
    pub(super) name: String,
    pub(super) url: String,
    pub(super) moved_to: Option<String>,
    pub(super) moving_to: Option<String>,
    pub(super) active: bool,
    pub(super) host: String,
    pub(super) domain: String,
}

impl Known {
    /// The name that it had before another one took it.
    pub(super) fn called(&self) -> &str {
        let parked = self.name.strip_prefix('#');
        let parked = parked.and_then(|name| name.strip_prefix(&self.id.0.to_string()));
        let name = parked.and_then(|name| name.strip_prefix(' '));
        name.unwrap_or(&self.name)
    }

    /// Whether nothing is to be written for a feed that is this row.
    pub(super) fn is(&self, feed: &Feed) -> bool {
        let moved_to = self.moved_to.as_deref().map(Url::parse);
        let origin = match &moved_to {
            Some(Ok(url)) => Origin::of(url),
            _ => Origin::of(&feed.url),
        };
        let is_there = (&origin.host, &origin.domain) == (&self.host, &self.domain);
        self.active && self.name == feed.name && is_there
    }
}

/// What a feed of the config is to the store.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Fate<'a> {
    /// This row, at its URL.
    Same(&'a Known),
    /// This row, at an address of the same feed that is written otherwise, or to which its server
    /// has sent us.
    Moved {
        /// The row.
        row: &'a Known,
        /// Whether its validators are those of this URL.
        keeps_validators: bool,
    },
    /// Another feed under the name of this row, which stays as it is for the day its URL is back.
    Successor(&'a Known),
    /// A feed that the store does not know.
    New,
}

/// The fate of each feed, in their order. Of rows that fit as well the first is taken.
pub(super) fn fates<'a>(feeds: &[Feed], known: &'a [Known]) -> Vec<Fate<'a>> {
    let mut plan = Plan {
        feeds,
        known,
        fates: vec![None; feeds.len()],
        taken: vec![false; known.len()],
    };
    let named = |name: &str, rest: &str| Some(format!("{name}\n{rest}"));
    let of_url = |row: &Known| Some(row.url.clone());
    let url = |feed: &Feed| Some(feed.url.to_string());
    let moved = |row, keeps_validators| Fate::Moved {
        row,
        keeps_validators,
    };
    plan.pass(
        |row| named(&row.name, &row.url),
        |feed| named(&feed.name, feed.url.as_str()),
        Fate::Same,
    );
    plan.pass(of_url, url, Fate::Same);
    plan.pass(|row| row.moved_to.clone(), url, |row| moved(row, true));
    plan.pass(|row| row.moving_to.clone(), url, |row| moved(row, false));
    plan.pass(
        |row| named(&row.name, &gist(&Url::parse(&row.url).ok()?)),
        |feed| named(&feed.name, &gist(&feed.url)),
        |row| moved(row, false),
    );
    plan.pass(
        |row| Some(gist(&Url::parse(&row.url).ok()?)),
        |feed| Some(gist(&feed.url)),
        |row| moved(row, false),
    );
    plan.pass(
        |row| Some(row.name.clone()),
        |feed| Some(feed.name.clone()),
        Fate::Successor,
    );
    let fates = plan.fates.into_iter();
    fates.map(|fate| fate.unwrap_or(Fate::New)).collect()
}

struct Plan<'a, 'f> {
    feeds: &'f [Feed],
    known: &'a [Known],
    fates: Vec<Option<Fate<'a>>>,
    taken: Vec<bool>,
}

impl<'a> Plan<'a, '_> {
    /// Gives every feed that has none a row that nobody has and whose key is the feed's.
    fn pass(
        &mut self,
        of_row: impl Fn(&Known) -> Option<String>,
        of_feed: impl Fn(&Feed) -> Option<String>,
        fate: impl Fn(&'a Known) -> Fate<'a>,
    ) {
        if self.fates.iter().all(Option::is_some) {
            return;
        }
        let mut rows: HashMap<String, Vec<usize>> = HashMap::new();
        // From the end, so that the first is on top.
        for (index, row) in self.known.iter().enumerate().rev() {
            if let (false, Some(key)) = (self.taken[index], of_row(row)) {
                rows.entry(key).or_default().push(index);
            }
        }
        for (feed, slot) in self.feeds.iter().zip(&mut self.fates) {
            if slot.is_some() {
                continue;
            }
            let row = of_feed(feed).and_then(|key| rows.get_mut(&key)?.pop());
            if let Some(row) = row {
                self.taken[row] = true;
                *slot = Some(fate(&self.known[row]));
            }
        }
    }
}

/// What stays of a URL where it is the same feed's in another spelling: with http or https, with or
/// without `www.`, a login, or a slash at its end. The query stays: often it names the feed.
fn gist(url: &Url) -> String {
    let scheme = match url.scheme() {
        "http" | "https" => "",
        other => other,
    };
    let host = url.host_str().unwrap_or_default();
    let host = host.strip_prefix("www.").unwrap_or(host);
    let port = url.port().map(|port| format!(":{port}"));
    let path = url.path().trim_end_matches('/');
    let query = url.query().unwrap_or_default();
    format!("{scheme}//{host}{}{path}?{query}", port.unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{model::FeedId, store::testing::feed};

    fn row(id: i64, name: &str, url: &str) -> Known {
        Known {
            id: FeedId(id),
            name: name.into(),
            url: url.into(),
            moved_to: None,
            moving_to: None,
            active: true,
            host: String::new(),
            domain: String::new(),
        }
    }

    /// Fates in short: `=` the row, `~` moved, `>` its successor, `+` new.
    fn planned(rows: &[Known], config: &[(&str, &str)]) -> Vec<String> {
        let feeds: Vec<Feed> = config.iter().map(|(name, url)| feed(name, url)).collect();
        let fates = fates(&feeds, rows).into_iter();
        let short = fates.map(|fate| match fate {
            Fate::Same(row) => format!("={}", row.id.0),
            Fate::Moved { row, .. } => format!("~{}", row.id.0),
            Fate::Successor(row) => format!(">{}", row.id.0),
            Fate::New => "+".to_owned(),
        });
        short.collect()
    }

    const A: &str = "https://e.org/a";
    const B: &str = "https://e.org/b";
    const C: &str = "https://e.org/c";
    const D: &str = "https://e.org/d";

    #[test]
    fn a_feed_is_followed_by_its_url_whatever_becomes_of_names() {
        let rows = [row(1, "one", A), row(2, "two", B), row(3, "three", C)];
        for (config, expected) in [
            (&[("one", A), ("two", B), ("three", C)][..], "=1 =2 =3"),
            (&[("two", A), ("one", B), ("three", C)], "=1 =2 =3"),
            (&[("two", A), ("three", B), ("one", C)], "=1 =2 =3"),
            (&[("two", A), ("one", D)], "=1 +"),
            (&[("two", A), ("one", B), ("four", D)], "=1 =2 +"),
            (&[("one", D), ("two", B)], ">1 =2"),
            (&[("one", B)], "=2"),
            (&[("new", A)], "=1"),
            (&[("new", D)], "+"),
        ] {
            assert_eq!(planned(&rows, config).join(" "), expected, "{config:?}");
        }
    }

    #[test]
    fn two_names_of_one_url_keep_theirs() {
        let rows = [row(1, "one", A), row(2, "two", A)];
        for (config, expected) in [
            (&[("two", A), ("one", A)][..], "=2 =1"),
            (&[("new", A), ("two", A)], "=1 =2"),
            (&[("one", A), ("two", A), ("new", A)], "=1 =2 +"),
            (&[("new", A)], "=1"),
        ] {
            assert_eq!(planned(&rows, config).join(" "), expected, "{config:?}");
        }
    }

    #[test]
    fn another_spelling_is_the_same_feed_and_another_query_is_not() {
        let rows = [row(1, "one", "http://www.e.org/feed/?id=1")];
        for (url, expected) in [
            ("https://www.e.org/feed/?id=1", "~1"),
            ("https://e.org/feed?id=1", "~1"),
            ("http://me@www.e.org/feed/?id=1", "~1"),
            ("http://www.e.org/feed/?id=2", ">1"),
            ("http://www.e.org:81/feed/?id=1", ">1"),
            ("http://other.e.org/feed/?id=1", ">1"),
        ] {
            assert_eq!(planned(&rows, &[("one", url)]), [expected], "{url}");
        }
        let elsewhere = planned(&rows, &[("new", "https://e.org/feed?id=1")]);
        assert_eq!(elsewhere, ["~1"], "renamed at the same time");
    }

    #[test]
    fn both_spellings_in_the_config_are_two_feeds() {
        let rows = [row(1, "one", "http://e.org/a"), row(2, "two", A)];
        let both = [("two", "http://e.org/a"), ("one", A)];
        assert_eq!(planned(&rows, &both), ["=1", "=2"]);
    }

    #[test]
    fn where_a_server_has_sent_us_is_the_same_feed() {
        let moved = Known {
            moved_to: Some(B.into()),
            ..row(1, "one", A)
        };
        let moving = Known {
            moving_to: Some(C.into()),
            ..row(2, "two", D)
        };
        let rows = [moved, moving];
        let feeds = [feed("one", B), feed("new", C)];
        let expected = [(0, true), (1, false)].map(|(index, keeps_validators)| Fate::Moved {
            row: &rows[index],
            keeps_validators,
        });
        assert_eq!(fates(&feeds, &rows), expected);
        // Where the config names both, each is its own.
        let both = planned(&rows, &[("one", A), ("b", B)]);
        assert_eq!(both, ["=1", "+"]);
    }
}
