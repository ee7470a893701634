//! Who published an item. Rules alone: no store, no network, no config.
//!
//! A publisher is a registrable domain by the Public Suffix List, or a family of domains. The hosts
//! of a blog platform that the list names are publishers each. An aggregator is none.

mod agencies;
mod aggregators;
mod families;
mod host;

pub use agencies::{agency_names, is_agency};
pub use families::{Family, Publishers, is_owned};
pub use host::{ascii_host, shown_host};

/// Who published an item, and whose report it is; empty where nobody knows.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct ItemPublisher {
    pub publisher: String,
    pub origin: String,
}

pub fn of_item(
    publishers: &Publishers,
    item: &crate::model::Item,
    feed: Option<&url::Url>,
) -> ItemPublisher {
    let link = item.link.as_deref().and_then(|l| url::Url::parse(l).ok());
    let url = link.as_ref().or(feed);
    let publisher = url
        .and_then(|u| u.host_str())
        .and_then(|h| publishers.of_host(h))
        .unwrap_or_default();
    ItemPublisher {
        origin: publisher.clone(),
        publisher,
    }
}
