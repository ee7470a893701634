//! An expression tried on the stored items.

use super::super::{
    error::CliError,
    item_view::ItemStyle,
    output::{self, Output},
};
use crate::{
    config::Config,
    view::trial::{Change, Trial, Tried},
};

/// Shows what is tried, as it comes.
pub(super) struct Printer<'a> {
    output: &'a Output,
    style: ItemStyle<'a>,
    limit: u64,
    shown: u64,
}

impl<'a> Printer<'a> {
    /// At most so many.
    pub(super) fn new(limit: u64, config: &'a Config, output: &'a Output) -> Self {
        Self {
            output,
            style: ItemStyle::new(output, &config.timezone),
            limit,
            shown: 0,
        }
    }

    /// Whether one more fits the limit; counts it if it does.
    pub(super) fn may_show(&mut self) -> bool {
        let may = self.shown < self.limit;
        self.shown += u64::from(may);
        may
    }

    pub(super) fn show(&self, tried: &Tried) -> Result<(), CliError> {
        self.output.print(tried, |tried| block(tried, self.style))
    }

    /// Says what it comes to.
    pub(super) fn conclude(&self, trial: &Trial<'_>) -> Result<(), CliError> {
        if self.output.is_json() {
            return self.output.print(&trial.summary(), |_| String::new());
        }
        let mut lines = trial.in_words();
        let all = trial.shown();
        if self.shown < all {
            let shown = self.shown;
            lines.push(format!("the newest {shown} of {all} are shown (--limit)"));
        }
        output::line(&lines.join("\n"))
    }
}

/// Headline, source and the sentences that were hit, a blank line.
fn block(tried: &Tried, style: ItemStyle<'_>) -> String {
    let sign = match tried.r#type {
        Change::Hit => String::new(),
        Change::Gained => style.verdict(true, "+ "),
        Change::Lost => style.verdict(false, "- "),
    };
    let indent = if sign.is_empty() { 0 } else { 2 };
    let view = &tried.view;
    let mut lines = vec![sign + &style.headline(view, indent)];
    lines.push(style.source(view));
    lines.extend(style.beside(view));
    lines.join("\n  ") + "\n"
}
