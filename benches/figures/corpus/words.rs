//! The words that Python feedparser shows, and how many of them our text holds.
//!
//! A word is a run of letters and digits, in small letters; in scripts that put no space between
//! words each character is one. Each word of an item counts once, in title, summary or content: a
//! watch reads all three.
//!
//! A word that is missing is put down to the first [`Kind`] that fits. None of them asks our own
//! reader of HTML, which is what is measured.

use std::{
    collections::{BTreeMap, HashSet},
    fs::{self, File},
    io::{self, BufRead as _, BufReader, Write},
    path::Path,
};

use fivebells::{model::Item, parse::ParsedFeed, text::undo_double_encoding};
use serde::Deserialize;

use super::{Share, as_served, percent};

/// A line of the file that `feedparser_words.py` writes.
#[derive(Deserialize)]
struct Theirs {
    file: String,
    items: Vec<TheirItem>,
}

#[derive(Deserialize)]
struct TheirItem {
    id: Option<String>,
    link: Option<String>,
    title: String,
    text: String,
}

/// Why a word of feedparser's is rightly missing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Kind {
    /// `donâ€™t` was `don’t`: UTF-8 that was read as windows-1252, and is repaired.
    DoubleEncoding,
    /// Chinese or Korean that feedparser reads as Latin.
    WrongEncoding,
    /// A tag that feedparser shows: HTML in a text that is not said to be HTML, or escaped twice.
    Tag,
    /// `&#39;` that feedparser shows.
    Entity,
    /// A picture in base64 that feedparser shows as text.
    Base64,
    /// A title from within another element (`<author><title>`), where ours is another one.
    Title,
    /// None of these: to be looked into.
    Unexplained,
}

impl Kind {
    const fn as_str(self) -> &'static str {
        match self {
            Self::DoubleEncoding => "double encoding that is repaired",
            Self::WrongEncoding => "an encoding that it misreads",
            Self::Tag => "tags that it shows",
            Self::Entity => "entities that it shows",
            Self::Base64 => "base64 that it shows",
            Self::Title => "a title of something else",
            Self::Unexplained => "unexplained",
        }
    }
}

/// Compares all files of `list`. Words that are unexplained are named, all that are missing if
/// `names` says so.
pub(crate) fn compare(
    directory: &Path,
    list: &Path,
    names: bool,
    out: &mut impl Write,
) -> io::Result<()> {
    let mut held = Share::default();
    let mut missing: BTreeMap<Kind, usize> = BTreeMap::new();
    for line in BufReader::new(File::open(list)?).lines() {
        let theirs: Theirs = serde_json::from_str(&line?)?;
        let bytes = fs::read(directory.join(&theirs.file))?;
        let ours = as_served(&bytes).ok();
        for (number, item) in theirs.items.iter().enumerate() {
            let ours = ours
                .as_ref()
                .and_then(|feed| same_item(feed, &theirs, number));
            let text = ours.map(text_of).unwrap_or_default();
            for (at, word) in compare_item(&item.text, &text, &mut held) {
                let mut kind = kind_of(&item.text, at, &word, &text);
                let is_title = || ours.is_some_and(|ours| is_of_author(&bytes, ours, item, &word));
                if kind == Kind::Unexplained && is_title() {
                    kind = Kind::Title;
                }
                *missing.entry(kind).or_default() += 1;
                if names || kind == Kind::Unexplained {
                    let (file, kind) = (&theirs.file, kind.as_str());
                    let around = around(&item.text, at, word.len());
                    writeln!(out, "{file}: item {number}: {word} in {around:?}: {kind}")?;
                }
            }
        }
    }
    let mut line = |label: &str, value: String| writeln!(out, "  {label:<34} {value:>9}");
    line("words", held.whole.to_string())?;
    line("held", percent(held))?;
    for (kind, count) in &missing {
        line(kind.as_str(), count.to_string())?;
    }
    let unexplained = missing.get(&Kind::Unexplained).copied().unwrap_or(0);
    let rightly = held.whole - held.part - unexplained;
    let whole = held.whole - rightly;
    line(
        "held of those that should be",
        percent(Share { whole, ..held }),
    )
}

/// The words of `theirs` that are not in `ours`, each once, with their places.
fn compare_item(theirs: &str, ours: &str, held: &mut Share) -> Vec<(usize, String)> {
    let ours: HashSet<String> = words(ours).map(|(_, word)| word).collect();
    let mut seen = HashSet::new();
    let mut missing = Vec::new();
    for (at, word) in words(theirs) {
        if seen.insert(word.clone()) {
            held.count(ours.contains(&word));
            if !ours.contains(&word) {
                missing.push((at, word));
            }
        }
    }
    missing
}

fn kind_of(theirs: &str, at: usize, word: &str, ours: &str) -> Kind {
    let end = theirs[at..].find(|c: char| !c.is_alphanumeric());
    let end = end.map_or(theirs.len(), |length| at + length);
    let is_latin = |c: char| matches!(c, '\u{80}'..='\u{ff}');
    let repaired = undo_double_encoding(theirs);
    if words(&repaired).all(|(_, other)| other != word) {
        Kind::DoubleEncoding
    } else if theirs.contains(is_latin) && !ours.contains(is_latin) && ours.contains(is_far_eastern)
    {
        Kind::WrongEncoding
    } else if is_in_tag(theirs, at) {
        Kind::Tag
    } else if is_entity(theirs, at, end) {
        Kind::Entity
    } else if is_base64(theirs, at) {
        Kind::Base64
    } else {
        Kind::Unexplained
    }
}

/// Whether a word is of a title inside an `<author>`, and the item has one of its own.
fn is_of_author(document: &[u8], ours: &Item, theirs: &TheirItem, word: &str) -> bool {
    let document = String::from_utf8_lossy(document);
    let is_inside = |(at, _): (usize, &str)| {
        let before = &document[..at];
        before.rfind("<author") > before.rfind("</author")
    };
    words(&theirs.title).any(|(_, other)| other == word)
        && !ours.title.is_empty()
        && document.match_indices(&*theirs.title).any(is_inside)
}

/// Whether the place is in a tag: a name alone that is closed somewhere, or attributes; or what it
/// encloses is a script.
fn is_in_tag(text: &str, at: usize) -> bool {
    if text[..at].ends_with("&lt;") || text[..at].ends_with("<script>") {
        return true;
    }
    let Some(start) = text[..at].rfind('<') else {
        return false;
    };
    let Some(length) = text[start..].find('>') else {
        return false;
    };
    let inside = text[start + 1..start + length].trim_matches('/');
    let is_name = |name: &str| !name.is_empty() && name.chars().all(|c| c.is_ascii_alphanumeric());
    start + length > at
        && (inside.starts_with("!--")
            || inside.contains('=')
            || is_name(inside.trim()) && text.contains(&format!("</{}>", inside.trim()))
            || inside.trim() == "br")
}

fn is_entity(text: &str, at: usize, end: usize) -> bool {
    let before = &text[..at];
    (before.ends_with('&') || before.ends_with("&#")) && text[end..].starts_with(';')
}

/// Whether a word is in a long run of letters without a space, as no language has.
fn is_base64(text: &str, at: usize) -> bool {
    const LEAST: usize = 50;
    let line = text[..at].rfind('\n').map_or(0, |end| end + 1);
    let line = text[line..].lines().next().unwrap_or_default().trim();
    line.len() >= LEAST && !line.contains(char::is_whitespace)
}

/// Our item that is theirs: of that place where both read as many, else of that id or link.
fn same_item<'f>(feed: &'f ParsedFeed, theirs: &Theirs, number: usize) -> Option<&'f Item> {
    let mut items = feed.items.iter().map(|item| &item.item);
    if feed.items.len() == theirs.items.len() {
        return items.nth(number);
    }
    let item = &theirs.items[number];
    let is = |ours: &Option<String>, theirs: &Option<String>| theirs.is_some() && ours == theirs;
    items.find(|ours| is(&ours.guid, &item.id) || is(&ours.link, &item.link))
}

fn text_of(item: &Item) -> String {
    [item.title.as_str(), &item.summary, &item.content].join("\n")
}

fn words(text: &str) -> impl Iterator<Item = (usize, String)> {
    let mut from = 0;
    std::iter::from_fn(move || {
        let start = from + text[from..].find(char::is_alphanumeric)?;
        let mut end = start;
        for c in text[start..].chars() {
            if !c.is_alphanumeric() || (stands_alone(c) && end > start) {
                break;
            }
            end += c.len_utf8();
            if stands_alone(c) {
                break;
            }
        }
        from = end;
        Some((
            start,
            text[start..end]
                .to_lowercase()
                .chars()
                .map(lowered)
                .collect(),
        ))
    })
}

/// A superscript digit as the digit: so we write the text of `<sup>`, which feedparser leaves
/// joined to the word before it.
fn lowered(c: char) -> char {
    match c {
        '¹' => '1',
        '²' => '2',
        '³' => '3',
        '⁰' | '⁴'..='⁹' => char::from_digit(u32::from(c) - 0x2070, 10).unwrap_or(c),
        other => other,
    }
}

/// Whether a character is of a script that puts no space between words.
fn stands_alone(c: char) -> bool {
    matches!(c, '\u{E00}'..='\u{EFF}' | '\u{1000}'..='\u{109F}' | '\u{1780}'..='\u{17FF}')
        || matches!(c, '\u{2E80}'..='\u{9FFF}' | '\u{F900}'..='\u{FAFF}' | '\u{20000}'..='\u{3FFFF}')
}

fn is_far_eastern(c: char) -> bool {
    stands_alone(c) || matches!(c, '\u{AC00}'..='\u{D7AF}')
}

fn around(text: &str, at: usize, length: usize) -> &str {
    let start = text.floor_char_boundary(at.saturating_sub(40));
    let end = text.ceil_char_boundary((at + length + 40).min(text.len()));
    &text[start..end]
}
