//! Where a text goes once its element has ended.

use std::time::Duration;

use crate::parse::{
    date,
    guard::{MAX_LABELS, MAX_LONG_TEXT_BYTES, MAX_SHORT_TEXT_BYTES, cut},
    warning::WarningKind,
};

use super::{
    Repair,
    atom::{Link, Markup, is_forbidden},
    capture::Capture,
    person,
    token::Tag,
    vocabulary::Role,
};

/// What was seen of the item that is open. Of each text the first counts.
#[derive(Debug, Default)]
pub(super) struct OpenItem {
    /// Where its entry starts in what is written.
    pub(super) mark: usize,
    language: Option<String>,
    seen: Vec<Role>,
    authors: usize,
    categories: usize,
}

impl OpenItem {
    pub(super) fn new(mark: usize, tag: &Tag<'_>) -> Self {
        Self {
            mark,
            language: tag.attribute("xml:lang").map(str::to_owned),
            ..Self::default()
        }
    }

    /// Whether nothing of it has come yet.
    pub(super) fn is_empty(&self) -> bool {
        self.seen.is_empty() && self.authors + self.categories == 0
    }

    /// Whether this is the first of its role.
    fn is_first(&mut self, role: Role) -> bool {
        let is_first = !self.seen.contains(&role);
        if is_first {
            self.seen.push(role);
        }
        is_first
    }
}

impl Repair<'_, '_> {
    pub(super) fn end_item(&mut self) {
        if self.capture.is_some() {
            self.end_capture();
        }
        if let Some(item) = self.item.take() {
            if item.language.is_some() && !item.seen.contains(&Role::Content) {
                // feed-rs takes an entry's language from its content, so there has to be one.
                self.atom
                    .text("content", Markup::Plain, "", item.language.as_deref());
            }
            self.atom.end_entry();
            self.items += 1;
        }
    }

    /// Writes the text of the element that has ended to where it belongs.
    pub(super) fn end_capture(&mut self) {
        let Some(capture) = self.capture.take() else {
            return;
        };
        let (markup, text) = capture.text();
        let limit = if capture.role.is_long_text() {
            MAX_LONG_TEXT_BYTES
        } else {
            MAX_SHORT_TEXT_BYTES
        };
        if text.len() > limit {
            self.warnings.note(WarningKind::TextTooLong, capture.at);
        }
        let text = cut(text, limit);
        if text.is_empty() {
            return;
        }
        if text.contains(is_forbidden) {
            self.warnings
                .note(WarningKind::ForbiddenCharacter, capture.at);
        }
        if self.item.is_some() {
            self.item_text(&capture, markup, text);
        } else {
            self.feed_text(&capture, markup, text);
        }
    }

    fn feed_text(&mut self, capture: &Capture<'_>, markup: Markup, text: &str) {
        match capture.role {
            Role::Title if !self.head.has_title => {
                self.head.has_title = true;
                self.atom.text("title", markup, text, None);
            }
            Role::Link => self.write_link("alternate", text, &capture.tag),
            Role::Language => {
                self.head.language.get_or_insert_with(|| text.to_owned());
            }
            Role::Ttl => {
                let minutes = text.parse::<u32>().ok().map(u64::from);
                self.head.ttl = minutes.map(|minutes| Duration::from_secs(minutes * 60));
            }
            _ => {}
        }
    }

    fn item_text(&mut self, capture: &Capture<'_>, markup: Markup, text: &str) {
        let Some(item) = &mut self.item else {
            return;
        };
        let language = capture.tag.attribute("xml:lang");
        match capture.role {
            Role::Title if item.is_first(Role::Title) => {
                self.atom.text("title", markup, text, None);
            }
            Role::Summary if item.is_first(Role::Summary) => {
                self.atom.text("summary", markup, text, None);
            }
            Role::Content if item.is_first(Role::Content) => {
                let language = language.or(item.language.as_deref());
                self.atom.text("content", markup, text, language);
            }
            Role::MediaText => self.atom.media_text(text),
            Role::Link => self.write_link("alternate", text, &capture.tag),
            Role::OriginalLink => self.write_link("original", text, &capture.tag),
            Role::Id => {
                self.id(text, false);
                self.permalink(&capture.tag, text);
            }
            Role::SecondId => self.id(text, true),
            Role::Published | Role::Updated => self.date(capture, text),
            Role::Author => self.author(text, capture.at),
            Role::Category => self.label(text, capture.at),
            Role::Language => {
                item.language.get_or_insert_with(|| text.to_owned());
            }
            _ => {}
        }
    }

    /// `is_second`: to be taken only where there is no other.
    pub(super) fn id(&mut self, id: &str, is_second: bool) {
        if let Some(item) = &mut self.item {
            // Of two ids feed-rs takes the last.
            if item.is_first(Role::Id) || !is_second {
                self.atom.id(cut(id, MAX_SHORT_TEXT_BYTES));
            }
        }
    }

    /// An RSS guid is the story's address unless it says otherwise, and of an Atom entry without
    /// any link the id is the best guess.
    pub(super) fn permalink(&mut self, tag: &Tag<'_>, guid: &str) {
        let says_no = tag
            .attribute("isPermaLink")
            .is_some_and(|value| value.trim().eq_ignore_ascii_case("false"));
        let is_url = guid.starts_with("http://") || guid.starts_with("https://");
        if is_url && !says_no {
            self.write_link("permalink", guid, tag);
        }
    }

    fn date(&mut self, capture: &Capture<'_>, text: &str) {
        let Some(item) = &mut self.item else {
            return;
        };
        let name = if capture.role == Role::Published {
            "published"
        } else {
            "updated"
        };
        match date::read(text) {
            None => self.warnings.note(WarningKind::UnreadableDate, capture.at),
            Some(date) if !date::is_plausible(date, self.now) => {
                self.warnings.note(WarningKind::DateOutOfRange, capture.at);
            }
            Some(date) if item.is_first(capture.role) => self.atom.date(name, date),
            Some(_) => {}
        }
    }

    fn author(&mut self, text: &str, at: usize) {
        let name = person::name(text);
        if let Some(item) = &mut self.item {
            item.authors += 1;
            if item.authors > MAX_LABELS {
                self.warnings.note(WarningKind::TooManyLabels, at);
            } else {
                self.atom.author(name);
            }
        }
    }

    fn label(&mut self, text: &str, at: usize) {
        if let Some(item) = &mut self.item {
            item.categories += 1;
            if item.categories > MAX_LABELS {
                self.warnings.note(WarningKind::TooManyLabels, at);
            } else {
                self.atom.category(text);
            }
        }
    }

    /// An Atom category: its label is for people, its term for machines.
    pub(super) fn category(&mut self, at: usize, tag: &Tag<'_>) {
        let label = tag.attribute("label").filter(|label| !label.is_empty());
        if let Some(label) = label.or_else(|| tag.attribute("term")) {
            let label = self.resolved(label, at);
            self.label(cut(&label, MAX_SHORT_TEXT_BYTES), at);
        }
    }

    pub(super) fn enclosure(&mut self, at: usize, tag: &Tag<'_>) {
        if let Some(url) = tag.attribute("url") {
            let url = self.resolved(url, at);
            self.write_link("enclosure", &url, tag);
        }
    }

    /// An Atom link; only those that may be the story's address are of use.
    pub(super) fn link(&mut self, at: usize, tag: &Tag<'_>) {
        let rel = tag.attribute("rel").map_or("alternate", str::trim);
        if let ("alternate" | "enclosure" | "related" | "via", Some(href)) =
            (rel, tag.attribute("href"))
        {
            let href = self.resolved(href, at);
            self.write_link(rel, &href, tag);
        }
    }

    pub(super) fn write_link(&mut self, rel: &str, href: &str, tag: &Tag<'_>) {
        let href = href.trim();
        if href.is_empty() {
            return;
        }
        if let Some(item) = &mut self.item {
            item.is_first(Role::Link);
        }
        let base = tag
            .attribute("xml:base")
            .and_then(|base| self.url.join(base).ok());
        self.atom.link(&Link {
            rel,
            href: cut(href, MAX_SHORT_TEXT_BYTES),
            media_type: tag.attribute("type"),
            base: base.as_ref().map(url::Url::as_str),
        });
    }
}
