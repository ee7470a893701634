//! A notice as the bytes of a mail.
//!
//! Pure, and the same bytes on every attempt: `Message-ID` and the MIME boundary come from the
//! notice's key, `Date` from its timestamp, the domain of all ids from the receiver's own server.

use std::time::SystemTime;

use lettre::{
    Message,
    address::Envelope,
    message::{
        Body, Mailbox, MultiPart, SinglePart,
        header::{ContentTransferEncoding, ContentType, HeaderName, HeaderValue},
    },
};

use super::{header, ids};
use crate::{
    model::{Event, Notice, Priority},
    notify::render::{MailContent, Transfer, clean},
};

/// What a mail is addressed and dated by.
#[derive(Debug)]
pub(super) struct Addressing<'a> {
    pub(super) from: &'a Mailbox,
    pub(super) to: &'a [Mailbox],
    /// The right-hand side of the ids.
    pub(super) domain: &'a str,
}

/// The mail's subject, parts and all other headers; the text part comes first, as RFC 2046 §5.1.4
/// wants the plainest alternative to.
pub(super) fn message(
    notice: &Notice,
    content: MailContent,
    addressing: &Addressing<'_>,
) -> Result<Vec<u8>, lettre::error::Error> {
    let Addressing { from, to, domain } = addressing;
    let mut builder = Message::builder()
        .raw_header(addresses("From", std::slice::from_ref(*from)))
        .raw_header(ours("Subject", content.subject.clone()))
        .date(SystemTime::from(notice.timestamp))
        .message_id(Some(ids::message(notice, domain)))
        .raw_header(addresses("To", to));
    // An envelope beside: lettre (0.11.23) would read the header again, and cannot read quoted names
    // and addresses in brackets.
    let recipients = to.iter().map(|mailbox| mailbox.email.clone()).collect();
    builder = builder.envelope(Envelope::new(Some(from.email.clone()), recipients)?);
    if let Some(ancestors) = ids::ancestors(notice, domain) {
        builder = builder
            .in_reply_to(ancestors.in_reply_to)
            .references(ancestors.references);
    }
    for (name, value) in marks(notice, domain) {
        let name = HeaderName::new_from_ascii_str(name);
        builder = builder.raw_header(HeaderValue::new(name, value));
    }
    let message = builder.multipart(parts(notice, content))?;
    // The library keeps one header of a name.
    let mut bytes = ids::watch_lines(notice).into_bytes();
    bytes.extend(message.formatted());
    Ok(bytes)
}

/// A header whose text is encoded by our own rules.
fn ours(name: &'static str, text: String) -> HeaderValue {
    let encoded = header::text(name, &text);
    let name = HeaderName::new_from_ascii_str(name);
    HeaderValue::dangerous_new_pre_encoded(name, text, encoded)
}

/// The library reads its own form of the addresses back; what is sent is ours.
fn addresses(name: &'static str, mailboxes: &[Mailbox]) -> HeaderValue {
    let encoded = header::mailboxes(name, mailboxes);
    let plain: Vec<String> = mailboxes.iter().map(Mailbox::to_string).collect();
    let name = HeaderName::new_from_ascii_str(name);
    HeaderValue::dangerous_new_pre_encoded(name, plain.join(", "), encoded)
}

/// Headers for filters and for robots.
fn marks(notice: &Notice, domain: &str) -> Vec<(&'static str, String)> {
    let mut marks = vec![
        ("List-Id", ids::list(notice, domain)),
        // No holiday replies: RFC 3834 §5, and what Exchange reads in its place.
        ("Auto-Submitted", "auto-generated".to_owned()),
        ("X-Auto-Response-Suppress", "OOF, AutoReply".to_owned()),
    ];
    let grade = match notice.event.priority() {
        // Good news is no reason to look at once.
        _ if is_relief(&notice.event) => return marks,
        Priority::Routine => return marks,
        Priority::Urgent | Priority::Bulletin => "2",
        Priority::Flash => "1",
    };
    marks.push(("Importance", "high".to_owned()));
    marks.push(("X-Priority", grade.to_owned()));
    marks
}

const fn is_relief(event: &Event) -> bool {
    matches!(
        event,
        Event::FeedRecovered(_)
            | Event::NetworkRecovered(_)
            | Event::ReceiverRecovered(_)
            | Event::StoreRecovered(_)
            | Event::ConfigRecovered(_)
    )
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
    let encoding = match Transfer::of(&text).0 {
        Transfer::QuotedPrintable => ContentTransferEncoding::QuotedPrintable,
        Transfer::Base64 => ContentTransferEncoding::Base64,
    };
    let body = Body::new_with_encoding(text, encoding);
    let body = body.expect("every text can be written in either");
    SinglePart::builder().header(content_type).body(body)
}
