//! The config in force with its watches compiled, for those who ask what a watch makes of an item.

use std::{sync::Arc, time::Duration};

use tokio::sync::{Semaphore, SemaphorePermit};

use super::App;
use crate::{config::Config, matcher::Matcher};

/// A config with the watches that are off behind the others; `config.off` still names them.
#[derive(Debug)]
pub struct Whole {
    /// The config.
    pub config: Config,
    /// Of all its watches.
    pub matcher: Matcher,
}

/// Who looks through many items at a time: one. It takes a whole core, which polls need too.
#[derive(Debug)]
pub(super) struct Turns(Semaphore);

impl Default for Turns {
    fn default() -> Self {
        Self(Semaphore::new(1))
    }
}

impl App {
    /// A turn to look through many items; `None` where others took theirs for longer than this.
    pub async fn turn(&self, patience: Duration) -> Option<SemaphorePermit<'_>> {
        let turn = tokio::time::timeout(patience, self.turns.0.acquire()).await;
        turn.ok()?.ok()
    }

    /// The config in force with the watches that are off behind the others. Compiled when it is asked
    /// for first, and then kept as long as that config is in force.
    pub fn whole(&self) -> Arc<Whole> {
        let in_force = self.in_force();
        let whole = in_force.whole.get_or_init(|| {
            let (config, matcher) = Config::clone(&in_force.config).with_watches_off();
            Arc::new(Whole { config, matcher })
        });
        Arc::clone(whole)
    }
}
