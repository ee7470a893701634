//! What the daemon answers at the addresses of `[web]`, and what a reload makes of those.

use std::{
    net::{TcpListener, TcpStream},
    time::Duration,
};

use crate::{
    servers::{
        feed::FeedServer,
        watched::{Watched, ask, ask_as},
    },
    watchdog::Watchdog,
    world::World,
};

fn config(feed: &FeedServer, web: &str) -> String {
    let url = feed.url();
    format!(
        "[feed]\nwire = {{ url = \"{url}\", allow_private = true }}\n[watch]\nk = \"Koizumi\"\n\
         [receiver]\nscreen = {{ stdout = true }}\n[web]\n{web}\n"
    )
}

#[tokio::test(flavor = "multi_thread")]
async fn a_daemon_tells_that_it_lives_is_ready_and_what_it_counts() {
    let feed = FeedServer::start().await;
    let daemon = Watched::start(&config(&feed, "listen = \"127.0.0.1:0\""));
    let address = daemon.address();
    for (request, status, body) in [
        ("GET /healthz", 200, "ok\n"),
        ("GET /readyz", 200, "ok\n"),
        ("GET /readyz?verbose", 200, "ok\n"),
        ("HEAD /healthz", 200, ""),
        ("GET /nowhere", 404, "not found\n"),
        ("GET /metrics/", 404, "not found\n"),
        ("POST /healthz", 405, ""),
        ("DELETE /metrics", 405, ""),
    ] {
        let notified = ask(&address, request, "");
        assert_eq!(
            (notified.status, notified.body.as_str()),
            (status, body),
            "{request}"
        );
        let allows = notified.head.contains("allow: get,head");
        assert_eq!(allows, status == 405, "{request}: {}", notified.head);
    }
    let classic = ask(&address, "GET /metrics", "");
    assert!(
        classic
            .head
            .contains("content-type: text/plain; version=0.0.4")
    );
    assert!(
        classic.body.contains("\nfivebells_ready 1\n"),
        "{}",
        classic.body
    );
    let accept = "Accept: application/openmetrics-text;version=1.0.0,*/*;q=0.1\r\n";
    let open = ask(&address, "GET /metrics", accept);
    assert!(
        open.head
            .contains("content-type: application/openmetrics-text; version=1.0.0")
    );
    assert!(open.body.ends_with("# EOF\n"));
    assert_eq!(ask(&address, "HEAD /metrics", "").body, "");
}

/// A probe gives up after a second or so; a lock that another program holds is no reason to start the
/// service again.
#[tokio::test(flavor = "multi_thread")]
async fn under_a_foreign_lock_it_lives_is_not_ready_and_says_so_within_a_second() {
    let feed = FeedServer::start().await;
    let daemon = Watched::start(&config(&feed, "listen = \"127.0.0.1:0\""));
    let address = daemon.address();
    assert_eq!(ask(&address, "GET /readyz", "").status, 200);
    let store = daemon.folder().join("fivebells.db");
    let rival = rusqlite::Connection::open(store).expect("a store");
    rival
        .execute_batch("BEGIN IMMEDIATE")
        .expect("it comes free");
    for (path, status, words) in [
        ("GET /healthz", 200, "ok\n"),
        (
            "GET /readyz",
            503,
            "the writer of the store has not answered for ",
        ),
    ] {
        let notified = ask(&address, path, "");
        assert_eq!(notified.status, status, "{path}: {}", notified.body);
        assert!(
            notified.body.starts_with(words),
            "{path}: {}",
            notified.body
        );
    }
    rival.execute_batch("ROLLBACK").expect("given back");
}

#[tokio::test(flavor = "multi_thread")]
async fn who_has_a_token_asks_for_it_before_the_metrics_alone() {
    let feed = FeedServer::start().await;
    let folder = tempfile::TempDir::new().expect("a folder");
    let file = folder.path().join("token");
    std::fs::write(&file, "0123456789abcdef\n").expect("written");
    let token = format!("token = {{ file = \"{}\" }}", file.display());
    let daemon = Watched::start(&config(
        &feed,
        &format!("listen = \"127.0.0.1:0\"\n{token}"),
    ));
    let address = daemon.address();
    let refused = ask(&address, "GET /metrics", "");
    assert_eq!(refused.status, 401);
    assert!(refused.head.contains("www-authenticate: bearer"));
    let shown = "Authorization: Bearer 0123456789abcdef\r\n";
    assert_eq!(ask(&address, "GET /metrics", shown).status, 200);
    assert_eq!(ask(&address, "GET /healthz", "").status, 200);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_reload_opens_and_closes_doors_all_or_nothing() {
    let feed = FeedServer::start().await;
    let first = "listen = \"127.0.0.1:0\"";
    let daemon = Watched::start(&config(&feed, first));
    let address = daemon.address();

    let taken = TcpListener::bind("127.0.0.1:0").expect("a port");
    let taken = taken
        .local_addr()
        .map(|it| (it, taken))
        .expect("an address");
    let both = format!(
        "listen = [\"127.0.0.1:0\", \"unix:web.sock\", \"{}\"]",
        taken.0
    );
    daemon.reload(&config(&feed, &both), "not reloaded");
    let socket = daemon.folder().join("web.sock");
    assert!(!socket.exists(), "a refused reload leaves nothing");
    // It is logged first.
    shows(&address, "fivebells_config_last_reload_successful 0").await;

    let both = "listen = [\"127.0.0.1:0\", \"unix:web.sock\"]";
    daemon.reload(&config(&feed, both), "INFO  reloaded: ");
    let path = socket.to_str().expect("UTF-8");
    assert_eq!(ask(&address, "GET /healthz", "").status, 200);
    assert_eq!(ask(path, "GET /healthz", "").status, 200);

    daemon.reload(
        &config(&feed, "listen = \"unix:web.sock\""),
        "INFO  reloaded: ",
    );
    assert_eq!(ask(path, "GET /healthz", "").status, 200);
    // Its task drops it in its own time.
    let watchdog = Watchdog::start();
    while TcpStream::connect(&address).is_ok() {
        assert!(watchdog.is_patient(), "it is not closed");
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    shows(path, "fivebells_config_last_reload_successful 1").await;
}

/// Waits until the metrics have a line.
async fn shows(address: &str, line: &str) {
    let watchdog = Watchdog::start();
    loop {
        let notified = ask(address, "GET /metrics", "").body;
        if notified.lines().any(|it| it == line) {
            return;
        }
        assert!(watchdog.is_patient(), "{line}: {notified}");
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_start_at_a_port_in_use_ends_with_the_reason() {
    let feed = FeedServer::start().await;
    let taken = TcpListener::bind("127.0.0.1:0").expect("a port");
    let address = taken.local_addr().expect("an address");
    let mut daemon = Watched::start(&config(&feed, &format!("listen = \"{address}\"")));
    assert_eq!(daemon.ended(), Some(1));
    let line = daemon.logged("cannot listen on", 0);
    assert!(line.contains("another program listens there"), "{line}");
    let store = daemon.folder().join("fivebells.db");
    assert!(!store.exists(), "nothing was begun");
}

/// The clock that counts here is one that nobody sets.
#[tokio::test(flavor = "multi_thread")]
async fn a_loop_of_polls_that_stands_still_is_neither_alive_nor_ready() {
    let feed = FeedServer::start().await;
    feed.fail_with(Some(crate::servers::http::Answer::status(500)));
    let world = World::open(&config(&feed, "")).await;
    world.round().await;
    // A feed that fails is nobody's fault here.
    assert_eq!(world.app().dead().await, None);
    assert_eq!(world.app().unready().await, None);
    world.advance(2);
    let stuck = Some("the loop of polls has not come round for 120 s".to_owned());
    assert_eq!(world.app().dead().await, stuck);
    assert_eq!(world.app().unready().await, stuck);
}

/// As systemd does it, but for the number: the program reads it from `LISTEN_FDS_FIRST_FD`.
#[tokio::test(flavor = "multi_thread")]
async fn a_socket_that_was_passed_is_listened_at_until_the_config_says_otherwise() {
    let feed = FeedServer::start().await;
    let passed = TcpListener::bind("127.0.0.1:0").expect("a port");
    let address = passed.local_addr().expect("an address").to_string();
    let on = config(&feed, "listen = \"systemd\"");
    let daemon = Watched::start_with(&on, |command| {
        command
            .stdin(std::os::fd::OwnedFd::from(passed))
            .envs([("LISTEN_FDS", "1"), ("LISTEN_FDS_FIRST_FD", "0")]);
    });
    assert_eq!(daemon.address(), address);
    assert_eq!(ask(&address, "GET /healthz", "").status, 200);
    daemon.reload(&config(&feed, "listen = []"), "systemd is closed");
    daemon.reload(&on, "are served at");
    assert_eq!(ask(&address, "GET /healthz", "").status, 200);

    let mut without = Watched::start(&on);
    without.logged("systemd passed no socket", 0);
    assert_eq!(without.ended(), Some(1));
}

/// A page in a frame of another site could be clicked unseen; a script in a title could act as the
/// reader; a text that a browser takes for something else could be one.
#[tokio::test(flavor = "multi_thread")]
async fn every_answer_forbids_frames_scripts_and_guesses_at_its_type() {
    let feed = FeedServer::start().await;
    let daemon = Watched::start(&config(&feed, "listen = \"127.0.0.1:0\""));
    let address = daemon.address();
    for path in [
        "/",
        "/alerts.atom",
        "/style.css",
        "/healthz",
        "/nowhere",
        "/api/v1/nowhere",
    ] {
        let answer = ask(&address, &format!("GET {path}"), "");
        for line in [
            "content-security-policy: default-src 'none'; style-src 'self'; img-src 'self'; \
             form-action 'self'; base-uri 'none'; frame-ancestors 'none'",
            "x-content-type-options: nosniff",
            "x-frame-options: deny",
            "referrer-policy: same-origin",
        ] {
            let head = &answer.head;
            assert!(head.lines().any(|it| it == line), "{path}: {line}: {head}");
        }
    }
}

/// Another site may give its own name the address of this machine: to a browser that is one site, and
/// the site could read our pages.
#[tokio::test(flavor = "multi_thread")]
async fn a_name_that_the_config_does_not_have_is_refused_and_named() {
    let feed = FeedServer::start().await;
    let web = "listen = \"127.0.0.1:0\"\nhosts = [\"alerts.example.org\"]";
    let daemon = Watched::start(&config(&feed, web));
    let address = daemon.address();
    for (host, status) in [
        ("alerts.example.org", 200),
        ("localhost", 200),
        ("127.0.0.1", 200),
        ("bells", 421),
    ] {
        let answer = ask_as(host, &address, "GET /alerts.json", "");
        assert_eq!(answer.status, status, "{host}: {}", answer.body);
        if status == 421 {
            assert!(
                answer.body.contains("hosts = [\"bells\"]"),
                "{}",
                answer.body
            );
        }
    }
    // Scrapers and probes call it as they like.
    assert_eq!(ask(&address, "GET /healthz", "").status, 200);
}
