//! Mutes: until when they are in force, and what they suppress.

use jiff::{Timestamp, tz::TimeZone};
use serde::Serialize;

use super::{when, words::count};
use crate::{
    model::{MuteKind, to_second},
    store::{MuteStatus, Muted, Store, StoreError, Unmuted},
};

/// A mute.
#[derive(Debug, Serialize)]
pub(crate) struct MuteView<'a> {
    pub(crate) mute: i64,
    pub(crate) kind: MuteKind,
    pub(crate) name: &'a str,
    pub(crate) since: Timestamp,
    pub(crate) until: Timestamp,
    pub(crate) comment: Option<&'a str>,
    /// Who muted it.
    pub(crate) by: Option<&'a str>,
    pub(crate) in_force: bool,
    /// Alerts suppressed.
    pub(crate) alerts: u32,
    /// Other notices suppressed.
    pub(crate) notices: u32,
    /// Deliveries that are due now; only where it was lifted.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) sent: Option<u64>,
}

impl<'a> MuteView<'a> {
    pub(crate) fn of(mute: &'a MuteStatus, now: Timestamp) -> Self {
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

    pub(crate) fn lifted(unmuted: &'a Unmuted, now: Timestamp) -> Self {
        Self {
            in_force: false,
            sent: Some(unmuted.sent),
            ..Self::of(&unmuted.mute, now)
        }
    }
}

/// `12 alerts`, `1 alert and 2 notices`, `nothing`.
pub(crate) fn suppressed(mute: &MuteStatus) -> String {
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

/// That it is muted, until when, and what that means.
pub(crate) fn muted(muted: &Muted, zone: &TimeZone) -> String {
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
        MuteKind::Story => "its alerts are stored, and not sent; their publishers are counted",
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
pub(crate) fn lifted(unmuted: &Unmuted) -> String {
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
        MuteKind::Story => format!("fivebells story {name}"),
    }
}

/// The mutes in force, and those that ended and suppressed something that is still there.
pub(crate) async fn listed(store: &Store, now: Timestamp) -> Result<Vec<MuteStatus>, StoreError> {
    let mut mutes = store.mutes().await?;
    mutes.retain(|mute| mute.is_in_force(now) || !mute.is_empty());
    Ok(mutes)
}

/// Until when it is or was in force.
pub(crate) fn end(mute: &MuteStatus, now: Timestamp, zone: &TimeZone) -> String {
    let end = mute.ended_at.unwrap_or(mute.until);
    if mute.is_in_force(now) {
        when::moment(Some(end), now, zone)
    } else {
        format!("ended {}", when::relative(end, now))
    }
}

/// The mutes in force, for what shows what may be muted.
#[derive(Debug)]
pub(crate) struct Mutes(Vec<MuteStatus>);

impl Mutes {
    pub(crate) async fn in_force(store: &Store, now: Timestamp) -> Result<Self, StoreError> {
        store.mutes_in_force(now).await.map(Self)
    }

    /// Each of them.
    pub(crate) fn iter(&self) -> impl Iterator<Item = &MuteStatus> {
        self.0.iter()
    }

    /// The mute of this.
    pub(crate) fn of(&self, kind: MuteKind, name: &str) -> Option<&MuteStatus> {
        let mut mutes = self.0.iter();
        mutes.find(|mute| mute.kind == kind && mute.name == name)
    }

    /// What a table says of it: `muted, ends in 2d`.
    pub(crate) fn remark(&self, kind: MuteKind, name: &str, now: Timestamp) -> Option<String> {
        let mute = self.of(kind, name)?;
        Some(format!("muted, ends {}", when::relative(mute.until, now)))
    }

    /// What a sheet says of it.
    pub(crate) fn fact(&self, kind: MuteKind, name: &str, zone: &TimeZone) -> Option<String> {
        let mute = self.of(kind, name)?;
        Some(in_force(mute, zone))
    }
}

/// Until when it is in force, and what it has suppressed.
pub(crate) fn in_force(mute: &MuteStatus, zone: &TimeZone) -> String {
    let comment = mute.comment.as_ref().map(|comment| format!(": {comment}"));
    format!(
        "until {}, {} suppressed{}",
        when::at(mute.until, zone),
        suppressed(mute),
        comment.unwrap_or_default()
    )
}
