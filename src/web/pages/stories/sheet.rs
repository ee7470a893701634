//! One story: its items by time, who was first, who copied and who is independent.

use axum::{
    extract::{Path, State},
    response::Response,
};
use serde::Serialize;

use super::{
    super::{
        Asked, page,
        shown::{Moment, Now, Trouble, link_of_web, path, trouble},
    },
    title,
};
use crate::{
    model::{MuteKind, StoryId, StoryRole},
    store::{StoryItem, StoryRecord},
    view::{
        mutes::Mutes,
        stories::{delivery, items, lookup, publishers, role, source},
    },
    web::Context,
};

/// The page.
#[derive(Debug, Serialize)]
struct Matter {
    number: String,
    own_path: String,
    title: String,
    publishers: String,
    items: String,
    last: Moment,
    watches: Vec<(String, String)>,
    /// The numbers of stories that were merged into it.
    merged: Vec<String>,
    muted: Option<String>,
    done: Option<&'static str>,
    timeline: Vec<Item>,
    left_out: u32,
}

#[derive(Debug, Serialize)]
struct Item {
    number: String,
    path: String,
    seen: Moment,
    source: String,
    title: String,
    link: Option<String>,
    role: String,
    class: &'static str,
    deliveries: Vec<String>,
}

/// `/stories/{id}`.
pub(in super::super) async fn sheet(
    State(context): State<Context>,
    Path(number): Path<String>,
    asked: Asked,
) -> Response {
    match matter(&context, &asked, &number).await {
        Ok(matter) => {
            let title = format!("Story {}", matter.number);
            page(&context, &asked, (&title, "story.html"), matter)
        }
        Err(why) => trouble(&context, &asked, &why),
    }
}

async fn matter(context: &Context, asked: &Asked, number: &str) -> Result<Matter, Trouble> {
    let (store, now) = (context.app.store(), Now::of(&context.app.config()));
    let gone = || {
        Trouble::missing(format!(
            "there is no story {number}, or it is no longer kept"
        ))
    };
    let id = lookup::number(number).ok_or_else(gone)?;
    let record = store.story(id).await?.ok_or_else(gone)?;
    let mutes = Mutes::in_force(store, now.at).await?;
    let mut matter = Matter::of(&record, &mutes, &now);
    matter.done = (asked.params.get("done") == Some("muted")).then_some("The story is muted.");
    Ok(matter)
}

impl Matter {
    fn of(story: &StoryRecord, mutes: &Mutes, now: &Now) -> Self {
        let status = &story.status;
        let number = status.id.to_string();
        let shown = u32::try_from(story.timeline.len()).unwrap_or(u32::MAX);
        let watches = status.watches.iter();
        Self {
            own_path: path("stories", &number),
            title: title(status.title.as_deref()),
            publishers: publishers(status),
            items: items(status),
            last: now.moment(status.last_at),
            watches: watches
                .map(|it| (it.clone(), path("watches", it)))
                .collect(),
            merged: story.merged.iter().map(StoryId::to_string).collect(),
            muted: mutes.fact(MuteKind::Story, &number, &now.zone),
            done: None,
            timeline: story.timeline.iter().map(|it| Item::of(it, now)).collect(),
            left_out: status.items.saturating_sub(shown),
            number,
        }
    }
}

impl Item {
    fn of(item: &StoryItem, now: &Now) -> Self {
        Self {
            number: format!("#{}", item.item.0),
            path: path("items", &item.item.0.to_string()),
            seen: now.moment(item.seen_at),
            source: source(item),
            title: title(item.title.as_deref()),
            link: link_of_web(item.link.as_deref()),
            role: role(item),
            class: match item.role {
                _ if item.is_independent => "good",
                StoryRole::Copy => "",
                StoryRole::First | StoryRole::FollowUp => "warn",
            },
            deliveries: item.deliveries.iter().map(delivery).collect(),
        }
    }
}
