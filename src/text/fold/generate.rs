//! Makes `table.bin` from ICU4X data, and proves that the one checked in is what ICU4X gives.
//!
//! After an update of the `icu_*` crates:
//! `REGENERATE=1 cargo test --lib text::fold::generate`, then run the tests again.

use std::collections::HashMap;

use icu_casemap::CaseMapper;
use icu_normalizer::{
    ComposingNormalizer, ComposingNormalizerBorrowed, DecomposingNormalizer,
    DecomposingNormalizerBorrowed,
    properties::{CanonicalComposition, CanonicalDecomposition, Decomposed},
};
use icu_properties::{
    CodePointMapData, CodePointSetData,
    props::{
        DefaultIgnorableCodePoint, EmojiModifier, EmojiPresentation, ExtendedPictographic,
        GeneralCategory, GeneralCategoryGroup, LineBreak, RegionalIndicator, Script, WhiteSpace,
    },
};

use super::{
    letters::{LETTERS, RADICALS, in_circle, is_raised},
    table::{BLOCK, CLASS_SHIFT, Class, LENGTH_BITS, beyond, follows_in_syllable},
    walk::keeps_mark,
};

const PATH: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/src/text/fold/table.bin");
const NFC: ComposingNormalizerBorrowed<'static> = ComposingNormalizer::new_nfc();
const NFKD: DecomposingNormalizerBorrowed<'static> = DecomposingNormalizer::new_nfkd();

/// Devanagari candrabindu and the anusvara that most newspapers write for it.
const CANDRABINDU: char = '\u{901}';
const ANUSVARA: char = '\u{902}';

fn category(c: char) -> GeneralCategory {
    CodePointMapData::<GeneralCategory>::new().get(c)
}

fn is_mark(c: char) -> bool {
    GeneralCategoryGroup::Mark.contains(category(c))
}

/// The class of a character that folds to itself.
fn class(c: char) -> Class {
    match c {
        '\n' | '\u{85}' | '\u{2028}' => return Class::Newline,
        '\u{b}' | '\u{c}' | '\u{2029}' => return Class::Break,
        '.' => return Class::Dot,
        '+' | '#' | '@' | '$' | '&' | '%' => return Class::Symbol,
        // Tatweel stretches a word; Armenian marks of tone are in it, behind its vowel; the
        // ʻokina and its neighbours write sounds that most people leave out, while the letter
        // between them is one of three apostrophes in Ukrainian.
        '\u{640}'
        | '\u{55b}'
        | '\u{55c}'
        | '\u{55e}'
        | '\u{2b9}'..='\u{2bb}'
        | '\u{2bd}'..='\u{2c1}' => return Class::Ignored,
        '\u{2bc}' | '©' | '®' | '™' | '℠' | KOREAN_DOT => return Class::Separator,
        '\u{180b}'..='\u{180d}'
        | '\u{180f}'
        | '\u{fe00}'..='\u{fe0f}'
        | '\u{e0100}'..='\u{e01ef}' => return Class::DroppedMark, // variation selectors
        _ => {}
    }
    if CodePointSetData::new::<DefaultIgnorableCodePoint>().contains(c) {
        return Class::Ignored;
    }
    if CodePointSetData::new::<WhiteSpace>().contains(c) {
        return Class::Space;
    }
    let group = category(c);
    if group == GeneralCategory::Unassigned {
        return beyond(c as u32);
    }
    if CodePointSetData::new::<RegionalIndicator>().contains(c) {
        Class::Flag
    } else if CodePointSetData::new::<EmojiModifier>().contains(c) {
        Class::DroppedMark // the tone of a skin
    } else if group == GeneralCategory::CurrencySymbol || is_emoji(c) {
        Class::Symbol
    } else if group == GeneralCategory::EnclosingMark {
        Class::DroppedMark
    } else if is_mark(c) {
        Class::Mark
    } else if GeneralCategoryGroup::Letter.contains(group)
        || GeneralCategoryGroup::Number.contains(group)
    {
        letter_class(c)
    } else {
        Class::Separator
    }
}

fn is_emoji(c: char) -> bool {
    CodePointSetData::new::<EmojiPresentation>().contains(c)
        || (c >= '\u{2600}' && CodePointSetData::new::<ExtendedPictographic>().contains(c))
}

fn letter_class(c: char) -> Class {
    if follows_in_syllable(c) {
        return Class::Jamo;
    }
    if CodePointMapData::<LineBreak>::new().get(c) == LineBreak::ComplexContext {
        return Class::Thai;
    }
    match (CodePointMapData::<Script>::new().get(c), c) {
        (Script::Katakana, _) | (_, 'ー') => Class::Katakana,
        (
            Script::Han
            | Script::Hiragana
            | Script::Bopomofo
            | Script::Tangut
            | Script::Nushu
            | Script::KhitanSmallScript,
            _,
        )
        | (_, '\u{3000}'..='\u{303f}') => Class::Ideograph,
        (Script::Hangul, _) => Class::Hangul,
        (Script::Cyrillic, _) => Class::Cyrillic,
        (
            Script::Latin
            | Script::Greek
            | Script::Arabic
            | Script::Hebrew
            | Script::Common
            | Script::Inherited,
            _,
        ) => Class::Plain,
        _ => Class::Word,
    }
}

/// Thai and Lao ำ is a vowel of its own, though Unicode takes it apart.
const SARA_AM: [[char; 3]; 2] = [
    ['\u{e4d}', '\u{e32}', '\u{e33}'],
    ['\u{ecd}', '\u{eb2}', '\u{eb3}'],
];

/// The iota below a Greek vowel: an accent, though case folding makes a letter of it.
const IOTA_SUBSCRIPT: char = '\u{345}';

/// The middle dot of Korean keyboards; Unicode takes it for an old vowel.
const KOREAN_DOT: char = '\u{318d}';

/// What a character folds to, as text.
fn folded(c: char) -> String {
    if c == CANDRABINDU {
        return ANUSVARA.to_string();
    }
    if SARA_AM.iter().any(|[.., whole]| *whole == c) || c == KOREAN_DOT {
        return c.to_string();
    }
    if let Some(number) = in_circle(c)
        .map(|number| number.to_string())
        .or_else(|| enclosed(c))
    {
        return format!("-{number}-"); // a number of a list touches the word behind it
    }
    let marks = NFKD.normalize(c.encode_utf8(&mut [0; 4])).into_owned();
    if marks.chars().all(|part| class(part) == Class::Mark) {
        return marks; // by itself; its base decides whether it stays
    }
    let folds = c.is_alphanumeric() || matches!(class(c), Class::Separator | Class::Symbol);
    if !folds || matches!(c, '™' | '℠') {
        return c.to_string();
    }
    let mut text = c.to_string();
    for _ in 0..5 {
        let next = step(&text);
        if next == text {
            break;
        }
        text = next;
    }
    // Spacing accents decompose to a space and a mark: they are punctuation, not white space.
    if text.trim().is_empty() && class(c) == Class::Separator {
        return c.to_string();
    }
    text
}

/// The digits in a circle.
fn enclosed(c: char) -> Option<String> {
    let is_circle = matches!(c, '\u{2460}'..='\u{2473}' | '\u{24ea}' | '\u{3251}'..='\u{325f}' | '\u{32b1}'..='\u{32bf}');
    is_circle.then(|| NFKD.normalize(c.encode_utf8(&mut [0; 4])).into_owned())
}

fn step(text: &str) -> String {
    let decomposed = NFKD.normalize(text).replace(IOTA_SUBSCRIPT, "");
    let lower = CaseMapper::new().fold_string(&decomposed).into_owned();
    let mut kept = String::new();
    let mut base = None;
    for c in NFKD.normalize(&lower).chars() {
        if is_mark(c) {
            let keep = base.is_some_and(|base| keeps_mark(class(base), base, c));
            if keep && class(c) == Class::Mark {
                kept.push(c);
            }
            continue;
        }
        base = Some(c);
        let radical = || RADICALS.split(' ').find_map(|pair| pair.strip_prefix(c));
        match (LETTERS.iter().find(|(letter, _)| *letter == c), digit(c)) {
            (Some((_, plain)), _) => kept.push_str(plain),
            (None, Some(digit)) => kept.push(digit),
            (None, None) => match radical() {
                Some(character) => kept.push_str(character),
                None => kept.push(c),
            },
        }
    }
    NFC.normalize(&kept).into_owned()
}

/// The ASCII digit of a decimal digit. Unicode lays each script's ten out in a row, and starts
/// every row at a digit that follows a character of another category or another row of ten.
fn digit(c: char) -> Option<char> {
    let is_decimal =
        |c: u32| char::from_u32(c).is_some_and(|c| category(c) == GeneralCategory::DecimalNumber);
    if !is_decimal(c as u32) {
        return None;
    }
    let row = (1..=c as u32)
        .take_while(|back| is_decimal(c as u32 - back))
        .count();
    char::from_digit(u32::try_from(row % 10).ok()?, 10)
}

/// One entry of the table; longer foldings go to the pool, each once.
fn entry(c: char, pool: &mut String, known: &mut HashMap<String, u32>) -> u32 {
    let text = folded(c);
    let mut chars = text.chars();
    let (class, payload) = match (chars.next(), chars.next()) {
        (None, _) => (Class::Ignored, 0),
        (Some(digit), None) if is_raised(c) => (Class::Raised, digit as u32),
        (Some(one), None) if one == c => (class(one), 0),
        (Some(one), None) => (class(one), one as u32),
        _ => {
            let at = *known.entry(text.clone()).or_insert_with(|| {
                let at = u32::try_from(pool.len()).expect("a small pool");
                pool.push_str(&text);
                at
            });
            let length = u32::try_from(text.len()).expect("a short folding");
            assert!(length < 1 << LENGTH_BITS, "{c:?} folds to {length} bytes");
            (Class::Expansion, at << LENGTH_BITS | length)
        }
    };
    assert!(payload < 1 << CLASS_SHIFT, "the payload fits");
    (class as u32) << CLASS_SHIFT | payload
}

fn pairs() -> Vec<[u32; 3]> {
    let mut pairs: Vec<_> = ('\0'..=char::MAX)
        .filter(|c| !('\u{ac00}'..='\u{d7a3}').contains(c))
        .filter_map(|c| match CanonicalDecomposition::new().decompose(c) {
            Decomposed::Expansion(base, mark)
                if CanonicalComposition::new().compose(base, mark) == Some(c) =>
            {
                Some([base as u32, mark as u32, c as u32])
            }
            _ => None,
        })
        .collect();
    pairs.extend(SARA_AM.map(|parts| parts.map(u32::from)));
    pairs.sort_unstable();
    pairs
}

fn generate() -> Vec<u8> {
    let (mut pool, mut known) = (String::new(), HashMap::new());
    let (mut index, mut entries, mut blocks) = (Vec::<u16>::new(), Vec::new(), HashMap::new());
    let mut useful = 0;
    for start in (0..=char::MAX as u32).step_by(BLOCK) {
        let block: Vec<u32> = (start..start + u32::try_from(BLOCK).expect("small"))
            .map(|c| char::from_u32(c).map_or(0, |c| entry(c, &mut pool, &mut known)))
            .collect();
        let trivial = (start..)
            .zip(&block)
            .all(|(c, &entry)| entry == (beyond(c) as u32) << CLASS_SHIFT);
        let number = *blocks.entry(block.clone()).or_insert_with(|| {
            entries.extend_from_slice(&block);
            entries.len() / BLOCK - 1
        });
        index.push(u16::try_from(number).expect("few blocks"));
        if !trivial {
            useful = index.len();
        }
    }
    index.truncate(useful);
    let used = index.iter().max().map_or(0, |&last| usize::from(last) + 1);
    entries.truncate(used * BLOCK);
    let pairs = pairs();

    let mut bytes = Vec::new();
    for length in [index.len(), entries.len(), pairs.len()] {
        bytes.extend(u32::try_from(length).expect("small").to_le_bytes());
    }
    bytes.extend(index.iter().flat_map(|block| block.to_le_bytes()));
    bytes.extend(entries.iter().flat_map(|entry| entry.to_le_bytes()));
    bytes.extend(pairs.iter().flatten().flat_map(|part| part.to_le_bytes()));
    bytes.extend(pool.bytes());
    bytes
}

#[test]
fn the_table_is_what_icu_gives() {
    let fresh = generate();
    if std::env::var_os("REGENERATE").is_some() {
        std::fs::write(PATH, &fresh).expect("the source tree is writable");
    }
    let stored = std::fs::read(PATH).expect("the table is checked in");
    assert!(stored == fresh, "run this test with REGENERATE=1");
}
