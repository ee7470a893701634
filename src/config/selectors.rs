//! What a watch can name feeds by: their names and their tags.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};

use super::value::Text;
use crate::model::Feed;

/// What the `feeds` of a watch can name: feeds by their names and tags. Made once, because there may be
/// ten thousand of each.
#[derive(Debug)]
pub(super) struct Selectors<'a> {
    feeds: &'a [Feed],
    /// Of all feeds, of those that could not be read too, in the order they are written.
    names: Vec<&'a str>,
    known: HashSet<&'a str>,
    by_name: HashMap<&'a str, usize>,
    /// With the `#`.
    by_tag: BTreeMap<String, Vec<usize>>,
}

impl<'a> Selectors<'a> {
    /// Of the feeds that could be read, and the names of all.
    pub(super) fn of(feeds: &'a [Feed], names: Vec<&'a str>) -> Self {
        let mut by_tag: BTreeMap<String, Vec<usize>> = BTreeMap::new();
        for (place, feed) in feeds.iter().enumerate() {
            for tag in &feed.tags {
                by_tag.entry(format!("#{tag}")).or_default().push(place);
            }
        }
        let places = feeds.iter().enumerate();
        Self {
            feeds,
            known: names.iter().copied().collect(),
            names,
            by_name: places
                .map(|(place, feed)| (feed.name.as_str(), place))
                .collect(),
            by_tag,
        }
    }

    /// Whether a feed has the name, or the tag.
    pub(super) fn knows(&self, selector: &str) -> bool {
        self.known.contains(selector) || self.by_tag.contains_key(selector)
    }

    /// All that can be named.
    pub(super) fn all(&self) -> impl Iterator<Item = &str> {
        let tags = self.by_tag.keys().map(String::as_str);
        self.names.iter().copied().chain(tags)
    }

    /// The names of the feeds that any of these names, in the order they are written.
    pub(super) fn select(&self, selectors: &[Text<'_>]) -> Vec<String> {
        let mut places: BTreeSet<usize> = BTreeSet::new();
        for selector in selectors {
            match self.by_tag.get(selector.text) {
                Some(tagged) => places.extend(tagged),
                None => places.extend(self.by_name.get(selector.text)),
            }
        }
        let names = places.into_iter().map(|place| &self.feeds[place].name);
        names.cloned().collect()
    }
}
