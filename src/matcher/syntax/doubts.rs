//! Warns about what is allowed but probably not meant.
//!
//! Looks at the tokens of an expression that has parsed. A warning changes nothing about what the
//! expression means.

use super::{
    token::{Token, TokenKind, narrowed},
    tree::{QueryError, TermKind},
};

/// Words that were probably meant as operators, and signs that are not operators.
pub(in crate::matcher) fn warnings(tokens: &[Token]) -> Vec<QueryError> {
    let mut warnings = Vec::new();
    for (index, token) in tokens.iter().enumerate() {
        let TokenKind::Term {
            text, quoted, kind, ..
        } = &token.kind
        else {
            continue;
        };
        let doubt = |(message, help): (String, String)| {
            QueryError::new(message, token.span.clone()).with_help(help)
        };
        let next_is_operand = tokens
            .get(index + 1)
            .is_some_and(|next| next.kind.begins_operand());
        let found = if *quoted {
            in_quotes(text)
        } else if *kind == TermKind::Whole {
            let before = index.checked_sub(1).map(|before| &tokens[before]);
            operator(text, before, next_is_operand)
                .or_else(|| function(text, token, tokens.get(index + 1)))
                .or_else(|| separator(text, next_is_operand))
                .or_else(|| backslash(text))
                .or_else(|| bracket(text, &tokens[index + 1..]))
        } else {
            None
        };
        warnings.extend(found.map(doubt));
    }
    warnings
}

type Doubt = Option<(String, String)>;

fn in_quotes(text: &str) -> Doubt {
    text.contains('*').then(|| {
        (
            "a `*` in quotes is no wildcard".to_owned(),
            "write word* without quotes".to_owned(),
        )
    })
}

/// Operators of other programs that join two operands and may be words.
const NEAR: [&str; 4] = ["NEAR", "ONEAR", "ADJ", "AROUND"];

/// The same in capitals: both terms in one sentence or paragraph.
const SAME: [&str; 3] = ["SAME", "SENTENCE", "PARAGRAPH"];

/// Operators as they are called in other languages than English, and what they are here.
const TRANSLATED: [(&str, &[&str]); 3] = [
    (
        "OR",
        &[
            "ODER",
            "OU",
            "ИЛИ",
            "АБО",
            "または",
            "又は",
            "もしくは",
            "或いは",
            "あるいは",
            "或",
            "或者",
            "또는",
        ],
    ),
    (
        "AND",
        &[
            "UND",
            "ET",
            "И",
            "І",
            "かつ",
            "および",
            "及び",
            "并且",
            "그리고",
        ],
    ),
    ("NOT", &["NICHT", "SAUF", "НЕ"]),
];

/// `oder`, `または`: whoever thinks in another language.
fn translated(text: &str, upper: &str) -> Doubt {
    let is_word = |(_, words): &&(&str, &[&str])| words.contains(&upper);
    let (operator, _) = TRANSLATED.iter().find(is_word)?;
    Some((
        format!("`{text}` is searched for as a word: operators are English"),
        format!("write {operator}, or \"{text}\" if the word is meant"),
    ))
}

/// `and`, `or`, `not` and `of` where an operator could be, and those of other programs.
fn operator(text: &str, before: Option<&Token>, next_is_operand: bool) -> Doubt {
    let text = &*narrowed(text);
    let upper = text.to_uppercase();
    let stands_between = next_is_operand && before.is_some_and(ends_operand);
    if stands_between && (NEAR.contains(&&*upper) || SAME.contains(&text)) {
        let message = format!("`{text}` is searched for as a word: it is no operator");
        let help =
            format!("write NEAR/5 for at most five words on, or \"{text}\" if the word is meant");
        return Some((message, help));
    }
    if stands_between && let Some(doubt) = translated(text, &upper) {
        return Some(doubt);
    }
    let meant = match upper.as_str() {
        "NOT" => next_is_operand,
        "AND" | "OR" | "XOR" | "ANDNOT" => next_is_operand && before.is_some(),
        "OF" => next_is_operand && before.is_some_and(is_number),
        _ => false,
    };
    if !meant {
        return None;
    }
    let help = match upper.as_str() {
        "OF" => "write 2 OF (a, b, c), or put the words in quotes if they are meant".to_owned(),
        "XOR" => "say it with OR and NOT".to_owned(),
        "ANDNOT" => "write NOT".to_owned(),
        _ => format!("write {upper}, or \"{text}\" if the word is meant"),
    };
    let why = match upper.as_str() {
        "OF" => "the parts of a count go in parentheses after OF",
        _ => "operators are upper case",
    };
    Some((format!("`{text}` is searched for as a word: {why}"), help))
}

/// Whether an operator may follow.
const fn ends_operand(token: &Token) -> bool {
    matches!(
        token.kind,
        TokenKind::Close | TokenKind::Entity(_) | TokenKind::Term { .. }
    )
}

fn is_number(token: &Token) -> bool {
    match &token.kind {
        TokenKind::Term { text, .. } => narrowed(text).bytes().all(|byte| byte.is_ascii_digit()),
        _ => false,
    }
}

/// A word right before a parenthesis, as functions of other programs are written.
fn function(text: &str, token: &Token, next: Option<&Token>) -> Doubt {
    let open = next.filter(|next| next.kind == TokenKind::Open)?;
    let is_name = open.span.start == token.span.end && text.is_ascii() && !text.contains('/');
    is_name.then(|| {
        (
            format!("`{text}(` is no function: `{text}` is searched for as a word"),
            "put a space before the parenthesis if the word is meant".to_owned(),
        )
    })
}

fn separator(text: &str, next_is_operand: bool) -> Doubt {
    let sign = text.chars().next_back()?;
    (next_is_operand && matches!(sign, ',' | ';' | '，' | '；' | '、')).then(|| {
        (
            format!("`{sign}` is no operator: both terms must be there"),
            "write OR between terms of which one is enough".to_owned(),
        )
    })
}

/// `\bword`, as regular expressions have it.
fn backslash(text: &str) -> Doubt {
    let (_, behind) = text.split_once(['\\', '＼'])?;
    behind.starts_with(char::is_alphabetic).then(|| {
        (
            "`\\` has no meaning here".to_owned(),
            "a regular expression is written between slashes, beside a term: /…/i".to_owned(),
        )
    })
}

/// How many words on the end of what may be a phrase is looked for.
const MAX_PHRASE_TOKENS: usize = 8;

/// Single quotes around words, and brackets that are no parentheses.
fn bracket(text: &str, behind: &[Token]) -> Doubt {
    let sign = text.chars().next()?;
    let closes = |token: &Token| match &token.kind {
        TokenKind::Term { text, quoted, .. } => !quoted && text.ends_with(['\'', '’', '`']),
        _ => false,
    };
    let help = match sign {
        '\'' | '‘' | '`' if behind.iter().take(MAX_PHRASE_TOKENS).any(closes) => {
            "a phrase is written in double quotes: \"a phrase\""
        }
        '[' | '{' | '<' | '［' | '｛' | '＜' => "parentheses group",
        _ => return None,
    };
    Some((format!("`{sign}` has no meaning here"), help.to_owned()))
}
