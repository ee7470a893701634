//! `tests/fixtures/match-cases*.tsv`, line by line.

use super::finds;
use crate::text::{to_plain, undo_double_encoding};

/// `\u` escapes and `\n` as in JSON; quotes are not escaped.
fn unescaped(text: &str) -> String {
    let text = text.replace('"', "\\\"");
    serde_json::from_str(&format!("\"{text}\"")).expect("a JSON string")
}

/// What of a text reaches the matcher: read as a feed's text, and also as it stands where it is
/// no markup.
fn readings(text: &str) -> Vec<String> {
    let plain = to_plain(&undo_double_encoding(text));
    let is_plain = !text.contains(['<', '&']) && undo_double_encoding(text) == text;
    [plain, text.to_owned()]
        .into_iter()
        .take(1 + usize::from(is_plain))
        .collect()
}

/// How many cases there are; fails where one goes wrong.
fn check(cases: &str) -> usize {
    let mut wrong = Vec::new();
    let mut count = 0;
    for line in cases.lines().filter(|line| !line.starts_with("# ")) {
        let [expected, term, text, why] = line.split('\t').collect::<Vec<_>>()[..] else {
            panic!("not four columns: {line:?}");
        };
        let (term, text) = (unescaped(term), unescaped(text));
        let expression = if term.contains(' ') {
            format!("\"{term}\"")
        } else {
            term
        };
        for text in readings(&text) {
            if finds(&expression, &text) != (expected == "1") {
                wrong.push(format!("{expected}: {expression} in {text:?}: {why}"));
            }
        }
        count += 1;
    }
    assert!(wrong.is_empty(), "{} wrong: {wrong:#?}", wrong.len());
    count
}

#[test]
fn every_case() {
    let cases = include_str!(concat!(
        env!("CARGO_MANIFEST_DIR"),
        "/tests/fixtures/match-cases.tsv"
    ));
    assert_eq!(check(cases), 60);
}

#[test]
fn every_case_more() {
    let cases = include_str!(concat!(
        env!("CARGO_MANIFEST_DIR"),
        "/tests/fixtures/match-cases-more.tsv"
    ));
    assert!(check(cases) >= 300);
}
