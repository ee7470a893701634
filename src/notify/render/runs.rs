//! Text cut where hits begin and end.

use unicode_segmentation::UnicodeSegmentation as _;

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

/// At most about `max` characters, as people see them, around the first hit, with an ellipsis where
/// something is left out.
pub(super) fn excerpt(runs: &[Run], max: usize) -> Vec<Run> {
    let letters = runs.iter().flat_map(|run| {
        let letters = run.text.graphemes(true);
        letters.map(|letter| (letter, run.is_hit))
    });
    let letters: Vec<(&str, bool)> = letters.collect();
    if letters.len() <= max {
        return runs.to_vec();
    }
    let hit = letters.iter().position(|(_, is_hit)| *is_hit);
    // More of what follows: that is where the sentence goes.
    let start = hit.unwrap_or(0).saturating_sub(max / 3);
    let start = start.min(letters.len() - max);
    let end = start + max;
    let before = (start > 0).then_some(("…", false));
    let after = (end < letters.len()).then_some(("…", false));
    let kept = before
        .into_iter()
        .chain(letters[start..end].iter().copied());
    let mut excerpt: Vec<Run> = Vec::new();
    for (letter, is_hit) in kept.chain(after) {
        match excerpt.last_mut() {
            Some(last) if last.is_hit == is_hit => last.text.push_str(letter),
            _ => excerpt.push(Run {
                text: letter.to_owned(),
                is_hit,
            }),
        }
    }
    excerpt
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
    fn an_excerpt_stands_around_the_first_hit() {
        let around =
            |text: &str, hit: [usize; 2], max| marked(&excerpt(&runs(text, &[hit]), max), "<", ">");
        assert_eq!(around("abcdefghij", [8, 9], 10), "abcdefgh<i>j");
        assert_eq!(around("abcdefghij", [8, 9], 6), "…efgh<i>j");
        assert_eq!(around("abcdefghij", [0, 2], 6), "<ab>cdef…");
        assert_eq!(around("abcdefghij", [5, 6], 6), "…de<f>ghi…");
        assert_eq!(around("abcdefghij", [2, 2], 3), "abc…");
        assert_eq!(
            around("e\u{301}e\u{301}e\u{301}", [2, 4], 2),
            "…<e\u{301}>e\u{301}"
        );
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
