//! Credits at the beginning of a text: a dateline, or the agency's name in its place.

use super::{
    super::agencies::{Agency, agency_after, agency_before},
    first, in_brackets,
};

/// How much of a text is its head, in characters.
const HEAD: usize = 160;
/// How much stands before the agency in a dateline, in characters.
const DATELINE: usize = 60;
const DASHES: [char; 7] = ['-', '–', '—', '―', '－', '─', '‐'];

/// The agency that the beginning of the text credits.
pub(super) fn credit(text: &str) -> Option<&'static Agency> {
    let head = first(text.trim_start(), HEAD);
    bracketed(head)
        .or_else(|| between_slashes(head))
        .or_else(|| wired(head))
        .or_else(|| after_dash(head))
        .or_else(|| at_once(head))
}

/// `LONDON, Nov 30 (Reuters) -`, `(AP) —`, `【ワシントン共同】`, `(서울=연합뉴스)`.
fn bracketed(head: &str) -> Option<&'static Agency> {
    let open = head.find(['(', '（', '【', '['])?;
    let (before, rest) = head.split_at(open);
    let mark = rest.chars().next()?;
    let closing = match mark {
        '(' => ')',
        '（' => '）',
        '【' => '】',
        _ => ']',
    };
    let rest = &rest[mark.len_utf8()..];
    let (inner, after) = rest.split_once(closing)?;
    let is_first = before.trim().is_empty();
    // "New Delhi [India], November 30 (ANI):"
    let Some(agency) = in_brackets(inner) else {
        return (mark == '[' && !is_first)
            .then(|| bracketed(after))
            .flatten();
    };
    let is_credit = is_first || (is_dateline(before) && (is_dash(after) || ends_in_date(before)));
    is_credit.then_some(agency)
}

/// Whether the text before a bracket may be a place and a date.
fn is_dateline(before: &str) -> bool {
    let is_short = before.chars().nth(DATELINE).is_none();
    // "Agence France-Presse (AFP) - a news agency" explains a name.
    let explains = agency_after(before.trim_end()).is_some();
    is_short && !explains && !before.contains(['。', '!', '?', '？', '！', '\n'])
}

/// Whether a dash or a colon comes next: `-`, `.-`, `:`.
fn is_dash(after: &str) -> bool {
    let after = after.trim_start();
    let after = after.strip_prefix('.').unwrap_or(after).trim_start();
    after.starts_with(DASHES) || after.starts_with([':', '：'])
}

/// Whether the day of a month stands at the end: `Nov 30`, `30 nov`.
fn ends_in_date(before: &str) -> bool {
    let mut words = before.split_whitespace().rev().take(2);
    words.any(|word| matches!(word.trim_matches(['.', ',']).parse(), Ok(1..=31)))
}

/// `МОСКВА, 30 ноября. /ТАСС/.`
fn between_slashes(head: &str) -> Option<&'static Agency> {
    let (before, rest) = head.split_once('/')?;
    let (inner, _) = rest.split_once('/')?;
    let agency = super::agency_named(inner.trim());
    agency.filter(|_| is_dateline(before))
}

/// `新华社北京11月30日电`, `（中央社記者王小明台北30日電）`: an agency, and a day's telegram.
pub(super) fn wired(head: &str) -> Option<&'static Agency> {
    let (agency, rest) = agency_before(head)?;
    let rest = first(rest, 24);
    ["日电", "日電"]
        .iter()
        .any(|it| rest.contains(it))
        .then_some(agency)
}

/// `МОСКВА, 30 ноя — РИА Новости.`
fn after_dash(head: &str) -> Option<&'static Agency> {
    let dashes = [" - ", " – ", " — "];
    let dash = dashes.iter().filter_map(|dash| head.find(dash)).min()?;
    let (before, rest) = head.split_at(dash);
    let rest = rest.trim_start().trim_start_matches(DASHES).trim_start();
    let (agency, after) = agency_before(rest)?;
    (is_dateline(before) && ends_in_date(before) && after.starts_with('.')).then_some(agency)
}

/// `AFP - The harbour`, `ТАСС, 30 ноября.`
fn at_once(head: &str) -> Option<&'static Agency> {
    let (agency, after) = agency_before(head)?;
    let is_dated = after
        .strip_prefix(", ")
        .is_some_and(|it| it.starts_with(|c: char| c.is_ascii_digit()));
    let is_dashed = [" - ", " – ", " — ", " -- "].iter().any(|dash| {
        // "AFP – founded in Paris – says": a sentence about the agency.
        after
            .strip_prefix(dash)
            .is_some_and(|rest| !rest.contains(dash))
    });
    (is_dated || is_dashed).then_some(agency)
}

/// `ワシントン共同`: a place and, at once, an agency in letters that need no space.
pub(super) fn of_place(inner: &str) -> Option<&'static Agency> {
    /// What is done together, not by Kyodo.
    const TOGETHER: [&str; 8] = [
        "日米", "日韓", "日中", "男女", "官民", "産学", "国際", "地域",
    ];
    let (agency, place) = agency_after(inner)?;
    let is_place = place.chars().nth(12).is_none()
        && place.chars().all(|it| it > '\u{2e80}')
        && !TOGETHER.iter().any(|it| place.ends_with(it));
    (is_place && !place.is_empty()).then_some(agency)
}
