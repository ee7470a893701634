//! The receiver's own body: a minijinja template.
//!
//! A template sees exactly the names of `data` in an `alert.matched` webhook (`item.title`,
//! `watches`, `feed.name`, …), and `type`, `timestamp`, `incident` and `resolved` beside them. Nothing is escaped for it:
//! in JSON, write `{{ item.title | tojson }}`. A name that does not exist is an error, not an empty
//! string; where one is hit after all, the template is given plain words and the notice goes out.
//!
//! The monitor's own events (`feed.failing`, `receiver.failing`, …) have no item, but a board that
//! takes cards should show them too. A template therefore sees a stand-in with the same names:
//! `item.title` is the event's sentence, `item.summary` its facts, `item.link` and `feed.url` the
//! feed's URL, `feed.name` the feed, `watches` is `["fivebells"]` and `matches` is empty. A digest
//! looks the same, with a line for each story in `item.summary`; `alerts` holds them all.

use jiff::{Timestamp, tz::TimeZone};
use serde::Serialize;

use crate::{
    model::{Alert, AlertFeed, AlertItem, AlertStory, DeliveryKey, Event, Notice, Update},
    notify::{
        engine::{Engine, Escape, TemplateError, json},
        incident::Incident,
        render::trouble,
        sample::trials,
    },
};

/// Tries a `body` template: compiles it, and renders it for the notices of `trials`. With `is_json`
/// ([`WebhookOptions::is_json`](super::super::WebhookOptions::is_json)) what it renders must be
/// JSON.
///
/// # Errors
/// [`TemplateError`]: what would otherwise be found out by a lost alert.
pub fn check_template(body: &str, is_json: bool) -> Result<(), TemplateError> {
    checked(body, is_json).map(drop)
}

/// The template, tried.
pub(super) fn checked(body: &str, is_json: bool) -> Result<Template, TemplateError> {
    let template = Template::new(body, is_json)?;
    for notice in trials() {
        let body = template.render(&notice, &TimeZone::UTC);
        body.map_err(|error| error.on(&notice))?;
    }
    Ok(template)
}

/// A compiled `body`.
#[derive(Debug)]
pub(super) struct Template {
    engine: Engine,
    is_json: bool,
}

/// What a template makes of a notice.
#[derive(Debug)]
pub(super) struct Made {
    pub(super) body: Vec<u8>,
    /// Why it is made of plain words, if it is.
    pub(super) fault: Option<TemplateError>,
}

impl Template {
    fn new(body: &str, is_json: bool) -> Result<Self, TemplateError> {
        let engine = Engine::new(body, Escape::Nothing)?;
        Ok(Self { engine, is_json })
    }

    /// What it makes of a notice. Where it fails after all, it is given the event's sentence in the
    /// place of the story: a card that says less is better than none.
    ///
    /// # Errors
    /// The first fault, where that fails too.
    pub(super) fn make(&self, notice: &Notice, timezone: &TimeZone) -> Result<Made, TemplateError> {
        let fault = match self.render(notice, timezone) {
            Ok(body) => return Ok(Made { body, fault: None }),
            Err(fault) => fault,
        };
        let plain = plain_alert(notice, timezone, &fault);
        match self.render_as(notice, &plain) {
            Ok(body) => Ok(Made {
                body,
                fault: Some(fault),
            }),
            Err(_) => Err(fault),
        }
    }

    fn render(&self, notice: &Notice, timezone: &TimeZone) -> Result<Vec<u8>, TemplateError> {
        match &notice.event {
            Event::Alert(alert) => self.render_as(notice, alert),
            _ => self.render_as(notice, &stand_in_alert(notice, timezone)),
        }
    }

    fn render_as(&self, notice: &Notice, alert: &Alert) -> Result<Vec<u8>, TemplateError> {
        let Incident { key, is_over } = Incident::of(notice);
        let body = self.engine.render(&Names {
            incident: key,
            resolved: is_over,
            kind: notice.event.kind(),
            timestamp: notice.timestamp,
            update: alert.update.as_ref(),
            story: alert.story.as_ref(),
            alerts: match &notice.event {
                Event::DigestReady(digest) => &digest.alerts,
                _ => &[],
            },
            alert,
        })?;
        if self.is_json {
            json(&body, "item.title")?;
        }
        Ok(body)
    }
}

/// What a template sees.
#[derive(Serialize)]
struct Names<'a> {
    #[serde(rename = "type")]
    kind: &'static str,
    timestamp: Timestamp,
    incident: String,
    resolved: bool,
    /// Left out on the wire where there is none; here a name that is missing would be an error.
    update: Option<&'a Update>,
    /// The same.
    story: Option<&'a AlertStory>,
    /// Those of a digest; of anything else there are none.
    alerts: &'a [Alert],
    #[serde(flatten)]
    alert: &'a Alert,
}

/// An event without an item in the shape of an alert, as the module's head says.
fn stand_in_alert(notice: &Notice, timezone: &TimeZone) -> Alert {
    let words = trouble::words(&notice.event, timezone);
    let DeliveryKey(id) = &notice.key;
    let facts: Vec<String> = words
        .facts
        .iter()
        .map(|(label, value)| format!("{label}: {value}"))
        .collect();
    let feed = words.feed.unwrap_or_else(|| "fivebells".to_owned());
    Alert {
        id: id.clone(),
        priority: notice.event.priority(),
        watches: vec!["fivebells".to_owned()],
        matches: Vec::new(),
        item: AlertItem {
            id: id.clone(),
            guid: None,
            title: words.sentence,
            link: words.url.clone(),
            authors: Vec::new(),
            categories: Vec::new(),
            published: None,
            updated: None,
            seen: notice.timestamp,
            summary: facts.join("\n"),
            language: Some("en".to_owned()),
        },
        feed: AlertFeed {
            name: feed.clone(),
            title: feed,
            url: words.url.unwrap_or_default(),
            tags: Vec::new(),
        },
        also: Vec::new(),
        story: None,
        update: None,
    }
}

/// Any event in the shape of one without an item, with why it comes in that shape.
fn plain_alert(notice: &Notice, timezone: &TimeZone, fault: &TemplateError) -> Alert {
    let alert = stand_in_alert(notice, timezone);
    let mut lines = vec![fault.note()];
    if let Event::Alert(story) = &notice.event {
        lines.extend(story.item.link.clone());
    }
    lines.push(alert.item.summary.clone());
    Alert {
        item: AlertItem {
            summary: lines.join("\n").trim_end().to_owned(),
            ..alert.item
        },
        ..alert
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::notify::{
        engine::MAX_OUTPUT_BYTES,
        sample::{every_kind, sample_notice, sample_update},
    };

    const CARD: &str = r#"{"name": {{ item.title | tojson }}, "url": {{ item.link | tojson }}, "feed": {{ feed.name | tojson }}, "id": {{ id | tojson }}, "of": "{{ type }} {{ timestamp }}", "labels": {{ watches | tojson }}, "desc": {{ item.summary | tojson }}}"#;

    fn render(body: &str, notice: &Notice) -> Result<String, TemplateError> {
        let rendered = Template::new(body, false)?.render(notice, &TimeZone::UTC)?;
        Ok(String::from_utf8(rendered).unwrap())
    }

    #[test]
    fn one_card_for_every_kind() {
        check_template(CARD, true).unwrap();
        let cards: Vec<serde_json::Value> = every_kind()
            .iter()
            .map(|notice| serde_json::from_str(&render(CARD, notice).unwrap()).unwrap())
            .collect();
        insta::assert_json_snapshot!(cards);
    }

    #[test]
    fn a_template_sees_the_names_of_data() {
        let alert = &every_kind()[0];
        let body = "{% for match in matches %}{{ match.term }} in {{ match.field }}; {% endfor %}{{ also[0].feed }}";
        assert_eq!(
            render(body, alert).unwrap(),
            "Koizumi in title; 小泉進次郎 in summary; Koizumi in summary; Hegseth in title; japantimes"
        );
    }

    #[test]
    fn an_update_can_be_asked_for() {
        let body = "{% if update %}was {{ update.title_before }}{% else %}new{% endif %}";
        check_template(body, false).unwrap();
        let now = Timestamp::UNIX_EPOCH;
        assert_eq!(render(body, &sample_notice(now)).unwrap(), "new");
        let was = render(body, &sample_update(now)).unwrap();
        assert_eq!(was, "was Minister's \"agenda\" for <Sunday>");
        // Found out at `check`, not at the first update.
        check_template("{% if update %}{{ update.titel }}{% endif %}", false).unwrap_err();
        let quoted = "{\"was\": \"{{ update.title_before if update }}\"}";
        check_template(quoted, true).unwrap_err();
    }

    #[test]
    fn nothing_is_escaped_unasked() {
        let text = render("{{ item.title }}", &every_kind()[0]).unwrap();
        assert!(text.contains("\"No Gap\"") && text.contains("<Working Lunch> &"));
    }

    #[test]
    fn faults_are_found_before_an_alert_is_lost() {
        let error = check_template("a\n{{ item.tilte }}", false).unwrap_err();
        insta::assert_snapshot!(error, @"undefined value: `item.tilte` is undefined; did you mean `item.title`? (in a notice of type alert.matched)");
        assert_eq!((error.line, error.range), (Some(2), Some(5..15)));

        let error = check_template("{\"a\": {{ item.tilte | tojson }}}", true).unwrap_err();
        insta::assert_snapshot!(error, @"undefined value: `item.tilte` is undefined; did you mean `item.title`? (in a notice of type alert.matched)");

        let error = check_template("{{ item.title", false).unwrap_err();
        insta::assert_snapshot!(error, @"syntax error: unexpected end of input, expected end of variable block near `title`");
        assert_eq!(error.line, Some(1));

        let error = check_template("{{ matches[0].term }}", false).unwrap_err();
        assert!(
            error
                .message
                .ends_with("(in a notice of type feed.failing)"),
            "{error}"
        );
    }

    #[test]
    fn a_quote_in_a_title_breaks_json_and_is_reported() {
        let body = r#"{"text": "{{ item.title }}"}"#;
        let error = check_template(body, true).unwrap_err();
        assert!(error.message.starts_with("does not make JSON"), "{error}");
        assert!(
            error.message.contains("{{ item.title | tojson }}"),
            "{error}"
        );
        check_template(body, false).unwrap();
    }

    #[test]
    fn what_fails_on_one_type_or_for_want_of_something_is_found() {
        for (body, kind) in [
            (
                "{% if type == 'network.failing' %}{{ nmaed }}{% endif %}",
                "network.failing",
            ),
            (
                "{% if type == 'report.ready' %}{{ item.x }}{% endif %}",
                "report.ready",
            ),
            (
                "{% if type == 'alert.matched' %}{{ item.link.x }}{{ item.link | length }}{% endif %}",
                "alert.matched",
            ),
            (
                "{% if alerts %}{{ alerts[0].item.authors[0] }}{% endif %}",
                "digest.ready",
            ),
            (
                "{% if also %}{{ matches[1].term }}{% endif %}{% if type == 'alert.matched' %}{{ item.published | length }}{% endif %}",
                "alert.matched",
            ),
        ] {
            let error = check_template(body, false).expect_err(body).to_string();
            assert!(
                error.ends_with(&format!("(in a notice of type {kind})")),
                "{body}: {error}"
            );
        }
        // None of these has a quote in the plain samples.
        for field in [
            "item.summary",
            "item.authors | first",
            "item.language",
            "also[0].title",
            "feed.title",
        ] {
            let guard = field.split(['.', '[', ' ']).next().expect("a name");
            let body = format!(
                "{{\"a\": \"{{% if {guard} and type == 'alert.matched' and item.language %}}{{{{ {field} }}}}{{% endif %}}\"}}"
            );
            let error = check_template(&body, true).expect_err(&body).to_string();
            assert!(error.starts_with("does not make JSON"), "{field}: {error}");
        }
    }

    #[test]
    fn a_template_that_fails_after_all_is_given_plain_words() {
        // No trial has this many authors.
        let body = "{\"t\": {{ item.title | tojson }}, \"s\": {{ item.summary | tojson }}, \"by\": \"{% if item.authors | length > 2 %}{{ nobody }}{% endif %}\"}";
        let template = checked(body, true).unwrap();
        let mut notice = sample_notice(Timestamp::UNIX_EPOCH);
        let good = template.make(&notice, &TimeZone::UTC).unwrap();
        assert_eq!(good.fault, None);
        let Event::Alert(alert) = &mut notice.event else {
            panic!("an alert")
        };
        alert.item.authors = vec!["A".to_owned(); 3];
        let made = template.make(&notice, &TimeZone::UTC).unwrap();
        assert!(made.fault.is_some());
        let card: serde_json::Value = serde_json::from_slice(&made.body).unwrap();
        assert!(
            card["t"].as_str().unwrap().starts_with("Shinjirō Koizumi"),
            "{card}"
        );
        assert_eq!(
            card["s"],
            "The receiver's template failed in line 1 on this notice: undefined value: `nobody` is \
             undefined\nhttps://thediplomat.com/2026/11/koizumi-hegseth/?ref=rss&a=b"
        );
        // Not even that: the fault is the story's own.
        let hopeless = Template::new("{{ nobody }}", false).unwrap();
        let error = hopeless.make(&notice, &TimeZone::UTC).unwrap_err();
        assert!(error.message.contains("nobody"), "{error}");
    }

    #[test]
    fn a_body_that_is_no_json_after_all_is_given_plain_words() {
        let body = "{\"t\": {{ item.title | tojson }}, \"by\": \"{% if item.authors | length > 2 %}{{ item.authors[2] }}{% endif %}\"}";
        let template = checked(body, true).unwrap();
        let mut notice = sample_notice(Timestamp::UNIX_EPOCH);
        let Event::Alert(alert) = &mut notice.event else {
            panic!("an alert")
        };
        alert.item.authors = vec!["\"Al\"".to_owned(); 3];
        let made = template.make(&notice, &TimeZone::UTC).unwrap();
        let fault = made.fault.expect("a fault").message;
        assert!(fault.starts_with("does not make JSON"), "{fault}");
        serde_json::from_slice::<serde_json::Value>(&made.body).unwrap();
    }

    #[test]
    fn work_is_bounded() {
        let endless =
            "{% for a in range(10000) %}{% for b in range(10000) %}{% endfor %}{% endfor %}";
        let error = check_template(endless, false).unwrap_err();
        assert!(error.message.contains("fuel"), "{error}");
    }

    #[test]
    fn size_is_bounded() {
        let kib = "x".repeat(1024);
        let of = |bytes: usize| {
            let (turns, rest) = (bytes / 1024, "x".repeat(bytes % 1024));
            format!("{{% for turn in range({turns}) %}}{kib}{{% endfor %}}{rest}")
        };
        let alert = &every_kind()[0];
        assert_eq!(
            render(&of(MAX_OUTPUT_BYTES), alert).unwrap().len(),
            MAX_OUTPUT_BYTES
        );
        let error = render(&of(MAX_OUTPUT_BYTES + 1), alert).unwrap_err();
        assert_eq!(error.message, "it makes more than 1 MiB");
    }
}
