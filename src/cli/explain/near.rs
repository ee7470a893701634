//! Kept items that may be meant by a name that no feed has shown: words of a title, or an address
//! that differs in what sites and readers change.

use std::ops::ControlFlow;

use url::Url;

use super::super::{CliError, kept::Items};
use crate::{
    store::{ItemFilter, KeptItem, Store},
    text::fold,
};

/// Items that are shown, the newest.
const MAX_NEAR: usize = 10;

/// The newest ten, of those that have just this title if there are any; all are looked through.
pub(super) async fn near(asked: &str, store: &Store) -> Result<Vec<KeptItem>, CliError> {
    let wanted = Wanted::of(asked);
    let title = fold(asked);
    let (mut found, mut exact) = (Vec::new(), Vec::new());
    let items = Items::new(store, ItemFilter::default()).await?;
    let visit = items.each(|kept, _| {
        if wanted.is_near(kept) {
            if fold(&kept.stored.item.title) == title {
                exact.push(kept.clone());
            } else if found.len() < MAX_NEAR {
                found.push(kept.clone());
            }
        }
        Ok(match exact.len() {
            MAX_NEAR => ControlFlow::Break(()),
            _ => ControlFlow::Continue(()),
        })
    });
    visit.await?;
    Ok(if exact.is_empty() { found } else { exact })
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
