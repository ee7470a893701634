//! How well copies and stories are found in labelled texts, and what an item costs.
//!
//! The folder holds `ecbplus.tsv` (topic, story, text), `pairs.tsv` (language, title and text of two
//! items, label `OK` or `BAD`) and `headlines.tsv` (story, publisher, host, time in ms, title, URL),
//! each with a line of names. Nothing of it is in the project.

#![expect(
    clippy::cast_possible_truncation,
    clippy::cast_possible_wrap,
    clippy::cast_precision_loss,
    clippy::cast_sign_loss,
    reason = "counts are small, figures are rounded"
)]

mod cost;
mod labelled;
mod planted;
mod score;
mod stream;

use std::{fs, path::PathBuf};

use clap::Args;
use fivebells::story::Rules;

#[derive(Debug, Args)]
pub(crate) struct Arguments {
    /// Where the labelled texts are.
    folder: PathBuf,
    /// The figures with each threshold a tenth lower and higher, too.
    #[arg(long)]
    thresholds: bool,
    /// Every pair and story that was placed otherwise than it is labelled.
    #[arg(long)]
    wrong: bool,
    /// Only these figures: planted, stream, pairs, headlines, cost.
    #[arg(long)]
    only: Vec<String>,
    /// Items of the store that look-ups are timed on.
    #[arg(long, default_value_t = 300_000)]
    items: usize,
}

pub(crate) fn print(arguments: &Arguments) {
    println!("| rules | figure | |\n|---|---|--:|");
    all(arguments, "as they are", &Rules::default());
    if arguments.thresholds {
        for (name, rules) in nearby() {
            all(arguments, &name, &rules);
        }
    }
    if wanted(arguments, "cost") {
        cost::print(&table(arguments, "pairs.tsv"), arguments.items);
    }
}

fn all(arguments: &Arguments, name: &str, rules: &Rules) {
    let say = |figure: &str, value: String| println!("| {name} | {figure} | {value} |");
    if wanted(arguments, "planted") {
        planted::print(rules, &table(arguments, "pairs.tsv"), say);
    }
    if wanted(arguments, "stream") {
        stream::events(rules, &table(arguments, "ecbplus.tsv"), say);
    }
    if wanted(arguments, "headlines") {
        stream::headlines(rules, &table(arguments, "headlines.tsv"), say);
    }
    if wanted(arguments, "pairs") {
        let others = table(arguments, "ecbplus.tsv");
        labelled::print(
            rules,
            &table(arguments, "pairs.tsv"),
            &others,
            arguments.wrong,
            say,
        );
    }
}

fn wanted(arguments: &Arguments, figure: &str) -> bool {
    arguments.only.is_empty() || arguments.only.iter().any(|only| only == figure)
}

/// Each threshold a tenth lower and higher.
fn nearby() -> Vec<(String, Rules)> {
    let mut all = Vec::new();
    for (word, factor) in [("- 10 %", 0.9), ("+ 10 %", 1.1)] {
        let rules = Rules::default();
        let mut add = |name: &str, rules| all.push((format!("{name} {word}"), rules));
        let copy_share = rules.copy_share * factor;
        add(
            "copy_share",
            Rules {
                copy_share,
                ..rules
            },
        );
        let nearest = rules.nearest * factor;
        add("nearest", Rules { nearest, ..rules });
        let centroid = rules.centroid * factor;
        add("centroid", Rules { centroid, ..rules });
    }
    all
}

/// The rows of a file but the first, in columns.
fn table(arguments: &Arguments, file: &str) -> Vec<Vec<String>> {
    let text = fs::read_to_string(arguments.folder.join(file)).expect("a file of the folder");
    text.lines()
        .skip(1)
        .map(|line| line.split('\t').map(str::to_owned).collect())
        .collect()
}
