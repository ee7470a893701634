//! Looking through stored items: for a bounded time, and for few at once.

use std::{
    ops::ControlFlow,
    sync::{Arc, Mutex, PoisonError},
    time::{Duration, Instant},
};

use tokio::{
    sync::{Semaphore, SemaphorePermit},
    time::timeout,
};

use super::fault::Fault;
use crate::{config::Config, heavy::heavy, matcher::Matcher};

/// How long one request looks through items.
const LONGEST: Duration = Duration::from_millis(500);

/// How long one request waits for those before it.
const PATIENCE: Duration = Duration::from_secs(5);

/// Requests that look through items at once.
static LOOKS: Semaphore = Semaphore::const_new(2);

/// The time that is left to look through items.
pub(super) struct Look {
    until: Instant,
    _permit: SemaphorePermit<'static>,
}

impl Look {
    pub(super) async fn begin() -> Result<Self, Fault> {
        let permit = timeout(PATIENCE, LOOKS.acquire()).await;
        let permit = permit.ok().and_then(Result::ok);
        let busy = || Fault::not_now("others look through the items at the moment");
        Ok(Self {
            _permit: permit.ok_or_else(busy)?,
            until: Instant::now() + LONGEST,
        })
    }

    pub(super) fn goes_on(&self) -> ControlFlow<()> {
        if Instant::now() < self.until {
            ControlFlow::Continue(())
        } else {
            ControlFlow::Break(())
        }
    }
}

/// A config whose watches can be shown at work, those that are off too, as the command line shows
/// them.
#[derive(Debug)]
pub(super) struct Watching {
    pub(super) config: Config,
    pub(super) matcher: Matcher,
}

/// The last that was made, and what it was made from.
static MADE: Mutex<Option<(Arc<Config>, Arc<Watching>)>> = Mutex::new(None);

/// Of the config in force; compiled once for each.
pub(super) fn watching(config: &Arc<Config>) -> Arc<Watching> {
    let mut made = MADE.lock().unwrap_or_else(PoisonError::into_inner);
    if let Some((of, watching)) = &*made
        && Arc::ptr_eq(of, config)
    {
        return Arc::clone(watching);
    }
    let (with_off, matcher) = heavy(usize::MAX, || Config::clone(config).with_watches_off());
    let watching = Arc::new(Watching {
        config: with_off,
        matcher,
    });
    *made = Some((Arc::clone(config), Arc::clone(&watching)));
    watching
}
