//! To retry and to drop: first how many, then by a form, as `outbox retry` and `outbox drop` do.

use axum::{
    body::Bytes,
    extract::{Path, State},
    response::Response,
};
use serde::Serialize;

use super::super::{
    Asked, page, reply,
    shown::{Now, Trouble, query, trouble},
};
use crate::{
    model::MuteId,
    store::{DeliveryState, Selection, Store},
    view::{names, number, outbox, words::one_line},
    web::{Context, params::Params},
};

/// The fields that say which.
const FIELDS: [&str; 5] = ["id", "receiver", "reason", "state", "mute"];

/// The page that asks.
#[derive(Debug, Serialize)]
struct Matter {
    what: &'static str,
    words: String,
    path: String,
    fields: Vec<(&'static str, String)>,
    number: u64,
    remarks: Vec<String>,
    back: String,
    command: Option<String>,
}

/// The page that asks about those in this state, of one receiver or of all; `None` where nothing can
/// be done to them, or to all of them at once.
pub(super) fn link(what: &str, state: DeliveryState, receiver: Option<&str>) -> Option<String> {
    let state = match state {
        DeliveryState::Dead | DeliveryState::Muted => Some(("state", state.as_str())),
        DeliveryState::Pending if receiver.is_some() => None,
        _ => return None,
    };
    let receiver = receiver.map(|name| ("receiver", name));
    let query = query(state.into_iter().chain(receiver));
    Some(format!("/outbox/{what}{query}"))
}

/// `GET /outbox/retry` and `GET /outbox/drop`.
pub(in super::super) async fn ask(
    State(context): State<Context>,
    Path(what): Path<String>,
    asked: Asked,
) -> Response {
    match matter(&context, &what, &asked.params).await {
        Ok(matter) => page(&context, &asked, (title(&what), "outbox_ask.html"), matter),
        Err(why) => trouble(&context, &asked, &why),
    }
}

/// The same, sent.
pub(in super::super) async fn act(
    State(context): State<Context>,
    Path(what): Path<String>,
    asked: Asked,
    body: Bytes,
) -> Response {
    match done(&context, &what, &Params::read(&body)).await {
        Ok(to) => reply::see_other(&to),
        Err(why) => trouble(&context, &asked, &why),
    }
}

fn title(what: &str) -> &'static str {
    match what {
        "drop" => "Drop deliveries",
        _ => "Retry deliveries",
    }
}

fn verb(what: &str) -> Result<&'static str, Trouble> {
    let known = ["retry", "drop"].into_iter().find(|it| *it == what);
    known.ok_or_else(|| Trouble::missing(format!("there is no /outbox/{what}")))
}

async fn matter(context: &Context, what: &str, params: &Params) -> Result<Matter, Trouble> {
    let what = verb(what)?;
    let store = context.app.store();
    let selection = selection(context, params).await?;
    let mut remarks = Vec::new();
    for id in &selection.ids {
        match store.delivery(*id).await? {
            None => remarks.push(format!("there is no delivery {id}")),
            Some(delivery) => {
                remarks.extend(outbox::unreached(&delivery));
                remarks.push(format!(
                    "{id}: {}",
                    one_line(&outbox::title(&delivery), 120)
                ));
            }
        }
    }
    let number = store.count_selected(selection.clone()).await?;
    let (deliveries, are) = match number {
        1 => ("1 delivery".to_owned(), "it is"),
        number => (format!("{number} deliveries"), "they are"),
    };
    let may = if number == 1 { "it" } else { "they" };
    let which = which(&selection);
    let fields = FIELDS.into_iter();
    Ok(Matter {
        words: match what {
            "drop" => format!("This drops {deliveries}{which}: {are} kept, and never sent."),
            _ => format!("This sends {deliveries}{which} as soon as {may} may be sent."),
        },
        path: format!("/outbox/{what}"),
        fields: fields
            .flat_map(|name| params.all(name).map(move |value| (name, value.to_owned())))
            .collect(),
        number,
        remarks,
        back: back(params, ""),
        command: command(what, &selection),
        what,
    })
}

async fn done(context: &Context, what: &str, params: &Params) -> Result<String, Trouble> {
    let what = verb(what)?;
    let (store, now) = (context.app.store(), Now::of(&context.app.config()).at);
    let selection = selection(context, params).await?;
    let number = match what {
        "drop" => store.drop_deliveries(selection, now).await?,
        _ => store.retry(selection, now).await?,
    };
    context.app.wake();
    Ok(back(params, &format!("done={what}&n={number}")))
}

/// The page of the outbox that it was asked from.
fn back(params: &Params, done: &str) -> String {
    let fields = ["state", "receiver"].into_iter();
    let fields = fields.filter_map(|name| Some((name, params.get(name)?)));
    let query = query(fields);
    match (query.as_str(), done) {
        ("?", "") => "/outbox".to_owned(),
        ("?", done) => format!("/outbox?{done}"),
        (query, "") => format!("/outbox{query}"),
        (query, done) => format!("/outbox{query}&{done}"),
    }
}

/// As the fields say. Nothing that is named may be unknown: a slip would select all the others.
async fn selection(context: &Context, params: &Params) -> Result<Selection, Trouble> {
    let (config, store) = (context.app.config(), context.app.store());
    let mut ids = Vec::new();
    for text in params.all("id") {
        ids.push(
            number::delivery(text, store)
                .await
                .map_err(Trouble::missing)?,
        );
    }
    let receiver = params.get("receiver").map(str::to_owned);
    let known = names::receivers(&config, store).await?;
    names::check_all("receiver", &receiver, &known).map_err(Trouble::missing)?;
    let reason = params.get("reason").map(|text| {
        let mut all = crate::model::SendReason::ALL.into_iter();
        let known = all.find(|it| it.as_str() == text);
        known.ok_or_else(|| Trouble::missing(format!("there is no reason {text:?}")))
    });
    let mute = match params.get("mute") {
        Some(text) => Some(mute(text, store).await?),
        None => None,
    };
    let state = params.get("state");
    if !matches!(state, None | Some("dead" | "muted")) {
        return Err(Trouble::missing(
            "only dead and muted deliveries are chosen by state",
        ));
    }
    Ok(Selection {
        ids,
        receiver,
        reason: reason.transpose()?,
        dead_only: state == Some("dead"),
        muted_only: state == Some("muted"),
        mute,
    })
}

async fn mute(text: &str, store: &Store) -> Result<MuteId, Trouble> {
    let mutes = store.mutes().await?;
    let known = mutes.iter().find(|mute| mute.id.0.to_string() == text);
    let known = known.ok_or_else(|| Trouble::missing(format!("there is no mute {text}")))?;
    Ok(known.id)
}

/// ` for desk (dead)`.
fn which(selection: &Selection) -> String {
    let receiver = selection.receiver.as_ref();
    let receiver = receiver.map(|name| format!(" for {name}"));
    let states = match selection {
        Selection {
            muted_only: true, ..
        }
        | Selection { mute: Some(_), .. } => " (muted",
        Selection {
            dead_only: true, ..
        } => " (dead",
        Selection { ids, .. } if !ids.is_empty() => return receiver.unwrap_or_default(),
        _ => " (waiting and dead",
    };
    let reason = selection.reason.map(|it| format!(", {}", it.as_str()));
    let [receiver, reason] = [receiver, reason].map(Option::unwrap_or_default);
    [receiver.as_str(), states, &reason, ")"].concat()
}

/// The same on the command line, which knows no state but muted.
fn command(what: &str, selection: &Selection) -> Option<String> {
    if selection.dead_only || *selection == Selection::default() {
        return None;
    }
    let ids = selection.ids.iter().map(ToString::to_string);
    let receiver = selection
        .receiver
        .iter()
        .map(|it| format!("--receiver {it}"));
    let reason = selection
        .reason
        .iter()
        .map(|it| format!("--reason {}", it.as_str()));
    let muted = selection.muted_only.then(|| "--muted".to_owned());
    let mute = selection.mute.iter().map(|it| format!("--mute {}", it.0));
    let parts = ids.chain(receiver).chain(reason).chain(muted).chain(mute);
    let parts: Vec<String> = parts.collect();
    Some(format!("fivebells outbox {what} {}", parts.join(" ")))
}
