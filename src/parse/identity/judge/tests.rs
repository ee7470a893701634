//! Random lives of feeds: whatever edits, moves, drops and returns happen, a story that is new is
//! found to be so, and one that is there as before is not.

use jiff::Timestamp;
use proptest::prelude::*;

use super::*;
use crate::{
    model::Item,
    parse::identity::{fingerprint, later_versions},
};

/// What the items of a feed have in common.
#[derive(Debug, Clone, Copy)]
struct Style {
    guid: Name,
    link: Name,
    has_common_title: bool,
    is_dated: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Name {
    None,
    Own,
    Common,
    /// Its place in the document.
    Position,
}

/// A story as the publisher has it.
#[derive(Debug, Clone)]
struct Story {
    number: usize,
    edits: usize,
    moves: usize,
    is_shown: bool,
}

#[derive(Debug, Clone, Copy)]
enum Step {
    Publish,
    EditTitle(usize),
    EditText(usize),
    Move(usize),
    Drop(usize),
    Return(usize),
    Turn,
}

/// Every style but those in which stories share what names them: one that is there alone cannot
/// be distinguished from an edit of the one before there.
fn style() -> impl Strategy<Value = Style> {
    use Name::{Common, None, Own, Position};
    let mut styles = Vec::new();
    for guid in [None, Own, Common, Position] {
        for link in [None, Own, Common] {
            for has_common_title in [false, true] {
                let is_named = match guid {
                    Own => true,
                    None => link != Common || !has_common_title,
                    Common | Position => link == Own && !has_common_title,
                };
                let style = |is_dated| Style {
                    guid,
                    link,
                    has_common_title,
                    is_dated,
                };
                styles.extend([false, true].map(style).into_iter().filter(|_| is_named));
            }
        }
    }
    prop::sample::select(styles)
}

fn step() -> impl Strategy<Value = Step> {
    prop_oneof![
        4 => Just(Step::Publish),
        1 => any::<usize>().prop_map(Step::EditTitle),
        1 => any::<usize>().prop_map(Step::EditText),
        1 => any::<usize>().prop_map(Step::Move),
        1 => any::<usize>().prop_map(Step::Drop),
        1 => any::<usize>().prop_map(Step::Return),
        1 => Just(Step::Turn),
    ]
}

impl Story {
    fn item(&self, style: Style, place: usize, title_edits: usize) -> Item {
        let number = self.number;
        let name = |name: Name, common: &str| match name {
            Name::None => None,
            Name::Own => Some(format!("https://e.org/{number}/{}", self.moves)),
            Name::Common => Some(common.to_owned()),
            Name::Position => Some(place.to_string()),
        };
        let title = if style.has_common_title {
            "Headline".to_owned()
        } else {
            format!("Headline {number}.{title_edits}")
        };
        let second = 1_790_000_040 + i64::try_from(number).expect("small") * 60;
        Item {
            guid: name(style.guid, "g"),
            link: name(style.link, "https://e.org/page"),
            title,
            content: format!("text {number}.{}", self.edits),
            published: style
                .is_dated
                .then(|| Timestamp::from_second(second).expect("in range")),
            ..Item::default()
        }
    }
}

/// What a document shows, and of each item whether it is new.
fn read(items: &[Item], known: &mut Vec<Remembered>) -> Vec<bool> {
    let prints: Vec<Fingerprint> = items
        .iter()
        .map(|item| fingerprint(item, item.link.as_deref(), None))
        .collect();
    let versions = later_versions(items, &prints);
    let shown: Vec<Option<Fingerprint>> = { prints.into_iter().zip(versions) }
        .map(|(print, is_version)| Some(print).filter(|_| !is_version))
        .collect();
    let judgement = judge(&shown, known, Identity::Auto);
    let mut row = known.iter().map(|it| it.item.0).max().unwrap_or(0);
    for (print, verdict) in shown.iter().zip(&judgement.verdicts) {
        let item = match verdict {
            Verdict::New { .. } => {
                row += 1;
                ItemId(row)
            }
            Verdict::Known {
                item, by: Some(_), ..
            } => *item,
            _ => continue,
        };
        known.extend(print.map(|fingerprint| Remembered {
            item,
            alias: 0,
            fingerprint,
            seen_at: 0,
        }));
    }
    judgement.news().collect()
}

proptest! {
    #![proptest_config(ProptestConfig { cases: ProptestConfig::default().cases.max(2_000), ..ProptestConfig::default() })]

    #[test]
    fn a_story_with_a_text_of_its_own_is_found(
        style in style(),
        visits in prop::collection::vec(prop::collection::vec(step(), 0..4), 1..8),
    ) {
        let mut stories: Vec<Story> = Vec::new();
        let mut titles: Vec<usize> = Vec::new();
        let mut known = Vec::new();
        for visit in visits {
            let before = stories.len();
            for step in visit {
                let pick = |at: usize| (!stories.is_empty()).then(|| at % stories.len().max(1));
                match step {
                    Step::Publish => {
                        let number = stories.len();
                        stories.push(Story { number, edits: 0, moves: 0, is_shown: true });
                        titles.push(0);
                    }
                    Step::Turn => {}
                    Step::EditTitle(at) | Step::EditText(at) | Step::Move(at) | Step::Drop(at)
                    | Step::Return(at) => {
                        let Some(at) = pick(at) else { continue };
                        match step {
                            Step::EditTitle(_) => titles[at] += 1,
                            Step::EditText(_) => stories[at].edits += 1,
                            Step::Move(_) => stories[at].moves += 1,
                            Step::Drop(_) => stories[at].is_shown = false,
                            _ => stories[at].is_shown = true,
                        }
                    }
                }
            }
            let shown: Vec<&Story> = stories.iter().rev().filter(|it| it.is_shown).take(6).collect();
            let items: Vec<Item> = { shown.iter().enumerate() }
                .map(|(place, story)| story.item(style, place, titles[story.number]))
                .collect();
            let news = read(&items, &mut known);
            for (story, new) in shown.iter().zip(news) {
                if story.number >= before {
                    prop_assert!(new, "lost: {story:?} of {style:?} in {items:#?}");
                }
            }
            let again = read(&items, &mut known);
            prop_assert!(!again.contains(&true), "new twice: {style:?} {items:#?}");
        }
    }
}
