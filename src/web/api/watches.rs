//! Watches: what they found among the stored items.

use axum::{
    extract::{Path, State},
    response::Response,
};
use jiff::Timestamp;
use serde::Serialize;

use super::{
    answer::{Answer, object},
    asked::{Asked, Query},
    fault::Fault,
    look::look,
};
use crate::{
    app::{App, Whole},
    clock::{Clock as _, SystemClock},
    model::Watch,
    store::ItemFilter,
    view::{
        mutes::Mutes,
        names,
        stored_items::{Items, kept_since},
        watches::{
            WatchView, WatchViews,
            survey::{Depth, Survey},
        },
    },
    web::Context,
};

/// Near misses of each watch in the list, and of one that was asked for; as on the command line.
const EXAMPLES: usize = 1;
const EXAMPLES_OF_ONE: usize = 10;

#[derive(Serialize)]
struct Listed<'a> {
    watches: Vec<WatchView<'a>>,
    next: Option<String>,
    /// Whether all items of the time were looked through; `since` of each watch says how far. `None`
    /// where none was looked at.
    complete: Option<bool>,
}

/// Without a look at the items, unless that is asked for.
pub(super) async fn list(State(context): State<Context>, asked: Asked) -> Answer {
    let query = asked.query(&["since", "items", "after", "limit"])?;
    if query.flag("items")? {
        return surveyed(&context, &asked, &query).await;
    }
    let (config, store, now) = (context.app.config(), context.app.store(), SystemClock.now());
    let [since, _] = query.span(now, &config.timezone)?;
    let all: Vec<&Watch> = config.all_watches().collect();
    let start = match query.get("after") {
        None => 0,
        Some(after) => 1 + { all.iter().position(|watch| watch.name == after) }.ok_or_else(gone)?,
    };
    let end = all.len().min(start + query.limit()? as usize);
    let page = &all[start..end];
    let names = page.iter().map(|watch| watch.name.clone()).collect();
    let counted = vec![since.unwrap_or(Timestamp::MIN), Timestamp::MAX];
    let hits = store.watch_hits(names, counted).await?;
    let mutes = Mutes::in_force(store, now).await?;
    let views = page.iter().zip(&hits);
    let views = views.map(|(watch, hits)| WatchView::listed(watch, since, hits, &mutes, &config));
    let listed = Listed {
        watches: views.collect(),
        next: { page.last() }
            .filter(|_| end < all.len())
            .map(|watch| watch.name.clone()),
        complete: None,
    };
    Ok(listed.answer(&asked, &query))
}

/// With what they match and nearly match.
async fn surveyed(context: &Context, asked: &Asked, query: &Query) -> Answer {
    let limit = query.limit()? as usize;
    let whole = context.app.whole();
    let depth = Depth {
        only: None,
        examples: EXAMPLES,
    };
    let views = survey(&whole, &context.app, query, depth).await?;
    let all = views.all().map(|(it, remarks)| views.view(it, remarks));
    let mut all =
        all.skip_while(|view| query.get("after").is_some_and(|after| view.watch != after));
    if query.get("after").is_some() && all.next().is_none() {
        return Err(gone());
    }
    let watches: Vec<WatchView<'_>> = all.by_ref().take(limit).collect();
    let last = watches.last().filter(|_| all.next().is_some());
    let listed = Listed {
        next: last.map(|it| it.watch.to_owned()),
        complete: Some(views.survey.rest.is_none()),
        watches,
    };
    Ok(listed.answer(asked, query))
}

impl Listed<'_> {
    fn answer(&self, asked: &Asked, query: &Query) -> Response {
        let mut shown = object(&asked.headers, self);
        if let Some(after) = &self.next {
            super::answer::lead_on(&mut shown, &query.at("after", after));
        }
        shown
    }
}

fn gone() -> Fault {
    Fault::meaningless("there is no watch of that name any more: begin anew")
}

pub(super) async fn show(
    State(context): State<Context>,
    Path(name): Path<String>,
    asked: Asked,
) -> Answer {
    let query = asked.query(&["since"])?;
    let whole = context.app.whole();
    names::watch(&whole.config, &name).map_err(|error| Fault::from(error).in_path())?;
    let depth = Depth {
        only: Some(&name),
        examples: EXAMPLES_OF_ONE,
    };
    let views = survey(&whole, &context.app, &query, depth).await?;
    let mut all = views.all();
    let found = all.find(|(it, _)| it.watch.name == name);
    let (it, remarks) = found.ok_or_else(|| Fault::not_there(format!("no watch {name:?}")))?;
    Ok(object(&asked.headers, &views.view(it, remarks)))
}

async fn survey<'a>(
    whole: &'a Whole,
    app: &App,
    query: &Query,
    depth: Depth<'_>,
) -> Result<WatchViews<'a>, Fault> {
    let (config, now) = (&whole.config, SystemClock.now());
    let [since, _] = query.span(now, &config.timezone)?;
    let since = since.unwrap_or_else(|| kept_since(config, now));
    let (_turn, budget) = look(app).await?;
    let store = app.store();
    let filter = ItemFilter {
        since: Some(since),
        feed: None,
    };
    let items = Items::new(store, filter);
    let complete_since = items.extent().await?.complete_since;
    let span: [Timestamp; 2] = [complete_since.unwrap_or(now), now];
    let survey = Survey::take(config, &whole.matcher, &items, span, depth, || {
        budget.goes_on()
    });
    let mut survey = survey.await?;
    survey.add_records(store.watch_records(since).await?);
    let mutes = Mutes::in_force(store, now).await?;
    Ok(WatchViews::of(survey, complete_since, mutes, config, now))
}
