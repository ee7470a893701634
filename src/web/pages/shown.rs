//! Times, texts, links and cursors as the templates take them.

use jiff::{Timestamp, Zoned, civil::Date, tz::TimeZone};
use serde::Serialize;
use url::Url;

use super::Asked;
use crate::{
    clock::{Clock as _, SystemClock},
    config::Config,
    model::{Field, ItemId, Match},
    store::ItemCursor,
    view::{
        items::{self, Segment},
        when,
    },
    web::Context,
};

/// The moment at which a page is made, and where its readers are.
#[derive(Debug)]
pub(super) struct Now {
    pub(super) at: Timestamp,
    pub(super) zone: TimeZone,
}

/// A moment, for machines, in full and in short.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(super) struct Moment {
    pub(super) iso: String,
    pub(super) exact: String,
    #[serde(skip)]
    pub(super) at: Timestamp,
    pub(super) relative: String,
}

impl Now {
    pub(super) fn of(config: &Config) -> Self {
        Self {
            at: SystemClock.now(),
            zone: config.timezone.clone(),
        }
    }

    pub(super) fn moment(&self, at: Timestamp) -> Moment {
        Moment {
            iso: crate::model::to_second(at).to_string(),
            exact: when::at(at, &self.zone),
            at,
            relative: when::relative(at, self.at),
        }
    }

    /// `05:52`, with the date where that is another day.
    pub(super) fn short(&self, at: Timestamp) -> String {
        let [at, now] = [at, self.at].map(|it| it.to_zoned(self.zone.clone()));
        let is_today = at.date() == now.date();
        let shape = if is_today { "%H:%M" } else { "%-d %b, %H:%M" };
        at.strftime(shape).to_string()
    }

    /// The last days up to today, and where each begins; behind them where today ends.
    pub(super) fn days(&self, count: usize) -> (Vec<Date>, Vec<Timestamp>) {
        let today = Zoned::new(self.at, self.zone.clone()).date();
        let ahead = today.tomorrow().unwrap_or(today);
        let days = (0..=count).scan(ahead, |day, _| {
            let this = *day;
            *day = day.yesterday().unwrap_or(this);
            Some(this)
        });
        let mut days: Vec<Date> = days.collect();
        days.reverse();
        let begins = |day: &Date| {
            let midnight = self.zone.to_timestamp(day.at(0, 0, 0, 0));
            midnight.unwrap_or(self.at)
        };
        let boundaries = days.iter().map(begins).collect();
        days.pop();
        (days, boundaries)
    }
}

/// The address, if a browser may be sent there.
pub(super) fn link_of_web(link: Option<&str>) -> Option<String> {
    let link = link?;
    let url = Url::parse(link).ok()?;
    matches!(url.scheme(), "http" | "https").then(|| link.to_owned())
}

/// The path of the page of what bears this name.
pub(super) fn path(below: &str, name: &str) -> String {
    let mut url = Url::parse("http://ours.invalid").expect("an address");
    url.path_segments_mut()
        .expect("it has a path")
        .extend([below, name]);
    url.path().to_owned()
}

/// A query of these fields, with its `?`.
pub(super) fn query<'a>(fields: impl IntoIterator<Item = (&'a str, &'a str)>) -> String {
    let mut query = url::form_urlencoded::Serializer::new(String::new());
    query.extend_pairs(fields);
    format!("?{}", query.finish())
}

/// A sentence that terms hit.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(super) struct Sentence {
    /// Where it stands, if that is not the story's own text.
    field: Option<&'static str>,
    /// Cut where hits begin and end.
    runs: Vec<Segment>,
}

/// The first sentences that terms hit.
pub(super) fn sentences(matches: &[Match], most: usize) -> Vec<Sentence> {
    let sentences = items::sentences(matches);
    let sentences = sentences.iter().take(most);
    let sentence = |it: &items::Sentence<'_>| Sentence {
        field: match it.field {
            Field::Title | Field::Summary | Field::Content => None,
            field => Some(field.as_str()),
        },
        runs: it.segments(),
    };
    sentences.map(sentence).collect()
}

/// A command as a shell takes it.
pub(super) fn command<'a>(words: impl IntoIterator<Item = &'a str>) -> String {
    let is_plain = |it: char| it.is_ascii_alphanumeric() || "-_.:/+@%,=".contains(it);
    let word = |word: &str| {
        if word.chars().all(is_plain) && !word.is_empty() {
            word.to_owned()
        } else {
            format!("'{}'", word.replace('\'', r"'\''"))
        }
    };
    let words: Vec<String> = words.into_iter().map(word).collect();
    words.join(" ")
}

/// Where a list of items goes on, as it stands in a link.
pub(super) fn cursor_text(cursor: ItemCursor) -> String {
    format!("{}-{}", cursor.seen_at.as_millisecond(), cursor.id.0)
}

/// The place that a link names; `None` where it names none.
pub(super) fn cursor(asked: &Asked) -> Option<ItemCursor> {
    let (seen_at, id) = asked.params.get("before")?.split_once('-')?;
    let seen_at = Timestamp::from_millisecond(seen_at.parse().ok()?).ok()?;
    let id = ItemId(id.parse().ok()?);
    Some(ItemCursor { seen_at, id })
}

/// What an answer of this kind is called.
pub(super) fn words_of(status: axum::http::StatusCode) -> &'static str {
    match status.as_u16() {
        404 | 405 | 410 => "Not found",
        401 | 403 => "Not allowed",
        503 => "Not now",
        _ => "Not answered",
    }
}

/// What went wrong, in place of a page.
pub(super) fn trouble(
    context: &Context,
    asked: &Asked,
    trouble: &Trouble,
) -> axum::response::Response {
    if !asked.takes_pages {
        return super::reply::text(trouble.status, &trouble.words);
    }
    let page = super::engine::render(context, asked, (trouble.title, "trouble.html"), trouble);
    super::reply::html(trouble.status, page)
}

/// Why there is no page.
#[derive(Debug, Serialize)]
pub(super) struct Trouble {
    #[serde(skip)]
    pub(super) status: axum::http::StatusCode,
    pub(super) title: &'static str,
    pub(super) words: String,
}

impl Trouble {
    /// There is nothing of that name.
    #[expect(
        clippy::needless_pass_by_value,
        reason = "that is how `map_err` gives an error"
    )]
    pub(super) fn missing(words: impl ToString) -> Self {
        Self {
            status: axum::http::StatusCode::NOT_FOUND,
            title: "Not found",
            words: words.to_string(),
        }
    }

    /// It cannot be answered now.
    #[expect(
        clippy::needless_pass_by_value,
        reason = "that is how `map_err` gives an error"
    )]
    pub(super) fn busy(words: impl ToString) -> Self {
        Self {
            status: axum::http::StatusCode::SERVICE_UNAVAILABLE,
            title: "Not now",
            words: words.to_string(),
        }
    }
}

impl From<crate::store::StoreError> for Trouble {
    fn from(error: crate::store::StoreError) -> Self {
        Self::busy(error)
    }
}

impl From<crate::view::ViewError> for Trouble {
    fn from(error: crate::view::ViewError) -> Self {
        match error {
            crate::view::ViewError::UnknownName(error) => Self::missing(error),
            crate::view::ViewError::NoStory(error) => Self::missing(error),
            error => Self::busy(error),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn days_are_those_of_the_zone_also_where_clocks_change() {
        let now = Now {
            at: "2026-10-26T06:00:00Z".parse().expect("a time"),
            zone: TimeZone::get("Europe/Berlin").expect("a zone"),
        };
        let (days, boundaries) = now.days(2);
        assert_eq!(days.len(), 2);
        assert_eq!(days[1].to_string(), "2026-10-26");
        let boundaries: Vec<String> = boundaries.iter().map(Timestamp::to_string).collect();
        assert_eq!(
            boundaries,
            [
                "2026-10-24T22:00:00Z",
                "2026-10-25T23:00:00Z",
                "2026-10-26T23:00:00Z"
            ]
        );
    }

    #[test]
    fn a_command_can_be_pasted_into_a_shell() {
        let line = command(["fivebells", "try", "\"a b\" OR O'Neil", "--since", "2h"]);
        assert_eq!(line, r#"fivebells try '"a b" OR O'\''Neil' --since 2h"#);
    }

    #[test]
    fn a_link_leads_to_the_web_and_a_name_to_its_page() {
        for (link, is_link) in [
            ("https://example.org/a", true),
            ("javascript:alert(1)", false),
            ("mailto:a@example.org", false),
            ("relative", false),
        ] {
            assert_eq!(link_of_web(Some(link)).is_some(), is_link, "{link}");
        }
        assert_eq!(path("watches", "a b/c?d"), "/watches/a%20b%2Fc%3Fd");
    }
}
