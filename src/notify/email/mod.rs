//! Mail through a submission server, or another while that one takes no session.
//!
//! One notice is one mail with every address of the receiver in `To`; each address has its own
//! verdict. Those that accepted are remembered by the outbox and never get the mail again.

mod address;
mod fault;
mod header;
mod hello;
mod ids;
mod login;
mod message;
mod outcome;
mod read_reply;
mod recipient;
mod reply;
mod route;
mod server;
mod session;
mod templates;
mod token;
mod wire;

use std::{pin::Pin, sync::Arc, time::Duration};

use jiff::tz::TimeZone;
use lettre::{Address, message::Mailbox};

use self::{
    address::is_plain,
    message::Addressing,
    outcome::{Sent, conclude},
    route::Route,
    server::Server,
    session::QUIT_TIMEOUT,
    templates::Compiled,
};
use super::{
    BuildError, EmailOptions, Notifier, NotifyContext, PartKind, PreviewPart, RenderError, Sending,
};
use crate::model::{Notice, Outcome, Retry, SendError, SendReason};

pub use address::{is_recipient, is_sender};
pub use hello::is_hello;
#[cfg(fuzzing)]
pub use read_reply::read_reply_for_fuzzing;
pub use server::{MailServer, MailServerError};
pub use templates::{MailPart, check_mail_template};

/// The most round trips of a mail beside one per recipient: lookup, connect, TLS, greeting, EHLO,
/// HELO and LHLO twice, STARTTLS, AUTH with three challenges, MAIL, DATA, the message itself.
const MAX_STEPS: u32 = 18;

/// An address as the config writes it, and as it goes on the wire.
struct Recipient {
    written: String,
    address: Address,
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
                let address = address::recipient(written).ok_or_else(|| BuildError::Address {
                    receiver: name.to_owned(),
                    address: written.clone(),
                })?;
                Ok(Recipient {
                    written: written.clone(),
                    address,
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

    /// The mail as this server is to send it. With `only_plain` no address beyond ASCII is in
    /// it: its relays need not know of such.
    fn message(
        &self,
        notice: &Notice,
        server: &Server,
        only_plain: bool,
    ) -> Result<Vec<u8>, lettre::error::Error> {
        let to = self.to.iter().map(|one| &one.address);
        let to: Vec<Mailbox> = to
            .filter(|address| !only_plain || is_plain(address))
            .map(|address| Mailbox::new(None, address.clone()))
            .collect();
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
        let left = self.to.iter();
        let left = left.filter(|one| !notice.accepted.contains(&one.written));
        let groups: [Vec<&Recipient>; 2] = left.partition(|one| is_plain(&one.address)).into();
        let mut sent = Vec::new();
        for (group, only_plain) in groups.into_iter().zip([true, false]) {
            if !group.is_empty() {
                let outcome = self.mail_to(&group, notice, only_plain).await;
                sent.push(Sent { group, outcome });
            }
        }
        conclude(sent, !notice.accepted.is_empty())
    }

    /// One mail. Addresses beyond ASCII get one of their own, for where it is relayed on all that
    /// take it must know of such addresses (RFC 6531 §3.6).
    async fn mail_to(
        &self,
        group: &[&Recipient],
        notice: &Notice,
        only_plain: bool,
    ) -> Result<route::Passed, SendError> {
        let to: Vec<Address> = group.iter().map(|one| one.address.clone()).collect();
        let message = |server: &Server| {
            let message = self.message(notice, server, only_plain);
            message.map_err(|error| SendError {
                reason: SendReason::Render,
                retry: Retry::Never,
                detail: format!("the mail cannot be built: {error}"),
                accepted: Vec::new(),
                refused: Vec::new(),
            })
        };
        self.route.deliver(&to, message).await
    }
}

impl Notifier for Email {
    fn send<'a>(&'a self, notice: &'a Notice) -> Sending<'a> {
        Box::pin(self.mail(notice))
    }

    fn close_idle(&self) -> Pin<Box<dyn Future<Output = ()> + Send + '_>> {
        Box::pin(self.route.close_idle())
    }

    fn preview(&self, notice: &Notice) -> Result<Vec<PreviewPart>, RenderError> {
        let message = self.message(notice, &self.route.servers()[0], false)?;
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
        let groups = [true, false].map(|plain| {
            let is_there = self.to.iter().any(|one| is_plain(&one.address) == plain);
            u32::from(is_there)
        });
        let mails = groups[0] + groups[1];
        let servers = self.route.servers().iter();
        let limits = servers.map(|server| {
            // Up to RCPT once more over a session that was kept and turns out to be of no use.
            let steps = (MAX_STEPS + server.extra_steps() + 1) * mails;
            let steps = steps.saturating_add(recipients.saturating_mul(2));
            let commands = server.limits.command.saturating_mul(steps);
            commands.saturating_add(server.limits.data * mails)
        });
        limits.fold(QUIT_TIMEOUT, Duration::saturating_add)
    }
}

#[cfg(test)]
mod tests;
