//! Bytes to items.
//!
//! ```text
//!  bytes ─► decode ─┬► repair ─────────────┐
//!                   ├► json ───────────────┼► raw ─► items ─► identity
//!                   └► fallback (feed-rs) ─┘
//! ```
//!
//! `repair` reads XML however broken; `fallback` is asked where the markup shows more items than
//! `repair` found (`count` is made without it), or where `repair` panicked.
//!
//! Pure: no I/O, no clock, no randomness. No input makes it panic, overflow the stack or take more
//! than linear time; what one document may make us keep is bounded in `guard`.

mod address;
mod count;
mod cut_off;
mod date;
mod decode;
mod fallback;
mod faults;
mod guard;
mod head;
mod identity;
mod json;
mod legacy;
mod limit;
mod more;
mod pieces;
mod raw;
mod repair;

use std::{
    borrow::Cow,
    panic::{AssertUnwindSafe, catch_unwind},
    time::Duration,
};

use jiff::Timestamp;
use url::Url;

use crate::model::{Fingerprint, Item};

pub use faults::{ParseError, ParseReason, Warning, WarningKind};
pub use head::{Format, Relations, Schedule, Unasked};
pub use identity::{Judgement, Verdict, hashes_of_name, judge, keys_before};
pub use pieces::{MAX_PIECES, Pieces};

use faults::Warnings;
use guard::MAX_ITEMS;
use raw::RawFeed;

/// What a fetch brought.
#[derive(Debug, Clone, Copy)]
pub struct Document<'a> {
    /// The body, its transfer and content encodings undone.
    pub bytes: &'a [u8],
    /// The `Content-Type` header.
    pub content_type: Option<&'a str>,
    /// Where it was found: the base of relative links that have no better one.
    pub url: &'a Url,
}

/// A feed that was read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ParsedFeed {
    /// The name it gives itself, plain text on one line.
    pub title: Option<String>,
    /// The site it belongs to, absolute.
    pub link: Option<String>,
    /// BCP 47 tag.
    pub language: Option<String>,
    /// What it is written in.
    pub format: Format,
    /// How long it asks to be left alone.
    pub ttl: Option<Duration>,
    /// When it says it changes.
    pub schedule: Schedule,
    /// The addresses it names for itself.
    pub relations: Relations,
    /// Item tags in the markup, counted without regard to what was read; for JSON the items.
    pub markup_items: usize,
    /// In the document's order.
    pub items: Vec<ParsedItem>,
    /// What was wrong with it, one entry a kind.
    pub warnings: Vec<Warning>,
}

/// An item and what it is identified by.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ParsedItem {
    /// The story.
    pub item: Item,
    /// For [`judge`] and the store.
    pub fingerprint: Fingerprint,
    /// Whether it is a further version of an item that is in the document too.
    pub is_version: bool,
    /// The link that identifies it, where it is not the one for people: a redirecting service
    /// writes another at every poll.
    pub lasting_link: Option<String>,
}

impl ParsedItem {
    /// What [`judge`] is to see of it.
    pub fn shown(&self) -> Option<Fingerprint> {
        Some(self.fingerprint).filter(|_| !self.is_version)
    }

    /// The link that identifies it.
    pub fn identity(&self) -> Option<&str> {
        self.lasting_link.as_deref().or(self.item.link.as_deref())
    }
}

/// Reads a feed of any format, however broken, as far as it can be read.
///
/// `now` only bounds dates: one before 1990 or more than two days ahead is dropped, with a warning.
///
/// # Errors
/// By [`ParseError`]'s variants: the document is empty, a web page or no feed; or it is a feed and
/// nothing could be read. An empty feed is no error.
pub fn parse(document: &Document<'_>, now: Timestamp) -> Result<ParsedFeed, ParseError> {
    let mut warnings = Warnings::default();
    let text = decode::decode(document.bytes, document.content_type, &mut warnings);
    let text = text.trim_start_matches(|c: char| c.is_whitespace() || c == '\u{FEFF}' || c == '\0');
    if text.is_empty() {
        return Err(ParseError::Empty);
    }
    if text.starts_with('{')
        && let Some((raw, format)) = json::read(text, now, &mut warnings)?
    {
        let items = raw.items.len();
        return Ok(finish(raw, format, items, document.url, warnings));
    }
    let markup = count::items(text);
    let (raw, format) = read_xml(text, markup, document.url, now, &mut warnings)?;
    let read = raw.items.len();
    if read == 0 && markup > 0 {
        return Err(ParseError::ItemsLost { markup, read });
    }
    if read < MAX_ITEMS {
        warnings.note_many(WarningKind::ItemsMissing, 0, markup.saturating_sub(read));
    }
    Ok(finish(raw, format, markup, document.url, warnings))
}

/// The reading that finds more items: ours, unless feed-rs can do better.
fn read_xml<'a>(
    text: &'a str,
    markup: usize,
    url: &Url,
    now: Timestamp,
    warnings: &mut Warnings,
) -> Result<(RawFeed<'a>, Format), ParseError> {
    let ours = catch_unwind(AssertUnwindSafe(|| {
        repair::repair(text, url, now, warnings)
    }));
    let found = |raw: &RawFeed<'_>| raw.items.len();
    match ours {
        Ok(Some((raw, format))) if found(&raw) >= markup.min(MAX_ITEMS) => Ok((raw, format)),
        Ok(Some((raw, format))) => match fallback::read(text, now) {
            Some(other) if found(&other) > found(&raw) => Ok((other, format)),
            _ => Ok((raw, format)),
        },
        Ok(None) => Err(repair::not_a_feed(text)),
        Err(_) => fallback::read(text, now)
            .map(|raw| (raw, Format::Rss20))
            .ok_or(ParseError::Panicked),
    }
}

/// The text of a document that is no feed: a web page, a list of feeds.
pub fn text(document: &Document<'_>) -> String {
    decode::decode(
        document.bytes,
        document.content_type,
        &mut Warnings::default(),
    )
    .into_owned()
}

fn finish(
    mut raw: RawFeed<'_>,
    format: Format,
    markup_items: usize,
    url: &Url,
    warnings: Warnings,
) -> ParsedFeed {
    raw.schedule.unasked = Unasked::of(
        raw.generator.as_deref(),
        format,
        raw.ttl,
        raw.schedule.update_every,
    );
    let title = raw.title();
    let site = raw.link(url);
    let language = raw.language.as_deref();
    let (items, addresses): (Vec<Item>, Vec<address::Address>) = raw
        .items
        .into_iter()
        .map(|item| item.finish(language, site.as_ref(), url))
        .unzip();
    let home = site.as_ref().map(|site| identity::site(site.as_str()));
    let print = |(item, address): (&Item, &address::Address)| {
        identity::fingerprint(item, address.identity.as_deref(), home.as_deref())
    };
    let prints: Vec<Fingerprint> = items.iter().zip(&addresses).map(print).collect();
    let versions = identity::later_versions(&items, &prints);
    let items = items.into_iter().zip(addresses).zip(prints).zip(versions);
    ParsedFeed {
        title,
        link: site.map(String::from),
        language: raw.language.map(Cow::into_owned),
        format,
        ttl: raw.ttl,
        schedule: raw.schedule,
        relations: raw.relations,
        markup_items,
        items: items
            .map(|(((item, address), fingerprint), is_version)| ParsedItem {
                lasting_link: address.identity.filter(|it| item.link.as_ref() != Some(it)),
                item,
                fingerprint,
                is_version,
            })
            .collect(),
        warnings: warnings.into_vec(),
    }
}

#[cfg(test)]
mod properties;
#[cfg(test)]
mod tests;
