//! Through which server a mail goes, and in which session.
//!
//! The receiver's server comes first, then its `fallback` and so on, until one takes the mail. The
//! next is asked where none of it can have been taken: no session was given, or the server has
//! turned us away in so many words. Any other answer in a session counts, and so does silence. A
//! server that took nothing is asked last for a while, for a mute one costs its time limit each time.

use std::sync::{Arc, Mutex, PoisonError};

use lettre::Address;

use super::{
    fault::Fault,
    server::{MailServer, Server, Trouble},
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
    /// How each turned this receiver's mails away, which need not be so for another receiver's.
    refusals: Vec<Trouble>,
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
            refusals: way.iter().map(|_| Trouble::default()).collect(),
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
        let mut errors = Vec::new();
        if let Some(kept) = self.take() {
            let server = kept.server;
            match self.over(kept, to, &message).await? {
                Ok(passed) => return Ok(passed),
                // Nothing of this mail was taken over it.
                Err(fault) if fault.is_of_a_stale_session() => {}
                Err(fault) => errors.push((server, self.turned_away(server, fault)?)),
            }
        }
        for server in self.order() {
            if errors.iter().any(|(asked, _)| *asked == server) {
                continue;
            }
            let kept = match self.servers[server].open(&*self.clock).await {
                Ok(session) => Kept {
                    session,
                    server,
                    mails: 0,
                },
                Err(error) => {
                    errors.push((server, error));
                    continue;
                }
            };
            match self.over(kept, to, &message).await? {
                Ok(passed) => return Ok(passed),
                Err(fault) => errors.push((server, self.turned_away(server, fault)?)),
            }
        }
        Err(self.nowhere(errors))
    }

    /// Ends the session that is kept.
    pub(super) async fn close_idle(&self) {
        if let Some(kept) = self.take() {
            kept.session.quit().await;
        }
    }

    /// The servers, those in trouble last.
    fn order(&self) -> Vec<usize> {
        let now = self.clock.now();
        let mut order: Vec<usize> = (0..self.servers.len()).collect();
        order.sort_by_key(|&server| {
            let troubles = [&self.servers[server].trouble, &self.refusals[server]];
            troubles.iter().any(|trouble| trouble.is_recent(now))
        });
        order
    }

    /// Remembers that the server wants none of this receiver's mails; any other fault of a session
    /// is the answer to this one.
    fn turned_away(&self, server: usize, fault: Fault) -> Result<SendError, SendError> {
        let turns_us_away = fault.turns_us_away();
        let error = fault.into_error();
        if !turns_us_away {
            return Err(error);
        }
        self.refusals[server].note(Some(&error), self.clock.now());
        Ok(error)
    }

    /// What it means that no server takes the mail: someone must act only if that holds for all.
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
    async fn over(
        &self,
        mut kept: Kept,
        to: &[Address],
        message: &(impl Fn(&Server) -> Result<Vec<u8>, SendError> + Sync),
    ) -> Result<Result<Passed, Fault>, SendError> {
        let number = kept.server;
        let server = &self.servers[number];
        let mail = message(server)?;
        let delivery = match kept.session.deliver(&server.from.email, to, &mail).await {
            Ok(delivery) => delivery,
            Err(fault) => return Ok(Err(fault)),
        };
        kept.mails += 1;
        self.refusals[number].note(None, self.clock.now());
        // Without a mail taken the transaction is still open.
        if delivery.taken.is_some() && kept.mails < MAX_MAILS {
            *self.idle.lock().unwrap_or_else(PoisonError::into_inner) = Some(kept);
        } else {
            kept.session.quit().await;
        }
        let detour = self.detour(number);
        Ok(Ok(Passed { delivery, detour }))
    }

    /// What is wrong with the first server, where a mail went through this one.
    fn detour(&self, server: usize) -> Option<Detour> {
        if server == 0 {
            return None;
        }
        let session = self.servers[0].trouble.error();
        let error = session.or_else(|| self.refusals[0].error())?;
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
