//! What an expression may say but its writer probably did not mean.

use super::{
    lexer::{Token, TokenKind},
    query::{Kind, QueryError},
};

/// Words that were probably meant as operators, and signs that are none.
pub(super) fn warnings(tokens: &[Token]) -> Vec<QueryError> {
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
        } else if *kind == Kind::Whole {
            let before = index.checked_sub(1).map(|before| &tokens[before]);
            operator(text, before, next_is_operand)
                .or_else(|| separator(text, next_is_operand))
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

/// `and`, `or`, `not` and `of` where an operator could stand.
fn operator(text: &str, before: Option<&Token>, next_is_operand: bool) -> Doubt {
    let upper = text.to_uppercase();
    let meant = match upper.as_str() {
        "NOT" => next_is_operand,
        "AND" | "OR" => next_is_operand && before.is_some(),
        "OF" => next_is_operand && before.is_some_and(is_number),
        _ => false,
    };
    if !meant {
        return None;
    }
    let help = match upper.as_str() {
        "OF" => "write 2 OF (a, b, c), or put the words in quotes if they are meant".to_owned(),
        _ => format!("write {upper}, or \"{text}\" if the word is meant"),
    };
    let why = match upper.as_str() {
        "OF" => "the parts of a count stand in parentheses behind OF",
        _ => "operators are upper case",
    };
    Some((format!("`{text}` is searched for as a word: {why}"), help))
}

fn is_number(token: &Token) -> bool {
    match &token.kind {
        TokenKind::Term { text, .. } => text.bytes().all(|byte| byte.is_ascii_digit()),
        _ => false,
    }
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
            "a phrase stands in double quotes: \"a phrase\""
        }
        '[' | '{' | '<' => "parentheses group",
        _ => return None,
    };
    Some((format!("`{sign}` has no meaning here"), help.to_owned()))
}
