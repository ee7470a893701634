//! The story that an item is in: what it is to it, and how it was found to belong there.

use serde::Serialize;

use super::{
    super::words::one_line,
    apart::{NotJoinedView, named},
};
use crate::{
    model::{Event, StoryRole},
    store::{DeliveryStatus, Joined},
};

/// The story of an item.
#[derive(Debug, Serialize)]
pub(crate) struct StoryView {
    /// The number of its first item.
    pub(crate) id: String,
    pub(crate) role: StoryRole,
    /// The first item with the same text.
    pub(crate) copy_of: Option<String>,
    /// The item that it was found by.
    pub(crate) near: Option<String>,
    pub(crate) evidence: Option<String>,
    pub(crate) items: u32,
    /// How many of them are copies.
    pub(crate) copies: u32,
    pub(crate) publishers: Vec<String>,
    pub(crate) independent: u32,
    /// What it was not joined to.
    pub(crate) not_joined: Vec<NotJoinedView>,
    /// What it is, how that was found, and what it was not joined to, in words.
    #[serde(skip)]
    words: Vec<String>,
}

impl StoryView {
    pub(super) fn of(joined: Joined, not_joined: Vec<NotJoinedView>) -> Self {
        let apart = not_joined.iter().map(|it| it.in_words().to_owned());
        Self {
            words: words(&joined).into_iter().chain(apart).collect(),
            not_joined,
            id: joined.story.0.to_string(),
            role: joined.role,
            copy_of: (joined.role == StoryRole::Copy).then(|| joined.root.0.to_string()),
            near: joined.near.map(|near| near.id.0.to_string()),
            evidence: joined.evidence,
            items: joined.items,
            copies: joined.copies,
            publishers: joined.publishers,
            independent: joined.independent,
        }
    }

    /// What the item is to it, and lines of how that was found.
    pub(crate) fn in_words(&self) -> (&str, &[String]) {
        match self.words.split_first() {
            Some((first, more)) => (first, more),
            None => ("", &[]),
        }
    }
}

fn words(joined: &Joined) -> Vec<String> {
    let story = joined.story;
    let stands = match joined.role {
        StoryRole::First if joined.items < 2 => format!("{story}: the first and only item so far"),
        StoryRole::First => format!("{story}: the first item"),
        StoryRole::Copy => format!("{story}: a copy of #{}", joined.root.0),
        StoryRole::FollowUp => format!("{story}: a follow-up"),
    };
    let found = joined.evidence.as_ref().map(|evidence| {
        let near = joined.near.as_ref().map(named).unwrap_or_default();
        format!("found by: {evidence}{near}")
    });
    let (count, who) = (counted(joined), publishers(joined));
    let mut words = vec![[stands, count, who].join("")];
    words.extend(found);
    words
}

/// "; 4 items, 2 of them copies".
fn counted(joined: &Joined) -> String {
    match (joined.items, joined.copies) {
        (..2, _) => String::new(),
        (items, 0) => format!("; {items} items"),
        (items, 1) => format!("; {items} items, 1 of them a copy"),
        (items, copies) => format!("; {items} items, {copies} of them copies"),
    }
}

/// "; 3 publishers, 2 independent".
fn publishers(joined: &Joined) -> String {
    match joined.publishers.len() {
        0 => String::new(),
        1 => format!("; published by {}", joined.publishers[0]),
        count => format!("; {count} publishers, {} independent", joined.independent),
    }
}

/// Why a receiver was sent it all the same, and what was waited for.
pub(super) fn sent_because(delivery: &DeliveryStatus) -> Vec<String> {
    let Some(Event::Alert(alert)) = delivery.notice.as_ref().map(|notice| &notice.event) else {
        return Vec::new();
    };
    let Some(story) = &alert.story else {
        return Vec::new();
    };
    let because = story.sent_because.as_ref();
    let because = because.map(|why| format!("not folded, because {}", one_line(why, 120)));
    let found = story.corroborated.as_ref();
    let found = found.map(|found| format!("waited for {}", one_line(found, 200)));
    because.into_iter().chain(found).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        model::{ItemId, StoryId},
        store::NearItem,
    };

    #[test]
    fn it_is_said_what_an_item_is_to_its_story_and_how_it_was_found() {
        let near = |title: Option<&str>| NearItem {
            id: ItemId(815),
            feed: Some("nhk".to_owned()),
            title: title.map(str::to_owned),
        };
        let first = Joined {
            story: StoryId(812),
            role: StoryRole::First,
            root: ItemId(812),
            near: None,
            evidence: None,
            items: 1,
            copies: 0,
            publishers: vec!["bbc".to_owned()],
            independent: 1,
        };
        let copy = Joined {
            role: StoryRole::Copy,
            near: Some(near(Some("Koizumi resigns"))),
            evidence: Some("37 of 40 phrases also in #815".to_owned()),
            items: 4,
            copies: 2,
            publishers: vec!["bbc".to_owned(), "nhk".to_owned()],
            independent: 2,
            ..first.clone()
        };
        let follow_up = Joined {
            role: StoryRole::FollowUp,
            near: Some(near(None)),
            evidence: Some("shares Koizumi, Oshima with #815".to_owned()),
            copies: 1,
            ..copy.clone()
        };
        for (joined, expected) in [
            (
                first,
                &["s812: the first and only item so far; published by bbc"][..],
            ),
            (
                copy,
                &[
                    "s812: a copy of #812; 4 items, 2 of them copies; 2 publishers, 2 independent",
                    "found by: 37 of 40 phrases also in #815 (nhk: Koizumi resigns)",
                ],
            ),
            (
                follow_up,
                &[
                    "s812: a follow-up; 4 items, 1 of them a copy; 2 publishers, 2 independent",
                    "found by: shares Koizumi, Oshima with #815 (nhk, no longer kept)",
                ],
            ),
        ] {
            assert_eq!(words(&joined), expected);
        }
    }
}
