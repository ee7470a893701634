//! What is shown of the store and the config: objects and words that the command line, the pages
//! and the API have in common.
//!
//! A view is plain data, made from what the store and the config say and from `now`. It serializes
//! to what `--format json` prints, which is also what the API answers. Its words are texts without
//! colours, columns or markup: whoever shows them breaks their lines. Nothing here prints, reads
//! arguments, or asks the running service; what only that knows is an argument.

pub(crate) mod alerts;
pub(crate) mod clauses;
pub(crate) mod due;
pub(crate) mod explain;
pub(crate) mod expressions;
pub(crate) mod feeds;
mod folded;
pub(crate) mod items;
pub(crate) mod moment;
pub(crate) mod mutes;
pub(crate) mod muting;
pub(crate) mod names;
pub(crate) mod number;
pub(crate) mod outbox;
pub(crate) mod outline;
pub(crate) mod polled;
pub(crate) mod rate;
pub(crate) mod receivers;
pub(crate) mod repairs;
pub(crate) mod sending;
pub(crate) mod status;
pub(crate) mod stored_items;
pub(crate) mod stories;
pub(crate) mod trial;
pub(crate) mod trouble;
pub(crate) mod watches;
pub(crate) mod when;
pub(crate) mod words;

mod error;

pub(crate) use error::ViewError;
