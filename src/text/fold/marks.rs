//! Spellings that two or three characters decide together, and width.

/// The dot above that is one half of ำ, in Thai and Lao.
const NIKHAHIT: [char; 2] = ['\u{e4d}', '\u{ecd}'];

/// ำ and its Lao twin, in which the vowel is behind the tone.
const SARA_AM: [char; 2] = ['\u{e33}', '\u{eb3}'];

/// The sign that takes a consonant its vowel, in Devanagari and Gujarati.
const VIRAMA: [char; 2] = ['\u{94d}', '\u{acd}'];

/// Whether a letter behind this character may change what was written.
pub(super) fn looks_back(last: char) -> bool {
    NIKHAHIT.contains(&last) || VIRAMA.contains(&last)
}

/// Whether a Thai or Lao mark belongs before the character that it was typed behind. Where two in
/// a row would let it pass, all stay as they are: to fold again would move it again.
pub(super) fn moves_back(before: &[u8], last: char, mark: char) -> bool {
    is_written_before(mark, last)
        && last_char(before).is_some_and(|c| !c.is_ascii() && !is_written_before(mark, c))
}

/// A tone is written before the second half of ำ, a vowel below before a tone.
fn is_written_before(mark: char, last: char) -> bool {
    let is_tone = |c| matches!(c, '\u{e48}'..='\u{e4b}' | '\u{ec8}'..='\u{ecb}');
    let is_below = |c| matches!(c, '\u{e38}' | '\u{e39}' | '\u{eb8}' | '\u{eb9}');
    (is_tone(mark) && (NIKHAHIT.contains(&last) || SARA_AM.contains(&last)))
        || (is_below(mark) && is_tone(last))
}

/// The last character of what was written.
fn last_char(written: &[u8]) -> Option<char> {
    let goes_on = |byte: &u8| matches!(byte, 0x80..=0xBF);
    let from = written.iter().rposition(|byte| !goes_on(byte))?;
    std::str::from_utf8(&written[from..]).ok()?.chars().next()
}

/// How many characters of the source a nasal may have, dropped ones too.
pub(super) const MAX_NASAL_CHARS: usize = 4;

/// The scripts of India lie in blocks of one layout.
const BLOCK: u32 = 0x80;

/// Whether it is a consonant of these scripts.
pub(super) fn is_letter(c: char) -> bool {
    matches!(c as u32 % BLOCK, 0x15..=0x39) && matches!(block(c), 0x900 | 0xa80)
}

const fn block(c: char) -> u32 {
    c as u32 / BLOCK * BLOCK
}

/// The anusvara that replaces the nasal at the end of `before` and its virama where `next`
/// follows, and how many bytes the nasal has. Each row of consonants has a nasal; `न` also comes
/// before the other rows and before sibilants, as in इन्टरनेट and फ्रान्स. An anusvara needs a
/// letter or vowel of its script before it: at the beginning of a word it would be dropped when
/// folded again, and behind a virama nobody writes it.
pub(super) fn anusvara(before: &[u8], virama: char, next: char) -> Option<(char, usize)> {
    if !VIRAMA.contains(&virama) {
        return None;
    }
    let nasal = last_char(before)?;
    let base = last_char(&before[..before.len() - nasal.len_utf8()])?;
    let block_start = block(virama);
    if block(base) != block_start || base == virama {
        return None;
    }
    let next = (next as u32).checked_sub(block_start)?;
    let is_spelled_so = match (nasal as u32).checked_sub(block_start)? {
        0x19 => matches!(next, 0x15..=0x18),
        0x1e => matches!(next, 0x1a..=0x1d),
        0x23 => matches!(next, 0x1f..=0x22),
        0x28 => {
            matches!(next, 0x15..=0x18 | 0x1a..=0x1d | 0x1f..=0x22 | 0x24..=0x27 | 0x2a..=0x2d | 0x36 | 0x38)
        }
        0x2e => matches!(next, 0x2a..=0x2d),
        _ => false,
    };
    is_spelled_so.then_some((char::from_u32(block_start + 2)?, nasal.len_utf8()))
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
