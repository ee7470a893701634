//! Any feed in XML, however broken, to its items.
//!
//! One loop over the tokens with no recursion and no stack: a feed has items, an item has texts,
//! and nothing else matters. So every fault has a local answer:
//!
//! - an element of text holds everything up to its end tag, markup included; if the end tag is
//!   missing, up to where an item, or for a line of text the next element, starts or ends;
//! - an item ends where the next one starts, or the document ends;
//! - an element that is not closed, closed twice, or unknown changes nothing;
//! - namespaces count only where a prefix is used ([`vocabulary`]).
//!
//! All dialects become one: RSS 0.90 to 2.0, RDF, CDF, Atom 0.3 and 1.0, with Dublin Core, Media
//! RSS, content and syndication modules. Texts are borrowed from the document wherever it writes
//! them in one piece.

mod capture;
mod entity;
mod item;
mod link;
mod nesting;
mod page;
mod roles;
mod text;
mod token;
mod vocabulary;

use std::borrow::Cow;

use jiff::Timestamp;
use url::Url;

use super::{
    Format,
    address::Rel,
    faults::{WarningKind, Warnings},
    head::Rhythm,
    limit::Limited,
    raw::RawFeed,
};
use capture::Capture;
use entity::Entities;
use item::OpenItem;
use nesting::Nesting;
pub(super) use page::not_a_feed;
use roles::{Family, Role};
use token::{Tag, Token, Tokens};
use vocabulary::Vocabulary;

/// Repairs a feed. `None` if no feed starts anywhere in `text`.
pub(super) fn repair<'a>(
    text: &'a str,
    url: &Url,
    now: Timestamp,
    warnings: &mut Warnings,
) -> Option<(RawFeed<'a>, Format)> {
    let mut repair = Repair {
        url,
        now,
        warnings,
        feed: RawFeed::default(),
        rhythm: Rhythm::default(),
        entities: Entities::default(),
        vocabulary: Vocabulary::default(),
        root: None,
        items: Limited::default(),
        item: None,
        capture: None,
        foreign: None,
        nesting: Nesting::default(),
        ended: false,
    };
    for (at, token) in Tokens::new(text) {
        repair.take(at, &token);
        if repair.ended {
            break;
        }
    }
    repair.finish(text.len())
}

struct Repair<'a, 'w> {
    url: &'w Url,
    now: Timestamp,
    warnings: &'w mut Warnings,
    feed: RawFeed<'a>,
    rhythm: Rhythm,
    entities: Entities<'a>,
    vocabulary: Vocabulary<'a>,
    root: Option<Root<'a>>,
    items: Limited<'a>,
    item: Option<OpenItem<'a>>,
    capture: Option<Capture<'a>>,
    /// An element that is passed over with all that is in it, and how many of its name are open.
    foreign: Option<(&'a str, usize)>,
    nesting: Nesting<'a>,
    ended: bool,
}

struct Root<'a> {
    name: &'a str,
    family: Family,
    format: Format,
    base: Option<Url>,
}

impl<'a> Repair<'a, '_> {
    fn take(&mut self, at: usize, token: &Token<'a>) {
        match *token {
            Token::Open(tag) if self.root.is_none() => self.start(at, tag),
            Token::Open(tag) => self.open(at, tag),
            Token::Close(name) => self.close(at, name),
            Token::Doctype(doctype) => self.entities.define(doctype),
            Token::Text(text) => {
                if let Some(capture) = &mut self.capture {
                    capture.push(text, at, &mut self.entities, self.warnings);
                } else if self.root.is_some() {
                    self.entities.check(text, at, self.warnings);
                } else if !text.trim().is_empty() {
                    self.warnings.note(WarningKind::JunkBeforeRoot, at);
                }
                if text.starts_with('<') && self.root.is_some() {
                    self.warnings.note(WarningKind::BareLessThan, at);
                }
            }
            Token::Cdata(text) => {
                if let Some(capture) = &mut self.capture {
                    capture.push_literally(text);
                }
            }
        }
    }

    /// A tag before the root element: is it the root?
    fn start(&mut self, at: usize, tag: Tag<'a>) {
        self.vocabulary.learn(&tag);
        let role = self.vocabulary.role(tag.name);
        let family = match role {
            Role::Root(family) => family,
            Role::Item if tag.name == "entry" => Family::Atom,
            Role::Item => Family::Rss,
            // Channel Definition Format, and RSS whose first tag is lost.
            _ if tag.name.eq_ignore_ascii_case("channel") => Family::Rss,
            _ => return,
        };
        self.feed.language = item::language_of(&tag);
        self.nesting.open(tag.name);
        self.root = Some(Root {
            name: tag.name,
            family,
            format: format_of(family, &tag),
            base: tag
                .attribute("xml:base")
                .and_then(|base| self.url.join(base).ok()),
        });
        if role == Role::Item {
            self.open_item(at, &tag);
        } else if let Some(href) = tag.attribute("href") {
            let href = self.resolved(href, at);
            self.write_link(Rel::Alternate, href, &tag);
        }
    }

    fn family(&self) -> Family {
        self.root.as_ref().map_or(Family::Rss, |root| root.family)
    }

    fn open(&mut self, at: usize, tag: Tag<'a>) {
        if self.capture.is_none() {
            self.vocabulary.learn(&tag);
        }
        let (role, parent) = (self.role(tag.name), self.nesting.innermost());
        if let Some(capture) = &mut self.capture {
            if !capture.is_ended_by(role) {
                capture.open(&tag, at, self.warnings);
                return;
            }
            self.warnings.note(WarningKind::UnclosedElement, capture.at);
            self.nesting.give_up();
            self.end_capture();
        }
        if !tag.is_empty {
            self.nesting.open(tag.name);
        }
        if matches!(role, Role::Foreign | Role::Unknown) || self.foreign.is_some() {
            self.entities.check(tag.source, at, self.warnings);
        }
        self.source(at, role, &tag);
        if let Some((name, open)) = &mut self.foreign
            && role != Role::Item
        {
            *open += usize::from(*name == tag.name && !tag.is_empty);
            return;
        }
        match role {
            Role::Item => self.open_item(at, &tag),
            Role::Link if tag.attribute("href").is_some() => self.link(at, &tag),
            Role::Category if tag.attribute("term").or(tag.attribute("text")).is_some() => {
                self.category(at, &tag);
            }
            Role::Enclosure => self.enclosure(at, &tag),
            Role::Unknown if tag.name.eq_ignore_ascii_case("channel") => {
                self.feed.language = self.feed.language.take().or(item::language_of(&tag));
            }
            Role::Foreign if !tag.is_empty => self.foreign = Some((tag.name, 0)),
            Role::Root(_) | Role::Foreign | Role::Unknown => {}
            _ if tag.is_empty => {}
            _ => {
                let mut capture = Capture::new(tag, role, self.family(), at);
                let is_item = |parent| self.vocabulary.role(parent) == Role::Item;
                capture.is_own = parent.is_some_and(is_item);
                self.capture = Some(capture);
            }
        }
    }

    /// What the element of that name means in its place.
    fn role(&self, name: &str) -> Role {
        let role = self.vocabulary.role(name);
        match self.nesting.innermost() {
            Some("og") => role.in_open_graph(),
            _ => role,
        }
    }

    fn open_item(&mut self, at: usize, tag: &Tag<'a>) {
        self.foreign = None;
        self.end_item();
        let root_base = self.root.as_ref().and_then(|root| root.base.as_ref());
        let base = tag
            .attribute("xml:base")
            .and_then(|base| root_base.unwrap_or(self.url).join(base).ok());
        self.item = Some(OpenItem::new(tag, base));
        if let Some(about) = tag.attribute("rdf:about") {
            let about = self.resolved(about, at);
            self.permalink(tag, about.clone());
            self.id(about, true);
        }
        if let Some(href) = tag.attribute("href") {
            let href = self.resolved(href, at);
            self.write_link(Rel::Alternate, href, tag);
        }
        // Channel Definition Format.
        if let Some(date) = tag.attribute("lastmod") {
            self.date(Role::Updated, at, Cow::Borrowed(date));
        }
        if tag.is_empty {
            self.end_item();
        }
    }

    fn close(&mut self, at: usize, name: &'a str) {
        let role = self.vocabulary.role(name);
        let ends_container =
            matches!(role, Role::Item | Role::Root(_)) || name.eq_ignore_ascii_case("channel");
        if let Some(capture) = &mut self.capture {
            if !capture.is_ended_at(name) {
                if !ends_container {
                    capture.close(name);
                    return;
                }
                self.warnings.note(WarningKind::UnclosedElement, capture.at);
                self.nesting.give_up();
            }
            self.end_capture();
        }
        if !self.nesting.close(name) {
            self.warnings.note(WarningKind::UnclosedElement, at);
        }
        if let Some((foreign, open)) = &mut self.foreign {
            if *foreign == name && *open > 0 {
                *open -= 1;
                return;
            }
            if *foreign == name || ends_container {
                self.foreign = None;
            }
            if !ends_container {
                return;
            }
        }
        if role == Role::Item {
            self.end_item();
        }
        if self.root.as_ref().is_some_and(|root| root.name == name) {
            if self.item.is_some() {
                self.warnings.note(WarningKind::UnclosedElement, at);
            }
            self.end_item();
            self.ended = true;
        }
    }

    fn finish(mut self, length: usize) -> Option<(RawFeed<'a>, Format)> {
        if !self.ended && self.root.is_some() {
            self.warnings.note(WarningKind::Truncated, length);
            if self.item.as_ref().is_some_and(|item| !item.has_begun) && self.capture.is_none() {
                // Cut off right behind its start tag: nothing of this item is here.
                self.item = None;
            }
        }
        self.end_item();
        self.feed.schedule.update_every = self.rhythm.every();
        let excess = self.items.excess();
        self.warnings
            .note_many(WarningKind::TooManyItems, 0, excess);
        self.feed.items = self.items.into_vec();
        Some((self.feed, self.root?.format))
    }

    /// An attribute's value with its references resolved.
    fn resolved(&mut self, text: &'a str, at: usize) -> Cow<'a, str> {
        if memchr::memchr(b'&', text.as_bytes()).is_none() {
            return Cow::Borrowed(text.trim_end());
        }
        let mut resolved = String::with_capacity(text.len());
        self.entities
            .resolve(text, at, &mut resolved, self.warnings);
        resolved.truncate(resolved.trim_end().len());
        Cow::Owned(resolved)
    }
}

fn format_of(family: Family, tag: &Tag<'_>) -> Format {
    let version = tag.attribute("version").unwrap_or_default().trim();
    let namespace = tag.attribute("xmlns").unwrap_or_default();
    match family {
        Family::Rdf if namespace.contains("netscape.com") => Format::Rss090,
        Family::Rdf => Format::Rss10,
        Family::Atom if version == "0.3" || namespace.contains("purl.org/atom") => Format::Atom03,
        Family::Atom => Format::Atom10,
        Family::Rss => match version {
            "0.90" => Format::Rss090,
            "0.91" => Format::Rss091,
            "0.92" | "0.93" | "0.94" => Format::Rss092,
            _ => Format::Rss20,
        },
    }
}

#[cfg(test)]
mod tests;
