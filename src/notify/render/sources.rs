//! The line at the end of a story in words.

use super::phrase::{Trouble, count};
use crate::model::StorySources;

/// Publishers that are named; the webhook's body holds all of them.
const MAX_NAMED: usize = 20;

pub(super) fn story_sources(event: &StorySources) -> Trouble {
    let (named, rest) = event
        .publishers
        .split_at(event.publishers.len().min(MAX_NAMED));
    let more = match rest.len() {
        0 => String::new(),
        more => format!(" and {more} more"),
    };
    let mut facts = vec![
        ("Publishers", format!("{}{more}", named.join(", "))),
        ("Independent", event.independent.to_string()),
        ("Watches", event.watches.join(", ")),
    ];
    facts.extend(event.link.clone().map(|link| ("Link", link)));
    facts.push(("To see it", format!("fivebells story s{}", event.story)));
    let sources = count(event.sources, "more source");
    let title = match event.title.as_str() {
        "" => "(no longer kept)",
        title => title,
    };
    Trouble {
        sentence: format!("{sources}: {title}"),
        feed: None,
        url: None,
        facts,
    }
}
