//! Through which server a mail goes, and in which session.
//!
//! The receiver's server comes first, then its `fallback` and so on, until one gives a session:
//! nothing of the mail was said by then, so it cannot go out twice. What a server answers in a
//! session counts, and no other is asked. One that gave no session is asked last for a while, for a
//! mute server costs its time limit each time.

use std::sync::{Arc, Mutex, PoisonError};

use lettre::Address;

use super::{
    fault::Fault,
    server::{MailServer, Server},
    session::{Delivery, Session},
};
use crate::{
    clock::Clock,
    model::{Detour, Retry, SendError},
};

/// Mails in one session: many servers end it after 100 or 1,000.
pub(super) const MAX_MAILS: u32 = 100;

/// The way of one receiver's mails.
pub(super) struct Route {
    /// In the order of their asking; never empty.
    servers: Vec<Arc<Server>>,
    clock: Arc<dyn Clock>,
    /// The session of the last mail, until [`rest`](Route::rest): a backlog goes out in one.
    idle: Mutex<Option<Kept>>,
}

/// A session between two mails.
struct Kept {
    session: Session,
    server: usize,
    mails: u32,
}

/// A mail that a server has answered for.
pub(super) struct Passed {
    pub(super) delivery: Delivery,
    /// Where another server should have taken it.
    pub(super) detour: Option<Detour>,
}

impl Route {
    /// The way that begins at the server `first`; `None` if it, or a fallback on the way, is not
    /// among `servers`.
    pub(super) fn new(first: &str, servers: &[MailServer], clock: Arc<dyn Clock>) -> Option<Self> {
        let mut way: Vec<Arc<Server>> = Vec::new();
        let mut next = Some(first);
        while let Some(name) = next {
            if way.iter().any(|server| server.name == name) {
                break;
            }
            let MailServer(server) = servers.iter().find(|server| server.0.name == name)?;
            way.push(Arc::clone(server));
            next = server.fallback.as_deref();
        }
        Some(Self {
            servers: way,
            clock,
            idle: Mutex::new(None),
        })
    }

    /// In the order of their asking, if all are well.
    pub(super) fn servers(&self) -> &[Arc<Server>] {
        &self.servers
    }

    /// Hands over a mail. `message` makes it for a server: each has a sender of its own.
    pub(super) async fn deliver(
        &self,
        to: &[Address],
        message: impl Fn(&Server) -> Result<Vec<u8>, SendError> + Sync,
    ) -> Result<Passed, SendError> {
        if let Some(kept) = self.take() {
            let mail = message(&self.servers[kept.server])?;
            match self.over(kept, to, &mail).await {
                // The server had closed it meanwhile; it has seen nothing of this mail.
                Err(fault) if fault.is_of_a_stale_session() => {}
                outcome => return outcome.map_err(Fault::into_error),
            }
        }
        let kept = self.open().await?;
        let mail = message(&self.servers[kept.server])?;
        self.over(kept, to, &mail).await.map_err(Fault::into_error)
    }

    /// Ends the session that is kept.
    pub(super) async fn rest(&self) {
        if let Some(kept) = self.take() {
            kept.session.quit().await;
        }
    }

    /// A session with the first server that gives one.
    async fn open(&self) -> Result<Kept, SendError> {
        let now = self.clock.now();
        let mut order: Vec<usize> = (0..self.servers.len()).collect();
        order.sort_by_key(|&number| self.servers[number].is_avoided(now));
        let mut errors = Vec::new();
        for server in order {
            match self.servers[server].open(&*self.clock).await {
                Ok(session) => {
                    let mails = 0;
                    return Ok(Kept {
                        session,
                        server,
                        mails,
                    });
                }
                Err(error) => errors.push((server, error)),
            }
        }
        Err(self.nowhere(errors))
    }

    /// What it means that no server gives a session: someone must act only if that holds for all.
    fn nowhere(&self, mut errors: Vec<(usize, SendError)>) -> SendError {
        errors.sort_by_key(|(server, _)| *server);
        let later = errors.iter().map(|(_, error)| error.retry);
        let later = later
            .into_iter()
            .find(|retry| *retry != Retry::ReceiverBroken);
        let named = |(server, error): (usize, SendError)| self.named(server, error);
        let mut errors = errors.into_iter().map(named);
        let first = errors.next().expect("a route has a server");
        let rest = errors.map(|error| format!("; {}", error.detail));
        SendError {
            retry: later.unwrap_or(first.retry),
            detail: std::iter::once(first.detail).chain(rest).collect(),
            ..first
        }
    }

    /// Hands the mail over in this session, and keeps it for the next or ends it.
    async fn over(&self, mut kept: Kept, to: &[Address], mail: &[u8]) -> Result<Passed, Fault> {
        let server = kept.server;
        let from = &self.servers[server].from.email;
        let delivery = kept.session.deliver(from, to, mail).await?;
        kept.mails += 1;
        // Without a mail taken the transaction is still open.
        if delivery.taken.is_some() && kept.mails < MAX_MAILS {
            *self.idle.lock().unwrap_or_else(PoisonError::into_inner) = Some(kept);
        } else {
            kept.session.quit().await;
        }
        let detour = self.detour(server);
        Ok(Passed { delivery, detour })
    }

    /// What is wrong with the first server, where a mail went through this one.
    fn detour(&self, server: usize) -> Option<Detour> {
        if server == 0 {
            return None;
        }
        let error = self.servers[0].last_error()?;
        Some(Detour {
            through: self.servers[server].name.clone(),
            error: self.named(0, error),
        })
    }

    /// With several servers an error says which.
    fn named(&self, server: usize, error: SendError) -> SendError {
        if self.servers.len() == 1 {
            return error;
        }
        let name = &self.servers[server].name;
        SendError {
            detail: format!("mail server {name:?}: {}", error.detail),
            ..error
        }
    }

    fn take(&self) -> Option<Kept> {
        let mut idle = self.idle.lock().unwrap_or_else(PoisonError::into_inner);
        idle.take()
    }
}
