//! What delivering costs, and what a receiver in trouble costs the others.
//!
//! `delivery` prints the tables; `--only webhooks` one part, `--runs 9` more runs. The servers are
//! this program again, as a process of its own, so that CPU is the time of this process alone.

mod lanes;
mod mails;
mod servers;
mod webhooks;

use std::{sync::Arc, time::Duration};

use clap::{Args, ValueEnum};
use fivebells::{
    app,
    clock::{Clock, SystemClock},
    config::{self, Environment},
    notify::Notifier,
};
use tempfile::TempDir;

pub(crate) use servers::run as receive;

#[derive(Debug, Args)]
pub(crate) struct Arguments {
    /// Runs of each row; an odd number has a median.
    #[arg(long, default_value_t = 5)]
    runs: usize,
    /// Only this part.
    #[arg(long)]
    only: Option<Part>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Part {
    /// Mails a second.
    Mails,
    /// Webhooks a second of CPU.
    Webhooks,
    /// A healthy receiver beside a dead one.
    Lanes,
}

pub(crate) fn print(arguments: &Arguments) {
    let wanted = |part| arguments.only.is_none_or(|only| only == part);
    println!("{} runs, medians\n", arguments.runs);
    println!("| | median | lowest | highest | goal |\n|---|--:|--:|--:|--:|");
    if wanted(Part::Mails) {
        mails::print(arguments.runs);
    }
    if wanted(Part::Webhooks) {
        webhooks::print(arguments.runs);
    }
    if wanted(Part::Lanes) {
        lanes::print(arguments.runs);
    }
}

/// The receiver `desk` of this config, as the program builds it.
fn desk(config: &str) -> Box<dyn Notifier> {
    let folder = TempDir::new().expect("a folder");
    let path = folder.path().join("fivebells.toml");
    let head = "[feed]\nf = \"http://127.0.0.1:9/\"\n[watch]\nw = \"Koizumi\"\n";
    std::fs::write(&path, head.to_owned() + config).expect("written");
    let loaded = config::load(&path, &Environment::of_process());
    let loaded = loaded.unwrap_or_else(|errors| panic!("{}", errors.report.render(false)));
    let clock: Arc<dyn Clock> = Arc::new(SystemClock);
    let notifier = app::notifier(&loaded.config, "desk", &clock).expect("it can be built");
    notifier.expect("there is a desk")
}

/// A row of the median, the lowest and the highest.
fn row(name: &str, mut figures: Vec<f64>, digits: usize, goal: &str) {
    figures.sort_by(f64::total_cmp);
    let (low, high) = (figures[0], figures[figures.len() - 1]);
    let median = figures[figures.len() / 2];
    println!("| {name} | **{median:.digits$}** | {low:.digits$} | {high:.digits$} | {goal} |");
}

#[expect(clippy::cast_precision_loss, reason = "some thousands")]
fn rate(count: usize, time: Duration) -> f64 {
    count as f64 / time.as_secs_f64()
}
