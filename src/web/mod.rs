//! The service's HTTP side: what answers those who ask the running daemon.
//!
//! Two kinds of doors, each with what may be asked there: the control socket beside the store,
//! for the command line, and public ones, for those who watch over it. Requests end in the
//! [`App`]; nothing here is on a thread that the store or a step needs.

mod access;
mod api;
mod budget;
mod client;
mod control;
mod feeds;
mod hex;
mod listener;
mod pages;
mod params;
mod passed;
mod patient;
mod places;
mod public;
mod reply;
mod server;
mod socket;
#[cfg(test)]
mod testing;
mod wire;

use std::{fmt, panic::resume_unwind, path::Path, sync::Arc};

use tokio::task::JoinSet;
use tokio_util::sync::CancellationToken;
use tracing::warn;

use self::public::Public;
use crate::{
    app::{App, DoorError, Doors, Swap},
    config::{ControlOptions, WebOptions},
};

pub use client::{Control, ControlError};
pub use listener::{Access, Listener};
pub use server::{Limits, serve};
pub use wire::Reloaded;

/// What requests are answered from.
#[derive(Debug, Clone)]
struct Context {
    app: Arc<App>,
    /// Cancelled when the service ends: who waits for something is reported so then.
    stop: CancellationToken,
}

/// The doors that are open; nothing is answered until [`run`](Self::run).
#[derive(Debug, Default)]
pub struct Web {
    control: Vec<Listener>,
    public: Arc<Public>,
    /// Opens the first of the public ones.
    first: Option<FirstDoors>,
}

impl Web {
    /// Opens the control socket of the daemon that has this store open. Without it the program goes
    /// on: commands work on the store as they do without a daemon.
    pub async fn open_control(&mut self, store: &Path, options: &ControlOptions) {
        let path = socket::beside(store);
        match socket::open(&path, options).await {
            Ok(listener) => self.control.push(listener),
            Err(error) => warn!(
                "no control socket at {}: {error}; commands reach the daemon by way of the store, and `fivebells reload` does not",
                path.display()
            ),
        }
    }

    /// Opens the addresses that others may ask at. A reload swaps them.
    ///
    /// # Errors
    /// The first that cannot be opened.
    pub fn open_public(&mut self, options: &WebOptions) -> Result<(), DoorError> {
        let swap = Arc::clone(&self.public).prepare(options)?;
        self.first = Some(FirstDoors(swap));
        Ok(())
    }

    /// Answers at every door until `stop`, and a moment longer where an answer is under way. A door
    /// that ends before ends it. From the call on a reload swaps the public ones.
    pub fn run(
        self,
        app: Arc<App>,
        stop: CancellationToken,
    ) -> impl Future<Output = ()> + Send + 'static {
        let public: Arc<dyn Doors> = Arc::clone(&self.public) as _;
        app.attend(Arc::downgrade(&public));
        let context = Context { app, stop };
        self.public.begin(context.clone());
        if let Some(FirstDoors(open)) = self.first {
            open();
        }
        answer(self.control, self.public, context)
    }
}

/// What puts the first public doors in force.
struct FirstDoors(Swap);

impl fmt::Debug for FirstDoors {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("FirstDoors")
    }
}

async fn answer(control: Vec<Listener>, public: Arc<Public>, context: Context) {
    let stop = context.stop.clone();
    let mut doors = JoinSet::new();
    for listener in control {
        let router = control::router(context.clone());
        doors.spawn(serve(listener, router, Limits::default(), stop.clone()));
    }
    doors.spawn(public.run(stop.clone()));
    while let Some(ended) = doors.join_next().await {
        if let Some(panic) = ended.err().and_then(|error| error.try_into_panic().ok()) {
            // Whoever runs this knows what to do about a loop that died.
            resume_unwind(panic);
        }
        if !stop.is_cancelled() {
            return;
        }
    }
}
