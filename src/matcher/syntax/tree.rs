//! The syntax tree of an expression, its one canonical text, and the error that says what is wrong
//! with an expression.
//!
//! A [`Query`] owns its terms; the nodes of the tree name them by number. Spans are byte ranges of
//! the expression as it was written. The canonical text parses to the same tree again.

use std::{
    fmt::{self, Write as _},
    ops::Range,
};

use super::metadata::MetadataCondition;
use crate::{model::Field, text};

/// How deep parentheses may nest.
pub const MAX_NESTING: usize = 64;

/// How far apart NEAR can reach.
pub const MAX_DISTANCE: u32 = 1000;

/// A parsed expression.
#[derive(Debug, Clone, PartialEq)]
pub struct Query {
    pub(in crate::matcher) root: Node,
    pub(in crate::matcher) terms: Vec<Term>,
    pub(in crate::matcher) warnings: Vec<QueryError>,
    /// Names behind `@`, in the order they are written.
    pub(in crate::matcher) entities: Vec<String>,
}

/// A part of an expression. The tree is at most a few times [`MAX_NESTING`] deep.
#[derive(Debug, Clone, PartialEq)]
pub(in crate::matcher) enum Node {
    /// Index into [`Query::terms`].
    Term(usize),
    All(Box<[Node]>),
    Any(Box<[Node]>),
    Not(Box<(Node, Range<usize>)>),
    /// So many of the parts.
    AtLeast(usize, Box<[Node]>),
    /// Each part but the first within so many tokens of the one before it.
    Near(Box<[Node]>, Box<[Distance]>),
    /// Where the item comes from, not what it says.
    Metadata(Box<MetadataCondition>),
}

/// How far apart two operands of NEAR may be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::matcher) struct Distance {
    /// From the last token of one to the first of the other: neighbours are 1 apart.
    pub(in crate::matcher) tokens: u32,
    pub(in crate::matcher) ordered: bool,
}

/// A leaf: what to search for.
#[derive(Debug, Clone, PartialEq)]
pub(in crate::matcher) struct Term {
    /// As people see it: as written, without the quotes of a phrase.
    pub(in crate::matcher) text: String,
    /// The part that is searched for.
    pub(in crate::matcher) body: String,
    pub(in crate::matcher) kind: TermKind,
    /// The field it was narrowed to.
    pub(in crate::matcher) field: Option<Field>,
    /// Whether it is under no NOT, or under an even number of them.
    pub(in crate::matcher) positive: bool,
    pub(in crate::matcher) span: Range<usize>,
}

/// How a term compares.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(in crate::matcher) enum TermKind {
    /// Whole words, folded; capitals compare case.
    Whole,
    /// The same, written as the name of a person ([`super::entity::is_written_as_name`]).
    Name,
    /// The beginning of a word.
    Prefix,
    /// The end of a word.
    Suffix,
    /// A word in any of its cases and numbers.
    Inflected,
    /// Case and accents count.
    Exact,
    /// A regular expression over the original text.
    Regex,
}

/// What is wrong with an expression.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{message}")]
pub struct QueryError {
    /// Lowercase, no full stop, such as `expected a term after OR`.
    pub message: String,
    /// Where, in bytes of the expression; may be empty at its end.
    pub span: Range<usize>,
    /// What to write instead.
    pub help: Option<String>,
    /// Whether it is only that no entity has the name behind an `@`.
    pub unknown_entity: bool,
}

impl QueryError {
    pub(in crate::matcher) fn new(message: impl Into<String>, span: Range<usize>) -> Self {
        Self {
            message: message.into(),
            span,
            help: None,
            unknown_entity: false,
        }
    }

    pub(super) fn with_help(mut self, help: impl Into<String>) -> Self {
        self.help = Some(help.into());
        self
    }
}

impl Term {
    /// Whether it is 2 to 5 capitals, dots aside: then `US` is not `us`, though `NATO` is `Nato`. A
    /// headline all in capitals counts as capitals.
    pub(in crate::matcher) fn is_capitals(&self) -> bool {
        let letters = || self.body.chars().filter(|c| *c != '.');
        self.kind == TermKind::Whole
            && letters().take(6).count() <= 5
            && letters().take(2).count() == 2
            && letters().all(char::is_uppercase)
    }

    /// Its canonical form.
    pub(in crate::matcher) fn canonical(&self) -> String {
        text::fold(&self.body)
    }
}

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
        formatter.write_str(&written(&self.root, &self.terms))
    }
}

/// The same for a part of an expression.
pub(in crate::matcher) fn written(node: &Node, terms: &[Term]) -> String {
    let mut written = String::new();
    write(&mut written, node, terms, Binding::Or);
    written
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
    let text = match term.kind {
        TermKind::Whole | TermKind::Name => quoted(&term.body, false),
        TermKind::Exact => format!("={}", quoted(&term.body, false)),
        TermKind::Prefix => bare("", "*"),
        TermKind::Suffix => bare("*", ""),
        TermKind::Inflected => bare("~", ""),
        TermKind::Regex => bare("", ""),
    };
    out.push_str(&text);
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
