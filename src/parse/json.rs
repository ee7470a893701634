//! JSON Feed 1.0 and 1.1 (<https://www.jsonfeed.org/version/1.1/>), whatever types its writers
//! think right: a value of another type is converted where that makes sense, and noted in a
//! warning.

use std::borrow::Cow;

use jiff::Timestamp;
use serde_json::{Map, Value};

use super::{
    Format, ParseError, Relations,
    address::{RawLink, Rel},
    date,
    faults::{WarningKind, Warnings},
    guard::{MAX_HUBS, MAX_LABELS, MAX_LONG_TEXT_BYTES, MAX_SHORT_TEXT_BYTES, admit_json, cut},
    limit::Limited,
    raw::{Body, RawFeed, RawItem},
};

/// Reads a JSON Feed. `None` if the text is JSON and something else, or no JSON and may be XML
/// behind a stray brace.
///
/// # Errors
/// Nested too deep, with too many values, or a JSON Feed (by its version) that is not well-formed.
pub(super) fn read(
    text: &str,
    now: Timestamp,
    warnings: &mut Warnings,
) -> Result<Option<(RawFeed<'static>, Format)>, ParseError> {
    admit_json(text)?;
    // Something may follow the document: the first value counts.
    let value = serde_json::Deserializer::from_str(text)
        .into_iter::<Value>()
        .next();
    match value {
        Some(Ok(Value::Object(feed))) => {
            let mut reader = Reader {
                now,
                warnings,
                has_number_for_id: false,
            };
            Ok(reader.feed(&feed))
        }
        Some(Err(error)) if text.contains("jsonfeed.org") => Err(ParseError::Malformed {
            detail: error.to_string(),
        }),
        _ => Ok(None),
    }
}

struct Reader<'w> {
    now: Timestamp,
    warnings: &'w mut Warnings,
    /// Said once: who counts their items counts all of them.
    has_number_for_id: bool,
}

impl Reader<'_> {
    fn feed(&mut self, feed: &Map<String, Value>) -> Option<(RawFeed<'static>, Format)> {
        let version = feed.get("version").and_then(Value::as_str);
        let format = match version {
            Some(version) if version.contains("jsonfeed.org/version/1") => {
                if version.trim_end_matches('/').ends_with("1.1") {
                    Format::Json11
                } else {
                    Format::Json10
                }
            }
            _ if feed.get("items").is_some_and(Value::is_array) => Format::Json11,
            _ => return None,
        };
        let items = match feed.get("items") {
            Some(Value::Array(items)) => items.as_slice(),
            Some(_) => {
                self.wrong_type();
                &[]
            }
            None => &[],
        };
        let read = items.iter().filter_map(|item| {
            let object = item.as_object();
            if object.is_none() {
                self.wrong_type();
            }
            object.map(|item| self.item(item))
        });
        let items: Limited<'_> = read.collect();
        self.warnings
            .note_many(WarningKind::TooManyItems, 0, items.excess());
        let raw = RawFeed {
            title: self.plain(feed, "title"),
            links: self.links(feed, &[(Rel::Alternate, "home_page_url")]),
            language: self.text(feed, "language").map(Into::into),
            relations: self.relations(feed),
            items: items.into_vec(),
            ..RawFeed::default()
        };
        Some((raw, format))
    }

    fn relations(&mut self, feed: &Map<String, Value>) -> Relations {
        let hubs = match feed.get("hubs") {
            Some(Value::Array(hubs)) => hubs.as_slice(),
            _ => &[],
        };
        Relations {
            own: self.text(feed, "feed_url"),
            next: self.text(feed, "next_url"),
            prev_archive: None,
            hubs: hubs
                .iter()
                .take(MAX_HUBS)
                .filter_map(|hub| self.bounded(hub.get("url")?, MAX_SHORT_TEXT_BYTES))
                .collect(),
        }
    }

    fn item(&mut self, item: &Map<String, Value>) -> RawItem<'static> {
        let content = match self.long(item, "content_html") {
            Some(text) => Body {
                is_html: true,
                text: text.into(),
            },
            None => Body {
                is_html: false,
                text: self.long(item, "content_text").unwrap_or_default().into(),
            },
        };
        let id = self.id(item);
        let names = [(Rel::Alternate, "url"), (Rel::Related, "external_url")];
        let mut links = self.links(item, &names);
        // An id is a permalink only where it is an address.
        links.extend(
            id.as_deref()
                .filter(|id| id.starts_with("http"))
                .map(|id| RawLink {
                    rel: Rel::Permalink,
                    href: id.trim().to_owned().into(),
                    media_type: None,
                }),
        );
        links.extend(self.attachments(item));
        RawItem {
            id: id.map(Into::into),
            title: self.plain(item, "title"),
            summary: Body {
                is_html: false,
                text: self.long(item, "summary").unwrap_or_default().into(),
            },
            content,
            more: self.titles_of_attachments(item),
            links,
            published: self.date(item, "date_published"),
            updated: self.date(item, "date_modified"),
            date_text: self
                .text(item, "date_published")
                .or_else(|| self.text(item, "date_modified"))
                .map(Into::into),
            authors: self.authors(item),
            categories: self.labels(item, "tags"),
            language: self.text(item, "language").map(Into::into),
            source: None,
        }
    }

    fn id(&mut self, item: &Map<String, Value>) -> Option<String> {
        match item.get("id") {
            Some(Value::Number(id)) => {
                if !std::mem::replace(&mut self.has_number_for_id, true) {
                    self.wrong_type();
                }
                Some(id.to_string())
            }
            _ => self.text(item, "id"),
        }
    }

    fn wrong_type(&mut self) {
        self.warnings.note(WarningKind::WrongJsonType, 0);
    }

    /// A text, or a number or truth value as text.
    fn string(&mut self, value: &Value) -> Option<String> {
        match value {
            Value::String(text) => Some(text.clone()),
            Value::Number(_) | Value::Bool(_) => {
                self.wrong_type();
                Some(value.to_string())
            }
            Value::Null => None,
            Value::Array(_) | Value::Object(_) => {
                self.wrong_type();
                None
            }
        }
    }

    fn bounded(&mut self, value: &Value, limit: usize) -> Option<String> {
        let text = self.string(value)?;
        if text.len() <= limit {
            return Some(text);
        }
        self.warnings.note(WarningKind::TextTooLong, 0);
        Some(cut(&text, limit).to_owned())
    }

    fn text(&mut self, object: &Map<String, Value>, name: &str) -> Option<String> {
        self.bounded(object.get(name)?, MAX_SHORT_TEXT_BYTES)
    }

    fn long(&mut self, object: &Map<String, Value>, name: &str) -> Option<String> {
        self.bounded(object.get(name)?, MAX_LONG_TEXT_BYTES)
    }

    fn plain(&mut self, object: &Map<String, Value>, name: &str) -> Body<'static> {
        Body {
            is_html: false,
            text: self.text(object, name).unwrap_or_default().into(),
        }
    }

    fn links(
        &mut self,
        object: &Map<String, Value>,
        names: &[(Rel, &str)],
    ) -> Vec<RawLink<'static>> {
        names
            .iter()
            .filter_map(|(rel, name)| self.link(*rel, object.get(*name)?))
            .collect()
    }

    fn link(&mut self, rel: Rel, value: &Value) -> Option<RawLink<'static>> {
        let href = self.bounded(value, MAX_SHORT_TEXT_BYTES)?;
        let href = href.trim();
        (!href.is_empty()).then(|| RawLink {
            rel,
            href: href.to_owned().into(),
            media_type: None,
        })
    }

    fn attachments(&mut self, item: &Map<String, Value>) -> Vec<RawLink<'static>> {
        let links = attachments(item).filter_map(|attachment| {
            let mut link = self.link(Rel::Enclosure, attachment.get("url")?)?;
            let kind = attachment.get("mime_type").and_then(Value::as_str);
            link.media_type = kind.map(|kind| cut(kind, MAX_SHORT_TEXT_BYTES).to_owned().into());
            Some(link)
        });
        links.collect()
    }

    fn titles_of_attachments(&mut self, item: &Map<String, Value>) -> Vec<Body<'static>> {
        let titles = attachments(item).filter_map(|attachment| {
            let title = self.bounded(attachment.get("title")?, MAX_SHORT_TEXT_BYTES)?;
            Some(Body {
                is_html: false,
                text: title.into(),
            })
        });
        titles.collect()
    }

    fn date(&mut self, object: &Map<String, Value>, name: &str) -> Option<Timestamp> {
        let text = self.text(object, name)?;
        let Some(date) = date::read(&text) else {
            self.warnings.note(WarningKind::UnreadableDate, 0);
            return None;
        };
        if !date::is_plausible(date, self.now) {
            self.warnings.note(WarningKind::DateOutOfRange, 0);
            return None;
        }
        Some(date)
    }

    /// `authors` of 1.1, then `author` of 1.0; each an object with a name, or just the name.
    fn authors(&mut self, item: &Map<String, Value>) -> Vec<Cow<'static, str>> {
        let mut names: Vec<Cow<'static, str>> = Vec::new();
        for author in { self.list(item, "authors") }
            .into_iter()
            .chain(self.list(item, "author"))
        {
            let name = match author {
                Value::Object(author) => self.text(author, "name"),
                _ => self.bounded(author, MAX_SHORT_TEXT_BYTES),
            };
            names.extend(name.map(Cow::Owned).filter(|name| !names.contains(name)));
        }
        names
    }

    fn labels(&mut self, item: &Map<String, Value>, name: &str) -> Vec<Cow<'static, str>> {
        self.list(item, name)
            .into_iter()
            .filter_map(|label| self.bounded(label, MAX_SHORT_TEXT_BYTES))
            .map(Cow::Owned)
            .collect()
    }

    /// The values of a list, or the one value in the place of a list.
    fn list<'v>(&mut self, object: &'v Map<String, Value>, name: &str) -> Vec<&'v Value> {
        let values = match object.get(name) {
            None | Some(Value::Null) => Vec::new(),
            Some(Value::Array(values)) => values.iter().collect(),
            Some(value) => vec![value],
        };
        let excess = values.len().saturating_sub(MAX_LABELS);
        self.warnings
            .note_many(WarningKind::TooManyLabels, 0, excess);
        values.into_iter().take(MAX_LABELS).collect()
    }
}

fn attachments(item: &Map<String, Value>) -> impl Iterator<Item = &Value> {
    let attachments = item.get("attachments").and_then(Value::as_array);
    attachments.into_iter().flatten().take(MAX_LABELS)
}

#[cfg(test)]
mod tests;
