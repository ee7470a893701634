//! Items as a format writes them, and what becomes of them: plain text and absolute links.
//!
//! Every reader makes these, so that all formats are finished by the same rules. Texts are borrowed
//! from the document until then.

use std::{borrow::Cow, time::Duration};

use encoding_rs::WINDOWS_1252;
use jiff::Timestamp;
use memchr::memchr;
use url::Url;

use super::{
    Relations, Schedule,
    address::{Address, RawLink, address, best_link, is_address},
    cut_off::without_rests,
    more,
};
use crate::{
    model::Item,
    text::{text_to_plain, to_plain, undo_double_encoding},
};

/// A feed before its texts are plain and its links absolute.
#[derive(Debug, Default)]
pub(super) struct RawFeed<'a> {
    pub(super) title: Body<'a>,
    pub(super) links: Vec<RawLink<'a>>,
    pub(super) language: Option<Cow<'a, str>>,
    /// What wrote it, by name or address.
    pub(super) generator: Option<Cow<'a, str>>,
    pub(super) ttl: Option<Duration>,
    pub(super) schedule: Schedule,
    pub(super) relations: Relations,
    pub(super) items: Vec<RawItem<'a>>,
}

/// An item before its texts are plain and its links absolute.
#[derive(Debug, Default)]
pub(super) struct RawItem<'a> {
    pub(super) id: Option<Cow<'a, str>>,
    pub(super) title: Body<'a>,
    pub(super) summary: Body<'a>,
    pub(super) content: Body<'a>,
    /// Other texts of the story's own: of pictures and films, subtitles, teasers.
    pub(super) more: Vec<Body<'a>>,
    pub(super) links: Vec<RawLink<'a>>,
    pub(super) published: Option<Timestamp>,
    pub(super) updated: Option<Timestamp>,
    /// The date as written: of publication, or else of the last change.
    pub(super) date_text: Option<Cow<'a, str>>,
    pub(super) authors: Vec<Cow<'a, str>>,
    pub(super) categories: Vec<Cow<'a, str>>,
    pub(super) language: Option<Cow<'a, str>>,
    /// Where it was published first.
    pub(super) source: Option<Cow<'a, str>>,
}

/// Text with or without markup.
#[derive(Debug, Default)]
pub(super) struct Body<'a> {
    pub(super) is_html: bool,
    pub(super) text: Cow<'a, str>,
}

impl Body<'_> {
    /// The text without markup; block elements are line breaks.
    pub(super) fn plain(&self) -> String {
        plain(
            &self.text,
            if self.is_html {
                to_plain
            } else {
                text_to_plain
            },
        )
    }

    /// The same on one line.
    fn line(&self) -> String {
        line(self.plain())
    }
}

/// What `read` makes of a text.
///
/// Double encoding is undone before white space is touched, since `à` is then `Ã` and a no-break
/// space, and once more for what was written in character references.
fn plain(text: &str, read: fn(&str) -> String) -> String {
    let mut plain = read(&undo_double_encoding(text));
    if let Cow::Owned(text) = undo_double_encoding(&plain) {
        plain = text;
    }
    without_rests(without_controls(plain))
}

/// A name or a category on one line.
fn label(text: &str) -> String {
    line(plain(text, text_to_plain))
}

/// `text` with the control characters U+0080 to U+009F, which nobody writes, as windows-1252 reads
/// their numbers: `don\u{92}t` is `don’t`. HTML does so for numeric references (§13.2.5.80).
fn without_controls(text: String) -> String {
    let is_control = |c: char| matches!(c, '\u{80}'..='\u{9f}');
    if memchr(0xC2, text.as_bytes()).is_none() || !text.contains(is_control) {
        return text;
    }
    let read = |c: char| match u8::try_from(c) {
        Ok(byte) if is_control(c) => WINDOWS_1252.decode_without_bom_handling(&[byte]).0.into(),
        _ => String::from(c),
    };
    text.chars().map(read).collect()
}

/// One line of plain text.
fn line(text: String) -> String {
    let is_line = !text.contains(|c: char| c.is_whitespace() && c != ' ')
        && !text.contains("  ")
        && text.trim().len() == text.len();
    if is_line {
        return text;
    }
    let mut words = text.split_whitespace();
    let mut line = words.next().unwrap_or_default().to_owned();
    for word in words {
        line.push(' ');
        line.push_str(word);
    }
    line
}

/// One line of plain text for each, each once.
fn labels(texts: &[Cow<'_, str>]) -> Vec<String> {
    let mut labels: Vec<String> = Vec::with_capacity(texts.len());
    for label in texts.iter().map(|text| label(text)).filter_map(non_empty) {
        // No more than `MAX_LABELS`.
        if !labels.contains(&label) {
            labels.push(label);
        }
    }
    labels
}

fn non_empty(text: String) -> Option<String> {
    (!text.is_empty()).then_some(text)
}

/// The longest URL of a source that is kept.
const MAX_SOURCE_BYTES: usize = 2_048;

/// The source's URL, absolute, where it is one that people can open.
fn source_of(written: &str, url: &Url) -> Option<String> {
    let written = written.trim();
    if written.is_empty() || written.len() > MAX_SOURCE_BYTES {
        return None;
    }
    let source = url.join(written).ok()?;
    let is_page = matches!(source.scheme(), "http" | "https") && source.has_host();
    (is_page && source.as_str().len() <= MAX_SOURCE_BYTES).then(|| source.into())
}

impl RawFeed<'_> {
    /// The feed's title, on one line.
    pub(super) fn title(&self) -> Option<String> {
        non_empty(self.title.line())
    }

    /// The address of the site, absolute.
    pub(super) fn link(&self, url: &Url) -> Option<Url> {
        let best = best_link(self.links.iter())?;
        url.join(&best.href).ok().filter(is_address)
    }
}

impl RawItem<'_> {
    /// The item, and its address. `site` is the feed's own link, `url` the document's.
    pub(super) fn finish(
        self,
        language: Option<&str>,
        site: Option<&Url>,
        url: &Url,
    ) -> (Item, Address) {
        let address = address(&self.links, site, url);
        let title = self.title.line();
        let mut content = self.content.plain();
        let summary = self.summary.plain();
        let more_texts = self.more.iter().map(Body::plain);
        more::append(&mut content, [&title, &summary], more_texts);
        let item = Item {
            guid: self.id.map(|id| id.trim().to_owned()).and_then(non_empty),
            title,
            link: address.link.clone(),
            published: self.published,
            updated: self.updated,
            date_text: self.date_text.map(Cow::into_owned),
            authors: labels(&self.authors),
            categories: labels(&self.categories),
            summary,
            content,
            language: self.language.as_deref().or(language).map(str::to_owned),
            source: self.source.and_then(|source| source_of(&source, url)),
        };
        (item, address)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn html(text: &str) -> String {
        let body = Body {
            is_html: true,
            text: text.into(),
        };
        body.plain()
    }

    #[test]
    fn texts_are_unescaped_up_to_three_times() {
        assert_eq!(html("AT&amp;T"), "AT&T");
        assert_eq!(html("AT&amp;amp;T"), "AT&T");
        assert_eq!(html("it&amp;amp;#8217;s"), "it’s");
        assert_eq!(html("AT&amp;amp;amp;amp;T"), "AT&amp;T");
        assert_eq!(html("&lt;p&gt;x&lt;/p&gt;"), "x");
        assert_eq!(html("R&D a < b"), "R&D a < b");
    }

    #[test]
    fn control_characters_are_windows_1252() {
        assert_eq!(html("don\u{92}t \u{93}caf\u{e9}\u{94}"), "don’t “café”");
        assert_eq!(html("Shinjir\u{c5}\u{8d}"), "Shinjirō");
    }

    #[test]
    fn what_is_left_of_a_character_at_the_end_goes() {
        assert_eq!(html("<p>会談した小\u{fffd}…</p>"), "会談した小…");
        assert_eq!(html("会談した小&#xFFFD;"), "会談した小");
    }

    #[test]
    fn double_encoding_is_undone_before_and_behind_references() {
        assert_eq!(html("<p>VoilÃ\u{a0}</p>"), "Voilà");
        assert_eq!(html("caf&Atilde;&copy;"), "café");
        assert_eq!(html("Shinjir&Aring;&#141;"), "Shinjirō");
        let body = Body {
            is_html: false,
            text: "VoilÃ\u{a0}".into(),
        };
        assert_eq!(body.plain(), "Voilà");
    }

    #[test]
    fn plain_text_keeps_what_is_no_markup() {
        let text = |text: &str| {
            let body = Body {
                is_html: false,
                text: text.into(),
            };
            body.plain()
        };
        assert_eq!(text(" The <b> tag\n & you "), "The <b> tag\n& you");
        assert_eq!(text("AT&amp;T, O&#x27;Brien"), "AT&T, O'Brien");
        assert_eq!(text("a <b>bold</b> word"), "a bold word");
    }
}
