//! Mutes as people read them, and as JSON.

use jiff::{Timestamp, tz::TimeZone};
use serde::Serialize;

use super::super::{error::CliError, output::Output, terminal::one_line, when};
use crate::{
    config::Config,
    model::{MuteKind, to_second},
    store::{MuteStatus, Muted, Store, Unmuted},
};

/// A mute as JSON.
#[derive(Serialize)]
pub(super) struct MuteLine<'a> {
    mute: i64,
    kind: MuteKind,
    name: &'a str,
    since: Timestamp,
    until: Timestamp,
    comment: Option<&'a str>,
    /// Who muted it.
    by: Option<&'a str>,
    in_force: bool,
    /// Alerts suppressed.
    alerts: u32,
    /// Other notices suppressed.
    notices: u32,
    /// Deliveries that are due now; only where it was lifted.
    #[serde(skip_serializing_if = "Option::is_none")]
    sent: Option<u64>,
}

impl<'a> MuteLine<'a> {
    pub(super) fn of(mute: &'a MuteStatus, now: Timestamp) -> Self {
        Self {
            mute: mute.id.0,
            kind: mute.kind,
            name: &mute.name,
            since: to_second(mute.since),
            until: to_second(mute.until),
            comment: mute.comment.as_deref(),
            by: mute.by.as_deref(),
            in_force: mute.is_in_force(now),
            alerts: mute.alerts,
            notices: mute.notices,
            sent: None,
        }
    }

    pub(super) fn lifted(unmuted: &'a Unmuted, now: Timestamp) -> Self {
        Self {
            in_force: false,
            sent: Some(unmuted.sent),
            ..Self::of(&unmuted.mute, now)
        }
    }
}

/// `12 alerts`, `1 alert and 2 notices`, `nothing`.
pub(super) fn suppressed(mute: &MuteStatus) -> String {
    let (alerts, notices) = (
        count(u64::from(mute.alerts), "alert"),
        count(u64::from(mute.notices), "notice"),
    );
    match (mute.alerts, mute.notices) {
        (0, 0) => "nothing".to_owned(),
        (_, 0) => alerts,
        (0, _) => notices,
        _ => format!("{alerts} and {notices}"),
    }
}

fn count(number: u64, noun: &str) -> String {
    match number {
        1 => format!("1 {noun}"),
        number => format!("{number} {noun}s"),
    }
}

/// That it is muted, until when, and what that means.
pub(super) fn muted(muted: &Muted, zone: &TimeZone) -> String {
    let mute = &muted.mute;
    let until = when::at(mute.until, zone);
    // As people see it: the same minute typed twice differs in what is behind the second.
    let before = muted.before.map(|before| when::at(before, zone));
    let before = before.filter(|before| *before != until);
    let before = before.map(|before| format!(", no longer until {before}"));
    let meaning = match mute.kind {
        MuteKind::Watch => "what it alone would send is stored, and not sent",
        MuteKind::Feed => "its alerts and the notices of its health are stored, and not sent",
        MuteKind::Tag => {
            "the alerts of its feeds are stored, and not sent; the notices of their health are sent"
        }
        MuteKind::Receiver => "all that it would get is stored, and not sent",
    };
    let already = if mute.is_empty() {
        String::new()
    } else {
        format!("\nsuppressed already: {}", suppressed(mute))
    };
    format!(
        "{} {} is muted until {until}{}: {meaning}{already}",
        mute.kind,
        mute.name,
        before.unwrap_or_default(),
    )
}

/// That it is no longer muted, what was suppressed, and how to see and to send that.
pub(super) fn lifted(unmuted: &Unmuted) -> String {
    let mute = &unmuted.mute;
    let was = if mute.alerts + mute.notices == 1 {
        "was"
    } else {
        "were"
    };
    let was = if mute.is_empty() { "was" } else { was };
    let ended = format!(
        "{} {} is no longer muted: {} {was} suppressed",
        mute.kind,
        mute.name,
        suppressed(mute)
    );
    match (mute.is_empty(), unmuted.sent) {
        (true, _) => ended,
        (false, 0) => format!(
            "{ended}\n  to see it:  {}\n  to send it: fivebells outbox retry --mute {}",
            see(mute),
            mute.id.0
        ),
        (false, 1) => format!("{ended}; 1 delivery waits in the outbox again"),
        (false, sent) => format!("{ended}; {sent} deliveries wait in the outbox again"),
    }
}

/// The command that shows what it suppressed.
fn see(mute: &MuteStatus) -> String {
    let (option, name) = (mute.kind, &mute.name);
    match option {
        _ if mute.alerts == 0 => "fivebells outbox --state muted".to_owned(),
        MuteKind::Watch | MuteKind::Feed | MuteKind::Tag => {
            format!("fivebells alerts --muted --{option} {name}")
        }
        MuteKind::Receiver => format!("fivebells outbox --state muted --receiver {name}"),
    }
}

/// A row of the list.
pub(super) fn row(mute: &MuteStatus, config: &Config, now: Timestamp) -> Vec<String> {
    let zone = &config.timezone;
    let end = mute.ended_at.unwrap_or(mute.until);
    let until = if mute.is_in_force(now) {
        format!("{}, {}", when::at(end, zone), when::relative(end, now))
    } else {
        format!("ended {}", when::relative(end, now))
    };
    vec![
        mute.id.0.to_string(),
        format!("{} {}", mute.kind, mute.name),
        until,
        suppressed(mute),
        when::relative(mute.since, now),
        mute.by.clone().unwrap_or_default(),
        one_line(mute.comment.as_deref().unwrap_or_default(), 100),
    ]
}

/// The mutes in force, for commands that show what may be muted.
#[derive(Debug)]
pub(in crate::cli) struct Mutes(Vec<MuteStatus>);

impl Mutes {
    pub(in crate::cli) async fn in_force(store: &Store, now: Timestamp) -> Result<Self, CliError> {
        let mut mutes = store.mutes().await?;
        mutes.retain(|mute| mute.is_in_force(now));
        Ok(Self(mutes))
    }

    /// The mute of this.
    pub(in crate::cli) fn of(&self, kind: MuteKind, name: &str) -> Option<&MuteStatus> {
        let mut mutes = self.0.iter();
        mutes.find(|mute| mute.kind == kind && mute.name == name)
    }

    /// What a table says of it: `muted, ends in 2d`.
    pub(in crate::cli) fn remark(
        &self,
        kind: MuteKind,
        name: &str,
        now: Timestamp,
    ) -> Option<String> {
        let mute = self.of(kind, name)?;
        Some(format!("muted, ends {}", when::relative(mute.until, now)))
    }

    /// What a sheet says of it.
    pub(in crate::cli) fn fact(
        &self,
        kind: MuteKind,
        name: &str,
        zone: &TimeZone,
    ) -> Option<String> {
        let mute = self.of(kind, name)?;
        Some(in_force(mute, zone))
    }
}

fn in_force(mute: &MuteStatus, zone: &TimeZone) -> String {
    let comment = mute.comment.as_ref().map(|comment| format!(": {comment}"));
    format!(
        "until {}, {} suppressed{}",
        when::at(mute.until, zone),
        suppressed(mute),
        comment.unwrap_or_default()
    )
}

/// Says below a table what is muted at the moment.
pub(in crate::cli) fn mention(
    mutes: &Mutes,
    zone: &TimeZone,
    output: &Output,
) -> Result<(), CliError> {
    if output.is_json() {
        return Ok(());
    }
    for mute in &mutes.0 {
        let text = in_force(mute, zone);
        output.say(&format!("muted: {} {} {text}", mute.kind, mute.name))?;
    }
    Ok(())
}
