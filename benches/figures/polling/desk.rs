//! Fivebells under a config file and a clock that we move.

use std::{fmt::Write as _, path::PathBuf, sync::Arc};

use fivebells::{
    app::App,
    clock::ManualClock,
    config::{self, Environment},
    scheduler::PollTally,
};
use jiff::{SignedDuration, Timestamp};
use tempfile::TempDir;
use tokio::runtime::Runtime;

use super::publisher_process::Publishers;

/// One installation.
#[derive(Debug)]
pub(crate) struct Desk {
    folder: TempDir,
}

impl Desk {
    /// A config with these feeds, named by their number, and with these other lines.
    pub(crate) fn new(
        publishers: &Publishers,
        feeds: &[String],
        poll: &str,
        watches: &str,
    ) -> Self {
        let folder = TempDir::new().expect("a folder");
        let mut config = format!(
            "timezone = \"UTC\"\n\
             [poll]\nca_file = \"{}\"\n{poll}\n\
             [receiver.hook]\nwebhook = \"{}\"\n\
             [watch]\n{watches}\n[feed]\n",
            publishers.ca_file().display(),
            publishers.url(0, "hook/"),
        );
        for (number, feed) in feeds.iter().enumerate() {
            writeln!(config, "{number} = {feed}").expect("a String takes everything");
        }
        std::fs::write(folder.path().join("fivebells.toml"), config).expect("written");
        Self { folder }
    }

    pub(crate) fn config(&self) -> PathBuf {
        self.folder.path().join("fivebells.toml")
    }
}

/// The program over a [`Desk`], in this process.
#[derive(Debug)]
pub(crate) struct Program {
    runtime: Runtime,
    app: Arc<App>,
    clock: Arc<ManualClock>,
    _desk: Desk,
}

impl Program {
    pub(crate) fn open(desk: Desk) -> Self {
        let runtime = Runtime::new().expect("a runtime");
        let loaded = config::load(&desk.config(), &Environment::of_process());
        let loaded = loaded.unwrap_or_else(|errors| panic!("{}", errors.report.render(false)));
        let now: Timestamp = "2026-11-22T07:00:00Z".parse().expect("a time");
        let clock = Arc::new(ManualClock::new(now));
        let app = runtime.block_on(App::open(loaded, Arc::clone(&clock) as _));
        Self {
            app: Arc::new(app.expect("the program opens")),
            runtime,
            clock,
            _desk: desk,
        }
    }

    /// Polls every feed once, then moves the clock until all are due again.
    pub(crate) fn round(&self) -> PollTally {
        let app = Arc::clone(&self.app);
        // On a worker, as in the service.
        let round = self.runtime.spawn(async move { app.poll_due().await });
        let tally = self.runtime.block_on(round).expect("no panic");
        self.clock.advance(SignedDuration::from_mins(23));
        tally.expect("the store answers")
    }
}
