//! The ways that notices take, as far as they go without one: mail servers, webhooks, services.

use std::sync::Arc;

use super::{Fault, Probe, Subject, SubjectKind, Trying, Verdict};
use crate::{
    clock::Clock,
    model::{Origin, SendError},
    notify::{MailServer, Notifier, ReceiverKind, ReceiverOptions},
};

/// Opens a session with a mail server, up to a mail's sender.
pub(super) struct MailProbe {
    pub(super) server: MailServer,
    pub(super) clock: Arc<dyn Clock>,
}

/// Connects to a receiver's host.
pub(super) struct ReceiverProbe {
    pub(super) options: ReceiverOptions,
    pub(super) notifier: Box<dyn Notifier>,
}

impl Probe for MailProbe {
    fn subject(&self) -> Subject {
        Subject {
            kind: SubjectKind::MailServer,
            name: self.server.name().to_owned(),
        }
    }

    fn origin(&self) -> Origin {
        alone(self.server.address())
    }

    fn run(&self) -> Trying<'_> {
        Box::pin(async {
            match self.server.greet(&*self.clock).await {
                Ok(()) => Verdict::Reached(format!(
                    "{} takes mail from {}",
                    self.server.address(),
                    self.server.sender()
                )),
                Err(error) => failed(error),
            }
        })
    }
}

impl Probe for ReceiverProbe {
    fn subject(&self) -> Subject {
        Subject {
            kind: SubjectKind::Receiver,
            name: self.options.name.clone(),
        }
    }

    fn origin(&self) -> Origin {
        match &self.options.kind {
            ReceiverKind::Webhook(webhook) => Origin::of(&webhook.url),
            // Where a service's URL leads is known when it is made; most have one host.
            ReceiverKind::Preset(preset) => alone(preset.preset.name.clone()),
            _ => alone(self.options.name.clone()),
        }
    }

    fn run(&self) -> Trying<'_> {
        Box::pin(async {
            match self.notifier.reach().await {
                Some(Err(error)) => failed(error),
                Some(Ok(())) => Verdict::Reached("connected, nothing was sent".to_owned()),
                None => Verdict::Reached("nothing to connect to".to_owned()),
            }
        })
    }
}

/// Whether a receiver has a host of its own to connect to.
pub(super) const fn has_host(receiver: &ReceiverOptions) -> bool {
    matches!(
        receiver.kind,
        ReceiverKind::Webhook(_) | ReceiverKind::Preset(_)
    )
}

/// Somebody who is asked nothing else.
fn alone(host: String) -> Origin {
    Origin {
        domain: host.clone(),
        host,
    }
}

fn failed(error: SendError) -> Verdict {
    Verdict::Failed(Fault::new(error.reason.as_str(), error.detail))
}
