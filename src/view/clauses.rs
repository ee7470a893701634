//! The walk through an expression, clause by clause.

use serde::Serialize;

use crate::{
    matcher::{Clause, ItemText, Operator, WatchMatch, matches},
    model::Match,
};

/// A clause, and the clauses it is made of.
#[derive(Debug, Serialize)]
pub(crate) struct ClauseView {
    pub(crate) text: String,
    pub(crate) operator: &'static str,
    pub(crate) matched: bool,
    pub(crate) hits: Vec<Match>,
    pub(crate) near_miss: Option<String>,
    pub(crate) parts: Vec<ClauseView>,
}

impl ClauseView {
    pub(crate) fn of(clause: &Clause, watch: &str, item: &ItemText<'_>) -> Self {
        let found = WatchMatch {
            watch: 0,
            hits: clause.hits.clone(),
        };
        let parts = clause.parts.iter();
        Self {
            text: clause.text.clone(),
            operator: name(clause.operator),
            matched: clause.matched,
            hits: matches(item, watch, &found),
            near_miss: clause.near_miss.as_ref().map(ToString::to_string),
            parts: parts.map(|part| Self::of(part, watch, item)).collect(),
        }
    }

    /// What it asks; its parts are below.
    pub(crate) fn label(&self) -> String {
        match self.operator {
            "all" => "all of".to_owned(),
            "any" => "any of".to_owned(),
            "not" => "without".to_owned(),
            "at_least" => self
                .text
                .split(" (")
                .next()
                .unwrap_or_default()
                .to_lowercase(),
            _ => self.text.clone(),
        }
    }

    /// Whether it is one of the many alternatives that are simply not there.
    pub(crate) fn is_absent(&self) -> bool {
        self.parts.is_empty() && !self.matched && self.near_miss.is_none()
    }
}

const fn name(operator: Operator) -> &'static str {
    match operator {
        Operator::Term => "term",
        Operator::Metadata => "origin",
        Operator::All => "all",
        Operator::Any => "any",
        Operator::Not => "not",
        Operator::AtLeast(_) => "at_least",
        Operator::Near => "near",
    }
}
