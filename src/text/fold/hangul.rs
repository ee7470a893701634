//! Korean syllables from their letters (The Unicode Standard, §3.12).

const SYLLABLES: u32 = 0xAC00;
const LEADING: u32 = 0x1100;
const VOWELS: u32 = 0x1161;
/// One before the first final consonant: the number 0 means none.
const FINALS: u32 = 0x11A7;
const LEADING_COUNT: u32 = 19;
const VOWEL_COUNT: u32 = 21;
const FINAL_COUNT: u32 = 28;

/// The syllable of a leading consonant and a vowel, or of an open syllable and a final consonant.
pub(super) fn compose(first: char, second: char) -> Option<char> {
    let (first, second) = (first as u32, second as u32);
    let leading = first.wrapping_sub(LEADING);
    let vowel = second.wrapping_sub(VOWELS);
    if leading < LEADING_COUNT && vowel < VOWEL_COUNT {
        return char::from_u32(SYLLABLES + (leading * VOWEL_COUNT + vowel) * FINAL_COUNT);
    }
    let syllable = first.wrapping_sub(SYLLABLES);
    let open = syllable < LEADING_COUNT * VOWEL_COUNT * FINAL_COUNT
        && syllable.is_multiple_of(FINAL_COUNT);
    let last = second.wrapping_sub(FINALS);
    if open && (1..FINAL_COUNT).contains(&last) {
        return char::from_u32(first + last);
    }
    None
}

/// Whether the letter is a vowel or a final consonant.
#[cfg(test)]
pub(super) fn follows(c: char) -> bool {
    (VOWELS..VOWELS + VOWEL_COUNT).contains(&(c as u32))
        || (FINALS + 1..FINALS + FINAL_COUNT).contains(&(c as u32))
}
