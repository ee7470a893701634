//! An alert in words: what a notice of its own and a digest both show.

use jiff::tz::TimeZone;
use url::Url;

use super::{
    clean,
    phrase::{at, count},
    runs::{Run, runs},
};
use crate::{
    model::{Alert, AlsoIn, Field, Match, Priority, StoryRole, Update},
    text::without_tracking,
};

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

/// The longest language tag that RFC 5646 §4.4.1 wants room for.
const MAX_LANGUAGE_CHARS: usize = 35;

/// Where and when a story was read.
#[derive(Debug)]
pub(super) struct Origin {
    /// The feed's title.
    pub(super) title: String,
    /// The feed's title and, where it is another, its name in the config.
    pub(super) source: String,
    /// When the story was published, if the feed says.
    pub(super) published: Option<String>,
    /// When it was published, or else seen.
    pub(super) time: String,
    /// Of the story; empty where nobody knows it.
    pub(super) language: String,
    /// The same as labels and values, and the priority.
    pub(super) facts: Vec<(&'static str, String)>,
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
    /// The publisher, or else the feed; and when it was read, if that is known.
    pub(super) source: String,
    pub(super) title: String,
    pub(super) link: Option<String>,
}

/// The URL in its normal form, without what only counts readers, if a click on it does no more than
/// open a page.
pub(super) fn web_link(link: &str) -> Option<String> {
    let url = without_tracking(&Url::parse(link).ok()?);
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
        ("", Some(link)) => runs(&web_link(link).unwrap_or_else(|| link.to_owned()), &[]),
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

/// What the story is beside what it says.
pub(super) fn origin(alert: &Alert, timezone: &TimeZone) -> Origin {
    let published = alert.item.published.map(|time| at(time, timezone));
    let seen = at(alert.item.seen, timezone);
    let mut facts = vec![("Source", source(alert))];
    facts.push(match &published {
        Some(published) => ("Published", published.clone()),
        None => ("Published", "the feed does not say".to_owned()),
    });
    if published.is_none() {
        facts.push(("Seen", seen.clone()));
    }
    if alert.priority > Priority::Routine {
        facts.push(("Priority", alert.priority.to_string()));
    }
    Origin {
        title: clean::line(&alert.feed.title),
        source: clean::cut(&clean::line(&source(alert)), MAX_FACT_CHARS),
        time: published.clone().unwrap_or_else(|| format!("seen {seen}")),
        published,
        language: language(alert),
        facts: shown(facts),
    }
}

/// Labels and values beside those of the origin, in the order to show them.
pub(super) fn facts(alert: &Alert, timezone: &TimeZone) -> Vec<(&'static str, String)> {
    let mut facts = Vec::new();
    if !alert.item.authors.is_empty() {
        facts.push(("By", alert.item.authors.join(", ")));
    }
    if alert.item.published.is_some() {
        facts.push(("Seen", at(alert.item.seen, timezone)));
    }
    for watch in &alert.watches {
        let terms = terms(&alert.matches, watch).join(", ");
        facts.push(("Matched", format!("{watch}: {terms}")));
    }
    shown(facts)
}

/// The language of a story's text as HTML wants it: BCP 47, empty where nobody knows it.
pub(super) fn language(alert: &Alert) -> String {
    let language = alert.item.language.as_deref().unwrap_or_default().trim();
    let is_tag = |it: char| it.is_ascii_alphanumeric() || it == '-';
    if language.len() <= MAX_LANGUAGE_CHARS && language.chars().all(is_tag) {
        language.to_owned()
    } else {
        String::new()
    }
}

/// Facts as they may be shown: clean and bounded.
pub(super) fn shown(facts: Vec<(&'static str, String)>) -> Vec<(&'static str, String)> {
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

/// The alert's place in its story, in few words; `None` where there is nothing to say.
pub(super) fn standing(alert: &Alert) -> Option<String> {
    let story = alert.story.as_ref()?;
    let role = match story.role {
        StoryRole::First => None,
        StoryRole::Copy => Some("copy".to_owned()),
        StoryRole::FollowUp => Some("follow-up".to_owned()),
    };
    // Copies and reports of one agency count once.
    let publishers = story.independent;
    let publishers = (publishers > 1).then(|| count(publishers, "publisher"));
    let why = { story.sent_because.as_ref() }.map(|why| format!("sent because {why}"));
    let corroborated = { story.corroborated.as_ref() }.map(|found| format!("waited for {found}"));
    let parts = [role, publishers, corroborated, why].into_iter().flatten();
    let standing = parts.collect::<Vec<_>>().join("; ");
    (!standing.is_empty()).then(|| clean::cut(&clean::line(&standing), MAX_FACT_CHARS))
}

/// The same story elsewhere, the oldest first.
pub(super) fn elsewhere(alert: &Alert, timezone: &TimeZone) -> Vec<Also> {
    let list = alert.story.as_ref().map_or(&alert.also, |it| &it.also);
    let first = list.iter().take(MAX_ALSO);
    first.map(|it| also(it, timezone)).collect()
}

fn also(also: &AlsoIn, timezone: &TimeZone) -> Also {
    let source = clean::line(also.publisher.as_ref().unwrap_or(&also.feed));
    Also {
        source: match also.seen {
            Some(seen) => format!("{source}, {}", at(seen, timezone)),
            None => source,
        },
        title: clean::line(&also.title),
        link: also.link.as_deref().and_then(web_link),
    }
}
