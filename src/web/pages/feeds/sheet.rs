//! One feed: all that is known of it, and when it is polled next and why then.

use axum::{
    extract::{Path, State},
    response::Response,
};
use serde::Serialize;

use super::{
    super::{
        Asked, alerts, page, reply,
        shown::{Moment, Now, Trouble, link_of_web, path, trouble},
    },
    class, polls,
};
use crate::{
    config::Config,
    store::{AlertFilter, AlertSearch, FeedStatus, ItemFilter, KeptItem},
    view::{
        due,
        feeds::{self, FeedContext, State as Shown},
        mutes::Mutes,
        names::unknown,
        repairs,
        words::one_line,
    },
    web::Context,
};

/// The newest items and alerts that are shown.
const NEWEST: u32 = 10;

/// The page.
#[derive(Debug, Serialize)]
struct Matter {
    name: String,
    own_path: String,
    poll_path: String,
    alerts_path: String,
    title: String,
    link: Option<String>,
    state: &'static str,
    class: &'static str,
    remark: String,
    facts: Vec<(&'static str, String)>,
    rules: Vec<Rule>,
    repaired: Vec<String>,
    polls_svg: String,
    polls: String,
    items: Vec<Row>,
    alerts: Vec<alerts::Row>,
    can_poll: bool,
    done: Option<&'static str>,
}

/// What a rule says of the next poll.
#[derive(Debug, Serialize)]
struct Rule {
    name: &'static str,
    at: Moment,
    because: String,
    won: bool,
}

/// An item.
#[derive(Debug, Serialize)]
struct Row {
    path: String,
    title: String,
    seen: Moment,
    alerted: bool,
}

/// `/feeds/{name}`.
pub(in super::super) async fn sheet(
    State(context): State<Context>,
    Path(name): Path<String>,
    asked: Asked,
) -> Response {
    match matter(&context, &asked, &name).await {
        Ok(matter) => page(&context, &asked, (&name, "feed.html"), matter),
        Err(why) => trouble(&context, &asked, &why),
    }
}

/// `POST /feeds/{name}/poll`.
pub(in super::super) async fn poll(
    State(context): State<Context>,
    Path(name): Path<String>,
    asked: Asked,
) -> Response {
    let now = Now::of(&context.app.config());
    match context.app.store().ask(vec![name.clone()], now.at).await {
        Ok(taken) => {
            context.app.wake();
            let done = if taken.is_empty() { "not" } else { "asked" };
            reply::see_other(&format!("{}?done={done}", path("feeds", &name)))
        }
        Err(error) => trouble(&context, &asked, &error.into()),
    }
}

async fn matter(context: &Context, asked: &Asked, name: &str) -> Result<Matter, Trouble> {
    let config = context.app.config();
    let (store, now) = (context.app.store(), Now::of(&config));
    let stored = store.feed(name).await?.into_iter().collect();
    let mut listed = feeds::listed(stored, &config).into_iter();
    let feed = listed.find(|feed| feed.name == name);
    let feed = feed.ok_or_else(|| missing(name, &config))?;
    let mutes = Mutes::in_force(store, now.at).await?;
    let view = FeedContext::of(&config, &mutes, now.at);
    let search = AlertSearch {
        filter: AlertFilter {
            feeds: Some(vec![name.to_owned()]),
            ..AlertFilter::default()
        },
        ..AlertSearch::default()
    };
    let alerts = store.alert_page(search, None, NEWEST as usize).await?;
    let of_feed = ItemFilter {
        feed: Some(name.to_owned()),
        since: None,
    };
    let items = store.item_page(&of_feed, None, NEWEST).await?;
    let state = Shown::of(&feed);
    let (polls_svg, polls) = polls::picture(&feed.polls, &now);
    let own_path = path("feeds", name);
    Ok(Matter {
        poll_path: format!("{own_path}/poll"),
        alerts_path: format!("/alerts{}", super::super::shown::query([("feed", name)])),
        own_path,
        name: name.to_owned(),
        title: one_line(feed.title.as_deref().unwrap_or_default(), 200),
        link: link_of_web(feed.link.as_deref()),
        state: state.as_str(),
        class: class(state),
        remark: view.remark(&feed),
        facts: facts(&feed, &view),
        rules: { view.rules(&feed).into_iter() }
            .map(|rule| Rule {
                name: rule.rule,
                at: now.moment(rule.at),
                because: rule.because,
                won: rule.won,
            })
            .collect(),
        repaired: repairs::stored(&feed.warnings),
        polls_svg,
        polls,
        items: items.iter().map(|item| Row::of(item, &now)).collect(),
        alerts: { alerts.alerts.iter() }
            .map(|(alert, made_at)| alerts::Row::of(alert, *made_at, &now))
            .collect(),
        can_poll: feed.active,
        done: match asked.params.get("done") {
            Some("asked") => Some("The feed is polled as soon as its host may be asked."),
            Some("not") => Some("Nothing was polled: the service does not poll this feed."),
            _ => None,
        },
    })
}

fn missing(name: &str, config: &Config) -> Trouble {
    if config.feeds.iter().any(|feed| feed.name == name) {
        return Trouble::missing(format!("feed {name:?} was never polled"));
    }
    let known = config.all_feeds().map(|feed| feed.name.as_str());
    Trouble::missing(unknown("feed", name, known))
}

/// What `fivebells feeds NAME` says.
fn facts(feed: &FeedStatus, view: &FeedContext<'_>) -> Vec<(&'static str, String)> {
    let moment = |at| view.moment(at);
    let optional = |text: &Option<String>| one_line(text.as_deref().unwrap_or("unknown"), 200);
    let (next, reason) = due::next(feed);
    let next = moment((!feed.gone && feed.active).then_some(next));
    let reason = if feed.active { reason } else { "off" };
    let mut facts = vec![("address", feeds::shown(&feed.url))];
    facts.extend(feeds::moved(feed).map(|to| ("moved to", to)));
    facts.extend([
        ("origin", feed.origin.clone()),
        ("format", optional(&feed.format)),
        ("language", optional(&feed.language)),
    ]);
    facts.extend(view.muted(feed).map(|muted| ("muted", muted)));
    facts.extend([
        ("polled", moment(feed.polled_at)),
        ("read well", moment(feed.succeeded_at)),
        ("changed", moment(feed.changed_at)),
        ("next", format!("{next} ({reason})")),
        ("in the feed", format!("{} items", feed.items_total)),
        (
            "kept",
            format!("{} items, {} alerts", feed.items, feed.alerts),
        ),
    ]);
    if feed.failures > 0 {
        let since = moment(feed.failing_since);
        facts.push((
            "failing",
            format!("{} in a row, since {since}", feed.failures),
        ));
        facts.push(("error", optional(&feed.error)));
    }
    let silence = feeds::silence(feed, |at| moment(Some(at)));
    facts.extend(silence.map(|silence| (Shown::of(feed).as_str(), silence)));
    let missed = feeds::missed(feed, &moment(feed.missed_at));
    facts.extend(missed.map(|missed| ("missed", missed)));
    facts
}

impl Row {
    fn of(kept: &KeptItem, now: &Now) -> Self {
        let title = one_line(&kept.stored.item.title, 200);
        Self {
            path: format!("/items/{}", kept.stored.id.0),
            title: if title.is_empty() {
                "(no title)".to_owned()
            } else {
                title
            },
            seen: now.moment(kept.stored.seen_at),
            alerted: !kept.stored.alerted.is_empty(),
        }
    }
}
