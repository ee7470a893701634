//! What a request asks: who, the fields of the query, and the body.

use std::str::FromStr;

use axum::{
    extract::FromRequestParts,
    http::{HeaderMap, StatusCode, Uri, header::CONTENT_TYPE, request::Parts},
};
use jiff::{Timestamp, tz::TimeZone};
use serde::de::DeserializeOwned;
use url::form_urlencoded::{Serializer, parse};

use super::fault::Fault;
use crate::{
    suggest::closest,
    view::moment::{moment, span},
    web::{Context, access::Visitor},
};

/// Entries of a list where the query does not say how many.
const USUAL: u32 = 50;

/// Entries of a list at most.
const MOST: u32 = 200;

/// What is asked for.
#[derive(Debug, Clone)]
pub(super) struct Asked {
    visitor: Visitor,
    uri: Uri,
    pub(super) headers: HeaderMap,
}

impl FromRequestParts<Context> for Asked {
    type Rejection = Fault;

    async fn from_request_parts(parts: &mut Parts, _: &Context) -> Result<Self, Fault> {
        let Some(visitor) = parts.extensions.get::<Visitor>().cloned() else {
            // The guard puts it there; without it nobody gets in.
            return Err(Fault::of(StatusCode::UNAUTHORIZED, "nobody asks"));
        };
        Ok(Self {
            visitor,
            uri: parts.uri.clone(),
            headers: parts.headers.clone(),
        })
    }
}

impl Asked {
    /// The fields of the query, of these names; those with a `*` behind them may be given several
    /// times.
    pub(super) fn query(&self, names: &[&str]) -> Result<Query, Fault> {
        let query = Query::read(self.uri.query().unwrap_or_default(), names)?;
        let path = self.uri.path().to_owned();
        Ok(Query { path, ..query })
    }

    /// The body, which is JSON.
    pub(super) fn body<T: DeserializeOwned>(&self, body: &[u8]) -> Result<T, Fault> {
        let kind = self.headers.get(CONTENT_TYPE);
        let kind = kind.and_then(|kind| kind.to_str().ok()).unwrap_or_default();
        let kind = kind.split(';').next().unwrap_or_default().trim();
        if !kind.eq_ignore_ascii_case("application/json") {
            let detail = "the body is JSON: `Content-Type: application/json`";
            return Err(Fault::of(StatusCode::UNSUPPORTED_MEDIA_TYPE, detail));
        }
        serde_json::from_slice(body).map_err(|error| {
            let detail = format!("the body: {error}");
            if error.is_data() {
                Fault::meaningless(detail)
            } else {
                Fault::malformed(detail)
            }
        })
    }

    /// How a mute says who made it.
    pub(super) fn by(&self) -> String {
        let name = self.visitor.name.clone();
        name.unwrap_or_else(|| "api".to_owned())
    }
}

/// The fields of a query.
#[derive(Debug, Default)]
pub(super) struct Query {
    path: String,
    fields: Vec<(String, String)>,
}

impl Query {
    fn read(query: &str, names: &[&str]) -> Result<Self, Fault> {
        let mut fields: Vec<(String, String)> = Vec::new();
        for (name, value) in parse(query.as_bytes()).into_owned() {
            let mut plain = names.iter().map(|it| it.trim_end_matches('*'));
            if !plain.any(|it| it == name) {
                return Err(unknown(&name, names));
            }
            if value.trim().is_empty() {
                return Err(Fault::malformed(format!("{name} is empty")));
            }
            let may_repeat = names.iter().any(|it| it.strip_suffix('*') == Some(&name));
            if !may_repeat && fields.iter().any(|(it, _)| *it == name) {
                return Err(Fault::malformed(format!("{name} is given twice")));
            }
            fields.push((name, value));
        }
        Ok(Self {
            path: String::new(),
            fields,
        })
    }

    pub(super) fn get(&self, name: &str) -> Option<&str> {
        let mut fields = self.fields.iter();
        let found = fields.find(|(it, _)| it == name);
        found.map(|(_, value)| value.as_str())
    }

    pub(super) fn all(&self, name: &str) -> Vec<String> {
        let fields = self.fields.iter().filter(|(it, _)| it == name);
        fields.map(|(_, value)| value.clone()).collect()
    }

    /// How many entries a list is to have, `usual` where nothing is said.
    pub(super) fn limit_or(&self, usual: u32) -> Result<u32, Fault> {
        let Some(text) = self.get("limit") else {
            return Ok(usual);
        };
        let limit = text.parse().ok().filter(|it| (1..=MOST).contains(it));
        limit.ok_or_else(|| {
            Fault::malformed(format!("limit is a number from 1 to {MOST}, not {text:?}"))
        })
    }

    pub(super) fn limit(&self) -> Result<u32, Fault> {
        self.limit_or(USUAL)
    }

    /// Yes or no; no where nothing is said.
    pub(super) fn flag(&self, name: &str) -> Result<bool, Fault> {
        match self.get(name) {
            None | Some("false") => Ok(false),
            Some("true") => Ok(true),
            Some(other) => Err(Fault::malformed(format!(
                "{name} is true or false, not {other:?}"
            ))),
        }
    }

    /// A number of digits: a cursor, a count.
    pub(super) fn number<T: FromStr>(&self, name: &str) -> Result<Option<T>, Fault> {
        let Some(text) = self.get(name) else {
            return Ok(None);
        };
        let is_number = text.bytes().all(|byte| byte.is_ascii_digit());
        let number = text.parse().ok().filter(|_| is_number);
        let fault = || Fault::malformed(format!("{name} is a number, not {text:?}"));
        number.map(Some).ok_or_else(fault)
    }

    /// Each value of this name, one of a closed set.
    pub(super) fn each<T: Copy>(
        &self,
        name: &str,
        known: &[T],
        word: impl Fn(T) -> &'static str,
    ) -> Result<Vec<T>, Fault> {
        let fields = self.fields.iter().filter(|(it, _)| it == name);
        let read = fields.map(|(_, text)| {
            let found = known.iter().copied().find(|it| word(*it) == text);
            found.ok_or_else(|| {
                let words: Vec<&str> = known.iter().map(|it| word(*it)).collect();
                let words = words.join(", ");
                Fault::malformed(format!("{name} is one of {words}, not {text:?}"))
            })
        });
        read.collect()
    }

    /// The moments `since` and `until`, written as on the command line.
    pub(super) fn span(
        &self,
        now: Timestamp,
        zone: &TimeZone,
    ) -> Result<[Option<Timestamp>; 2], Fault> {
        let read = |name: &str| {
            let text = self.get(name).map(|text| {
                // In a query a `+` that is not escaped is a space.
                if text.contains('T') {
                    text.replace(' ', "+")
                } else {
                    text.to_owned()
                }
            });
            let moment = text.map(|text| moment(&text)).transpose();
            moment.map_err(|error| Fault::meaningless(format!("{name}: {error}")))
        };
        let span = span(read("since")?, read("until")?, now, zone);
        let span = span.map_err(|error| error.to_string().replace("--", ""));
        let (since, until) = span.map_err(Fault::meaningless)?;
        Ok([since, until])
    }

    /// The same question with another cursor.
    pub(super) fn at(&self, name: &str, cursor: &str) -> String {
        let mut query = Serializer::new(String::new());
        query.extend_pairs(self.fields.iter().filter(|(it, _)| it != name));
        query.append_pair(name, cursor);
        format!("{}?{}", self.path, query.finish())
    }
}

fn unknown(name: &str, names: &[&str]) -> Fault {
    let names: Vec<&str> = names.iter().map(|it| it.trim_end_matches('*')).collect();
    let instead = match closest(name, names.iter().copied()) {
        Some(meant) => format!(", did you mean {meant:?}?"),
        None if names.is_empty() => "; it takes none".to_owned(),
        None => format!(", only {}", names.join(", ")),
    };
    Fault::malformed(format!("there is no parameter {name:?}{instead}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    const NAMES: &[&str] = &["watch*", "limit", "muted", "since", "before"];

    fn refused(query: &str) -> Option<String> {
        let now = "2026-11-30T12:00:00Z".parse().expect("a time");
        let read = Query::read(query, NAMES).and_then(|query| {
            query.limit()?;
            query.flag("muted")?;
            query.number::<i64>("before")?;
            query.span(now, &TimeZone::UTC)
        });
        read.err().map(|fault| format!("{fault:?}"))
    }

    #[test]
    fn what_cannot_be_meant_is_refused_in_words() {
        for (query, wanted) in [
            ("", None),
            ("watch=a&watch=b&limit=200&muted=true&before=7", None),
            ("since=2026-11-22T07:00:00+09:00", None),
            ("limt=5", Some("did you mean \\\"limit\\\"?")),
            (
                "colour=red",
                Some("only watch, limit, muted, since, before"),
            ),
            ("limit=0", Some("from 1 to 200")),
            ("limit=201", Some("from 1 to 200")),
            ("limit=+5", Some("from 1 to 200")),
            ("limit=5&limit=6", Some("limit is given twice")),
            ("watch=", Some("watch is empty")),
            ("muted=yes", Some("true or false")),
            ("before=-1", Some("is a number")),
            ("before=99999999999999999999", Some("is a number")),
            ("since=soon", Some("since: expected")),
            ("since=2999-01-01", Some("in the future")),
        ] {
            let said = refused(query);
            let is_right = match (&said, wanted) {
                (None, None) => true,
                (Some(said), Some(wanted)) => said.contains(wanted),
                _ => false,
            };
            assert!(is_right, "{query}: {said:?}");
        }
    }

    #[test]
    fn the_next_page_is_the_same_question() {
        let query = Query::read("watch=a+b&before=9&limit=2", NAMES).expect("fine");
        assert_eq!(query.at("before", "7"), "?watch=a+b&limit=2&before=7");
    }
}
