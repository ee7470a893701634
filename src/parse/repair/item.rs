//! Where a text goes once its element has ended.

use std::{borrow::Cow, time::Duration};

use url::Url;

use crate::parse::{
    address::Rel,
    date,
    guard::{MAX_LABELS, MAX_LONG_TEXT_BYTES, MAX_SHORT_TEXT_BYTES},
    raw::{Body, RawItem},
    warning::WarningKind,
};

use super::{
    Repair, person,
    text::{allowed, cut},
    token::Tag,
    vocabulary::Role,
};

/// The item that is open. Of each text the first counts.
#[derive(Debug, Default)]
pub(super) struct OpenItem<'a> {
    pub(super) raw: RawItem<'a>,
    pub(super) base: Option<Url>,
    /// Whether anything of it has come.
    pub(super) has_begun: bool,
    has_id: bool,
    second_summary: Body<'a>,
    second_author: Option<Cow<'a, str>>,
    is_date_text_of_publication: bool,
    authors: usize,
    categories: usize,
}

impl<'a> OpenItem<'a> {
    pub(super) fn new(tag: &Tag<'a>, base: Option<Url>) -> Self {
        Self {
            raw: RawItem {
                language: tag.attribute("xml:lang").map(Cow::Borrowed),
                ..RawItem::default()
            },
            base,
            ..Self::default()
        }
    }
}

impl<'a> Repair<'a, '_> {
    pub(super) fn end_item(&mut self) {
        self.end_capture();
        if let Some(item) = self.item.take() {
            let mut raw = item.raw;
            if raw.summary.text.is_empty() {
                raw.summary = item.second_summary;
            }
            if raw.authors.is_empty() {
                raw.authors.extend(item.second_author);
            }
            self.feed.items.push(raw);
        }
    }

    /// Puts the text of the element that has ended where it belongs.
    pub(super) fn end_capture(&mut self) {
        let Some(capture) = self.capture.take() else {
            return;
        };
        let (tag, role, at) = (capture.tag, capture.role, capture.at);
        let Body { is_html, text } = capture.into_body();
        let limit = if role.is_long_text() {
            MAX_LONG_TEXT_BYTES
        } else {
            MAX_SHORT_TEXT_BYTES
        };
        if text.len() > limit {
            self.warnings.note(WarningKind::TextTooLong, at);
        }
        let (text, had_forbidden) = allowed(cut(text, limit));
        if had_forbidden {
            self.warnings.note(WarningKind::ForbiddenCharacter, at);
        }
        if text.is_empty() {
            return;
        }
        let text = Body { is_html, text };
        if self.item.is_some() {
            self.item_text(&tag, role, at, text);
        } else {
            self.feed_text(&tag, role, text);
        }
    }

    fn feed_text(&mut self, tag: &Tag<'a>, role: Role, body: Body<'a>) {
        let text = &body.text;
        match role {
            Role::Title if self.feed.title.text.is_empty() => self.feed.title = body,
            Role::Link => self.write_link(Rel::Alternate, body.text, tag),
            Role::Language => {
                self.feed.language.get_or_insert(body.text);
            }
            Role::Generator => {
                self.feed.generator.get_or_insert(body.text);
            }
            Role::Ttl => {
                let minutes = text.parse::<u32>().ok().map(u64::from);
                self.feed.ttl = minutes.map(|minutes| Duration::from_secs(minutes * 60));
            }
            Role::SkipHour => self.feed.schedule.skip_hour(text),
            Role::SkipDay => self.feed.schedule.skip_day(text),
            Role::UpdatePeriod => self.rhythm.set_period(text),
            Role::UpdateFrequency => self.rhythm.set_frequency(text),
            _ => {}
        }
    }

    fn item_text(&mut self, tag: &Tag<'a>, role: Role, at: usize, body: Body<'a>) {
        let Some(item) = &mut self.item else {
            return;
        };
        item.has_begun = true;
        let raw = &mut item.raw;
        let language = tag.attribute("xml:lang").map(Cow::Borrowed);
        match role {
            Role::Content if raw.content.text.is_empty() => {
                raw.language = language.or(raw.language.take());
                raw.content = body;
                return;
            }
            Role::Title | Role::Summary => raw.language = raw.language.take().or(language),
            _ => {}
        }
        match role {
            Role::Title if raw.title.text.is_empty() => raw.title = body,
            Role::Summary if raw.summary.text.is_empty() => raw.summary = body,
            Role::SecondSummary => item.second_summary = body,
            Role::SecondAuthor => item.second_author = Some(body.text),
            Role::MediaText => raw.media.push(body.text),
            Role::Link => self.write_link(Rel::Alternate, body.text, tag),
            Role::OriginalLink => self.write_link(Rel::Original, body.text, tag),
            Role::Id => {
                self.permalink(tag, body.text.clone());
                self.id(body.text, false);
            }
            Role::SecondId => self.id(body.text, true),
            Role::Published | Role::Updated => self.date(role, at, body.text),
            Role::Author => self.author(body.text, at),
            Role::Category => self.label(body.text, at),
            Role::Language => {
                raw.language.get_or_insert(body.text);
            }
            _ => {}
        }
    }

    /// `is_second`: to be taken only where there is no other.
    pub(super) fn id(&mut self, id: Cow<'a, str>, is_second: bool) {
        if let Some(item) = &mut self.item {
            item.has_begun = true;
            if !(is_second && item.has_id) {
                item.has_id = true;
                item.raw.id = Some(cut(id, MAX_SHORT_TEXT_BYTES));
            }
        }
    }

    pub(super) fn date(&mut self, role: Role, at: usize, text: Cow<'a, str>) {
        let Some(item) = &mut self.item else {
            return;
        };
        let is_publication = role == Role::Published;
        let slot = if is_publication {
            &mut item.raw.published
        } else {
            &mut item.raw.updated
        };
        match date::read(&text) {
            None => self.warnings.note(WarningKind::UnreadableDate, at),
            Some(date) if !date::is_plausible(date, self.now) => {
                self.warnings.note(WarningKind::DateOutOfRange, at);
            }
            Some(date) => {
                slot.get_or_insert(date);
            }
        }
        if item.raw.date_text.is_none() || (is_publication && !item.is_date_text_of_publication) {
            item.raw.date_text = Some(text);
            item.is_date_text_of_publication = is_publication;
        }
    }

    fn author(&mut self, text: Cow<'a, str>, at: usize) {
        let Some(item) = &mut self.item else {
            return;
        };
        item.authors += 1;
        if item.authors > MAX_LABELS {
            self.warnings.note(WarningKind::TooManyLabels, at);
            return;
        }
        item.raw.authors.push(match text {
            Cow::Borrowed(text) => Cow::Borrowed(person::name(text)),
            Cow::Owned(text) => Cow::Owned(person::name(&text).to_owned()),
        });
    }

    fn label(&mut self, text: Cow<'a, str>, at: usize) {
        let Some(item) = &mut self.item else {
            return;
        };
        item.has_begun = true;
        item.categories += 1;
        if item.categories > MAX_LABELS {
            self.warnings.note(WarningKind::TooManyLabels, at);
        } else {
            item.raw.categories.push(text);
        }
    }

    /// A category in attributes. Of an Atom one the label is for people, the term for machines; a
    /// podcast's has a `text`.
    pub(super) fn category(&mut self, at: usize, tag: &Tag<'a>) {
        let label = tag.attribute("label").filter(|label| !label.is_empty());
        let label = label.or_else(|| tag.attribute("term"));
        if let Some(label) = label.or_else(|| tag.attribute("text")) {
            let label = self.resolved(label, at);
            self.label(cut(label, MAX_SHORT_TEXT_BYTES), at);
        }
    }
}
