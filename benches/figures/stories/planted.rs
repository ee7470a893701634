//! Copies that are planted among texts, and texts that only look like copies.

use std::collections::{HashMap, HashSet};

use fastrand::Rng;
use fivebells::story::{Placement, Rules, StoryText};

use super::stream::{Desk, seconds};

const TAIL: &str = "Sign up for our morning letter and read more stories like this one on our site. All rights reserved.";

/// One item: which text it has, its feed, title and body.
struct Planted {
    text: usize,
    feed: usize,
    title: String,
    body: String,
}

pub(super) fn print(rules: &Rules, pairs: &[Vec<String>], say: impl Fn(&str, String)) {
    let mut random = Rng::with_seed(17);
    let mut all = Vec::new();
    // The second text of a pair may be a true copy of the first: only the first is used.
    let mut seen = HashSet::new();
    let pairs = pairs.iter().filter(|pair| seen.insert(&pair[1]));
    for (text, pair) in pairs.enumerate() {
        all.extend(copies(text, pair, &mut random));
    }
    let mut desk = Desk::default();
    let mut items: HashMap<i64, (usize, usize)> = HashMap::new();
    let mut feeds = HashSet::new();
    let (mut right, mut wrong, mut missed, mut inside, mut changed) = (0, 0, 0, 0, 0);
    // Originals come first, copies in any order after them.
    let originals = seen.len();
    all.sort_by_key(|planted| planted.feed >= 1_000);
    random.shuffle(&mut all[originals..]);
    for (at, planted) in all.iter().enumerate() {
        let text = StoryText {
            title: &planted.title,
            content: &planted.body,
            ..StoryText::default()
        };
        let (_, placement) = desk.read(rules, planted.feed, seconds(at), &text);
        let is_changed = (CHANGED..CHANGED + 1_000).contains(&planted.feed);
        let is_second = !feeds.insert(planted.feed);
        let known = planted.feed >= 1_000 && !is_second;
        if let Placement::Copy { of, .. } = placement {
            let (text, feed) = items[&of.0];
            inside += usize::from(is_second || feed == planted.feed);
            changed += usize::from(is_changed);
            if text == planted.text && !is_changed && !is_second {
                right += 1;
            } else {
                wrong += 1;
            }
        } else if known && !is_changed {
            missed += 1;
        }
        items.insert(
            i64::try_from(at + 1).expect("few items"),
            (planted.text, planted.feed),
        );
    }
    let ratio = |part: usize, whole: usize| part as f64 / whole.max(1) as f64;
    say(
        "planted copies",
        format!(
            "P {:.3}, R {:.3} of {}; {inside} inside one feed, {changed} with another figure",
            ratio(right, right + wrong),
            ratio(right, right + missed),
            right + missed
        ),
    );
}

/// The feeds of texts with another figure, and of those that have a text twice.
const CHANGED: usize = 50_000;
const SAME: usize = 90_000;

/// A text, copies of it, the same with another figure, and the same once more in its own feed.
fn copies(text: usize, pair: &[String], random: &mut Rng) -> Vec<Planted> {
    let (title, body) = (pair[1].clone(), pair[2].clone());
    let planted = |feed, title: &str, body: String| Planted {
        text,
        feed,
        title: title.to_owned(),
        body,
    };
    let mut all = vec![planted(text, &title, body.clone())];
    let words: Vec<&str> = body.split(' ').collect();
    let mut headline: Vec<&str> = title
        .split(' ')
        .filter(|word| !word.contains(|c: char| c.is_ascii_digit()))
        .collect();
    headline.reverse();
    let headline = headline.join(" ");
    let tail = words[..words.len() * 3 / 4].join(" ");
    let cut = words[..words.len().min(24 + random.usize(..20))].join(" ");
    let edited = |random: &mut Rng| {
        let drop =
            |word: &&&str| word.contains(|c: char| c.is_ascii_digit()) || random.usize(..20) > 0;
        words
            .iter()
            .filter(drop)
            .copied()
            .collect::<Vec<_>>()
            .join(" ")
    };
    let forms = [
        (headline.as_str(), body.clone()),
        (title.as_str(), format!("{tail} {TAIL}")),
        (title.as_str(), cut.clone()),
        (headline.as_str(), format!("{cut} {TAIL}")),
        (
            headline.as_str(),
            format!("TORHAVEN (Wire) — {body} {TAIL}"),
        ),
        (title.as_str(), edited(random)),
        (headline.as_str(), edited(random)),
    ];
    for (form, (title, body)) in forms.into_iter().enumerate() {
        all.push(planted(1_000 + form * 1_000 + text, title, body));
    }
    let digit = words
        .iter()
        .take(40)
        .position(|word| word.bytes().filter(u8::is_ascii_digit).count() > 1);
    if let Some(place) = digit {
        let mut words = words.clone();
        words[place] = "7391";
        all.push(planted(CHANGED + text, &title, words.join(" ")));
    }
    // Twice in one feed: the first of these is a copy of the text of another feed, the second is not.
    all.push(planted(SAME + text, &title, body.clone()));
    all.push(planted(SAME + text, &headline, body));
    all
}
