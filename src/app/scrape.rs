//! What a scrape shows: the counters, and the state that is read for it.
//!
//! One snapshot by a reader of the store; the writer's thread is not asked. Where the store does not
//! answer, what it would have said is left out, and the counters are shown all the same.

mod collect;

use std::{fmt, fs, time::Duration};

use jiff::Timestamp;
use prometheus_client::{
    collector::Collector,
    encoding::{DescriptorEncoder, EncodeMetric as _, prometheus_text, text},
    metrics::{MetricType, counter::ConstCounter},
    registry::Registry,
};
use rustix::{
    process::{Resource, getrlimit},
    time::{ClockId, clock_gettime},
};
use tracing::warn;

use self::collect::{Page, State, seconds};
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

/// What is left out is not known here: a system without `/proc`.
#[derive(Debug)]
struct Process {
    started_at: Timestamp,
    cpu_seconds: f64,
    resident_bytes: Option<u64>,
    open_files: Option<usize>,
    most_files: Option<u64>,
}

impl Process {
    /// This one, now.
    fn of_this(started_at: Timestamp) -> Self {
        let used = clock_gettime(ClockId::ProcessCPUTime);
        #[expect(clippy::cast_precision_loss, reason = "exact for 285,000 years")]
        let cpu_seconds = used.tv_sec as f64 + used.tv_nsec as f64 / 1e9;
        let status = fs::read_to_string("/proc/self/status");
        let files = fs::read_dir("/proc/self/fd");
        Self {
            started_at,
            cpu_seconds,
            resident_bytes: status.ok().and_then(|status| resident(&status)),
            // The folder itself is open while it is read.
            open_files: files.ok().map(|files| files.count().saturating_sub(1)),
            most_files: getrlimit(Resource::Nofile).current,
        }
    }
}

/// The line `VmRSS:  12345 kB`, in bytes. Pure.
fn resident(status: &str) -> Option<u64> {
    let line = status.lines().find_map(|it| it.strip_prefix("VmRSS:"))?;
    let kilobytes: u64 = line.trim().strip_suffix("kB")?.trim().parse().ok()?;
    kilobytes.checked_mul(1024)
}

impl Collector for Process {
    fn encode(&self, mut encoder: DescriptorEncoder<'_>) -> fmt::Result {
        let cpu = encoder.encode_descriptor(
            "process_cpu_seconds",
            "Time that processors spent on the process",
            None,
            MetricType::Counter,
        )?;
        ConstCounter::new(self.cpu_seconds).encode(cpu)?;
        let mut page = Page(encoder);
        page.one(
            "process_start_time_seconds",
            "When the process started",
            seconds(self.started_at),
        )?;
        if let Some(bytes) = self.resident_bytes {
            let help = "Memory of the process that is in use";
            page.one("process_resident_memory_bytes", help, bytes)?;
        }
        if let Some(files) = self.open_files {
            page.one("process_open_fds", "Files that the process has open", files)?;
        }
        if let Some(files) = self.most_files {
            let help = "Files that the process may have open";
            page.one("process_max_fds", help, files)?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_resident_memory_is_read() {
        let status = "Name:\tfivebells\nVmPeak:\t  9 kB\nVmRSS:\t   12345 kB\nThreads:\t5\n";
        assert_eq!(resident(status), Some(12_345 * 1024));
        assert_eq!(resident("Name:\tfivebells\n"), None);
    }
}
