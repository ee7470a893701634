//! Log lines on standard error: for people, for the journal, or as JSON.
//!
//! A line for people is its message, which names the feed, receiver or item it is about. The same
//! things are in fields, with more, for `--log-format json`.

use std::{
    fmt::{self, Write as _},
    io,
};

use anstyle::Style;
use clap::ValueEnum;
use jiff::tz::TimeZone;
use tracing::{
    Event, Level, Subscriber,
    field::{Field, Visit},
};
use tracing_subscriber::{
    EnvFilter, Layer as _,
    fmt::{FmtContext, FormatEvent, FormatFields, format::Writer},
    layer::SubscriberExt as _,
    registry::LookupSpan,
    util::SubscriberInitExt as _,
};

use super::{
    output::stderr_color,
    terminal::{DIM, GREEN, RED, YELLOW},
};
use crate::{
    clock::{Clock as _, SystemClock},
    suggest::closest,
};

/// How log lines are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(super) enum LogFormat {
    /// A line for people; under systemd with the journal's level prefix (sd-daemon(3)).
    Text,
    /// One JSON object per line.
    Json,
}

/// The verifier of certificates logs every failure that a poll or a delivery logs anyway.
const LEVEL: &str = "warn,fivebells=info,rustls_platform_verifier=off";

/// The words for levels, as they are written.
const LEVELS: [&str; 6] = ["off", "error", "warn", "info", "debug", "trace"];

/// The parts of this program that log.
const PARTS: [&str; 7] = [
    "app",
    "cli",
    "deliver",
    "http",
    "poll",
    "scheduler",
    "store",
];

/// Reads a level or directives. A word that is no level would be taken for the name of a library,
/// of which all is logged then, and nothing of anything else.
pub(super) fn level(text: &str) -> Result<String, String> {
    for directive in text.split(',').map(str::trim) {
        check_directive(directive)?;
    }
    let read = EnvFilter::builder().parse(text);
    read.map(|_| text.to_owned())
        .map_err(|error| error.to_string())
}

fn check_directive(directive: &str) -> Result<(), String> {
    let is_level = |word: &str| {
        LEVELS.iter().any(|level| level.eq_ignore_ascii_case(word))
            || matches!(word, "0" | "1" | "2" | "3" | "4" | "5")
    };
    let (target, level) = match directive.split_once('=') {
        // What is in brackets is a span's own matter.
        _ if directive.contains('[') => return Ok(()),
        Some((target, level)) => (target, Some(level)),
        None if is_level(directive) => return Ok(()),
        None => (directive, None),
    };
    let none = |what: &str, word: &str, known: &[&str]| {
        let hint = match closest(word, known.iter().copied()) {
            Some(meant) => format!("did you mean {meant:?}?"),
            None => format!("there are {}", known.join(", ")),
        };
        Err(format!("there is no {what} {word:?}: {hint}"))
    };
    if let Some(level) = level.filter(|level| !is_level(level)) {
        return none("level", level, &LEVELS);
    }
    match target.split_once("::") {
        Some(("fivebells", rest)) => {
            let part = rest.split("::").next().unwrap_or(rest);
            if PARTS.contains(&part) {
                return Ok(());
            }
            none("part of fivebells", part, &PARTS)
        }
        None if level.is_none() && target != "fivebells" => none("level", target, &LEVELS),
        _ => Ok(()),
    }
}

/// Starts logging. Without a level, info of ours and warnings of the libraries.
pub(super) fn start(format: LogFormat, level: Option<&str>) {
    let filter = EnvFilter::builder().parse_lossy(level.unwrap_or(LEVEL));
    let layer = tracing_subscriber::fmt::layer().with_writer(io::stderr);
    let layer = match format {
        LogFormat::Json => layer
            .json()
            .flatten_event(true)
            .with_span_list(false)
            .boxed(),
        LogFormat::Text if is_journal() => layer.event_format(Line::Journal).boxed(),
        LogFormat::Text => {
            let color = stderr_color();
            let zone = TimeZone::system();
            layer.event_format(Line::Terminal { zone, color }).boxed()
        }
    };
    // Only a second call could fail, and there is none.
    let _ = tracing_subscriber::registry()
        .with(filter)
        .with(layer)
        .try_init();
}

/// Whether standard error is the journal's socket, and was not led elsewhere since (systemd.exec(5)).
fn is_journal() -> bool {
    let named = std::env::var("JOURNAL_STREAM").ok();
    let own = rustix::fs::fstat(io::stderr()).ok();
    named.zip(own).is_some_and(|(named, own)| {
        let own = format!("{}:{}", own.st_dev, own.st_ino);
        named == own
    })
}

/// A line for people.
enum Line {
    /// The journal has the time itself, and reads the level from `<N>`.
    Journal,
    /// Time, level, message.
    Terminal { zone: TimeZone, color: bool },
}

impl<S, N> FormatEvent<S, N> for Line
where
    S: Subscriber + for<'a> LookupSpan<'a>,
    N: for<'a> FormatFields<'a> + 'static,
{
    fn format_event(
        &self,
        _: &FmtContext<'_, S, N>,
        mut writer: Writer<'_>,
        event: &Event<'_>,
    ) -> fmt::Result {
        let level = *event.metadata().level();
        let mut message = Message::default();
        event.record(&mut message);
        match self {
            // The journal takes each line for an entry of its own: all have the level.
            Self::Journal => message
                .0
                .lines()
                .try_for_each(|line| writeln!(writer, "<{}>{line}", severity(level))),
            Self::Terminal { zone, color } => {
                let now = SystemClock.now().to_zoned(zone.clone());
                let style = if *color { style(level) } else { Style::new() };
                let now = now.strftime("%Y-%m-%d %H:%M:%S%:z");
                writeln!(writer, "{now} {style}{level:5}{style:#} {}", message.0)
            }
        }
    }
}

/// Levels of syslog(3).
const fn severity(level: Level) -> u8 {
    match level {
        Level::ERROR => 3,
        Level::WARN => 4,
        Level::INFO => 6,
        _ => 7,
    }
}

/// Red, yellow, green; the rest dim.
const fn style(level: Level) -> Style {
    match level {
        Level::ERROR => RED,
        Level::WARN => YELLOW,
        Level::INFO => GREEN,
        _ => DIM,
    }
}

/// The message of an event.
#[derive(Default)]
struct Message(String);

impl Visit for Message {
    fn record_debug(&mut self, field: &Field, value: &dyn fmt::Debug) {
        if field.name() == "message" {
            write!(self.0, "{value:?}").expect("a String takes every write");
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_level_is_a_word_that_is_known_or_directives_of_such() {
        for good in [
            "warn",
            "INFO",
            "off",
            "fivebells=debug",
            "warn,fivebells::poll=debug,hyper=off",
            "fivebells::store::outbox=trace",
            "hyper=info",
            "fivebells",
        ] {
            assert!(level(good).is_ok(), "{good}: {:?}", level(good));
        }
        for (bad, said) in [
            ("banana", "there is no level \"banana\": there are off"),
            ("wran", "did you mean \"warn\"?"),
            ("info,wran", "did you mean \"warn\"?"),
            ("fivebells=loud", "there is no level \"loud\""),
            ("fivebells::schedler=debug", "did you mean \"scheduler\"?"),
            ("", "there is no level \"\""),
        ] {
            let refused = level(bad).expect_err(bad);
            assert!(refused.contains(said), "{bad}: {refused}");
        }
    }

    #[test]
    fn the_parts_that_can_be_named_are_those_that_log() {
        for part in PARTS {
            let folder = format!("{}/src/{part}", env!("CARGO_MANIFEST_DIR"));
            assert!(std::path::Path::new(&folder).is_dir(), "{part}");
        }
    }
}
