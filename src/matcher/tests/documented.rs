//! What `docs/matching.md` shows is so: its examples of expressions, and every `` `term` text`` that it
//! calls the same.

use super::finds;

const PAGE: &str = include_str!(concat!(env!("CARGO_MANIFEST_DIR"), "/docs/matching.md"));

/// The pairs in a list of `` `term` text, text; `term` text``; remarks stand in parentheses.
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

fn check(list: &str, same: bool) -> usize {
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
            count += check(same, true) + check(different, false);
        } else if line.starts_with("**") {
            let groups = line
                .split('(')
                .skip(1)
                .filter_map(|rest| rest.split_once(')'));
            let lists = groups.filter(|(group, _)| group.starts_with('`'));
            count += lists.map(|(group, _)| check(group, true)).sum::<usize>();
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
