//! The service's HTTP side: what answers those who ask the running daemon.
//!
//! Two kinds of doors, each with what may be asked there: the control socket beside the store,
//! for the command line, and public ones, for those who watch over it. Requests end in the
//! [`App`]; nothing here is on a thread that the store or a step needs.

mod client;
mod control;
mod listener;
mod patient;
mod public;
mod server;
mod socket;
mod wire;

use std::{panic::resume_unwind, path::Path, sync::Arc};

use tokio::task::JoinSet;
use tokio_util::sync::CancellationToken;
use tracing::warn;

use crate::{app::App, config::ControlOptions};

pub use client::{Control, ControlError};
pub use listener::{Access, Listener};
pub use server::{Limits, serve};
pub use wire::Reloaded;

/// What requests are answered from.
#[derive(Debug, Clone)]
struct Context {
    app: Arc<App>,
    /// Cancelled when the service ends: who waits for something is told so then.
    stop: CancellationToken,
}

/// Where a door is, and so what may be asked there.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    /// The socket beside the store.
    Control,
    /// An address of `[web] listen`.
    Public,
}

/// The doors that are open; nothing is answered until [`run`](Self::run).
#[derive(Debug, Default)]
pub struct Web {
    doors: Vec<(Kind, Listener)>,
}

impl Web {
    /// Opens the control socket of the daemon that has this store open. Without it the program goes
    /// on: commands work on the store as they do without a daemon.
    pub async fn open_control(&mut self, store: &Path, options: &ControlOptions) {
        let path = socket::beside(store);
        match socket::open(&path, options).await {
            Ok(listener) => self.doors.push((Kind::Control, listener)),
            Err(error) => warn!(
                "no control socket at {}: {error}; commands reach the daemon by way of the store, and `fivebells reload` does not",
                path.display()
            ),
        }
    }

    /// Adds an address that others may ask.
    pub fn add_public(&mut self, listener: Listener) {
        self.doors.push((Kind::Public, listener));
    }

    /// Answers at every door until `stop`, and a moment longer where an answer is under way. A door
    /// that ends before ends it.
    pub async fn run(self, app: Arc<App>, stop: CancellationToken) {
        let context = Context {
            app,
            stop: stop.clone(),
        };
        let mut doors = JoinSet::new();
        for (kind, listener) in self.doors {
            let router = match kind {
                Kind::Control => control::router(context.clone()),
                Kind::Public => public::router(context.clone()),
            };
            doors.spawn(serve(listener, router, Limits::default(), stop.clone()));
        }
        while let Some(ended) = doors.join_next().await {
            if let Some(panic) = ended.err().and_then(|error| error.try_into_panic().ok()) {
                // Whoever runs this knows what to do about a loop that died.
                resume_unwind(panic);
            }
            if !stop.is_cancelled() {
                return;
            }
        }
        // Without a door there is nothing to do, for as long as the program runs.
        stop.cancelled().await;
    }
}
