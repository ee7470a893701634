//! From a feed to a receiver, once; and the language of an item, from the feed to the wire.

use tokio_util::sync::CancellationToken;

use crate::{
    servers::{
        feed::FeedServer,
        http::{Answer, HttpServer, mute_until},
        smtp::{Script, Security, SmtpServer},
        webhook::WebhookServer,
    },
    watchdog::watchdog,
    world::World,
};

const SECRET: &str = "whsec_AAECAwQFBgcICQoLDA0ODxAREhMUFRYX";

fn config(feed: &FeedServer, hook: &WebhookServer, mail: &SmtpServer) -> String {
    format!(
        r#"
timezone = "Asia/Tokyo"
[feed]
wire = {{ url = "{}", every = "1m" }}
[watch.koizumi]
match = "Koizumi OR 小泉進次郎"
priority = "urgent"
notify = ["hook", "desk"]
[watch.hegseth]
match = "Hegseth"
notify = ["desk"]
[receiver.hook]
webhook = "{}"
secret = {{ file = "secret" }}
[receiver.desk]
email = ["desk@example.org"]
[mail]
server = "{}"
from = "Fivebells <bells@example.org>"
security = "starttls"
ca_file = "ca.pem"
username = "bells"
password = {{ file = "password" }}
"#,
        feed.url(),
        hook.url(),
        mail.address()
    )
}

/// Wants STARTTLS and a login.
async fn mail_server() -> SmtpServer {
    let script = Script::new(Security::StartTls).login("bells", "hunter2");
    SmtpServer::start(script).await
}

async fn world(feed: &FeedServer, hook: &WebhookServer, mail: &SmtpServer) -> World {
    World::open_with(
        &config(feed, hook, mail),
        &[
            ("secret", SECRET),
            ("password", "hunter2\n"),
            ("ca.pem", mail.ca_pem()),
        ],
    )
    .await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_new_item_arrives_once_by_webhook_and_mail() {
    let (feed, hook, mail) = (
        FeedServer::start().await,
        WebhookServer::start().await,
        mail_server().await,
    );
    feed.publish("Old news about Koizumi");
    let world = world(&feed, &hook, &mail).await;
    world.round().await;
    assert!(hook.requests().is_empty(), "the first poll is the baseline");

    feed.publish("Shinjirō Koizumi meets Hegseth");
    world.advance(2);
    assert_eq!(world.round().await, 2);

    let requests = hook.requests();
    assert_eq!(requests.len(), 1);
    let body = requests[0].json();
    assert_eq!(body["type"], "alert.matched");
    assert_eq!(body["data"]["watches"], serde_json::json!(["koizumi"]));
    assert_eq!(body["data"]["priority"], "urgent");
    assert_eq!(
        body["data"]["item"]["title"],
        "Shinjirō Koizumi meets Hegseth"
    );
    assert_eq!(body["data"]["item"]["published"], "2026-11-22T06:02:00Z");
    assert_eq!(body["data"]["feed"]["title"], "Example Wire");
    assert_eq!(
        body["data"]["matches"][0]["range"],
        serde_json::json!([9, 16])
    );

    let mails = mail.mails();
    assert_eq!(mails.len(), 1);
    assert!(mails[0].encrypted);
    assert_eq!(mails[0].login.as_deref(), Some("bells"));
    let message = mail_parser::MessageParser::default()
        .parse(&mails[0].data)
        .expect("a mail");
    assert_eq!(
        message.subject(),
        Some("URGENT [koizumi, hegseth] Shinjirō Koizumi meets Hegseth — Example Wire")
    );
    assert!(
        message
            .body_text(0)
            .expect("a text part")
            .contains("Koizumi")
    );
    assert!(
        message
            .body_html(0)
            .expect("an HTML part")
            .contains("<mark")
    );

    world.advance(2);
    assert_eq!(world.round().await, 0);
    let last = feed.requests().pop().expect("a poll");
    assert_eq!(
        (last.method.as_str(), last.path.as_str()),
        ("GET", "/feed.xml")
    );
    assert_eq!(last.header("if-none-match"), Some("\"v2\""));
    assert!(
        last.header("user-agent")
            .is_some_and(|agent| agent.starts_with("Fivebells/"))
    );
    assert_eq!((hook.requests().len(), mail.mails().len()), (1, 1));
}

#[tokio::test(flavor = "multi_thread")]
async fn the_official_verifier_accepts_the_webhook() {
    let (feed, hook, mail) = (
        FeedServer::start().await,
        WebhookServer::start().await,
        mail_server().await,
    );
    let world = world(&feed, &hook, &mail).await;
    // The verifier reads the machine's clock, so this world's must show the same time.
    world.set_to_real_time();
    world.round().await;
    feed.publish("小泉進次郎氏が会見");
    world.clock.advance(jiff::SignedDuration::from_mins(2));
    world.round().await;

    let request = hook.requests().pop().expect("a webhook");
    let mut headers = reqwest::header::HeaderMap::new();
    for (name, value) in &request.headers {
        let name = reqwest::header::HeaderName::from_bytes(name.as_bytes()).expect("a name");
        headers.insert(name, value.parse().expect("a value"));
    }
    let verifier = standardwebhooks::Webhook::new(SECRET).expect("a secret");
    verifier.verify(&request.body, &headers).expect("verified");
    let mut forged = request.body.clone();
    forged[10] ^= 1;
    verifier
        .verify(&forged, &headers)
        .expect_err("a changed body is refused");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_restart_repeats_nothing_and_forgets_nothing() {
    let (feed, hook, mail) = (
        FeedServer::start().await,
        WebhookServer::start().await,
        mail_server().await,
    );
    let mut world = world(&feed, &hook, &mail).await;
    world.round().await;
    feed.publish("Koizumi speaks");
    hook.answer_with(Answer::status(503));
    world.advance(2);
    world.round().await;
    world.restart().await;
    hook.answer_with(Answer::status(204));
    world.advance(2);
    world.round().await;
    world.restart().await;
    world.advance(2);
    world.round().await;

    let ids = hook.ids();
    assert_eq!(ids.len(), 1, "one alert, one id: {ids:?}");
    assert_eq!(
        hook.requests().len(),
        2,
        "the refused attempt and the accepted one"
    );
    assert_eq!(
        hook.requests()[0].body,
        hook.requests()[1].body,
        "the payload is frozen"
    );
    assert_eq!(mail.mails().len(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn initial_all_alerts_what_stands_in_the_feed() {
    let (feed, hook) = (FeedServer::start().await, WebhookServer::start().await);
    for number in 1..=5 {
        feed.publish(&format!("Koizumi {number}"));
    }
    let config = |initial: &str| {
        format!(
            "[feed]\nwire = {{ url = \"{}\", initial = {initial} }}\n[watch]\nk = \"Koizumi\"\n\
             [receiver.hook]\nwebhook = \"{}\"\n",
            feed.url(),
            hook.url()
        )
    };
    let newest = World::open(&config("2")).await;
    newest.round().await;
    assert_eq!(hook.titles(), ["Koizumi 4", "Koizumi 5"], "oldest first");
    let all = World::open(&config("\"all\"")).await;
    all.round().await;
    assert_eq!(hook.requests().len(), 2 + 5);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_watch_reads_only_its_feeds_and_fields() {
    let (japan, world_news, hook) = (
        FeedServer::start().await,
        FeedServer::start().await,
        WebhookServer::start().await,
    );
    let world = World::open(&format!(
        r##"
[feed]
japan = {{ url = "{}", tags = ["japan"], initial = "all" }}
world = {{ url = "{}", initial = "all" }}
[watch]
tagged  = {{ match = "Koizumi", feeds = ["#japan"] }}
summary = {{ match = "Story", in = ["summary"], feeds = ["world"] }}
titles  = {{ match = "Story", in = ["title"] }}
[receiver.hook]
webhook = "{}"
"##,
        japan.url(),
        world_news.url(),
        hook.url()
    ))
    .await;
    japan.publish("Koizumi in Tokyo");
    world_news.publish("Koizumi abroad");
    world.round().await;
    let mut notified: Vec<(String, String)> = hook
        .requests()
        .iter()
        .map(|request| {
            let data = &request.json()["data"];
            (
                data["feed"]["name"].to_string(),
                data["watches"].to_string(),
            )
        })
        .collect();
    notified.sort();
    let expected = [
        ("\"japan\"", "[\"tagged\"]"),
        ("\"world\"", "[\"summary\"]"),
    ];
    assert_eq!(
        notified,
        expected.map(|(feed, watches)| (feed.to_owned(), watches.to_owned()))
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_feed_that_fails_long_is_notified_once_and_so_is_its_recovery() {
    let (feed, hook) = (FeedServer::start().await, WebhookServer::start().await);
    let world = World::open(&format!(
        "[feed]\nwire = {{ url = \"{}\", every = \"10m\" }}\n[watch]\nk = \"Koizumi\"\n\
         [receiver.hook]\nwebhook = \"{}\"\n[health]\nfailing = \"1h\"\n",
        feed.url(),
        hook.url()
    ))
    .await;
    world.round().await;
    feed.fail_with(Some(Answer::status(500)));
    for _ in 0..20 {
        world.advance(60);
        world.round().await;
    }
    let kinds = || -> Vec<String> {
        let kind = |request: &crate::servers::http::Request| {
            request.json()["type"].as_str().expect("a type").to_owned()
        };
        hook.requests().iter().map(kind).collect()
    };
    assert_eq!(kinds(), ["feed.failing"]);
    let data = hook.requests()[0].json()["data"].clone();
    assert_eq!(data["feed"], "wire");
    assert_eq!(data["reason"], "status");

    feed.fail_with(None);
    world.advance(24 * 60);
    world.round().await;
    assert_eq!(kinds(), ["feed.failing", "feed.recovered"]);
}

/// The mute one hangs up when the alert has been sent. If that had to wait for it, it would end with
/// its timeout.
#[tokio::test(flavor = "multi_thread")]
async fn a_feed_that_never_answers_delays_no_other_origin() {
    let (well, hook) = (FeedServer::start().await, WebhookServer::start().await);
    let sent = CancellationToken::new();
    let mute = mute_until(sent.clone()).await;
    well.publish("Koizumi speaks");
    let world = World::open(&format!(
        "[feed]\nmute = \"http://{mute}/\"\nwell = {{ url = \"{}\", initial = \"all\" }}\n\
         [watch]\nk = \"Koizumi\"\n[receiver.hook]\nwebhook = \"{}\"\n",
        well.url(),
        hook.url()
    ))
    .await;
    let notified = async {
        while world.deliver().await == 0 {
            tokio::task::yield_now().await;
        }
        sent.cancel();
    };
    let (tally, ()) = tokio::join!(world.poll(), watchdog("the alert", notified));
    assert_eq!((tally.good, tally.failed), (1, 1));
    let feed = world
        .app()
        .store()
        .feed("mute")
        .await
        .expect("the store answers")
        .expect("a feed");
    let reason = feed.reason.as_deref();
    assert!(reason.is_some_and(|it| it != "timeout"), "{reason:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_redirect_into_the_own_network_is_refused_unless_the_feed_allows_it() {
    let (feed, hook) = (FeedServer::start().await, WebhookServer::start().await);
    feed.publish("Koizumi speaks");
    let target = feed.url();
    let stranger = HttpServer::start(move |_| Answer::Reply {
        status: 302,
        headers: vec![("Location", target.clone())],
        body: Vec::new(),
    })
    .await;
    let config = |allow: &str| {
        one_hook(&feed, &hook, &format!(", initial = \"all\"{allow}"))
            .replace(&feed.url(), &stranger.url("/moved"))
    };
    let world = World::open(&config("")).await;
    world.round().await;
    assert!(feed.requests().is_empty(), "nothing was asked there");
    let state = world
        .app()
        .store()
        .feed("wire")
        .await
        .expect("the store answers")
        .expect("a feed");
    assert_eq!(state.reason.as_deref(), Some("guard"));
    let error = state.error.expect("an error");
    assert!(
        error.contains("private address") && error.contains("allow_private = true"),
        "{error}"
    );

    world.write(&config(", allow_private = true"));
    world
        .app()
        .reload(world.config())
        .await
        .expect("a good config");
    world.advance(60);
    world.round().await;
    assert_eq!(hook.titles(), ["Koizumi speaks"]);
}

fn one_hook(feed: &FeedServer, hook: &WebhookServer, more: &str) -> String {
    format!(
        "[feed]\nwire = {{ url = \"{}\"{more} }}\n[watch]\nk = \"Koizumi\"\n\
         [receiver.hook]\nwebhook = \"{}\"\n",
        feed.url(),
        hook.url()
    )
}

/// What a feed's last good document was like is not forgotten when a bad one comes.
#[tokio::test(flavor = "multi_thread")]
async fn a_document_that_is_no_feed_fails_by_name_and_keeps_what_was_known() {
    let (feed, hook) = (FeedServer::start().await, WebhookServer::start().await);
    feed.publish("Research & development");
    let world = World::open(&format!(
        "[feed]\nwire = \"{}\"\n[watch]\nk = \"Koizumi\"\n[receiver.hook]\nwebhook = \"{}\"\n",
        feed.url(),
        hook.url()
    ))
    .await;
    world.round().await;
    let state = async || {
        let feed = world.app().store().feed("wire").await;
        feed.expect("the store answers").expect("a feed")
    };
    let warnings = state().await.warnings;
    assert!(warnings.contains("bare_ampersand"), "{warnings}");
    for (body, reason) in [
        ("<!DOCTYPE html><html><title>Log in</title></html>", "html"),
        ("not here", "not_a_feed"),
        (" ", "empty"),
    ] {
        feed.fail_with(Some(Answer::Reply {
            status: 200,
            headers: Vec::new(),
            body: body.as_bytes().to_vec(),
        }));
        world.advance(24 * 60);
        world.round().await;
        let now = state().await;
        assert_eq!(now.reason.as_deref(), Some(reason), "{body}");
        assert_eq!((now.warnings, now.items_total), (warnings.clone(), 1));
    }
}

/// The feed says `en`, as blog software does whatever is written with it.
#[tokio::test(flavor = "multi_thread")]
async fn letters_overrule_the_language_a_feed_declares() {
    let (feed, hook) = (FeedServer::start().await, WebhookServer::start().await);
    let world = World::open(&format!(
        "[feed]\nwire = {{ url = \"{}\", initial = \"all\", every = \"1m\" }}\n[watch]\n\
         japanese = \"(会談 OR Hegseth) lang:ja\"\nenglish = \"(会談 OR Hegseth) lang:en\"\n\
         [receiver.hook]\nwebhook = \"{}\"\n",
        feed.url(),
        hook.url()
    ))
    .await;
    feed.publish("防衛相が米国防長官と会談、協力を確認");
    feed.publish("Hegseth meets minister");
    world.round().await;
    let sent: Vec<(String, String)> = hook
        .requests()
        .iter()
        .map(|request| {
            let data = &request.json()["data"];
            let text = |value: &serde_json::Value| value.as_str().unwrap_or_default().to_owned();
            (text(&data["watches"][0]), text(&data["item"]["language"]))
        })
        .collect();
    let expected = [("japanese", "ja"), ("english", "en")];
    assert_eq!(
        sent,
        expected.map(|(watch, tag)| (watch.into(), tag.into()))
    );

    feed.edit(
        0,
        2,
        "ヘグセス長官が会談、共同訓練を増やすことで一致",
        "詳細は後ほど。",
    );
    world.advance(2);
    world.round().await;
    let update = hook.requests()[2].json();
    assert_eq!(update["data"]["item"]["language"], "ja");
    assert_eq!(update["data"]["watches"], serde_json::json!(["japanese"]));
}
