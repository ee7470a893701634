//! Did you mean …?

/// Names longer than this are not compared: the comparison is quadratic in their length.
const MAX_COMPARED_CHARS: usize = 64;
/// Below this two names are not alike (Jaro-Winkler, from 0 to 1): "sender" and "server" have 0.82,
/// "interval" and "initial" too, "kozumy" and "koizumi" 0.88.
const ALIKE: f64 = 0.86;

/// The candidate most like `name`, if any is alike enough to be a slip of the fingers.
pub fn closest<'a>(name: &str, candidates: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    if name.chars().count() > MAX_COMPARED_CHARS {
        return None;
    }
    let lower = name.to_lowercase();
    candidates
        .into_iter()
        .filter(|candidate| candidate.len() <= 4 * MAX_COMPARED_CHARS)
        .map(|candidate| (likeness(&lower, &candidate.to_lowercase()), candidate))
        .filter(|(likeness, _)| *likeness >= ALIKE)
        .max_by(|(a, _), (b, _)| a.total_cmp(b))
        .map(|(_, candidate)| candidate)
}

/// Jaro-Winkler, which calls a single edit in a short name unlike ("nkh" for "nhk"): one edit in
/// three or more characters counts as a slip.
fn likeness(name: &str, candidate: &str) -> f64 {
    let alike = strsim::jaro_winkler(name, candidate);
    let long_enough = name.chars().count().max(candidate.chars().count()) >= 3;
    match strsim::damerau_levenshtein(name, candidate) {
        0 => 1.0,
        1 if long_enough => alike.max(0.9),
        _ => alike,
    }
}

#[cfg(test)]
mod tests {
    use super::closest;

    #[test]
    fn slips_are_found_and_strangers_are_not() {
        let keys = ["url", "every", "tags", "initial", "allow_private"];
        for (slip, meant) in [
            ("evry", Some("every")),
            ("ur", Some("url")),
            ("URL", Some("url")),
            ("tag", Some("tags")),
            ("intial", Some("initial")),
            ("allow-private", Some("allow_private")),
            ("digest", None),
            ("interval", None),
            ("x", None),
            ("", None),
        ] {
            assert_eq!(closest(slip, keys), meant, "{slip}");
        }
        assert_eq!(closest("japan", ["#japan", "nhk"]), Some("#japan"));
        assert_eq!(closest("sender", ["server"]), None);
        assert_eq!(closest("kozumy", ["koizumi"]), Some("koizumi"));
        assert_eq!(closest(&"every".repeat(20), keys), None);
    }
}
