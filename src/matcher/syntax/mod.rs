//! The expression language: from text to a checked syntax tree, and back.
//!
//! ```text
//! query := or
//! or    := and (("OR" | "|") and)*
//! and   := unary (("AND" | ε) unary)*
//! unary := ("NOT" | "-" | "!")* near
//! near  := prim (("NEAR/"n | "ONEAR/"n) prim)*
//! prim  := "(" or ")" | field ":" prim | n "OF" "(" or ("," or)* ")" | "@" entity | term
//! term  := word | "a phrase" | word* | *word | =Exact | ="Exact phrase" | ~inflected | /regex/
//! ```
//!
//! NEAR binds tightest, then NOT, then AND, then OR.
//!
//! This is the lowest of the matcher's three folders: it knows nothing of items or of how they are
//! searched.
//!
//! ```text
//!  text ─► lexer ─► parser ─► query ─► Query          tree: nodes, their text, the error
//!          │                  │                       token: tokens and signs
//!          refused            doubts (warnings)       entity: the names behind `@name`
//!  parts (match, any, all, none) ─► text
//! ```

mod doubts;
mod entity;
mod lexer;
mod metadata;
mod parser;
mod parts;
mod query;
mod refused;
mod regex;
mod token;
mod tree;

pub use entity::Entity;
pub use parts::{Joined, Parts};
pub use tree::{MAX_DISTANCE, MAX_NESTING, Query, QueryError};

#[cfg(test)]
pub(in crate::matcher) use entity::MAX_SPELLINGS;
pub(in crate::matcher) use entity::is_written_as_name;
pub(in crate::matcher) use metadata::MetadataKind;
pub(in crate::matcher) use regex::{compile as compile_regex, parts as regex_parts};
pub(in crate::matcher) use tree::{Distance, Node, Term, TermKind, written};
