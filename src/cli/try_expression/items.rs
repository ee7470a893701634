//! An expression tried on the stored items.

use jiff::Timestamp;
use serde::Serialize;

use super::super::{
    error::{Answer, CliError},
    expression::found,
    item_view::{ItemStyle, ItemView},
    output::{self, Output},
    rate::{Day, Rate},
    stored_items::{Items, warn_of_gaps},
};
use crate::{
    app::{self, SetupError},
    config::Config,
    matcher::Matcher,
    model::{Watch, to_second},
    store::KeptItem,
    view::when,
};

/// The expression over one item after the other.
pub(super) struct ItemScan<'a> {
    /// The expression, and the watch it is compared with.
    watches: Vec<Watch>,
    matcher: Matcher,
    config: &'a Config,
    since: Option<Timestamp>,
    now: Timestamp,
    rate: Rate,
    tally: Tally,
    shown: u64,
}

/// What was counted.
#[derive(Debug, Default)]
struct Tally {
    items: u64,
    hits: u64,
    in_baseline: u64,
    running: u64,
    gained: u64,
    lost: u64,
}

/// What the expression means for an item.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
enum Change {
    Hit,
    Gained,
    Lost,
}

/// An item that the expression hits, or gains or loses against the running watch.
#[derive(Serialize)]
pub(super) struct ItemLine {
    r#type: Change,
    #[serde(flatten)]
    view: ItemView,
}

/// What it all comes to, as JSON.
#[derive(Serialize)]
struct Summary<'a> {
    r#type: &'static str,
    items: u64,
    since: Option<Timestamp>,
    until: Timestamp,
    hits: u64,
    hits_in_baseline: u64,
    per_day: Option<f64>,
    days: Vec<Day>,
    #[serde(skip_serializing_if = "Option::is_none")]
    against: Option<Against<'a>>,
}

#[derive(Serialize)]
struct Against<'a> {
    watch: &'a str,
    hits: u64,
    gained: u64,
    lost: u64,
}

impl<'a> ItemScan<'a> {
    pub(super) fn new(
        watches: Vec<Watch>,
        config: &'a Config,
        items: &Items<'_>,
        now: Timestamp,
    ) -> Result<Self, SetupError> {
        let since = items.complete_since;
        if let Some(since) = since {
            warn_of_gaps(since, config, now);
        }
        Ok(Self {
            matcher: app::matcher(&watches, &config.entities)?,
            watches,
            config,
            since,
            now,
            rate: Rate::new(since.unwrap_or(now), now, &config.timezone),
            tally: Tally::default(),
            shown: 0,
        })
    }

    /// Counts an item; gives what is to be said of it.
    pub(super) fn judge(&mut self, kept: &KeptItem) -> Option<ItemLine> {
        let (mut new, mut running) = (None, None);
        for (watch, matches) in found(&self.matcher, &self.watches, kept) {
            *(if watch == 0 { &mut new } else { &mut running }) = Some(matches);
        }
        let tally = &mut self.tally;
        tally.items += 1;
        tally.running += u64::from(running.is_some());
        if new.is_some() {
            tally.hits += 1;
            if kept.in_baseline {
                tally.in_baseline += 1;
            } else {
                self.rate.add(kept.stored.seen_at);
            }
        }
        let is_compared = self.watches.len() > 1;
        let (r#type, matches) = match (new, running) {
            (Some(_), Some(_)) | (None, None) => return None,
            (Some(matches), None) if is_compared => (Change::Gained, matches),
            (Some(matches), None) => (Change::Hit, matches),
            (None, Some(matches)) => (Change::Lost, matches),
        };
        tally.gained += u64::from(r#type == Change::Gained);
        tally.lost += u64::from(r#type == Change::Lost);
        Some(ItemLine {
            r#type,
            view: ItemView::new(kept, matches),
        })
    }

    /// Whether one more fits the limit; counts it if it does.
    pub(super) fn may_show(&mut self, limit: u64) -> bool {
        let may = self.shown < limit;
        self.shown += u64::from(may);
        may
    }

    pub(super) fn show(&self, line: &ItemLine, output: &Output) -> Result<(), CliError> {
        let style = ItemStyle::new(output, &self.config.timezone);
        output.print(line, |line| line.block(style))
    }

    /// Says what it comes to; no hit at all is a no.
    pub(super) fn conclude(&self, output: &Output) -> Answer {
        if output.is_json() {
            output.print(&self.summary(), |_| String::new())?;
        } else {
            output::line(&self.words().join("\n"))?;
        }
        Ok(self.tally.hits > 0)
    }

    fn against(&self) -> Option<Against<'_>> {
        let running = self.watches.get(1)?;
        let Tally {
            running: hits,
            gained,
            lost,
            ..
        } = self.tally;
        Some(Against {
            watch: &running.name,
            hits,
            gained,
            lost,
        })
    }

    fn summary(&self) -> Summary<'_> {
        Summary {
            r#type: "summary",
            items: self.tally.items,
            since: self.since.map(to_second),
            until: to_second(self.now),
            hits: self.tally.hits,
            hits_in_baseline: self.tally.in_baseline,
            per_day: self.rate.per_day(),
            days: self.rate.days(),
            against: self.against(),
        }
    }

    fn words(&self) -> Vec<String> {
        let Tally {
            items,
            hits,
            in_baseline,
            gained,
            lost,
            ..
        } = self.tally;
        if items == 0 {
            return vec!["no items of that time are stored".to_owned()];
        }
        let since = self
            .since
            .map(|since| when::at(since, &self.config.timezone));
        let mut lines = vec![format!(
            "hits {hits} of {items} items kept since {}",
            since.unwrap_or_default()
        )];
        if in_baseline > 0 {
            lines.push(format!(
                "{in_baseline} of them came with the first poll of a feed, all at once, \
                 and count for no day"
            ));
        }
        if self.rate.total() > 0 || self.rate.per_day().is_some() {
            lines.push(self.rate.line());
        }
        if let Some(against) = self.against() {
            let Against { watch, hits, .. } = against;
            lines.push(format!(
                "against {watch}, which hits {hits}: gains {gained}, loses {lost}"
            ));
        }
        let is_compared = self.watches.len() > 1;
        let all = if is_compared { gained + lost } else { hits };
        if self.shown < all {
            lines.push(format!(
                "the newest {} of {all} are shown (--limit)",
                self.shown
            ));
        }
        lines
    }
}

impl ItemLine {
    /// Headline, source and the sentences that were hit, a blank line.
    fn block(&self, style: ItemStyle<'_>) -> String {
        let sign = match self.r#type {
            Change::Hit => String::new(),
            Change::Gained => style.verdict(true, "+ "),
            Change::Lost => style.verdict(false, "- "),
        };
        let indent = if sign.is_empty() { 0 } else { 2 };
        let mut lines = vec![sign + &self.view.headline(style, indent)];
        lines.push(self.view.source(style));
        lines.extend(self.view.sentences(style));
        lines.join("\n  ") + "\n"
    }
}
