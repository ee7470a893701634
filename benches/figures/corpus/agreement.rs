//! Our items beside those that Python feedparser reads.

use fivebells::{model::Item, parse::ParsedFeed};
use jiff::Timestamp;
use serde::Deserialize;
use url::Url;

use super::{Share, expectation::same};

/// An item as feedparser reads it.
#[derive(Debug, Deserialize)]
pub(crate) struct Theirs {
    title: Option<String>,
    link: Option<String>,
    published: Option<Timestamp>,
    updated: Option<Timestamp>,
}

/// How many of feedparser's values we read too, for files of which both read as many items.
#[derive(Default)]
pub(crate) struct Agreement {
    pub(crate) title: Share,
    pub(crate) link: Share,
    pub(crate) date: Share,
}

impl Agreement {
    pub(crate) fn compare(
        &mut self,
        feed: &ParsedFeed,
        theirs: &[Theirs],
        differences: &mut Vec<String>,
    ) {
        if feed.items.len() != theirs.len() {
            return;
        }
        for (ours, theirs) in feed.items.iter().zip(theirs) {
            let ours = &ours.item;
            if let Some(title) = &theirs.title {
                let agrees = same(&ours.title, title);
                self.title.count(agrees);
                if !agrees {
                    differences.push(format!("title {:?}, theirs {title:?}", ours.title));
                }
            }
            if let Some(link) = &theirs.link {
                let agrees = same_link(ours, link);
                self.link.count(agrees);
                if !agrees {
                    differences.push(format!("link {:?}, theirs {link:?}", ours.link));
                }
            }
            if let Some(date) = theirs.published.or(theirs.updated) {
                let agrees = ours.published.or(ours.updated) == Some(date);
                self.date.count(agrees);
                if !agrees {
                    let ours = ours.published.or(ours.updated);
                    differences.push(format!("date {ours:?}, theirs {date:?}"));
                }
            }
        }
    }
}

/// Whether both lead to the same place: as written, as a URL spells it, or, since feedparser was
/// not notified where the feed lives and leaves relative links as they are, beside ours.
fn same_link(ours: &Item, theirs: &str) -> bool {
    let (ours, theirs) = (ours.link.as_deref().unwrap_or_default(), theirs.trim());
    let spelled = Url::parse(theirs).or_else(|_| Url::parse(ours)?.join(theirs));
    ours == theirs || spelled.is_ok_and(|spelled| spelled.as_str() == ours)
}
