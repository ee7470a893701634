//! Which items say the same: as copies of one text, or about one event. Pure.
//!
//! A [`Sketch`] is what is kept of a text, some 250 bytes. [`place`] compares the sketch of an item that
//! arrives with those on a [`Shelf`], which is the store's tables, or [`Memory`]. It decides from these
//! alone, so that every machine decides alike, and reads a bounded number of rows, so that a million
//! items cost as much as ten thousand.
//!
//! * A **copy** has the same link, the same text, or shares most of the phrases of its lead with an
//!   item of another feed. It may silence an alert, so in doubt it is none: figures, negations and
//!   words such as "correction" must agree.
//! * Items of **one story** share rare words. That is a guess, good enough to group by.

mod alike;
mod apart;
#[cfg(test)]
mod apart_tests;
mod candidates;
mod copies;
mod evidence;
mod features;
mod figures;
mod hash;
mod lack;
mod link;
mod lists;
mod memory;
mod place;
mod placement;
mod shelf;
mod sketch;
mod stem;
#[cfg(test)]
mod tests;
mod tokens;
mod weigh;

pub use apart::{Apart, Nearest, Question, apart, figures_beside};
pub use evidence::{Evidence, ParseEvidenceError};
pub use features::Features;
pub use lack::Lack;
pub use memory::Memory;
pub use place::{place, place_by};
pub use placement::{Arrival, Merge, Placed, Placement, Rules};
pub use shelf::{Member, Shelf, StoryId};
pub use sketch::{Sketch, StoryText};
