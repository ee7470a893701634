//! The mutes, and the forms that make and lift them: as `mute` and `unmute` do.

use axum::{
    body::Bytes,
    extract::{Path, State},
    http::StatusCode,
    response::Response,
};
use serde::Serialize;

use super::{
    Asked, engine, reply,
    shown::{Moment, Now, Trouble, path, query, trouble},
};
use crate::{
    config::{Config, parse_duration},
    model::MuteKind,
    store::{MuteStatus, Muted, NewMute, Store, Unmuted},
    view::{
        ViewError,
        moment::moment,
        mutes::{self, suppressed},
        muting::{self, MAX_COMMENT_CHARS},
        words::one_line,
    },
    web::{Context, access::place, params::Params},
};

/// Ended mutes on a page.
const LIMIT: usize = 50;

/// The page.
#[derive(Debug, Serialize)]
struct Matter {
    done: Vec<String>,
    error: Option<String>,
    in_force: Vec<Row>,
    ended: Vec<Row>,
    older: Option<String>,
    kinds: [&'static str; 5],
    form: Form,
    max_comment: usize,
}

/// What the form holds.
#[derive(Debug, Default, Serialize)]
struct Form {
    kind: String,
    name: String,
    r#for: String,
    until: String,
    comment: String,
}

/// A mute.
#[derive(Debug, Serialize)]
struct Row {
    id: i64,
    what: String,
    kind: &'static str,
    name: String,
    path: Option<String>,
    end: Moment,
    suppressed: String,
    /// Whether there is something to send.
    has_some: bool,
    since: Moment,
    by: String,
    comment: String,
}

/// `/mutes`.
pub(super) async fn show(State(context): State<Context>, asked: Asked) -> Response {
    let form = Form::of(&asked.params);
    list(&context, &asked, form, None).await
}

async fn list(context: &Context, asked: &Asked, form: Form, error: Option<String>) -> Response {
    let config = context.app.config();
    let mutes = match context.app.store().mutes().await {
        Ok(mutes) => mutes,
        Err(error) => return trouble(context, asked, &error.into()),
    };
    let now = Now::of(&config);
    let status = match error {
        Some(_) => StatusCode::UNPROCESSABLE_ENTITY,
        None => StatusCode::OK,
    };
    let mut matter = Matter {
        done: done(&asked.params, &mutes, &now),
        error,
        in_force: Vec::new(),
        ended: Vec::new(),
        older: None,
        kinds: MuteKind::ALL.map(MuteKind::as_str),
        form,
        max_comment: MAX_COMMENT_CHARS,
    };
    let before = asked.params.get("before").and_then(|it| it.parse().ok());
    matter.fill(&mutes, before.unwrap_or(i64::MAX), &now);
    let page = engine::render(context, asked, ("Mutes", "mutes.html"), matter);
    reply::html(status, page)
}

impl Matter {
    /// The newest first.
    fn fill(&mut self, mutes: &[MuteStatus], before: i64, now: &Now) {
        for mute in mutes.iter().rev() {
            if mute.is_in_force(now.at) {
                self.in_force.push(Row::of(mute, now));
            } else if mute.id.0 < before {
                if self.ended.len() == LIMIT {
                    let last = self.ended.last().map(|it| it.id.to_string());
                    let last = last.unwrap_or_default();
                    self.older = Some(format!("/mutes{}", query([("before", last.as_str())])));
                    break;
                }
                self.ended.push(Row::of(mute, now));
            }
        }
    }
}

impl Form {
    fn of(params: &Params) -> Self {
        let field = |name| params.get(name).unwrap_or_default().to_owned();
        Self {
            kind: field("kind"),
            name: field("name"),
            r#for: field("for"),
            until: field("until"),
            comment: field("comment"),
        }
    }
}

impl Row {
    fn of(mute: &MuteStatus, now: &Now) -> Self {
        let below = match mute.kind {
            MuteKind::Watch => Some("watches"),
            MuteKind::Feed => Some("feeds"),
            MuteKind::Story => Some("stories"),
            MuteKind::Tag | MuteKind::Receiver => None,
        };
        Self {
            id: mute.id.0,
            what: format!("{} {}", mute.kind, mute.name),
            kind: mute.kind.as_str(),
            path: below.map(|below| path(below, &mute.name)),
            name: mute.name.clone(),
            end: now.moment(mute.ended_at.unwrap_or(mute.until)),
            suppressed: suppressed(mute),
            has_some: !mute.is_empty(),
            since: now.moment(mute.since),
            by: mute.by.clone().unwrap_or_default(),
            comment: one_line(
                mute.comment.as_deref().unwrap_or_default(),
                MAX_COMMENT_CHARS,
            ),
        }
    }
}

/// What was done before this page, in the words of the command line.
fn done(params: &Params, mutes: &[MuteStatus], now: &Now) -> Vec<String> {
    let number = |name| params.get(name).and_then(|it| it.parse::<i64>().ok());
    let mute = number("mute").and_then(|id| mutes.iter().find(|mute| mute.id.0 == id));
    let words = match (params.get("done"), mute.cloned()) {
        (Some("muted"), Some(mute)) => mutes::muted(&Muted { mute, before: None }, &now.zone),
        (Some("lifted"), Some(mute)) => {
            // As it was then: what was sent is no longer suppressed.
            let count = |name| {
                number(name)
                    .and_then(|it| it.try_into().ok())
                    .unwrap_or(0_u32)
            };
            let mute = MuteStatus {
                alerts: count("alerts"),
                notices: count("notices"),
                ..mute
            };
            let sent = u64::from(count("sent"));
            mutes::lifted(&Unmuted { mute, sent })
        }
        (Some("over"), _) => "it was over already".to_owned(),
        _ => return Vec::new(),
    };
    words.lines().map(str::to_owned).collect()
}

/// `POST /mutes`, from this page's form or another's.
pub(super) async fn mute(State(context): State<Context>, asked: Asked, body: Bytes) -> Response {
    let params = Params::read(&body);
    let config = context.app.config();
    let store = context.app.store();
    let new = match wanted(&params, &config, store, asked.visitor.by()).await {
        Ok(new) => new,
        Err(Refused::Words(words)) => {
            return list(&context, &asked, Form::of(&params), Some(words)).await;
        }
        Err(Refused::Store(why)) => return trouble(&context, &asked, &why),
    };
    match store.mute(new, Now::of(&config).at).await {
        Ok(muted) => {
            context.app.wake();
            let id = muted.mute.id.0.to_string();
            on(&params, &[("done", "muted"), ("mute", &id)])
        }
        Err(error) => trouble(&context, &asked, &error.into()),
    }
}

/// Why nothing is muted.
enum Refused {
    Words(String),
    Store(Trouble),
}

/// The mute that the form asks for.
async fn wanted(
    params: &Params,
    config: &Config,
    store: &Store,
    by: String,
) -> Result<NewMute, Refused> {
    let refused = |words: String| Refused::Words(words);
    let kind = params.get("kind").and_then(|kind| kind.parse().ok());
    let kind: MuteKind = kind.ok_or_else(|| refused("what to mute?".to_owned()))?;
    let name = params.get("name").map(str::to_owned);
    let name = name.ok_or_else(|| refused(format!("which {kind}?")))?;
    let now = Now::of(config);
    let until = match (params.get("for"), params.get("until")) {
        (Some(length), None) => {
            let read = parse_duration(length);
            let length = read.map_err(|error| {
                refused(format!("for how long? {error}; write 30m, 12h, 2d or 1w"))
            })?;
            now.at.checked_add(length).ok()
        }
        (None, Some(text)) => moment(text)
            .map_err(|error| refused(format!("until when? {error}")))?
            .coming(now.at, &now.zone),
        (None, None) => return Err(refused("for how long? 2d, or until 08:00".to_owned())),
        (Some(_), Some(_)) => {
            return Err(refused(
                "for how long, or until when: one of them".to_owned(),
            ));
        }
    };
    let until = muting::end(until, now.at, &now.zone);
    let until = until.map_err(|error| refused(error.to_string()))?;
    let comment = params.get("comment").map(muting::comment).transpose();
    let comment = comment.map_err(|error| refused(format!("the comment: {error}")))?;
    let named = muting::named(config, store, kind, std::slice::from_ref(&name), []).await;
    let named = named.map_err(|error| match error {
        ViewError::Store(_) | ViewError::Setup(_) => Refused::Store(error.into()),
        error => refused(error.to_string()),
    })?;
    Ok(NewMute {
        kind,
        name: named.concat(),
        until,
        comment,
        by: Some(by),
    })
}

/// `POST /mutes/{id}/lift`.
pub(super) async fn lift(
    State(context): State<Context>,
    Path(id): Path<i64>,
    asked: Asked,
    body: Bytes,
) -> Response {
    let params = Params::read(&body);
    let is_sent = params.get("send").is_some();
    match lifted(&context, id, is_sent).await {
        Ok(Some(unmuted)) => {
            context.app.wake();
            let numbers = [
                ("mute", id.to_string()),
                ("alerts", unmuted.mute.alerts.to_string()),
                ("notices", unmuted.mute.notices.to_string()),
                ("sent", unmuted.sent.to_string()),
            ];
            let numbers = numbers
                .iter()
                .map(|(name, number)| (*name, number.as_str()));
            let done = std::iter::once(("done", "lifted")).chain(numbers);
            on(&params, &done.collect::<Vec<_>>())
        }
        Ok(None) => on(&params, &[("done", "over")]),
        Err(why) => trouble(&context, &asked, &why),
    }
}

async fn lifted(context: &Context, id: i64, is_sent: bool) -> Result<Option<Unmuted>, Trouble> {
    let (store, now) = (context.app.store(), Now::of(&context.app.config()).at);
    let mutes = store.mutes().await?;
    let mute = mutes.into_iter().find(|mute| mute.id.0 == id);
    let Some(mute) = mute.filter(|mute| mute.is_in_force(now)) else {
        return Ok(None);
    };
    Ok(store.unmute(mute.kind, &mute.name, is_sent, now).await?)
}

/// Back to the page that the form stands on, with what was done.
fn on(params: &Params, done: &[(&str, &str)]) -> Response {
    let next = place(params.get("next").unwrap_or("/mutes"));
    let (next, anchor) = next.split_once('#').unwrap_or((next, ""));
    let mut query = url::form_urlencoded::Serializer::new(String::new());
    query.extend_pairs(done);
    let sign = if next.contains('?') { '&' } else { '?' };
    let anchor = if anchor.is_empty() {
        String::new()
    } else {
        format!("#{anchor}")
    };
    reply::see_other(&format!("{next}{sign}{}{anchor}", query.finish()))
}

#[cfg(test)]
mod tests;
