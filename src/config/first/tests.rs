use url::Url;

use super::*;
use crate::config::{Environment, Proposals, check_text};

fn first() -> FirstConfig {
    let url = Url::parse("https://wire.example/feed?a=\"b\"").expect("a URL");
    let feed = Proposals::default().propose("The Wire", &url, &[]);
    let mut first = FirstConfig {
        feeds: vec![feed.expect("usable")],
        ..FirstConfig::default()
    };
    for term in [
        "Koizumi",
        "Prime Minister",
        "小泉進次郎",
        "Koizumi OR \"a \\ b\"",
        "koizumi",
    ] {
        first.watch(term).expect("a good term");
    }
    first
}

#[test]
fn terms_become_watches_of_their_own_names() {
    let watches: Vec<(String, String)> = { first().watches.into_iter() }
        .map(|watch| (watch.name, watch.expression))
        .collect();
    let names: Vec<&str> = watches.iter().map(|(name, _)| name.as_str()).collect();
    assert_eq!(
        names,
        [
            "koizumi",
            "prime-minister",
            "小泉進次郎",
            "koizumi-or-a-b",
            "koizumi-2"
        ]
    );
    assert_eq!(watches[0].1, "Koizumi");
    assert_eq!(watches[1].1, "\"Prime Minister\"");
    for term in ["(Koizumi", "NOT Koizumi", "", "=", "a AND"] {
        assert!(first().watch(term).is_err(), "{term}");
    }
}

#[test]
fn every_first_config_checks() {
    let mail = FirstMail {
        to: vec!["desk@example.org".into(), "night@example.org".into()],
        from: "Bells \"at\" night <bells@example.org>".into(),
        server: "mail.example.org:587".into(),
        login: Some(("bells".into(), SecretPlace::File("pass word".into()))),
    };
    let webhook = Some("https://hook.example/?a='b'".to_owned());
    for (mail, webhook, stdout) in [
        (Some(mail.clone()), None, false),
        (None, webhook.clone(), false),
        (None, None, true),
        (Some(mail), webhook, true),
    ] {
        let first = FirstConfig {
            mail,
            webhook,
            stdout,
            ..first()
        };
        let text = first.text();
        let environment = Environment::default().without_secrets();
        let loaded = check_text("first.toml".as_ref(), text.clone(), &environment);
        let loaded = loaded.unwrap_or_else(|errors| panic!("{text}\n{errors}"));
        assert_eq!(loaded.warnings.render(false), "", "{text}");
        assert_eq!(loaded.config.watches.len(), 5);
        assert_eq!(loaded.config.watches[0].notify, first.receivers());
    }
}

#[test]
fn a_secret_is_pointed_to() {
    for (text, expected) in [
        ("env:SMTP", Some("{ env = \"SMTP\" }")),
        ("file:/etc/a b", Some("{ file = \"/etc/a b\" }")),
        ("credential:smtp", Some("{ credential = \"smtp\" }")),
        ("hunter2", None),
        ("file:", None),
        ("pass:word", None),
    ] {
        let written = SecretPlace::parse(text).map(|place| place.written());
        assert_eq!(written.as_deref(), expected, "{text}");
    }
}
