//! What the config says of stories: which alerts are folded, which wait for others to have the story,
//! and which are sent again when they have it.

use std::{fmt, time::Duration};

use super::Priority;

/// What a receiver is sent of a story that comes in many items.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum Stories {
    /// Each text once: copies of it are folded.
    #[default]
    Copies,
    /// The whole story once: what follows comes as one summary.
    All,
    /// Every alert.
    Off,
}

impl Stories {
    /// Each of them.
    pub const ALL: [Self; 3] = [Self::Copies, Self::All, Self::Off];

    /// The name as written in the config.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Copies => "copies",
            Self::All => "all",
            Self::Off => "off",
        }
    }

    /// What holds for an alert: the watch's own word before the receiver's, and that before the one
    /// at the top of the config.
    pub fn in_force(watch: Option<Self>, receiver: Option<Self>, top: Self) -> Self {
        watch.or(receiver).unwrap_or(top)
    }
}

impl fmt::Display for Stories {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.pad(self.as_str())
    }
}

/// What a receiver says of stories.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct ReceiverStories {
    /// What is folded for it; `None` as the top of the config says.
    pub mode: Option<Stories>,
    /// Whether it is sent a line with the number of sources at the end of a story.
    pub sources: bool,
}

/// A watch's alert waits until so many publishers have the story, each with a text of its own.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Corroborate {
    /// How many, the first one too.
    pub publishers: u32,
    /// How long it waits at most.
    pub within: Duration,
    /// What becomes of it when they are too few at the end.
    pub otherwise: Otherwise,
    /// Which publishers and feeds count; empty is all.
    pub from: Vec<CountFrom>,
    /// The lowest priority that does not wait.
    pub passes: Priority,
}

/// What becomes of an alert that waited for other publishers in vain.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum Otherwise {
    /// It is sent all the same.
    Send,
    /// It is sent in a digest.
    #[default]
    Digest,
    /// It is not sent.
    Drop,
}

impl Otherwise {
    /// Each of them.
    pub const ALL: [Self; 3] = [Self::Send, Self::Digest, Self::Drop];

    /// The name as written in the config.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Send => "tell",
            Self::Digest => "digest",
            Self::Drop => "drop",
        }
    }
}

impl fmt::Display for Otherwise {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.pad(self.as_str())
    }
}

/// Who counts as one of several publishers.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum CountFrom {
    /// Whoever is read in a feed with this tag; without the `#`.
    Tag(String),
    /// This publisher, by the name that items have it under.
    Publisher(String),
}

/// An alert that was sent is sent again, at a higher priority, when so many publishers have the
/// story.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Escalate {
    /// How many, the first one too.
    pub publishers: u32,
    /// How long after the first.
    pub within: Duration,
    /// The priority that it is sent at then: higher than the watch's own.
    pub priority: Priority,
}

#[cfg(test)]
mod tests {
    use super::Stories::{self, All, Copies, Off};

    #[test]
    fn the_nearest_word_holds() {
        for (watch, receiver, top, expected) in [
            (None, None, Copies, Copies),
            (None, None, Off, Off),
            (None, Some(All), Off, All),
            (Some(Copies), Some(All), Off, Copies),
            (Some(Off), None, All, Off),
        ] {
            let in_force = Stories::in_force(watch, receiver, top);
            assert_eq!(in_force, expected, "{watch:?} {receiver:?} {top}");
        }
    }
}
