//! Stories by hand: the examples of docs/stories.md, on a small desk.

use std::{
    path::Path,
    process::Output,
    sync::{Arc, Mutex},
};

use regex::Regex;

use crate::{
    desk::{code, json, run, stderr, stdout},
    servers::{
        http::{Answer, HttpServer},
        webhook::WebhookServer,
    },
    world::World,
};

const WIRE: &str = "Defence minister Shinjiro Koizumi resigned on Monday after an inquiry into the sale of \
    patrol boats to Palau, his office said in Tokyo. The prime minister accepted the resignation and named \
    the former coast guard commander Haruka Oshima as his successor, two officials added.";

const OTHER: &str = "Koizumi is out. The prime minister in Tokyo took his resignation within an hour, people \
    close to the cabinet say, and Oshima, who led the coast guard until last spring, moves into the ministry \
    at Ichigaya tomorrow to face questions about boats for Palau.";

const THIRD: &str = "The Palau patrol boat affair has cost Japan's defence minister his post. Shinjiro \
    Koizumi stepped down, and opposition leaders ask what the cabinet knew. Haruka Oshima takes over, a \
    choice that surprised her own party.";

const QUAKE: &str = "Quake damages the harbour of Velmora, Mayor Ilsa Brandt said on Friday, and Koizumi sent \
    two buses with helpers and blankets from Torhaven for those who waited in the rain.";

/// A feed whose items have links of one publisher.
struct Paper {
    publisher: &'static str,
    server: HttpServer,
    items: Arc<Mutex<Vec<String>>>,
}

impl Paper {
    async fn start(publisher: &'static str) -> Self {
        let items = Arc::new(Mutex::new(Vec::new()));
        let shown = Arc::clone(&items);
        let server = HttpServer::start(move |_| {
            Answer::Reply {
            status: 200,
            headers: vec![("Content-Type", "application/rss+xml".to_owned())],
            body: format!(
                "<rss version=\"2.0\"><channel><title>Paper</title><language>en</language>{}</channel></rss>",
                shown.lock().expect("not poisoned").concat()
            )
            .into_bytes(),
        }
        });
        Self {
            publisher,
            server: server.await,
            items,
        }
    }

    fn publish(&self, title: &str, text: &str) {
        let mut items = self.items.lock().expect("not poisoned");
        let (number, publisher) = (items.len() + 1, self.publisher);
        items.push(format!(
            "<item><title>{title}</title><link>https://www.{publisher}/news/{number}</link>\
             <description>{text}</description></item>"
        ));
    }
}

/// Five papers whose alerts go to one desk. A sixth feed has 811 items that nobody looks for.
struct Desk {
    world: World,
    papers: Vec<Paper>,
    _hook: WebhookServer,
}

impl Desk {
    async fn open() -> Self {
        let hook = WebhookServer::start().await;
        let mut feeds = Vec::new();
        let mut papers = Vec::new();
        for (name, publisher) in [
            ("local", "local.example"),
            ("world", "bbc.example"),
            ("daily", "daily.example"),
            ("nhk", "nhk.example"),
            ("kyodo", "kyodo.example"),
            ("velmora", "velmora.example"),
        ] {
            let paper = Paper::start(publisher).await;
            let url = paper.server.url("/feed");
            feeds.push(format!("{name} = {{ url = \"{url}\", every = \"1m\" }}\n"));
            papers.push(paper);
        }
        (1..=811).for_each(|number| papers[0].publish(&format!("Weather {number}"), "Sun"));
        let config = format!(
            "timezone = \"UTC\"\nnotify = [\"desk\"]\n[poll]\nper_host = \"1ms\"\n[feed]\n{}\
             [watch]\nkoizumi = \"Koizumi\"\n[receiver.desk]\nwebhook = \"{}\"\n",
            feeds.concat(),
            hook.url()
        );
        let world = World::open_days_ago(&config, 1).await;
        world.round().await;
        world.advance(23 * 60);
        let desk = Self {
            world,
            papers,
            _hook: hook,
        };
        for (paper, title, text) in [
            (1, "Koizumi resigns", WIRE),
            (2, "Defence minister Koizumi resigns", WIRE),
            (3, "Koizumi is out, Oshima takes over", OTHER),
            (
                4,
                "Koizumi falls over Palau patrol boats, Oshima follows",
                THIRD,
            ),
            (5, "Quake damages Velmora", QUAKE),
        ] {
            desk.publish(paper, title, text).await;
        }
        desk
    }

    async fn publish(&self, paper: usize, title: &str, text: &str) {
        self.papers[paper].publish(title, text);
        self.world.advance(4);
        self.world.round().await;
    }

    fn run(&self, arguments: &[&str]) -> Output {
        let config = self.world.path();
        run(&[&["-c", config.to_str().expect("UTF-8")], arguments].concat())
    }
}

/// The commands of a section with what they print, in their order.
fn examples(section: &str) -> Vec<(String, String)> {
    let page = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/stories.md");
    let page = std::fs::read_to_string(page).expect("the page");
    let section = page.split("\n## ").find(|text| text.starts_with(section));
    let blocks = section.expect("the section").split("```console\n").skip(1);
    let blocks = blocks.map(|block| block.split("```").next().expect("a part"));
    let examples = blocks.flat_map(|block| block.split("$ fivebells ").skip(1));
    let parts = examples.map(|example| example.split_once('\n').expect("a command"));
    parts
        .map(|(command, printed)| (command.to_owned(), printed.to_owned()))
        .collect()
}

/// Without what differs from run to run.
fn steady(text: &str) -> String {
    let mut text = text.trim_end().to_owned();
    for (pattern, placeholder) in [
        (r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d UTC", "(time)"),
        (r"(now|\d+[dhms] ago|in \d+[dhms])\b *", "(when) "),
    ] {
        let pattern = Regex::new(pattern).expect("a pattern");
        text = pattern.replace_all(&text, placeholder).into_owned();
    }
    text
}

#[tokio::test]
async fn the_examples_of_the_page_print_what_it_says() {
    let desk = Desk::open().await;
    let examples = examples("See and steer");
    assert!(examples.len() > 5, "{examples:?}");
    for (command, printed) in examples {
        let words = command.split('\'').enumerate().flat_map(|(place, part)| {
            let quoted = (place % 2 == 1).then_some(part);
            let plain = part.split_whitespace().filter(move |_| place % 2 == 0);
            quoted.into_iter().chain(plain)
        });
        let words: Vec<&str> = words.collect();
        let output = desk.run(&words);
        let shown = format!("{}{}", stdout(&output), stderr(&output));
        assert_eq!(steady(&shown), steady(&printed), "{command}\n{shown}");
        assert_eq!(code(&output), 0, "{command}");
    }
}

#[tokio::test]
async fn a_story_is_found_by_whatever_names_it() {
    let desk = Desk::open().await;
    for name in [
        "s812",
        "S812",
        "812",
        "#814",
        "814",
        "a1",
        "https://www.nhk.example/news/1",
    ] {
        let output = desk.run(&["--format", "json", "story", name]);
        assert_eq!(code(&output), 0, "{name}: {}", stderr(&output));
        assert_eq!(json(&output)[0]["id"], "812", "{name}");
    }
    for (name, says) in [
        ("s999", "there is no story s999"),
        ("s813", "there is no story s813"),
        (
            "https://elsewhere.example/1",
            "there is no story https://elsewhere.example/1",
        ),
        ("#7", "item #7 is in no story"),
    ] {
        let output = desk.run(&["story", name]);
        assert_eq!(code(&output), 1, "{name}");
        assert!(
            stderr(&output).contains(says),
            "{name}: {}",
            stderr(&output)
        );
    }
    assert_eq!(code(&desk.run(&["story"])), 2);
}

#[tokio::test]
async fn what_cannot_be_split_or_merged_is_refused_and_says_why() {
    let desk = Desk::open().await;
    for (arguments, says) in [
        (
            &["story", "split", "816"][..],
            "story s816 is one text and its copies",
        ),
        (&["story", "split", "#7"], "item #7 is in no story"),
        (
            &["story", "merge", "s812", "s812"],
            "s812 and s812 are one story already",
        ),
        (
            &["story", "merge", "s812", "s999"],
            "there is no story s999",
        ),
        (
            &["story", "merge", "s999", "s812"],
            "there is no story s999",
        ),
    ] {
        let output = desk.run(arguments);
        assert_eq!(code(&output), 1, "{arguments:?}");
        assert!(
            stderr(&output).contains(says),
            "{arguments:?}: {}",
            stderr(&output)
        );
    }
    assert_eq!(code(&desk.run(&["story", "merge", "s816", "s812"])), 0);
    let again = desk.run(&["story", "merge", "s816", "s812"]);
    assert!(stderr(&again).contains("s816 and s812 are one story already"));
    let back = desk.run(&["story", "merge", "s812", "s816"]);
    assert!(stderr(&back).contains("s812 and s816 are one story already"));
}

#[tokio::test]
async fn a_muted_story_sends_nothing_and_counts_on() {
    let desk = Desk::open().await;
    let done = desk.run(&["mute", "story", "#814", "--for", "2d"]);
    assert_eq!(code(&done), 0, "{}", stderr(&done));
    desk.world.set_to_real_time();
    desk.publish(5, "Koizumi steps down over Palau boats", "Haruka Oshima, who led the coast guard, follows \
        Shinjiro Koizumi as defence minister of Japan after the Palau patrol boat affair, Tokyo says.").await;
    desk.publish(
        2,
        "Quake hits Velmora again: Koizumi promises help",
        "Schools in Velmora stay closed after another quake in the night. Torhaven will take in children, \
         said Ilsa Brandt, and Koizumi spoke of tents.",
    )
    .await;
    let story = &json(&desk.run(&["--format", "json", "story", "812"]))[0];
    assert_eq!(
        (&story["items"], &story["independent"]),
        (&5.into(), &4.into())
    );
    assert!(story["muted_until"].is_string());
    let last = &story["timeline"][4]["deliveries"][0];
    assert_eq!(last["state"], "muted");
    let other = &json(&desk.run(&["--format", "json", "story", "816"]))[0];
    let last = &other["timeline"][1]["deliveries"][0];
    assert_eq!(
        last["state"], "delivered",
        "another story is not muted: {other}"
    );
    let mutes = json(&desk.run(&["--format", "json", "mutes"]));
    assert_eq!(
        (&mutes[0]["kind"], &mutes[0]["name"]),
        (&"story".into(), &"s812".into())
    );
    let lifted = desk.run(&["--format", "json", "unmute", "story", "812", "--send"]);
    assert_eq!(json(&lifted)[0]["sent"], 1, "{}", stderr(&lifted));
    assert_eq!(code(&desk.run(&["unmute", "story", "812"])), 1);
}
