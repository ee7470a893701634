//! Where a word may also be written as one: `O'Brien` is `OBrien` to some, `F-35` is `F35`.

/// A boundary in canonical text that a term may leave out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Joint {
    /// Where its one byte is, a space or a comma.
    pub at: u32,
    /// How the word may also be written.
    pub kind: JointKind,
}

/// How a word with a joint may also be written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum JointKind {
    /// As one: a hyphen, an apostrophe or a dot is there.
    Mark,
    /// As one, or without what follows it: raised digits.
    Note,
    /// Without what follows it: raised digits behind a digit, or behind a script without
    /// spaces.
    LoneNote,
    /// As one: it is the space between two capitals with dots.
    Initials,
    /// As one, or with ー there: a dash follows katakana, and more of a script without
    /// spaces behind the dash.
    Dash,
    /// With ー there: a dash follows katakana, and something else behind the dash.
    LastDash,
}

/// Whether the character joins two parts of a word: hyphens, apostrophes, the dots between the
/// words of a foreign name, the accents that are typed for an apostrophe, and the full stop.
pub const fn is_joining(c: char) -> bool {
    matches!(
        c,
        '-' | '.' | '\'' | '`' | '´' | '·' | 'ʼ' | '\u{387}' | '\u{5be}' | '\u{2010}'
            ..='\u{2013}'
                | '‘'
                | '’'
                | '•'
                | '․'
                | '‧'
                | '′'
                | '\u{2212}'
                | '∙'
                | '⋅'
                | '゠'
                | '・'
                | 'ㆍ'
                | '﹣'
                | '＇'
                | '－'
                | '．'
                | '･'
    )
}

/// Whether the character joins the two beside it, of which digits only join letters, since in
/// numbers it counts; so does a full stop beside any digit.
pub fn is_joint(before: char, joining: char, next: char) -> bool {
    let is_number = |c: char| c.is_numeric();
    if matches!(joining, '.' | '．' | '․') {
        before.is_alphabetic() && next.is_alphabetic()
    } else {
        before.is_alphanumeric()
            && next.is_alphanumeric()
            && !(is_number(before) && is_number(next))
    }
}

/// What English contracts, `n't` aside: `she'll` is no Shell.
const CONTRACTED: [&[u8]; 5] = [b"ll", b"re", b"ve", b"d", b"m"];

/// Whether the apostrophe contracts two words; `rest` follows it.
pub(super) fn contracts(joining: char, rest: &[u8]) -> bool {
    if !matches!(joining, '\'' | '’' | '‘' | '`' | '´' | 'ʼ' | '′' | '＇') {
        return false;
    }
    let length = rest.iter().take_while(|byte| byte.is_ascii_alphabetic());
    let length = length.take(3).count();
    let ends = rest
        .get(length)
        .is_none_or(|byte| byte.is_ascii() && !byte.is_ascii_digit());
    ends && CONTRACTED
        .iter()
        .any(|word| rest[..length].eq_ignore_ascii_case(word))
}

/// Whether the character is typed, or read by a machine, for the long mark of katakana.
pub const fn is_dash(c: char) -> bool {
    matches!(
        c,
        '-' | '\u{2010}'..='\u{2015}' | '\u{2212}' | '─' | '━' | '﹘' | '﹣' | '－'
    )
}
