//! Judging a watch before anyone relies on it: `try`, `explain`, `watches` and `search` over a
//! store that was filled by polling.

use regex::Regex;
use serde_json::{Value, json as value};

use crate::{
    desk::{code, json, run, stderr, stdout},
    servers::feed::FeedServer,
    world::World,
};

const DAY: i64 = 24 * 60;

/// Three days of two feeds, polled one after the other so that items are numbered the same in every
/// run; the first poll of each is its baseline.
struct Newsroom {
    world: World,
    _feeds: [FeedServer; 2],
}

impl Newsroom {
    async fn open() -> Self {
        let (wire, mofa) = (FeedServer::start().await, FeedServer::start().await);
        wire.publish("Koizumi Yakumo, a life");
        wire.publish("Koizumi in Singapore");
        mofa.publish("Agenda of the minister");
        let config = format!(
            "timezone = \"UTC\"\n[poll]\nparallel = 1\n[feed]\nwire = {{ url = \"{}\", allow_private = true }}\n\
             mofa = {{ url = \"{}\", allow_private = true }}\n\
             [entity.koizumi]\nnames = [\"Shinjirō Koizumi\", \"小泉進次郎\"]\n\
             [watch]\nkoizumi = \"(Koizumi OR 小泉進次郎) NOT Yakumo\"\n\
             twin = \"(Koizumi | 小泉進次郎) -Yakumo\"\nhegseth = \"Hegseth\"\n\
             entity = \"@koizumi\"\n\
             [watch.agenda]\nmatch = \"Agenda OR Koizumi\"\nin = [\"title\"]\nfeeds = [\"mofa\"]\n\
             [receiver]\nscreen = {{ stdout = true }}\n",
            wire.url(),
            mofa.url()
        );
        let mut world = World::open_days_ago(&config, 3).await;
        world.poll().await;
        for (titles, minutes) in [
            (&["小泉進次郎氏、訪米へ", "Weather"][..], DAY),
            (&["Koizumi meets a Hegsethian crowd"], DAY),
            (&["Shinjiro Koizumi and Yakumo"], DAY),
        ] {
            world.advance(minutes);
            for title in titles {
                wire.publish(title);
            }
            world.poll().await;
        }
        world.close().await;
        Self {
            world,
            _feeds: [wire, mofa],
        }
    }

    fn run(&self, arguments: &[&str]) -> std::process::Output {
        let config = self.world.path();
        run(&[&["-c", config.to_str().expect("UTF-8")], arguments].concat())
    }

    /// What a command prints, times left out; the exit code in front.
    fn shows(&self, arguments: &[&str]) -> String {
        let output = self.run(arguments);
        let text = stdout(&output);
        assert!(!text.contains('\x1b'), "no colour into a pipe: {text}");
        let mut text = format!("exit {}\n{text}{}", code(&output), stderr(&output));
        for (pattern, placeholder) in [
            (r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d UTC", "(time)"),
            (r"[▁█]+  \d+ \w+ to \d+ \w+:", "(bars of the days):"),
            (r"(now|\d+[dhms] ago) *", "(ago) "),
        ] {
            let pattern = Regex::new(pattern).expect("a pattern");
            text = pattern.replace_all(&text, placeholder).into_owned();
        }
        text
    }

    fn json(&self, arguments: &[&str]) -> Vec<Value> {
        json(&self.run(&[&["--format", "json"], arguments].concat()))
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_expression_is_tried_on_what_is_kept() {
    let room = Newsroom::open().await;
    insta::assert_snapshot!("try", room.shows(&["try", "Koizumi OR 小泉進次郎"]));
    insta::assert_snapshot!(
        "try_against",
        room.shows(&["try", "@koizumi OR Agenda", "--against", "koizumi"])
    );
    insta::assert_snapshot!(
        "try_explain",
        room.shows(&["try", "@koizumi Agend*", "--explain"])
    );

    let lines = room.json(&["try", "Koizumi", "--limit", "1"]);
    let summary = &lines[1];
    assert_eq!((lines.len(), &summary["type"]), (2, &value!("summary")));
    assert_eq!(lines[0]["item"]["title"], "Shinjiro Koizumi and Yakumo");
    assert_eq!(lines[0]["matches"][0]["range"], value!([9, 16]));
    assert_eq!(
        (&summary["items"], &summary["hits"]),
        (&value!(7), &value!(4))
    );
    assert_eq!(summary["hits_in_baseline"], 2);
    let days = summary["days"].as_array().expect("a list").iter();
    assert_eq!(
        days.map(|day| day["hits"].as_u64().expect("a number"))
            .sum::<u64>(),
        2
    );

    let lines = room.json(&["try", "@koizumi", "--against", "koizumi"]);
    let changes: Vec<_> = lines
        .iter()
        .map(|line| line["type"].as_str().expect("text"))
        .collect();
    assert_eq!(changes, ["gained", "lost", "lost", "summary"]);
    assert_eq!(
        lines[3]["against"],
        value!({"watch": "koizumi", "hits": 3, "gained": 1, "lost": 2})
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn the_span_and_the_feed_narrow_what_is_tried() {
    let room = Newsroom::open().await;
    let hits = |arguments: &[&str]| {
        let lines = room.json(&[&["try", "Koizumi"], arguments].concat());
        let summary = lines.last().expect("a summary");
        (summary["items"].clone(), summary["hits"].clone())
    };
    assert_eq!(hits(&["--since", "30h"]), (value!(2), value!(2)));
    assert_eq!(hits(&["--feed", "mofa"]), (value!(1), value!(0)));
    assert_eq!(hits(&["--in", "summary,link"]), (value!(7), value!(0)));
    assert_eq!(
        hits(&["--against", "agenda"]),
        (value!(7), value!(0)),
        "the watch reads another feed"
    );
    for (arguments, exit) in [
        (&["try", "Zanzibar"][..], 1),
        (&["try", "Koizumi AND ("], 2),
        (&["try", "@abe"], 2),
        (&["try", "Koizumi", "--against", "koizum"], 1),
        (&["try", "Koizumi", "--feed", "wire2"], 1),
        (&["try", "Koizumi", "--since", "lately"], 2),
        (&["try", "Koizumi", "--in", "body"], 2),
        (
            &["try", "Koizumi", "--against", "koizumi", "--text", "x"],
            2,
        ),
    ] {
        assert_eq!(code(&room.run(arguments)), exit, "{arguments:?}");
    }
    let unknown = stderr(&room.run(&["try", "Koizumi", "--feed", "wire2"]));
    assert!(unknown.contains("did you mean \"wire\"?"), "{unknown}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_text_is_walked_through_clause_by_clause() {
    let room = Newsroom::open().await;
    insta::assert_snapshot!(
        "try_text",
        room.shows(&[
            "try",
            "@koizumi (defen* OR talks) NOT F35",
            "--text",
            "Shinjiro Koizumi defends the F-35",
            "--explain",
        ])
    );
    let lines = room.json(&["try", "Koizumi", "--text", "Koizumian", "--explain"]);
    assert_eq!(lines[0]["type"], "outline");
    assert_eq!(lines[0]["anchors"], value!(["Koizumi"]));
    assert_eq!(lines[1]["matched"], false);
    assert_eq!(
        lines[1]["verdict"],
        "no `Koizumi`: the title has `Koizumian`, a longer word"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn an_item_is_explained_by_number_and_by_link() {
    let room = Newsroom::open().await;
    let found = room.json(&["search", "Hegsethian"]);
    let id = found[0]["item"]["id"]
        .as_str()
        .expect("a number")
        .to_owned();
    let link = found[0]["item"]["link"]
        .as_str()
        .expect("a link")
        .to_owned();
    insta::assert_snapshot!("explain", room.shows(&["explain", &id, "koizumi"]));
    insta::assert_snapshot!("explain_no", room.shows(&["explain", &link, "hegseth"]));
    insta::assert_snapshot!("explain_scope", room.shows(&["explain", &id, "agenda"]));
    let numbered = format!("#{id}");
    insta::assert_snapshot!("explain_all", room.shows(&["explain", &numbered]));

    let lines = room.json(&["explain", &id, "koizumi"]);
    assert_eq!(lines.len(), 1);
    let one = &lines[0];
    assert_eq!(
        (&one["matched"], &one["alerted"]),
        (&value!(true), &value!(true))
    );
    assert_eq!(one["clause"]["parts"][1]["operator"], "not");
    let lines = room.json(&["explain", &id]);
    assert_eq!(lines.len(), 5);
    assert!(lines.iter().all(|line| line["clause"].is_null()));
}

#[tokio::test(flavor = "multi_thread")]
async fn watches_tell_what_they_found_and_what_they_nearly_found() {
    let room = Newsroom::open().await;
    insta::assert_snapshot!("watches", room.shows(&["watches"]));
    insta::assert_snapshot!("watches_one", room.shows(&["watches", "hegseth"]));
    let lines = room.json(&["watches"]);
    assert_eq!(lines.len(), 5);
    assert_eq!(
        (&lines[0]["matched"], &lines[0]["alerts"]),
        (&value!(3), &value!(2))
    );
    assert_eq!(
        lines[1]["remarks"],
        value!([{"kind": "same_expression", "watch": "koizumi"}])
    );
    assert_eq!(lines[2]["remarks"], value!([{"kind": "never_fired"}]));
    assert_eq!(lines[2]["nearly"], 1);
    let near = &lines[2]["near_misses"][0];
    assert_eq!(near["reason"], "the title has `Hegsethian`, a longer word");
    assert_eq!(code(&room.run(&["watches", "nobody"])), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_search_shows_the_newest_first_and_says_if_there_is_more() {
    let room = Newsroom::open().await;
    insta::assert_snapshot!(
        "search",
        room.shows(&["search", "Koizumi OR 小泉進次郎", "-n", "2"])
    );
    let titles: Vec<_> = room
        .json(&["search", "Koizumi"])
        .into_iter()
        .map(|line| line["item"]["title"].as_str().expect("text").to_owned())
        .collect();
    assert_eq!(titles.len(), 4);
    assert_eq!(titles[0], "Shinjiro Koizumi and Yakumo");
    assert_eq!(code(&room.run(&["search", "Zanzibar"])), 1);
}
