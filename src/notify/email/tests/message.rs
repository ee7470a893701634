//! The bytes of a mail.

use jiff::tz::TimeZone;
use lettre::message::Mailbox;
use mail_parser::{HeaderName, MessageParser};

use super::super::message::{Addressing, message};
use crate::{
    model::{Event, Notice, Priority},
    notify::{
        render,
        sample::{every_kind, follow_up, sample_notice},
    },
};

fn bytes(notice: &Notice) -> Vec<u8> {
    let from: Mailbox = "Fivebells <bells@example.org>".parse().unwrap();
    let to: Vec<Mailbox> = vec![
        "desk@example.org".parse().unwrap(),
        "Night Desk <night@example.org>".parse().unwrap(),
    ];
    let addressing = Addressing {
        from: &from,
        to: &to,
        domain: "example.org",
    };
    let content = render::mail(notice, &TimeZone::get("Asia/Tokyo").unwrap());
    message(notice, content, &addressing).unwrap()
}

fn alert() -> Notice {
    sample_notice("2026-11-22T06:41:07Z".parse().unwrap())
}

/// The sample with its alert changed.
fn altered(change: impl FnOnce(&mut crate::model::Alert)) -> Notice {
    let mut notice = alert();
    if let Event::Alert(alert) = &mut notice.event {
        change(alert);
    }
    notice
}

fn headers(notice: &Notice) -> String {
    let text = String::from_utf8(bytes(notice)).expect("mail is ASCII");
    text.split_once("\r\n\r\n").unwrap().0.replace("\r\n", "\n")
}

#[test]
fn the_headers_of_an_alert() {
    insta::assert_snapshot!(headers(&alert()));
}

#[test]
fn the_headers_of_a_failing_feed() {
    insta::assert_snapshot!(headers(&every_kind()[1]));
}

#[test]
fn two_renderings_are_the_same_bytes() {
    for notice in every_kind() {
        assert_eq!(bytes(&notice), bytes(&notice.clone()));
    }
}

#[test]
fn a_mail_is_ascii_lines_of_bounded_length() {
    let notice = altered(|alert| {
        alert.item.title = "小泉進次郎 ".repeat(400);
        alert.item.authors = vec!["x".repeat(5000)];
    });
    for notice in every_kind().into_iter().chain([notice]) {
        let bytes = bytes(&notice);
        assert!(bytes.is_ascii());
        for line in bytes.split(|&byte| byte == b'\n') {
            assert!(line.len() <= 998, "RFC 5322 §2.1.1");
        }
        assert!(
            !String::from_utf8(bytes)
                .unwrap()
                .replace("\r\n", "")
                .contains(['\r', '\n'])
        );
    }
}

#[test]
fn another_program_reads_both_parts_back() {
    let bytes = bytes(&alert());
    let mail = MessageParser::new().parse(&bytes).unwrap();
    let content = crate::notify::render::mail(&alert(), &TimeZone::get("Asia/Tokyo").unwrap());
    assert_eq!(mail.subject().unwrap(), content.subject);
    assert_eq!(mail.message_id().unwrap(), "sample-1@example.org");
    assert_eq!(mail.parts.len(), 3);
    let lf = |text: &str| text.replace("\r\n", "\n");
    assert_eq!(
        lf(&mail.body_text(0).unwrap()).trim_end(),
        content.text.trim_end()
    );
    assert_eq!(
        lf(&mail.body_html(0).unwrap()).trim_end(),
        content.html.trim_end()
    );
}

#[test]
fn a_title_cannot_add_a_header() {
    let notice = altered(|alert| {
        alert.item.title = "Koizumi\r\nBcc: spy@example.net\r\n\r\n<html>".to_owned();
        alert.feed.title = "Feed\nX-Evil: 1".to_owned();
        alert.watches = vec!["w\r\nX-Evil: 2".to_owned()];
        alert.item.id = "1>\r\nX-Evil: 3".to_owned();
    });
    let bytes = bytes(&notice);
    let mail = MessageParser::new().parse(&bytes).unwrap();
    assert!(mail.bcc().is_none());
    assert!(mail.header(HeaderName::Other("X-Evil".into())).is_none());
    assert!(
        mail.subject()
            .unwrap()
            .contains("Koizumi Bcc: spy@example.net <html>")
    );
}

#[test]
fn a_story_cannot_end_its_part() {
    let headers = headers(&alert());
    let (_, boundary) = headers.split_once("boundary=\"").unwrap();
    let boundary = format!("--{}", boundary.trim_end_matches('"'));
    let notice = altered(|alert| {
        alert.item.title.clone_from(&boundary);
        alert.also[0].title = format!("{boundary}--");
    });
    let bytes = bytes(&notice);
    let mail = MessageParser::new().parse(&bytes).unwrap();
    assert_eq!(mail.parts.len(), 3);
    assert!(mail.body_text(0).unwrap().starts_with(&boundary));
}

#[test]
fn priority_shows_in_the_inbox_from_urgent_up() {
    for (priority, word, grade) in [
        (Priority::Routine, "", None),
        (Priority::Urgent, "URGENT ", Some("2")),
        (Priority::Bulletin, "BULLETIN ", Some("2")),
        (Priority::Flash, "FLASH ", Some("1")),
    ] {
        let headers = headers(&altered(|alert| alert.priority = priority));
        assert!(
            headers.contains(&format!("\nSubject: {word}[koizumi")),
            "{headers}"
        );
        assert_eq!(headers.contains("Importance: high"), grade.is_some());
        let mark = grade.map(|grade| format!("X-Priority: {grade}"));
        assert!(mark.is_none_or(|mark| headers.contains(&mark)));
    }
}

#[test]
fn trouble_is_important_and_its_end_is_not() {
    for notice in every_kind() {
        let is_trouble = ["failing", "silent", "empty", "rebased", "missed"]
            .iter()
            .any(|end| notice.event.kind().ends_with(end));
        let is_urgent = matches!(notice.event, Event::Alert(_) | Event::DigestReady(_));
        let is_important = headers(&notice).contains("Importance");
        assert_eq!(
            is_important,
            is_trouble || is_urgent,
            "{}",
            notice.event.kind()
        );
    }
}

/// RFC 5322 §3.6.4: all ancestors, the oldest first, and the parent.
#[test]
fn the_mails_of_a_story_name_its_id_and_the_first_of_them() {
    let later = follow_up("2026-11-22T09:41:07Z".parse().unwrap());
    let mails = [bytes(&alert()), bytes(&later)];
    let ids = mails.each_ref().map(|bytes| {
        let mail = MessageParser::new().parse(bytes).unwrap();
        let list = |value: &mail_parser::HeaderValue<'_>| {
            let list = value.as_text_list().unwrap().iter();
            list.map(ToString::to_string).collect::<Vec<_>>()
        };
        let id = mail.message_id().unwrap().to_owned();
        (id, list(mail.references()), list(mail.in_reply_to()))
    });
    let story = "sample-item-48121@example.org".to_owned();
    let [(first, references, parent), (second, later, later_parent)] = ids;
    assert_eq!(
        (&references, &parent),
        (&vec![story.clone()], &vec![story.clone()])
    );
    assert_eq!(later, [story, first.clone()]);
    assert_eq!(later_parent, std::slice::from_ref(&first));
    assert_ne!(first, second);
}
