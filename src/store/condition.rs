//! How a feed is, in a word. The column `condition` says the same, by SQL.

use jiff::Timestamp;

use super::{
    Health,
    engine::{FromValue, Value},
};
use crate::{model::HealthIssue, schedule::Learned};

/// How a feed is, in a word. Closed: a metric label.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Condition {
    /// It was read, and brings what it should.
    Ok,
    /// Its last poll failed.
    Failing,
    /// It reads well and brings nothing new, or nothing at all, and someone was notified of it.
    Silent,
    /// Its server says that it is gone; it is not polled any more.
    Gone,
    /// It was not polled yet.
    New,
}

impl Condition {
    /// Of what the store keeps of a feed.
    pub(super) fn of(
        gone: bool,
        failures: u32,
        polled_at: Option<Timestamp>,
        health: &Health,
    ) -> Self {
        let issue = health.issue(&Learned::default()).map(|(issue, _)| issue);
        match issue {
            _ if gone => Self::Gone,
            _ if failures > 0 => Self::Failing,
            _ if polled_at.is_none() => Self::New,
            Some(HealthIssue::Silent | HealthIssue::Empty) => Self::Silent,
            _ => Self::Ok,
        }
    }

    /// Every one.
    pub const ALL: [Self; 5] = [Self::Ok, Self::Failing, Self::Silent, Self::Gone, Self::New];

    /// The label.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Ok => "ok",
            Self::Failing => "failing",
            Self::Silent => "silent",
            Self::Gone => "gone",
            Self::New => "new",
        }
    }
}

impl FromValue for Condition {
    fn from_value(value: Value) -> Option<Self> {
        let word = String::from_value(value)?;
        Self::ALL.into_iter().find(|it| it.as_str() == word)
    }
}
