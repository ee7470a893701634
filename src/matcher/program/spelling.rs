//! Spellings of a term that differ by more than folding: other letters, and the parts of a name
//! together or apart.
//!
//! Each is a pattern of its own, in canonical form: more spellings cost memory, not time. A function
//! that returns an `Option` returns `None` where the spelling would be the same.

use crate::text::{self, Script, is_dash, is_joining};

/// Canonical forms that mean the same as `body`, whose own canonical form is given; they may
/// repeat each other.
///
/// * hyphens, apostrophes and dots between letters left out: `F-35` is `F35`, `Ph.D.` is `PhD`
/// * letters and digits apart: `F35` is `F-35`; raised digits as plain ones: `m²` is `m2`
/// * initials with and without a space: `J.K. Rowling` is `J. K. Rowling`
/// * a name of two words in Japanese or Chinese with a space, a dot or nothing between them
/// * Korean and Persian words written as one
/// * the long mark of katakana typed as a dash: `ミュラ―` is `ミュラー`
/// * umlauts spelled out: `Müller` is `Mueller`, `Đoković` is `Djokovic`
/// * the Arabic article behind "to": `السعودية` is in `للسعودية`
/// * Armenian և, in capitals of the new spelling: `Երևան` is `ԵՐԵՎԱՆ`
pub(super) fn variants(body: &str, canonical: &str) -> Vec<String> {
    let mut variants = Vec::new();
    let mut add = |written: Option<String>| {
        variants.extend(written.map(|written| text::fold(&written)));
    };
    add(joined(body));
    add(initials(body, ""));
    add(initials(body, " "));
    if !body.is_ascii() {
        add(with_plain_digits(body));
        add(with_long_marks(body));
        add(signs_apart(body));
        add(respaced(body, ""));
        add(respaced(body, "・"));
        add(Some(spell_out(body)));
        add(written_as_one(canonical));
        add(behind_to(canonical));
        add(armenian_yev(canonical));
    }
    variants.extend(digits_apart(canonical));
    variants.retain(|variant| variant != canonical);
    variants
}

/// An acronym without the dot between its parts: `BRK.B` is `BRKB`.
pub(in crate::matcher) fn acronym(body: &str, canonical: &str) -> Option<String> {
    let written = text::fold(&joined(body)?);
    (written != canonical).then_some(written)
}

/// One token of letters and digits, taken apart where they first meet.
fn digits_apart(canonical: &str) -> Option<String> {
    let token = canonical.trim_matches(' ');
    if !token.bytes().all(|byte| byte.is_ascii_alphanumeric()) {
        return None;
    }
    let is_digit: Vec<bool> = token.bytes().map(|byte| byte.is_ascii_digit()).collect();
    let meet = is_digit.windows(2).position(|two| two[0] != two[1])? + 1;
    Some(format!(" {} {} ", &token[..meet], &token[meet..]))
}

/// How few letters behind the article make a word: most shorter ones begin with `ال` by chance.
const MIN_LETTERS_BEHIND_ARTICLE: usize = 3;

/// Arabic writes `ل` and the article as `لل`, without the article's alef.
fn behind_to(canonical: &str) -> Option<String> {
    let rest = canonical.trim_matches(' ').strip_prefix("ال")?;
    let first = rest.split(' ').next().unwrap_or_default();
    (first.chars().count() >= MIN_LETTERS_BEHIND_ARTICLE).then(|| format!("لل{rest}"))
}

/// The ligature և is եւ to Unicode and in the old spelling; capitals of the new one are ԵՎ.
fn armenian_yev(canonical: &str) -> Option<String> {
    if canonical.contains("եւ") {
        Some(canonical.replace("եւ", "եվ"))
    } else {
        canonical
            .contains("եվ")
            .then(|| canonical.replace("եվ", "եւ"))
    }
}

/// Spells out letters as those without the keys do: Müller as Mueller, Đoković as Djokovic.
pub(super) fn spell_out(text: &str) -> String {
    let mut spelled = String::with_capacity(text.len());
    let mut chars = text.chars().peekable();
    while let Some(c) = chars.next() {
        let tail = match c {
            'ä' | 'ö' | 'ü' | 'Ä' | 'Ö' | 'Ü' | 'ø' | 'Ø' => "e",
            'å' | 'Å' => "a",
            'đ' | 'Đ' => "j",
            'a' | 'o' | 'u' | 'A' | 'O' | 'U' if chars.next_if_eq(&'\u{308}').is_some() => "e",
            'a' | 'A' if chars.next_if_eq(&'\u{30a}').is_some() => "a",
            _ => "",
        };
        spelled.push(c);
        spelled.push_str(tail);
    }
    spelled
}

/// What folding leaves of the letters that are spelled out in a canonical form; `None` where
/// there are none. `ue` behind a, e or q is never one.
pub(super) fn without_spelled_umlauts(canonical: &str) -> Option<String> {
    let spelled = [b"ae", b"oe", b"ue", b"aa", b"dj"];
    if !canonical
        .as_bytes()
        .windows(2)
        .any(|two| spelled.iter().any(|pair| *pair == two))
    {
        return None;
    }
    let mut short = String::with_capacity(canonical.len());
    let mut chars = canonical.chars().peekable();
    while let Some(c) = chars.next() {
        let blocked = c == 'u' && short.ends_with(['a', 'e', 'q']);
        short.push(c);
        match c {
            'a' | 'o' | 'u' if !blocked => {
                chars.next_if(|next| *next == 'e' || (c == 'a' && *next == 'a'));
            }
            'd' => {
                chars.next_if_eq(&'j');
            }
            _ => {}
        }
    }
    let is_latin = |c| text::script(c) == Script::Spaced;
    (short.len() < canonical.len() && short.contains(is_latin)).then_some(short)
}

/// Leaves out what joins two letters or digits; `None` where nothing does.
fn joined(body: &str) -> Option<String> {
    if !body.contains(is_joining) {
        return None;
    }
    let mut before = None;
    let mut chars = body.chars().peekable();
    let mut joined = String::with_capacity(body.len());
    while let Some(c) = chars.next() {
        let joins = before.is_some_and(|before| {
            let next = chars.peek();
            next.is_some_and(|next| is_joiner(before, c, *next))
        });
        if !joins {
            joined.push(c);
        }
        before = Some(c);
    }
    (joined.len() < body.len()).then_some(joined)
}

/// Whether `c` joins the two: a full stop only joins letters, since it counts in numbers.
fn is_joiner(before: char, c: char, next: char) -> bool {
    if c == '.' {
        before.is_alphabetic() && next.is_alphabetic()
    } else {
        is_joining(c) && before.is_alphanumeric() && next.is_alphanumeric()
    }
}

/// A dash behind katakana as the long mark that it was typed for.
fn with_long_marks(body: &str) -> Option<String> {
    let mut before = Script::Other;
    let mut written = String::with_capacity(body.len());
    for c in body.chars() {
        let is_long = before == Script::Katakana && is_dash(c);
        written.push(if is_long { 'ー' } else { c });
        before = if is_long { before } else { text::script(c) };
    }
    (written != body).then_some(written)
}

/// Raised digits as plain ones: `m²` is `m2`.
fn with_plain_digits(body: &str) -> Option<String> {
    let is_raised = |c| matches!(c, '⁰' | '¹' | '²' | '³' | '⁴'..='⁹');
    let plain = |c: char| {
        if is_raised(c) {
            text::fold(c.encode_utf8(&mut [0; 4])).trim().to_owned()
        } else {
            c.to_string()
        }
    };
    body.contains(is_raised)
        .then(|| body.chars().map(plain).collect())
}

/// The ʻokina and other signs that folding drops inside a word as the apostrophe that stands for
/// them on a keyboard, and Persian's zero-width non-joiner as the space.
fn signs_apart(body: &str) -> Option<String> {
    let is_sign = |c| matches!(c, '\u{2b9}'..='\u{2bb}' | '\u{2bd}'..='\u{2c1}');
    let is_non_joiner = |c| c == '\u{200c}';
    if body.contains(is_sign) {
        return Some(body.replace(is_sign, "'"));
    }
    (body.contains(is_non_joiner) && body.contains(is_arabic))
        .then(|| body.replace(is_non_joiner, " "))
}

const fn is_arabic(c: char) -> bool {
    matches!(c, '\u{620}'..='\u{64a}' | '\u{66e}'..='\u{6d5}')
}

/// The initials of a name with `between` them: `J.K. Rowling`, `J. K. Rowling` and `JK Rowling`
/// are one author. `None` where there are not two initials, or nothing else.
fn initials(body: &str, between: &str) -> Option<String> {
    if !body.trim().contains(char::is_whitespace) {
        return None;
    }
    let mut words: Vec<String> = Vec::new();
    let (mut count, mut names, mut goes_on) = (0, 0, false);
    for word in body.split_whitespace() {
        let Some(letters) = letters_of_initials(word) else {
            words.push(word.to_owned());
            names += 1;
            goes_on = false;
            continue;
        };
        count += letters.len();
        let written = letters.join(between);
        match words.last_mut().filter(|_| goes_on) {
            Some(last) => {
                last.push_str(between);
                last.push_str(&written);
            }
            None => words.push(written),
        }
        goes_on = true;
    }
    (count > 1 && names > 0).then(|| words.join(" "))
}

/// The most capitals in a row that are read as initials.
const MAX_INITIALS: usize = 3;

/// The letters of `J.`, `J.K.` or `JK`.
fn letters_of_initials(word: &str) -> Option<Vec<&str>> {
    let letters: Vec<&str> = word
        .split_inclusive(char::is_uppercase)
        .map(|part| part.trim_matches('.'))
        .filter(|part| !part.is_empty())
        .collect();
    let are_single = letters
        .iter()
        .all(|letter| letter.chars().count() == 1 && letter.contains(char::is_uppercase));
    ((1..=MAX_INITIALS).contains(&letters.len()) && are_single).then_some(letters)
}

/// The spaces and dots between two characters of a script that writes no spaces as `between`;
/// `None` where there are none.
fn respaced(body: &str, between: &str) -> Option<String> {
    let mut respaced = String::with_capacity(body.len());
    let mut from = 0;
    while let Some(offset) = body[from..].find(is_gap) {
        let at = from + offset;
        let end = body.len() - body[at..].trim_start_matches(is_gap).len();
        respaced.push_str(&body[from..at]);
        let beside = [body[..at].chars().next_back(), body[end..].chars().next()];
        let is_inside = beside
            .iter()
            .all(|c| c.is_some_and(|c| is_run(text::script(c))));
        respaced.push_str(if is_inside { between } else { &body[at..end] });
        from = end;
    }
    respaced.push_str(&body[from..]);
    (from > 0).then_some(respaced)
}

fn is_gap(c: char) -> bool {
    c.is_whitespace() || matches!(c, '·' | '•' | '‧' | '・' | '･' | '゠' | '＝')
}

const fn is_run(script: Script) -> bool {
    matches!(script, Script::Ideograph | Script::Katakana)
}

/// How many words are written as one at most.
const MAX_WORDS_AS_ONE: usize = 3;

/// Words that are also written without the space: Korean compounds, and Persian ones, whose
/// zero-width non-joiner folding drops.
fn written_as_one(canonical: &str) -> Option<String> {
    let words: Vec<&str> = canonical.split_whitespace().collect();
    let all = |is_of: fn(char) -> bool| words.iter().all(|word| word.chars().all(is_of));
    let is_compound = all(is_arabic) || all(|c| text::script(c) == Script::Hangul);
    ((2..=MAX_WORDS_AS_ONE).contains(&words.len()) && is_compound).then(|| words.concat())
}
