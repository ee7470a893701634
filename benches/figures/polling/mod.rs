//! What polling costs, beside bare loops that do the least that has to be done.
//!
//! `polling` starts publishers on 127.0.0.0/8 as a process of their
//! own, runs each loop (the *floor*) and Fivebells against them alternately, several times, and prints
//! the medians with their ratio. `--feeds 200` is a quick look, `--only cpu` one part.
//!
//! CPU is the time of this process as the kernel counts it, all threads, user and system
//! (`CLOCK_PROCESS_CPUTIME_ID`); the publishers are another process and not counted. Floor and
//! Fivebells never run at the same time. In the parts on memory, latency and dead origins the
//! program itself runs as a process of its own, `fivebells run` under a config file.

mod cpu;
mod daemon;
mod desk;
mod documents;
mod floor;
mod origins;
mod publisher_process;
mod publishers;
mod tls;

use clap::{Args, ValueEnum};

pub(crate) use publishers::run as publish;

use publisher_process::Publishers;

#[derive(Debug, Args)]
pub(crate) struct Arguments {
    /// Feeds of the parts on CPU and latency.
    #[arg(long, default_value_t = 1_000)]
    feeds: usize,
    /// Runs of each row; an odd number has a median.
    #[arg(long, default_value_t = 7)]
    runs: usize,
    /// Feeds of the parts on memory and dead origins.
    #[arg(long, default_value_t = 10_000)]
    scale: usize,
    /// Only this part.
    #[arg(long)]
    only: Option<Part>,
    /// Of the part on CPU only the rows whose name holds this.
    #[arg(long, default_value = "")]
    row: String,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Part {
    /// CPU per poll.
    Cpu,
    /// From the feed to the webhook.
    Latency,
    /// The memory of many feeds.
    Memory,
    /// Feeds on origins of which a third is dead.
    Origins,
    /// `poll` beside an idle daemon.
    Asked,
}

pub(crate) fn print(arguments: &Arguments) {
    let wanted = |part| arguments.only.is_none_or(|only| only == part);
    let publishers = Publishers::start();
    if wanted(Part::Cpu) {
        cpu::print(&publishers, arguments.feeds, arguments.runs, &arguments.row);
    }
    if wanted(Part::Latency) {
        daemon::latency(&publishers, arguments.feeds);
    }
    if wanted(Part::Memory) {
        daemon::memory(&publishers, arguments.scale);
    }
    if wanted(Part::Origins) {
        origins::print(&publishers, arguments.scale);
    }
    if wanted(Part::Asked) {
        daemon::asked(&publishers, arguments.runs);
    }
}
