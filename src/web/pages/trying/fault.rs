//! What is wrong with an expression, with carets below it.

use serde::Serialize;
use unicode_width::UnicodeWidthStr as _;

use crate::matcher::QueryError;

/// The message, and the expression with carets under what is meant.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(super) struct Fault {
    message: String,
    lines: String,
    help: Option<String>,
}

impl Fault {
    pub(super) fn of(error: &QueryError, expression: &str) -> Self {
        let (before, from) = expression
            .split_at_checked(error.span.start)
            .unwrap_or((expression, ""));
        let meant = from.get(..error.span.len()).unwrap_or(from);
        let meant = meant.lines().next().unwrap_or_default();
        // The line that it is in.
        let indent = before.rsplit('\n').next().unwrap_or_default().width();
        let (rest, behind) = match from.split_once('\n') {
            Some((rest, behind)) => (rest, format!("\n{behind}")),
            None => (from, String::new()),
        };
        let (space, carets) = (" ".repeat(indent), "^".repeat(meant.width().max(1)));
        Self {
            message: error.message.clone(),
            lines: format!("{before}{rest}\n{space}{carets}{behind}"),
            help: error.help.clone(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::matcher::Query;

    #[test]
    fn carets_stand_under_what_is_meant() {
        for (expression, wanted) in [
            ("Koizumi AND", "Koizumi AND\n           ^"),
            ("小泉 OR OR x", "小泉 OR OR x\n        ^^"),
            ("a1 AND\n(b1 OR) c1", "a1 AND\n(b1 OR) c1\n      ^"),
        ] {
            let error = Query::parse(expression, &[]).expect_err(expression);
            assert_eq!(Fault::of(&error, expression).lines, wanted, "{error:?}");
        }
    }
}
