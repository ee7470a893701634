//! What every program that Prometheus watches says of its process, under the names that are usual.

use std::{fmt, fs};

use jiff::Timestamp;
use prometheus_client::{
    collector::Collector,
    encoding::{DescriptorEncoder, EncodeMetric as _},
    metrics::{MetricType, counter::ConstCounter},
};
use rustix::{
    process::{Resource, getrlimit},
    time::{ClockId, clock_gettime},
};

use super::collect::{Page, seconds};

/// What is left out is not known here: a system without `/proc`.
#[derive(Debug)]
pub(super) struct Process {
    started_at: Timestamp,
    cpu_seconds: f64,
    resident_bytes: Option<u64>,
    open_files: Option<usize>,
    most_files: Option<u64>,
}

impl Process {
    /// This one, now.
    pub(super) fn of_this(started_at: Timestamp) -> Self {
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
