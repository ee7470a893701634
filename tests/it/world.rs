//! The program in process, on a store of its own, under a clock that the test moves.

use std::{path::PathBuf, sync::Arc};

use fivebells::{
    app::App,
    clock::{Clock, ManualClock, SystemClock},
    config::{self, Environment, Loaded},
    scheduler::PollTally,
};
use jiff::{SignedDuration, Timestamp};
use tempfile::TempDir;

/// One installation: a folder with a config file and a store.
pub(crate) struct World {
    folder: TempDir,
    pub(crate) clock: Arc<ManualClock>,
    app: Option<App>,
}

impl World {
    /// Opens the program under this config; the store is a fresh file.
    pub(crate) async fn open(config: &str) -> Self {
        Self::open_with(config, &[]).await
    }

    /// The same, with these files beside the config.
    pub(crate) async fn open_with(config: &str, files: &[(&str, &str)]) -> Self {
        let now = "2026-11-22T07:00:00Z".parse().expect("a time");
        Self::open_at(config, files, now).await
    }

    /// Opens it so many days before the machine's time, for what commands show of the past.
    pub(crate) async fn open_days_ago(config: &str, days: i64) -> Self {
        let ago = SignedDuration::from_hours(24 * days);
        Self::open_at(config, &[], SystemClock.now() - ago).await
    }

    async fn open_at(config: &str, files: &[(&str, &str)], now: Timestamp) -> Self {
        let folder = TempDir::new().expect("a folder");
        for (name, content) in files {
            std::fs::write(folder.path().join(name), content).expect("a file");
        }
        let mut world = Self {
            folder,
            clock: Arc::new(ManualClock::new(now)),
            app: None,
        };
        world.write(config);
        world.reopen().await;
        world
    }

    /// Replaces the config file; [`reload`](Self::reload) or [`restart`](Self::restart) reads it.
    pub(crate) fn write(&self, config: &str) {
        std::fs::write(self.path(), config).expect("a config file");
    }

    pub(crate) fn path(&self) -> PathBuf {
        self.folder.path().join("fivebells.toml")
    }

    pub(crate) fn config(&self) -> Loaded {
        let loaded = config::load(&self.path(), &Environment::of_process());
        loaded.unwrap_or_else(|errors| panic!("{}", errors.report.render(false)))
    }

    pub(crate) fn app(&self) -> &App {
        self.app.as_ref().expect("open")
    }

    /// Closes the program in good order and opens it again.
    pub(crate) async fn restart(&mut self) {
        self.close().await;
        self.reopen().await;
    }

    pub(crate) async fn close(&mut self) {
        if let Some(app) = self.app.take() {
            app.close().await;
        }
    }

    async fn reopen(&mut self) {
        let clock: Arc<dyn Clock> = Arc::clone(&self.clock) as _;
        self.app = Some(
            App::open(self.config(), clock)
                .await
                .expect("the program opens"),
        );
    }

    /// Moves the clock to the machine's time.
    pub(crate) fn set_to_real_time(&self) {
        self.clock
            .advance(SystemClock.now().duration_since(self.clock.now()));
    }

    pub(crate) fn advance(&self, minutes: i64) {
        self.clock.advance(SignedDuration::from_mins(minutes));
    }

    /// Polls what is due, as the poll loop would.
    pub(crate) async fn poll(&self) -> PollTally {
        self.app().poll_due().await.expect("the store answers")
    }

    /// Delivers what is due, as the lanes would; returns how many were taken.
    pub(crate) async fn deliver(&self) -> usize {
        self.app().deliver_due().await.expect("the store answers")
    }

    /// Polls and delivers.
    pub(crate) async fn round(&self) -> usize {
        self.poll().await;
        self.deliver().await
    }
}
