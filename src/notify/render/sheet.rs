//! What a notice says, before any markup.

use jiff::{Timestamp, tz::TimeZone};
use url::Url;

use super::{
    clean,
    digest::{Several, of_digest},
    runs::{Run, runs},
    trouble,
};
use crate::model::{Alert, AlsoIn, Event, Field, Match, Notice, Priority, Update};

/// The most sentences shown; a long article may hit in every one.
const MAX_QUOTES: usize = 6;
/// The most other sources shown.
const MAX_ALSO: usize = 10;
/// The longest headline, in characters.
const MAX_HEADLINE_CHARS: usize = 1_000;
/// The longest value of a fact, in characters.
const MAX_FACT_CHARS: usize = 500;
/// The longest link, in bytes; browsers and mail programs stop far earlier.
const MAX_LINK_BYTES: usize = 4_096;
/// The longest headline made from the text of a story that has no title.
const MAX_UNTITLED_CHARS: usize = 120;

/// One notice in words. All text is clean: one line each, nothing that acts.
#[derive(Debug)]
pub(super) struct Sheet {
    /// Watches, or the program's own name; what stands in brackets.
    pub(super) tags: Vec<String>,
    /// How urgent.
    pub(super) priority: Priority,
    /// The story's title, or a sentence.
    pub(super) headline: Vec<Run>,
    /// The story; only `http` or `https`.
    pub(super) link: Option<String>,
    /// The feed's title; only for a story.
    pub(super) source: Option<String>,
    /// When the story was published; only for a story.
    pub(super) published: Option<String>,
    /// What an edit changed; only for a story that was known.
    pub(super) update: Option<String>,
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

/// A sentence with hits.
#[derive(Debug)]
pub(super) struct Quote {
    pub(super) field: Field,
    pub(super) runs: Vec<Run>,
}

/// The same story in another feed.
#[derive(Debug)]
pub(super) struct Also {
    pub(super) feed: String,
    pub(super) title: String,
    pub(super) link: Option<String>,
}

impl Sheet {
    /// Puts a notice in words; times are shown in `timezone`.
    pub(super) fn of(notice: &Notice, timezone: &TimeZone) -> Self {
        match &notice.event {
            Event::Alert(alert) => Self::of_alert(notice, alert, timezone),
            Event::DigestReady(digest) => of_digest(notice, digest, timezone),
            event => Self::of_trouble(notice, event, timezone),
        }
    }

    fn of_alert(notice: &Notice, alert: &Alert, timezone: &TimeZone) -> Self {
        let published = alert.item.published.map(|time| at(time, timezone));
        Self {
            tags: alert.watches.iter().map(|name| clean::line(name)).collect(),
            priority: alert.priority,
            headline: headline(alert),
            link: alert.item.link.as_deref().and_then(web_link),
            source: Some(clean::line(&alert.feed.title)),
            published: published.clone(),
            update: alert.update.as_ref().map(update),
            quotes: quotes(&alert.matches),
            facts: facts(alert, published, timezone),
            also: alert.also.iter().take(MAX_ALSO).map(also).collect(),
            several: None,
            footer: format!("Alert {}, notice {}", clean::line(&alert.id), notice.key),
        }
    }

    fn of_trouble(notice: &Notice, event: &Event, timezone: &TimeZone) -> Self {
        let trouble = trouble::words(event, timezone);
        Self {
            tags: vec!["fivebells".to_owned()],
            priority: event.priority(),
            headline: runs(&trouble.sentence, &[]),
            link: None,
            source: None,
            published: None,
            update: None,
            quotes: Vec::new(),
            facts: shown(trouble.facts),
            also: Vec::new(),
            several: None,
            footer: format!("{}, notice {}", event.kind(), notice.key),
        }
    }
}

/// A time as people write it: `Sun 22 Nov 2026, 15:30 JST`.
pub(super) fn at(time: Timestamp, timezone: &TimeZone) -> String {
    time.to_zoned(timezone.clone())
        .strftime("%a %-d %b %Y, %H:%M %Z")
        .to_string()
}

/// The URL in its normal form if a click on it does no more than open a page.
pub(super) fn web_link(link: &str) -> Option<String> {
    let url = Url::parse(link).ok()?;
    let is_web = matches!(url.scheme(), "http" | "https");
    (is_web && url.as_str().len() <= MAX_LINK_BYTES).then(|| url.to_string())
}

/// The title with its hits; a story without one is named by what it has.
pub(super) fn headline(alert: &Alert) -> Vec<Run> {
    let item = &alert.item;
    if !item.title.trim().is_empty() {
        let hits: Vec<[usize; 2]> = alert
            .matches
            .iter()
            .filter(|hit| hit.field == Field::Title)
            .map(|hit| hit.range)
            .collect();
        return runs(&clean::cut(&item.title, MAX_HEADLINE_CHARS), &hits);
    }
    let text = clean::squeezed(&item.summary);
    match (text.as_str(), item.link.as_deref()) {
        ("", Some(link)) => runs(link, &[]),
        ("", None) => runs("(no title)", &[]),
        (text, _) => runs(&clean::cut(text, MAX_UNTITLED_CHARS), &[]),
    }
}

/// What was edited, in a sentence's part: `title was “Agenda”; summary changed`.
pub(super) fn update(update: &Update) -> String {
    let title = update.title_before.as_deref().map(clean::line);
    let title = title.map(|title| match title.trim() {
        "" => "there was no title".to_owned(),
        title => format!("the title was “{}”", clean::cut(title, MAX_FACT_CHARS)),
    });
    let texts = update
        .changed
        .iter()
        .filter(|field| **field != Field::Title);
    let texts: Vec<&str> = texts.map(|field| field.as_str()).collect();
    let texts = (!texts.is_empty()).then(|| format!("{} changed", texts.join(" and ")));
    let parts: Vec<String> = title.into_iter().chain(texts).collect();
    parts.join("; ")
}

/// A sentence with hits, before any markup.
struct Sentence<'a> {
    /// The field, and where in it the first hit begins.
    place: (Field, usize),
    text: &'a str,
    ranges: Vec<[usize; 2]>,
}

/// One quote per sentence, with every hit in it, in the story's order; the title is the headline
/// already.
pub(super) fn quotes(matches: &[Match]) -> Vec<Quote> {
    let mut sentences: Vec<Sentence<'_>> = Vec::new();
    for hit in matches.iter().filter(|hit| hit.field != Field::Title) {
        let (place, text) = ((hit.field, hit.range[0]), hit.context.text.as_str());
        let same = |it: &&mut Sentence<'_>| it.place.0 == hit.field && it.text == text;
        match sentences.iter_mut().find(same) {
            Some(sentence) => sentence.ranges.push(hit.context.range),
            None => sentences.push(Sentence {
                place,
                text,
                ranges: vec![hit.context.range],
            }),
        }
    }
    // The matches come by watch: those of the first watches are kept.
    sentences.truncate(MAX_QUOTES);
    sentences.sort_by_key(|sentence| sentence.place);
    let quote = |sentence: Sentence<'_>| Quote {
        field: sentence.place.0,
        runs: runs(sentence.text, &sentence.ranges),
    };
    sentences.into_iter().map(quote).collect()
}

fn facts(
    alert: &Alert,
    published: Option<String>,
    timezone: &TimeZone,
) -> Vec<(&'static str, String)> {
    let mut facts = vec![("Source", source(alert))];
    if !alert.item.authors.is_empty() {
        facts.push(("By", alert.item.authors.join(", ")));
    }
    facts.push((
        "Published",
        published.unwrap_or_else(|| "the feed does not say".to_owned()),
    ));
    facts.push(("Seen", at(alert.item.seen, timezone)));
    if alert.priority > Priority::Routine {
        facts.push(("Priority", alert.priority.to_string()));
    }
    for watch in &alert.watches {
        let terms = terms(&alert.matches, watch).join(", ");
        facts.push(("Matched", format!("{watch}: {terms}")));
    }
    shown(facts)
}

/// The facts as they may be shown: clean and bounded.
fn shown(facts: Vec<(&'static str, String)>) -> Vec<(&'static str, String)> {
    facts
        .into_iter()
        .map(|(label, value)| (label, clean::cut(&clean::line(&value), MAX_FACT_CHARS)))
        .collect()
}

fn source(alert: &Alert) -> String {
    let (title, name) = (&alert.feed.title, &alert.feed.name);
    if title == name {
        name.clone()
    } else {
        format!("{title} ({name})")
    }
}

/// The distinct terms of one watch, in the order they hit.
fn terms<'a>(matches: &'a [Match], watch: &str) -> Vec<&'a str> {
    let mut terms = Vec::new();
    for hit in matches.iter().filter(|hit| hit.watch == watch) {
        if !terms.contains(&hit.term.as_str()) {
            terms.push(hit.term.as_str());
        }
    }
    terms
}

fn also(also: &AlsoIn) -> Also {
    Also {
        feed: clean::line(&also.feed),
        title: clean::line(&also.title),
        link: also.link.as_deref().and_then(web_link),
    }
}
