//! What a name may mean: a number or a notice's id, an item's name, words of its title, or an address
//! that differs only in what sites and readers change.

use std::ops::ControlFlow;

use url::Url;

use super::super::{
    number::{self, Number},
    stored_items::Items,
};
use crate::{
    model::{Alert, AlertId, DeliveryId, Event, ItemId},
    parse,
    store::{DeliveryStatus, ItemCursor, KeptItem, NamedItems, Store, StoreError},
    text::fold,
};

/// Items of one link that are explained, for several feeds may show it, or of one digest.
const MAX_ITEMS: u32 = 10;

/// Items that are shown, the newest.
const MAX_NEAR: usize = 10;

/// What a name means.
#[derive(Debug)]
pub(crate) enum Found<'a> {
    /// The items that it is about.
    Items {
        items: Vec<KeptItem>,
        /// The link or id by which they were asked for.
        asked: Option<&'a str>,
    },
    /// It is about no stored item: about a failing feed, for example.
    Notice(Box<DeliveryStatus>),
    /// What bore that number or name is no longer kept, or never was there.
    Gone,
    /// No item ever had that name: [`near`] may find what is meant.
    Unknown,
}

/// What a name means, without a look through the titles.
pub(crate) async fn find<'a>(name: &'a str, store: &Store) -> Result<Found<'a>, StoreError> {
    match named(name, store).await? {
        Named::Items(items) => return Ok(Found::Items { items, asked: None }),
        Named::Notice(delivery) => return Ok(Found::Notice(delivery)),
        Named::Nothing => {}
    }
    if let Some(number) = item_number(name) {
        let items: Vec<KeptItem> = store.kept_item(number).await?.into_iter().collect();
        return Ok(if items.is_empty() {
            Found::Gone
        } else {
            Found::Items { items, asked: None }
        });
    }
    let hashes = parse::hashes_of_name(name);
    let NamedItems {
        called: mut items,
        seen,
    } = store.named(name, hashes, MAX_ITEMS).await?;
    let is_known = !items.is_empty() || !seen.is_empty();
    if items.is_empty() {
        for seen in seen.into_iter().take(MAX_ITEMS as usize) {
            items.extend(store.kept_item(seen.item).await?);
        }
    }
    Ok(match (items.is_empty(), is_known) {
        (false, _) => Found::Items {
            items,
            asked: Some(name),
        },
        (true, true) => Found::Gone,
        (true, false) => Found::Unknown,
    })
}

/// The item's number that this is, with its sign or without.
pub(crate) fn item_number(name: &str) -> Option<ItemId> {
    match Number::read(name)? {
        Number::Item(id) => Some(id),
        Number::Bare(id) => Some(ItemId(id)),
        // A story has the number of its first item.
        Number::Story(id) => Some(id.into()),
        Number::Alert(_) | Number::Delivery(_) | Number::Notice(_) => None,
    }
}

/// What is known by the number of something else.
enum Named {
    Items(Vec<KeptItem>),
    Notice(Box<DeliveryStatus>),
    Nothing,
}

/// What an alert's number (`a1842`), a delivery's (`d2031`) or a notice's id (`k3v9q2xw-2031`) names.
async fn named(name: &str, store: &Store) -> Result<Named, StoreError> {
    let delivery = match Number::read(name) {
        Some(Number::Alert(id)) => {
            let alert = store.alert(id).await?.into_iter().collect();
            let items = items(alert, store).await?;
            return Ok(if items.is_empty() {
                Named::Nothing
            } else {
                Named::Items(items)
            });
        }
        Some(Number::Delivery(id)) => store.delivery(id).await?,
        Some(Number::Notice(id)) => number::of_notice(name, id, store).await?,
        Some(Number::Item(_) | Number::Bare(_) | Number::Story(_)) | None => None,
    };
    let Some(delivery) = delivery else {
        return Ok(Named::Nothing);
    };
    let alerts = match delivery.notice.as_ref().map(|notice| &notice.event) {
        Some(Event::Alert(alert)) => vec![(**alert).clone()],
        Some(Event::DigestReady(digest)) => digest.alerts.clone(),
        _ => Vec::new(),
    };
    let items = items(alerts, store).await?;
    Ok(if items.is_empty() {
        Named::Notice(Box::new(delivery))
    } else {
        Named::Items(items)
    })
}

async fn items(alerts: Vec<Alert>, store: &Store) -> Result<Vec<KeptItem>, StoreError> {
    let mut items = Vec::new();
    for alert in alerts.into_iter().take(MAX_ITEMS as usize) {
        if let Ok(number) = alert.item.id.parse() {
            items.extend(store.kept_item(ItemId(number)).await?);
        }
    }
    Ok(items)
}

/// What else bears a number that no item has.
pub(super) async fn others(number: i64, store: &Store) -> Result<Vec<String>, StoreError> {
    let (alert, delivery) = (AlertId(number), DeliveryId(number));
    let alert = store.alert(alert).await?.map(|_| alert.to_string());
    let delivery = store.delivery(delivery).await?;
    let delivery = delivery.map(|it| format!("{} for {}", it.id, it.receiver));
    Ok(alert.into_iter().chain(delivery).collect())
}

/// Items that may be meant by a name that none bears.
#[derive(Debug)]
pub(crate) struct Near {
    pub(crate) items: Vec<KeptItem>,
    /// Where the search broke off, if it did: older items were not looked at.
    pub(crate) rest: Option<ItemCursor>,
}

/// The newest ten, of those that have just this title if there are any; all are looked through, as
/// long as `goes_on`, which is asked at each.
pub(crate) async fn near(
    asked: &str,
    items: &Items<'_>,
    before: Option<ItemCursor>,
    mut goes_on: impl FnMut() -> ControlFlow<()>,
) -> Result<Near, StoreError> {
    let wanted = Wanted::of(asked);
    let title = fold(asked);
    let (mut found, mut exact) = (Vec::new(), Vec::new());
    let mut is_enough = false;
    let visit = items.each::<StoreError>(before, |kept| {
        if wanted.is_near(kept) {
            if fold(&kept.stored.item.title) == title {
                exact.push(kept.clone());
            } else if found.len() < MAX_NEAR {
                found.push(kept.clone());
            }
        }
        is_enough = exact.len() == MAX_NEAR;
        Ok(if is_enough {
            ControlFlow::Break(())
        } else {
            goes_on()
        })
    });
    let rest = visit.await?;
    Ok(Near {
        items: if exact.is_empty() { found } else { exact },
        rest: rest.filter(|_| !is_enough),
    })
}

impl Near {
    /// The one item that is meant, where it was asked for by its title; else these again.
    pub(crate) fn meant(mut self, asked: &str) -> Result<KeptItem, Self> {
        let is_one = self.items.len() == 1 && self.rest.is_none();
        match self.items.pop() {
            Some(item) if is_one && !is_address(asked) => Ok(item),
            last => {
                self.items.extend(last);
                Err(self)
            }
        }
    }
}

/// Whether it looks like an address, also without its scheme.
pub(super) fn is_address(asked: &str) -> bool {
    matches!(Wanted::of(asked), Wanted::Address(_))
}

/// What a name may mean.
#[derive(Debug, PartialEq, Eq)]
enum Wanted {
    Address(String),
    Words(Vec<String>),
}

impl Wanted {
    fn of(asked: &str) -> Self {
        if let Some(address) = address(asked) {
            return Self::Address(address);
        }
        let folded = fold(asked);
        let words = folded.split(|c: char| c.is_whitespace() || c == '"');
        let words = words.filter(|word| !word.is_empty());
        Self::Words(words.map(str::to_owned).collect())
    }

    fn is_near(&self, kept: &KeptItem) -> bool {
        let item = &kept.stored.item;
        match self {
            Self::Address(wanted) => {
                item.link.as_deref().and_then(address).as_ref() == Some(wanted)
            }
            Self::Words(words) => {
                let title = fold(&item.title);
                !words.is_empty() && words.iter().all(|word| title.contains(word.as_str()))
            }
        }
    }
}

/// Host and path without what differs between the copies of one page: `www`, mobile and AMP forms,
/// the query, the last slash. `None` for what is no address of a page.
fn address(text: &str) -> Option<String> {
    let is_schemeless = !text.contains("://") && text.contains('.') && text.contains('/');
    let scheme = if is_schemeless { "https://" } else { "" };
    let url = Url::parse(&format!("{scheme}{text}"));
    let url = url.ok().filter(|_| !text.contains(char::is_whitespace))?;
    let labels = url.host_str()?.split('.');
    let host: Vec<&str> = labels
        .skip_while(|it| matches!(*it, "www" | "m" | "amp"))
        .collect();
    let parts = url.path().split('/');
    let parts: Vec<&str> = parts.filter(|it| !matches!(*it, "" | "amp")).collect();
    (!parts.is_empty()).then(|| format!("{}/{}", host.join("."), parts.join("/")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_forms_of_one_address_are_near_and_other_pages_are_not() {
        let page = address("https://news.example.org/a/7").expect("an address");
        for same in [
            "http://www.news.example.org/a/7/",
            "https://m.news.example.org/a/7?id=2#top",
            "https://amp.news.example.org/amp/a/7",
            "https://news.example.org/a/7/amp/",
            "news.example.org/a/7",
        ] {
            assert_eq!(address(same).as_deref(), Some(page.as_str()), "{same}");
        }
        for other in ["https://news.example.org/a/8", "https://example.org/a/7"] {
            assert_ne!(address(other).as_deref(), Some(page.as_str()), "{other}");
        }
        for none in [
            "https://news.example.org/",
            "Koizumi speaks",
            "and/or",
            "tag:x,1",
        ] {
            assert_eq!(address(none), None, "{none}");
        }
        let words = Wanted::Words(vec!["koizumi".into(), "speaks".into()]);
        assert_eq!(Wanted::of("\"Koizumí  speaks\""), words);
    }
}
