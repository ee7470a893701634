//! Stored items, and why they alerted or did not.

use axum::extract::{Path, State};
use serde::Serialize;

use super::{
    answer::{Answer, Page, object},
    asked::Asked,
    fault::Fault,
    look::look,
};
use crate::{
    app::{App, Whole},
    clock::{Clock as _, SystemClock},
    model::{ItemId, Match},
    store::{DeliveryStatus, ItemFilter, KeptItem, Store},
    view::{
        explain::{
            Background, Explanation, explain,
            lookup::{self, Found, Near},
            unseen::{Unseen, unseen},
        },
        expressions::found,
        items::ItemView,
        names,
        number::Number,
        outbox::DeliveryView,
        receivers,
        stored_items::Items,
    },
    web::Context,
};

pub(super) async fn show(
    State(context): State<Context>,
    Path(number): Path<String>,
    asked: Asked,
) -> Answer {
    asked.query(&[])?;
    let kept = kept(&number, context.app.store()).await?;
    let whole = context.app.whole();
    let hits = found(&whole.matcher, &whole.config.watches, &kept);
    let hits: Vec<Match> = hits.into_iter().flat_map(|(_, hits)| hits).collect();
    Ok(object(&asked.headers, &ItemView::new(&kept, hits)))
}

pub(super) async fn explain_one(
    State(context): State<Context>,
    Path(number): Path<String>,
    asked: Asked,
) -> Answer {
    let query = asked.query(&["watch"])?;
    let whole = context.app.whole();
    let watch = query.get("watch");
    if let Some(watch) = watch {
        names::watch(&whole.config, watch)?;
    }
    let store = context.app.store();
    let kept = [kept(&number, store).await?];
    let background = background(&whole, store).await?;
    let mut explanations = Vec::new();
    let facts = background.facts(&kept[0], None, store).await?;
    if let Some(facts) = &facts {
        explanations.extend(explain(facts, watch));
    }
    let page = Page::whole("explanations", &explanations);
    Ok(page.answer(&asked.headers, &query))
}

async fn background<'a>(whole: &'a Whole, store: &Store) -> Result<Background<'a>, Fault> {
    let Whole { config, matcher } = whole;
    Ok(Background::of(config, matcher, store, SystemClock.now()).await?)
}

async fn kept(number: &str, store: &Store) -> Result<KeptItem, Fault> {
    let id = match Number::read(number) {
        Some(Number::Item(id)) => id,
        Some(Number::Bare(id)) => ItemId(id),
        _ => {
            let detail = format!(
                "{number:?} is no number of an item; help: /api/v1/explain?item=… takes a link or a title"
            );
            return Err(Fault::not_there(detail));
        }
    };
    let kept = store.kept_item(id).await?;
    kept.ok_or_else(|| Fault::not_there(format!("no item {} is kept", id.0)))
}

/// What is known of what was asked for: one of them.
#[derive(Serialize)]
struct Explained<'a> {
    explanations: &'a [Explanation<'a>],
    /// Of a notice that is about no stored item.
    notice: Option<DeliveryView<'a>>,
    /// Of what is not kept.
    unseen: Option<Unseen<'a>>,
    /// Whether all kept items were looked through, where that was needed.
    complete: bool,
}

/// By whatever name: a number, a link, words of a title, the id of a notice.
pub(super) async fn explain_any(State(context): State<Context>, asked: Asked) -> Answer {
    let query = asked.query(&["item", "watch"])?;
    let Some(name) = query.get("item") else {
        return Err(Fault::malformed(
            "item is missing: a number, a link or a title",
        ));
    };
    let whole = context.app.whole();
    let watch = query.get("watch");
    if let Some(watch) = watch {
        names::watch(&whole.config, watch)?;
    }
    let asking = Asking {
        name,
        watch,
        whole: &whole,
        app: &context.app,
        asked: &asked,
    };
    match lookup::find(name, context.app.store()).await? {
        Found::Items { items, asked } => asking.items(&items, asked).await,
        Found::Notice(delivery) => asking.notice(&delivery).await,
        Found::Gone => asking.unseen(&[], true).await,
        Found::Unknown => match asking.near().await?.meant(name) {
            Ok(item) => asking.items(&[item], None).await,
            Err(near) => asking.unseen(&near.items, near.rest.is_none()).await,
        },
    }
}

struct Asking<'a> {
    name: &'a str,
    watch: Option<&'a str>,
    whole: &'a Whole,
    app: &'a App,
    asked: &'a Asked,
}

impl Asking<'_> {
    async fn near(&self) -> Result<Near, Fault> {
        let (_turn, budget) = look(self.app).await?;
        let items = Items::new(self.app.store(), ItemFilter::default());
        Ok(lookup::near(self.name, &items, None, || budget.goes_on()).await?)
    }

    async fn items(&self, items: &[KeptItem], name: Option<&str>) -> Answer {
        let background = background(self.whole, self.app.store()).await?;
        let mut facts = Vec::new();
        for kept in items {
            facts.extend(background.facts(kept, name, self.app.store()).await?);
        }
        let explanations = facts.iter().flat_map(|facts| explain(facts, self.watch));
        let explanations: Vec<Explanation<'_>> = explanations.collect();
        Ok(self.answer(&Explained {
            explanations: &explanations,
            notice: None,
            unseen: None,
            complete: true,
        }))
    }

    async fn notice(&self, delivery: &DeliveryStatus) -> Answer {
        let receivers = receivers::by_name(self.app.store()).await?;
        let receiver = receivers.get(&delivery.receiver);
        Ok(self.answer(&Explained {
            explanations: &[],
            notice: Some(DeliveryView::of(delivery, None, receiver)),
            unseen: None,
            complete: true,
        }))
    }

    async fn unseen(&self, near: &[KeptItem], complete: bool) -> Answer {
        let (config, now) = (&self.whole.config, SystemClock.now());
        let unseen = unseen(self.name, near, self.app.store(), config, now).await?;
        Ok(self.answer(&Explained {
            explanations: &[],
            notice: None,
            unseen: Some(unseen),
            complete,
        }))
    }

    fn answer(&self, explained: &Explained<'_>) -> axum::response::Response {
        object(&self.asked.headers, explained)
    }
}
