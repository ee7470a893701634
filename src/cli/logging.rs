//! Log lines on standard error: for a terminal, for the journal, or as JSON.

use std::{
    fmt::Result,
    io::{self, IsTerminal as _},
};

use clap::ValueEnum;
use tracing::{Event, Level, Subscriber};
use tracing_subscriber::{
    EnvFilter, Layer as _,
    fmt::{
        FmtContext, FormatEvent, FormatFields,
        format::{Compact, Format, Writer},
    },
    layer::SubscriberExt as _,
    registry::LookupSpan,
    util::SubscriberInitExt as _,
};

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
            let line = Format::default().compact().without_time().with_level(false);
            let line = line.with_target(false).with_ansi(false);
            layer.with_ansi(false).event_format(Journal(line)).boxed()
        }
        LogFormat::Text => {
            let ansi = io::stderr().is_terminal();
            layer.compact().with_target(false).with_ansi(ansi).boxed()
        }
    };
    // Only a second call could fail, and there is none.
    let _ = tracing_subscriber::registry()
        .with(filter)
        .with(layer)
        .try_init();
}

/// The journal's `<N>` prefix, then the line; the journal has the time itself.
struct Journal(Format<Compact, ()>);

impl<S, N> FormatEvent<S, N> for Journal
where
    S: Subscriber + for<'a> LookupSpan<'a>,
    N: for<'a> FormatFields<'a> + 'static,
{
    fn format_event(
        &self,
        context: &FmtContext<'_, S, N>,
        mut writer: Writer<'_>,
        event: &Event<'_>,
    ) -> Result {
        writer.write_str(prefix(*event.metadata().level()))?;
        self.0.format_event(context, writer, event)
    }
}

/// Levels of syslog(3).
fn prefix(level: Level) -> &'static str {
    match level {
        Level::ERROR => "<3>",
        Level::WARN => "<4>",
        Level::INFO => "<6>",
        _ => "<7>",
    }
}
