//! Fivebells reads RSS, Atom and JSON feeds and tells people, by mail or webhook, the moment a
//! term they watch for appears.
//!
//! ```text
//!  due origin ─► fetch ─► parse ─► identity ─► match ─► commit ─► claim ─► render ─► send ─► settle
//!    (store)     (HTTP)   (bytes    (is it     (watches) (one       (lease)  (notice)  (mail,   (store)
//!                         to items)  new?)               transaction)                 webhook)
//! ```
//!
//! Arrows between modules point down only; siblings never import each other
//! (`tests/it/architecture` holds this):
//!
//! ```text
//!  main ─► cli ─► web            what answers those who ask the running service, over HTTP
//!               ─► view           what is shown, alike on the command line, in pages and to programs
//!               ─► app            wiring, lifecycle, reload, status
//!               ─► scheduler     the loops
//!               ─► poll  deliver  config           steps: straight-line code, no loops, no spawn
//!               ─► fetch  parse  matcher  notify  store   capabilities; no arrows between them
//!                  discover  opml
//!               ─► http          one client: limits, capped decoding, address guard
//!               ─► delivery_policy   when a receiver is notified
//!                  story             which items say the same
//!               ─► clock  schedule  calendar  text  suggest  unwind   facts: no I/O, no loops
//!                  files  heavy  metrics   what somebody names, read under a bound; work on much
//!                                data; what is counted
//!                  publisher     who published an item
//!               ─► model
//! ```

pub mod app;
pub mod calendar;
pub mod cli;
pub mod clock;
pub mod config;
pub mod deliver;
pub mod delivery_policy;
pub mod discover;
pub mod fetch;
pub mod files;
pub mod heavy;
pub mod http;
#[cfg(test)]
mod linear;
pub mod matcher;
pub mod metrics;
pub mod model;
pub mod notify;
pub mod opml;
pub mod parse;
pub mod poll;
pub mod publisher;
pub mod schedule;
pub mod scheduler;
pub mod store;
pub mod story;
pub mod suggest;
pub mod text;
pub mod unwind;
pub mod view;
#[cfg(test)]
mod watchdog;
pub mod web;
