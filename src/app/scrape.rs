//! What a scrape shows: the counters, and the state that is read for it.
//!
//! One snapshot by a reader of the store; the writer's thread is not asked. Where the store does not
//! answer, what it would have said is left out, and the counters are shown all the same.

mod collect;
mod process;

use std::time::Duration;

use prometheus_client::{
    encoding::{prometheus_text, text},
    registry::Registry,
};
use tracing::warn;

use self::{collect::State, process::Process};
use super::App;
use crate::{config::Config, heavy::heavy, metrics::Names};

/// How long the store may take to answer; Prometheus gives up after ten seconds.
const LIMIT: Duration = Duration::from_secs(5);

/// About as long are the lines of a feed.
const FEED_BYTES: usize = 400;

/// The format of an answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Exposition {
    /// `OpenMetrics` 1.0.
    OpenMetrics,
    /// Prometheus' own text format, 0.0.4.
    Classic,
}

impl Exposition {
    /// The `Content-Type` of an answer.
    pub const fn content_type(self) -> &'static str {
        match self {
            Self::OpenMetrics => "application/openmetrics-text; version=1.0.0; charset=utf-8",
            Self::Classic => prometheus_text::CONTENT_TYPE,
        }
    }
}

/// The names of a config that are labels.
pub(super) fn names(config: &Config) -> Names {
    let watches = config.watches.iter().map(|watch| watch.name.clone());
    let receivers = config.receivers.iter().map(|it| it.name.clone());
    Names {
        watches: watches.collect(),
        receivers: receivers.collect(),
    }
}

impl App {
    /// Everything that is measured, as text.
    pub async fn scrape(&self, exposition: Exposition) -> String {
        let gauges = match tokio::time::timeout(LIMIT, self.store.gauges()).await {
            Ok(Ok(gauges)) => Some(gauges),
            Ok(Err(error)) => {
                warn!("a scrape goes without the state of the store: {error}");
                None
            }
            Err(_) => {
                let limit = LIMIT.as_secs();
                warn!("a scrape goes without the state of the store: no answer in {limit} s");
                None
            }
        };
        let in_force = self.in_force();
        let per_feed = in_force.config.web.per_feed;
        let feeds = in_force.config.feeds.len();
        let state = State {
            now: self.clock.now(),
            is_ready: self.unready_at_once().is_none(),
            polls_are_paused: self.scheduler.polls_are_paused(),
            loaded_at: in_force.loaded_at,
            refused_at: in_force.refused.map(|refused| refused.at),
            per_feed,
            waiting_writes: self.store.queued(),
            store_bytes: self.store.bytes(),
            free_bytes: self.store.free_bytes(),
            gauges,
        };
        let process = Process::of_this(self.started_at);
        let bytes = if per_feed { feeds * FEED_BYTES } else { 0 };
        heavy(bytes, || {
            let mut registry = Registry::default();
            registry.register_collector(Box::new(process));
            let ours = registry.sub_registry_with_prefix("fivebells");
            self.metrics.register(ours);
            ours.register_collector(Box::new(state));
            let mut body = String::new();
            match exposition {
                Exposition::OpenMetrics => text::encode(&mut body, &registry),
                Exposition::Classic => prometheus_text::encode(&mut body, &registry),
            }
            .expect("a String takes all that is written");
            body
        })
    }
}
