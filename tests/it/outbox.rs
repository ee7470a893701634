//! The outbox as an operator sees it and works on it.

use crate::{
    desk::{Desk, code, json, stderr, stdout},
    servers::{http::Answer, webhook::WebhookServer},
};

const CONFIG: &str = "timezone = \"Asia/Tokyo\"
[feed]
sample = { url = \"file:sample.xml\", initial = \"all\" }
[watch]
k = \"Koizumi\"
[receiver]
";

fn desk(hook: &WebhookServer) -> Desk {
    Desk::new(&format!(
        "{CONFIG}hook = {{ webhook = \"{}\" }}\n[health]\nnotify = []\n",
        hook.url()
    ))
}

#[tokio::test(flavor = "multi_thread")]
async fn dead_deliveries_are_listed_dropped_and_retried() {
    let hook = WebhookServer::start().await;
    hook.answer_with(Answer::status(400));
    let desk = desk(&hook);
    assert_eq!(code(&desk.run(&["run", "--once"])), 0);
    let outbox = json(&desk.run(&["--format", "json", "outbox"]));
    assert_eq!(outbox.len(), 1);
    assert_eq!(
        (outbox[0]["state"].as_str(), outbox[0]["reason"].as_str()),
        (Some("dead"), Some("refused"))
    );
    assert_eq!(outbox[0]["attempts"][0]["number"], 1);
    assert!(stdout(&desk.run(&["outbox", "--attempts"])).contains("#1"));

    let id = outbox[0]["id"].to_string();
    assert_eq!(
        code(&desk.run(&["outbox", "retry"])),
        2,
        "nothing selected is a mistake, not everything"
    );
    assert_eq!(
        stdout(&desk.run(&["outbox", "retry", &id])),
        "1 delivery due now\n"
    );
    hook.answer_with(Answer::status(204));
    assert_eq!(code(&desk.run(&["run", "--once"])), 0);
    assert_eq!(hook.ids().len(), 1, "the same id again");
    assert!(json(&desk.run(&["--format", "json", "outbox"])).is_empty());
    let nothing = desk.run(&["outbox", "drop", &id, "9"]);
    assert_eq!(code(&nothing), 1, "what was delivered cannot be dropped");
    assert_eq!(
        stderr(&nothing),
        "delivery d1 is delivered\n\
         there is no delivery d9\n"
    );
}

/// `explain` of the one item, which `outbox` must agree with: its words, its delivery and its exit.
fn explained(desk: &Desk) -> (String, serde_json::Value, i32) {
    let output = desk.run(&[
        "--format",
        "json",
        "explain",
        "https://wire.example.org/2",
        "k",
    ]);
    let mut line = json(&output).remove(0);
    let verdict = line["verdict"].as_str().expect("a text").to_owned();
    (verdict, line["deliveries"][0].take(), code(&output))
}

/// After one failure the delivery has a next try, and the receiver none of its own.
#[tokio::test(flavor = "multi_thread")]
async fn a_receiver_that_failed_once_is_not_said_to_be_tried_now() {
    let hook = WebhookServer::start().await;
    hook.answer_with(Answer::Reply {
        status: 503,
        headers: Vec::new(),
        body: Vec::new(),
    });
    let desk = desk(&hook);
    assert_eq!(code(&desk.run(&["run", "--once"])), 0);
    let shown = stdout(&desk.run(&["outbox"]));
    assert!(shown.contains("; 1 delivery waits: 503"), "{shown}");
    assert!(!shown.contains("next try"), "{shown}");
}

/// What waits for a receiver that takes nothing is not due, whatever its own row says.
#[tokio::test(flavor = "multi_thread")]
async fn a_receiver_that_takes_nothing_is_said_to_with_what_waits_for_it() {
    let hook = WebhookServer::start().await;
    hook.answer_with(Answer::Reply {
        status: 503,
        headers: vec![("retry-after", "900".to_owned())],
        body: Vec::new(),
    });
    let desk = desk(&hook);
    assert_eq!(code(&desk.run(&["run", "--once"])), 0);
    let line = json(&desk.run(&["--format", "json", "outbox"])).remove(0);
    assert_eq!(line["receiver_state"], "failing");
    let time = |key: &str| -> jiff::Timestamp {
        let text = line[key].as_str().expect("a string");
        text.parse().expect("a time")
    };
    let wait = time("created").duration_until(time("next_due"));
    assert!(wait.as_secs() >= 900, "{wait:?}");
    let shown = stdout(&desk.run(&["outbox", "--attempts"]));
    assert!(
        shown.contains("receiver hook has failed since 20"),
        "{shown}"
    );
    assert!(
        shown.contains(" JST, next try in 14m; 1 delivery waits: 503"),
        "{shown}"
    );
    let (verdict, delivery, exit) = explained(&desk);
    assert!(
        verdict.contains("waits for hook, tried once, next try in 14m: 503"),
        "{verdict}"
    );
    assert_eq!(delivery["next_due"], line["next_due"]);
    assert_eq!((&delivery["receiver_state"], exit), (&"failing".into(), 0));
    assert_eq!(
        shown.matches(" JST").count(),
        2,
        "attempts in the same zone: {shown}"
    );

    hook.answer_with(Answer::status(410));
    desk.run(&["outbox", "retry", "--receiver", "hook"]);
    assert_eq!(code(&desk.run(&["run", "--once"])), 0);
    let line = json(&desk.run(&["--format", "json", "outbox"])).remove(0);
    assert_eq!(
        (&line["receiver_state"], &line["next_due"]),
        (&"off".into(), &().into())
    );
    let shown = stdout(&desk.run(&["outbox"]));
    assert!(
        shown.contains("receiver hook is off: 410 Gone; 1 delivery waits;"),
        "{shown}"
    );
    let (verdict, delivery, exit) = explained(&desk);
    let why = shown.lines().last().expect("a line");
    assert_eq!(
        verdict,
        format!("Alerted, but nobody has it: it waits for hook, tried 2 times: {why}")
    );
    assert!(delivery["next_due"].is_null());
    assert_eq!((&delivery["receiver_state"], exit), (&"off".into(), 1));

    desk.write(
        "fivebells.toml",
        &format!("{CONFIG}screen = {{ stdout = true }}\n"),
    );
    let once = desk.run(&["run", "--once"]);
    let warning = "receiver \"hook\" is not in the config, deliveries that wait for it: 1";
    assert!(stderr(&once).contains(warning), "{}", stderr(&once));
    let line = json(&desk.run(&["--format", "json", "outbox"])).remove(0);
    assert_eq!(line["receiver_state"], "unconfigured");
    let shown = stdout(&desk.run(&["outbox"]));
    assert!(
        shown.contains("receiver hook is not in the config: 1 delivery waits;"),
        "{shown}"
    );
    let (verdict, delivery, exit) = explained(&desk);
    let why = shown.lines().last().expect("a line");
    assert!(verdict.ends_with(why), "{verdict}");
    assert!(delivery["next_due"].is_null());
    assert_eq!(
        (&delivery["receiver_state"], exit),
        (&"unconfigured".into(), 1)
    );
    let text = stdout(&desk.run(&["explain", "https://wire.example.org/2", "k"]));
    assert!(
        !text.contains("outbox retry"),
        "nobody to send it to: {text}"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_list_that_was_cut_says_so() {
    let hook = WebhookServer::start().await;
    hook.answer_with(Answer::status(503));
    let desk = desk(&hook);
    let item =
        |number: i32| format!("<item><guid>{number}</guid><title>Koizumi {number}</title></item>");
    let items = [1, 2].map(item).concat();
    let feed = format!("<rss version=\"2.0\"><channel><title>S</title>{items}</channel></rss>");
    desk.write("sample.xml", &feed);
    assert_eq!(code(&desk.run(&["run", "--once"])), 0);
    let cut = desk.run(&["outbox", "-n", "1", "--format", "json"]);
    assert_eq!(json(&cut).len(), 1);
    assert_eq!(
        stderr(&cut),
        "only the newest 1 that are pending are shown; `-n` shows more\n"
    );
    let whole = desk.run(&["outbox", "-n", "2"]);
    assert!(stdout(&whole).contains("Koizumi 1") && stderr(&whole).is_empty());
}
