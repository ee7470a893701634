//! What about a watch needs care.

use std::collections::HashMap;

use serde::Serialize;

use super::survey::Survey;
use crate::{config::Config, matcher::Query, model::Watch};

/// A watch that matches more than one item in so many of its feeds' is too broad: people stop
/// reading its alerts.
const BROAD_SHARE: u64 = 5;

/// Of fewer items than this no share is told.
const BROAD_ITEMS: u64 = 50;

/// A watch that hits more often than this on a day, on average, is too broad.
const BROAD_PER_DAY: f64 = 50.0;

/// Two watches are told to match the same items if they match so many: one or two may be chance.
const SAME_ITEMS: u64 = 3;

/// Something to look into.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub(super) enum Remark {
    /// No alert of it is on record.
    NeverFired,
    /// It matches so many percent of the items of its feeds.
    BroadShare {
        /// Rounded down.
        percent: u64,
    },
    /// It matches so many items a day.
    BroadRate {
        /// On average.
        per_day: f64,
    },
    /// It asks what a watch before it asks, of the same fields and feeds.
    SameExpression {
        /// That watch.
        watch: String,
    },
    /// It matched exactly the items that a watch before it matched.
    SameItems {
        /// That watch.
        watch: String,
    },
}

impl std::fmt::Display for Remark {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::NeverFired => formatter.write_str("never fired"),
            Self::BroadShare { percent } => {
                write!(
                    formatter,
                    "too broad: {percent} % of the items of its feeds"
                )
            }
            Self::BroadRate { per_day } => write!(formatter, "too broad: {per_day:.0} items a day"),
            Self::SameExpression { watch } => write!(formatter, "the same as {watch}"),
            Self::SameItems { watch } => write!(formatter, "matches the same items as {watch}"),
        }
    }
}

/// The remarks on each watch, in config order.
pub(super) fn remarks(survey: &Survey<'_>, config: &Config) -> Vec<Vec<Remark>> {
    let mut remarks: Vec<Vec<Remark>> = Vec::with_capacity(survey.watches.len());
    let (mut asked, mut matched) = (HashMap::new(), HashMap::new());
    for surveyed in &survey.watches {
        let watch = surveyed.watch;
        let mut own = Vec::new();
        if surveyed.record.is_none() {
            own.push(Remark::NeverFired);
        }
        let items = survey.items_of(watch);
        if items >= BROAD_ITEMS && surveyed.matched * BROAD_SHARE > items {
            let percent = surveyed.matched * 100 / items;
            own.push(Remark::BroadShare { percent });
        }
        if let Some(per_day) = surveyed.rate.per_day().filter(|rate| *rate > BROAD_PER_DAY) {
            own.push(Remark::BroadRate { per_day });
        }
        let same = *asked.entry(question(watch, config)).or_insert(watch);
        let twin = *matched.entry(surveyed.fingerprint).or_insert(watch);
        if same.name != watch.name {
            let watch = same.name.clone();
            own.push(Remark::SameExpression { watch });
        } else if twin.name != watch.name && surveyed.matched >= SAME_ITEMS {
            let watch = twin.name.clone();
            own.push(Remark::SameItems { watch });
        }
        remarks.push(own);
    }
    remarks
}

/// What a watch asks, however it is written.
fn question<'a>(
    watch: &'a Watch,
    config: &Config,
) -> (String, &'a [crate::model::Field], Option<Vec<&'a String>>) {
    let query = Query::parse(&watch.expression, &config.entities)
        .expect("a config with a wrong expression is not loaded");
    let feeds = watch.feeds.as_ref().map(|feeds| {
        let mut feeds: Vec<&String> = feeds.iter().collect();
        feeds.sort_unstable();
        feeds
    });
    (query.to_string(), &watch.fields, feeds)
}
