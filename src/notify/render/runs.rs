//! Text cut where hits begin and end.

use super::clean;

/// A stretch of text that is or is not a hit.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Run {
    /// Clean, not empty.
    pub(super) text: String,
    /// Whether a term hit it.
    pub(super) is_hit: bool,
}

/// Cuts `text` at `ranges`, which count Unicode scalar values, end exclusive. Ranges may overlap,
/// touch, be empty or lie outside: what is left of them inside the text counts.
pub(super) fn runs(text: &str, ranges: &[[usize; 2]]) -> Vec<Run> {
    let mut runs: Vec<(bool, String)> = Vec::new();
    for (at, character) in text.chars().enumerate() {
        let is_hit = ranges
            .iter()
            .any(|&[start, end]| (start..end).contains(&at));
        match runs.last_mut() {
            Some((last, stretch)) if *last == is_hit => stretch.push(character),
            _ => runs.push((is_hit, character.to_string())),
        }
    }
    runs.into_iter()
        .map(|(is_hit, stretch)| Run {
            text: clean::line(&stretch),
            is_hit,
        })
        .filter(|run| !run.text.is_empty())
        .collect()
}

/// The text alone.
pub(super) fn plain(runs: &[Run]) -> String {
    runs.iter().map(|run| run.text.as_str()).collect()
}

/// The text with `open` and `close` around each hit.
pub(super) fn marked(runs: &[Run], open: &str, close: &str) -> String {
    let mut marked = String::new();
    for run in runs {
        if run.is_hit {
            marked.push_str(open);
        }
        marked.push_str(&run.text);
        if run.is_hit {
            marked.push_str(close);
        }
    }
    marked
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn show(text: &str, ranges: &[[usize; 2]]) -> String {
        marked(&runs(text, ranges), "<", ">")
    }

    #[test]
    fn counts_characters_not_bytes() {
        assert_eq!(show("小泉進次郎が", &[[0, 5]]), "<小泉進次郎>が");
        assert_eq!(show("Shinjirō Koizumi", &[[9, 16]]), "Shinjirō <Koizumi>");
    }

    #[test]
    fn overlapping_ranges_are_one_mark() {
        assert_eq!(show("abcdef", &[[1, 3], [2, 5]]), "a<bcde>f");
        assert_eq!(show("abcdef", &[[1, 3], [3, 5]]), "a<bcde>f");
    }

    #[test]
    fn nonsense_marks_nothing() {
        assert_eq!(show("abc", &[[2, 2], [3, 1], [7, 9]]), "abc");
        assert_eq!(show("abc", &[[2, usize::MAX]]), "ab<c>");
    }

    proptest! {
        #[test]
        fn no_character_is_lost(text in "[a-z 小泉é]{0,40}", ranges in prop::collection::vec((0usize..50, 0usize..50), 0..5)) {
            let ranges: Vec<[usize; 2]> = ranges.into_iter().map(|(start, end)| [start, end]).collect();
            prop_assert_eq!(plain(&runs(&text, &ranges)), text);
        }
    }
}
