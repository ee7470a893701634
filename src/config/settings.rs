//! `[poll]`, `[keep]` and `[health]`.

use std::{path::PathBuf, time::Duration};

use url::Url;

use super::{
    environment::Secrets,
    limits::{FAILING, KEEP, MAX_INTERVAL, MAX_SIZE, PARALLEL, PER_HOST, TIMEOUT},
    place::choose,
    rhythm::{Every, read_every, read_respect, read_silent},
    section::Section,
    times::parse_daily,
    urls::{read_ping, read_proxy},
    value::{Text, Value},
    watches::read_receiver_names,
};
use crate::{
    calendar::DailyTimes,
    files::read_regular,
    http::{self, HttpOptions},
    model::{Hint, Proxy, Silent},
    store::StoreOptions,
};

/// `[poll]`'s share of the scheduler.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PollOptions {
    /// Between two polls of a feed that does not say.
    pub every: Every,
    /// The publisher's hints that are followed for a feed that does not say.
    pub respect: Vec<Hint>,
    /// The pause between the end of one request to an origin and the next.
    pub per_host: Duration,
    /// The longest wait that a server can ask for.
    pub max_interval: Duration,
    /// Polls at once. One that waits for an answer costs little, and a dead host keeps it waiting
    /// for up to a minute: there must be room for all dead hosts and the healthy ones beside.
    pub parallel: u32,
    /// The proxy of a feed that does not say.
    pub proxy: Option<Proxy>,
}

/// `[health]`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HealthOptions {
    /// Names of the receivers that are notified about trouble.
    pub notify: Vec<String>,
    /// How long a feed may fail before someone is notified.
    pub failing: Duration,
    /// Where each good minute is reported. A secret: whoever knows it can report them too.
    pub ping: Option<Url>,
    /// When they get a report of how everything is, in the config's time zone; never if there is none.
    pub report: Vec<DailyTimes>,
    /// After what silence a feed that does not say is reported.
    pub silent: Silent,
}

impl Default for PollOptions {
    fn default() -> Self {
        Self {
            every: Every::fixed(Duration::from_mins(15)),
            respect: Hint::ALL.to_vec(),
            per_host: Duration::from_secs(2),
            max_interval: Duration::from_hours(24),
            parallel: 256,
            proxy: None,
        }
    }
}

impl HealthOptions {
    /// The default of [`failing`](Self::failing).
    pub const FAILING: Duration = Duration::from_hours(6);
}

/// The default of [`StoreOptions::keep_items`].
const KEEP_ITEMS: Duration = Duration::from_hours(24 * 90);
/// The default of [`StoreOptions::keep_alerts`].
const KEEP_ALERTS: Duration = Duration::from_hours(24 * 365 * 2);

/// Reads what of `[poll]` concerns the scheduler.
pub(super) fn read_poll(section: &Section<'_>) -> PollOptions {
    let default = PollOptions::default();
    let parallel = section.integer("parallel", &PARALLEL);
    PollOptions {
        every: read_every(section).unwrap_or(default.every),
        respect: read_respect(section).unwrap_or(default.respect),
        per_host: section
            .duration("per_host", &PER_HOST)
            .unwrap_or(default.per_host),
        max_interval: section
            .duration("max_interval", &MAX_INTERVAL)
            .unwrap_or(default.max_interval),
        parallel: parallel
            .and_then(|count| u32::try_from(count).ok())
            .unwrap_or(default.parallel),
        proxy: section.get("proxy").and_then(read_proxy),
    }
}

/// Reads what of `[poll]` concerns the HTTP client. The shorter timeouts never exceed the longest.
pub(super) fn read_http(section: &Section<'_>) -> HttpOptions {
    let default = HttpOptions::default();
    let contact = section.string("contact").and_then(read_contact);
    let total = section
        .duration("timeout", &TIMEOUT)
        .unwrap_or(default.total_timeout);
    HttpOptions {
        user_agent: HttpOptions::user_agent(contact.as_deref()),
        connect_timeout: default.connect_timeout.min(total),
        idle_timeout: default.idle_timeout.min(total),
        total_timeout: total,
        max_body_bytes: section
            .size("max_size", &MAX_SIZE)
            .unwrap_or(default.max_body_bytes),
        ca_file: section.get("ca_file").and_then(read_ca_file),
    }
}

/// A URL, or a mail address as a `mailto:` URL: it goes into a header, so in ASCII.
fn read_contact(text: Text<'_>) -> Option<String> {
    let written = text.text.trim();
    let url = match written.parse::<lettre::Address>() {
        Ok(_) => Url::parse(&format!("mailto:{written}")),
        Err(_) => Url::parse(written),
    };
    match url {
        Ok(url) if matches!(url.scheme(), "mailto" | "http" | "https") => Some(url.into()),
        _ => {
            let help = "such as \"ops@example.org\" or \"https://example.org/about\"";
            text.error_with(
                format!("{written:?} is neither a mail address nor a URL"),
                help,
            );
            None
        }
    }
}

/// A file of certificate authorities.
pub(super) fn read_ca_file(value: Value<'_>) -> Option<PathBuf> {
    let path = value.path()?;
    if value.context.environment.secrets() == Secrets::None {
        return Some(path);
    }
    match read_regular(&path, http::MAX_CA_FILE_BYTES) {
        Err(error) => value.unread(&path, &error),
        Ok(_) => {
            if let Err(error) = http::check_authorities(&path) {
                value.error(error.to_string());
            }
        }
    }
    Some(path)
}

/// Reads `[health]`.
pub(super) fn read_health(
    section: Option<&Section<'_>>,
    receivers: &[&str],
    notify: Option<&[String]>,
) -> HealthOptions {
    let failing = section.and_then(|section| section.duration("failing", &FAILING));
    let silent = section.and_then(read_silent);
    let named = section
        .and_then(|section| section.get("notify"))
        .and_then(|value| read_receiver_names(value, receivers));
    let everyone = || receivers.iter().map(|&name| name.to_owned()).collect();
    HealthOptions {
        notify: named.unwrap_or_else(|| notify.map_or_else(everyone, <[String]>::to_vec)),
        failing: failing.unwrap_or(HealthOptions::FAILING),
        ping: section
            .and_then(|section| section.get("ping"))
            .and_then(read_ping),
        report: section
            .and_then(|section| section.get("report"))
            .and_then(read_report)
            .unwrap_or_default(),
        silent: silent.unwrap_or_default(),
    }
}

/// Reads `[keep]`; the store is the first of these places where there is one.
pub(super) fn read_store(places: &[PathBuf], keep: Option<&Section<'_>>) -> StoreOptions {
    let kept = |key, default| {
        keep.and_then(|keep| keep.duration(key, &KEEP))
            .unwrap_or(default)
    };
    StoreOptions {
        path: choose(places),
        keep_items: kept("items", KEEP_ITEMS),
        keep_alerts: kept("alerts", KEEP_ALERTS),
    }
}

/// Reads `report`: one or more of `Mon 09:00`, or `09:00` for every day.
pub(super) fn read_report(value: Value<'_>) -> Option<Vec<DailyTimes>> {
    let texts = value.strings()?;
    if texts.is_empty() {
        value.error_with("`report` names no time", "delete it to get no report");
    }
    texts.into_iter().map(read_time).collect()
}

fn read_time(text: Text<'_>) -> Option<DailyTimes> {
    let times = parse_daily(text.text);
    if times.is_none() {
        text.error_with(
            format!("{:?} is no time of a day or a week", text.text),
            "write \"09:00\" for every day, or days before it: \"Mon 09:00\", \"Mon-Fri 09:00\"",
        );
    }
    times
}
