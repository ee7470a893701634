//! Feeds made by hand: guids and links that are places in a list or numbers given out again, with
//! several changes between two visits.

use proptest::prelude::*;

use super::*;

#[test]
fn a_guid_that_wanders_hides_no_story_and_doubles_none() {
    let first: &[&str] = &["0|https://e.org/a|A||a"];
    let edited: &[&str] = &["0|https://e.org/b|B||b", "1|https://e.org/a|A||a, edited"];
    assert_eq!(new_items(&[first, edited]), [true, false]);
    let two_more: &[&str] = &[
        "0|https://e.org/d|D||d",
        "1|https://e.org/c|C||c",
        "2|https://e.org/b|B||b",
        "3|https://e.org/a|A, again||a, edited",
    ];
    let news = new_items(&[first, edited, two_more]);
    assert_eq!(news, [true, true, false, false]);
}

#[test]
fn places_are_seen_through_where_they_are_all_the_name_there_is() {
    for [guid, link] in [["", "?item="], ["place ", ""], ["place ", "?item="]] {
        let document = |titles: &str| -> Vec<String> {
            let name = |part: &str, start: &str, place: usize| match part {
                "" => String::new(),
                part => format!("{start}{part}{place}"),
            };
            let titles = titles.split(' ').enumerate();
            let item = |(at, title)| {
                let link = name(link, "https://e.org/news", at);
                format!("{}|{link}|{title}||", name(guid, "", at))
            };
            titles.map(item).collect()
        };
        // Three are published, and one is removed.
        let documents = [document("A B C"), document("F E D A C")];
        let [before, after] = documents
            .each_ref()
            .map(|it| -> Vec<&str> { it.iter().map(String::as_str).collect() });
        let news = new_items(&[&before, &after]);
        assert_eq!(news, [true, true, true, false, false], "{guid}, {link}");
    }
}

#[test]
fn a_number_given_out_again_is_another_story_though_all_say_read_more() {
    let before: &[&str] = &[
        "1|https://e.org/1|A||Read more",
        "2|https://e.org/2|B||Read more",
    ];
    let after: &[&str] = &[
        "1|https://e.org/3|C||Read more",
        "2|https://e.org/2|B||Read more",
    ];
    assert_eq!(new_items(&[before, after]), [true, false]);
    // Published on one day, without a name.
    let monday: &[&str] = &["||A|midnight|Read more", "||B|midnight|Read more"];
    let later: &[&str] = &["||C|midnight|Read more", "||B|midnight|Read more"];
    assert_eq!(new_items(&[monday, later]), [true, false]);
}

#[test]
fn a_guid_used_again_is_another_story_though_many_had_its_old_link() {
    let before: &[&str] = &["1|https://e.org/old|A||a", "2|https://e.org/old|B||b"];
    let after: &[&str] = &["1|https://e.org/new|C||c", "2|https://e.org/old|B||b"];
    assert_eq!(new_items(&[before, after]), [true, false]);
}

#[test]
fn links_that_are_places_do_not_hide_that_a_guid_is_none() {
    let before: &[&str] = &[
        "a|https://e.org/news?item=0|A||",
        "b|https://e.org/news?item=1|B||",
    ];
    let after: &[&str] = &[
        "n|https://e.org/news?item=0|N||",
        "a|https://e.org/news?item=1|A, edited||",
        "b|https://e.org/news?item=2|B||",
    ];
    assert_eq!(new_items(&[before, after]), [true, false, false]);
}

#[test]
fn a_headline_that_recurs_as_an_old_one_is_edited_does_not_make_guids_places() {
    let before: &[&str] = &["b||Noon||", "a||Morning||"];
    let after: &[&str] = &["c||Morning||", "b||Noon||", "a||Morning, edited||"];
    assert_eq!(new_items(&[before, after]), [true, false, false]);
}

/// What happens to a feed between two visits.
#[derive(Debug, Clone)]
struct Changes {
    published: usize,
    retitled: Vec<usize>,
    rewritten: Vec<usize>,
    removed: Option<usize>,
}

/// How a feed names and dates its items: by place, or by what is said here.
#[derive(Debug, Clone, Copy)]
struct Habits {
    has_guid: bool,
    has_link: bool,
    date: &'static str,
    has_text: bool,
}

#[derive(Debug, Clone, Default)]
struct Story {
    number: usize,
    title: usize,
    text: usize,
}

impl Story {
    fn short(&self, place: usize, habits: Habits) -> String {
        let number = self.number;
        let only = |is: bool, text: String| if is { text } else { String::new() };
        let guid = only(habits.has_guid, place.to_string());
        let link = only(habits.has_link, format!("https://e.org/news?item={place}"));
        let text = only(habits.has_text, format!("text {number}.{}", self.text));
        let date = match habits.date {
            "minute" => number.to_string(),
            date => date.to_owned(),
        };
        format!("{guid}|{link}|Story {number}.{}|{date}|{text}", self.title)
    }
}

fn changes() -> impl Strategy<Value = Changes> {
    let some = || prop::collection::vec(any::<usize>(), 0..3);
    let removed = prop::option::of(any::<usize>());
    (1..4_usize, some(), some(), removed).prop_map(|(published, retitled, rewritten, removed)| {
        Changes {
            published,
            retitled,
            rewritten,
            removed,
        }
    })
}

fn habits() -> impl Strategy<Value = Habits> {
    let date = prop::sample::select(vec!["", "minute", "midnight"]);
    (any::<(bool, bool, bool)>(), date).prop_map(|((has_guid, has_link, has_text), date)| Habits {
        has_guid,
        has_link,
        date,
        has_text,
    })
}

proptest! {
    #![proptest_config(ProptestConfig {
        cases: ProptestConfig::default().cases.max(1_000),
        ..ProptestConfig::default()
    })]

    /// As long as the story that was first is still there under its title: without it nothing
    /// distinguishes a list that has changed from end to end from one that was edited.
    #[test]
    fn whatever_changes_between_two_visits_every_new_story_is_found(
        habits in habits(),
        visits in prop::collection::vec(changes(), 1..6),
    ) {
        let mut memory = Memory::default();
        let mut stories: Vec<Story> = Vec::new();
        let mut count = 0;
        for visit in visits {
            let before = stories.clone();
            // The first stays as it is.
            let later = |at: usize| 1 + at % (before.len() - 1);
            if before.len() > 1 {
                visit.retitled.iter().for_each(|&at| stories[later(at)].title += 1);
                visit.rewritten.iter().for_each(|&at| stories[later(at)].text += 1);
                visit.removed.map(|at| stories.remove(later(at)));
            }
            for _ in 0..visit.published {
                stories.insert(0, Story { number: count, ..Story::default() });
                count += 1;
            }
            stories.truncate(8);
            let document = stories.iter().enumerate();
            let document: Vec<String> = document.map(|(at, it)| it.short(at, habits)).collect();
            let document: Vec<&str> = document.iter().map(String::as_str).collect();
            let judgement = memory.read(&document);
            for ((story, new), at) in stories.iter().zip(judgement.news()).zip(0..) {
                let old = before.iter().find(|old| old.number == story.number);
                let is_as_it_was = |old: &Story| {
                    (old.title, old.text) == (story.title, story.text)
                };
                prop_assert!(new || at >= visit.published, "lost: {story:?} of {document:#?}");
                prop_assert!(!new || !old.is_some_and(is_as_it_was), "twice: {document:#?}");
            }
        }
    }
}
