//! What the search box finds: one item, several, or none and what may be the reason.

use std::time::Duration;

use axum::{extract::State, response::Response};
use serde::Serialize;

use super::super::{
    Asked, page, reply,
    shown::{Now, Trouble, command, cursor, cursor_text, path, query, trouble},
};
use crate::{
    store::{DeliveryStatus, ItemCursor, ItemFilter, KeptItem},
    view::{
        explain::{
            lookup::{self, Found},
            unseen::{UnseenFeed, unseen},
        },
        outbox, receivers,
        stored_items::Items,
        words::one_line,
    },
    web::{Context, budget::Budget},
};

/// How long titles are looked through for one page.
const BUDGET: Duration = Duration::from_millis(200);

/// The page.
#[derive(Debug, Serialize)]
struct Matter<'a> {
    q: &'a str,
    command: String,
    verdict: String,
    help: Option<String>,
    is_several: bool,
    items: Vec<Row>,
    feeds: Vec<Feed>,
    /// How far it was looked back, and the link that goes on from there.
    rest: Option<Rest>,
}

#[derive(Debug, Serialize)]
struct Row {
    number: String,
    path: String,
    title: String,
    feed: String,
    link: Option<String>,
}

#[derive(Debug, Serialize)]
struct Feed {
    name: String,
    path: String,
    same_domain: bool,
    state: String,
}

#[derive(Debug, Serialize)]
struct Rest {
    back_to: super::super::shown::Moment,
    further: String,
}

/// `/items?q=`.
pub(in super::super) async fn find(State(context): State<Context>, asked: Asked) -> Response {
    let Some(q) = asked.params.get("q") else {
        let matter = Matter::of("", String::new());
        return page(
            &context,
            &asked,
            ("Why did it not alert?", "find.html"),
            matter,
        );
    };
    answer(&context, &asked, q)
        .await
        .unwrap_or_else(|why| trouble(&context, &asked, &why))
}

async fn answer(context: &Context, asked: &Asked, q: &str) -> Result<Response, Trouble> {
    let store = context.app.store();
    let matter = match lookup::find(q, store).await? {
        Found::Items { items, asked: name } => match &items[..] {
            [one] => return Ok(to(one, name)),
            several => Matter {
                is_several: true,
                items: several.iter().map(Row::of).collect(),
                ..Matter::of(q, format!("{} items bear this name", several.len()))
            },
        },
        Found::Notice(delivery) => Matter::of(q, notice(context, &delivery).await?),
        Found::Gone => none(context, q, &[], None).await?,
        Found::Unknown => {
            let items = Items::new(store, ItemFilter::default());
            let budget = Budget::of(BUDGET);
            let near = lookup::near(q, &items, cursor(asked), || budget.goes_on());
            match near.await?.meant(q) {
                Ok(one) => return Ok(to(&one, None)),
                Err(near) => none(context, q, &near.items, near.rest).await?,
            }
        }
    };
    Ok(page(
        context,
        asked,
        ("Why did it not alert?", "find.html"),
        matter,
    ))
}

/// To its page; one that was asked for by a name that it no longer has says so there.
fn to(kept: &KeptItem, name: Option<&str>) -> Response {
    let item = &kept.stored.item;
    let now = [item.link.as_deref(), item.guid.as_deref()];
    let earlier = name.filter(|name| !now.contains(&Some(name)));
    let q = earlier.map(|name| query([("q", name)]));
    let id = kept.stored.id.0;
    reply::see_other(&format!("/items/{id}{}", q.unwrap_or_default()))
}

/// What is said of an item that is not kept.
async fn none<'a>(
    context: &Context,
    q: &'a str,
    near: &[KeptItem],
    rest: Option<ItemCursor>,
) -> Result<Matter<'a>, Trouble> {
    let config = context.app.config();
    let now = Now::of(&config);
    let unseen = unseen(q, near, context.app.store(), &config, now.at).await?;
    let further = |rest: ItemCursor| Rest {
        back_to: now.moment(rest.seen_at),
        further: format!(
            "/items{}",
            query([("q", q), ("before", &cursor_text(rest))])
        ),
    };
    Ok(Matter {
        help: unseen.help,
        items: near.iter().map(Row::of).collect(),
        feeds: unseen.feeds.into_iter().map(Feed::of).collect(),
        rest: rest.map(further),
        ..Matter::of(q, unseen.verdict)
    })
}

/// What becomes of a notice that is about no stored item.
async fn notice(context: &Context, delivery: &DeliveryStatus) -> Result<String, Trouble> {
    let receivers = receivers::by_name(context.app.store()).await?;
    let receiver = receivers.get(&delivery.receiver);
    let now = Now::of(&context.app.config());
    let answer = delivery.detail.as_deref().map(|it| one_line(it, 300));
    Ok(format!(
        "{} for {}: {}. It is about no stored item. {}, {}{}",
        delivery.id,
        delivery.receiver,
        outbox::title(delivery),
        delivery.state,
        outbox::moment(delivery, None, receiver, now.at),
        answer.map(|it| format!(": {it}")).unwrap_or_default(),
    ))
}

impl<'a> Matter<'a> {
    fn of(q: &'a str, verdict: String) -> Self {
        Self {
            q,
            command: command(["fivebells", "explain", q]),
            verdict,
            help: None,
            is_several: false,
            items: Vec::new(),
            feeds: Vec::new(),
            rest: None,
        }
    }
}

impl Row {
    fn of(kept: &KeptItem) -> Self {
        let view = crate::view::items::ItemView::new(kept, Vec::new());
        Self {
            number: format!("#{}", kept.stored.id.0),
            path: format!("/items/{}", kept.stored.id.0),
            title: one_line(&view.title(), 200),
            feed: kept.feed.clone(),
            link: view.link(),
        }
    }
}

impl Feed {
    fn of(feed: UnseenFeed) -> Self {
        Self {
            path: path("feeds", &feed.feed),
            name: feed.feed,
            same_domain: feed.same_domain,
            state: feed.state,
        }
    }
}
