//! A notice as the bytes of a mail.
//!
//! Pure, and the same bytes on every attempt: `Message-ID` and the MIME boundary come from the
//! notice's key, `Date` from its timestamp.

use std::time::SystemTime;

use lettre::{
    Message,
    address::Envelope,
    message::{
        Body, Mailbox, Mailboxes, MultiPart, SinglePart,
        header::{self, ContentTransferEncoding, ContentType, HeaderName, HeaderValue},
    },
};

use crate::{
    model::{Event, Notice, Priority},
    notify::render::{MailContent, clean},
};

/// What a mail is addressed and dated by.
#[derive(Debug)]
pub(super) struct Addressing<'a> {
    pub(super) from: &'a Mailbox,
    pub(super) to: &'a [Mailbox],
    /// The right-hand side of the ids.
    pub(super) host: &'a str,
}

/// The mail's subject, parts and all other headers; the text part stands first, as RFC 2046 §5.1.4
/// wants the plainest alternative to.
pub(super) fn message(
    notice: &Notice,
    content: MailContent,
    addressing: &Addressing<'_>,
) -> Result<Message, lettre::error::Error> {
    let host = addressing.host;
    let mut builder = Message::builder()
        .from(addressing.from.clone())
        .subject(content.subject.clone())
        .date(SystemTime::from(notice.timestamp))
        .message_id(Some(format!("<{}@{host}>", notice.key)));
    // All at once, and with an envelope beside: lettre (0.11.23) would read the header again, and
    // cannot read quoted names and addresses in brackets.
    let to = addressing.to.iter().cloned();
    builder = builder.header(header::To::from(to.clone().collect::<Mailboxes>()));
    let addresses = to.map(|mailbox| mailbox.email).collect();
    let from = addressing.from.email.clone();
    builder = builder.envelope(Envelope::new(Some(from), addresses)?);
    if let Event::Alert(alert) = &notice.event {
        // No mail has this id: programs that thread by References put all mails of one story
        // together even when the first one was never sent to this reader.
        let story = format!("<item-{}@{host}>", clean::label(&alert.item.id));
        builder = builder.in_reply_to(story.clone()).references(story);
    }
    for (name, value) in marks(notice, host) {
        let name = HeaderName::new_from_ascii_str(name);
        builder = builder.raw_header(HeaderValue::new(name, value));
    }
    builder.multipart(parts(notice, content))
}

/// Headers for filters and for robots.
fn marks(notice: &Notice, host: &str) -> Vec<(&'static str, String)> {
    let list = match &notice.event {
        Event::Alert(alert) => alert.watches.first().map_or("", String::as_str),
        _ => "",
    };
    let list_id = match list {
        "" => format!("<fivebells.{host}>"),
        watch => format!("<{}.watch.fivebells.{host}>", clean::label(watch)),
    };
    let mut marks = vec![
        ("List-Id", list_id),
        // No holiday replies: RFC 3834 §5, and what Exchange reads in its place.
        ("Auto-Submitted", "auto-generated".to_owned()),
        ("X-Auto-Response-Suppress", "OOF, AutoReply".to_owned()),
    ];
    let grade = match notice.event.priority() {
        Priority::Routine | Priority::Urgent => return marks,
        Priority::Bulletin => "2",
        Priority::Flash => "1",
    };
    marks.push(("Importance", "high".to_owned()));
    marks.push(("X-Priority", grade.to_owned()));
    marks
}

fn parts(notice: &Notice, content: MailContent) -> MultiPart {
    MultiPart::alternative()
        .boundary(boundary(&notice.key.0))
        .singlepart(part(ContentType::TEXT_PLAIN, content.text))
        .singlepart(part(ContentType::TEXT_HTML, content.html))
}

/// `=_` never occurs in quoted-printable or base64, so no story can close a part of its own mail
/// (RFC 2045 §6.7 suggests it). At most 65 characters of the 70 that RFC 2046 §5.1.1 allows.
fn boundary(key: &str) -> String {
    format!("=_{}", clean::label(key))
}

/// Quoted-printable, or base64 where that is shorter: never the text as it is, see [`boundary`].
fn part(content_type: ContentType, text: String) -> SinglePart {
    let chosen = Body::new(text.clone());
    let body = match chosen.encoding() {
        ContentTransferEncoding::QuotedPrintable | ContentTransferEncoding::Base64 => chosen,
        _ => Body::new_with_encoding(text, ContentTransferEncoding::QuotedPrintable)
            .expect("every text can be quoted-printable"),
    };
    SinglePart::builder().header(content_type).body(body)
}
