//! Mail through one submission server.
//!
//! One notice is one mail with every address of the receiver in `To`; each address has its own
//! verdict. Those that accepted are remembered by the outbox and never get the mail again.

mod fault;
mod message;
mod server;
mod session;
mod templates;
mod wire;

use std::{
    pin::Pin,
    sync::{Mutex, PoisonError},
    time::Duration,
};

use jiff::tz::TimeZone;
use lettre::{Address, message::Mailbox};

use self::{
    fault::Fault,
    message::Addressing,
    server::mailbox,
    session::{Delivery, QUIT_TIMEOUT, Session, Verdict},
    templates::Compiled,
};
use super::{
    BuildError, EmailOptions, Notifier, NotifyContext, PartKind, PreviewPart, RenderError, Sending,
};
use crate::model::{Notice, Outcome, Receipt, Refusal, Retry, SendError, SendReason};

pub use server::{MailServer, MailServerError};
pub use templates::{MailPart, check_mail_template};

/// The most round trips of a session beside one per recipient: lookup, connect, TLS, greeting,
/// EHLO twice, STARTTLS, AUTH with three challenges, MAIL twice (over a session that turns out to be
/// closed, then over a new one), DATA, the message itself.
const MAX_STEPS: u32 = 15;

/// Mails in one session: many servers end it after 100 or 1,000.
const MAX_MAILS: u32 = 100;

/// An address as the config writes it, and as it goes on the wire.
struct Recipient {
    written: String,
    mailbox: Mailbox,
}

/// The mail receiver.
pub(super) struct Email {
    server: MailServer,
    to: Vec<Recipient>,
    templates: Compiled,
    timezone: TimeZone,
    /// The session of the last mail, until [`rest`](Notifier::rest): a backlog goes out in one.
    idle: Mutex<Option<Kept>>,
}

/// A session between two mails.
struct Kept {
    session: Session,
    mails: u32,
}

impl Email {
    pub(super) fn new(
        name: &str,
        options: &EmailOptions,
        context: &NotifyContext,
    ) -> Result<Self, BuildError> {
        let server = context
            .mail
            .clone()
            .ok_or_else(|| BuildError::NoMailServer(name.to_owned()))?;
        let to = options
            .to
            .iter()
            .map(|written| {
                let mailbox = mailbox(written).ok_or_else(|| BuildError::Address {
                    receiver: name.to_owned(),
                    address: written.clone(),
                })?;
                Ok(Recipient {
                    written: written.clone(),
                    mailbox,
                })
            })
            .collect::<Result<_, _>>()?;
        let templates =
            Compiled::new(&options.templates).map_err(|error| BuildError::Template {
                receiver: name.to_owned(),
                error,
            })?;
        Ok(Self {
            server,
            to,
            templates,
            timezone: context.timezone.clone(),
            idle: Mutex::new(None),
        })
    }

    fn message(&self, notice: &Notice) -> Result<Vec<u8>, lettre::error::Error> {
        let to: Vec<Mailbox> = self.to.iter().map(|one| one.mailbox.clone()).collect();
        let addressing = Addressing {
            from: &self.server.0.from,
            to: &to,
            host: &self.server.0.hostname,
        };
        let content = self.templates.content(notice, &self.timezone);
        Ok(message::message(notice, content, &addressing)?.formatted())
    }

    async fn mail(&self, notice: &Notice) -> Outcome {
        let left: Vec<&Recipient> = self
            .to
            .iter()
            .filter(|one| !notice.accepted.contains(&one.written))
            .collect();
        if left.is_empty() {
            return Ok(Receipt {
                answer: "every address has accepted it before".to_owned(),
                refused: Vec::new(),
            });
        }
        let message = self.message(notice).map_err(|error| SendError {
            reason: SendReason::Render,
            retry: Retry::Never,
            detail: format!("the mail cannot be built: {error}"),
            accepted: Vec::new(),
        })?;
        let delivery = self
            .deliver(&left, &message)
            .await
            .map_err(Fault::into_error)?;
        conclude(&left, delivery, !notice.accepted.is_empty())
    }

    async fn deliver(&self, left: &[&Recipient], message: &[u8]) -> Result<Delivery, Fault> {
        let server = &self.server.0;
        let to: Vec<Address> = left.iter().map(|one| one.mailbox.email.clone()).collect();
        if let Some(kept) = self.take() {
            match self.over(kept, &to, message).await {
                // The server had closed it meanwhile; it has seen nothing of this mail.
                Err(fault) if fault.is_of_a_stale_session() => {}
                outcome => return outcome,
            }
        }
        let session = server.open().await?;
        self.over(Kept { session, mails: 0 }, &to, message).await
    }

    /// Hands the mail over in this session, and keeps it for the next or ends it.
    async fn over(
        &self,
        mut kept: Kept,
        to: &[Address],
        message: &[u8],
    ) -> Result<Delivery, Fault> {
        let from = &self.server.0.from.email;
        let delivery = kept.session.deliver(from, to, message).await?;
        kept.mails += 1;
        // Without a mail taken the transaction is still open.
        if delivery.taken.is_some() && kept.mails < MAX_MAILS {
            *self.idle.lock().unwrap_or_else(PoisonError::into_inner) = Some(kept);
        } else {
            kept.session.quit().await;
        }
        Ok(delivery)
    }

    fn take(&self) -> Option<Kept> {
        let mut idle = self.idle.lock().unwrap_or_else(PoisonError::into_inner);
        idle.take()
    }
}

/// What the verdicts on the addresses that were left come to for the notice. `has_accepted`: some
/// address took it on an earlier attempt.
fn conclude(left: &[&Recipient], delivery: Delivery, has_accepted: bool) -> Outcome {
    let mut accepted = Vec::new();
    let mut refused = Vec::new();
    let mut deferred = None;
    for (one, verdict) in left.iter().zip(delivery.verdicts) {
        let recipient = one.written.clone();
        match verdict {
            Verdict::Accepted => accepted.push(recipient),
            Verdict::Deferred(reply) => {
                deferred.get_or_insert_with(|| format!("RCPT TO: {reply}"));
            }
            Verdict::Refused(reply) => refused.push(Refusal {
                recipient,
                answer: reply.to_string(),
            }),
        }
    }
    if let Some(detail) = deferred {
        return Err(SendError {
            reason: SendReason::Busy,
            retry: Retry::Later { after: None },
            detail,
            accepted,
        });
    }
    match (delivery.taken, refused.first()) {
        (None, Some(first)) if !has_accepted => Err(SendError {
            reason: SendReason::Refused,
            retry: Retry::Never,
            detail: format!("RCPT TO: {}", first.answer),
            accepted,
        }),
        (taken, _) => Ok(Receipt {
            answer: taken.map_or_else(
                || "every address left has refused it".to_owned(),
                |reply| reply.to_string(),
            ),
            refused,
        }),
    }
}

impl Notifier for Email {
    fn send<'a>(&'a self, notice: &'a Notice) -> Sending<'a> {
        Box::pin(self.mail(notice))
    }

    fn rest(&self) -> Pin<Box<dyn Future<Output = ()> + Send + '_>> {
        Box::pin(async {
            if let Some(kept) = self.take() {
                kept.session.quit().await;
            }
        })
    }

    fn preview(&self, notice: &Notice) -> Result<Vec<PreviewPart>, RenderError> {
        let message = self.message(notice)?;
        let headers = message
            .windows(4)
            .position(|window| window == b"\r\n\r\n")
            .map_or(&message[..], |end| &message[..end]);
        let content = self.templates.content(notice, &self.timezone);
        let part = |label, content, kind| PreviewPart {
            label,
            content,
            kind,
        };
        Ok(vec![
            part("subject", content.subject, PartKind::Text),
            part(
                "headers",
                String::from_utf8_lossy(headers).replace("\r\n", "\n"),
                PartKind::Headers,
            ),
            part("text/plain", content.text, PartKind::Text),
            part("text/html", content.html, PartKind::Html),
        ])
    }

    fn timeout(&self) -> Duration {
        let limits = self.server.0.limits;
        let recipients = u32::try_from(self.to.len()).unwrap_or(u32::MAX);
        let steps = MAX_STEPS.saturating_add(recipients);
        limits
            .command
            .saturating_mul(steps)
            .saturating_add(limits.data)
            .saturating_add(QUIT_TIMEOUT)
    }
}

#[cfg(test)]
mod tests;
