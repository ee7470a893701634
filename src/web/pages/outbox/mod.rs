//! The outbox: how each receiver is, what waits for it, what died, and what to do about that.

mod act;
mod rows;

use axum::{
    extract::{Path, State},
    response::Response,
};
use serde::Serialize;

use super::{
    Asked, page,
    shown::{Now, Trouble, query, trouble},
};
use crate::{
    clock::SystemClock,
    deliver::releases,
    model::DeliveryId,
    store::{DeliveryState, OutboxCount, OutboxSearch},
    view::{
        number, receivers,
        sending::{SentView, send_test},
        words::one_line,
    },
    web::{Context, params::Params},
};
use rows::{Receiver, Row};

pub(super) use act::{act, ask};

/// Deliveries on a page.
const LIMIT: usize = 50;

/// The page.
#[derive(Debug, Serialize)]
struct Matter {
    done: Option<String>,
    sent: Option<Sent>,
    receivers: Vec<Receiver>,
    states: Vec<Link>,
    state: &'static str,
    receiver: Option<String>,
    everyone: String,
    deliveries: Vec<Row>,
    retry: Option<String>,
    drop: Option<String>,
    first: Option<String>,
    older: Option<String>,
}

/// The deliveries in one state.
#[derive(Debug, Serialize)]
struct Link {
    path: String,
    words: String,
    is_here: bool,
}

/// How a test went.
#[derive(Debug, Serialize)]
struct Sent {
    class: &'static str,
    words: String,
}

/// `/outbox`.
pub(super) async fn list(State(context): State<Context>, asked: Asked) -> Response {
    shown(&context, &asked, None).await
}

/// `POST /receivers/{name}/test`: how it went is shown, and stands nowhere else.
pub(super) async fn test(
    State(context): State<Context>,
    Path(name): Path<String>,
    asked: Asked,
) -> Response {
    let clock: std::sync::Arc<dyn crate::clock::Clock> = std::sync::Arc::new(SystemClock);
    match send_test(&context.app.config(), &name, &clock).await {
        Ok(sent) => shown(&context, &asked, Some(Sent::of(&sent))).await,
        Err(error) => trouble(&context, &asked, &error.into()),
    }
}

async fn shown(context: &Context, asked: &Asked, sent: Option<Sent>) -> Response {
    match Matter::of(context, &asked.params, sent).await {
        Ok(matter) => page(context, asked, ("Outbox", "outbox.html"), matter),
        Err(why) => trouble(context, asked, &why),
    }
}

impl Sent {
    fn of(sent: &SentView) -> Self {
        let SentView {
            receiver, answer, ..
        } = sent;
        let (class, words) = match (sent.reason, &sent.after) {
            (Some(reason), Some(after)) => (
                "bad",
                format!("The test to {receiver} was not delivered ({reason}): {answer}; {after}"),
            ),
            _ => (
                "good",
                format!("The test to {receiver} was delivered: {answer}"),
            ),
        };
        Self {
            class,
            words: one_line(&words, 500),
        }
    }
}

/// The state that is asked for; without one, what waits.
fn state(params: &Params) -> Result<DeliveryState, Trouble> {
    let state = params.get("state").unwrap_or("pending");
    let known = state.parse::<DeliveryState>();
    known.map_err(|error| Trouble::missing(error.to_string()))
}

impl Matter {
    async fn of(context: &Context, params: &Params, sent: Option<Sent>) -> Result<Self, Trouble> {
        let config = context.app.config();
        let (store, now) = (context.app.store(), Now::of(&config));
        let state = state(params)?;
        let receiver = params.get("receiver").map(str::to_owned);
        let before = match params.get("before") {
            Some(text) => Some(
                number::delivery(text, store)
                    .await
                    .map_err(Trouble::missing)?,
            ),
            None => None,
        };
        let search = OutboxSearch {
            state: Some(state),
            receiver: receiver.clone(),
        };
        let limit = u32::try_from(LIMIT + 1).expect("a small constant");
        let mut found = store.outbox_page(search, before, limit).await?;
        let more = found.len() > LIMIT;
        found.truncate(LIMIT);
        let last = found.last().filter(|_| more).map(|it| it.id);
        let releases = releases(store, &config.policies, &found, now.at).await?;
        let all = store.receivers().await?;
        let by_name = receivers::by_name(store).await?;
        let counts = store.outbox_counts().await?;
        let rows = found.iter().zip(releases).map(|(delivery, release)| {
            let receiver = by_name.get(&delivery.receiver);
            Row::of(delivery, release, receiver, &now)
        });
        let deliveries: Vec<Row> = rows.collect();
        let [retry, drop] = ["retry", "drop"].map(|what| {
            let link = act::link(what, state, receiver.as_deref());
            link.filter(|_| !deliveries.is_empty())
        });
        Ok(Self {
            done: done(params),
            sent,
            receivers: Receiver::all(&all, &now),
            states: states(&counts, state, receiver.as_deref()),
            state: state.as_str(),
            everyone: format!("/outbox{}", query([("state", state.as_str())])),
            deliveries,
            retry,
            drop,
            first: before.map(|_| at(state, receiver.as_deref(), None)),
            older: last.map(|last| at(state, receiver.as_deref(), Some(last))),
            receiver,
        })
    }
}

/// The page of these deliveries.
fn at(state: DeliveryState, receiver: Option<&str>, before: Option<DeliveryId>) -> String {
    let before = before.map(|before| before.to_string());
    let fields = [
        Some(("state", state.as_str())),
        receiver.map(|name| ("receiver", name)),
        before.as_deref().map(|before| ("before", before)),
    ];
    format!("/outbox{}", query(fields.into_iter().flatten()))
}

/// Each state, with how many are in it, of one receiver or of all.
fn states(counts: &[OutboxCount], here: DeliveryState, receiver: Option<&str>) -> Vec<Link> {
    let link = |state: DeliveryState| {
        let its = counts.iter().filter(|it| it.state == state);
        let its = its.filter(|it| receiver.is_none_or(|name| it.receiver == name));
        let number: u64 = its.map(|it| it.deliveries).sum();
        Link {
            path: at(state, receiver, None),
            words: format!("{} {number}", state.as_str()),
            is_here: state == here,
        }
    };
    DeliveryState::ALL.map(link).into()
}

/// What was done before this page.
fn done(params: &Params) -> Option<String> {
    let number: u64 = params.get("n")?.parse().ok()?;
    let what = match params.get("done")? {
        "retry" => "due now",
        "drop" => "dropped",
        _ => return None,
    };
    Some(match number {
        1 => format!("1 delivery {what}."),
        number => format!("{number} deliveries {what}."),
    })
}

#[cfg(test)]
mod tests;
