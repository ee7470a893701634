//! What `explain`, `alerts` and `outbox` say of stories.

use regex::Regex;

use crate::desk::{Desk, code, json, stderr, stdout};

/// A text as wires write them, with a figure.
const WIRE: &str = "Defence minister Shinjiro Koizumi resigned on Monday after an inquiry into the sale \
    of 12 patrol boats to Palau, his office said in Tokyo. The prime minister accepted the resignation \
    and named the former coast guard commander Haruka Oshima as his successor, two officials added.";

/// Another text about the same.
const OTHER: &str = "Koizumi is out. The prime minister in Tokyo took his resignation within an hour, \
    people close to the cabinet say, and Oshima, who led the coast guard until last spring, moves \
    into the ministry at Ichigaya tomorrow to face questions about boats for Palau.";

/// A text about something else.
const ELSEWHERE: &str = "Shinjiro Koizumi ate a bowl of ramen at a small shop in Yokosuka and praised \
    its broth, the shop wrote on its page.";

/// A desk with feeds `a` to `e`, each of a host of its own.
fn desk(more: &str) -> Desk {
    let feeds = ["a", "b", "c", "d", "e"];
    let feed =
        |name: &str| format!("{name} = {{ url = \"file:{name}.xml\", initial = \"all\" }}\n");
    let feeds: String = feeds.into_iter().map(feed).collect();
    Desk::new(&format!(
        "timezone = \"UTC\"\n[feed]\n{feeds}[watch]\nkoizumi = \"Koizumi\"\n{more}\
         [receiver]\nscreen = {{ stdout = true }}\n[health]\nnotify = []\n"
    ))
}

/// Lets a feed show items of these titles and texts.
fn show(desk: &Desk, feed: &str, items: &[(&str, &str)]) {
    let item = |(at, (title, text)): (usize, &(&str, &str))| {
        format!(
            "<item><guid>{feed}-{at}</guid><title>{title}</title>\
             <link>https://{feed}.example/2026/story-{at}</link><description>{text}</description></item>"
        )
    };
    let items: String = items.iter().enumerate().map(item).collect();
    let document = format!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?><rss version=\"2.0\"><channel><title>{feed}</title>\
         <link>https://{feed}.example/</link><language>en</language>{items}</channel></rss>"
    );
    desk.write(&format!("{feed}.xml"), &document);
    let polled = desk.run(&["poll", feed]);
    assert_eq!(code(&polled), 0, "{}", stderr(&polled));
}

fn explained(desk: &Desk, item: &str) -> String {
    stdout(&desk.run(&["explain", item, "koizumi"]))
}

#[test]
fn an_item_of_a_story_says_what_it_is_to_it_and_how_that_was_found() {
    let desk = desk("");
    show(&desk, "a", &[("Koizumi resigns", WIRE)]);
    show(&desk, "b", &[("Minister Koizumi resigns", WIRE)]);
    show(&desk, "c", &[("Koizumi is out, Oshima takes over", OTHER)]);
    let first = explained(&desk, "#1");
    let standing =
        "story       s1: the first item; 3 items, 1 of them a copy; 3 publishers, 2 independent";
    assert!(first.contains(standing), "{first}");
    let copy = explained(&desk, "#2");
    assert!(
        copy.contains("story       s1: a copy of #1; 3 items"),
        "{copy}"
    );
    assert!(copy.contains("also in #1 (a: Koizumi resigns)"), "{copy}");
    assert!(
        copy.contains("Alerted: a copy of Koizumi resigns (d1): "),
        "{copy}"
    );
    let follow_up = explained(&desk, "#3");
    assert!(follow_up.contains("s1: a follow-up; "), "{follow_up}");
    assert!(follow_up.contains("found by: shares "), "{follow_up}");

    let all = stdout(&desk.run(&["explain", "#2"]));
    assert!(all.contains("\nstory s1: a copy of #1; 3 items"), "{all}");
    let line = json(&desk.run(&["--format", "json", "explain", "#2", "koizumi"])).remove(0);
    let story = &line["story"];
    assert_eq!(
        (&story["id"], &story["role"]),
        (&"1".into(), &"copy".into())
    );
    assert_eq!(
        (&story["copy_of"], &story["near"]),
        (&"1".into(), &"1".into())
    );
    assert_eq!(line["deliveries"][0]["folded_as"], "copy");

    let alerts = stdout(&desk.run(&["alerts"]));
    assert!(alerts.contains("\nalert a1, item #1, read "), "{alerts}");
    assert!(alerts.contains(", story s1, first\n"), "{alerts}");
    assert!(alerts.contains(", story s1, copy\n"), "{alerts}");
    let csv = stdout(&desk.run(&["alerts", "--format", "csv"]));
    assert!(csv.contains(",#3,s1,follow_up\r\n"), "{csv}");
    let folded = stdout(&desk.run(&["outbox", "--state", "folded"]));
    assert!(folded.contains("a copy of d1"), "{folded}");
    let retried = desk.run(&["outbox", "retry", "d2"]);
    assert_eq!(stderr(&retried), "delivery d2 is a copy of d1\n");
}

#[test]
fn what_was_not_joined_says_to_what_and_what_lacked() {
    let desk = desk("");
    show(&desk, "a", &[("Koizumi resigns", WIRE)]);
    show(
        &desk,
        "b",
        &[("Koizumi resigns", &WIRE.replace("12 patrol", "14 patrol"))],
    );
    show(&desk, "c", &[("Koizumi eats ramen", ELSEWHERE)]);
    let again = ("Resignation of Koizumi", WIRE);
    show(&desk, "a", &[("Koizumi resigns", WIRE), again]);
    let second = explained(&desk, "#4");
    let why = "no copy of #1 (a: Koizumi resigns): the same feed: its second item is a follow-up";
    assert!(second.contains(why), "{second}");
    let changed = explained(&desk, "#2");
    let why = "no copy of #1 (a: Koizumi resigns): other figures, a denial or a correction: 14 against 12";
    assert!(changed.contains(why), "{changed}");
    let other = explained(&desk, "#3");
    assert!(other.contains("s3: the first and only item"), "{other}");
    assert!(other.contains("not joined to s1, nearest #"), "{other}");
    assert!(
        other.contains(" of 0.22 needed to its nearest item; "),
        "{other}"
    );
    let line = json(&desk.run(&["--format", "json", "explain", "#2", "koizumi"])).remove(0);
    let apart = &line["story"]["not_joined"][0];
    assert_eq!(
        (&apart["as"], &apart["item"]),
        (&"copy".into(), &"1".into())
    );
    assert_eq!(apart["story"], "1");
}

#[test]
fn a_copy_that_is_sent_says_why() {
    let desk = desk("boats = \"patrol boats\"\n");
    show(
        &desk,
        "a",
        &[("Koizumi resigns", &WIRE.replace("patrol boats", "ships"))],
    );
    show(&desk, "b", &[("Koizumi resigns", WIRE)]);
    let copy = explained(&desk, "#2");
    let why = "not folded, because watch boats matched none before it";
    assert!(copy.contains(why), "{copy}");
}

#[test]
fn what_waits_for_publishers_says_until_when_and_what_was_counted_is_no_copy() {
    let rule = "match = \"Koizumi\", corroborate = \"2 publishers within 6h\"";
    let desk = desk(&format!("crisis = {{ {rule} }}\n"));
    show(&desk, "a", &[("Koizumi resigns", WIRE)]);
    let waits = stdout(&desk.run(&["outbox"]));
    let until = Regex::new(
        r"waits until 20\d\d-\d\d-\d\d \d\d:\d\d:\d\d UTC for publishers, as watch crisis asks: 1 of 2: a",
    );
    assert!(until.expect("a pattern").is_match(&waits), "{waits}");
    let deliveries = json(&desk.run(&["--format", "json", "outbox"]));
    let waits: Vec<_> = deliveries
        .iter()
        .filter(|it| it["awaits"].is_object())
        .collect();
    let [waits] = &waits[..] else {
        panic!("one of two waits: {deliveries:?}");
    };
    let asked = waits["awaits"]["for"].as_str().expect("a text");
    assert!(asked.starts_with("publishers, as watch crisis"), "{asked}");
    assert!(waits["awaits"]["until"].is_string());

    show(&desk, "b", &[("Koizumi is out, Oshima takes over", OTHER)]);
    let report = stdout(&desk.run(&["explain", "#2", "crisis"]));
    assert!(
        report.contains("Alerted: counted with Koizumi resigns (d1): "),
        "{report}"
    );
    let first = stdout(&desk.run(&["explain", "#1", "crisis"]));
    assert!(first.contains("  waited for 2 of 2: a"), "{first}");
}
