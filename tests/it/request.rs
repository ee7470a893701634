//! What one request promises, from one poll to the next: docs/polling.md, "One request".

use std::sync::{Arc, Mutex};

use crate::{
    servers::{
        feed::FeedServer,
        http::{Answer, HttpServer, Request},
        secure::{Connection, SecureServer},
        webhook::WebhookServer,
    },
    world::World,
};

const FEED: &str = "<rss version=\"2.0\"><channel><title>Wire</title>\
    <item><guid>1</guid><title>Koizumi speaks</title></item></channel></rss>";

fn reply(status: u16, headers: &[(&'static str, &str)], body: &str) -> Answer {
    let headers = headers.iter();
    Answer::Reply {
        status,
        headers: headers
            .map(|(name, value)| (*name, (*value).to_owned()))
            .collect(),
        body: body.as_bytes().to_vec(),
    }
}

/// A feed whose answers the test sets.
struct Publisher {
    server: HttpServer,
    answer: Arc<Mutex<Answer>>,
    world: World,
    hook: WebhookServer,
}

impl Publisher {
    async fn start() -> Self {
        let answer = Arc::new(Mutex::new(reply(200, &[], FEED)));
        let shared = Arc::clone(&answer);
        let server = HttpServer::start(move |_| shared.lock().expect("not poisoned").clone()).await;
        let hook = WebhookServer::start().await;
        let world = World::open(&config(&server.url("/feed"), &hook, "")).await;
        Self {
            server,
            answer,
            world,
            hook,
        }
    }

    /// Polls once with this answer; returns what was asked.
    async fn poll(&self, answer: Answer) -> Request {
        *self.answer.lock().expect("not poisoned") = answer;
        let before = self.server.requests().len();
        self.world.advance(20 * 60);
        self.world.round().await;
        let requests = self.server.requests();
        assert_eq!(requests.len(), before + 1, "one poll is one request");
        requests.last().expect("one").clone()
    }

    async fn state(&self) -> (Option<String>, String) {
        let feed = self.world.app().store().feed("wire").await;
        let feed = feed.expect("the store answers").expect("a feed");
        (feed.reason, feed.error.unwrap_or_default())
    }
}

fn config(url: &str, hook: &WebhookServer, more: &str) -> String {
    format!(
        "[feed]\nwire = {{ url = \"{url}\", initial = \"all\" }}\n[watch]\nk = \"Koizumi\"\n\
         [receiver.hook]\nwebhook = \"{}\"\n{more}",
        hook.url()
    )
}

fn validators(request: &Request) -> (Option<&str>, Option<&str>) {
    (
        request.header("if-none-match"),
        request.header("if-modified-since"),
    )
}

#[tokio::test(flavor = "multi_thread")]
async fn every_200_and_304_replaces_the_validators() {
    const DATE: &str = "Sun, 22 Nov 2026 06:30:00 GMT";
    let publisher = Publisher::start().await;
    let both = [("ETag", "\"1\""), ("Last-Modified", DATE)];
    let first = publisher.poll(reply(200, &both, FEED)).await;
    assert_eq!(validators(&first), (None, None));
    // The same body with an ETag alone.
    let second = publisher
        .poll(reply(200, &[("ETag", "W/\"2\"")], FEED))
        .await;
    assert_eq!(validators(&second), (Some("\"1\""), Some(DATE)));
    let third = publisher.poll(reply(304, &[("ETag", "W/\"3\"")], "")).await;
    assert_eq!(validators(&third), (Some("W/\"2\""), None));
    // A 200 is read though its validators are the old ones.
    let more = FEED.replace(
        "</channel>",
        "<item><guid>2</guid><title>Koizumi leaves</title></item></channel>",
    );
    let fourth = publisher
        .poll(reply(200, &[("ETag", "W/\"3\"")], &more))
        .await;
    assert_eq!(validators(&fourth), (Some("W/\"3\""), None));
    assert_eq!(
        publisher.hook.titles(),
        ["Koizumi speaks", "Koizumi leaves"]
    );
    // And one without any clears them.
    publisher.poll(reply(200, &[], FEED)).await;
    let last = publisher.poll(reply(200, &[], FEED)).await;
    assert_eq!(validators(&last), (None, None));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_truncated_body_stores_no_validators() {
    let publisher = Publisher::start().await;
    publisher
        .poll(reply(200, &[("ETag", "\"whole\"")], FEED))
        .await;
    let half = Answer::Half {
        headers: vec![("ETag", "\"half\"".to_owned())],
        body: FEED.replace("speaks", "leaves").into_bytes(),
    };
    publisher.poll(half).await;
    let (reason, error) = publisher.state().await;
    assert_eq!(reason.as_deref(), Some("truncated"), "{error}");
    let next = publisher.poll(reply(200, &[], FEED)).await;
    assert_eq!(validators(&next), (Some("\"whole\""), None));
}

/// Framed as if it were whole: what it shows is read, but the rest may come under the same ETag.
#[tokio::test(flavor = "multi_thread")]
async fn half_a_document_is_read_and_stores_no_validators() {
    let publisher = Publisher::start().await;
    let half = FEED.strip_suffix("</channel></rss>").expect("its end");
    let cut = reply(200, &[("ETag", "\"1\"")], half);
    for _ in 0..3 {
        let asked = publisher.poll(cut.clone()).await;
        assert_eq!(validators(&asked), (None, None));
    }
    assert_eq!(publisher.hook.titles(), ["Koizumi speaks"]);
    publisher.poll(reply(200, &[("ETag", "\"1\"")], FEED)).await;
    let next = publisher.poll(reply(304, &[], "")).await;
    assert_eq!(validators(&next), (Some("\"1\""), None));
}

#[tokio::test(flavor = "multi_thread")]
async fn what_stands_in_the_feeds_place_has_a_reason_a_hint_and_no_validators() {
    let publisher = Publisher::start().await;
    publisher
        .poll(reply(200, &[("ETag", "\"good\"")], FEED))
        .await;
    let page = "<!DOCTYPE html><title>Wire</title><p>News</p>";
    let login = "<!DOCTYPE html><title>Sign in</title><input type=\"password\">";
    let challenge = [("cf-mitigated", "challenge"), ("ETag", "\"bad\"")];
    let etag = &challenge[1..];
    for (answer, reason, hint) in [
        (
            reply(200, etag, page),
            "html",
            "which feeds the page names, if any",
        ),
        (
            reply(200, etag, login),
            "login",
            "set `username` and `password`, or `bearer`",
        ),
        (
            reply(200, etag, ""),
            "empty",
            "at fault where this stays so",
        ),
        (
            reply(200, &challenge, FEED),
            "challenge",
            "let feed readers pass",
        ),
        (
            reply(403, &challenge, page),
            "challenge",
            "let feed readers pass",
        ),
        (
            reply(503, &challenge, page),
            "challenge",
            "let feed readers pass",
        ),
        (reply(403, etag, page), "forbidden", "let feed readers pass"),
        (
            reply(401, etag, login),
            "login",
            "set `username` and `password`, or `bearer`",
        ),
    ] {
        let asked = publisher.poll(answer).await;
        assert_eq!(validators(&asked), (Some("\"good\""), None), "{reason}");
        let (found, error) = publisher.state().await;
        assert_eq!(found.as_deref(), Some(reason), "{error}");
        assert!(error.ends_with(hint), "{error}");
    }
}

/// Which feed is meant is for the operator to say: `add` and `fetch` look, a poll does not.
#[tokio::test(flavor = "multi_thread")]
async fn a_poll_looks_for_no_feed_in_a_page() {
    let publisher = Publisher::start().await;
    let page = "<!DOCTYPE html><title>Wire</title>\
        <link rel=\"alternate\" type=\"application/rss+xml\" href=\"/other\"><p>News</p>";
    for _ in 0..2 {
        let asked = publisher.poll(reply(200, &[], page)).await;
        assert_eq!(asked.path, "/feed");
    }
}

/// Nothing that a publisher could not know what to do with, and nothing that tells on the reader.
#[tokio::test(flavor = "multi_thread")]
async fn a_poll_is_one_plain_get() {
    let feed = FeedServer::start().await;
    feed.publish("Koizumi speaks");
    let hook = WebhookServer::start().await;
    let contact = "[poll]\ncontact = \"ops@example.org\"\n";
    let world = World::open(&config(&feed.url(), &hook, contact)).await;
    for _ in 0..2 {
        world.round().await;
        world.advance(20 * 60);
    }
    let requests = feed.requests();
    assert_eq!(requests.len(), 2, "no robots.txt, no favicon, no HEAD");
    for (request, condition) in requests.iter().zip([None, Some("if-none-match")]) {
        assert_eq!(
            (request.method.as_str(), request.path.as_str()),
            ("GET", "/feed.xml")
        );
        let mut names: Vec<_> = request
            .headers
            .iter()
            .map(|(name, _)| name.as_str())
            .collect();
        names.sort_unstable();
        let mut expected = vec!["accept", "accept-encoding", "host", "user-agent"];
        expected.extend(condition);
        expected.sort_unstable();
        assert_eq!(names, expected);
        let agent = format!(
            "Fivebells/{} (feed monitor; +mailto:ops@example.org)",
            env!("CARGO_PKG_VERSION")
        );
        assert_eq!(request.header("user-agent"), Some(agent.as_str()));
        assert_eq!(
            request.header("accept-encoding"),
            Some("gzip, deflate, br, zstd")
        );
    }
}

async fn secure(headers: &'static [(&'static str, &str)]) -> (SecureServer, World) {
    const ETAG: (&str, &str) = ("ETag", "\"caf\u{e9}\"");
    let server = SecureServer::start(move |request| {
        let is_known = request.header("if-none-match") == Some(ETAG.1);
        let status = if is_known { 304 } else { 200 };
        reply(status, &[headers, &[ETAG]].concat(), FEED)
    })
    .await;
    let hook = WebhookServer::start().await;
    let http2 = headers.is_empty();
    let config = config(
        &server.url("/feed"),
        &hook,
        "[poll]\nca_file = \"ca.pem\"\n",
    )
    .replace("initial", &format!("http2 = {http2}, initial"));
    let world = World::open_with(&config, &[("ca.pem", server.ca_pem())]).await;
    for _ in 0..3 {
        world.poll().await;
        world.advance(20 * 60);
    }
    (server, world)
}

#[tokio::test(flavor = "multi_thread")]
async fn over_http_2_an_unchanged_feed_keeps_validators_and_connection() {
    let (server, world) = secure(&[]).await;
    let sent: Vec<_> = server.requests();
    let sent: Vec<_> = sent.iter().map(|request| validators(request).0).collect();
    assert_eq!(sent, [None, Some("\"caf\u{e9}\""), Some("\"caf\u{e9}\"")]);
    let feed = world.app().store().feed("wire").await;
    let status = feed.expect("the store answers").expect("a feed").status;
    assert_eq!(status, Some(304));
    let only = Connection {
        resumed: false,
        http2: true,
    };
    assert_eq!(server.connections(), [only]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_second_connection_to_a_host_resumes_its_session() {
    let (server, _world) = secure(&[("Connection", "close")]).await;
    let resumed = server.connections().into_iter();
    let resumed: Vec<_> = resumed.map(|connection| connection.resumed).collect();
    assert_eq!(resumed, [false, true, true]);
}

/// Sites that send a `Link` for each of their files; the limit of lines is HTTP/1.1's alone.
#[tokio::test(flavor = "multi_thread")]
async fn an_answer_with_many_header_lines_is_read_over_http_2() {
    let server = SecureServer::start(|_| {
        let lines = (0..2500).map(|number| ("Link", format!("</{number}.css>; rel=preload")));
        Answer::Reply {
            status: 200,
            headers: lines.collect(),
            body: FEED.as_bytes().to_vec(),
        }
    })
    .await;
    let hook = WebhookServer::start().await;
    let more = "[poll]\nca_file = \"ca.pem\"\n";
    let config = config(&server.url("/feed"), &hook, more);
    let world = World::open_with(&config, &[("ca.pem", server.ca_pem())]).await;
    world.round().await;
    assert!(server.connections()[0].http2);
    assert_eq!(hook.titles(), ["Koizumi speaks"]);
}
