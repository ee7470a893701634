//! Times, texts, links and cursors as the templates take them.

use std::time::Duration;

use jiff::{Timestamp, Zoned, civil::Date, tz::TimeZone};
use serde::Serialize;
use url::Url;

use super::Asked;
use crate::{
    clock::{Clock as _, SystemClock},
    config::Config,
    model::{ItemId, Match},
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
            relative: when::relative(at, self.at),
        }
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

/// The first sentences that terms hit, cut where hits begin and end.
pub(super) fn sentences(matches: &[Match], most: usize) -> Vec<Vec<Segment>> {
    let sentences = items::sentences(matches);
    let sentences = sentences.iter().take(most);
    sentences.map(items::Sentence::segments).collect()
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

/// A sentence of ours, cut where what is to be typed begins and ends, which backquotes say.
pub(super) fn coded(sentence: &str) -> Vec<Segment> {
    let parts: Vec<&str> = sentence.split('`').collect();
    let segment = |text: &str, hit| Segment {
        text: text.to_owned(),
        hit,
    };
    if parts.len().is_multiple_of(2) {
        return vec![segment(sentence, false)];
    }
    let parts = parts.into_iter().enumerate();
    let parts = parts.map(|(at, text)| segment(text, !at.is_multiple_of(2)));
    parts.filter(|part| !part.text.is_empty()).collect()
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

/// How long something may take that looks through items; the machine's own clock, which nobody sets.
#[derive(Debug)]
pub(super) struct Budget {
    ends: tokio::time::Instant,
}

impl Budget {
    pub(super) fn of(length: Duration) -> Self {
        let ends = tokio::time::Instant::now() + length;
        Self { ends }
    }

    pub(super) fn goes_on(&self) -> std::ops::ControlFlow<()> {
        if tokio::time::Instant::now() < self.ends {
            std::ops::ControlFlow::Continue(())
        } else {
            std::ops::ControlFlow::Break(())
        }
    }
}

/// What went wrong, in place of a page.
pub(super) fn trouble(
    context: &Context,
    asked: &Asked,
    trouble: &Trouble,
) -> axum::response::Response {
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
    fn what_is_to_be_typed_is_code() {
        let cut = |text| {
            coded(text)
                .into_iter()
                .map(|it| (it.text, it.hit))
                .collect::<Vec<_>>()
        };
        let part = |text: &str, hit| (text.to_owned(), hit);
        assert_eq!(
            cut("no `a1` here"),
            [part("no ", false), part("a1", true), part(" here", false)]
        );
        assert_eq!(cut("`a1`"), [part("a1", true)]);
        assert_eq!(cut("a ` alone"), [part("a ` alone", false)]);
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
