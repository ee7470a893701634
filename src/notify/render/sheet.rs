//! What a notice says, before any markup.

use jiff::tz::TimeZone;

use super::{
    alert::{
        Also, Origin, Quote, elsewhere, facts, headline, origin, quotes, shown, standing, update,
        web_link,
    },
    clean,
    digest::{self, Several},
    runs::{Run, runs},
    trouble,
};
use crate::model::{Alert, DigestReady, Event, Notice, Priority};

/// One notice in words. All text is clean: one line each, nothing that acts.
#[derive(Debug)]
pub(super) struct Sheet {
    /// Watches, or the program's own name; what is in brackets.
    pub(super) tags: Vec<String>,
    /// How urgent.
    pub(super) priority: Priority,
    /// The story's title, or a sentence.
    pub(super) headline: Vec<Run>,
    /// The story; only `http` or `https`.
    pub(super) link: Option<String>,
    /// Where and when the story was read; only for a story.
    pub(super) origin: Option<Origin>,
    /// What an edit changed; only for a story that was known.
    pub(super) update: Option<String>,
    /// Its place in its story.
    pub(super) standing: Option<String>,
    /// Sentences with hits.
    pub(super) quotes: Vec<Quote>,
    /// Labels and values, in the order to show them.
    pub(super) facts: Vec<(&'static str, String)>,
    /// The same story elsewhere.
    pub(super) also: Vec<Also>,
    /// The stories, where there are several.
    pub(super) several: Option<Several>,
    /// What to quote when someone asks about this notice.
    pub(super) footer: String,
}

impl Sheet {
    /// Puts a notice in words; times are shown in `timezone`.
    pub(super) fn of(notice: &Notice, timezone: &TimeZone) -> Self {
        match &notice.event {
            Event::Alert(alert) => Self::of_alert(notice, alert, timezone),
            Event::DigestReady(digest) => Self::of_digest(notice, digest, timezone),
            event => Self::of_trouble(notice, event, timezone),
        }
    }

    fn of_alert(notice: &Notice, alert: &Alert, timezone: &TimeZone) -> Self {
        Self {
            tags: alert.watches.iter().map(|name| clean::line(name)).collect(),
            priority: alert.priority,
            headline: headline(alert),
            link: alert.item.link.as_deref().and_then(web_link),
            origin: Some(origin(alert, timezone)),
            update: alert.update.as_ref().map(update),
            standing: standing(alert),
            quotes: quotes(&alert.matches),
            facts: facts(alert, timezone),
            also: elsewhere(alert, timezone),
            several: None,
            footer: format!("Alert a{}, notice {}", clean::line(&alert.id), notice.key),
        }
    }

    fn of_digest(notice: &Notice, digest: &DigestReady, timezone: &TimeZone) -> Self {
        Self {
            tags: digest::tags(digest),
            priority: digest.priority,
            headline: runs(&digest::counted(digest), &[]),
            link: None,
            origin: None,
            update: None,
            standing: None,
            quotes: Vec::new(),
            facts: digest::facts(digest, timezone),
            also: Vec::new(),
            several: Some(digest::several(digest, timezone)),
            footer: format!("{}, notice {}", notice.event.kind(), notice.key),
        }
    }

    fn of_trouble(notice: &Notice, event: &Event, timezone: &TimeZone) -> Self {
        let trouble = trouble::words(event, timezone);
        Self {
            tags: vec!["fivebells".to_owned()],
            priority: event.priority(),
            headline: runs(&trouble.sentence, &[]),
            link: None,
            origin: None,
            update: None,
            standing: None,
            quotes: Vec::new(),
            facts: shown(trouble.facts),
            also: Vec::new(),
            several: None,
            footer: format!("{}, notice {}", event.kind(), notice.key),
        }
    }
}
