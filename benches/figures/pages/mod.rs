//! What the pages, the API and the feeds of alerts cost on a large store, and what slow visitors cost
//! the polls.
//!
//! The store is made once in a folder and kept there. The program runs as a process of its own, and
//! polls its feeds through a proxy of ours, which publishes all of them. `--every 0s` is without
//! polls.

mod answers;
mod asked;
mod publisher;
mod slow;
mod store;

use std::path::PathBuf;

use clap::{Args, ValueEnum};

use self::{publisher::Publisher, store::Size};

#[derive(Debug, Args)]
pub(crate) struct Arguments {
    /// Feeds of the store.
    #[arg(default_value_t = 10_000)]
    feeds: usize,
    /// Items of the store; a tenth of them has alerted.
    #[arg(default_value_t = 1_000_000)]
    items: usize,
    /// Where the store is made, or was.
    #[arg(long, default_value = "target/figures-pages")]
    folder: PathBuf,
    /// Seconds between two polls of a feed; 0 for none.
    #[arg(long, default_value_t = 60)]
    every: u64,
    /// How often each page is asked for.
    #[arg(long, default_value_t = 200)]
    times: usize,
    /// Connections that say half a request, and then nothing.
    #[arg(long, default_value_t = 500)]
    slow: usize,
    /// Only this part.
    #[arg(long)]
    only: Option<Part>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Part {
    /// How long answers take, and how large they are.
    Answers,
    /// What slow connections cost the polls.
    Slow,
}

pub(crate) fn print(arguments: &Arguments) {
    let wanted = |part| arguments.only.is_none_or(|only| only == part);
    let publisher = Publisher::start();
    let size = Size {
        feeds: arguments.feeds,
        items: arguments.items,
    };
    let desk = store::Desk::at(&arguments.folder, &publisher, size, arguments.every);
    if wanted(Part::Answers) {
        answers::print(&desk, arguments.times);
    }
    if wanted(Part::Slow) && arguments.every > 0 {
        slow::print(&desk, &publisher, arguments.slow);
    }
}
