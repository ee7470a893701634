//! The config in force with its watches compiled, for those who ask what a watch makes of an item.

use std::sync::Arc;

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

impl App {
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
