//! The matcher against a slow evaluator that is right at a glance: it knows an item as a list of
//! words and characters and tries every place.

use std::{collections::BTreeSet, fmt::Write as _, ops::Range};

use proptest::prelude::*;

use super::super::{ItemText, Query};
use super::{finds, found, grammar::tree};
use crate::model::Field;

/// What items are made of. Two words are next to each other with a space, a comma or a hyphen, a
/// word and an ideograph with nothing.
const WORDS: [&str; 14] = [
    "ka", "KA", "kab", "kabo", "bo", "ob", "Ōb", "US", "us", "NA", "TO", "NATO", "Nato", "nato",
];
const IDEOGRAPHS: [&str; 3] = ["小", "泉", "進"];
const COMMA: &str = ", ";
const HYPHEN: &str = "-";
const BREAK: &str = "\n\n";

type Part = &'static str;

/// A token, where it is and what it is.
#[derive(Debug, Clone)]
struct Token {
    field: Field,
    number: usize,
    source: Range<usize>,
    written: Part,
    /// Whether a comma or a hyphen is before it.
    apart: bool,
    /// Whether it is only a hyphen, with a letter before it.
    joined: bool,
}

/// The place of a hit, by its first and last token.
type TokenRange = (usize, usize);

#[derive(Debug, Clone)]
enum Tree {
    Term(Term),
    All(Vec<Tree>),
    Any(Vec<Tree>),
    Not(Box<Tree>),
    Of(usize, Vec<Tree>),
    Near(Vec<Tree>, Vec<(usize, bool)>),
    In(Field, Box<Tree>),
}

#[derive(Debug, Clone)]
enum Term {
    Phrase(Vec<Part>),
    Exact(Part),
    Prefix(Part),
    Suffix(Part),
}

fn is_ideograph(part: Part) -> bool {
    IDEOGRAPHS.contains(&part)
}

fn plain(word: &str) -> String {
    word.to_lowercase().replace('ō', "o")
}

/// A word of a term against a word of the text, which may be in parts.
fn is_same(word: Part, of_text: &str, is_alone: bool) -> bool {
    let capitals = is_alone && word.len() <= 5 && word.chars().all(|c| c.is_ascii_uppercase());
    let is_title = of_text.len() >= 4 && of_text.chars().skip(1).all(char::is_lowercase);
    let fits = of_text.chars().all(char::is_uppercase)
        || (is_title && of_text.starts_with(char::is_uppercase));
    plain(word) == plain(of_text) && (!capitals || fits)
}

impl Term {
    fn parts(&self) -> Vec<Part> {
        match self {
            Self::Phrase(parts) => parts.clone(),
            Self::Exact(part) | Self::Prefix(part) | Self::Suffix(part) => vec![part],
        }
    }

    fn places(&self, tokens: &[Token]) -> Vec<TokenRange> {
        let from = (0..tokens.len()).filter_map(|at| {
            let (last, joined) = match self {
                Self::Phrase(parts) => phrase_end(parts, parts.len() == 1, tokens, at)?,
                Self::Exact(part) => (*part == tokens[at].written).then_some((at, false))?,
                Self::Prefix(part) => {
                    let is_begun = |word: &str| plain(word).starts_with(&plain(part));
                    word_end(tokens, at, is_begun)?
                }
                Self::Suffix(_) => return None,
            };
            (!joined || self.is_long()).then(|| (tokens[at].number, tokens[last].number))
        });
        let Self::Suffix(part) = self else {
            return from.collect();
        };
        let is_ended = |word: &str| plain(word).ends_with(&plain(part));
        let to = (0..tokens.len()).filter_map(|last| {
            let first = (0..=last).rev().find(|first| {
                is_one(&tokens[*first..=last]) && is_ended(&together(&tokens[*first..=last]))
            })?;
            (first == last || self.is_long()).then(|| (tokens[first].number, tokens[last].number))
        });
        to.collect()
    }

    /// Whether it has letters enough to be found across a hyphen.
    fn is_long(&self) -> bool {
        self.parts().concat().chars().count() >= 3
    }

    /// As in an expression, and as an alert shows it.
    fn written(&self) -> (String, String) {
        let mut text = String::new();
        for (at, part) in self.parts().iter().enumerate() {
            let is_spaced = at > 0 && !(is_ideograph(part) && is_ideograph(self.parts()[at - 1]));
            text.push_str(if is_spaced { " " } else { "" });
            text.push_str(part);
        }
        match self {
            Self::Phrase(_) => (format!("\"{text}\""), text),
            Self::Exact(_) => (format!("={text}"), format!("={text}")),
            Self::Prefix(_) => (format!("{text}*"), format!("{text}*")),
            Self::Suffix(_) => (format!("*{text}"), format!("*{text}")),
        }
    }
}

/// Whether hyphens join all of these words to one.
fn is_one(tokens: &[Token]) -> bool {
    let is_word = |token: &Token| !is_ideograph(token.written);
    tokens.len() == 1
        || (tokens.iter().all(is_word) && tokens[1..].iter().all(|token| token.joined))
}

fn together(tokens: &[Token]) -> String {
    tokens.iter().map(|token| token.written).collect()
}

/// The last token of the shortest word from `at` on for which this is so, and whether it is joined.
fn word_end(tokens: &[Token], at: usize, is_so: impl Fn(&str) -> bool) -> Option<(usize, bool)> {
    let ends = at..tokens.len();
    let mut words = ends.take_while(|last| is_one(&tokens[at..=*last]));
    let last = words.find(|last| is_so(&together(&tokens[at..=*last])))?;
    Some((last, last > at))
}

/// The last token of the phrase that begins at `at`, and whether a hyphen was taken for nothing.
fn phrase_end(
    parts: &[Part],
    is_alone: bool,
    tokens: &[Token],
    at: usize,
) -> Option<(usize, bool)> {
    let (part, rest) = parts.split_first()?;
    tokens.get(at)?;
    let (last, joined) = word_end(tokens, at, |word| is_same(part, word, is_alone))?;
    let Some(next_part) = rest.first() else {
        return Some((last, joined));
    };
    let next = tokens.get(last + 1)?;
    let ideographs = is_ideograph(tokens[last].written) && is_ideograph(next_part);
    if next.number != tokens[last].number + 1 || (ideographs && next.apart && !next.joined) {
        return None;
    }
    let across = ideographs && next.joined;
    let (end, later) = phrase_end(rest, false, tokens, last + 1)?;
    Some((end, joined || across || later))
}

/// Whether two places are close enough.
fn is_near(a: TokenRange, b: TokenRange, (distance, ordered): (usize, bool)) -> bool {
    let follows = |a: TokenRange, b: TokenRange| a.1 < b.0 && b.0 - a.1 <= distance;
    follows(a, b) || (!ordered && follows(b, a))
}

/// A term where it is read: in one field, and whether it counts for the alert.
struct Leaf<'a> {
    term: &'a Term,
    field: Option<Field>,
    positive: bool,
}

impl Tree {
    fn written(&self) -> String {
        let join = |parts: &[Self], between: &str| -> String {
            let parts: Vec<String> = parts.iter().map(Self::written).collect();
            format!("({})", parts.join(between))
        };
        match self {
            Self::Term(term) => term.written().0,
            Self::All(parts) => join(parts, " "),
            Self::Any(parts) => join(parts, " OR "),
            Self::Not(inner) => format!("(NOT {})", inner.written()),
            Self::Of(count, parts) => format!("{count} OF {}", join(parts, ", ")),
            Self::In(field, inner) => format!("{field}:({})", inner.written()),
            Self::Near(parts, distances) => {
                let mut text = format!("({}", parts[0].written());
                for (part, (distance, ordered)) in parts[1..].iter().zip(distances) {
                    let operator = if *ordered { "ONEAR" } else { "NEAR" };
                    let _ = write!(text, " {operator}/{distance} {}", part.written());
                }
                text + ")"
            }
        }
    }

    fn places(&self, tokens: &[Token], scope: Option<Field>) -> Vec<TokenRange> {
        match self {
            Self::Term(term) => {
                let is_read = |token: &&Token| scope.is_none_or(|field| token.field == field);
                let read: Vec<Token> = tokens.iter().filter(is_read).cloned().collect();
                term.places(&read)
            }
            Self::Any(parts) => {
                let each = parts.iter().flat_map(|part| part.places(tokens, scope));
                each.collect()
            }
            Self::In(field, inner) => inner.places(tokens, Some(*field)),
            Self::Near(parts, distances) => {
                let each: Vec<_> = parts
                    .iter()
                    .map(|part| part.places(tokens, scope))
                    .collect();
                chains(&each, distances).concat()
            }
            Self::All(_) | Self::Not(_) | Self::Of(..) => Vec::new(),
        }
    }

    fn holds(&self, tokens: &[Token], scope: Option<Field>) -> bool {
        match self {
            Self::Term(_) | Self::Near(..) => !self.places(tokens, scope).is_empty(),
            Self::All(parts) => parts.iter().all(|part| part.holds(tokens, scope)),
            Self::Any(parts) => parts.iter().any(|part| part.holds(tokens, scope)),
            Self::Not(inner) => !inner.holds(tokens, scope),
            Self::Of(count, parts) => {
                parts
                    .iter()
                    .filter(|part| part.holds(tokens, scope))
                    .count()
                    >= *count
            }
            Self::In(field, inner) => inner.holds(tokens, Some(*field)),
        }
    }

    fn leaves<'a>(&'a self, field: Option<Field>, positive: bool, all: &mut Vec<Leaf<'a>>) {
        match self {
            Self::Term(term) => all.push(Leaf {
                term,
                field,
                positive,
            }),
            Self::Not(inner) => inner.leaves(field, !positive, all),
            Self::In(field, inner) => inner.leaves(Some(*field), positive, all),
            Self::All(parts) | Self::Any(parts) | Self::Of(_, parts) | Self::Near(parts, _) => {
                for part in parts {
                    part.leaves(field, positive, all);
                }
            }
        }
    }
}

/// Every way to take one place of each so that neighbours are near.
fn chains(each: &[Vec<TokenRange>], distances: &[(usize, bool)]) -> Vec<Vec<TokenRange>> {
    let mut chains: Vec<Vec<TokenRange>> = each[0].iter().map(|place| vec![*place]).collect();
    for (places, distance) in each[1..].iter().zip(distances) {
        let longer = chains.iter().flat_map(|chain| {
            let last = chain[chain.len() - 1];
            let next = places
                .iter()
                .filter(move |place| is_near(last, **place, *distance));
            next.map(|place| [chain.as_slice(), &[*place]].concat())
        });
        chains = longer.collect();
    }
    chains
}

/// An item's text field by field, and its tokens.
fn item(fields: &[(Field, Vec<Part>)]) -> (Vec<(Field, String)>, Vec<Token>) {
    let (mut texts, mut tokens) = (Vec::new(), Vec::new());
    let mut number = 0;
    for (field, parts) in fields {
        let (mut text, mut apart, mut joined) = (String::new(), false, false);
        for &part in parts {
            match part {
                BREAK => {
                    text.push_str(BREAK);
                    joined = false;
                    number += 1000;
                }
                COMMA => {
                    text.push_str(COMMA);
                    (apart, joined) = (true, false);
                }
                HYPHEN => {
                    joined = text.ends_with(char::is_alphabetic);
                    apart = true;
                    text.push_str(HYPHEN);
                }
                _ => {
                    let ends_word = text.ends_with(|c: char| c.is_alphabetic() && c < '一');
                    text.push_str(if ends_word && !is_ideograph(part) {
                        " "
                    } else {
                        ""
                    });
                    let source = text.len()..text.len() + part.len();
                    text.push_str(part);
                    tokens.push(Token {
                        field: *field,
                        number,
                        source,
                        written: part,
                        apart,
                        joined,
                    });
                    number += 1;
                    (apart, joined) = (false, false);
                }
            }
        }
        texts.push((*field, text));
        number += 1000;
    }
    (texts, tokens)
}

fn part() -> impl Strategy<Value = Part> {
    prop_oneof![
        6 => prop::sample::select(&WORDS[..]),
        4 => prop::sample::select(&IDEOGRAPHS[..]),
        1 => Just(COMMA),
        2 => Just(HYPHEN),
        1 => Just(BREAK),
    ]
}

fn fields() -> impl Strategy<Value = Vec<(Field, Vec<Part>)>> {
    let parts = || prop::collection::vec(part(), 0..8);
    (parts(), parts(), parts(), parts()).prop_map(|(title, summary, content, author)| {
        vec![
            (Field::Title, title),
            (Field::Summary, summary),
            (Field::Content, content),
            (Field::Author, author),
        ]
    })
}

fn term() -> impl Strategy<Value = Term> {
    let word = || prop::sample::select(&WORDS[..]);
    let any = prop_oneof![2 => word(), 1 => prop::sample::select(&IDEOGRAPHS[..])];
    prop_oneof![
        8 => prop::collection::vec(any, 1..3).prop_map(Term::Phrase),
        1 => word().prop_map(Term::Exact),
        1 => prop::sample::select(vec!["ka", "kab", "nat", "ob"]).prop_map(Term::Prefix),
        1 => prop::sample::select(vec!["bo", "ato", "abo"]).prop_map(Term::Suffix),
    ]
}

fn field() -> impl Strategy<Value = Field> {
    prop::sample::select(vec![
        Field::Title,
        Field::Summary,
        Field::Content,
        Field::Author,
    ])
}

/// What NEAR may join.
fn joinable() -> impl Strategy<Value = Tree> {
    term()
        .prop_map(Tree::Term)
        .prop_recursive(2, 8, 3, |inner| {
            let parts = prop::collection::vec(inner, 2..4);
            prop_oneof![parts.clone().prop_map(Tree::Any), near(parts)]
        })
}

fn near(parts: impl Strategy<Value = Vec<Tree>>) -> impl Strategy<Value = Tree> {
    let distances = prop::collection::vec((1..5_usize, any::<bool>()), 3);
    (parts, distances).prop_map(|(parts, mut distances)| {
        distances.truncate(parts.len() - 1);
        Tree::Near(parts, distances)
    })
}

/// Expressions, most of which need a term.
fn expression() -> impl Strategy<Value = Tree> {
    let leaf = prop_oneof![
        4 => term().prop_map(Tree::Term),
        1 => near(prop::collection::vec(joinable(), 2..4)),
    ];
    leaf.prop_recursive(4, 24, 4, |inner| {
        let parts = || prop::collection::vec(inner.clone(), 2..4);
        prop_oneof![
            parts().prop_map(Tree::All),
            parts().prop_map(Tree::Any),
            (1..3_usize, parts()).prop_map(|(count, parts)| Tree::Of(count, parts)),
            (field(), inner.clone()).prop_map(|(field, tree)| Tree::In(field, Box::new(tree))),
            (inner.clone(), inner.clone())
                .prop_map(|(tree, not)| { Tree::All(vec![tree, Tree::Not(Box::new(not))]) }),
        ]
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2048))]

    #[test]
    fn the_matcher_finds_what_a_naive_search_finds(tree in expression(), fields in fields()) {
        let expression = tree.written();
        prop_assume!(Query::parse(&expression, &[]).is_ok());
        let (texts, tokens) = item(&fields);
        let text = |field: Field| texts.iter().find(|text| text.0 == field).expect("all").1.as_str();
        let item = ItemText {
            title: text(Field::Title),
            summary: text(Field::Summary),
            content: text(Field::Content),
            author: text(Field::Author),
            ..ItemText::default()
        };
        let result = found(&expression, &item);
        prop_assert_eq!(result.is_some(), tree.holds(&tokens, None), "{} in {:?}", expression, item);
        let mut leaves = Vec::new();
        tree.leaves(None, true, &mut leaves);
        for hit in result.iter().flat_map(|found| &found.hits) {
            let slice = &item.field(hit.field)[hit.span.clone()];
            let is_found = |leaf: &Leaf<'_>| {
                let (expression, shown) = leaf.term.written();
                shown == hit.term && finds(&expression, slice)
            };
            prop_assert!(leaves.iter().any(is_found), "{:?} for {}", slice, hit.term);
        }
        if let Some(found) = result {
            let spans: BTreeSet<_> =
                found.hits.iter().map(|hit| (hit.field as u8, hit.span.start, hit.span.end)).collect();
            prop_assert_eq!(spans, expected_spans(&leaves, &tokens), "{} in {:?}", expression, item);
        }
    }

    #[test]
    fn what_is_shown_of_an_expression_means_the_same(tree in expression()) {
        let expression = tree.written();
        if let Ok(query) = Query::parse(&expression, &[]) {
            prop_assert_eq!(self::tree(&query.to_string()), self::tree(&expression));
        }
    }
}

/// Where the terms are that count for the alert.
fn expected_spans(leaves: &[Leaf<'_>], tokens: &[Token]) -> BTreeSet<(u8, usize, usize)> {
    let at = |number: usize| {
        tokens
            .iter()
            .find(|token| token.number == number)
            .expect("a token")
    };
    let mut spans = BTreeSet::new();
    for leaf in leaves.iter().filter(|leaf| leaf.positive) {
        let tree = Tree::Term(leaf.term.clone());
        for (first, last) in tree.places(tokens, leaf.field) {
            let (first, last) = (at(first), at(last));
            spans.insert((first.field as u8, first.source.start, last.source.end));
        }
    }
    spans
}
