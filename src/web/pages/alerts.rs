//! The alerts, the newest first: what came in, of what was asked for.

use axum::{extract::State, http::StatusCode, response::Response};
use jiff::Timestamp;
use serde::Serialize;

use super::{
    Asked, engine, reply,
    shown::{
        Moment, Now, Sentence, Trouble, command, link_of_web, path, query, sentences, trouble,
    },
};
use crate::{
    config::Config,
    model::{Alert, AlertId, Field, Priority},
    store::{AlertFilter, AlertSearch},
    view::{
        ViewError,
        alerts::{AlertNames, story},
        items::{Segment, segments},
        moment::{moment, span},
        words::one_line,
    },
    web::{Context, access::feed_key, params::Params},
};

/// Alerts on a page: each with its sentences, a page stays below 60 KB.
const LIMIT: usize = 30;

/// Sentences of an alert.
const MAX_SENTENCES: usize = 2;

/// Names that a field suggests: more would weigh more than the alerts.
const MAX_SUGGESTED: usize = 200;

/// What the feeds of alerts can be asked for.
const OF_FEEDS: [&str; 3] = ["watch", "tag", "priority"];

/// The page.
#[derive(Debug, Default, Serialize)]
struct Matter {
    form: Form,
    error: Option<String>,
    alerts: Vec<Row>,
    is_filtered: bool,
    is_later_page: bool,
    newest: String,
    older: Option<String>,
    atom: String,
    json: String,
    /// What the feeds leave out of the question.
    not_in_feeds: Vec<&'static str>,
    command: String,
}

/// The conditions, as they were asked for.
#[derive(Debug, Default, Serialize)]
struct Form {
    fields: Vec<Input>,
    priority: String,
    muted: bool,
}

#[derive(Debug, Serialize)]
struct Input {
    name: &'static str,
    label: &'static str,
    hint: &'static str,
    /// One input for each.
    values: Vec<String>,
    suggested: Vec<String>,
}

/// An alert.
#[derive(Debug, Serialize)]
pub(super) struct Row {
    number: String,
    title: Vec<Segment>,
    link: Option<String>,
    why: String,
    /// Its story in words, and the page of that.
    story: Option<(String, String)>,
    watches: Vec<(String, String)>,
    feed: String,
    feed_path: String,
    made: Moment,
    priority: &'static str,
    class: &'static str,
    sentences: Vec<Sentence>,
    title_before: Option<String>,
    also: Vec<String>,
}

/// `/alerts`.
pub(super) async fn show(State(context): State<Context>, asked: Asked) -> Response {
    let config = context.app.config();
    let mut matter = Matter::of(&asked.params, &config);
    let now = Now::of(&config);
    let mut status = StatusCode::OK;
    match search(&context, &asked.params, &config, &now).await {
        Ok(search) => {
            if let Err(why) = matter.fill(&context, &asked.params, search, &now).await {
                return trouble(&context, &asked, &why);
            }
        }
        Err(Refused::Store(why)) => return trouble(&context, &asked, &why),
        Err(Refused::Words(words)) => {
            status = StatusCode::BAD_REQUEST;
            matter.error = Some(words);
        }
    }
    let page = engine::render(&context, &asked, ("Alerts", "alerts.html"), matter);
    reply::html(status, page)
}

/// Why nothing is looked for.
enum Refused {
    /// The question has a slip.
    Words(String),
    Store(Trouble),
}

/// What is asked for.
async fn search(
    context: &Context,
    params: &Params,
    config: &Config,
    now: &Now,
) -> Result<AlertSearch, Refused> {
    let names = |name| params.all(name).map(str::to_owned).collect();
    let names = AlertNames {
        watches: names("watch"),
        feeds: names("feed"),
        tags: names("tag"),
        receiver: params.get("receiver").map(str::to_owned),
    };
    let filter = names.filter(config, context.app.store()).await;
    let filter = filter.map_err(|error| match error {
        ViewError::UnknownName(error) => Refused::Words(error.to_string()),
        error => Refused::Store(error.into()),
    })?;
    let time = |name: &str| {
        let read = params.get(name).map(moment).transpose();
        read.map_err(|error| Refused::Words(format!("{name}: {error}")))
    };
    let (since, until) = span(time("since")?, time("until")?, now.at, &now.zone)
        .map_err(|error| Refused::Words(error.to_string().replace("--", "")))?;
    let priority = params.get("priority").map(str::parse::<Priority>);
    let words = params.get("words").unwrap_or_default();
    Ok(AlertSearch {
        filter: AlertFilter {
            since,
            until,
            muted: params.get("muted").is_some(),
            ..filter
        },
        priority: priority
            .transpose()
            .map_err(|error| Refused::Words(error.to_string()))?,
        words: words.split_whitespace().map(str::to_owned).collect(),
    })
}

impl Matter {
    fn of(params: &Params, config: &Config) -> Self {
        let (is_asked, of_feeds) = (
            |name: &&str| params.get(name).is_some(),
            OF_FEEDS
                .iter()
                .flat_map(|name| params.all(name).map(|it| (*name, it))),
        );
        let key = feed_key(&config.web.login).filter(|_| config.web.login.is_asked());
        let key = key.as_deref().map(|key| ("key", key));
        let question = query(of_feeds.chain(key));
        let question = if question == "?" { "" } else { &question };
        let others = ["feed", "receiver", "since", "until", "words", "muted"];
        Self {
            form: Form::of(params, config),
            is_filtered: OF_FEEDS.iter().chain(&others).any(is_asked),
            is_later_page: params.get("before").is_some(),
            newest: format!("/alerts{}", params.with("before", None)),
            atom: format!("/alerts.atom{question}"),
            json: format!("/alerts.json{question}"),
            not_in_feeds: others.into_iter().filter(is_asked).collect(),
            command: on_command_line(params),
            ..Self::default()
        }
    }

    async fn fill(
        &mut self,
        context: &Context,
        params: &Params,
        search: AlertSearch,
        now: &Now,
    ) -> Result<(), Trouble> {
        let before = params
            .get("before")
            .and_then(|it| it.parse().ok())
            .map(AlertId);
        let page = context
            .app
            .store()
            .alert_page(search, before, LIMIT)
            .await?;
        let row = |(alert, made_at): &(Alert, Timestamp)| Row::of(alert, *made_at, now);
        self.alerts = page.alerts.iter().map(row).collect();
        let older = page.next.map(|next| next.0.to_string());
        self.older = older.map(|next| format!("/alerts{}", params.with("before", Some(&next))));
        Ok(())
    }
}

impl Form {
    fn of(params: &Params, config: &Config) -> Self {
        let few = |mut names: Vec<String>| {
            names.truncate(MAX_SUGGESTED);
            names
        };
        let watches = config.all_watches().map(|it| it.name.clone()).collect();
        let feeds = config.all_feeds().map(|it| it.name.clone()).collect();
        let receivers = config.receivers.iter().map(|it| it.name.clone()).collect();
        let tags = crate::view::names::tags(config);
        let input = |name, label, hint, suggested| {
            let mut values: Vec<String> = params.all(name).map(str::to_owned).collect();
            if values.is_empty() {
                values.push(String::new());
            }
            Input {
                name,
                label,
                hint,
                values,
                suggested,
            }
        };
        Self {
            fields: vec![
                input("words", "Words", "any words", Vec::new()),
                input("watch", "Watch", "", few(watches)),
                input("feed", "Feed", "", few(feeds)),
                input("tag", "Tag", "", few(tags)),
                input("receiver", "Receiver", "", few(receivers)),
                input("since", "Since", "2h, yesterday", Vec::new()),
                input("until", "Until", "08:00", Vec::new()),
            ],
            priority: params.get("priority").unwrap_or_default().to_owned(),
            muted: params.get("muted").is_some(),
        }
    }
}

/// The same on the command line, as far as that goes.
fn on_command_line(params: &Params) -> String {
    let mut words = vec!["fivebells", "alerts"];
    for (option, name) in [
        ("--watch", "watch"),
        ("--feed", "feed"),
        ("--tag", "tag"),
        ("--receiver", "receiver"),
        ("--since", "since"),
        ("--until", "until"),
    ] {
        words.extend(params.all(name).flat_map(|value| [option, value]));
    }
    words.extend(params.get("muted").map(|_| "--muted"));
    command(words)
}

impl Row {
    pub(super) fn of(alert: &Alert, made_at: Timestamp, now: &Now) -> Self {
        let item = &alert.item;
        let has_title = !item.title.trim().is_empty();
        let title = if has_title {
            &item.title
        } else {
            &item.summary
        };
        let title = one_line(title, if has_title { 300 } else { 100 });
        let hits = alert
            .matches
            .iter()
            .filter(|it| has_title && it.field == Field::Title);
        let hits: Vec<[usize; 2]> = hits.map(|it| it.range).collect();
        let beside = alert.matches.iter().filter(|it| it.field != Field::Title);
        let beside: Vec<_> = beside.cloned().collect();
        let watches = alert.watches.iter();
        Self {
            number: format!("a{}", alert.id),
            title: if title.is_empty() {
                segments("(no title)", &[])
            } else {
                segments(&title, &hits)
            },
            link: link_of_web(item.link.as_deref()),
            why: format!("/items/{}", item.id),
            story: { alert.story.as_ref() }
                .map(|story| format!("s{}", story.id))
                .map(|number| path("stories", &number))
                .and_then(|page| Some((story(alert)?, page))),
            watches: watches
                .map(|it| (it.clone(), path("watches", it)))
                .collect(),
            feed: one_line(&alert.feed.title, 100),
            feed_path: path("feeds", &alert.feed.name),
            made: now.moment(made_at),
            priority: alert.priority.as_str(),
            class: match alert.priority {
                Priority::Routine => "",
                Priority::Urgent => "warn",
                Priority::Bulletin | Priority::Flash => "bad",
            },
            sentences: sentences(&beside, MAX_SENTENCES),
            title_before: { alert.update.as_ref() }
                .and_then(|update| update.title_before.as_ref())
                .map(|title| one_line(title, 200)),
            also: alert.also.iter().map(|it| one_line(&it.feed, 60)).collect(),
        }
    }
}

#[cfg(test)]
mod tests;
