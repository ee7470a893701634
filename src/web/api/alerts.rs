//! Alerts.

use axum::extract::{Path, State};

use super::{
    answer::{Answer, Page, object},
    asked::Asked,
    fault::Fault,
};
use crate::{
    clock::{Clock as _, SystemClock},
    model::{Alert, AlertId, Priority},
    store::{AlertFilter, AlertSearch},
    view::{alerts::AlertNames, number::Number},
    web::Context,
};

pub(super) async fn list(State(context): State<Context>, asked: Asked) -> Answer {
    let query = asked.query(&[
        "watch*", "feed*", "tag*", "receiver", "priority", "since", "until", "q", "muted",
        "before", "limit",
    ])?;
    let (store, config) = (context.app.store(), context.app.config());
    let limit = query.limit()?;
    let before = query.number("before")?.map(AlertId);
    let priority = query.each("priority", &Priority::ALL, Priority::as_str)?;
    let muted = query.flag("muted")?;
    let [since, until] = query.span(SystemClock.now(), &config.timezone)?;
    let names = AlertNames {
        watches: query.all("watch"),
        feeds: query.all("feed"),
        tags: query.all("tag"),
        receiver: query.get("receiver").map(str::to_owned),
    };
    let search = AlertSearch {
        filter: AlertFilter {
            since,
            until,
            muted,
            ..names.filter(&config, store).await?
        },
        priority: priority.first().copied(),
        words: query
            .get("q")
            .unwrap_or_default()
            .split_whitespace()
            .map(str::to_owned)
            .collect(),
    };
    let found = store.alert_page(search, before, limit as usize).await?;
    let alerts: Vec<Alert> = found.alerts.into_iter().map(|(alert, _)| alert).collect();
    let page = Page {
        name: "alerts",
        entries: &alerts,
        next: found.next.map(|id| ("before", id.0.to_string())),
    };
    Ok(page.answer(&asked.headers, &query))
}

pub(super) async fn show(
    State(context): State<Context>,
    Path(number): Path<String>,
    asked: Asked,
) -> Answer {
    asked.query(&[])?;
    let id = match Number::read(&number) {
        Some(Number::Alert(id)) => id,
        Some(Number::Bare(id)) => AlertId(id),
        _ => {
            let detail = format!("{number:?} is no number of an alert, such as 17 or a17");
            return Err(Fault::not_there(detail));
        }
    };
    let alert = context.app.store().alert(id).await?;
    let alert = alert.ok_or_else(|| Fault::not_there(format!("there is no alert {id}")))?;
    Ok(object(&asked.headers, &alert))
}
