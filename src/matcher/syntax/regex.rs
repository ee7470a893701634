//! A regular expression in an expression: `/…/`, or `/…/i` where case does not count.
//!
//! It runs over the original text in linear time, and is refused where it would compile to more
//! than [`MAX_REGEX_BYTES`].

use regex::{Regex, RegexBuilder};

use super::{refused, tree::QueryError};

/// How large a compiled expression may be.
const MAX_REGEX_BYTES: usize = 1 << 20;

/// How long the regular expression is that `rest` begins with, its slashes and its flag included.
/// It is at byte `at` of the whole expression.
///
/// # Errors
/// It has no end, does not compile, or matches the empty text.
pub(super) fn length(rest: &str, at: usize) -> Result<usize, QueryError> {
    let error = |length: usize, message: String| QueryError::new(message, at..at + length);
    let mut escaped = false;
    let close = rest[1..].char_indices().find(|(_, c)| {
        let closes = *c == '/' && !escaped;
        escaped = *c == '\\' && !escaped;
        closes
    });
    let Some((close, _)) = close else {
        let message = "this regular expression is never closed".to_owned();
        return Err(error(1, message)
            .with_help("close it with `/`, or put the text in quotes if none is meant"));
    };
    refused::flags(&rest[close + 2..], at + close + 2)?;
    let flag = usize::from(rest[close + 2..].starts_with('i'));
    let written = &rest[..close + 2 + flag];
    let behind = rest[written.len()..].chars().next();
    if behind.is_some_and(|c| c.is_alphanumeric() || c == '/') {
        let message = "this regular expression ends in the middle of a word".to_owned();
        return Err(error(written.len(), message)
            .with_help("write `\\/` for a slash in it, or put the text in quotes"));
    }
    let fault = match compile(written) {
        Ok(regex) if regex.is_match("") => "it matches the empty text, so every item".to_owned(),
        Ok(_) => return Ok(written.len()),
        Err(reason) => reason,
    };
    let message = format!("this regular expression is not good: {fault}");
    Err(error(written.len(), message))
}

/// Compiles one. It is written with its flag, `/…/` or `/…/i`.
///
/// # Errors
/// What is wrong with it, on one line.
pub(in crate::matcher) fn compile(written: &str) -> Result<Regex, String> {
    let (body, ignores_case) = parts(written);
    RegexBuilder::new(&body)
        .case_insensitive(ignores_case)
        .size_limit(MAX_REGEX_BYTES)
        .build()
        .map_err(|error| reason(&error))
}

/// What is between the slashes, and whether an `i` follows them.
pub(in crate::matcher) fn parts(written: &str) -> (String, bool) {
    let ignores_case = written.ends_with("/i");
    let body = written.strip_prefix('/').unwrap_or(written);
    let body = body
        .strip_suffix('i')
        .filter(|_| ignores_case)
        .unwrap_or(body);
    let body = body.strip_suffix('/').unwrap_or(body);
    (body.replace("\\/", "/"), ignores_case)
}

fn reason(error: &regex::Error) -> String {
    if let regex::Error::CompiledTooBig(_) = error {
        return format!("larger than {} KB once compiled", MAX_REGEX_BYTES / 1024);
    }
    let text = error.to_string();
    let last = text.lines().next_back().unwrap_or_default();
    last.trim_start_matches("error: ").to_owned()
}
