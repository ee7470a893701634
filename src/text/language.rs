//! The language of an item: what its feed says, unless its letters say otherwise.
//!
//! Letters decide first: kana is Japanese, hangul Korean, whatever a feed declares. Where several
//! languages share a script, `whatlang` compares three-letter sequences; it is asked only where a
//! feed declares nothing, or something that cannot be. Pure; time is bounded by [`MAX_BYTES`].

#[cfg(test)]
mod tests;

/// So much of a text is looked at: more makes no answer surer.
const MAX_BYTES: usize = 2_048;

/// Fewer letters say nothing, an ideograph, kana or syllable counted as [`WEIGHT`].
const MIN_LETTERS: usize = 8;

/// How many letters of an alphabet one ideograph, kana or syllable of hangul counts as.
const WEIGHT: usize = 3;

/// At least so many ideographs without a kana among them are Chinese; fewer may be a Japanese
/// headline.
const MIN_IDEOGRAPHS: usize = 20;

/// Below this `whatlang` is not sure enough. In the sentences of this module's tests the surest
/// wrong answer has 0.20.
const MIN_CONFIDENCE: f64 = 0.5;

/// What a text is written in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Letters {
    Latin,
    Greek,
    Cyrillic,
    Hebrew,
    Arabic,
    Devanagari,
    Thai,
    Hangul,
    /// Ideographs alone.
    Han,
    /// Kana, most often with ideographs.
    Japanese,
    Other,
}

/// Languages that are always written so. Those with two scripts, such as Serbian, are left out:
/// letters say nothing about them.
const WRITTEN_IN: [(Letters, &str); 11] = [
    (
        Letters::Latin,
        "af ca cs cy da de en es et eu fi fr ga gl hr hu id is it jv la lt lv ms mt nb nl nn no pl \
         pt ro sk sl sn sq sv sw tl tr vi zu",
    ),
    (Letters::Greek, "el"),
    (Letters::Cyrillic, "be bg mk ru uk"),
    (Letters::Hebrew, "he iw yi"),
    (Letters::Arabic, "ar fa ps ur"),
    (Letters::Devanagari, "hi mr ne"),
    (Letters::Thai, "th"),
    (Letters::Hangul, "ko"),
    (Letters::Han, "ja zh"),
    (Letters::Japanese, "ja"),
    (Letters::Other, ""),
];

/// ISO 639-3, as `whatlang` has it, and the shorter tag of BCP 47. Where there is none the first
/// is the tag.
const TAGS: &str = "afr af aka ak amh am ara ar aze az bel be ben bn bul bg cat ca ces cs cmn zh \
    cym cy dan da deu de ell el eng en epo eo est et fin fi fra fr guj gu heb he hin hi hrv hr \
    hun hu hye hy ind id ita it jav jv jpn ja kan kn kat ka khm km kor ko lat la lav lv lit lt \
    mal ml mar mr mkd mk mya my nep ne nld nl nob no ori or pan pa pes fa pol pl por pt ron ro \
    rus ru sin si slk sk slv sl sna sn spa es srp sr swe sv tam ta tel te tgl tl tha th tuk tk \
    tur tr ukr uk urd ur uzb uz vie vi yid yi zul zu";

/// The language of an item: `declared` by it or its feed, or detected from its `texts`, the title
/// first.
///
/// The letters of the texts can rule a declared language out, as a Japanese blog does to the
/// `en-US` that its software writes: then the detected language is the item's, or none where that
/// is not sure. Names in Latin letters occur in every language, so they alone rule nothing out.
pub fn language(declared: Option<&str>, texts: &[&str]) -> Option<String> {
    let text = beginning(texts);
    let letters = letters(&text);
    let declared = declared.map(str::trim).filter(|tag| says_something(tag));
    let detected = || {
        letters
            .and_then(|letters| detected(&text, letters))
            .map(str::to_owned)
    };
    match (declared, letters) {
        (Some(tag), Some(letters)) if is_ruled_out(tag, letters) => {
            let kept = || (letters == Letters::Latin).then(|| tag.to_owned());
            detected().or_else(kept)
        }
        (Some(tag), _) => Some(tag.to_owned()),
        (None, _) => detected(),
    }
}

/// Tags for "undetermined", "several" and "no language" name no language (RFC 5646 §4.1).
fn says_something(tag: &str) -> bool {
    !tag.is_empty() && !["und", "mul", "zxx"].contains(&primary(tag).as_str())
}

fn primary(tag: &str) -> String {
    let first = tag.split(['-', '_']).next().unwrap_or_default();
    first.to_ascii_lowercase()
}

/// The texts, one a line, up to the bound.
fn beginning(texts: &[&str]) -> String {
    let mut beginning = String::new();
    for text in texts {
        let room = MAX_BYTES.saturating_sub(beginning.len());
        let end = (0..=room.min(text.len()))
            .rev()
            .find(|at| text.is_char_boundary(*at));
        beginning.push_str(&text[..end.unwrap_or(0)]);
        beginning.push('\n');
    }
    beginning
}

/// Whether a language is never written in these letters. A tag with another script than its
/// language's own, such as `ja-Latn`, is right about itself.
fn is_ruled_out(tag: &str, letters: Letters) -> bool {
    let language = primary(tag);
    let is_script = |part: &str| part.len() == 4 && !["hans", "hant"].contains(&part);
    let has_script = tag.to_ascii_lowercase().split(['-', '_']).any(is_script);
    let holds = |languages: &str| languages.split(' ').any(|known| known == language);
    let is_known = WRITTEN_IN.iter().any(|(_, languages)| holds(languages));
    let mut own = WRITTEN_IN.iter().filter(|(own, _)| *own == letters);
    is_known && !has_script && !own.any(|(_, languages)| holds(languages))
}

/// The letters of two thirds of the text; `None` where it is short or mixed.
fn letters(text: &str) -> Option<Letters> {
    let ascii = text.bytes().filter(u8::is_ascii_alphabetic).count();
    let (mut counts, mut all, mut kana) = ([0_usize; WRITTEN_IN.len()], ascii, 0);
    counts[Letters::Latin as usize] = ascii;
    // Most text is ASCII for the most part; only the rest is worth a look at each character.
    let starts = (0..text.len()).filter(|at| text.as_bytes()[*at] >= 0xc0);
    for letters in starts.filter_map(|at| letters_of(text[at..].chars().next()?)) {
        let weight = match letters {
            Letters::Han | Letters::Japanese | Letters::Hangul => WEIGHT,
            _ => 1,
        };
        all += weight;
        kana += usize::from(letters == Letters::Japanese);
        let counted = if letters == Letters::Japanese {
            Letters::Han
        } else {
            letters
        };
        counts[counted as usize] += weight;
    }
    let most = (0..counts.len()).max_by_key(|at| counts[*at])?;
    if all < MIN_LETTERS || 3 * counts[most] < 2 * all {
        return None;
    }
    let (letters, _) = WRITTEN_IN[most];
    // A Chinese text may name a Japanese title.
    let is_japanese = letters == Letters::Han && 10 * kana * WEIGHT >= counts[most];
    Some(if is_japanese {
        Letters::Japanese
    } else {
        letters
    })
}

fn letters_of(c: char) -> Option<Letters> {
    Some(match c {
        'A'..='Z' | 'a'..='z' => Letters::Latin,
        '\0'..='\u{a9}' | '×' | '÷' => return None,
        'ª'..='\u{24f}' | '\u{1e00}'..='\u{1eff}' | 'Ａ'..='ｚ' => Letters::Latin,
        '\u{370}'..='\u{3ff}' | '\u{1f00}'..='\u{1fff}' => Letters::Greek,
        '\u{400}'..='\u{52f}' => Letters::Cyrillic,
        '\u{5d0}'..='\u{5f4}' => Letters::Hebrew,
        '\u{620}'..='\u{6ff}' | '\u{750}'..='\u{77f}' | '\u{fb50}'..='\u{fdff}' => Letters::Arabic,
        '\u{900}'..='\u{97f}' => Letters::Devanagari,
        '\u{e01}'..='\u{e4e}' => Letters::Thai,
        '\u{1100}'..='\u{11ff}' | '\u{ac00}'..='\u{d7a3}' => Letters::Hangul,
        '\u{3041}'..='\u{30fa}' | '\u{ff66}'..='\u{ff9d}' => Letters::Japanese,
        '々' | '\u{3400}'..='\u{9fff}' | '\u{f900}'..='\u{faff}' | '\u{20000}'..='\u{3ffff}' => {
            Letters::Han
        }
        c if c.is_alphabetic() => Letters::Other,
        _ => return None,
    })
}

/// The language of a text in these letters, where it is sure.
fn detected(text: &str, letters: Letters) -> Option<&'static str> {
    match letters {
        Letters::Japanese => Some("ja"),
        Letters::Han => {
            let ideographs = text
                .chars()
                .filter(|c| letters_of(*c) == Some(Letters::Han));
            (ideographs.count() >= MIN_IDEOGRAPHS).then_some("zh")
        }
        _ => whatlang::detect(text)
            .filter(|found| found.confidence() >= MIN_CONFIDENCE)
            .map(|found| tag(found.lang())),
    }
}

fn tag(language: whatlang::Lang) -> &'static str {
    let code = language.code();
    let mut words = TAGS.split_whitespace();
    while let (Some(long), Some(short)) = (words.next(), words.next()) {
        if long == code {
            return short;
        }
    }
    code
}
