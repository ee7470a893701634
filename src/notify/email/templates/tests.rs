//! Mails in the receiver's own words.

use super::*;
use crate::{
    model::Event,
    notify::sample::{every_kind, follow_up},
};

fn made(part: MailPart, source: &str, notice: &Notice) -> String {
    let source = Some(source.to_owned());
    let mut templates = MailTemplates::default();
    match part {
        MailPart::Subject => templates.subject = source,
        MailPart::Text => templates.text = source,
        MailPart::Html => templates.html = source,
    }
    let compiled = Compiled::new(&templates).expect("templates that compile");
    let content = compiled.content(notice, &TimeZone::UTC);
    match part {
        MailPart::Subject => content.subject,
        MailPart::Text => content.text,
        MailPart::Html => content.html,
    }
}

fn titled(title: &str) -> Notice {
    let mut notice = every_kind().remove(0);
    if let Event::Alert(alert) = &mut notice.event {
        alert.matches.clear();
        alert.item.title = title.to_owned();
    }
    notice
}

#[test]
fn every_event_takes_every_template() {
    let templates = [
        (
            MailPart::Subject,
            "{{ priority }} {{ tags | join(', ') }}: {{ title }}",
        ),
        (
            MailPart::Text,
            "{{ title }} {{ link or '-' }}\n{{ text }}{{ type }} {{ id }} {{ time }} {{ timestamp }}",
        ),
        (
            MailPart::Html,
            "<h1>{{ title }}</h1>{% for line in lines %}<p>{% for span in line %}{% if span.bold %}<b>{{ span.text }}</b>{% else %}{{ span.text }}{% endif %}{% endfor %}</p>{% endfor %}",
        ),
    ];
    for (part, template) in templates {
        check_mail_template(part, template).expect("a good template");
        for notice in every_kind() {
            let title = render::message(&notice, &TimeZone::UTC).title;
            let start: String = title.chars().take(12).collect();
            assert!(
                made(part, template, &notice).contains(&start),
                "{part:?} {title}"
            );
        }
    }
}

#[test]
fn a_subject_is_one_line_whatever_is_in_it() {
    let hostile = titled("a\r\nBcc: victim@example.org\r\n\r\nbody\u{2028}x");
    let template = "{{ title }}\r\nX-Own: 1\n{{ lines[0][0].text }}";
    let subject = made(MailPart::Subject, template, &hostile);
    assert!(
        subject.starts_with("a Bcc: victim@example.org body x X-Own: 1 "),
        "{subject}"
    );
    assert!(!subject.contains(char::is_control));
    let long = titled(&"x".repeat(900));
    let length = |template| made(MailPart::Subject, template, &long).chars().count();
    assert_eq!(length("{{ title }}"), MAX_SUBJECT_CHARS);
    assert_eq!(length("{{ title[:300] }}"), MAX_SUBJECT_CHARS);
    assert_eq!(length("{{ title[:299] }}"), MAX_SUBJECT_CHARS - 1);
}

#[test]
fn html_is_escaped_and_text_is_not() {
    let hostile = titled("<script>alert(\"x\")</script> & ' more");
    let html = made(
        MailPart::Html,
        "<a title=\"{{ title }}\">{{ title }}</a>",
        &hostile,
    );
    assert!(
        !html.contains("<script") && !html.contains("(\"x"),
        "{html}"
    );
    let text = made(MailPart::Text, "{{ title }}", &hostile);
    assert_eq!(text, "<script>alert(\"x\")</script> & ' more");
}

#[test]
fn a_template_that_fails_or_says_nothing_leaves_our_words() {
    let notice = titled("Agenda");
    let ours = render::mail(&notice, &TimeZone::UTC);
    for template in ["{{ lines[99][0].text }}", " {{ '' }}\n"] {
        assert_eq!(made(MailPart::Subject, template, &notice), ours.subject);
        assert_eq!(made(MailPart::Text, template, &notice), ours.text);
        assert_eq!(made(MailPart::Html, template, &notice), ours.html);
    }
}

/// It may be read in a list of subjects, and be about another event than what it was grouped with.
#[test]
fn a_follow_up_has_a_subject_of_its_own() {
    let notice = follow_up(Timestamp::UNIX_EPOCH);
    assert!(notice.thread.is_some());
    let headline = render::message(&notice, &TimeZone::UTC).title;
    let ours = Compiled::default().content(&notice, &TimeZone::UTC);
    assert!(ours.subject.contains(&headline), "{}", ours.subject);
    assert!(ours.text.starts_with(&headline), "{}", ours.text);
    let template = "{{ id }} {{ title }}";
    let made = made(MailPart::Subject, template, &notice);
    assert_eq!(made, format!("{} {headline}", notice.key));
}

#[test]
fn faults_have_their_place() {
    let error = check_mail_template(MailPart::Text, "a\n{{ titel }}").expect_err("a fault");
    assert_eq!((error.line, error.range.clone()), (Some(2), Some(5..10)));
    assert!(
        error
            .message
            .ends_with("(in a notice of type alert.matched)"),
        "{error}"
    );
    let error = check_mail_template(MailPart::Subject, "{{ link | upper }} {{ link.x }}");
    error.expect_err("a test has no link");
}
