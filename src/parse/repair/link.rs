//! Addresses of stories, and of the feed itself: which elements and attributes hold one, and what a
//! relative one is relative to (`xml:base`).

use std::borrow::Cow;

use url::Url;

use crate::parse::{
    address::{RawLink, Rel},
    guard::{MAX_HUBS, MAX_LABELS, MAX_SHORT_TEXT_BYTES},
};

use super::{
    Repair,
    item::{OpenItem, SourcePage},
    roles::Role,
    text::{cut, trimmed},
    token::Tag,
};

impl<'a> Repair<'a, '_> {
    /// An RSS guid is the story's address unless it says otherwise, and of an Atom entry without
    /// any link the id is the best guess. A path on the site is one too; a bare word only looks
    /// like one, whatever the guid says: many generators call every guid a permalink.
    pub(super) fn permalink(&mut self, tag: &Tag<'a>, guid: Cow<'a, str>) {
        let says = tag.attribute("isPermaLink").map(str::trim);
        let says_no = says.is_some_and(|value| value.eq_ignore_ascii_case("false"));
        let says_yes = says.is_some_and(|value| value.eq_ignore_ascii_case("true"));
        let is_url = guid.starts_with("http://") || guid.starts_with("https://");
        let is_path = !guid.contains(char::is_whitespace)
            && (guid.starts_with('/') || (says_yes && is_relative(&guid)));
        if (is_url || is_path) && !says_no {
            self.write_link(Rel::Permalink, guid, tag);
        }
    }

    pub(super) fn enclosure(&mut self, at: usize, tag: &Tag<'a>) {
        if let Some(url) = tag.attribute("url") {
            let url = self.resolved(url, at);
            self.write_link(Rel::Enclosure, url, tag);
        }
    }

    /// The source of an item: the URL of RSS's, or of Atom's the page that its link names, else the
    /// feed.
    pub(super) fn source(&mut self, at: usize, role: Role, tag: &Tag<'a>) {
        let is_inside = matches!(self.foreign, Some(("source", _)));
        let is_page = tag
            .attribute("rel")
            .is_none_or(|rel| rel.trim() == "alternate");
        let (written, is_best) = match role {
            Role::Foreign if self.foreign.is_none() && tag.name == "source" => {
                (tag.attribute("url"), true)
            }
            Role::Link if is_inside => (tag.attribute("href"), is_page),
            _ => return,
        };
        let is_first =
            |item: &OpenItem<'_>| item.raw.source.is_none() || item.source_page.is_none();
        let is_wanted = self.item.as_ref().is_some_and(is_first);
        let Some(written) = written.filter(|it| is_wanted && it.len() <= MAX_SHORT_TEXT_BYTES)
        else {
            return;
        };
        let source = self.resolved(written, at);
        if let Some(item) = &mut self.item
            && (is_best || item.raw.source.is_none())
        {
            item.raw.source = Some(source);
            item.source_page = is_best.then_some(SourcePage);
        }
    }

    /// An Atom link: one that may be the story's address, or what the feed says of itself.
    pub(super) fn link(&mut self, at: usize, tag: &Tag<'a>) {
        let Some(href) = tag.attribute("href") else {
            return;
        };
        let name = tag.attribute("rel");
        if let Some(rel) = Rel::of(name) {
            let href = self.resolved(href, at);
            self.write_link(rel, href, tag);
        } else if self.item.is_none() && href.len() <= MAX_SHORT_TEXT_BYTES {
            let href = self.resolved(href, at).into_owned();
            let relations = &mut self.feed.relations;
            match name.map_or("", str::trim) {
                "hub" if relations.hubs.len() < MAX_HUBS => relations.hubs.push(href),
                "self" => first(&mut relations.own, href),
                "next" => first(&mut relations.next, href),
                "prev-archive" => first(&mut relations.prev_archive, href),
                _ => {}
            }
        }
    }

    pub(super) fn write_link(&mut self, rel: Rel, href: Cow<'a, str>, tag: &Tag<'a>) {
        let href = cut(trimmed(href), MAX_SHORT_TEXT_BYTES);
        if href.is_empty() {
            return;
        }
        let own_base = tag
            .attribute("xml:base")
            .and_then(|base| self.url.join(base).ok());
        let base = own_base
            .as_ref()
            .or_else(|| self.item.as_ref()?.base.as_ref())
            .or_else(|| self.root.as_ref()?.base.as_ref());
        let link = RawLink {
            rel,
            href: absolute(href, base),
            media_type: tag.attribute("type").map(Cow::Borrowed),
        };
        match &mut self.item {
            Some(item) => {
                item.has_begun = true;
                if item.raw.links.len() < MAX_LABELS {
                    item.raw.links.push(link);
                }
            }
            None if self.feed.links.len() < MAX_LABELS => self.feed.links.push(link),
            None => {}
        }
    }
}

/// Whether this is a path that begins at the address of the document, and no name such as `tag:…`.
fn is_relative(guid: &str) -> bool {
    guid.starts_with('?') || (guid.contains('/') && !guid.contains(':'))
}

fn first(slot: &mut Option<String>, value: String) {
    slot.get_or_insert(value);
}

/// What `href` is relative to `base`, where the document gives one.
fn absolute<'a>(href: Cow<'a, str>, base: Option<&Url>) -> Cow<'a, str> {
    match base.and_then(|base| base.join(&href).ok()) {
        Some(url) => Cow::Owned(url.into()),
        None => href,
    }
}
