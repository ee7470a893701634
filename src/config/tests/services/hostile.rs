//! What a stranger writes is read by people, not by services.

use super::SERVICES;
use crate::{
    model::{Event, Notice},
    notify::sample_notice,
};

/// A mention or markup in every service's language.
const HOSTILE: &str = concat!(
    "@everyone @here @channel <!here> <!channel|x> <@U123> @**all** @room @durov <at>Jo</at> ",
    "**b** _i_ `c` ~~s~~ [click](https://evil.example) <https://evil.example|bank> ",
    "<b>x</b> <a href=\"https://evil.example\">y</a> &lt;b&gt; \"q\" \\ {{ 7*7 }} {% if %} # h > q | $$x$$"
);

fn hostile() -> Notice {
    let mut notice = sample_notice("2026-11-22T06:41:07Z".parse().expect("a time"));
    let Event::Alert(alert) = &mut notice.event else {
        panic!("an alert");
    };
    alert.item.title = HOSTILE.to_owned();
    alert.item.link =
        Some("https://example.org/a(b)[c]*d*?q=\"<x>'&e=`f`@channel~|\\^{}".to_owned());
    alert.item.authors = vec![HOSTILE.to_owned()];
    alert.feed.title = HOSTILE.to_owned();
    alert.also[0].title = HOSTILE.to_owned();
    alert.also[0].link = Some("https://example.org/)](https://evil.example)".to_owned());
    for hit in &mut alert.matches {
        hit.context.text = HOSTILE.to_owned();
        hit.context.range = [4, 30];
        hit.range = [0, 9];
    }
    notice
}

/// The texts of a body that its service reads as markup.
fn marked_up(name: &str) -> String {
    let service = SERVICES.iter().find(|row| row.name == name).expect(name);
    let body = service.body(&hostile());
    let fields: &[&str] = match name {
        "discord" => &["/embeds/0/title", "/embeds/0/description"],
        "matrix" => &["/formatted_body"],
        "zulip" => &["/content"],
        _ => &["/text"],
    };
    let texts = fields.iter().map(|field| body.pointer(field));
    let texts: Vec<&str> = texts
        .map(|text| text.and_then(|text| text.as_str()).expect(name))
        .collect();
    texts.join("\n")
}

/// `text` without its backslash escapes: what is left can act.
pub(super) fn acting(text: &str) -> String {
    let mut acting = String::new();
    let mut characters = text.chars();
    while let Some(character) = characters.next() {
        if character == '\\' {
            characters.next();
            acting.push('·');
        } else {
            acting.push(character);
        }
    }
    acting
}

#[test]
fn html_holds_only_our_tags() {
    for (name, tags) in [
        ("telegram", ["<b>", "</b>", "<a href=\"", "</a>"]),
        ("matrix", ["<strong>", "</strong>", "<a href=\"", "</a>"]),
    ] {
        let text = marked_up(name);
        let mut rest = text.replace("<br>", "");
        for tag in tags {
            rest = rest.replace(tag, "");
        }
        assert!(!rest.contains('<'), "{name}: {rest}");
        assert!(text.contains("&lt;b&gt;x&lt;/b&gt; "), "{name}: {text}");
        assert!(text.contains("&amp;lt;b&amp;gt;"), "{name}: {text}");
        assert!(!text.contains("href=\"https://evil"), "{name}: {text}");
    }
    let telegram = marked_up("telegram");
    assert!(telegram.contains("@\u{200b}durov") && !telegram.contains("@durov"));
}

#[test]
fn markdown_holds_only_our_marks() {
    for name in ["discord", "mattermost", "zulip"] {
        let text = acting(&marked_up(name));
        for hostile in [
            "@everyone",
            "@here",
            "@channel",
            "@**",
            "<@U",
            "<!here>",
            "](https://evil",
            "**b",
            "`",
            "~~",
            "||",
        ] {
            assert!(!text.contains(hostile), "{name}: {hostile} in {text}");
        }
        // Every pair of asterisks is ours.
        assert_eq!(text.matches("**").count() % 2, 0, "{name}");
        let links = text.split("](").skip(1).map(|rest| {
            let end = rest.find(')').expect("a closing parenthesis");
            &rest[..end]
        });
        for link in links {
            assert!(
                link.starts_with("https://example.org/") || link.starts_with("https://www"),
                "{link}"
            );
        }
    }
}

#[test]
fn structure_is_not_parsed_and_what_is_parsed_is_escaped() {
    let row = |name: &str| SERVICES.iter().find(|row| row.name == name).expect("it");
    let slack = row("slack").body(&hostile());
    let text = slack["text"].as_str().expect("a text");
    assert!(!text.contains(['<', '>']), "{text}");
    assert!(text.contains("&lt;!here&gt;") && text.contains("&amp;lt;b"));
    assert_eq!(slack["mrkdwn"], false);
    let pieces = slack.pointer("/blocks/0/elements/0/elements");
    let pieces = pieces.and_then(|pieces| pieces.as_array()).expect("pieces");
    for piece in pieces {
        assert!(["text", "link"].contains(&piece["type"].as_str().expect("a type")));
        assert_ne!(piece["text"], "");
    }
    assert_eq!(pieces[0]["text"], HOSTILE);
    let teams = row("teams").body(&hostile());
    let card = &teams["attachments"][0]["content"];
    assert!(card["msteams"].get("entities").is_none());
    for block in card["body"].as_array().expect("blocks") {
        assert_eq!(block["type"], "RichTextBlock");
        for run in block["inlines"].as_array().expect("runs") {
            assert_eq!(run["type"], "TextRun");
        }
    }
}

#[test]
fn nobody_is_rung_by_name() {
    let row = |name: &str| SERVICES.iter().find(|row| row.name == name).expect("it");
    let discord = row("discord").body(&hostile());
    assert_eq!(
        discord["allowed_mentions"],
        serde_json::json!({"parse": []})
    );
    let matrix = row("matrix").body(&hostile());
    assert_eq!(matrix["m.mentions"], serde_json::json!({}));
}

#[test]
fn nobody_adds_a_field() {
    for service in &SERVICES {
        let plain = sample_notice("2026-11-22T06:41:07Z".parse().expect("a time"));
        let keys = |notice: &Notice| -> Vec<String> {
            let body = service.body(notice);
            let fields = body.as_object().expect("an object").keys();
            fields.cloned().collect()
        };
        assert_eq!(keys(&hostile()), keys(&plain), "{}", service.name);
    }
}
