//! What needs attention in a watch.

use std::collections::HashMap;

use serde::Serialize;

use super::survey::Survey;
use crate::{
    config::Config,
    matcher::{Entity, Query},
    model::{Field, Watch},
};

/// A watch that matches more than one item in so many of its feeds' is too broad: it looks for a
/// word of the language, not for news. Of 4,367 items of 154 real feeds `Trump` is in 4 %, `AI` in
/// 9 %, `new` in 14 % and `the` in 49 %.
const BROAD_SHARE: u64 = 5;

/// Of fewer items than this no share is given.
const BROAD_ITEMS: u64 = 50;

/// A watch that hits more often than this on a day, on average, is too broad.
const BROAD_PER_DAY: f64 = 50.0;

/// Two watches match the same items only if these are so many: one or two may be chance.
const SAME_ITEMS: u64 = 3;

/// Something to look into.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub(crate) enum Remark {
    /// It looks at nothing: `enabled = false`.
    Off,
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
            Self::Off => formatter.write_str("off"),
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
pub(crate) fn remarks(survey: &Survey<'_>, config: &Config) -> Vec<Vec<Remark>> {
    let mut remarks = remarks_on(survey, &config.entities);
    for (surveyed, own) in survey.watches.iter().zip(&mut remarks) {
        if config.off.has_watch(&surveyed.watch.name) {
            *own = vec![Remark::Off];
        }
    }
    remarks
}

/// The same as if all were on. Those that are off come last, so that no other is called their double.
fn remarks_on(survey: &Survey<'_>, entities: &[Entity]) -> Vec<Vec<Remark>> {
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
        let same = *asked.entry(question(watch, entities)).or_insert(watch);
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
    entities: &[Entity],
) -> (String, &'a [Field], Option<Vec<&'a String>>) {
    let query = Query::parse(&watch.expression, entities)
        .expect("a config with a wrong expression is not loaded");
    let feeds = watch.feeds.as_ref().map(|feeds| {
        let mut feeds: Vec<&String> = feeds.iter().collect();
        feeds.sort_unstable();
        feeds
    });
    (query.to_string(), &watch.fields, feeds)
}

#[cfg(test)]
mod tests {
    use std::collections::HashMap;

    use jiff::{SignedDuration, Timestamp, tz::TimeZone};

    use super::*;
    use crate::{
        model::{OnUpdate, Priority},
        store::WatchRecord,
        view::{rate::Rate, watches::survey::Surveyed},
    };

    const DAYS: u64 = 10;

    fn watch(name: &str, expression: &str) -> Watch {
        Watch {
            name: name.to_owned(),
            expression: expression.to_owned(),
            fields: Field::DEFAULT.to_vec(),
            feeds: None,
            priority: Priority::Routine,
            on_update: OnUpdate::default(),
            notify: Vec::new(),
            stories: None,
            corroborate: None,
            escalate: None,
        }
    }

    /// A watch that alerted, and matched so many items in ten days.
    fn surveyed(watch: &Watch, matched: u64, fingerprint: u64) -> Surveyed<'_> {
        let since = Timestamp::UNIX_EPOCH;
        let now = since + SignedDuration::from_hours(24 * 10);
        let mut rate = Rate::new(since, now, &TimeZone::UTC);
        for _ in 0..matched {
            rate.add(since);
        }
        Surveyed {
            record: Some(WatchRecord {
                watch: watch.name.clone(),
                alerts: 1,
                recent: 1,
                last_at: since,
            }),
            matched,
            fingerprint,
            ..Surveyed::new(watch, rate)
        }
    }

    fn all(watches: Vec<Surveyed<'_>>, items: u64) -> Vec<String> {
        let survey = Survey {
            watches,
            items,
            explained: 0,
            rest: None,
            by_feed: HashMap::from([("wire".to_owned(), items)]),
        };
        let words = |own: Vec<Remark>| own.iter().map(ToString::to_string).collect::<Vec<_>>();
        let remarks = remarks_on(&survey, &[]).into_iter().map(words);
        remarks.map(|words| words.join("; ")).collect()
    }

    #[test]
    fn a_watch_is_too_broad_above_a_share_of_enough_items_or_a_rate() {
        let watch = watch("w", "Koizumi");
        for (matched, items, wanted) in [
            (10, 50, ""),
            (11, 50, "too broad: 22 % of the items of its feeds"),
            (40, 49, ""),
            (50 * DAYS, 100_000, ""),
            (50 * DAYS + 1, 100_000, "too broad: 50 items a day"),
        ] {
            assert_eq!(
                all(vec![surveyed(&watch, matched, 1)], items),
                [wanted],
                "{matched}"
            );
        }
    }

    #[test]
    fn a_watch_of_one_feed_is_measured_by_that() {
        let one = Watch {
            feeds: Some(vec!["other".to_owned()]),
            ..watch("w", "Koizumi")
        };
        assert_eq!(all(vec![surveyed(&one, 60, 1)], 100), [""]);
    }

    #[test]
    fn doubles_are_named_by_what_they_ask_or_else_by_what_they_found() {
        let first = watch("first", "a1 OR b1");
        let same = watch("same", "(a1 | b1)");
        let other = watch("other", "c1");
        let narrow = Watch {
            fields: vec![Field::Title],
            ..watch("narrow", "a1 OR b1")
        };
        let watches = |matched| {
            [&first, &same, &other, &narrow]
                .map(|watch| surveyed(watch, matched, 7))
                .into()
        };
        let same_items = "matches the same items as first";
        let wanted = ["", "the same as first", same_items, same_items];
        assert_eq!(all(watches(3), 100), wanted);
        assert_eq!(all(watches(2), 100), ["", "the same as first", "", ""]);
    }

    #[test]
    fn without_an_alert_on_record_it_never_fired() {
        let watch = watch("w", "Koizumi");
        let silent = Surveyed {
            record: None,
            ..surveyed(&watch, 1, 1)
        };
        assert_eq!(all(vec![silent], 100), ["never fired"]);
    }
}
