//! What `enabled = false` keeps out of force: it is read and checked like the rest, its name is known,
//! and that is all.

use super::{
    Config, Loaded,
    context::Context,
    feeds::ReadFeed,
    looking::without_broken_watches,
    names::Named,
    problem::{Problem, SourceLocation},
    watches::ReadWatch,
};
use crate::{
    matcher::Matcher,
    model::{Feed, Watch},
};

/// The feeds and watches with `enabled = false`, in the order they are written.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Off {
    /// They are not polled.
    pub feeds: Vec<Feed>,
    /// They look at no item.
    pub watches: Vec<Watch>,
}

impl Off {
    /// Whether the feed of this name is off.
    pub fn has_feed(&self, name: &str) -> bool {
        self.feeds.iter().any(|feed| feed.name == name)
    }

    /// Whether the watch of this name is off.
    pub fn has_watch(&self, name: &str) -> bool {
        self.watches.iter().any(|watch| watch.name == name)
    }
}

impl Config {
    /// Every feed, those that are off last.
    pub fn all_feeds(&self) -> impl Iterator<Item = &Feed> {
        self.feeds.iter().chain(&self.off.feeds)
    }

    /// Every watch, those that are off last.
    pub fn all_watches(&self) -> impl Iterator<Item = &Watch> {
        self.watches.iter().chain(&self.off.watches)
    }

    /// The same with the watches that are off behind the others, for what would show them at work;
    /// `off` still names them.
    #[must_use]
    pub fn with_watches_off(mut self) -> (Self, Matcher) {
        self.watches.extend_from_slice(&self.off.watches);
        without_broken_watches(self)
    }
}

impl Loaded {
    /// The same with the watches that are off behind the others, so that a command can say what they
    /// would do; `config.off` still names them.
    #[must_use]
    pub fn with_watches_off(self) -> Self {
        if self.config.off.watches.is_empty() {
            return self;
        }
        let (config, matcher) = self.config.with_watches_off();
        Self {
            config,
            matcher,
            warnings: self.warnings,
        }
    }
}

/// The feeds and watches that are on, and those that are not.
pub(super) fn taken_out(
    feeds: Vec<ReadFeed>,
    watches: Vec<Named<'_, ReadWatch<'_>>>,
) -> (Vec<Feed>, Vec<Watch>, Off) {
    let watches = watches.into_iter().map(|watch| watch.item);
    let (on, off): (Vec<_>, Vec<_>) = watches.partition(|watch| watch.is_on);
    let plain = |them: Vec<ReadWatch<'_>>| them.into_iter().map(|it| it.watch).collect();
    let (watches, watches_off) = (plain(on), plain(off));
    let (on, off): (Vec<_>, Vec<_>) = feeds.into_iter().partition(|feed| feed.is_on);
    let plain = |them: Vec<ReadFeed>| them.into_iter().map(|it| it.feed).collect();
    let off = Off {
        feeds: plain(off),
        watches: watches_off,
    };
    (plain(on), watches, off)
}

/// Warns where nothing can be sent because all that would find it is off.
pub(super) fn report_all(
    context: &Context<'_>,
    feeds: &[ReadFeed],
    watches: &[Named<'_, ReadWatch<'_>>],
) {
    let warn = |message: &str| {
        let problem = Problem::warning(SourceLocation::whole(Context::MAIN), message);
        let help = "take out `enabled = false` where it is to work again";
        context.report(problem.help(help));
    };
    if !feeds.is_empty() && !feeds.iter().any(|feed| feed.is_on) {
        warn("every feed is off: nothing is polled");
    }
    if !watches.is_empty() && !watches.iter().any(|watch| watch.item.is_on) {
        warn("every watch is off: nothing is watched for");
    }
}
