//! What listens for others, as far as a reload is concerned.

use std::{
    fmt, io,
    sync::{Arc, Weak},
};

use super::App;
use crate::config::{WebAddress, WebOptions};

/// Puts what was opened in force.
pub type Swap = Box<dyn FnOnce() + Send>;

/// The doors at which others ask, in the hands of a layer above.
pub trait Doors: fmt::Debug + Send + Sync {
    /// Opens those that the config asks for and that are not open. Nothing else changes until the
    /// swap is called; where it is dropped, those are closed again.
    ///
    /// # Errors
    /// The first that cannot be opened.
    fn prepare(self: Arc<Self>, options: &WebOptions) -> Result<Swap, DoorError>;
}

/// An address of `[web] listen` at which nobody can listen.
#[derive(Debug, thiserror::Error)]
#[error("[web] cannot listen on {address}: {cause}; help: {help}")]
pub struct DoorError {
    /// The address.
    pub address: WebAddress,
    /// The system's word.
    pub cause: io::Error,
    /// What to do.
    pub help: &'static str,
}

impl App {
    /// From now on a reload swaps these too.
    /// Weakly: what is asked at them ends here, so they hold the program.
    pub fn attend(&self, doors: Weak<dyn Doors>) {
        // A second set of doors would be a fault of the caller; the first stays.
        let _ = self.doors.set(doors);
    }

    /// Opens what a new config asks for.
    pub(super) fn open_doors(&self, options: &WebOptions) -> Result<Option<Swap>, DoorError> {
        let doors = self.doors.get().and_then(Weak::upgrade);
        doors.map(|doors| doors.prepare(options)).transpose()
    }
}
