//! Invented texts in several scripts, placed on a shelf in memory.

use jiff::{SignedDuration, Timestamp};

use super::*;
use crate::model::{FeedId, ItemId};

const QUAKE: &str = "A strong earthquake shook the harbour town of Velmora early on Friday and damaged \
    at least 40 houses, Mayor Ilsa Brandt said. Rescue teams from Torhaven reached the old quarter \
    before dawn and brought 12 people out of a collapsed school.";

fn start() -> Timestamp {
    "2026-11-30T08:00:00Z".parse().expect("a time")
}

/// Places texts one after the other, one a minute.
#[derive(Default)]
struct Desk {
    shelf: Memory,
    count: i64,
}

impl Desk {
    fn read(&mut self, feed: i64, title: &str, content: &str) -> Placement {
        let text = StoryText {
            title,
            content,
            ..StoryText::default()
        };
        let minute = SignedDuration::from_mins(self.count);
        self.read_at(feed, &text, start() + minute)
    }

    fn read_at(&mut self, feed: i64, text: &StoryText<'_>, seen_at: Timestamp) -> Placement {
        let features = Features::of(text);
        let arrival = Arrival {
            feed: FeedId(feed),
            seen_at,
            features: &features,
        };
        let Ok(placed) = place(&arrival, &mut self.shelf);
        let placement = placed.placement.clone();
        self.count += 1;
        self.shelf.put(ItemId(self.count), &arrival, placed);
        placement
    }
}

fn is_copy(placement: &Placement) -> bool {
    matches!(placement, Placement::Copy { .. })
}

#[test]
fn a_copy_has_another_headline_and_tail() {
    let mut desk = Desk::default();
    assert_eq!(desk.read(1, "Quake damages Velmora", QUAKE), Placement::New);
    let tail = format!("{QUAKE} Subscribe to our newsletter.");
    let placement = desk.read(2, "Houses damaged as earthquake hits town", &tail);
    assert!(is_copy(&placement), "{placement:?}");
}

#[test]
fn other_figures_a_denial_and_a_correction_are_no_copies() {
    for (from, to) in [
        ("12 people", "37 people"),
        ("early on Friday", "early on Friday, not on Thursday,"),
        ("A strong", "Correction: A strong"),
        ("at least 40 houses", "at least forty houses"),
    ] {
        let mut desk = Desk::default();
        desk.read(1, "Quake damages Velmora", QUAKE);
        let placement = desk.read(2, "Quake damages Velmora", &QUAKE.replace(from, to));
        assert!(
            matches!(placement, Placement::FollowUp { .. }),
            "{to}: {placement:?}"
        );
    }
}

#[test]
fn the_second_item_of_a_feed_is_a_follow_up() {
    let mut desk = Desk::default();
    desk.read(1, "Quake damages Velmora", QUAKE);
    let placement = desk.read(1, "Velmora after the quake", QUAKE);
    assert!(
        matches!(placement, Placement::FollowUp { .. }),
        "{placement:?}"
    );
}

#[test]
fn a_sketch_is_read_as_it_is_written() {
    let features = Features::of(&StoryText {
        title: "Quake damages Velmora",
        content: QUAKE,
        link: Some("https://example.org/news/quake-damages-velmora"),
        ..StoryText::default()
    });
    let arrival = Arrival {
        feed: FeedId(1),
        seen_at: start(),
        features: &features,
    };
    let Ok(placed) = place(&arrival, &mut Memory::default());
    let bytes = placed.sketch.to_bytes();
    assert!(bytes.len() <= 300, "{}", bytes.len());
    assert_eq!(Sketch::from_bytes(&bytes), Some(placed.sketch));
    for end in 0..bytes.len() {
        assert_eq!(Sketch::from_bytes(&bytes[..end]), None, "{end}");
    }
    let mut other = bytes.clone();
    other[0] = 99;
    assert_eq!(Sketch::from_bytes(&other), None, "another version");
}

/// Title and text, what is changed in it, and to what.
const SCRIPTS: [(&str, &str, &str, &str); 5] = [
    (
        "Přehrada u Velmory praskla",
        "Po několika dnech dešťů praskla v noci přehrada nad městem Velmora a voda zaplavila 40 domů. \
         Hasiči z Torhavenu odvezli do bezpečí 12 lidí, uvedl starosta Brandt.",
        "12",
        "37",
    ),
    (
        "Плотину под Вельморой прорвало",
        "После нескольких дней дождей ночью прорвало плотину над городом Вельмора, вода затопила 40 домов. \
         Спасатели из Торхавена вывезли в безопасное место 12 человек, сказал мэр Брандт.",
        "12",
        "37",
    ),
    (
        "ベルモラのダム決壊",
        "数日の大雨の後、ベルモラ市の上流にあるダムが夜のうちに決壊し、住宅40棟が浸水した。消防隊は\
         住民12人を安全な場所へ運んだと市長のブラントが述べた。",
        "12",
        "37",
    ),
    (
        "贝尔莫拉水坝决口",
        "连日大雨之后，贝尔莫拉市上游的水坝夜间决口，洪水淹没了40栋房屋。消防队把12名居民送往安全地带，\
         市长布兰特这样介绍情况。",
        "12",
        "37",
    ),
    (
        "انهيار سد فيلمورا",
        "بعد أيام من الأمطار انهار ليلا السد فوق مدينة فيلمورا وغمرت المياه 40 منزلا. ونقلت فرق الإنقاذ من \
         تورهافن 12 شخصا إلى مكان آمن حسب رئيس البلدية برانت.",
        "12",
        "37",
    ),
];

#[test]
fn every_script_has_copies_and_changed_figures() {
    for (title, text, from, to) in SCRIPTS {
        let mut desk = Desk::default();
        desk.read(1, title, text);
        let placement = desk.read(2, title, &format!("{text}\n\n+++"));
        assert!(is_copy(&placement), "{title}: {placement:?}");
        let changed = text.replace(from, to);
        assert_ne!(changed, text);
        let placement = desk.read(3, title, &changed);
        assert!(
            matches!(placement, Placement::FollowUp { .. }),
            "{title}: {placement:?}"
        );
    }
}

#[test]
fn what_a_cut_copy_does_not_show_is_compared_with_the_first_text() {
    let mut desk = Desk::default();
    desk.read(1, "Quake damages Velmora", QUAKE);
    let (cut, _) = QUAKE.split_once("Rescue").expect("a second sentence");
    assert!(is_copy(&desk.read(2, "Quake damages Velmora", cut)));
    let changed = QUAKE.replace("12 people", "37 people");
    assert!(!is_copy(&desk.read(3, "Quake damages Velmora", &changed)));
}

#[test]
fn templates_with_one_title_are_no_copies() {
    let mut desk = Desk::default();
    desk.read(1, "Morning briefing", "");
    assert_eq!(desk.read(2, "Morning briefing", ""), Placement::New);
    let contest =
        |name: &str| format!("Vote for the best picture of our contest {name} until Friday.");
    desk.read(3, "Vote for Harbour Nights", &contest("Harbour Nights"));
    let placement = desk.read(4, "Vote for Snowy Peaks", &contest("Snowy Peaks"));
    assert!(!is_copy(&placement), "{placement:?}");
}

#[test]
fn a_story_is_joined_only_while_it_lives() {
    for (hours, is_joined) in [(0, true), (47, true), (49, false)] {
        let mut desk = Desk::default();
        desk.read(1, "Quake damages Velmora", QUAKE);
        let text = StoryText {
            title: "Velmora counts its damaged houses",
            content: "Mayor Ilsa Brandt of Velmora asked Torhaven for rescue teams after the earthquake.",
            ..StoryText::default()
        };
        let placement = desk.read_at(2, &text, start() + SignedDuration::from_hours(hours));
        let joined = matches!(placement, Placement::FollowUp { .. });
        assert_eq!(joined, is_joined, "{hours}: {placement:?}");
    }
}

#[test]
fn a_page_of_the_same_link_is_a_copy_but_for_its_figures() {
    let text = |content| StoryText {
        title: "Quake damages Velmora",
        content,
        link: Some("https://example.org/news/quake-damages-velmora"),
        ..StoryText::default()
    };
    let mut desk = Desk::default();
    desk.read_at(1, &text(QUAKE), start());
    let short = "A strong earthquake shook the harbour town of Velmora early on Friday.";
    let placement = desk.read_at(2, &text(short), start());
    let Placement::Copy { evidence, .. } = placement else {
        panic!("{placement:?}");
    };
    assert_eq!(evidence, Evidence::Link);
    let changed = QUAKE.replace("12 people", "37 people");
    assert!(!is_copy(&desk.read_at(3, &text(&changed), start())));
}

#[test]
fn another_kind_of_the_same_event_elsewhere_is_another_story() {
    let mut desk = Desk::default();
    desk.read(1, "Quake damages Velmora", QUAKE);
    let other = "A light earthquake was felt in the mountains near Castaro late on Sunday. Nobody asked for help, \
        the governor Ode Lindqvist wrote.";
    assert_eq!(
        desk.read(2, "Quake felt near Castaro", other),
        Placement::New
    );
}

/// A page of warnings has one address and another headline each day; two feeds show it.
#[test]
fn an_address_under_which_a_feed_shows_several_items_names_no_text() {
    let mut desk = Desk::default();
    let mut show = |feed, title| {
        let minute = SignedDuration::from_mins(desk.count);
        let text = StoryText {
            title,
            link: Some("https://warnings.example/all?id=1000"),
            ..StoryText::default()
        };
        desk.read_at(feed, &text, start() + minute)
    };
    assert_eq!(
        show(1, "Storm warning for the northern coast"),
        Placement::New
    );
    assert!(is_copy(&show(2, "Storm warning for the northern coast")));
    assert!(!is_copy(&show(1, "Flood warning for the Torhaven valley")));
    assert!(!is_copy(&show(3, "Avalanche danger above Velmora")));
}

/// On a desk with few alerts one story is in most items, and goes on all the same.
#[test]
fn a_story_goes_on_where_there_is_no_other() {
    let mut desk = Desk::default();
    desk.read(1, "Quake damages Velmora", QUAKE);
    for feed in 2..20 {
        assert!(is_copy(&desk.read(feed, "Quake damages Velmora", QUAKE)));
    }
    let other = "Mayor Brandt asked for tents and blankets after the earthquake that shook Velmora, and \
        Torhaven sent two buses with helpers for the harbour town.";
    let placement = desk.read(20, "Velmora asks for help after quake", other);
    assert!(
        matches!(placement, Placement::FollowUp { .. }),
        "{placement:?}"
    );
}

/// What was cut may be replaced by a call to subscribe, but not by other figures.
#[test]
fn a_copy_may_have_an_end_of_its_own_without_figures() {
    const START: &str = "Rescue teams reached the harbour town of Velmora on Friday after the earthquake \
        that damaged its old quarter, Mayor Ilsa Brandt said, and searched the ruins of the school";
    for (end, is_a_copy) in [
        (
            "with dogs. Twelve people were brought to Torhaven, and 40 houses are lost.",
            true,
        ),
        (
            "today. Read on with our offer for new readers, who get all of our reports in one place.",
            true,
        ),
        (
            "with dogs. A later count by the police gives 37 dead, many more than the city had said.",
            false,
        ),
    ] {
        let mut desk = Desk::default();
        let first = format!(
            "{START} with dogs. Twelve people were brought to Torhaven, and 40 houses are lost."
        );
        desk.read(1, "Quake damages Velmora", &first);
        let placement = desk.read(2, "Quake damages Velmora", &format!("{START} {end}"));
        assert_eq!(is_copy(&placement), is_a_copy, "{end}: {placement:?}");
    }
}

/// Bulletins are alike but for their names.
#[test]
fn the_same_sentences_about_others_are_no_copy() {
    let bulletin = |place: &str, person: &str, office: &str| {
        format!(
            "Streets in {place} were empty this morning. Mayor {person} confirmed a missile test and asked \
             all residents to stay at home, while helpers of {office} handed out water and blankets to \
             those who waited in the rain."
        )
    };
    let mut desk = Desk::default();
    desk.read(
        1,
        "What we know so far",
        &bulletin("Velmora", "Ilsa Brandt", "Torhaven Relief"),
    );
    let placement = desk.read(
        2,
        "What we know so far",
        &bulletin("Osterwick", "Jon Pell", "Sorvik Aid"),
    );
    assert!(!is_copy(&placement), "{placement:?}");
    let placement = desk.read(
        3,
        "What we know",
        &bulletin("Velmora", "Ilsa Brandt", "Torhaven Relief"),
    );
    assert!(is_copy(&placement), "{placement:?}");
}

/// What a watch looks for is in all that it finds.
#[test]
fn a_watched_word_is_not_what_two_items_have_in_common() {
    let text = StoryText {
        title: "Koizumi visits Velmora",
        content: "Defence minister Koizumi came to Velmora on Friday.",
        ..StoryText::default()
    };
    let has = |features: &Features| features.words.iter().any(|it| it.spelling == "Koizumi");
    let features = Features::of(&text);
    assert!(has(&features));
    assert!(!has(&features.without(["KOIZUMI"])));
}

/// What the texts about one ferry share has no name and stands in no headline.
const AGROUND: &str = "lifeboats carried passengers ashore through thick fog and towed the damaged \
    boat off the rocks below the lighthouse, coastguards said";

/// Two reports that have no name in common, and a third that has those of both.
fn ferry() -> [(&'static str, String); 3] {
    [
        ("Ferry aground", format!("Near Velmora {AGROUND}.")),
        ("Vessel stuck", format!("For skipper Brandt {AGROUND}.")),
        (
            "Vessel stuck: ferry still aground",
            "Below the lighthouse of Velmora the rocks held a damaged boat in fog too thick to see. The \
             coastguards, who towed it, said that skipper Brandt left last: passengers went ashore first, \
             carried by lifeboats."
                .to_owned(),
        ),
    ]
}

#[test]
fn stories_that_began_apart_become_one_when_an_item_fits_both() {
    let mut desk = Desk::default();
    let [first, second, both] = ferry();
    for (feed, (title, text)) in (1..).zip([&first, &second]) {
        assert_eq!(desk.read(feed, title, text), Placement::New, "{title}");
    }
    assert_eq!(desk.shelf.story(StoryId(2)), StoryId(2));
    let placement = desk.read(3, both.0, &both.1);
    assert!(
        matches!(placement, Placement::FollowUp { .. }),
        "{placement:?}"
    );
    // The older of two stories of one size keeps its number.
    assert_eq!(desk.shelf.story(StoryId(2)), StoryId(1));
}
