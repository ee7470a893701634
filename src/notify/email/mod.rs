//! Mail through a submission server, or another while that one takes no session.
//!
//! One notice is one mail with every address of the receiver in `To`; each address has its own
//! verdict. Those that accepted are remembered by the outbox and never get the mail again.

mod fault;
mod header;
mod ids;
mod message;
mod route;
mod server;
mod session;
mod templates;
mod wire;

use std::{pin::Pin, sync::Arc, time::Duration};

use jiff::tz::TimeZone;
use lettre::{Address, message::Mailbox};

use self::{
    message::Addressing,
    route::{Passed, Route},
    server::{Server, mailbox},
    session::{Delivery, QUIT_TIMEOUT, Verdict},
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

/// An address as the config writes it, and as it goes on the wire.
struct Recipient {
    written: String,
    mailbox: Mailbox,
}

/// The mail receiver.
pub(super) struct Email {
    route: Route,
    to: Vec<Recipient>,
    templates: Compiled,
    timezone: TimeZone,
}

impl Email {
    pub(super) fn new(
        name: &str,
        options: &EmailOptions,
        context: &NotifyContext,
    ) -> Result<Self, BuildError> {
        let clock = Arc::clone(&context.clock);
        let route = Route::new(&options.server, &context.mail, clock).ok_or_else(|| {
            BuildError::NoMailServer {
                receiver: name.to_owned(),
                server: options.server.clone(),
            }
        })?;
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
            route,
            to,
            templates,
            timezone: context.timezone.clone(),
        })
    }

    /// The mail as this server is to send it.
    fn message(&self, notice: &Notice, server: &Server) -> Result<Vec<u8>, lettre::error::Error> {
        let to: Vec<Mailbox> = self.to.iter().map(|one| one.mailbox.clone()).collect();
        // Of the server that comes first: through whichever a mail goes, it keeps its id.
        let domain = ids::domain(&self.route.servers()[0].from);
        let addressing = Addressing {
            from: &server.from,
            to: &to,
            domain: &domain,
        };
        let content = self.templates.content(notice, &self.timezone);
        message::message(notice, content, &addressing)
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
                ..Receipt::default()
            });
        }
        let to: Vec<Address> = left.iter().map(|one| one.mailbox.email.clone()).collect();
        let message = |server: &Server| {
            self.message(notice, server).map_err(|error| SendError {
                reason: SendReason::Render,
                retry: Retry::Never,
                detail: format!("the mail cannot be built: {error}"),
                accepted: Vec::new(),
            })
        };
        let Passed { delivery, detour } = self.route.deliver(&to, message).await?;
        let receipt = conclude(&left, delivery, !notice.accepted.is_empty())?;
        Ok(Receipt { detour, ..receipt })
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
            detour: None,
        }),
    }
}

impl Notifier for Email {
    fn send<'a>(&'a self, notice: &'a Notice) -> Sending<'a> {
        Box::pin(self.mail(notice))
    }

    fn rest(&self) -> Pin<Box<dyn Future<Output = ()> + Send + '_>> {
        Box::pin(self.route.rest())
    }

    fn preview(&self, notice: &Notice) -> Result<Vec<PreviewPart>, RenderError> {
        let message = self.message(notice, &self.route.servers()[0])?;
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
        let recipients = u32::try_from(self.to.len()).unwrap_or(u32::MAX);
        let steps = MAX_STEPS.saturating_add(recipients);
        let servers = self.route.servers().iter();
        let limits = servers.map(|server| {
            let commands = server.limits.command.saturating_mul(steps);
            commands.saturating_add(server.limits.data)
        });
        limits.fold(QUIT_TIMEOUT, Duration::saturating_add)
    }
}

#[cfg(test)]
mod tests;
