//! Regular reports.

use jiff::Timestamp;

use crate::model::{
    Event, HealthIssue, MuteKind, ReportReady, ReportedFeed, ReportedFirst, ReportedMute,
    ReportedReceiver, ReportedSilence, ReportedWatch,
};

/// All is well, and nearly nothing is.
pub(super) fn reports(since: Timestamp) -> [Event; 2] {
    [
        Event::ReportReady(Box::new(ReportReady {
            since,
            feeds: 40,
            feeds_failing: 0,
            feeds_unpolled: 0,
            feeds_silent: 0,
            feeds_missed: 0,
            items: 1204,
            alerts: 12,
            watches: Vec::new(),
            watches_alerting: 0,
            network_failing_since: None,
            failing: Vec::new(),
            silent: Vec::new(),
            outbox: Vec::new(),
            mutes: Vec::new(),
            firsts: Vec::new(),
        })),
        Event::ReportReady(Box::new(ReportReady {
            since,
            feeds: 40,
            feeds_failing: 2,
            feeds_unpolled: 3,
            feeds_silent: 2,
            feeds_missed: 1,
            items: 1,
            alerts: 1,
            watches: vec![ReportedWatch {
                watch: "koizumi".into(),
                alerts: 1,
            }],
            watches_alerting: 2,
            network_failing_since: Some(since),
            failing: vec![ReportedFeed {
                feed: "nhk".into(),
                since: Some(since),
                reason: Some("timeout".into()),
                error: Some("no answer within 60 s".into()),
            }],
            silent: vec![ReportedSilence {
                feed: "diplomat".into(),
                state: HealthIssue::Silent,
                since: Some(since),
            }],
            outbox: vec![
                receiver("board", None, None, [1, 2]),
                receiver("brief", Some(since), Some("backup"), [0, 0]),
                receiver("desk", Some(since), None, [14, 0]),
                ReportedReceiver {
                    partial: Some("reached, but refuses bob@example.org".into()),
                    ..receiver("list", Some(since), None, [0, 0])
                },
            ],
            mutes: vec![ReportedMute {
                kind: MuteKind::Feed,
                name: "nhk".into(),
                until: since,
                by: Some("mai".into()),
                alerts: 1,
            }],
            firsts: vec![ReportedFirst {
                publisher: "reuters".into(),
                stories: 3,
                lead_seconds: 420,
            }],
        })),
    ]
}

fn receiver(
    name: &str,
    failing_since: Option<Timestamp>,
    through: Option<&str>,
    [waiting, died]: [u32; 2],
) -> ReportedReceiver {
    ReportedReceiver {
        receiver: name.into(),
        failing_since,
        through: through.map(str::to_owned),
        partial: None,
        waiting,
        died,
    }
}
