//! Mutes.

use axum::{
    body::Bytes,
    extract::{Path, State},
    http::StatusCode,
};
use jiff::{Timestamp, tz::TimeZone};
use serde::Deserialize;

use super::{
    answer::{Answer, Page, done},
    asked::Asked,
    fault::Fault,
};
use crate::{
    clock::{Clock as _, SystemClock},
    config::parse_duration,
    model::MuteKind,
    store::NewMute,
    view::{
        moment::moment,
        mutes::{self, MuteView},
        muting,
    },
    web::Context,
};

pub(super) async fn list(State(context): State<Context>, asked: Asked) -> Answer {
    let query = asked.query(&[])?;
    let now = SystemClock.now();
    let mutes = mutes::listed(context.app.store(), now).await?;
    let views: Vec<MuteView<'_>> = mutes.iter().map(|mute| MuteView::of(mute, now)).collect();
    Ok(Page::whole("mutes", &views).answer(&asked.headers, &query))
}

/// What to mute, and until when: `for` or `until`.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Wanted {
    kind: MuteKind,
    name: String,
    #[serde(default)]
    r#for: Option<String>,
    #[serde(default)]
    until: Option<String>,
    #[serde(default)]
    comment: Option<String>,
}

impl Wanted {
    fn end(&self, now: Timestamp, zone: &TimeZone) -> Result<Timestamp, Fault> {
        let end = match (&self.r#for, &self.until) {
            (Some(length), None) => {
                let length = parse_duration(length).map_err(|error| fault("for", &error))?;
                now.checked_add(length).ok()
            }
            (None, Some(text)) => {
                let moment = moment(text).map_err(|error| fault("until", &error))?;
                moment.coming(now, zone)
            }
            _ => {
                let detail = "for how long? give for, such as \"2d\", or until, such as \"08:00\"";
                return Err(Fault::meaningless(detail));
            }
        };
        muting::end(end, now, zone).map_err(|error| fault("the end", &error))
    }
}

fn fault(name: &str, error: &impl std::fmt::Display) -> Fault {
    Fault::meaningless(format!("{name}: {error}"))
}

/// Mutes, or moves the end of the mute that there is.
pub(super) async fn add(State(context): State<Context>, asked: Asked, body: Bytes) -> Answer {
    asked.query(&[])?;
    let wanted: Wanted = asked.body(&body)?;
    let (store, config) = (context.app.store(), context.app.config());
    let now = SystemClock.now();
    let until = wanted.end(now, &config.timezone)?;
    let comment = wanted.comment.as_deref().map(muting::comment).transpose();
    let comment = comment.map_err(|error| fault("comment", &error))?;
    let names = std::slice::from_ref(&wanted.name);
    let canonical = muting::named(&config, store, wanted.kind, names, []).await?;
    let new = NewMute {
        kind: wanted.kind,
        name: canonical.concat(),
        until,
        comment,
        by: Some(asked.by()),
    };
    let muted = store.mute(new, now).await?;
    context.app.wake();
    let status = match muted.before {
        None => StatusCode::CREATED,
        Some(_) => StatusCode::OK,
    };
    Ok(done(status, &MuteView::of(&muted.mute, now)))
}

/// Ends one now, and sends what it suppressed where that is wanted.
pub(super) async fn lift(
    State(context): State<Context>,
    Path(number): Path<String>,
    asked: Asked,
) -> Answer {
    let send = asked.query(&["send"])?.flag("send")?;
    let (store, now) = (context.app.store(), SystemClock.now());
    let mutes = store.mutes().await?;
    let mute = number.parse().ok();
    let mute = mute.and_then(|number: i64| mutes.iter().find(|mute| mute.id.0 == number));
    let Some(mute) = mute else {
        return Err(Fault::not_there(format!("there is no mute {number:?}")));
    };
    let unmuted = if mute.is_in_force(now) {
        store.unmute(mute.kind, &mute.name, send, now).await?
    } else {
        None
    };
    let Some(unmuted) = unmuted else {
        let detail = format!(
            "mute {number} has ended; help: POST /api/v1/outbox/retry with {{\"mute\": {number}}} \
             sends what it suppressed"
        );
        return Err(Fault::of(StatusCode::CONFLICT, detail));
    };
    context.app.wake();
    Ok(done(StatusCode::OK, &MuteView::lifted(&unmuted, now)))
}
