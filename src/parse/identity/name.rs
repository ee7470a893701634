//! An item by its name alone, without its document.

use super::{Part, hash, link};

/// The hashes that the fingerprints of an item with this link, or this guid, have as `link` and as
/// `guid`. Every spelling of a link has the same one.
pub fn hashes_of_name(name: &str) -> [i64; 2] {
    [
        hash(Part::Link, &[&link::canonical(name)]),
        hash(Part::Guid, &[&link::secure(name)]),
    ]
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{model::Item, parse::identity::fingerprint};

    #[test]
    fn they_are_what_the_item_is_remembered_by() {
        let item = Item {
            guid: Some("http://e.org/?p=1".into()),
            title: "T".into(),
            ..Item::default()
        };
        let print = fingerprint(&item, Some("https://e.org/a?utm_source=rss"), None);
        let [by_link, _] = hashes_of_name("http://e.org/a#top");
        assert_eq!(print.link, Some(by_link));
        let [_, by_guid] = hashes_of_name("https://e.org/?p=1");
        assert_eq!(print.guid, Some(by_guid));
    }
}
