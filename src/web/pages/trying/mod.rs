//! An expression tried on the stored items, before anyone relies on it.

mod adopt;
mod fault;
mod run;

use axum::{extract::State, http::StatusCode, response::Response};
use serde::Serialize;

use self::{adopt::Adoption, fault::Fault, run::Tried};
use super::{
    Asked, engine, reply,
    shown::{Now, Trouble, cursor, trouble},
};
use crate::{
    config::Config,
    matcher::QueryError,
    model::{Field, Watch},
    store::ItemFilter,
    view::{
        expressions::as_watch, moment::moment, names, stored_items::check_feed,
        stored_items::kept_since,
    },
    web::{Context, params::Params},
};

/// The page.
#[derive(Debug, Default, Serialize)]
struct Matter {
    q: String,
    fields: Vec<Choice>,
    feed: String,
    since: String,
    against: String,
    fault: Option<Fault>,
    error: Option<String>,
    warnings: Vec<Fault>,
    tried: Option<Tried>,
    adoption: Option<Adoption>,
}

/// A field that may be read.
#[derive(Debug, Serialize)]
struct Choice {
    name: &'static str,
    is_chosen: bool,
}

/// What is to be tried.
struct Question {
    /// The expression, and behind it the watch that it is compared with.
    watches: Vec<Watch>,
    filter: ItemFilter,
    warnings: Vec<QueryError>,
}

/// Why it cannot be.
enum Refused {
    Expression(QueryError),
    Words(String),
    Other(Trouble),
}

/// `/try`.
pub(super) async fn show(State(context): State<Context>, asked: Asked) -> Response {
    let mut matter = Matter::of(&asked.params);
    let mut status = StatusCode::OK;
    if let Some(q) = asked.params.get("q") {
        match matter.try_out(&context, &asked, q).await {
            Ok(()) => {}
            Err(Refused::Expression(error)) => {
                status = StatusCode::UNPROCESSABLE_ENTITY;
                matter.fault = Some(Fault::of(&error, q));
            }
            Err(Refused::Words(words)) => {
                status = StatusCode::UNPROCESSABLE_ENTITY;
                matter.error = Some(words);
            }
            Err(Refused::Other(why)) => return trouble(&context, &asked, &why),
        }
    }
    let page = engine::render(&context, &asked, ("Try", "try.html"), matter);
    reply::html(status, page)
}

/// The fields that are named, in one list or several; none is as for a watch that names none.
fn fields(params: &Params) -> Result<Vec<Field>, String> {
    let names = params.all("fields").flat_map(|list| list.split(','));
    let names = names.map(str::trim).filter(|name| !name.is_empty());
    let fields: Result<Vec<Field>, _> = names.map(str::parse).collect();
    fields.map_err(|error| error.to_string())
}

impl Matter {
    fn of(params: &Params) -> Self {
        let chosen = fields(params).unwrap_or_default();
        let chosen = if chosen.is_empty() {
            Field::DEFAULT.to_vec()
        } else {
            chosen
        };
        let field = |name| params.get(name).unwrap_or_default().to_owned();
        Self {
            q: field("q"),
            fields: Field::ALL
                .iter()
                .map(|it| Choice {
                    name: it.as_str(),
                    is_chosen: chosen.contains(it),
                })
                .collect(),
            feed: field("feed"),
            since: field("since"),
            against: field("against"),
            ..Self::default()
        }
    }

    async fn try_out(&mut self, context: &Context, asked: &Asked, q: &str) -> Result<(), Refused> {
        let config = context.app.config();
        let now = Now::of(&config);
        let question = question(context, &asked.params, q, &now).await?;
        let warnings = question.warnings.iter();
        self.warnings = warnings.map(|warning| Fault::of(warning, q)).collect();
        let candidate = question.watches[0].clone();
        let tried = run::run(context, asked, question, cursor(asked), &now).await;
        self.tried = Some(tried.map_err(Refused::Other)?);
        let name = asked.params.get("name");
        self.adoption = Some(Adoption::of(&candidate, name, &config).await);
        Ok(())
    }
}

async fn question(
    context: &Context,
    params: &Params,
    q: &str,
    now: &Now,
) -> Result<Question, Refused> {
    let config: &Config = &context.app.config();
    let fields = fields(params).map_err(Refused::Words)?;
    let read = as_watch(q, &fields, &config.entities);
    let (mut candidate, warnings) = read.map_err(Refused::Expression)?;
    let running = params.get("against").map(|name| names::watch(config, name));
    let running = running.transpose();
    let running = running.map_err(|error| Refused::Words(error.to_string()))?;
    if let Some(running) = running {
        candidate.fields.clone_from(&running.fields);
        candidate.feeds.clone_from(&running.feeds);
    }
    let feed = params.get("feed");
    if let Some(feed) = feed {
        let known = check_feed(context.app.store(), feed).await;
        known.map_err(|error| Refused::Words(error.to_string()))?;
    }
    let since = params.get("since").map(moment).transpose();
    let since = since.map_err(|error| Refused::Words(format!("since: {error}")))?;
    let since = since.map(|since| since.past(now.at, &now.zone));
    Ok(Question {
        watches: std::iter::once(candidate).chain(running.cloned()).collect(),
        filter: ItemFilter {
            since: Some(since.unwrap_or_else(|| kept_since(config, now.at))),
            feed: feed.map(str::to_owned),
        },
        warnings,
    })
}

#[cfg(test)]
mod tests;
