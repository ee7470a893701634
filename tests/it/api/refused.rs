//! How the API refuses: problems of RFC 9457, whatever is wrong.

use serde_json::{Value, json};

use super::{Newsroom, parsed};

fn assert_problem(answer: &crate::servers::watched::Answer, status: u16, detail: &str) {
    assert_eq!(answer.status, status, "{}", answer.body);
    assert!(
        answer
            .head
            .contains("content-type: application/problem+json"),
        "{}",
        answer.head
    );
    let problem: Value = parsed(answer);
    assert_eq!(problem["status"], json!(status));
    let said = problem["detail"].as_str().expect("a detail");
    assert!(said.contains(detail), "{said:?} has no {detail:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn every_fault_is_a_problem_that_says_what_was_meant() {
    let room = Newsroom::open().await;
    for (request, status, detail) in [
        ("GET nothing", 404, "openapi.json names all"),
        ("GET fedes", 404, "did you mean /api/v1/feeds?"),
        ("GET feeds/a/b/c", 404, "there is no"),
        ("GET feeds/wir", 404, "did you mean \"wire\"?"),
        ("GET watches/quak", 404, "did you mean \"quake\"?"),
        ("GET alerts/99", 404, "there is no alert a99"),
        ("GET alerts/d1", 404, "no number of an alert"),
        ("GET items/99", 404, "no item 99 is kept"),
        ("GET stories/99", 404, "there is no story s99"),
        ("GET stories/d1", 404, "no number of a story"),
        ("GET stories?after=7", 400, "no cursor"),
        ("GET stories?watch=quak", 422, "did you mean \"quake\"?"),
        ("GET deliveries/99", 404, "there is no delivery d99"),
        ("GET deliveries/a1", 404, "is the number of an alert"),
        ("POST feeds/wir/poll", 404, "did you mean \"wire\"?"),
        ("POST feeds/old/poll", 409, "is off"),
        ("POST feeds/wire/poll?wait=31", 400, "from 0 to 30"),
        ("POST receivers/hok/test", 404, "did you mean \"hook\"?"),
        ("DELETE mutes/99", 404, "there is no mute"),
        ("GET feeds/%ff", 400, "path"),
        ("GET feeds?limt=3", 400, "did you mean \"limit\"?"),
        ("GET feeds?limit=0", 400, "from 1 to 200"),
        ("GET feeds?condition=bad", 400, "condition is one of ok,"),
        ("GET feeds?tag=go", 422, "there is no tag \"go\""),
        ("GET alerts?watch=quak", 422, "did you mean \"quake\"?"),
        ("GET alerts?since=soon", 422, "since: expected"),
        ("GET alerts?before=x", 400, "before is a number"),
        ("GET status?x=1", 400, "it takes none"),
        ("GET explain", 400, "item is missing"),
        ("GET try", 400, "q is missing"),
        ("GET try?q=(a", 422, "q: "),
        ("GET try?q=a&before=x", 400, "cursor"),
        ("PUT feeds", 405, "Allow"),
        ("POST status", 405, "Allow"),
    ] {
        let (method, path) = request.split_once(' ').expect("two words");
        let answer = room.ask(method, path, "");
        assert_problem(&answer, status, detail);
        let allows = answer.head.contains("allow: ");
        assert_eq!(allows, status == 405, "{request}: {}", answer.head);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn bodies_are_json_of_the_right_form() {
    let room = Newsroom::open().await;
    let plain = room.ask("POST", "mutes", "Content-Length: 2\r\n\r\n{}");
    assert_problem(&plain, 415, "application/json");
    for (body, status, detail) in [
        (json!({}), 422, "missing field `kind`"),
        (json!({"kind": "watch", "name": "pm"}), 422, "for how long?"),
        (
            json!({"kind": "watch", "name": "pm", "for": "2h", "untl": "x"}),
            422,
            "unknown field `untl`",
        ),
        (
            json!({"kind": "watch", "name": "quak", "for": "2h"}),
            422,
            "did you mean \"quake\"?",
        ),
        (
            json!({"kind": "watch", "name": "pm", "for": "20y"}),
            422,
            "the end: that is too far away",
        ),
        (
            json!({"kind": "watch", "name": "pm", "for": "2h", "comment": " "}),
            422,
            "comment: it is empty",
        ),
        (
            json!({"kind": "story", "name": "pm", "for": "2h"}),
            422,
            "there is no story pm",
        ),
        (
            json!({"kind": "word", "name": "pm", "for": "2h"}),
            422,
            "unknown variant",
        ),
    ] {
        assert_problem(&room.send("POST", "mutes", &body), status, detail);
    }
    for (body, detail) in [
        (json!({}), "which?"),
        (json!({"deliveries": []}), "which?"),
        (json!({"deliveries": ["a1"]}), "is the number of an alert"),
        (json!({"receiver": "hok"}), "did you mean \"hook\"?"),
        (json!({"mute": 9}), "there is no mute 9"),
        (json!({"reason": "tired"}), "reason is one of connect,"),
    ] {
        assert_problem(&room.send("POST", "outbox/drop", &body), 422, detail);
    }
    let headers = "Content-Type: application/json\r\nContent-Length: 1\r\n\r\n{";
    assert_problem(&room.ask("POST", "mutes", headers), 400, "the body: EOF");
    let length = 257 << 10;
    let headers = format!("Content-Length: {length}\r\n\r\n{}", " ".repeat(length));
    assert_problem(&room.ask("POST", "mutes", &headers), 413, "too large");
}

#[tokio::test(flavor = "multi_thread")]
async fn who_may_read_may_not_act_and_others_may_nothing() {
    let room = Newsroom::open().await;
    for who in ["read", "act"] {
        let file = room.daemon.folder().join(who);
        std::fs::write(file, format!("{who}-0123456789abcdef")).expect("written");
    }
    room.reload_with("read_token = { file = \"read\" }\nact_token = { file = \"act\" }");
    let as_who = |who: &str| format!("Authorization: Bearer {who}-0123456789abcdef\r\n");
    assert_problem(&room.ask("GET", "status", ""), 401, "Bearer");
    assert_problem(&room.ask("GET", "nothing", ""), 401, "Bearer");
    assert_eq!(room.ask("GET", "status", &as_who("read")).status, 200);
    let poll = "feeds/wire/poll";
    assert_problem(
        &room.ask("POST", poll, &as_who("read")),
        403,
        "change nothing",
    );
    assert_eq!(
        room.ask("POST", &format!("{poll}?wait=30"), &as_who("act"))
            .status,
        200
    );
    let elsewhere = format!("{}Sec-Fetch-Site: cross-site\r\n", as_who("act"));
    assert_problem(&room.ask("POST", poll, &elsewhere), 403, "another site");
}

#[tokio::test(flavor = "multi_thread")]
async fn who_has_an_answer_is_spared_it_and_pages_false_takes_the_api_away() {
    let room = Newsroom::open().await;
    for path in [
        "feeds",
        "alerts",
        "watches/pm",
        "items/1",
        "mutes",
        "openapi.json",
    ] {
        let first = room.ask("GET", path, "");
        let tag = first
            .head
            .lines()
            .find_map(|line| line.strip_prefix("etag: "));
        let tag = tag.expect("a tag");
        let again = room.ask("GET", path, &format!("If-None-Match: {tag}\r\n"));
        assert_eq!((again.status, again.body.as_str()), (304, ""), "{path}");
    }
    room.reload_with("pages = false");
    assert_problem(&room.ask("GET", "status", ""), 404, "the API is off");
}
