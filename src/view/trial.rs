//! An expression that is tried: what it would have matched among the stored items, or in a text.

use jiff::Timestamp;
use serde::Serialize;

use super::{
    clauses::ClauseView,
    expressions::{found, found_in},
    folded::{Folded, Hits},
    items::ItemView,
    rate::{Day, Rate},
    when,
};
use crate::{
    app::{self, SetupError},
    config::Config,
    matcher::{Clause, Entity, ItemText, Matcher},
    model::{Match, Watch, to_second},
    store::KeptItem,
    text::language,
};

/// The expression over one item after the other.
pub(crate) struct Trial<'a> {
    /// The expression, and the watch it is compared with.
    watches: Vec<Watch>,
    matcher: Matcher,
    config: &'a Config,
    since: Option<Timestamp>,
    now: Timestamp,
    rate: Rate,
    tally: Tally,
    alerts: Hits,
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
pub(crate) enum Change {
    Hit,
    Gained,
    Lost,
}

/// An item that the expression hits, or gains or loses against the running watch.
#[derive(Debug, Serialize)]
pub(crate) struct Tried {
    pub(crate) r#type: Change,
    #[serde(flatten)]
    pub(crate) view: ItemView,
}

/// What it all comes to.
#[derive(Debug, Serialize)]
pub(crate) struct Summary<'a> {
    pub(crate) r#type: &'static str,
    pub(crate) items: u64,
    pub(crate) since: Option<Timestamp>,
    pub(crate) until: Timestamp,
    pub(crate) hits: u64,
    pub(crate) hits_in_baseline: u64,
    pub(crate) per_day: Option<f64>,
    pub(crate) days: Vec<Day>,
    pub(crate) folded: Folded,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) against: Option<Against<'a>>,
}

/// What it comes to beside the running watch.
#[derive(Debug, Serialize)]
pub(crate) struct Against<'a> {
    pub(crate) watch: &'a str,
    pub(crate) hits: u64,
    pub(crate) gained: u64,
    pub(crate) lost: u64,
}

impl<'a> Trial<'a> {
    /// Nothing is tried yet. The first watch is the expression, a second one what it is compared
    /// with. `since`: from when on the items are all that came.
    pub(crate) fn new(
        watches: Vec<Watch>,
        config: &'a Config,
        since: Option<Timestamp>,
        now: Timestamp,
    ) -> Result<Self, SetupError> {
        Ok(Self {
            matcher: app::matcher(&watches, &config.entities)?,
            watches,
            config,
            since,
            now,
            rate: Rate::new(since.unwrap_or(now), now, &config.timezone),
            tally: Tally::default(),
            alerts: Hits::default(),
        })
    }

    /// Counts an item; gives what is to be said of it.
    pub(crate) fn judge(&mut self, kept: &KeptItem) -> Option<Tried> {
        let (mut new, mut running) = (None, None);
        for (watch, matches) in found(&self.matcher, &self.watches, kept) {
            *(if watch == 0 { &mut new } else { &mut running }) = Some(matches);
        }
        let tally = &mut self.tally;
        tally.items += 1;
        tally.running += u64::from(running.is_some());
        if let Some(matches) = &new {
            tally.hits += 1;
            if kept.in_baseline {
                tally.in_baseline += 1;
            } else {
                self.rate.add(kept.stored.seen_at);
                self.alerts.add(kept, matches);
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
        Some(Tried {
            r#type,
            view: ItemView::new(kept, matches),
        })
    }

    /// What came before this was not looked at.
    pub(crate) fn begin(&mut self, since: Timestamp) {
        self.since = Some(since);
        self.rate.begin(since);
    }

    /// How many it hit.
    pub(crate) const fn hits(&self) -> u64 {
        self.tally.hits
    }

    /// How many there are to show.
    pub(crate) fn shown(&self) -> u64 {
        if self.watches.len() > 1 {
            self.tally.gained + self.tally.lost
        } else {
            self.tally.hits
        }
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

    pub(crate) fn summary(&self) -> Summary<'_> {
        Summary {
            r#type: "summary",
            items: self.tally.items,
            since: self.since.map(to_second),
            until: to_second(self.now),
            hits: self.tally.hits,
            hits_in_baseline: self.tally.in_baseline,
            per_day: self.rate.per_day(),
            days: self.rate.days(),
            folded: self.alerts.folded(),
            against: self.against(),
        }
    }

    /// The same in words.
    pub(crate) fn in_words(&self) -> Vec<String> {
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
        lines.extend(self.alerts.folded().in_words());
        if let Some(against) = self.against() {
            let Against { watch, hits, .. } = against;
            lines.push(format!(
                "against {watch}, which hits {hits}: gains {gained}, loses {lost}"
            ));
        }
        lines
    }
}

/// What came of a text.
#[derive(Debug, Serialize)]
pub(crate) struct TriedText {
    pub(crate) matched: bool,
    pub(crate) matches: Vec<Match>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) verdict: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) clause: Option<ClauseView>,
}

impl TriedText {
    /// Matches the text as a headline, in the language that the service would take it for; with
    /// `explain` clause by clause.
    ///
    /// # Errors
    /// An expression that cannot be compiled.
    pub(crate) fn of(
        text: &str,
        watch: &Watch,
        entities: &[Entity],
        explain: bool,
    ) -> Result<Self, SetupError> {
        let lang = language(None, &[text, "", ""]).unwrap_or_default();
        let item = ItemText {
            title: text,
            lang: &lang,
            ..ItemText::default()
        };
        let watches = std::slice::from_ref(watch);
        let matcher = app::matcher(watches, entities)?;
        let found = found_in(&matcher, watches, &item).pop();
        let clause = explain
            .then(|| Clause::explain(watch, entities, &item).expect("it compiled a line above"));
        Ok(Self {
            matched: found.is_some(),
            matches: found.map(|(_, matches)| matches).unwrap_or_default(),
            verdict: clause.as_ref().map(Clause::verdict),
            clause: clause.map(|clause| ClauseView::of(&clause, &watch.name, &item)),
        })
    }

    /// The terms that hit, each once.
    pub(crate) fn terms(&self) -> Vec<&str> {
        let mut terms: Vec<&str> = self.matches.iter().map(|hit| hit.term.as_str()).collect();
        let mut seen = std::collections::HashSet::new();
        terms.retain(|term| seen.insert(*term));
        terms
    }
}
