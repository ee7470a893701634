//! Stories.

use super::{
    answer::{Answer, Page, object},
    asked::Asked,
    fault::Fault,
};
use crate::{
    clock::{Clock as _, SystemClock},
    store::StoryFilter,
    view::{
        mutes::Mutes,
        names,
        stories::{StoryView, WholeStoryView, cursor, lookup},
    },
    web::Context,
};
use axum::extract::{Path, State};

pub(super) async fn list(State(context): State<Context>, asked: Asked) -> Answer {
    let query = asked.query(&["since", "watch", "after", "limit"])?;
    let (store, config, now) = (context.app.store(), context.app.config(), SystemClock.now());
    let limit = query.limit()?;
    let after = query.get("after").map(|text| {
        let fault = || Fault::malformed(format!("after is no cursor of this list: {text:?}"));
        cursor::read(text).ok_or_else(fault)
    });
    let after = after.transpose()?;
    let [since, _] = query.span(now, &config.timezone)?;
    let watch = query.get("watch").map(str::to_owned);
    if watch.is_some() {
        let known = names::watches(&config, store).await?;
        names::check_all("watch", &watch, &known)?;
    }
    let filter = StoryFilter {
        since,
        watch,
        after,
    };
    let mut stories = store.stories(filter, limit + 1).await?;
    let has_more = stories.len() > limit as usize;
    stories.truncate(limit as usize);
    let mutes = Mutes::in_force(store, now).await?;
    let views: Vec<StoryView<'_>> = stories
        .iter()
        .map(|story| StoryView::of(story, &mutes))
        .collect();
    let last = stories.last().filter(|_| has_more);
    let page = Page {
        name: "stories",
        entries: &views,
        next: last.map(|last| ("after", cursor::text(last.cursor()))),
    };
    Ok(page.answer(&asked.headers, &query))
}

pub(super) async fn show(
    State(context): State<Context>,
    Path(number): Path<String>,
    asked: Asked,
) -> Answer {
    asked.query(&[])?;
    let Some(id) = lookup::number(&number) else {
        let detail = format!("{number:?} is no number of a story, such as 812 or s812");
        return Err(Fault::not_there(detail));
    };
    let (store, now) = (context.app.store(), SystemClock.now());
    let record = store.story(id).await?;
    let record = record.ok_or_else(|| Fault::not_there(format!("there is no story {id}")))?;
    let mutes = Mutes::in_force(store, now).await?;
    Ok(object(&asked.headers, &WholeStoryView::of(&record, &mutes)))
}
