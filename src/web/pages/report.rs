//! What the regular report would say now, and which watches alert most.

use std::time::Duration;

use axum::{extract::State, response::Response};
use jiff::SignedDuration;
use serde::Serialize;

use super::{
    Asked,
    charts::{self, Bar},
    page,
    shown::{Moment, Now, Trouble, path, query, trouble},
};
use crate::{
    model::{
        ReportReady, ReportedFeed, ReportedFirst, ReportedMute, ReportedReceiver, ReportedSilence,
        ReportedWatch,
    },
    view::{
        when::length,
        words::{count, one_line},
    },
    web::Context,
};

/// The page.
#[derive(Debug, Serialize)]
struct Matter {
    is_well: bool,
    since: Moment,
    /// When the next one is sent; `None` where none is.
    due: Option<Moment>,
    receivers: String,
    feeds: u32,
    feeds_in_words: String,
    items: u32,
    alerts: u32,
    network_failing_since: Option<Moment>,
    failing: Vec<Feed>,
    failing_left_out: u64,
    silent: Vec<Feed>,
    silent_left_out: u64,
    outbox: Vec<Receiver>,
    mutes: Vec<Muted>,
    watches: Vec<Watch>,
    watches_left_out: u64,
    firsts: Vec<First>,
}

/// How often a publisher was first.
#[derive(Debug, Serialize)]
struct First {
    publisher: String,
    stories: u32,
    lead: String,
}

/// A feed that fails, or brings nothing.
#[derive(Debug, Serialize)]
struct Feed {
    name: String,
    path: String,
    state: &'static str,
    since: Option<Moment>,
    why: String,
}

/// A receiver with something in the outbox, or in trouble.
#[derive(Debug, Serialize)]
struct Receiver {
    name: String,
    path: String,
    waiting: u32,
    died: u32,
    trouble: String,
    since: Option<Moment>,
}

/// A mute in force.
#[derive(Debug, Serialize)]
struct Muted {
    what: String,
    until: Moment,
    suppressed: String,
}

/// What a watch found.
#[derive(Debug, Serialize)]
struct Watch {
    name: String,
    path: String,
    alerts_path: String,
    alerts: u32,
    bar_svg: String,
}

/// `/report`.
pub(super) async fn show(State(context): State<Context>, asked: Asked) -> Response {
    match matter(&context).await {
        Ok(matter) => page(&context, &asked, ("Report", "report.html"), matter),
        Err(why) => trouble(&context, &asked, &why),
    }
}

async fn matter(context: &Context) -> Result<Matter, Trouble> {
    let config = context.app.config();
    let (store, now) = (context.app.store(), Now::of(&config));
    let plan = store.report_plan().await?;
    let day_ago = now.at.saturating_sub(SignedDuration::from_hours(24));
    let day_ago = day_ago.expect("hours always subtract");
    let since = plan.map_or(day_ago, |plan| plan.since);
    let report = store.report_so_far(since, now.at).await?;
    let most = report.watches.iter().map(|it| it.alerts).max();
    let watches = report.watches.iter();
    let watches = watches.map(|it| Watch::of(it, most.unwrap_or(1))).collect();
    let left_out = |all: u32, named: usize| {
        let named = named.try_into().unwrap_or(u64::MAX);
        u64::from(all).saturating_sub(named)
    };
    Ok(Matter {
        is_well: report.is_well(),
        feeds: report.feeds,
        feeds_in_words: in_words(&report),
        items: report.items,
        alerts: report.alerts,
        network_failing_since: report.network_failing_since.map(|at| now.moment(at)),
        failing: { report.failing.iter() }
            .map(|it| Feed::failing(it, &now))
            .collect(),
        failing_left_out: left_out(report.feeds_failing, report.failing.len()),
        silent: { report.silent.iter() }
            .map(|it| Feed::silent(it, &now))
            .collect(),
        silent_left_out: left_out(report.feeds_silent, report.silent.len()),
        outbox: { report.outbox.iter() }
            .map(|it| Receiver::of(it, &now))
            .collect(),
        mutes: report.mutes.iter().map(|it| Muted::of(it, &now)).collect(),
        firsts: report.firsts.iter().map(First::of).collect(),
        watches_left_out: left_out(report.watches_alerting, report.watches.len()),
        since: now.moment(since),
        due: plan.map(|plan| now.moment(plan.due)),
        receivers: config.health.notify.join(", "),
        watches,
    })
}

/// `41 ok, 2 failing`.
fn in_words(report: &ReportReady) -> String {
    let unread = report.feeds_failing + report.feeds_silent + report.feeds_unpolled;
    let parts = [
        (report.feeds.saturating_sub(unread), "ok"),
        (report.feeds_failing, "failing"),
        (report.feeds_silent, "silent"),
        (report.feeds_unpolled, "not polled yet"),
        (report.feeds_missed, "may have missed items"),
    ];
    let parts = parts.iter().filter(|(number, _)| *number > 0);
    let parts: Vec<String> = parts
        .map(|(number, what)| format!("{number} {what}"))
        .collect();
    parts.join(", ")
}

impl First {
    fn of(it: &ReportedFirst) -> Self {
        Self {
            publisher: it.publisher.clone(),
            stories: it.stories,
            lead: length(Duration::from_secs(it.lead_seconds)),
        }
    }
}

impl Feed {
    fn failing(it: &ReportedFeed, now: &Now) -> Self {
        let why = it.error.as_deref().or(it.reason.as_deref());
        Self {
            name: it.feed.clone(),
            path: path("feeds", &it.feed),
            state: "failing",
            since: it.since.map(|at| now.moment(at)),
            why: one_line(why.unwrap_or_default(), 300),
        }
    }

    fn silent(it: &ReportedSilence, now: &Now) -> Self {
        Self {
            name: it.feed.clone(),
            path: path("feeds", &it.feed),
            state: it.state.as_str(),
            since: it.since.map(|at| now.moment(at)),
            why: String::new(),
        }
    }
}

impl Receiver {
    fn of(it: &ReportedReceiver, now: &Now) -> Self {
        let trouble = match (&it.through, &it.partial) {
            _ if it.failing_since.is_none() => String::new(),
            (Some(through), _) => format!("its mail goes through {through}"),
            (None, Some(partial)) => partial.clone(),
            (None, None) => "takes nothing".to_owned(),
        };
        Self {
            name: it.receiver.clone(),
            path: format!("/outbox{}", query([("receiver", it.receiver.as_str())])),
            waiting: it.waiting,
            died: it.died,
            trouble,
            since: it.failing_since.map(|at| now.moment(at)),
        }
    }
}

impl Muted {
    fn of(it: &ReportedMute, now: &Now) -> Self {
        Self {
            what: format!("{} {}", it.kind, it.name),
            until: now.moment(it.until),
            suppressed: count(it.alerts.into(), "alert"),
        }
    }
}

impl Watch {
    /// `most` is the longest bar.
    fn of(it: &ReportedWatch, most: u32) -> Self {
        Self {
            name: it.watch.clone(),
            path: path("watches", &it.watch),
            alerts_path: format!("/alerts{}", query([("watch", it.watch.as_str())])),
            alerts: it.alerts,
            bar_svg: charts::length(
                &Bar {
                    value: f64::from(it.alerts) / f64::from(most.max(1)),
                    class: "bar",
                    label: String::new(),
                },
                &count(it.alerts.into(), "alert"),
            ),
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::web::testing::{CONFIG, Site};

    #[tokio::test]
    async fn the_report_is_shown_as_it_would_be_sent_and_none_is_made() {
        let config = format!("{CONFIG}[health]\nnotify = [\"desk\"]\nreport = \"08:00\"\n");
        let site = Site::with(&config).await;
        let items = [
            (1, "Koizumi speaks", &["pm"][..]),
            (2, "Koizumi on the earthquake", &["pm", "quake"]),
        ];
        site.read("mofa", &items).await;
        let page = site.get("/report").await;
        assert_eq!(page.status, 200);
        let text = page.text();
        for says in [
            "All is well",
            "2 new items",
            "2 alerts",
            "1 ok, 1 not polled yet",
            "pm 2",
            "quake 1",
        ] {
            assert!(text.contains(says), "{says} in {text}");
        }
        assert!(page.leads_to("/watches/pm") && page.leads_to("/alerts?watch=quake"));
        let counts = site.store().outbox_counts().await.expect("read");
        let all: u64 = counts.iter().map(|it| it.deliveries).sum();
        assert_eq!(all, 4, "no delivery but the alerts'");
    }
}
