//! The state, as metrics.

use std::fmt;

use jiff::Timestamp;
use prometheus_client::{
    collector::Collector,
    encoding::{DescriptorEncoder, EncodeGaugeValue, EncodeLabelSet, EncodeMetric as _},
    metrics::{MetricType, gauge::ConstGauge},
};

use crate::{
    model::time,
    store::{Condition, FeedGauge, Gauges, ReceiverGauge},
};

/// How everything was when the scrape came.
#[derive(Debug)]
pub(super) struct State {
    pub(super) now: Timestamp,
    pub(super) is_ready: bool,
    pub(super) polls_are_paused: bool,
    pub(super) loaded_at: Timestamp,
    pub(super) refused_at: Option<Timestamp>,
    pub(super) per_feed: bool,
    pub(super) waiting_writes: usize,
    pub(super) store_bytes: u64,
    pub(super) free_bytes: Option<u64>,
    /// `None` where the store does not answer.
    pub(super) gauges: Option<Gauges>,
}

impl Collector for State {
    fn encode(&self, encoder: DescriptorEncoder<'_>) -> fmt::Result {
        let mut page = Page(encoder);
        self.service(&mut page)?;
        self.store(&mut page)?;
        let Some(gauges) = &self.gauges else {
            return Ok(());
        };
        feeds(&mut page, &gauges.feeds)?;
        self.outbox(&mut page, &gauges.receivers)?;
        if self.per_feed {
            each_feed(&mut page, &gauges.feeds)?;
        }
        Ok(())
    }
}

impl State {
    fn service(&self, page: &mut Page<'_>) -> fmt::Result {
        page.family(
            "build_info",
            "The program; always 1",
            [([("version", env!("CARGO_PKG_VERSION"))], 1)],
        )?;
        page.one(
            "ready",
            "Whether feeds are polled: the loop of polls turns, and the store takes what it brings",
            i64::from(self.is_ready),
        )?;
        page.one(
            "config_last_reload_successful",
            "Whether the last reload of the config was taken; the first one is the start",
            i64::from(self.refused_at.is_none()),
        )?;
        page.one(
            "config_last_reload_success_timestamp_seconds",
            "When the config in force was read",
            seconds(self.loaded_at),
        )?;
        page.one(
            "polls_paused",
            "Whether no feed is polled because the disk of the store is in trouble",
            i64::from(self.polls_are_paused),
        )
    }

    fn store(&self, page: &mut Page<'_>) -> fmt::Result {
        page.one(
            "store_writer_queue_length",
            "Calls that wait for the thread that writes",
            self.waiting_writes,
        )?;
        page.one(
            "store_size_bytes",
            "The file of the store and its log",
            self.store_bytes,
        )?;
        if let Some(free) = self.free_bytes {
            page.one(
                "store_free_bytes",
                "Room on the disk of the store that the program may use",
                free,
            )?;
        }
        let Some(gauges) = &self.gauges else {
            return Ok(());
        };
        let last_poll = gauges.feeds.iter().filter_map(|feed| feed.polled_at).max();
        if let Some(at) = last_poll.max(gauges.last_written) {
            page.one(
                "store_last_commit_timestamp_seconds",
                "When the service last wrote to the store; it does so each minute at least",
                seconds(at),
            )?;
        }
        if let Some(at) = last_poll {
            page.one(
                "last_poll_timestamp_seconds",
                "When a feed was last polled, well or not",
                seconds(at),
            )?;
        }
        Ok(())
    }

    fn outbox(&self, page: &mut Page<'_>, receivers: &[ReceiverGauge]) -> fmt::Result {
        let states = receivers.iter().flat_map(|it| {
            let counts = [
                ("pending", it.pending),
                ("dead", it.dead),
                ("muted", it.muted),
            ];
            counts.map(|(state, count)| ([("receiver", it.name.as_str()), ("state", state)], count))
        });
        page.family(
            "outbox_deliveries",
            "Deliveries that are still to be made, were given up, or are held by a mute",
            states,
        )?;
        let age = |it: &ReceiverGauge| {
            let since = it.oldest_pending;
            since.map_or(0.0, |since| time::elapsed(since, self.now).as_secs_f64())
        };
        page.family(
            "outbox_oldest_pending_seconds",
            "How old the oldest delivery is that is still to be made; 0 where there is none",
            receivers.iter().map(|it| (receiver(it), age(it))),
        )?;
        page.family(
            "receiver_failing",
            "Whether the last attempt to reach the receiver failed",
            receivers
                .iter()
                .map(|it| (receiver(it), i64::from(it.is_failing))),
        )
    }
}

fn receiver(gauge: &ReceiverGauge) -> [(&'static str, &str); 1] {
    [("receiver", &gauge.name)]
}

fn feeds(page: &mut Page<'_>, feeds: &[FeedGauge]) -> fmt::Result {
    let count = |condition| {
        let those = feeds.iter().filter(|feed| feed.condition == condition);
        those.count()
    };
    page.family(
        "feeds",
        "Feeds of the config, by how they are",
        Condition::ALL.map(|condition| ([("state", condition.as_str())], count(condition))),
    )
}

fn each_feed(page: &mut Page<'_>, feeds: &[FeedGauge]) -> fmt::Result {
    let label = |feed| {
        let feed: &FeedGauge = feed;
        [("feed", feed.name.as_str())]
    };
    page.family(
        "feed_failures",
        "Failed polls of the feed in a row",
        feeds.iter().map(|feed| (label(feed), feed.failures)),
    )?;
    page.family(
        "feed_next_poll_timestamp_seconds",
        "When the feed is due",
        feeds.iter().map(|feed| (label(feed), seconds(feed.due))),
    )?;
    let succeeded = feeds.iter().filter_map(|feed| {
        let at = feed.succeeded_at?;
        Some((label(feed), seconds(at)))
    });
    page.family(
        "feed_last_success_timestamp_seconds",
        "When the feed was last read",
        succeeded,
    )?;
    let changed = feeds.iter().filter_map(|feed| {
        let at = feed.changed_at?;
        Some((label(feed), seconds(at)))
    });
    page.family(
        "feed_last_change_timestamp_seconds",
        "When the feed last had another document than before",
        changed,
    )
}

/// Unix time, as Prometheus counts it.
pub(super) fn seconds(at: Timestamp) -> f64 {
    #[expect(clippy::cast_precision_loss, reason = "exact for 285,000 years")]
    let millis = at.as_millisecond() as f64;
    millis / 1000.0
}

/// Where gauges are written.
pub(super) struct Page<'a>(pub(super) DescriptorEncoder<'a>);

impl Page<'_> {
    /// A gauge without labels.
    pub(super) fn one<V: EncodeGaugeValue>(
        &mut self,
        name: &str,
        help: &str,
        value: V,
    ) -> fmt::Result {
        let metric = self
            .0
            .encode_descriptor(name, help, None, MetricType::Gauge)?;
        ConstGauge::new(value).encode(metric)
    }

    /// A gauge for each of these labels.
    fn family<L: EncodeLabelSet, V: EncodeGaugeValue>(
        &mut self,
        name: &str,
        help: &str,
        values: impl IntoIterator<Item = (L, V)>,
    ) -> fmt::Result {
        let mut metric = self
            .0
            .encode_descriptor(name, help, None, MetricType::Gauge)?;
        for (labels, value) in values {
            ConstGauge::new(value).encode(metric.encode_family(&labels)?)?;
        }
        Ok(())
    }
}
