//! How the service is: itself, its receivers, its report.

use axum::{
    extract::{Path, State},
    http::StatusCode,
};
use jiff::{SignedDuration, Timestamp};
use std::sync::Arc;

use super::{
    answer::{Answer, Page, done, object},
    asked::Asked,
};
use crate::{
    clock::{Clock, SystemClock},
    config::fingerprint,
    heavy::heavy,
    model::to_second,
    view::{
        receivers,
        sending::send_test,
        status::{self, Files, Known, StatusView},
    },
    web::{Context, reply},
};

pub(super) async fn show(State(context): State<Context>, asked: Asked) -> Answer {
    asked.query(&[])?;
    let (config, now) = (context.app.config(), SystemClock.now());
    let of_service = status::Asked {
        is_in_use: true,
        live: Some(context.app.live()),
        unanswered: None,
    };
    let store = context.app.store();
    let known = Known::of(store, of_service, config.off.feeds.len(), now).await?;
    let files = Files {
        fingerprint: heavy(usize::MAX, || fingerprint(&config.path)),
        has_errors: false,
    };
    let view = StatusView::of(&known, &config, &files, now);
    Ok(object(&asked.headers, &view))
}

pub(super) async fn receivers(State(context): State<Context>, asked: Asked) -> Answer {
    let query = asked.query(&[])?;
    let receivers = context.app.store().receivers().await?;
    let views = receivers::views(&receivers);
    Ok(Page::whole("receivers", &views).answer(&asked.headers, &query))
}

pub(super) async fn test(
    State(context): State<Context>,
    Path(name): Path<String>,
    asked: Asked,
) -> Answer {
    asked.query(&[])?;
    let clock: Arc<dyn Clock> = Arc::new(SystemClock);
    let sent = send_test(&context.app.config(), &name, &clock).await;
    let sent = sent.map_err(|error| super::fault::Fault::from(error).in_path())?;
    Ok(done(StatusCode::OK, &sent))
}

pub(super) async fn report(State(context): State<Context>, asked: Asked) -> Answer {
    let query = asked.query(&["since"])?;
    let (store, now) = (context.app.store(), SystemClock.now());
    let [since, _] = query.span(now, &context.app.config().timezone)?;
    let planned = || async {
        store
            .report_plan()
            .await
            .map(|plan| plan.map(|it| it.since))
    };
    let since = match since {
        Some(since) => Some(since),
        None => planned().await?,
    };
    let since = since.unwrap_or_else(|| to_second(a_day_before(now)));
    let report = store.report_so_far(since, now).await?;
    Ok(object(&asked.headers, &report))
}

fn a_day_before(now: Timestamp) -> Timestamp {
    let day = SignedDuration::from_hours(24);
    now.saturating_sub(day).expect("hours always subtract")
}

pub(super) async fn openapi(asked: Asked) -> Answer {
    asked.query(&[])?;
    let file = include_bytes!("../../../docs/openapi.json");
    Ok(reply::tagged(
        &asked.headers,
        "application/json",
        file.to_vec(),
    ))
}
