//! The daemon as a process, and the store it leaves.

use std::{
    fs::File,
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
};

use fivebells::{
    config::{self, Environment},
    store::{Store, Summary},
};
use tempfile::TempDir;

use crate::{hook::Hook, publisher::Publisher, tally::End};

/// How much of the log a failure shows.
const LOG_LINES: usize = 30;

/// One installation.
pub(crate) struct Desk {
    folder: TempDir,
}

impl Desk {
    pub(crate) fn new(publisher: &Publisher, hook: &Hook, every: &str) -> Self {
        let folder = TempDir::new().expect("a folder");
        let mut config = publisher.config(every);
        let receivers = config.matches("[watch.").count();
        config += "[receiver]\n";
        for receiver in 0..receivers {
            let line = format!("r{receiver} = {{ webhook = \"{}\" }}", hook.url());
            config += &(line + "\n");
        }
        let desk = Self { folder };
        std::fs::write(desk.config(), config).expect("a config file");
        desk
    }

    fn config(&self) -> PathBuf {
        self.folder.path().join("fivebells.toml")
    }

    /// Where the config names none.
    pub(crate) fn store(&self) -> PathBuf {
        self.folder.path().join("fivebells.db")
    }

    fn log(&self) -> PathBuf {
        self.folder.path().join("log")
    }

    /// The end of what the last life said.
    pub(crate) fn log_tail(&self) -> String {
        let log = std::fs::read_to_string(self.log()).unwrap_or_default();
        let lines: Vec<&str> = log.lines().collect();
        lines[lines.len().saturating_sub(LOG_LINES)..].join("\n")
    }

    /// Deliveries that are still to be made.
    pub(crate) async fn waiting(&self) -> usize {
        self.summary().await.waiting.try_into().expect("a usize")
    }

    /// Deliveries that were given up.
    pub(crate) async fn dead(&self) -> usize {
        self.summary().await.dead.try_into().expect("a usize")
    }

    async fn summary(&self) -> Summary {
        let loaded = config::load(&self.config(), &Environment::of_process()).expect("a config");
        let store = Store::open_beside(&loaded.config.store)
            .await
            .expect("a store");
        let summary = store.summary().await.expect("the store answers");
        store.close().await;
        summary
    }
}

/// `fivebells run`.
pub(crate) struct Daemon(Child);

impl Daemon {
    pub(crate) fn start(desk: &Desk) -> Self {
        Self(start(&desk.config(), &desk.log()))
    }

    /// Ends it and waits until it has.
    pub(crate) fn end(mut self, end: End) {
        let pid = self.0.id().to_string();
        let signal = match end {
            End::Kill => "-KILL",
            End::Term => "-TERM",
        };
        let ended = self.0.try_wait().expect("a child");
        assert!(ended.is_none(), "it had ended by itself: {ended:?}");
        let sent = Command::new("kill").args([signal, &pid]).status();
        assert!(sent.expect("kill runs").success());
        let status = self.0.wait().expect("reaped");
        if end == End::Term {
            // A signal that comes before the handlers are set ends it by itself, as a kill would.
            assert!(status.success() || status.code().is_none(), "{status}");
        }
    }
}

fn start(config: &Path, log: &Path) -> Child {
    Command::new(env!("CARGO_BIN_EXE_fivebells"))
        .arg("-c")
        .arg(config)
        .args(["--log", "warn", "run"])
        .stdout(Stdio::null())
        .stderr(File::create(log).expect("a log"))
        .spawn()
        .expect("the daemon starts")
}
