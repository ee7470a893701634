//! The description and the API are of one mind.

use serde_json::{Value, json};

use super::{Newsroom, parsed, schema::Description};

const METHODS: [&str; 5] = ["get", "post", "put", "patch", "delete"];

/// A path with names and numbers that exist in its parts.
fn filled(path: &str) -> String {
    let path = path.trim_start_matches("/api/v1/");
    let name = match path.split('/').next() {
        Some("watches") => "pm",
        Some("receivers") => "hook",
        _ => "wire",
    };
    path.replace("{name}", name).replace("{id}", "1")
}

#[tokio::test(flavor = "multi_thread")]
async fn each_path_has_the_methods_that_are_described_and_no_other() {
    let room = Newsroom::open().await;
    let description = Description::read();
    let paths = description.0["paths"].as_object().expect("paths");
    for (path, methods) in paths {
        for method in METHODS {
            let answer = room.ask(&method.to_uppercase(), &filled(path), "");
            let is_described = methods.get(method).is_some();
            assert_eq!(
                answer.status != 405,
                is_described,
                "{method} {path}: {}",
                answer.body
            );
            assert!(
                !answer.body.contains("there is no /api"),
                "{path}: {}",
                answer.body
            );
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn real_answers_are_of_the_schemas() {
    let room = Newsroom::open().await;
    room.run(&["mute", "receiver", "hook", "--for", "2h"]);
    let description = Description::read();
    let mut faults = Vec::new();
    let mut check = |method: &str, path: &str, answer: &crate::servers::watched::Answer| {
        let operation = &description.0["paths"][format!("/api/v1/{path}")][method];
        let described = &operation["responses"][answer.status.to_string()];
        assert!(
            described.is_object(),
            "{method} {path} may not answer {}",
            answer.status
        );
        let described = match described["$ref"].as_str() {
            Some(reference) => description.0.pointer(&reference[1..]).expect("it is there"),
            None => described,
        };
        for (kind, content) in described["content"].as_object().expect("content") {
            assert!(
                answer.head.contains(&format!("content-type: {kind}")),
                "{}",
                answer.head
            );
            faults.extend(description.faults(&parsed(answer), &content["schema"], path));
        }
    };
    for (path, asked) in [
        ("alerts", "alerts"),
        ("alerts/{id}", "alerts/1"),
        ("deliveries/{id}", "deliveries/1"),
        ("explain", "explain?item=Koizumi&watch=pm"),
        ("explain", "explain?item=%23d1"),
        ("explain", "explain?item=coast%20zzz"),
        ("feeds", "feeds"),
        ("feeds", "feeds?condition=off"),
        ("feeds/{name}", "feeds/broken"),
        ("items/{id}", "items/1"),
        ("items/{id}/explain", "items/1/explain"),
        ("items/{id}/explain", "items/1/explain?watch=quake"),
        ("mutes", "mutes"),
        ("openapi.json", "openapi.json"),
        ("outbox", "outbox"),
        ("receivers", "receivers"),
        ("report", "report"),
        ("status", "status"),
        ("stories", "stories?since=1d&watch=pm"),
        ("stories/{id}", "stories/s1"),
        ("try", "try?q=Koizumi&explain=true&against=quake"),
        ("try", "try?q=Koizumi&explain=true&text=Koizumi"),
        ("watches", "watches"),
        ("watches", "watches?items=true&since=30d"),
        ("watches/{name}", "watches/pm"),
        ("watches/{name}", "watches/nothing"),
        ("alerts", "alerts?limit=0"),
        ("alerts", "alerts?watch=nothing"),
    ] {
        check("get", path, &room.ask("GET", asked, ""));
    }
    let mute = json!({"kind": "watch", "name": "pm", "until": "tomorrow"});
    for (path, body) in [
        ("mutes", mute),
        ("outbox/drop", json!({"deliveries": ["d1"]})),
        ("outbox/retry", json!({"receiver": "hook", "dry_run": true})),
    ] {
        check("post", path, &room.send("POST", path, &body));
    }
    check(
        "post",
        "feeds/{name}/poll",
        &room.ask("POST", "feeds/wire/poll?wait=30", ""),
    );
    check(
        "post",
        "receivers/{name}/test",
        &room.ask("POST", "receivers/hook/test", ""),
    );
    check("delete", "mutes/{id}", &room.ask("DELETE", "mutes/1", ""));
    assert_eq!(faults, [""; 0]);
}

/// An operation has one name, and what it refers to is there.
#[test]
fn the_description_is_whole() {
    let description = Description::read();
    let mut names = Vec::new();
    let mut left = vec![&description.0];
    while let Some(value) = left.pop() {
        match value {
            Value::Object(members) => {
                names.extend(members.get("operationId").and_then(Value::as_str));
                if let Some(reference) = members.get("$ref").and_then(Value::as_str) {
                    assert!(
                        description.0.pointer(&reference[1..]).is_some(),
                        "{reference}"
                    );
                }
                left.extend(members.values());
            }
            Value::Array(entries) => left.extend(entries),
            _ => {}
        }
    }
    let count = names.len();
    names.sort_unstable();
    names.dedup();
    assert_eq!((names.len(), count), (25, 25));
}
