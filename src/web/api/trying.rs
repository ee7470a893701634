//! An expression that is tried.

use std::ops::ControlFlow;

use axum::extract::State;
use jiff::Timestamp;
use serde::Serialize;

use super::{
    answer::{Answer, lead_on, object},
    asked::{Asked, Query},
    fault::Fault,
    look::look,
};
use crate::{
    app::App,
    clock::{Clock as _, SystemClock},
    config::Config,
    matcher::QueryError,
    model::{Field, ItemId, Watch},
    store::{ItemCursor, ItemFilter},
    view::{
        ViewError,
        expressions::as_watch,
        names,
        outline::OutlineView,
        stored_items::{Items, check_feed, kept_since},
        trial::{Summary, Trial, Tried, TriedText},
    },
    web::Context,
};

/// What came of it.
#[derive(Serialize)]
struct Came<'a> {
    /// What is probably not meant in the expression.
    warnings: Vec<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    outline: Option<OutlineView<'a>>,
    /// Of a text that was given.
    #[serde(skip_serializing_if = "Option::is_none")]
    text: Option<TriedText>,
    /// The newest of the stored items.
    #[serde(skip_serializing_if = "Option::is_none")]
    tried: Option<Vec<Tried>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    summary: Option<Summary<'a>>,
    /// Where the look through the items broke off; `null` at the end.
    next: Option<String>,
}

pub(super) async fn try_out(State(context): State<Context>, asked: Asked) -> Answer {
    let query = asked.query(&[
        "q", "in*", "text", "feed", "since", "against", "explain", "before", "limit",
    ])?;
    let config = context.app.config();
    let Some(expression) = query.get("q") else {
        return Err(Fault::malformed("q is missing: the expression"));
    };
    let fields = query.each("in", &Field::ALL, Field::as_str)?;
    let explain = query.flag("explain")?;
    let (watch, warnings) = as_watch(expression, &fields, &config.entities)
        .map_err(|error| Fault::meaningless(format!("q: {}", in_words(&error))))?;
    let warnings = warnings.iter().map(in_words).collect();
    let outline = explain.then(|| OutlineView::of(&watch, &config.entities));
    let Some(text) = query.get("text") else {
        let watches = watches(watch.clone(), &query, &config)?;
        let trial = Stored {
            config: &config,
            app: &context.app,
            query: &query,
        };
        return trial.answer(watches, warnings, outline, &asked).await;
    };
    for name in ["feed", "since", "against", "before", "limit"] {
        if query.get(name).is_some() {
            let detail = format!("{name} is about stored items, and text is given");
            return Err(Fault::meaningless(detail));
        }
    }
    let tried = TriedText::of(text, &watch, &config.entities, explain).map_err(ViewError::from)?;
    let came = Came {
        warnings,
        outline,
        text: Some(tried),
        tried: None,
        summary: None,
        next: None,
    };
    Ok(object(&asked.headers, &came))
}

/// What is wrong, and where.
fn in_words(error: &QueryError) -> String {
    let help = error.help.as_ref().map(|help| format!("; help: {help}"));
    let help = help.unwrap_or_default();
    format!(
        "{error} (from byte {} to {}){help}",
        error.span.start, error.span.end
    )
}

/// The expression as a watch, and behind it the watch that it is compared with.
fn watches(candidate: Watch, query: &Query, config: &Config) -> Result<Vec<Watch>, Fault> {
    let Some(name) = query.get("against") else {
        return Ok(vec![candidate]);
    };
    if query.get("in").is_some() {
        let detail = "against has its own fields: leave in out";
        return Err(Fault::meaningless(detail));
    }
    let running = names::watch(config, name)?.clone();
    let candidate = Watch {
        fields: running.fields.clone(),
        feeds: running.feeds.clone(),
        ..candidate
    };
    Ok(vec![candidate, running])
}

/// The stored items that it is tried on.
struct Stored<'a> {
    config: &'a Config,
    app: &'a App,
    query: &'a Query,
}

impl Stored<'_> {
    async fn answer(
        &self,
        watches: Vec<Watch>,
        warnings: Vec<String>,
        outline: Option<OutlineView<'_>>,
        asked: &Asked,
    ) -> Answer {
        let Self { config, app, query } = self;
        let store = app.store();
        let limit = query.limit_or(20)? as usize;
        let before = query.get("before").map(cursor).transpose()?;
        let now = SystemClock.now();
        let [since, _] = query.span(now, &config.timezone)?;
        let feed = query.get("feed").map(str::to_owned);
        if let Some(feed) = &feed {
            check_feed(store, feed).await?;
        }
        let since = Some(since.unwrap_or_else(|| kept_since(config, now)));
        let (_turn, budget) = look(app).await?;
        let items = Items::new(store, ItemFilter { since, feed });
        let complete_since = items.extent().await?.complete_since;
        // Behind a cursor it is about what came before that.
        let until = before.map_or(now, |before| before.seen_at);
        let trial = Trial::new(watches, config, complete_since, until);
        let mut trial = trial.map_err(ViewError::from)?;
        let mut shown: Vec<Tried> = Vec::new();
        let each = items.each::<Fault>(before, |kept| {
            let tried = trial.judge(kept);
            if shown.len() < limit {
                shown.extend(tried);
            }
            Ok::<ControlFlow<()>, Fault>(budget.goes_on())
        });
        let rest = each.await?;
        if let Some(rest) = rest {
            trial.begin(rest.seen_at);
        }
        let next = rest.map(|it| format!("{}.{}", it.seen_at.as_nanosecond(), it.id.0));
        let mut answer = object(
            &asked.headers,
            &Came {
                warnings,
                outline,
                text: None,
                tried: Some(shown),
                summary: Some(trial.summary()),
                next: next.clone(),
            },
        );
        if let Some(next) = next {
            lead_on(&mut answer, &query.at("before", &next));
        }
        Ok(answer)
    }
}

fn cursor(text: &str) -> Result<ItemCursor, Fault> {
    let read = || {
        let (seen_at, id) = text.split_once('.')?;
        Some(ItemCursor {
            seen_at: Timestamp::from_nanosecond(seen_at.parse().ok()?).ok()?,
            id: ItemId(id.parse().ok()?),
        })
    };
    read().ok_or_else(|| Fault::malformed(format!("before is a cursor of `next`, not {text:?}")))
}
