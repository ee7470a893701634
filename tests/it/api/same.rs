//! One serializer: what the API answers is what the command line prints.

use serde_json::{Value, json};

use super::{Newsroom, parsed};

/// What differs from one second to the next.
const FLEETING: [&str; 5] = [
    "last_written",
    "store_bytes",
    "store_queue",
    "last_poll",
    "until",
];

fn lasting(mut value: Value) -> Value {
    match &mut value {
        Value::Object(members) => {
            for name in FLEETING {
                members.remove(name);
            }
            for (_, member) in members.iter_mut() {
                *member = lasting(member.take());
            }
        }
        Value::Array(entries) => {
            for entry in entries {
                *entry = lasting(entry.take());
            }
        }
        _ => {}
    }
    value
}

fn entries(mut page: Value, name: &str) -> Vec<Value> {
    match page[name].take() {
        Value::Array(entries) => entries,
        other => panic!("{name}: {other}"),
    }
}

#[track_caller]
fn assert_same(api: Vec<Value>, command: Vec<Value>) {
    assert!(!command.is_empty());
    let [api, command] = [api, command].map(|it| lasting(Value::Array(it)));
    assert_eq!(api, command);
}

#[tokio::test(flavor = "multi_thread")]
async fn lists_and_objects_are_those_of_the_command_line() {
    let room = Newsroom::open().await;
    let muted = room.run(&["mute", "watch", "pm", "--for", "2h"]);
    assert!(muted.status.success(), "{muted:?}");

    for (path, name, command) in [
        ("feeds", "feeds", &["feeds"][..]),
        ("watches?items=true", "watches", &["watches"]),
        ("mutes", "mutes", &["mute"]),
        ("stories", "stories", &["stories"]),
        (
            "outbox?state=delivered",
            "deliveries",
            &["outbox", "--state", "delivered"],
        ),
        ("items/1/explain", "explanations", &["explain", "#1"]),
        (
            "items/1/explain?watch=pm",
            "explanations",
            &["explain", "#1", "pm"],
        ),
        (
            "explain?item=Koizumi",
            "explanations",
            &["explain", "Koizumi"],
        ),
        (
            "try?q=Koizumi%20OR%20coast",
            "tried",
            &["try", "Koizumi OR coast"],
        ),
    ] {
        let api = entries(room.get(path), name);
        let mut prints = room.prints(command);
        if path.starts_with("try") {
            let summary = prints.pop().expect("a summary");
            assert_same(vec![room.get(path)["summary"].take()], vec![summary]);
        }
        if path == "feeds" {
            let off = entries(room.get("feeds?condition=off"), "feeds");
            assert_same(off, vec![prints.pop().expect("the one that is off")]);
        }
        assert_same(api, prints);
    }
    for (path, command) in [
        ("status", &["status"][..]),
        ("feeds/wire", &["feeds", "wire"]),
        ("feeds/old", &["feeds", "old"]),
        ("watches/pm", &["watches", "pm"]),
        ("stories/1", &["story", "#1"]),
    ] {
        assert_same(vec![room.get(path)], room.prints(command));
    }
    let mut alerts = room.prints(&["alerts"]);
    alerts.reverse();
    assert_same(entries(room.get("alerts"), "alerts"), alerts.clone());
    assert_same(vec![room.get("alerts/a1")], alerts[1..].to_vec());
    let receivers = entries(room.get("receivers"), "receivers");
    let status = room.prints(&["status"]).remove(0);
    assert_same(receivers, entries(status, "receivers"));
}

#[tokio::test(flavor = "multi_thread")]
async fn an_item_and_a_tried_text_are_too() {
    let room = Newsroom::open().await;
    let mut found = room.prints(&["search", "Koizumi"]).remove(0);
    let number = found["item"]["id"].as_str().expect("a number").to_owned();
    // The command's hits are of its expression, the API's of the watches.
    for hit in found["matches"].as_array_mut().expect("hits") {
        hit["watch"] = json!("pm");
    }
    assert_same(vec![room.get(&format!("items/{number}"))], vec![found]);

    let text = room.get("try?q=Koizumi&text=Koizumi%20speaks&explain=true");
    let command = ["try", "Koizumi", "--text", "Koizumi speaks", "--explain"];
    let prints = room.prints(&command);
    assert_same(vec![text["outline"].clone(), text["text"].clone()], prints);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_done_comes_to_the_same() {
    let room = Newsroom::open().await;
    let muted = room.send(
        "POST",
        "mutes",
        &json!({"kind": "watch", "name": "pm", "for": "2h"}),
    );
    assert_eq!(muted.status, 201, "{}", muted.body);
    assert_same(vec![parsed(&muted)], room.prints(&["mute"]));
    let again = room.send(
        "POST",
        "mutes",
        &json!({"kind": "watch", "name": "pm", "for": "3h"}),
    );
    assert_eq!(again.status, 200, "{}", again.body);
    let number = parsed(&again)["mute"].to_string();
    let lifted = room.ask("DELETE", &format!("mutes/{number}?send=true"), "");
    assert_eq!(
        (lifted.status, &parsed(&lifted)["in_force"]),
        (200, &json!(false))
    );
    let gone = room.ask("DELETE", &format!("mutes/{number}"), "");
    assert_eq!(gone.status, 409, "{}", gone.body);

    let polled = room.ask("POST", "feeds/wire/poll?wait=30", "");
    let command = room.prints(&["poll", "wire"]).remove(0);
    let polled = parsed(&polled);
    for name in ["feed", "outcome", "new_items", "alerts", "error"] {
        assert_eq!(polled[name], command[name], "{name}");
    }

    let sent = parsed(&room.ask("POST", "receivers/hook/test", ""));
    assert_same(vec![sent], room.prints(&["send", "hook"]));

    let which = json!({"deliveries": ["d1"], "dry_run": true});
    for action in ["retry", "drop"] {
        let reached = room.send("POST", &format!("outbox/{action}"), &which);
        let command = room.prints(&["outbox", action, "d1"]);
        assert_same(vec![parsed(&reached)], command);
    }
}

/// The number is what an action would reach, and nothing has changed.
#[tokio::test(flavor = "multi_thread")]
async fn a_dry_run_counts_and_does_nothing() {
    let room = Newsroom::open().await;
    room.send(
        "POST",
        "mutes",
        &json!({"kind": "receiver", "name": "hook", "for": "2h"}),
    );
    room.feed.publish("Koizumi again");
    room.ask("POST", "feeds/wire/poll?wait=30", "");
    let all = json!({"muted": true, "dry_run": true});
    for _ in 0..2 {
        let counted = parsed(&room.send("POST", "outbox/drop", &all));
        assert_eq!(counted, json!({"deliveries": 1}));
    }
    let dropped = parsed(&room.send("POST", "outbox/drop", &json!({"muted": true})));
    assert_eq!(dropped, json!({"deliveries": 1}));
    let left = parsed(&room.send("POST", "outbox/drop", &all));
    assert_eq!(left, json!({"deliveries": 0}));
}

#[tokio::test(flavor = "multi_thread")]
async fn pages_of_a_list_come_to_the_whole() {
    let room = Newsroom::open().await;
    for (path, name) in [
        ("alerts", "alerts"),
        ("feeds", "feeds"),
        ("outbox", "deliveries"),
        ("watches", "watches"),
    ] {
        let whole = entries(room.get(path), name);
        assert!(whole.len() > 1, "{path}");
        let (mut pages, mut next) = (Vec::new(), format!("/api/v1/{path}?limit=1"));
        loop {
            let answer = room.ask("GET", next.trim_start_matches("/api/v1/"), "");
            let page = parsed(&answer);
            let goes_on = !page["next"].is_null();
            pages.extend(entries(page, name));
            let link = answer
                .head
                .lines()
                .find_map(|line| line.strip_prefix("link: <"));
            let link = link.and_then(|line| line.strip_suffix(">; rel=\"next\""));
            assert_eq!(link.is_some(), goes_on, "{path}: {}", answer.head);
            match link {
                Some(link) => link.clone_into(&mut next),
                None => break,
            }
        }
        assert_same(pages, whole);
    }
}
