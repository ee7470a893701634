//! Log lines on standard error: for people, for the journal, or as JSON.
//!
//! A line for people is its message, which names the feed, receiver or item it is about. The same
//! things stand in fields, with more, for `--log-format json`.

use std::{
    fmt::{self, Write as _},
    io::{self, IsTerminal as _},
};

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

use crate::clock::{Clock as _, SystemClock};

/// How log lines are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(super) enum LogFormat {
    /// A line for people; under systemd with the journal's level prefix (sd-daemon(3)).
    Text,
    /// One JSON object per line.
    Json,
}

/// The verifier of certificates logs every failure that a poll or a delivery tells anyway.
const LEVEL: &str = "warn,fivebells=info,rustls_platform_verifier=off";

/// Starts logging. `level` is a level or filter directives; without it, info of ours and warnings
/// of the libraries.
pub(super) fn start(format: LogFormat, level: Option<&str>) {
    let filter = EnvFilter::builder().parse_lossy(level.unwrap_or(LEVEL));
    let layer = tracing_subscriber::fmt::layer().with_writer(io::stderr);
    let layer = match format {
        LogFormat::Json => layer
            .json()
            .flatten_event(true)
            .with_span_list(false)
            .boxed(),
        LogFormat::Text if std::env::var_os("JOURNAL_STREAM").is_some() => {
            layer.event_format(Line::Journal).boxed()
        }
        LogFormat::Text => {
            let color = io::stderr().is_terminal();
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
        match self {
            Self::Journal => write!(writer, "<{}>", severity(level))?,
            Self::Terminal { zone, color } => {
                let now = SystemClock.now().to_zoned(zone.clone());
                let (paint, plain) = if *color {
                    (paint(level), "\x1b[0m")
                } else {
                    ("", "")
                };
                let now = now.strftime("%Y-%m-%d %H:%M:%S");
                write!(writer, "{now} {paint}{level:5}{plain} ")?;
            }
        }
        let mut message = Message::default();
        event.record(&mut message);
        writeln!(writer, "{}", message.0)
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
const fn paint(level: Level) -> &'static str {
    match level {
        Level::ERROR => "\x1b[31m",
        Level::WARN => "\x1b[33m",
        Level::INFO => "\x1b[32m",
        _ => "\x1b[2m",
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
