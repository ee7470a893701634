//! What Python feedparser reads of the same feeds, and whether we read the same.
//!
//! [`Agreement`] compares items with those that feedparser reads. The rest are the expectations of
//! feedparser's test files: `Expect: entries[0]['title'] == 'Example'`. Only those that matter to a
//! monitor count: those that compare a feed's title, link or language, or an item's title, link, id,
//! date, summary, content, author, category or language with a value. Those about anything else
//! (images, clouds, sanitised attributes, types, bases, bozo bits) are left out, and so are items of
//! `source`.
//!
//! Texts are compared as plain text on one line, for that is what we give; a text counts as found
//! in the summary or the content, because every watch reads both; a date as found in either date.

use fivebells::{model::Item, parse::ParsedFeed, text::to_plain};
use jiff::{Timestamp, civil::date};
use serde::Deserialize;
use url::Url;

use super::Share;

/// What is compared, indices left out; of an item's links only the first.
const FIELDS: &[&str] = &[
    "feed.title",
    "feed.title_detail.value",
    "feed.link",
    "feed.language",
    "entries.title",
    "entries.title_detail.value",
    "entries.title_detail.language",
    "entries.link",
    "entries.links.href",
    "entries.id",
    "entries.guid",
    "entries.published_parsed",
    "entries.updated_parsed",
    "entries.date_parsed",
    "entries.modified_parsed",
    "entries.summary",
    "entries.description",
    "entries.summary_detail.value",
    "entries.summary_detail.language",
    "entries.content.value",
    "entries.content.language",
    "entries.author",
    "entries.author_detail.name",
    "entries.category",
    "entries.tags.term",
    "entries.tags.label",
    "entries.language",
];

/// `path == value`, with the path's names and indices.
#[derive(Debug)]
pub(crate) struct Expectation {
    path: Vec<String>,
    value: Value,
}

#[derive(Debug)]
enum Value {
    Text(String),
    /// The first six numbers of Python's `struct_time`.
    Date(Timestamp),
}

/// The expectations in a file that matter. Reads the comment at its top whatever the encoding, as
/// long as it is of ASCII.
pub(crate) fn expectations(bytes: &[u8]) -> Vec<Expectation> {
    let ascii: Vec<u8> = bytes.iter().copied().filter(|byte| *byte != 0).collect();
    let text = String::from_utf8_lossy(&ascii);
    let line = text
        .lines()
        .find_map(|line| line.trim().strip_prefix("Expect:"));
    let Some(mut rest) = line.map(str::trim) else {
        return Vec::new();
    };
    let mut expectations = Vec::new();
    while !rest.is_empty() {
        rest = rest.strip_prefix("not bozo").unwrap_or(rest).trim_start();
        rest = rest.strip_prefix("and ").unwrap_or(rest).trim_start();
        let Some((path, value)) = rest.split_once(" == ") else {
            break;
        };
        let Some((value, behind)) = literal(value.trim_start()) else {
            break;
        };
        let expectation = Expectation {
            path: steps(path),
            value,
        };
        if expectation.matters() {
            expectations.push(expectation);
        }
        rest = behind.trim_start();
    }
    expectations
}

/// The value of a `Header:` that the file wants to be served with.
pub(crate) fn header(bytes: &[u8], name: &str) -> Option<String> {
    let text = String::from_utf8_lossy(bytes);
    let mut headers = text
        .lines()
        .filter_map(|line| line.trim().strip_prefix("Header:")?.split_once(':'));
    let (_, value) = headers.find(|(found, _)| found.trim().eq_ignore_ascii_case(name))?;
    Some(value.trim().to_owned())
}

/// `entries[0]['content'][0]['value']` as its names and numbers.
fn steps(path: &str) -> Vec<String> {
    path.split(['[', ']', '\'', '"', '.'])
        .filter(|step| !step.is_empty())
        .map(str::to_owned)
        .collect()
}

/// A Python literal at the start of `text`, and what follows it.
fn literal(text: &str) -> Option<(Value, &str)> {
    if let Some(tuple) = text.strip_prefix('(') {
        let (numbers, behind) = tuple.split_once(')')?;
        let numbers: Vec<i16> = numbers
            .split(',')
            .filter_map(|number| number.trim().parse().ok())
            .collect();
        return Some((Value::Date(timestamp(&numbers)?), behind));
    }
    let text = text.strip_prefix('u').unwrap_or(text);
    let quote = text.chars().next().filter(|c| matches!(c, '\'' | '"'))?;
    let mut value = String::new();
    let mut characters = text.char_indices().skip(1);
    while let Some((at, character)) = characters.next() {
        match character {
            '\\' => {
                let (_, escape) = characters.next()?;
                let digits = match escape {
                    'x' => 2,
                    'u' => 4,
                    'U' => 8,
                    _ => 0,
                };
                let hex: String = characters.by_ref().take(digits).map(|(_, c)| c).collect();
                value.push(match escape {
                    'n' => '\n',
                    't' => '\t',
                    'r' => '\r',
                    'x' | 'u' | 'U' => char::from_u32(u32::from_str_radix(&hex, 16).ok()?)?,
                    other => other,
                });
            }
            end if end == quote => return Some((Value::Text(value), &text[at + 1..])),
            other => value.push(other),
        }
    }
    None
}

fn timestamp(numbers: &[i16]) -> Option<Timestamp> {
    let small = |at: usize| i8::try_from(*numbers.get(at)?).ok();
    let time = date(*numbers.first()?, small(1)?, small(2)?).at(small(3)?, small(4)?, small(5)?, 0);
    time.in_tz("UTC").ok().map(|zoned| zoned.timestamp())
}

impl Expectation {
    fn names(&self) -> Vec<&str> {
        self.path.iter().map(String::as_str).collect()
    }

    fn matters(&self) -> bool {
        let names = self.path.iter().filter(|step| step.parse::<u32>().is_err());
        let path = names.map(String::as_str).collect::<Vec<_>>().join(".");
        let is_later_link = path == "entries.links.href" && self.path[3] != "0";
        FIELDS.contains(&path.as_str()) && !is_later_link
    }

    /// Whether what we read meets it.
    pub(crate) fn is_met(&self, feed: &ParsedFeed) -> bool {
        match (self.names().as_slice(), &self.value) {
            (["feed", name, ..], Value::Text(text)) => {
                let ours = match *name {
                    "link" => &feed.link,
                    "language" => &feed.language,
                    _ => &feed.title,
                };
                same(ours.as_deref().unwrap_or_default(), text)
            }
            (["entries", index, field @ ..], value) => {
                let item = index.parse().ok().and_then(|at: usize| feed.items.get(at));
                item.is_some_and(|item| item_meets(&item.item, field, value))
            }
            _ => false,
        }
    }
}

fn item_meets(item: &Item, field: &[&str], value: &Value) -> bool {
    let text = match value {
        Value::Date(date) => return [item.published, item.updated].contains(&Some(*date)),
        Value::Text(text) => text,
    };
    let is = |ours: &Option<String>| same(ours.as_deref().unwrap_or_default(), text);
    match field {
        [.., "language"] => is(&item.language),
        ["title" | "title_detail", ..] => same(&item.title, text),
        ["link" | "links", ..] => is(&item.link),
        ["id" | "guid"] => is(&item.guid),
        ["author" | "author_detail", ..] => {
            let name = text.split(" (").next().unwrap_or_default();
            let mut authors = item.authors.iter();
            authors.any(|author| same(author, text) || same(author, name))
        }
        ["category" | "tags", ..] => item.categories.iter().any(|label| same(label, text)),
        _ => {
            let is_in =
                |ours: &str| same(ours, text) || line(ours).contains(&line(&to_plain(text)));
            is_in(&item.summary) || is_in(&item.content)
        }
    }
}

/// Whether a text is the one expected, as it is or without its markup.
pub(crate) fn same(ours: &str, expected: &str) -> bool {
    let ours = line(ours);
    ours == line(expected) || ours == line(&to_plain(expected))
}

fn line(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// An item as feedparser reads it.
#[derive(Debug, Deserialize)]
pub(crate) struct Theirs {
    title: Option<String>,
    link: Option<String>,
    published: Option<Timestamp>,
    updated: Option<Timestamp>,
}

/// How many of feedparser's values we read too, for files of which both read as many items.
#[derive(Default)]
pub(crate) struct Agreement {
    pub(crate) title: Share,
    pub(crate) link: Share,
    pub(crate) date: Share,
}

impl Agreement {
    pub(crate) fn compare(
        &mut self,
        feed: &ParsedFeed,
        theirs: &[Theirs],
        differences: &mut Vec<String>,
    ) {
        if feed.items.len() != theirs.len() {
            return;
        }
        for (ours, theirs) in feed.items.iter().zip(theirs) {
            let ours = &ours.item;
            if let Some(title) = &theirs.title {
                let agrees = same(&ours.title, title);
                self.title.count(agrees);
                if !agrees {
                    differences.push(format!("title {:?}, theirs {title:?}", ours.title));
                }
            }
            if let Some(link) = &theirs.link {
                let agrees = same_link(ours, link);
                self.link.count(agrees);
                if !agrees {
                    differences.push(format!("link {:?}, theirs {link:?}", ours.link));
                }
            }
            if let Some(date) = theirs.published.or(theirs.updated) {
                let agrees = ours.published.or(ours.updated) == Some(date);
                self.date.count(agrees);
                if !agrees {
                    let ours = ours.published.or(ours.updated);
                    differences.push(format!("date {ours:?}, theirs {date:?}"));
                }
            }
        }
    }
}

/// Whether both lead to the same place: as written, as a URL spells it, or resolved against ours,
/// since feedparser does not know the feed's address and leaves relative links as they are.
fn same_link(ours: &Item, theirs: &str) -> bool {
    let (ours, theirs) = (ours.link.as_deref().unwrap_or_default(), theirs.trim());
    let spelled = Url::parse(theirs).or_else(|_| Url::parse(ours)?.join(theirs));
    ours == theirs || spelled.is_ok_and(|spelled| spelled.as_str() == ours)
}
