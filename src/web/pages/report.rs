//! What the regular report would say now, and which watches alert most.

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
    model::{DeliveryKey, Event, Notice, ReportedWatch},
    notify::terminal_block,
    view::words::count,
    web::Context,
};

/// The page.
#[derive(Debug, Serialize)]
struct Matter {
    text: String,
    since: Moment,
    /// When the next one is sent; `None` where none is.
    due: Option<Moment>,
    receivers: String,
    watches: Vec<Watch>,
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
    let notice = Notice {
        key: DeliveryKey("report".to_owned()),
        timestamp: now.at,
        event: Event::ReportReady(Box::new(report)),
        accepted: Vec::new(),
    };
    Ok(Matter {
        text: terminal_block(&notice, &now.zone, false).trim().to_owned(),
        since: now.moment(since),
        due: plan.map(|plan| now.moment(plan.due)),
        receivers: config.health.notify.join(", "),
        watches,
    })
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
        for says in ["pm: 2 alerts", "quake: 1 alert", "2 new"] {
            assert!(text.contains(says), "{says} in {text}");
        }
        assert!(page.leads_to("/watches/pm") && page.leads_to("/alerts?watch=quake"));
        let counts = site.store().outbox_counts().await.expect("read");
        let all: u64 = counts.iter().map(|it| it.deliveries).sum();
        assert_eq!(all, 4, "no delivery but the alerts'");
    }
}
