//! `tests/fixtures/match-cases.tsv`, line by line.

use super::finds;
use crate::text::to_plain;

const CASES: &str = include_str!(concat!(
    env!("CARGO_MANIFEST_DIR"),
    "/tests/fixtures/match-cases.tsv"
));

/// `\u` escapes and `\n` as in JSON.
fn unescaped(text: &str) -> String {
    serde_json::from_str(&format!("\"{text}\"")).expect("a JSON string")
}

#[test]
fn every_case() {
    let mut wrong = Vec::new();
    let mut count = 0;
    for line in CASES.lines().filter(|line| !line.starts_with('#')) {
        let [expected, term, text, why] = line.split('\t').collect::<Vec<_>>()[..] else {
            panic!("not four columns: {line:?}");
        };
        let (term, text) = (unescaped(term), unescaped(text));
        let expression = if term.contains(' ') {
            format!("\"{term}\"")
        } else {
            term
        };
        let plain = to_plain(&text);
        let is_markup = plain != text && text.contains(['<', '&']);
        for text in [&text, &plain].into_iter().skip(usize::from(is_markup)) {
            if finds(&expression, text) != (expected == "1") {
                wrong.push(format!("{expression} in {text:?}: {why}"));
            }
        }
        count += 1;
    }
    assert_eq!(count, 60);
    assert!(wrong.is_empty(), "{wrong:#?}");
}
