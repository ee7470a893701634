//! The alerts as feeds, for people's readers and for other programs: Atom (RFC 4287) and JSON Feed
//! 1.1, with the same entries.
//!
//! An entry is a story, not an alert: a story that alerts again, by an edit or for another watch,
//! is the same entry with a newer `updated`. So a reader, and Fivebells itself, shows it once.

mod atom;
mod entry;
mod json;

use axum::{
    Router,
    extract::{FromRequestParts as _, Request, State},
    http::{HeaderMap, StatusCode, header::HOST},
    middleware::from_fn_with_state,
    response::Response,
    routing::get,
};

use super::{Context, access::guard, pages::Asked, params::Params, reply};
use crate::{
    config::Config,
    model::Priority,
    store::{AlertFilter, StoreError},
};
use entry::Entry;

/// Alerts looked through for one feed; readers ask again long before so many have come.
const NEWEST: u32 = 100;

/// `/alerts.atom` and `/alerts.json`.
pub(super) fn router(context: Context) -> Router {
    Router::new()
        .route("/alerts.atom", get(atom))
        .route("/alerts.json", get(json))
        .layer(from_fn_with_state(context.clone(), guard))
        .with_state(context)
}

/// A feed, before it is written in a format.
#[derive(Debug)]
struct AlertsFeed {
    /// The same for ever, whoever asks.
    id: String,
    title: String,
    /// Its own address, and that of the page with the same alerts; both as the reader reaches us.
    own: String,
    page: String,
    entries: Vec<Entry>,
}

async fn atom(State(context): State<Context>, request: Request) -> Response {
    match feed(&context, request, "/alerts.atom").await {
        Ok((headers, feed)) => reply::tagged(
            &headers,
            "application/atom+xml; charset=utf-8",
            atom::write(&feed),
        ),
        Err(answer) => *answer,
    }
}

async fn json(State(context): State<Context>, request: Request) -> Response {
    match feed(&context, request, "/alerts.json").await {
        Ok((headers, feed)) => reply::tagged(
            &headers,
            "application/feed+json; charset=utf-8",
            json::write(&feed),
        ),
        Err(answer) => *answer,
    }
}

async fn feed(
    context: &Context,
    request: Request,
    path: &str,
) -> Result<(HeaderMap, AlertsFeed), Box<Response>> {
    let (mut parts, _) = request.into_parts();
    let asked = Asked::from_request_parts(&mut parts, context).await;
    let params = asked.map_err(Box::new)?.params;
    let config = context.app.config();
    let wanted = Wanted::of(&params, &config).map_err(|what| {
        let answer = reply::text(StatusCode::NOT_FOUND, &what);
        Box::new(answer)
    })?;
    let base = base(&parts.headers);
    let made = wanted.feed(context, &base, path).await.map_err(|error| {
        let answer = reply::text(StatusCode::SERVICE_UNAVAILABLE, &error.to_string());
        Box::new(answer)
    })?;
    Ok((parts.headers, made))
}

/// The address that the reader reached us by; the guard has looked at the name.
fn base(headers: &HeaderMap) -> String {
    let text = |name: &str| headers.get(name).and_then(|value| value.to_str().ok());
    let is_tls = text("x-forwarded-proto").is_some_and(|it| it.eq_ignore_ascii_case("https"));
    let scheme = if is_tls { "https" } else { "http" };
    format!("{scheme}://{}", text(HOST.as_str()).unwrap_or("localhost"))
}

/// Which alerts a feed has.
#[derive(Debug, Default)]
struct Wanted<'a> {
    watches: Vec<&'a str>,
    tags: Vec<&'a str>,
    priority: Option<Priority>,
    /// The feeds of the tags.
    feeds: Option<Vec<String>>,
}

impl<'a> Wanted<'a> {
    /// As the query says. A name that the config does not have is an error: a reader that asks for it
    /// would wait for ever.
    fn of(params: &'a Params, config: &Config) -> Result<Self, String> {
        let watches: Vec<&str> = params.all("watch").collect();
        for name in &watches {
            if !config.watches.iter().any(|watch| watch.name == *name) {
                return Err(format!("there is no watch {name:?}"));
            }
        }
        let tags: Vec<&str> = params.all("tag").collect();
        let tagged = |tag: &str| {
            let has = |feed: &&crate::model::Feed| feed.tags.iter().any(|it| it == tag);
            let feeds = config
                .feeds
                .iter()
                .filter(has)
                .map(|feed| feed.name.clone());
            feeds.collect::<Vec<_>>()
        };
        let mut feeds = Vec::new();
        for tag in &tags {
            let of_tag = tagged(tag);
            if of_tag.is_empty() {
                return Err(format!("no feed has the tag {tag:?}"));
            }
            feeds.extend(of_tag);
        }
        let priority = params.get("priority").map(|name| {
            let known = Priority::ALL.into_iter().find(|it| it.as_str() == name);
            known.ok_or_else(|| {
                format!("{name:?} is no priority; there are routine, urgent, bulletin and flash")
            })
        });
        Ok(Self {
            feeds: (!tags.is_empty()).then_some(feeds),
            watches,
            tags,
            priority: priority.transpose()?,
        })
    }

    /// What it is about: the same text for the same question.
    fn question(&self) -> String {
        let mut question = url::form_urlencoded::Serializer::new(String::new());
        question.extend_pairs(self.watches.iter().map(|watch| ("watch", watch)));
        question.extend_pairs(self.tags.iter().map(|tag| ("tag", tag)));
        if let Some(priority) = self.priority {
            question.append_pair("priority", priority.as_str());
        }
        question.finish()
    }

    fn title(&self) -> String {
        let of = |what: &str, names: &[&str]| match names {
            [] => None,
            names => Some(format!("{what} {}", names.join(", "))),
        };
        let parts = [
            of("watch", &self.watches),
            of("tag", &self.tags),
            self.priority
                .map(|priority| format!("{priority} or higher")),
        ];
        let parts: Vec<String> = parts.into_iter().flatten().collect();
        if parts.is_empty() {
            "Fivebells alerts".to_owned()
        } else {
            format!("Fivebells alerts: {}", parts.join("; "))
        }
    }

    async fn feed(
        &self,
        context: &Context,
        base: &str,
        path: &str,
    ) -> Result<AlertsFeed, StoreError> {
        let store = context.app.store();
        let filter = AlertFilter {
            watches: self.watches.iter().map(|&name| name.to_owned()).collect(),
            feeds: self.feeds.clone(),
            ..AlertFilter::default()
        };
        let after = store.before_newest(filter.clone(), NEWEST).await?;
        let mut alerts = store
            .alerts(AlertFilter { after, ..filter }, NEWEST)
            .await?;
        alerts.retain(|(alert, _)| self.priority.is_none_or(|least| alert.priority >= least));
        alerts.reverse();
        let question = self.question();
        let query = if question.is_empty() {
            String::new()
        } else {
            format!("?{question}")
        };
        let id = |what: &str| entry::urn(&store.key(what).0);
        Ok(AlertsFeed {
            id: id(&format!("alerts {question}")),
            title: self.title(),
            own: format!("{base}{path}{query}"),
            page: format!("{base}/alerts{query}"),
            entries: entry::of(alerts, base, |item| id(&format!("item {item}"))),
        })
    }
}
