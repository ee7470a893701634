//! Feeds behind logins, private authorities and proxies, by the whole program.

use std::sync::{Arc, Mutex};

use crate::{
    desk::{Desk, code, stderr, stdout},
    servers::{
        feed::FeedServer,
        http::{Answer, HttpServer},
        secure::SecureServer,
        webhook::WebhookServer,
    },
    world::World,
};

const FEED: &str = "<rss version=\"2.0\"><channel><title>Wire</title>\
    <item><guid>1</guid><title>Koizumi speaks</title></item></channel></rss>";

fn feed() -> Answer {
    Answer::Reply {
        status: 200,
        headers: Vec::new(),
        body: FEED.as_bytes().to_vec(),
    }
}

fn config(feed: &str, hook: &WebhookServer, more: &str) -> String {
    format!(
        "[feed]\nwire = {{ initial = \"all\", {feed} }}\n[watch]\nk = \"Koizumi\"\n\
         [receiver.hook]\nwebhook = \"{}\"\n{more}",
        hook.url()
    )
}

async fn state(world: &World) -> (Option<String>, String) {
    let feed = world.app().store().feed("wire").await;
    let feed = feed.expect("the store answers").expect("a feed");
    (feed.reason, feed.error.unwrap_or_default())
}

/// Behind a login and a private authority, over HTTP/2; a reload takes the new password.
#[tokio::test(flavor = "multi_thread")]
async fn a_feed_behind_a_login_is_read() {
    let server = SecureServer::start(|request| match request.header("authorization") {
        Some("Basic ZGVzazpuZXc=") => feed(), // base64 of desk:new
        _ => Answer::status(401),
    })
    .await;
    let hook = WebhookServer::start().await;
    let feed = format!(
        "url = \"{}\", username = \"desk\", password = {{ file = \"password\" }}, \
         ca_file = \"ca.pem\"",
        server.url("/feed?key=s3cret")
    );
    let config = config(&feed, &hook, "");
    let files = [("password", "0ld-s3cret\n"), ("ca.pem", server.ca_pem())];
    let world = World::open_with(&config, &files).await;
    world.round().await;
    let (reason, error) = state(&world).await;
    assert_eq!(reason.as_deref(), Some("login"));
    assert_eq!(
        error,
        "status 401 Unauthorized; the server does not take the feed's credentials"
    );

    let password = world.path().with_file_name("password");
    std::fs::write(password, "new\n").expect("written");
    let reloaded = world.app().reload(world.config()).await;
    reloaded.expect("a good config");
    world.advance(24 * 60);
    world.round().await;
    assert_eq!(hook.titles(), ["Koizumi speaks"]);
    assert!(
        server
            .connections()
            .iter()
            .all(|connection| connection.http2)
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn http2_off_is_off() {
    let server = SecureServer::start(|_| feed()).await;
    let hook = WebhookServer::start().await;
    let config = config(
        &format!("url = \"{}\", http2 = false", server.url("/")),
        &hook,
        "[poll]\nca_file = \"ca.pem\"\n",
    );
    let world = World::open_with(&config, &[("ca.pem", server.ca_pem())]).await;
    world.round().await;
    assert_eq!(hook.titles(), ["Koizumi speaks"]);
    assert!(
        server
            .connections()
            .iter()
            .all(|connection| !connection.http2)
    );
}

/// `[poll] proxy` is for feeds; alerts do not go through it.
#[tokio::test(flavor = "multi_thread")]
async fn the_proxy_is_for_feeds_and_webhooks_go_directly() {
    let proxy = HttpServer::start(|_| feed()).await;
    let direct = FeedServer::start().await;
    let hook = WebhookServer::start().await;
    let config = format!(
        "[feed]\nwire = {{ initial = \"all\", url = \"http://feed.example.org/wire\" }}\n\
         direct = {{ url = \"{}\", proxy = \"none\" }}\n[watch]\nk = \"Koizumi\"\n\
         [receiver.hook]\nwebhook = \"{}\"\n[poll]\nproxy = \"{}\"\n",
        direct.url(),
        hook.url(),
        proxy.url("")
    );
    let world = World::open(&config).await;
    world.round().await;
    let asked = proxy.requests().into_iter().map(|request| request.path);
    assert_eq!(asked.collect::<Vec<_>>(), ["http://feed.example.org/wire"]);
    assert_eq!(direct.requests().len(), 1);
    assert_eq!(hook.titles(), ["Koizumi speaks"]);
}

/// `fetch` with a name reaches the feed as a poll does, and `config` shows no secret.
#[tokio::test(flavor = "multi_thread")]
async fn fetch_shows_what_a_poll_would_and_config_no_secret() {
    let keys = Arc::new(Mutex::new(Vec::new()));
    let seen = Arc::clone(&keys);
    let server = HttpServer::start(move |request| {
        let key = request.header("x-api-key").map(str::to_owned);
        seen.lock().expect("not poisoned").push(key);
        feed()
    })
    .await;
    let desk = Desk::new(&format!(
        "[feed]\nwire = {{ url = \"{}\", headers = {{ X-Api-Key = {{ file = \"key\" }} }} }}\n\
         [watch]\nk = \"Koizumi\"\n[receiver]\nscreen = {{ stdout = true }}\n",
        server.url("/feed")
    ));
    desk.write("key", "s3cret\n");
    for target in ["wire", &server.url("/feed")] {
        let output = desk.run(&["fetch", target]);
        assert_eq!(code(&output), 0, "{}", stderr(&output));
        assert!(stdout(&output).contains("Koizumi speaks"));
    }
    let keys = keys.lock().expect("not poisoned").clone();
    assert_eq!(keys, [Some("s3cret".to_owned()), None]);
    let output = desk.run(&["config"]);
    assert!(stdout(&output).contains("X-Api-Key = \"<hidden>\""));
    assert!(!stdout(&output).contains("s3cret"));
}

/// Its files may go between the reading of the config and the start.
#[tokio::test(flavor = "multi_thread")]
async fn a_way_that_cannot_be_built_names_its_feed() {
    let server = SecureServer::start(|_| feed()).await;
    let hook = WebhookServer::start().await;
    let feed = format!("url = \"{}\", ca_file = \"ca.pem\"", server.url("/"));
    let files = [("ca.pem", server.ca_pem())];
    let world = World::open_with(&config(&feed, &hook, ""), &files).await;
    let loaded = world.config();
    std::fs::remove_file(world.path().with_file_name("ca.pem")).expect("removed");
    let error = world.app().reload(loaded).await.expect_err("no file");
    let notified = error.to_string();
    assert!(
        notified.starts_with("feed \"wire\": ca_file "),
        "{notified}"
    );
    world.round().await;
    assert_eq!(hook.titles(), ["Koizumi speaks"], "the old way still goes");
}
