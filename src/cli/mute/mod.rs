//! `mute` and `unmute`: what is suppressed for a while.

use std::{env::var, path::Path, time::Duration};

use clap::{
    Args,
    builder::{PossibleValuesParser, TypedValueParser},
};
use jiff::{Timestamp, tz::TimeZone};

use super::{
    config,
    error::{Answer, CliError},
    output::{self, Output},
    stored,
    terminal::wrap,
};
use crate::{
    clock::{Clock as _, SystemClock},
    config::{Config, parse_duration},
    model::MuteKind,
    store::{MuteStatus, NewMute, Store},
    view::moment::{Moment, moment},
    view::{
        mutes::{self, MuteView, Mutes, suppressed},
        muting, when,
        words::one_line,
    },
};

/// The longest name of who types a command, in characters.
const MAX_TYPIST_CHARS: usize = 64;

/// Suppress what watches, feeds, tags, stories or receivers would send, for a while; alone, list the mutes.
///
/// A mute takes effect from the next alert on, whether the service runs or not. Alerts are made, stored
/// and counted, but not sent. The mute of a receiver or a story also suppresses what waits now. At its end
/// each receiver gets one notice of how much was suppressed; `outbox retry --mute NUMBER` sends that. To
/// mute something again moves the end.
#[derive(Debug, Args)]
pub(super) struct Mute {
    /// What to mute.
    #[arg(value_name = "WHAT", value_parser = kinds(), requires = "names")]
    kind: Option<MuteKind>,

    /// Its name in the config, or several names. A tag mutes the alerts of its feeds, but not the notices
    /// about their health. Of a story its number (s812), or the number or link of an item of it.
    #[arg(value_name = "NAME")]
    names: Vec<String>,

    /// For how long, such as 2d or 12h; at most ten years.
    #[arg(long = "for", value_name = "TIME", value_parser = length,
          requires = "kind", conflicts_with = "until")]
    length: Option<Duration>,

    /// Until when: the next time of day (08:00), the beginning of a day (tomorrow, 2026-12-01), or a
    /// time on a day (2026-12-01T08:00); at most ten years.
    #[arg(long, value_name = "TIME", value_parser = coming, requires = "kind")]
    until: Option<Moment>,

    /// Why: `mute` shows it, and so does the notice at the end.
    #[arg(long, value_name = "TEXT", value_parser = comment, requires = "kind")]
    comment: Option<String>,
}

/// End a mute now, and show what it suppressed.
///
/// What was suppressed is not sent, unless `--send` is given. Then each receiver is sent its part, as its
/// digest, quiet hours and rate limit allow.
#[derive(Debug, Args)]
pub(super) struct Unmute {
    /// What to unmute.
    #[arg(value_name = "WHAT", value_parser = kinds())]
    kind: MuteKind,

    /// Its name, or several names.
    #[arg(value_name = "NAME", required = true)]
    names: Vec<String>,

    /// Send what was suppressed, now.
    #[arg(long)]
    send: bool,
}

impl Mute {
    pub(super) async fn run(&self, path: &Path, output: &Output) -> Answer {
        let config = config::look(path)?.config;
        let now = SystemClock.now();
        let Some(kind) = self.kind else {
            return list(&config, now, output).await;
        };
        let until = self.until(now, &config.timezone)?;
        let store = stored::open(&config).await?;
        // Before the first: a slip in the last mutes none of them.
        let names = muting::named(&config, &store, kind, &self.names, []).await?;
        for name in names {
            let new = NewMute {
                kind,
                name,
                until,
                comment: self.comment.clone(),
                by: Some(typist()),
            };
            let muted = store.mute(new, now).await?;
            let line = MuteView::of(&muted.mute, now);
            let text = mutes::muted(&muted, &config.timezone);
            output.print(&line, |_| wrap(&text, output.columns).join("\n"))?;
        }
        stored::wake(&store).await;
        store.close().await;
        Ok(true)
    }

    fn until(&self, now: Timestamp, zone: &TimeZone) -> Result<Timestamp, CliError> {
        let until = match (self.length, self.until) {
            (Some(length), _) => now.checked_add(length).ok(),
            (None, Some(moment)) => moment.coming(now, zone),
            (None, None) => {
                return Err(CliError::Usage(
                    "for how long? --for 2d, or --until 08:00".to_owned(),
                ));
            }
        };
        let until = muting::end(until, now, zone);
        until.map_err(|refusal| CliError::Usage(refusal.to_string()))
    }
}

impl Unmute {
    pub(super) async fn run(&self, path: &Path, output: &Output) -> Answer {
        let config = config::look(path)?.config;
        let now = SystemClock.now();
        let store = stored::open(&config).await?;
        let mutes = store.mutes().await?;
        let of_kind = mutes.iter().filter(|mute| mute.kind == self.kind);
        let of_kind = of_kind.map(|mute| mute.name.clone());
        // Before the first: a slip in the last ends none of them.
        let names = muting::named(&config, &store, self.kind, &self.names, of_kind).await?;
        let mut is_done = true;
        for name in &names {
            is_done &= self.lift(name, &store, now, output).await?;
        }
        stored::wake(&store).await;
        store.close().await;
        Ok(is_done)
    }

    /// Ends one; whether it was muted.
    async fn lift(&self, name: &str, store: &Store, now: Timestamp, output: &Output) -> Answer {
        let Some(unmuted) = store.unmute(self.kind, name, self.send, now).await? else {
            output::complain(&self.not_muted(name, &store.mutes().await?));
            return Ok(false);
        };
        let line = MuteView::lifted(&unmuted, now);
        output.print(&line, |_| mutes::lifted(&unmuted))?;
        Ok(true)
    }

    /// That it is not muted, and what its last mute suppressed.
    fn not_muted(&self, name: &str, mutes: &[MuteStatus]) -> String {
        let kind = &self.kind;
        let is_this =
            |mute: &&MuteStatus| mute.kind == *kind && mute.name == name && !mute.is_empty();
        let last = mutes.iter().rfind(is_this).map(|mute| {
            format!(
                "; a mute that has ended suppressed {}: `fivebells outbox retry --mute {}` sends it",
                suppressed(mute),
                mute.id.0
            )
        });
        format!("{kind} {name:?} is not muted{}", last.unwrap_or_default())
    }
}

/// Those in force, and those that ended and suppressed something that is still there.
async fn list(config: &Config, now: Timestamp, output: &Output) -> Answer {
    let store = stored::open(config).await?;
    let mutes = mutes::listed(&store, now).await?;
    store.close().await;
    if output.is_json() {
        for mute in &mutes {
            output.print(&MuteView::of(mute, now), |_| String::new())?;
        }
        return Ok(true);
    }
    if mutes.is_empty() {
        output::line("nothing is muted")?;
        return Ok(true);
    }
    let rows: Vec<Vec<String>> = mutes.iter().map(|mute| row(mute, config, now)).collect();
    output.table(
        &[
            "mute",
            "what",
            "until",
            "suppressed",
            "since",
            "by",
            "comment",
        ],
        &rows,
    )?;
    Ok(true)
}

/// A row of the list.
fn row(mute: &MuteStatus, config: &Config, now: Timestamp) -> Vec<String> {
    vec![
        mute.id.0.to_string(),
        format!("{} {}", mute.kind, mute.name),
        mutes::end(mute, now, &config.timezone),
        suppressed(mute),
        when::relative(mute.since, now),
        mute.by.clone().unwrap_or_default(),
        one_line(mute.comment.as_deref().unwrap_or_default(), 100),
    ]
}

/// Says below a table what is muted at the moment.
pub(super) fn mention(mutes: &Mutes, zone: &TimeZone, output: &Output) -> Result<(), CliError> {
    if output.is_json() {
        return Ok(());
    }
    for mute in mutes.iter() {
        let text = mutes::in_force(mute, zone);
        output.say(&format!("muted: {} {} {text}", mute.kind, mute.name))?;
    }
    Ok(())
}

/// The name of the person who types this: behind `sudo` that of the person who typed `sudo`, else the
/// login, else the number of the user. It helps a team, and proves nothing.
fn typist() -> String {
    let user = rustix::process::getuid().as_raw();
    chosen_name(|name| var(name).ok(), user)
}

fn chosen_name(variable: impl Fn(&str) -> Option<String>, user: u32) -> String {
    let names = ["SUDO_USER", "LOGNAME", "USER"].into_iter();
    let mut names = names.filter_map(variable);
    let name = names.find_map(|name| {
        let name = one_line(&name, MAX_TYPIST_CHARS);
        (!name.is_empty()).then_some(name)
    });
    name.unwrap_or_else(|| format!("uid {user}"))
}

fn length(text: &str) -> Result<Duration, String> {
    let read = parse_duration(text);
    read.map_err(|error| format!("{error}; write 30m, 12h, 2d or 1w"))
}

fn coming(text: &str) -> Result<Moment, &'static str> {
    moment(text).map_err(|_| {
        "expected a time of day, such as 08:00, tomorrow, a day, such as 2026-12-01, a time of it, \
         such as 2026-12-01T08:00 or 2026-12-01T08:00+09:00, or how far away, such as 2h"
    })
}

fn kinds() -> impl TypedValueParser<Value = MuteKind> {
    let names = MuteKind::ALL.map(MuteKind::as_str);
    PossibleValuesParser::new(names).map(|name| name.parse().expect("one of their names"))
}

fn comment(text: &str) -> Result<String, String> {
    muting::comment(text).map_err(|refusal| refusal.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn behind_sudo_it_is_who_typed_sudo_and_without_a_name_the_number() {
        for (known, expected) in [
            (&[("SUDO_USER", "mai"), ("LOGNAME", "root")][..], "mai"),
            (&[("LOGNAME", "root"), ("USER", "x")], "root"),
            (&[("LOGNAME", " "), ("USER", "ken\n")], "ken"),
            (&[], "uid 7"),
        ] {
            let variable = |name: &str| {
                let found = known.iter().find(|(known, _)| *known == name);
                found.map(|(_, value)| (*value).to_owned())
            };
            assert_eq!(chosen_name(variable, 7), expected);
        }
    }
}
