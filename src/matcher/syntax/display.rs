//! Writes an expression in its one canonical form.
//!
//! What is written parses to the same tree again.

use std::fmt::{self, Write as _};

use super::tree::{Node, Query, Term, TermKind};

/// How tightly an operator binds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Binding {
    Or,
    And,
    Not,
    Near,
    Term,
}

/// The expression with operators spelled out, parentheses only where they are needed or where
/// AND and OR meet, entities expanded. Parsing it gives the same expression again; only the other
/// orders of an entity's names are phrases then, for which capitals do not count.
impl fmt::Display for Query {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&text(&self.root, &self.terms))
    }
}

/// The same for a part of an expression.
pub(in crate::matcher) fn text(node: &Node, terms: &[Term]) -> String {
    let mut text = String::new();
    write(&mut text, node, terms, Binding::Or);
    text
}

fn binding(node: &Node) -> Binding {
    match node {
        Node::Any(_) => Binding::Or,
        Node::All(_) => Binding::And,
        Node::Not(_) => Binding::Not,
        Node::Near(..) => Binding::Near,
        Node::Term(_) | Node::AtLeast(..) | Node::Metadata(_) => Binding::Term,
    }
}

fn write(out: &mut String, node: &Node, terms: &[Term], least: Binding) {
    let own = binding(node);
    let grouped = own < least;
    if grouped {
        out.push('(');
    }
    match node {
        Node::Term(index) => write_term(out, &terms[*index]),
        Node::Metadata(condition) => {
            let star = if condition.is_prefix { "*" } else { "" };
            let value = quoted(&condition.value, condition.is_prefix);
            out.extend([condition.kind.as_str(), ":", &value, star]);
        }
        Node::Not(inner) => {
            out.push_str("NOT ");
            write(out, &inner.0, terms, Binding::Near);
        }
        Node::All(parts) => write_all(out, parts, terms),
        Node::Any(parts) => join(out, parts, " OR ", |out, part| {
            write(out, part, terms, Binding::Not);
        }),
        Node::AtLeast(count, parts) => {
            let _ = write!(out, "{count} OF (");
            join(out, parts, ", ", |out, part| {
                write(out, part, terms, Binding::Or);
            });
            out.push(')');
        }
        Node::Near(parts, distances) => {
            write(out, &parts[0], terms, Binding::Term);
            for (part, distance) in parts[1..].iter().zip(distances) {
                let operator = if distance.ordered { "ONEAR" } else { "NEAR" };
                let _ = write!(out, " {operator}/{} ", distance.tokens);
                write(out, part, terms, Binding::Term);
            }
        }
    }
    if grouped {
        out.push(')');
    }
}

/// `a AND b NOT c`: an exclusion behind another part needs no AND.
fn write_all(out: &mut String, parts: &[Node], terms: &[Term]) {
    for (at, part) in parts.iter().enumerate() {
        if at > 0 {
            let is_not = matches!(part, Node::Not(_));
            out.push_str(if is_not { " " } else { " AND " });
        }
        write(out, part, terms, Binding::Not);
    }
}

fn join(out: &mut String, parts: &[Node], between: &str, each: impl Fn(&mut String, &Node)) {
    for (at, part) in parts.iter().enumerate() {
        if at > 0 {
            out.push_str(between);
        }
        each(out, part);
    }
}

fn write_term(out: &mut String, term: &Term) {
    if let Some(field) = term.field {
        let _ = write!(out, "{field}:");
    }
    let bare = |sign: &str, tail: &str| format!("{sign}{}{tail}", term.body);
    let written = match term.kind {
        TermKind::Whole | TermKind::Name => quoted(&term.body, false),
        TermKind::Exact => format!("={}", quoted(&term.body, false)),
        TermKind::Prefix => bare("", "*"),
        TermKind::Suffix => bare("*", ""),
        TermKind::Inflected => bare("~", ""),
        TermKind::Regex => bare("", ""),
    };
    out.push_str(&written);
}

/// In quotes that the text does not hold, unless it is a plain word.
fn quoted(body: &str, is_bare: bool) -> String {
    let is_plain = |c: char| c.is_alphanumeric() || "'’".contains(c);
    let starts = body.starts_with(|c: char| c.is_alphanumeric());
    let is_word = starts && body.chars().all(|c| is_plain(c) || "-._&".contains(c));
    let is_operator = ["AND", "OR", "NOT", "OF", "NEAR", "ONEAR"].contains(&body);
    let is_number = body.bytes().all(|byte| byte.is_ascii_digit());
    if is_bare || (is_word && !is_operator && !is_number) {
        return body.to_owned();
    }
    in_quotes(body)
}

/// In quotes that the text does not hold.
pub(super) fn in_quotes(body: &str) -> String {
    let pairs = [("\"", "\""), ("«", "»"), ("「", "」"), ("『", "』")];
    let free = pairs.iter().find(|(open, close)| {
        let family = if *open == "\"" {
            "\"“”„‟＂"
        } else {
            ""
        };
        !body.contains(close) && !body.contains(open) && !body.contains(|c| family.contains(c))
    });
    let (open, close) = free.unwrap_or(&pairs[0]);
    format!("{open}{body}{close}")
}
