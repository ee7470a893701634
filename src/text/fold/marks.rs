//! Spellings that two or three characters decide together, and width.

/// The dot above that is one half of ำ, in Thai and Lao.
const NIKHAHIT: [char; 2] = ['\u{e4d}', '\u{ecd}'];

/// ำ and its Lao twin, in which the vowel stands behind the tone.
const SARA_AM: [char; 2] = ['\u{e33}', '\u{eb3}'];

/// The sign that takes a consonant its vowel, in Devanagari and Gujarati.
const VIRAMA: [char; 2] = ['\u{94d}', '\u{acd}'];

/// Whether a letter behind this character may change what was written.
pub(super) fn looks_back(last: char) -> bool {
    NIKHAHIT.contains(&last) || VIRAMA.contains(&last)
}

/// Whether a Thai or Lao mark belongs before the character that it was typed behind: a tone
/// before the second half of ำ, a vowel below before a tone.
pub(super) fn stands_before(mark: char, last: char) -> bool {
    let is_tone = |c| matches!(c, '\u{e48}'..='\u{e4b}' | '\u{ec8}'..='\u{ecb}');
    let is_below = |c| matches!(c, '\u{e38}' | '\u{e39}' | '\u{eb8}' | '\u{eb9}');
    (is_tone(mark) && (NIKHAHIT.contains(&last) || SARA_AM.contains(&last)))
        || (is_below(mark) && is_tone(last))
}

/// Bytes of a letter of these scripts.
const LETTER_BYTES: usize = 3;

/// How many characters of the source a nasal may have, dropped ones too.
pub(super) const MAX_NASAL_CHARS: usize = 4;

/// The scripts of India lie in blocks of one layout.
const BLOCK: u32 = 0x80;

/// Whether it is a consonant of these scripts.
pub(super) fn is_letter(c: char) -> bool {
    matches!(c as u32 % BLOCK, 0x15..=0x39) && matches!(c as u32 / BLOCK * BLOCK, 0x900 | 0xa80)
}

/// The anusvara that stands for the nasal at the end of `before` and its virama where `next`
/// follows, and how many bytes the nasal has. Each row of consonants has a nasal; `न` also stands
/// before the other rows and before sibilants, as in इन्टरनेट and फ्रान्स.
pub(super) fn anusvara(before: &[u8], virama: char, next: char) -> Option<(char, usize)> {
    if !VIRAMA.contains(&virama) {
        return None;
    }
    let from = before.len().checked_sub(LETTER_BYTES)?;
    let nasal = std::str::from_utf8(&before[from..]).ok()?.chars().next()?;
    let block = virama as u32 / BLOCK * BLOCK;
    let next = (next as u32).checked_sub(block)?;
    let is_spelled_so = match (nasal as u32).checked_sub(block)? {
        0x19 => matches!(next, 0x15..=0x18),
        0x1e => matches!(next, 0x1a..=0x1d),
        0x23 => matches!(next, 0x1f..=0x22),
        0x28 => {
            matches!(next, 0x15..=0x18 | 0x1a..=0x1d | 0x1f..=0x22 | 0x24..=0x27 | 0x2a..=0x2d | 0x36 | 0x38)
        }
        0x2e => matches!(next, 0x2a..=0x2d),
        _ => false,
    };
    is_spelled_so.then_some((char::from_u32(block + 2)?, LETTER_BYTES))
}

/// From full width to ASCII: the two rows lie apart by this.
const FULL_WIDTH: u32 = 0xfee0;

/// The same character in its usual width, case and all; half-width katakana and Korean letters
/// have no case, so folding them is enough.
pub(super) fn of_usual_width(c: char) -> char {
    match c {
        '！'..='～' => char::from_u32(c as u32 - FULL_WIDTH).unwrap_or(c),
        '\u{ff65}'..='\u{ffdc}' => match super::table::lookup(c) {
            super::table::Folding::One(_, usual) => usual,
            super::table::Folding::Several(_) => c,
        },
        _ => c,
    }
}
