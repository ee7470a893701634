//! Repairs text that was decoded as windows-1252 or windows-1251 although it was UTF-8.

use std::{borrow::Cow, ops::Range, str::from_utf8};

use encoding_rs::{Encoding, WINDOWS_1251, WINDOWS_1252};
use memchr::{memchr, memmem};

/// Repairs text whose UTF-8 bytes were read as windows-1252 or ISO 8859-1, `ShinjirÅ\u{8d}` for
/// `Shinjirō`, or as windows-1251, `РўРѕРєРёРѕ` for `Токио`.
///
/// Judges each run of non-ASCII characters as a whole: each of them must mean one byte, the
/// bytes must be UTF-8, and there must be evidence, since some honest text would pass that test
/// too: `« café »` with no-break spaces would become `« caf頻`, `„Spaß“` `„Spaߓ`. Evidence is a C1
/// control, which nobody writes; two characters or more outside Latin, or one beside a run that
/// has them; one beyond U+FFFF; or a result that is all accented Latin and typographic punctuation
/// and so what such accidents make of Western text. A last character that was cut off is left
/// out. Call it before white space is touched: `à` becomes `Ã` and a no-break space.
pub fn undo_double_encoding(text: &str) -> Cow<'_, str> {
    if memchr(LEAD, text.as_bytes()).is_some() {
        return repaired(text, Misreading::WINDOWS_1252);
    }
    if memchr(CYRILLIC_LEAD, text.as_bytes()).is_some()
        && DOUBLE_VOWELS
            .iter()
            .any(|vowel| memmem::find(text.as_bytes(), vowel.as_bytes()).is_some())
    {
        return repaired(text, Misreading::WINDOWS_1251);
    }
    Cow::Borrowed(text)
}

/// The first byte of every lead that windows-1252 shows.
const LEAD: u8 = 0xc3;

/// The first byte of the leads that windows-1251 shows of Cyrillic text.
const CYRILLIC_LEAD: u8 = 0xd0;

/// `а`, `о`, `е`, `и` as windows-1251 shows their bytes: no text in Cyrillic is without them.
const DOUBLE_VOWELS: [&str; 4] = ["Р°", "Рѕ", "Рµ", "Рё"];

/// What UTF-8 was read as.
#[derive(Clone, Copy)]
struct Misreading {
    encoding: &'static Encoding,
    /// The characters that mean a byte that begins a character in UTF-8.
    leads: (char, char),
}

impl Misreading {
    const WINDOWS_1252: Self = Self {
        encoding: WINDOWS_1252,
        leads: ('\u{c2}', '\u{f4}'),
    };
    const WINDOWS_1251: Self = Self {
        encoding: WINDOWS_1251,
        leads: ('В', 'ф'),
    };

    fn is_lead(self, c: char) -> bool {
        (self.leads.0..=self.leads.1).contains(&c)
    }

    fn is_latin(self) -> bool {
        self.encoding == WINDOWS_1252
    }

    /// The non-ASCII characters from `start` on that mean bytes: where they end, and the
    /// bytes.
    fn run(self, text: &str, start: usize) -> (usize, Vec<u8>) {
        let mut end = start;
        let mut bytes = Vec::new();
        for c in text[start..].chars() {
            let Some(byte) = self.byte(c) else { break };
            bytes.push(byte);
            end += c.len_utf8();
        }
        (end, bytes)
    }

    fn byte(self, c: char) -> Option<u8> {
        match c {
            '\u{80}'..='\u{ff}' if self.is_latin() => u8::try_from(c).ok(),
            '\u{80}'..='\u{ff}' | '\u{152}'..='\u{2122}' => {
                let mut buffer = [0; 4];
                let (bytes, _, unmappable) = self.encoding.encode(c.encode_utf8(&mut buffer));
                bytes.first().copied().filter(|_| !unmappable)
            }
            _ => None,
        }
    }
}

/// A run of characters that are the bytes of others.
struct Run {
    at: Range<usize>,
    original: String,
    is_evident: bool,
}

fn repaired(text: &str, misreading: Misreading) -> Cow<'_, str> {
    let runs = runs(text, misreading);
    let scripts: Vec<u32> = runs
        .iter()
        .filter(|run| run.is_evident)
        .filter_map(|run| run.original.chars().find_map(script))
        .collect();
    // `в` is one character, and so none by itself: its neighbours decide.
    let has_neighbours = |run: &Run| {
        let mut known = run.original.chars().filter_map(script).peekable();
        known.peek().is_some() && known.all(|script| scripts.contains(&script))
    };
    let mut repaired = String::new();
    let mut done = 0;
    for run in runs {
        if run.is_evident || has_neighbours(&run) {
            repaired.push_str(&text[done..run.at.start]);
            repaired.push_str(&run.original);
            done = run.at.end;
        }
    }
    if done == 0 {
        return Cow::Borrowed(text);
    }
    repaired.push_str(&text[done..]);
    Cow::Owned(repaired)
}

/// The runs that may be repaired.
fn runs(text: &str, misreading: Misreading) -> Vec<Run> {
    let mut runs = Vec::new();
    let mut at = 0;
    let is_lead = |c| misreading.is_lead(c);
    while let Some(start) = text[at..].find(is_lead).map(|offset| at + offset) {
        let (end, bytes) = misreading.run(text, start);
        at = end;
        let before = text[..start].chars().next_back();
        let honest_start = before.is_none_or(|c| misreading.byte(c).is_none());
        if let Some(original) = decode(&bytes, &text[end..]).filter(|_| honest_start) {
            let is_evident = if misreading.is_latin() {
                is_evident(original, &text[..start], &text[start..end], &text[end..])
            } else {
                is_evident_in_cyrillic(original)
            };
            runs.push(Run {
                at: start..end,
                original: original.to_owned(),
                is_evident,
            });
        }
    }
    runs
}

/// The text of these bytes, but for a last character of which only a part is there, where nothing
/// of the text follows. A last `é` behind Western text may be honest.
fn decode<'b>(bytes: &'b [u8], behind: &str) -> Option<&'b str> {
    let text = match from_utf8(bytes) {
        Ok(text) => Some(text),
        Err(error) if error.error_len().is_none() && !goes_on(behind) => {
            let whole = from_utf8(&bytes[..error.valid_up_to()]).ok();
            whole.filter(|text| !text.chars().all(is_western))
        }
        Err(_) => None,
    };
    text.filter(|text| !text.is_empty() && !text.contains(|c| matches!(c, '\u{80}'..='\u{9f}')))
}

fn goes_on(behind: &str) -> bool {
    let next = behind.chars().find(|c| !c.is_whitespace());
    next.is_some_and(char::is_alphanumeric)
}

const fn is_western(c: char) -> bool {
    matches!(c, '\u{a0}'..='\u{17f}' | '\u{2010}'..='\u{2044}' | '€' | '™')
}

/// A number for the letters that go together; `None` for Western characters.
fn script(c: char) -> Option<u32> {
    let code = u32::from(c);
    (!is_western(c)).then_some(if code < 0x2000 { code >> 8 } else { 0x20 })
}

fn is_evident(original: &str, before: &str, written: &str, after: &str) -> bool {
    let has_control = written.contains(|c| matches!(c, '\u{80}'..='\u{9f}'));
    if has_control || original.contains(|c| c > '\u{ffff}') {
        return true;
    }
    if original.chars().all(is_western) {
        return !is_quoted_capital(before, written, after);
    }
    original.chars().filter(|c| !is_western(*c)).count() >= 2
}

/// Two letters: no real word has a capital and then a sign.
fn is_evident_in_cyrillic(original: &str) -> bool {
    let is_punctuation = |c| matches!(c, '\u{2010}'..='\u{2044}');
    original.contains(is_punctuation) || original.chars().filter(|c| !is_western(*c)).count() >= 2
}

/// `PÄIVÄ”`: a capital and the quotation mark that ends its word, not two bytes of one letter.
fn is_quoted_capital(before: &str, written: &str, after: &str) -> bool {
    let mut chars = written.chars().skip(1);
    before.ends_with(char::is_uppercase)
        && chars
            .next()
            .is_some_and(|c| matches!(c, '\u{2013}'..='\u{203a}' | '«' | '»'))
        && chars.next().is_none()
        && !after.starts_with(char::is_alphanumeric)
}

#[cfg(test)]
mod tests;
