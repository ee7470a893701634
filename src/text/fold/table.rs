//! What each character folds to: `table.bin`, made from ICU4X data by the test in `generate.rs`.
//!
//! The file is little-endian: three lengths (u32), then the index (u16 a block of 64 code
//! points), the entries (u32 a code point), the canonical compositions (three u32 each, sorted)
//! and the pool of longer foldings (UTF-8). It is unpacked by the compiler, not at run time.

const BYTES: &[u8] = include_bytes!("table.bin");
const HEADER: usize = 12;
const INDEX_LEN: usize = u32_at(0) as usize;
const ENTRIES_LEN: usize = u32_at(4) as usize;
const PAIRS_LEN: usize = u32_at(8) as usize;
const ENTRIES_AT: usize = HEADER + 2 * INDEX_LEN;
const PAIRS_AT: usize = ENTRIES_AT + 4 * ENTRIES_LEN;
const POOL_AT: usize = PAIRS_AT + 12 * PAIRS_LEN;

static INDEX: [u16; INDEX_LEN] = index();
static ENTRIES: [u32; ENTRIES_LEN] = entries();
static PAIRS: [[u32; 3]; PAIRS_LEN] = pairs();

/// Code points in a block of the index.
pub(super) const BLOCK: usize = 64;
/// Where the class begins in an entry.
pub(super) const CLASS_SHIFT: u32 = 27;
/// How many bits of an expansion's entry are its length.
pub(super) const LENGTH_BITS: u32 = 6;

/// How a character behaves in the canonical form.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) enum Class {
    /// Punctuation, control characters, anything unknown.
    Separator,
    /// White space that is no line break.
    Space,
    /// A line break.
    Newline,
    /// A page or paragraph break: no phrase crosses it.
    Break,
    /// The full stop: joins the capitals of `U.S.`, otherwise a separator.
    Dot,
    /// Invisible: as if it were not there.
    Ignored,
    /// A mark that is dropped everywhere.
    DroppedMark,
    /// A mark that some scripts keep.
    Mark,
    /// A letter of a flag, of which two are a token.
    Flag,
    /// A token of its own: `+ # @ $ & %`, currencies, emoji.
    Symbol,
    /// A letter whose marks are dropped (Latin, Greek, Arabic, Hebrew), or a digit.
    Plain,
    /// A superscript digit, which may be the mark of a note: is apart from letters.
    Raised,
    /// A Cyrillic letter: keeps the marks that make another letter.
    Cyrillic,
    /// Any other letter of a script that writes spaces; keeps its marks.
    Word,
    /// A Korean syllable or leading consonant.
    Hangul,
    /// A Korean vowel or final consonant that composes with what is before it.
    Jamo,
    /// Thai and its neighbours: no spaces between words.
    Thai,
    /// Han, hiragana, bopomofo and other scripts without spaces.
    Ideograph,
    /// Katakana.
    Katakana,
    /// Folds to several characters in the pool.
    Expansion,
}

impl Class {
    pub(super) const ALL: [Self; 20] = [
        Self::Separator,
        Self::Space,
        Self::Newline,
        Self::Break,
        Self::Dot,
        Self::Ignored,
        Self::DroppedMark,
        Self::Mark,
        Self::Flag,
        Self::Symbol,
        Self::Plain,
        Self::Raised,
        Self::Cyrillic,
        Self::Word,
        Self::Hangul,
        Self::Jamo,
        Self::Thai,
        Self::Ideograph,
        Self::Katakana,
        Self::Expansion,
    ];
}

/// What one character folds to.
#[derive(Debug, Clone, Copy)]
pub(super) enum Folding {
    /// One character of that class.
    One(Class, char),
    /// Several, each of which folds to itself.
    Several(&'static str),
}

/// Looks a character up.
#[inline]
pub(super) fn lookup(c: char) -> Folding {
    let entry = entry(c as u32);
    let class = Class::ALL[(entry >> CLASS_SHIFT) as usize];
    let payload = entry & ((1 << CLASS_SHIFT) - 1);
    if class == Class::Expansion {
        let at = POOL_AT + (payload >> LENGTH_BITS) as usize;
        let length = (payload & ((1 << LENGTH_BITS) - 1)) as usize;
        let text = std::str::from_utf8(&BYTES[at..at + length]);
        return Folding::Several(text.expect("the pool is cut between characters"));
    }
    let target = if payload == 0 {
        c
    } else {
        char::from_u32(payload).expect("the table holds characters")
    };
    Folding::One(class, target)
}

/// The class of a character, of its first letter or digit where it folds to several.
pub(super) fn class(c: char) -> Class {
    match lookup(c) {
        Folding::One(class, _) => class,
        Folding::Several(text) => {
            let first = text.chars().next();
            let part = text.chars().find(|part| part.is_alphanumeric()).or(first);
            part.map_or(Class::Ignored, class)
        }
    }
}

/// The class of a character, [`Class::Expansion`] where it folds to several.
pub(super) fn class_of_one(c: char) -> Class {
    Class::ALL[(entry(c as u32) >> CLASS_SHIFT) as usize]
}

fn entry(c: u32) -> u32 {
    if let Some(&block) = INDEX.get(c as usize / BLOCK) {
        return ENTRIES[usize::from(block) * BLOCK + c as usize % BLOCK];
    }
    (beyond(c) as u32) << CLASS_SHIFT
}

/// The class of what lies behind the index. Unicode reserves planes 2 and 3 for ideographs,
/// assigned or not, and E0000–E0FFF for tags and variation selectors.
pub(super) const fn beyond(c: u32) -> Class {
    match c {
        0x2_0000..=0x3_FFFF => Class::Ideograph,
        0xE_0100..=0xE_01EF => Class::DroppedMark,
        0xE_0000..=0xE_0FFF => Class::Ignored,
        _ => Class::Separator,
    }
}

/// The one character that `base` and `mark` are canonically equal to.
pub(super) fn compose(base: char, mark: char) -> Option<char> {
    let key = [base as u32, mark as u32];
    if let Some(syllable) = syllable(base, mark) {
        return Some(syllable);
    }
    let at = PAIRS
        .binary_search_by(|pair| [pair[0], pair[1]].cmp(&key))
        .ok()?;
    char::from_u32(PAIRS[at][2])
}

const fn u32_at(at: usize) -> u32 {
    u32::from_le_bytes([BYTES[at], BYTES[at + 1], BYTES[at + 2], BYTES[at + 3]])
}

const fn index() -> [u16; INDEX_LEN] {
    let mut index = [0; INDEX_LEN];
    let mut i = 0;
    while i < INDEX_LEN {
        index[i] = u16::from_le_bytes([BYTES[HEADER + 2 * i], BYTES[HEADER + 2 * i + 1]]);
        i += 1;
    }
    index
}

#[expect(clippy::large_stack_arrays, reason = "only the compiler runs it")]
const fn entries() -> [u32; ENTRIES_LEN] {
    let mut entries = [0; ENTRIES_LEN];
    let mut i = 0;
    while i < ENTRIES_LEN {
        entries[i] = u32_at(ENTRIES_AT + 4 * i);
        i += 1;
    }
    entries
}

const fn pairs() -> [[u32; 3]; PAIRS_LEN] {
    let mut pairs = [[0; 3]; PAIRS_LEN];
    let mut i = 0;
    while i < PAIRS_LEN {
        let at = PAIRS_AT + 12 * i;
        pairs[i] = [u32_at(at), u32_at(at + 4), u32_at(at + 8)];
        i += 1;
    }
    pairs
}

// Korean syllables and their letters.
const SYLLABLES: u32 = 0xAC00;
const LEADING: u32 = 0x1100;
const VOWELS: u32 = 0x1161;
/// One before the first final consonant: the number 0 means none.
const FINALS: u32 = 0x11A7;
const LEADING_COUNT: u32 = 19;
const VOWEL_COUNT: u32 = 21;
const FINAL_COUNT: u32 = 28;

/// The Korean syllable of a leading consonant and a vowel, or of an open syllable and a final
/// consonant (The Unicode Standard, §3.12).
fn syllable(first: char, second: char) -> Option<char> {
    let (first, second) = (first as u32, second as u32);
    let leading = first.wrapping_sub(LEADING);
    let vowel = second.wrapping_sub(VOWELS);
    if leading < LEADING_COUNT && vowel < VOWEL_COUNT {
        return char::from_u32(SYLLABLES + (leading * VOWEL_COUNT + vowel) * FINAL_COUNT);
    }
    let whole = first.wrapping_sub(SYLLABLES);
    let open =
        whole < LEADING_COUNT * VOWEL_COUNT * FINAL_COUNT && whole.is_multiple_of(FINAL_COUNT);
    let last = second.wrapping_sub(FINALS);
    if open && (1..FINAL_COUNT).contains(&last) {
        return char::from_u32(first + last);
    }
    None
}

/// Whether the Korean letter is a vowel or a final consonant.
#[cfg(test)]
pub(super) fn follows_in_syllable(c: char) -> bool {
    (VOWELS..VOWELS + VOWEL_COUNT).contains(&(c as u32))
        || (FINALS + 1..FINALS + FINAL_COUNT).contains(&(c as u32))
}
