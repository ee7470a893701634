//! Who published an item, and whose report it is. Rules alone: no store, no network, no config.
//!
//! A publisher is a registrable domain by the Public Suffix List, or a family of domains. The hosts
//! of a blog platform that the list names are publishers each. An aggregator is none.

mod agencies;
mod aggregators;
mod credits;
mod families;
mod host;
mod of_item;

pub use agencies::{agency_names, is_agency};
pub use families::{Family, Publishers, is_owned};
pub use host::{ascii_host, shown_host};
pub use of_item::{ItemPublisher, of_item};
