//! `mute` and `unmute`: what is kept back for a while.

mod words;

use std::{path::Path, time::Duration};

use clap::{
    Args,
    builder::{PossibleValuesParser, TypedValueParser},
};
use jiff::{
    SignedDuration, Timestamp,
    civil::{DateTime, Time},
    tz::TimeZone,
};

use super::{
    Answer, CliError, config, names,
    output::{self, Output},
    stored,
};
use crate::{
    calendar::{DailyTimes, Weekdays},
    clock::{Clock as _, SystemClock},
    config::{Config, parse_duration},
    model::MuteKind,
    store::{MuteStatus, NewMute, Store},
};
use words::{MuteLine, held, lifted, row};

pub(super) use words::{Mutes, mention};

/// The longest mute, in days: ten years. What is meant for longer is meant for the config.
const MAX_DAYS: i64 = 3650;

/// The longest comment, in characters.
const MAX_COMMENT_CHARS: usize = 500;

/// Keep back what a watch, feed or receiver would tell, for a while; alone, show what is.
///
/// From the next alert on, with the service up or down: alerts are made, kept and counted, and not
/// sent; of a receiver also what waits for it now. At the end nothing goes out but one notice to each
/// receiver of how much was held from it; `outbox retry --mute NUMBER` sends that. To mute again what
/// is muted moves the end.
#[derive(Debug, Args)]
pub(super) struct Mute {
    /// What to mute.
    #[arg(value_name = "WHAT", value_parser = kinds(), requires = "name")]
    kind: Option<MuteKind>,

    /// Its name in the config.
    #[arg(value_name = "NAME")]
    name: Option<String>,

    /// For so long, such as 2d or 12h; at most ten years.
    #[arg(long = "for", value_name = "TIME", value_parser = parse_duration,
          requires = "kind", conflicts_with = "until")]
    length: Option<Duration>,

    /// Until a time of day, such as 08:00, comes next; or until the beginning of a day, such as
    /// 2026-12-01, or a time of it: 2026-12-01T08:00. Ten years at most.
    #[arg(long, value_name = "TIME", value_parser = until, requires = "kind")]
    until: Option<Until>,

    /// Why: stands in `mute` and in the notice at its end.
    #[arg(long, value_name = "TEXT", value_parser = comment, requires = "kind")]
    comment: Option<String>,
}

/// Tell it again from now on, and say what was kept back.
///
/// What was kept back stays so, unless `--send` is given: then each receiver is sent its part, as its
/// digest, quiet hours and rate allow.
#[derive(Debug, Args)]
pub(super) struct Unmute {
    /// What is muted.
    #[arg(value_name = "WHAT", value_parser = kinds())]
    kind: MuteKind,

    /// Its name.
    #[arg(value_name = "NAME")]
    name: String,

    /// Send what was kept back, now.
    #[arg(long)]
    send: bool,
}

/// A moment to come, as people type it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Until {
    /// With its own offset.
    Moment(Timestamp),
    /// In the config's time zone.
    Local(DateTime),
    /// When the clock shows it next in the config's time zone.
    Clock(Time),
}

impl Mute {
    pub(super) async fn run(&self, path: &Path, output: &Output) -> Answer {
        let config = config::look(path)?.config;
        let now = SystemClock.now();
        let (Some(kind), Some(name)) = (self.kind, &self.name) else {
            return list(&config, now, output).await;
        };
        let store = stored::open(&config).await?;
        check_name(&config, &store, kind, name).await?;
        let new = NewMute {
            kind,
            name: name.clone(),
            until: self.until(now, &config.timezone)?,
            comment: self.comment.clone(),
        };
        let muted = store.mute(new, now).await?;
        stored::wake(&store).await;
        store.close().await;
        let line = MuteLine::of(&muted.mute, now);
        output.print(&line, |_| words::muted(&muted, &config.timezone))?;
        Ok(true)
    }

    fn until(&self, now: Timestamp, zone: &TimeZone) -> Result<Timestamp, CliError> {
        let until = match (self.length, self.until) {
            (Some(length), _) => now.checked_add(length).ok(),
            (None, Some(Until::Moment(moment))) => Some(moment),
            (None, Some(Until::Local(time))) => zone.to_timestamp(time).ok(),
            (None, Some(Until::Clock(time))) => Some(next(time, now, zone)),
            (None, None) => {
                return Err(CliError::Usage(
                    "for how long? --for 2d, or --until 08:00".to_owned(),
                ));
            }
        };
        let latest = now.saturating_add(SignedDuration::from_hours(24 * MAX_DAYS));
        let latest = latest.expect("hours always add");
        let until = until.filter(|until| *until <= latest).ok_or_else(|| {
            CliError::Usage(format!("that is too far away, at most {MAX_DAYS} days"))
        })?;
        if until <= now {
            return Err(CliError::Usage(format!(
                "{} is past",
                super::when::at(until, zone)
            )));
        }
        Ok(until)
    }
}

impl Unmute {
    pub(super) async fn run(&self, path: &Path, output: &Output) -> Answer {
        let config = config::look(path)?.config;
        let now = SystemClock.now();
        let store = stored::open(&config).await?;
        let unmuted = store.unmute(self.kind, &self.name, self.send, now).await?;
        let Some(unmuted) = unmuted else {
            let mutes = store.mutes().await?;
            check_name(&config, &store, self.kind, &self.name).await?;
            store.close().await;
            return Err(CliError::Failed(self.not_muted(&mutes)));
        };
        stored::wake(&store).await;
        store.close().await;
        let line = MuteLine::lifted(&unmuted, now);
        output.print(&line, |_| lifted(&unmuted))?;
        Ok(true)
    }

    /// That it is not, and what the last mute of it still holds.
    fn not_muted(&self, mutes: &[MuteStatus]) -> String {
        let Self { kind, name, .. } = self;
        let is_this =
            |mute: &&MuteStatus| mute.kind == *kind && mute.name == *name && !mute.is_empty();
        let last = mutes.iter().rfind(is_this).map(|mute| {
            format!(
                "; a mute that has ended holds {}: `fivebells outbox retry --mute {}` sends it",
                held(mute),
                mute.id.0
            )
        });
        format!("{kind} {name:?} is not muted{}", last.unwrap_or_default())
    }
}

/// Those in force, and those that ended and still hold something.
async fn list(config: &Config, now: Timestamp, output: &Output) -> Answer {
    let store = stored::open(config).await?;
    let mut mutes = store.mutes().await?;
    store.close().await;
    mutes.retain(|mute| mute.is_in_force(now) || !mute.is_empty());
    if output.is_json() {
        for mute in &mutes {
            output.print(&MuteLine::of(mute, now), |_| String::new())?;
        }
        return Ok(true);
    }
    if mutes.is_empty() {
        output::line("nothing is muted")?;
        return Ok(true);
    }
    let rows: Vec<Vec<String>> = mutes.iter().map(|mute| row(mute, config, now)).collect();
    output.table(
        &["mute", "what", "until", "held", "since", "comment"],
        &rows,
    )?;
    Ok(true)
}

/// A name that neither the config nor the store has would mute nothing.
async fn check_name(
    config: &Config,
    store: &Store,
    kind: MuteKind,
    name: &str,
) -> Result<(), CliError> {
    let known = match kind {
        MuteKind::Watch => names::watches(config, store).await?,
        MuteKind::Feed => names::feeds(config, store).await?,
        MuteKind::Receiver => names::receivers(config, store).await?,
    };
    let known = known.iter().map(String::as_str);
    names::check(kind.as_str(), Some(name), known)
}

fn kinds() -> impl TypedValueParser<Value = MuteKind> {
    let names = MuteKind::ALL.map(MuteKind::as_str);
    PossibleValuesParser::new(names).map(|name| name.parse().expect("one of their names"))
}

/// A text that names no moment.
#[derive(Debug, thiserror::Error)]
#[error(
    "expected a time of day, such as 08:00, a day, such as 2026-12-01, or both: 2026-12-01T08:00"
)]
struct NoMoment;

fn until(text: &str) -> Result<Until, NoMoment> {
    let clock = || Time::strptime("%H:%M", text).map(Until::Clock);
    let local = || text.parse().map(Until::Local);
    let moment = text.parse().map(Until::Moment);
    moment
        .or_else(|_| local())
        .or_else(|_| clock())
        .map_err(|_| NoMoment)
}

/// The first moment after `now` at which the clock shows this.
fn next(time: Time, now: Timestamp, zone: &TimeZone) -> Timestamp {
    let daily = DailyTimes {
        days: Weekdays::ALL,
        times: vec![time],
    };
    let after = now.saturating_add(SignedDuration::from_nanos(1));
    daily.next(after.expect("nanoseconds always add"), zone)
}

fn comment(text: &str) -> Result<String, String> {
    let text = output::one_line(text, usize::MAX);
    match text.chars().count() {
        0 => Err("it is empty".to_owned()),
        1..=MAX_COMMENT_CHARS => Ok(text),
        length => Err(format!(
            "it has {length} characters, at most {MAX_COMMENT_CHARS} are kept"
        )),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn mute(length: Option<Duration>, until: Option<Until>) -> Mute {
        Mute {
            kind: None,
            name: None,
            length,
            until,
            comment: None,
        }
    }

    #[test]
    fn a_time_of_day_is_the_next_in_the_zone_also_where_clocks_change() {
        let berlin = TimeZone::get("Europe/Berlin").expect("a zone");
        for (now, text, wanted) in [
            ("2026-11-22T02:00Z", "08:00", "2026-11-22T07:00:00Z"),
            ("2026-11-22T06:59:59.9Z", "08:00", "2026-11-22T07:00:00Z"),
            ("2026-11-22T07:00:00Z", "08:00", "2026-11-23T07:00:00Z"),
            ("2026-11-22T23:30:00Z", "08:00", "2026-11-23T07:00:00Z"),
            // Clocks go back in this night, and there is no 02:30 in that one.
            ("2026-10-24T22:00:00Z", "08:00", "2026-10-25T07:00:00Z"),
            ("2026-03-28T22:00:00Z", "02:30", "2026-03-29T01:30:00Z"),
        ] {
            let now = now.parse().expect("a time");
            let mute = mute(None, Some(until(text).expect("a time")));
            let end = mute.until(now, &berlin).expect("an end").to_string();
            assert_eq!(end, wanted, "{now} {text}");
        }
    }

    #[test]
    fn a_mute_lasts_ten_years_at_most() {
        let now: Timestamp = "2026-11-22T07:00:00Z".parse().expect("a time");
        let longest = Duration::from_hours(24 * 3650);
        let end = now + longest;
        let second = Duration::from_secs(1);
        for (length, until) in [(Some(longest), None), (None, Some(Until::Moment(end)))] {
            let ends = mute(length, until).until(now, &TimeZone::UTC);
            assert_eq!(ends.expect("the longest"), end);
        }
        for (length, until) in [
            (Some(longest + second), None),
            (None, Some(Until::Moment(end + second))),
        ] {
            let refused = mute(length, until).until(now, &TimeZone::UTC);
            let refused = refused.expect_err("longer").to_string();
            assert!(refused.contains("at most 3650 days"), "{refused}");
        }
    }

    #[test]
    fn a_comment_is_one_line_of_at_most_500_characters() {
        assert_eq!(comment(" two\nlines ").as_deref(), Ok("two lines"));
        assert!(comment(&"é".repeat(MAX_COMMENT_CHARS)).is_ok());
        assert!(comment(&"é".repeat(MAX_COMMENT_CHARS + 1)).is_err());
        assert!(comment(" \n").is_err());
    }

    #[test]
    fn an_end_is_a_day_a_time_or_a_moment() {
        let local = |text: &str| Until::Local(text.parse().expect("a time"));
        for (text, wanted) in [
            ("2026-12-01", local("2026-12-01T00:00")),
            ("2026-12-01T08:00", local("2026-12-01T08:00")),
            ("2026-12-01 08:00:30", local("2026-12-01T08:00:30")),
            (
                "2026-12-01T08:00+09:00",
                Until::Moment("2026-11-30T23:00:00Z".parse().expect("a time")),
            ),
        ] {
            assert_eq!(until(text).expect("an end"), wanted, "{text}");
        }
        for text in ["08:00", "8:00"] {
            let wanted = Until::Clock("08:00:00".parse().expect("a time"));
            assert_eq!(until(text).expect("an end"), wanted, "{text}");
        }
        for text in ["24:00", "08:60", "08", "8am", "0800"] {
            assert!(until(text).is_err(), "{text}");
        }
        assert!(until("tomorrow").is_err());
        assert!(until("2026-13-01").is_err());
    }
}
