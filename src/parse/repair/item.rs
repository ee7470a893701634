//! Where a text goes once its element has ended: into the open item, or into the feed.
//!
//! Of each field the first element counts. One that may only serve as such (`Fallback…`) counts
//! where there is no other.

use std::{borrow::Cow, time::Duration};

use url::Url;

use crate::parse::{
    address::Rel,
    date,
    faults::WarningKind,
    guard::{MAX_LABELS, MAX_LONG_TEXT_BYTES, MAX_SHORT_TEXT_BYTES},
    raw::{Body, RawItem},
};

use super::{
    Repair,
    roles::Role,
    text::{allowed, cut, is_address, person_name},
    token::Tag,
};

/// That the address of an item's source is a page's.
#[derive(Debug, Clone, Copy)]
pub(super) struct SourcePage;

/// The item that is open. Of each text the first counts; a second one is another text of the item.
#[derive(Debug, Default)]
pub(super) struct OpenItem<'a> {
    pub(super) raw: RawItem<'a>,
    pub(super) base: Option<Url>,
    /// Whether anything of it has come.
    pub(super) has_begun: bool,
    /// There if its source is a page, not a feed.
    pub(super) source_page: Option<SourcePage>,
    has_id: bool,
    /// The names of the elements that gave the title, the summary and the content, and of those
    /// that were beside them.
    taken: Vec<&'a str>,
    second_titles: Vec<Body<'a>>,
    second_summary: Option<Body<'a>>,
    second_authors: Vec<Cow<'a, str>>,
    second_date: Option<(usize, Cow<'a, str>)>,
    is_date_text_of_publication: bool,
    authors: usize,
    categories: usize,
}

impl<'a> OpenItem<'a> {
    pub(super) fn new(tag: &Tag<'a>, base: Option<Url>) -> Self {
        Self {
            raw: RawItem {
                language: language_of(tag),
                ..RawItem::default()
            },
            base,
            ..Self::default()
        }
    }
}

impl<'a> OpenItem<'a> {
    /// The item, with its fallbacks where they are wanted.
    fn into_raw(self) -> RawItem<'a> {
        let mut raw = self.raw;
        let mut titles = self.second_titles.into_iter();
        if raw.title.text.is_empty() {
            raw.title = titles.next().unwrap_or_default();
        }
        let mut summary = self.second_summary;
        if raw.summary.text.is_empty() {
            raw.summary = summary.take().unwrap_or_default();
        }
        raw.more.splice(..0, titles.chain(summary));
        raw.authors.extend(self.second_authors);
        // RSS's `author` is an address; who knows the name writes it elsewhere.
        raw.authors.sort_by_key(|author| is_address(author));
        raw
    }

    /// Whether an element of that name is not the second one.
    fn is_first(&mut self, name: &'a str) -> bool {
        let is_first = !self.taken.contains(&name);
        if is_first {
            self.taken.push(name);
        }
        is_first
    }
}

/// The language of an element; some forget the prefix.
pub(super) fn language_of<'a>(tag: &Tag<'a>) -> Option<Cow<'a, str>> {
    let language = tag.attribute("xml:lang").or_else(|| tag.attribute("lang"));
    language
        .map(str::trim)
        .filter(|tag| !tag.is_empty())
        .map(Cow::Borrowed)
}

impl<'a> Repair<'a, '_> {
    pub(super) fn end_item(&mut self) {
        self.end_capture();
        if let Some(item) = &mut self.item
            && item.raw.published.is_none()
            && item.raw.updated.is_none()
            && let Some((at, date)) = item.second_date.take()
        {
            self.date(Role::Published, at, date);
        }
        if let Some(item) = self.item.take() {
            self.items.push(item.into_raw());
        }
    }

    /// Puts the text of the element that has ended where it belongs.
    pub(super) fn end_capture(&mut self) {
        let Some(capture) = self.capture.take() else {
            return;
        };
        let (tag, role, at) = (capture.tag, capture.role, capture.at);
        let is_own = capture.is_own;
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
        let Some(item) = &mut self.item else {
            self.feed_text(&tag, role, text);
            return;
        };
        let is_main = matches!(role, Role::Title | Role::Summary | Role::Content);
        if !is_main || item.is_first(tag.name) {
            self.item_text(&tag, role, at, text);
        } else if is_own {
            // Text in an element that nobody knows may be another story's.
            item.raw.more.push(text);
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
        let language = language_of(tag);
        let raw = &mut item.raw;
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
            Role::Title | Role::FallbackTitle => item.second_titles.push(body),
            Role::Summary if raw.summary.text.is_empty() => raw.summary = body,
            Role::FallbackSummary if item.second_summary.is_none() => {
                item.second_summary = Some(body);
            }
            Role::Summary | Role::FallbackSummary | Role::Content | Role::OtherText => {
                raw.more.push(body);
            }
            Role::FallbackDate => {
                item.second_date.get_or_insert((at, body.text));
            }
            Role::Link => self.write_link(Rel::Alternate, body.text, tag),
            Role::OriginalLink => self.write_link(Rel::Original, body.text, tag),
            Role::Id => {
                self.permalink(tag, body.text.clone());
                self.id(body.text, false);
            }
            Role::FallbackId => self.id(body.text, true),
            Role::Published | Role::Updated => self.date(role, at, body.text),
            Role::Author | Role::FallbackAuthor => self.author(role, body.text, at),
            Role::Credit if is_writer(tag) => self.author(role, body.text, at),
            Role::Credit => raw.more.push(body),
            Role::Category => {
                if let Some(label) = tag.attribute("label") {
                    self.attribute_label(label, at);
                }
                self.label(body.text, at);
            }
            Role::Keywords => self.keywords(&body.text, at),
            Role::Language => {
                raw.language.get_or_insert(body.text);
            }
            _ => {}
        }
    }

    /// `is_fallback`: to be taken only where there is no other.
    pub(super) fn id(&mut self, id: Cow<'a, str>, is_fallback: bool) {
        if let Some(item) = &mut self.item {
            item.has_begun = true;
            if !(is_fallback && item.has_id) {
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

    fn author(&mut self, role: Role, text: Cow<'a, str>, at: usize) {
        let Some(item) = &mut self.item else {
            return;
        };
        item.authors += 1;
        if item.authors > MAX_LABELS {
            self.warnings.note(WarningKind::TooManyLabels, at);
            return;
        }
        let authors = if role == Role::Author {
            &mut item.raw.authors
        } else {
            &mut item.second_authors
        };
        authors.push(person_name(text));
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

    /// Labels in one text.
    fn keywords(&mut self, text: &str, at: usize) {
        let is_between = |c| matches!(c, ',' | ';' | '、' | '，' | '；');
        for label in text.split(is_between).map(str::trim) {
            if !label.is_empty() {
                self.label(Cow::Owned(label.to_owned()), at);
            }
        }
    }

    /// A category in attributes. Of an Atom one the label is for people, and the term for machines
    /// where it is no word; a podcast's has a `text`.
    pub(super) fn category(&mut self, at: usize, tag: &Tag<'a>) {
        let label = tag.attribute("label").filter(|label| !label.is_empty());
        let term = tag.attribute("term").or_else(|| tag.attribute("text"));
        if let Some(label) = label {
            self.attribute_label(label, at);
        }
        if let Some(term) = term.filter(|term| label.is_none_or(|label| adds(label, term))) {
            self.attribute_label(term, at);
        }
    }

    fn attribute_label(&mut self, label: &'a str, at: usize) {
        let label = self.resolved(label, at);
        if !label.is_empty() {
            self.label(cut(label, MAX_SHORT_TEXT_BYTES), at);
        }
    }
}

/// Whether a credit names who wrote the story; others took its pictures.
fn is_writer(credit: &Tag<'_>) -> bool {
    let role = credit.attribute("role").unwrap_or_default().trim();
    ["author", "writer", "reporter", "journalist", "editor"]
        .iter()
        .any(|writer| role.eq_ignore_ascii_case(writer))
}

/// Whether a term says something beside its label: it is a word, and another one. `US` is not
/// `us`.
fn adds(label: &str, term: &str) -> bool {
    let (label, term) = (label.trim(), term.trim());
    let is_word = !term.contains("://") && term.contains(char::is_alphabetic);
    let is_same = term.to_lowercase() == label.to_lowercase();
    let has_small = term.contains(char::is_lowercase);
    is_word && !(is_same && (has_small || term == label))
}
