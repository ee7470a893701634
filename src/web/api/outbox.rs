//! Deliveries: what waits, and what to do about it.

use std::collections::BTreeSet;

use axum::{
    body::Bytes,
    extract::{Path, State},
    http::StatusCode,
};
use serde::Deserialize;

use super::{
    answer::{Answer, Page, done, object},
    asked::Asked,
    fault::Fault,
};
use crate::{
    clock::{Clock as _, SystemClock},
    deliver::releases,
    model::{DeliveryId, MuteId, SendReason},
    store::{DeliveryState, OutboxSearch, Selection},
    view::{
        names, number,
        outbox::{DeliveryView, Reached, unreached},
        receivers,
    },
    web::Context,
};

/// Numbers in one request.
const MOST_NUMBERS: usize = 1_000;

pub(super) async fn list(State(context): State<Context>, asked: Asked) -> Answer {
    let query = asked.query(&["receiver", "state", "before", "limit"])?;
    let (store, config) = (context.app.store(), context.app.config());
    let limit = query.limit()?;
    let state = query.each("state", &DeliveryState::ALL, DeliveryState::as_str)?;
    let before = query.number("before")?.map(DeliveryId);
    let receiver = query.get("receiver");
    if receiver.is_some() {
        let known = names::receivers(&config, store).await?;
        names::check("receiver", receiver, known.iter().map(String::as_str))?;
    }
    let search = OutboxSearch {
        state: state.first().copied(),
        receiver: receiver.map(str::to_owned),
    };
    let mut deliveries = store.outbox_page(search, before, limit + 1).await?;
    let has_more = deliveries.len() > limit as usize;
    deliveries.truncate(limit as usize);
    let now = SystemClock.now();
    let releases = releases(store, &config.policies, &deliveries, now).await?;
    let receivers = receivers::by_name(store).await?;
    let views = deliveries.iter().zip(releases);
    let views =
        views.map(|(it, release)| DeliveryView::of(it, release, receivers.get(&it.receiver)));
    let views: Vec<DeliveryView<'_>> = views.collect();
    let last = deliveries.last().filter(|_| has_more);
    let page = Page {
        name: "deliveries",
        entries: &views,
        next: last.map(|it| ("before", it.id.0.to_string())),
    };
    Ok(page.answer(&asked.headers, &query))
}

pub(super) async fn show(
    State(context): State<Context>,
    Path(number): Path<String>,
    asked: Asked,
) -> Answer {
    asked.query(&[])?;
    let (store, config) = (context.app.store(), context.app.config());
    let id = number::delivery(&number, store).await;
    let id = id.map_err(|error| Fault::from(crate::view::ViewError::from(error)).in_path())?;
    let found = store.delivery(id).await?;
    let found = found.ok_or_else(|| Fault::not_there(format!("there is no delivery {id}")))?;
    let deliveries = [found];
    let now = SystemClock.now();
    let mut releases = releases(store, &config.policies, &deliveries, now).await?;
    let receivers = receivers::by_name(store).await?;
    let receiver = receivers.get(&deliveries[0].receiver);
    let view = DeliveryView::of(&deliveries[0], releases.pop().flatten(), receiver);
    Ok(object(&asked.headers, &view))
}

/// Which deliveries; they must meet all conditions.
#[derive(Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
struct Which {
    deliveries: Vec<String>,
    receiver: Option<String>,
    reason: Option<String>,
    muted: bool,
    mute: Option<i64>,
    /// Only how many there are.
    dry_run: bool,
}

pub(super) async fn retry(State(context): State<Context>, asked: Asked, body: Bytes) -> Answer {
    act(&context, &asked, &body, Act::Retry).await
}

pub(super) async fn drop_them(State(context): State<Context>, asked: Asked, body: Bytes) -> Answer {
    act(&context, &asked, &body, Act::Drop).await
}

#[derive(Debug, Clone, Copy)]
enum Act {
    Retry,
    Drop,
}

async fn act(context: &Context, asked: &Asked, body: &Bytes, act: Act) -> Answer {
    asked.query(&[])?;
    let which: Which = asked.body(body)?;
    let store = context.app.store();
    let selection = which.selection(context).await?;
    let mut remarks = Vec::new();
    for &id in &selection.ids {
        match store.delivery(id).await? {
            None => remarks.push(format!("there is no delivery {id}")),
            Some(delivery) => remarks.extend(unreached(&delivery)),
        }
    }
    let now = SystemClock.now();
    let deliveries = match act {
        _ if which.dry_run => store.count_selected(selection).await?,
        Act::Retry => store.retry(selection, now).await?,
        Act::Drop => store.drop_deliveries(selection, now).await?,
    };
    context.app.wake();
    let reached = Reached {
        deliveries,
        remarks,
    };
    Ok(done(StatusCode::OK, &reached))
}

impl Which {
    async fn selection(&self, context: &Context) -> Result<Selection, Fault> {
        let (store, config) = (context.app.store(), context.app.config());
        if self.deliveries.len() > MOST_NUMBERS {
            let detail = format!("deliveries: at most {MOST_NUMBERS} at once");
            return Err(Fault::malformed(detail));
        }
        let receiver = self.receiver.as_deref();
        let known = names::receivers(&config, store).await?;
        names::check("receiver", receiver, known.iter().map(String::as_str))?;
        if let Some(number) = self.mute
            && !store.mutes().await?.iter().any(|mute| mute.id.0 == number)
        {
            return Err(Fault::meaningless(format!("there is no mute {number}")));
        }
        let mut ids = BTreeSet::new();
        for text in &self.deliveries {
            let id = number::delivery(text, store).await;
            ids.insert(id.map_err(crate::view::ViewError::from)?);
        }
        let selection = Selection {
            ids: ids.into_iter().collect(),
            receiver: self.receiver.clone(),
            reason: self.reason.as_deref().map(reason).transpose()?,
            dead_only: false,
            muted_only: self.muted,
            mute: self.mute.map(MuteId),
        };
        if selection == Selection::default() {
            let detail = "which? name deliveries, receiver, reason, muted or mute";
            return Err(Fault::meaningless(detail));
        }
        Ok(selection)
    }
}

fn reason(text: &str) -> Result<SendReason, Fault> {
    let mut reasons = SendReason::ALL.into_iter();
    let known = reasons.find(|it| it.as_str() == text);
    known.ok_or_else(|| {
        let words = SendReason::ALL.map(SendReason::as_str).join(", ");
        Fault::meaningless(format!("reason is one of {words}, not {text:?}"))
    })
}
