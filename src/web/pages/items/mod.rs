//! Why an item alerted, or did not: the box that finds it, and its page.

mod find;
mod story;
mod tree;
mod why;

pub(super) use find::find;
pub(super) use why::why;

#[cfg(test)]
mod tests;
