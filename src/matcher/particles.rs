//! Words that Arabic and Hebrew write as one with the next.

/// Particles that Arabic writes as one with the next word: and, so, in, for, as, the.
pub(super) const ARABIC: [&str; 23] = [
    "و", "ف", "ب", "ل", "ك", "ال", "لل", "وال", "فال", "بال", "كال", "ولل", "فلل", "وبال", "وكال",
    "فبال", "فكال", "وب", "ول", "وك", "فب", "فل", "فك",
];

/// The same in Hebrew: and, the, in, to, from, that, as.
pub(super) const HEBREW: [&str; 33] = [
    "ו", "ה", "ב", "ל", "מ", "ש", "כ", "וה", "וב", "ול", "ומ", "וש", "וכ", "שה", "שב", "של", "שמ",
    "מה", "כש", "כשה", "לכש", "וכש", "ומה", "ושה", "ושב", "ושל", "ושמ", "וכשה", "כשב", "כשל",
    "כשמ", "מש", "שכ",
];

/// Whether the text ends where a word may begin: at a space, with or without a particle behind it.
pub(super) fn is_attached(before: &str, particles: &[&str]) -> bool {
    before.ends_with(' ')
        || particles.iter().any(|particle| {
            before
                .strip_suffix(particle)
                .is_some_and(|rest| rest.ends_with(' '))
        })
}
