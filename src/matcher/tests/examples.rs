//! Examples: those of `tests/fixtures/match-cases*.tsv`, line by line, and those that
//! `docs/matching.md` shows.

use super::finds;
use crate::text::{to_plain, undo_double_encoding};

const PAGE: &str = include_str!(concat!(env!("CARGO_MANIFEST_DIR"), "/docs/matching.md"));

/// The pairs in a list of `` `term` text, text; `term` text``; remarks are in parentheses.
fn pairs(list: &str) -> Vec<(&str, &str)> {
    let (mut pairs, mut term) = (Vec::new(), "");
    let list = list.split_once('(').map_or(list, |(before, _)| before);
    for piece in list.split([',', ';']) {
        let mut parts = piece.split('`');
        let text = parts.next().unwrap_or_default();
        let text = match (parts.next(), parts.next()) {
            (Some(next), Some(text)) => {
                term = next;
                text
            }
            _ => text,
        };
        if !term.is_empty() && !text.trim().is_empty() {
            pairs.push((term, text.trim()));
        }
    }
    pairs
}

fn check_pairs(list: &str, same: bool) -> usize {
    let pairs = pairs(list);
    for (term, text) in &pairs {
        let quoted = format!("\"{term}\"");
        let expression = if term.contains(' ') { &quoted } else { *term };
        assert_eq!(finds(expression, text), same, "{term} in {text}");
    }
    pairs.len()
}

#[test]
fn what_the_page_calls_the_same() {
    let (_, section) = PAGE.split_once("## What counts").expect("the section");
    let (section, _) = section.split_once("## Where").expect("the next one");
    let mut count = 0;
    for line in section.lines() {
        if let [_, _, same, different, _] = line.split('|').collect::<Vec<_>>()[..] {
            count += check_pairs(same, true) + check_pairs(different, false);
        } else if line.starts_with("**") {
            let groups = line
                .split('(')
                .skip(1)
                .filter_map(|rest| rest.split_once(')'));
            let lists = groups.filter(|(group, _)| group.starts_with('`'));
            count += lists
                .map(|(group, _)| check_pairs(group, true))
                .sum::<usize>();
        }
    }
    assert!(count >= 60, "{count}");
}

/// The text in each pair of curly quotes.
fn quoted(text: &str) -> Vec<&str> {
    let parts = text.split('“').skip(1);
    parts
        .filter_map(|rest| Some(rest.split_once('”')?.0))
        .collect()
}

#[test]
fn every_example_of_an_expression() {
    let (table, _) = PAGE.split_once("`@name`").expect("a table before it");
    let mut count = 0;
    for line in table.lines().filter(|line| line.starts_with("| `")) {
        let expression = line.split('`').nth(1).expect("an expression");
        let examples = line.trim_end_matches(" |").rsplit("| ").next();
        let (same, different) = examples
            .map(|examples| examples.split_once("but no").unwrap_or((examples, "")))
            .expect("a last column");
        for text in quoted(same) {
            assert!(finds(expression, text), "{expression} in {text}");
            count += 1;
        }
        for text in quoted(different) {
            assert!(!finds(expression, text), "{expression} in {text}");
        }
    }
    assert!(count >= 14, "{count}");
}

/// `\u` escapes and `\n` as in JSON; quotes are not escaped.
fn unescaped(text: &str) -> String {
    let text = text.replace('"', "\\\"");
    serde_json::from_str(&format!("\"{text}\"")).expect("a JSON string")
}

/// What of a text reaches the matcher: read as a feed's text, and also unchanged where it is
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
fn check_cases(cases: &str) -> usize {
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
    assert_eq!(check_cases(cases), 60);
}

#[test]
fn every_case_more() {
    let cases = include_str!(concat!(
        env!("CARGO_MANIFEST_DIR"),
        "/tests/fixtures/match-cases-more.tsv"
    ));
    assert!(check_cases(cases) >= 300);
}
