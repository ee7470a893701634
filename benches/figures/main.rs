//! The figures of docs/performance.md: one program, a subcommand for each table.
//!
//! `cargo bench --bench figures -- polling --only asked`; `-- --help` lists the subcommands. Figures
//! are medians of several runs; what is compared runs alternately, so that a busy machine is busy
//! for all. What plays the publishers, the receivers and the service is this program once more, as a
//! process of its own.

#![expect(clippy::print_stdout, reason = "it prints tables")]

mod corpus;
mod delivery;
mod many;
mod pages;
mod polling;
mod process;
mod scrape;
mod stories;
mod writer;

use std::process::ExitCode;

use clap::{Parser, Subcommand};

#[derive(Debug, Parser)]
struct Arguments {
    #[command(subcommand)]
    figure: Figure,
    /// What `cargo bench` says to every program.
    #[arg(long, hide = true, global = true)]
    bench: bool,
}

#[derive(Debug, Subcommand)]
enum Figure {
    /// What polling costs, beside bare loops that do the least that has to be done.
    Polling(polling::Arguments),
    /// What delivering costs, and what a receiver in trouble costs the others.
    Delivery(delivery::Arguments),
    /// How well the feeds of a folder are read, by us and by feed-rs alone.
    Corpus(corpus::Arguments),
    /// How long a scrape of the metrics takes, and what counting costs.
    Scrape(scrape::Arguments),
    /// What pages cost on a large store, and what slow visitors cost the polls.
    Pages(pages::Arguments),
    /// How well copies and stories are found in labelled texts, and what an item costs.
    Stories(stories::Arguments),
    /// How long each job keeps the store's write lock from everybody else.
    Writer(writer::Arguments),
    /// Prints a config of many feeds and watches, to time `fivebells check` with.
    Many(many::Arguments),
}

fn main() -> ExitCode {
    match process::role().as_deref() {
        Some(process::PUBLISHERS) => polling::publish(),
        Some(process::RECEIVERS) => delivery::receive(),
        Some(_) => return process::fivebells(),
        None => print(&Arguments::parse().figure),
    }
    ExitCode::SUCCESS
}

fn print(figure: &Figure) {
    match figure {
        Figure::Polling(arguments) => polling::print(arguments),
        Figure::Delivery(arguments) => delivery::print(arguments),
        Figure::Corpus(arguments) => corpus::print(arguments),
        Figure::Scrape(arguments) => scrape::print(arguments),
        Figure::Pages(arguments) => pages::print(arguments),
        Figure::Stories(arguments) => stories::print(arguments),
        Figure::Writer(arguments) => writer::print(arguments),
        Figure::Many(arguments) => many::print(arguments),
    }
}
