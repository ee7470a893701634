//! An item by its name alone, without its document.

use super::{Kind, key, link};
use crate::model::IdentityKey;

/// The keys under which an item with this link, or this guid, is remembered, where it was the only
/// one of its document that bore it. Every spelling of a link has the same key.
pub fn keys_of_name(name: &str) -> [IdentityKey; 2] {
    [
        key(Kind::Link, &[&link::canonical(name)]),
        key(Kind::Guid, &[&link::secure(name)]),
    ]
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{model::Item, parse::identity};

    #[test]
    fn they_are_keys_that_the_item_is_remembered_by() {
        let item = Item {
            guid: Some("http://e.org/?p=1".into()),
            title: "T".into(),
            ..Item::default()
        };
        let link = "https://e.org/a?utm_source=rss";
        let keys = identity::keys(std::iter::once((&item, Some(link))), None);
        let keys = keys[0].all();
        let [by_link, _] = keys_of_name("http://e.org/a#top");
        assert!(keys.contains(&by_link));
        let [_, by_guid] = keys_of_name("https://e.org/?p=1");
        assert!(keys.contains(&by_guid));
    }
}
