//! `check --online`: each feed asked once, with what a user wants to know of it before it counts;
//! mail servers and webhooks tried as far as they go without a notice.

use std::{
    sync::{Arc, Mutex},
    time::{Duration, Instant},
};

use crate::{
    desk::{Desk, SAMPLE, code, json, stderr, stdout},
    servers::{
        http::{Answer, HttpServer, Request},
        secure::SecureServer,
        smtp::{Script, Security, SmtpServer, Step},
    },
};

fn config(feeds: &str) -> String {
    format!(
        "[poll]\nper_host = \"0s\"\n[feed]\n{feeds}\n[watch]\nk = \"Koizumi\"\n\
         [receiver]\nscreen = {{ stdout = true }}\n"
    )
}

fn reply(status: u16, headers: Vec<(&'static str, String)>, body: &str) -> Answer {
    Answer::Reply {
        status,
        headers,
        body: body.as_bytes().to_vec(),
    }
}

fn feed(body: &str) -> Answer {
    reply(200, Vec::new(), body)
}

const PAGE: &str = "<!doctype html><html><head><title>The Site</title>\
    <link rel=\"alternate\" type=\"application/rss+xml\" href=\"/rss.xml\"></head></html>";

/// One path for each way in which a feed may be.
async fn site() -> HttpServer {
    HttpServer::start(|request: &Request| match request.path.as_str() {
        "/fine" => feed(SAMPLE),
        "/old" => reply(301, vec![("Location", "/fine".to_owned())], ""),
        "/for-now" => reply(302, vec![("Location", "/fine".to_owned())], ""),
        "/slow" => feed(&SAMPLE.replace("<language>", "<ttl>60</ttl><language>")),
        "/bare" => feed("<rss version=\"2.0\"><channel><title>New</title></channel></rss>"),
        "/repaired" => feed(&SAMPLE.replace("Weather", "Wind & weather")),
        "/undated" => feed("<rss><channel><item><title>T</title></item></channel></rss>"),
        "/page" => feed(PAGE),
        "/empty" => feed(" \n"),
        "/text" => feed("no feed here"),
        _ => reply(404, Vec::new(), "no"),
    })
    .await
}

/// A desk with a feed for each of these paths, called like it.
fn desk(site: &HttpServer, paths: &[&str]) -> Desk {
    let line = |path: &&str| {
        let url = site.url(&format!("/{path}"));
        format!("{path} = {{ url = \"{url}\", every = \"5m\" }}\n")
    };
    let lines: String = paths.iter().map(line).collect();
    Desk::new(&config(&lines))
}

#[tokio::test(flavor = "multi_thread")]
async fn every_feed_is_asked_once_and_what_is_wrong_is_said() {
    let site = site().await;
    let paths = [
        "fine", "old", "for-now", "slow", "bare", "repaired", "undated", "page", "empty", "text",
        "gone",
    ];
    let desk = desk(&site, &paths);
    let checked = desk.run(&["check", "--online"]);
    assert_eq!(code(&checked), 1, "{}", stderr(&checked));
    let text = stdout(&checked);
    let (config, found) = text.split_once('\n').expect("lines");
    assert!(config.contains("fivebells.toml: fine; "), "{config}");
    let host = site.url("");
    let newest = "the newest of 2026-11-22 06:30:00 UTC";
    for said in [
        format!("ok    feed fine: 2 items, {newest}"),
        format!("ok    feed old: 2 items, {newest}"),
        format!("      warning: it has moved for good; help: change its url to {host}/fine\n"),
        format!("ok    feed slow: 2 items, {newest}"),
        "      warning: asked less often than every 5m: the feed asks for 1h between polls (ttl); \
         help: `respect` leaves out such hints\n"
            .to_owned(),
        "ok    feed bare: 0 items\n      warning: it holds no items now\n".to_owned(),
        "      repaired: bare ampersand, at byte ".to_owned(),
        "ok    feed undated: 1 item, none with a date\n".to_owned(),
        format!(
            "FAIL  feed page: the document is an HTML page titled \"The Site\"; its feed is \
             {host}/rss.xml\n"
        ),
        "FAIL  feed empty: the document is empty".to_owned(),
        "FAIL  feed text: the document is no feed: it starts with \"no feed here\"\n".to_owned(),
        "FAIL  feed gone: status 404 Not Found\n".to_owned(),
        "tried: 7 fine, 3 of them with a warning, 4 failed\n".to_owned(),
    ] {
        assert!(found.contains(&said), "{said}\nis not in\n{found}");
    }
    assert_eq!(found.matches("moved for good").count(), 1, "{found}");
    let places = paths.map(|path| found.find(&format!(" feed {path}: ")));
    assert!(places.is_sorted(), "in the order of the config: {found}");
    let asked = site.requests();
    assert_eq!(asked.len(), paths.len() + 2, "once, and the two redirects");
    let is_conditional = |request: &Request| request.header("if-none-match").is_some();
    assert!(!asked.iter().any(is_conditional));
    let is_store = |name: &str| name.contains(".db") || name.contains("sqlite");
    let files = std::fs::read_dir(desk.path(".")).expect("a folder");
    let mut names = files.map(|file| file.expect("a file").file_name());
    assert!(
        !names.any(|name| is_store(&name.to_string_lossy())),
        "nothing is stored"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn all_well_is_exit_0_and_a_warning_fails_a_strict_check() {
    let site = site().await;
    let check = |path: &str, arguments: &[&str]| {
        code(&desk(&site, &[path]).run(&[&["check", "--online"], arguments].concat()))
    };
    assert_eq!(check("fine", &["--strict"]), 0);
    for path in ["old", "slow", "bare"] {
        assert_eq!(check(path, &[]), 0, "{path}");
        assert_eq!(check(path, &["--strict"]), 1, "{path}");
    }
    assert_eq!(
        check("repaired", &["--strict"]),
        0,
        "nobody here can mend it"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_config_with_errors_asks_nobody_and_nor_does_an_offline_check() {
    let site = site().await;
    let desk = desk(&site, &["fine"]);
    assert_eq!(code(&desk.run(&["check"])), 0);
    let config = desk.read("fivebells.toml");
    desk.write("fivebells.toml", &(config.clone() + "[watch]\n"));
    assert_eq!(code(&desk.run(&["check", "--online"])), 78);
    let test = "[[test]]\ntitle = \"nothing\"\nexpect = [\"k\"]\n";
    desk.write("fivebells.toml", &(config + test));
    let checked = desk.run(&["check", "--online"]);
    assert_eq!(code(&checked), 78);
    let said = stderr(&checked);
    assert!(said.contains("should match, but does not: k"), "{said}");
    assert_eq!(site.requests().len(), 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_host_that_asks_to_wait_is_asked_nothing_more() {
    let busy = || reply(429, vec![("Retry-After", "60".to_owned())], "");
    let server = HttpServer::start(move |_| busy()).await;
    let desk = desk(&server, &["one", "two", "three"]);
    let checked = desk.run(&["check", "--online"]);
    assert_eq!(code(&checked), 1);
    let text = stdout(&checked);
    assert!(
        text.contains("FAIL  feed one: status 429 Too Many Requests\n"),
        "{text}"
    );
    assert_eq!(
        text.matches(": not asked, its host asks to wait").count(),
        2
    );
    assert!(
        text.ends_with("tried: 0 fine, 1 failed, 2 not asked\n"),
        "{text}"
    );
    assert_eq!(server.requests().len(), 1);
    let rows = json(&desk.run(&["--format", "json", "check", "--online"]));
    assert_eq!(
        (&rows[1]["ok"], &rows[1]["reason"]),
        (&false.into(), &"not_asked".into())
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn feeds_of_one_host_are_asked_with_its_pause_between_them() {
    let asked = Arc::new(Mutex::new(Vec::new()));
    let site = HttpServer::start({
        let asked = Arc::clone(&asked);
        move |_| {
            asked.lock().expect("not poisoned").push(Instant::now());
            feed(SAMPLE)
        }
    })
    .await;
    let desk = desk(&site, &["one", "two", "three"]);
    let config = desk.read("fivebells.toml").replace("\"0s\"", "\"400ms\"");
    desk.write("fivebells.toml", &config);
    assert_eq!(code(&desk.run(&["check", "--online"])), 0);
    let asked = asked.lock().expect("not poisoned");
    assert_eq!(asked.len(), 3);
    // A slow machine makes pauses longer, never shorter: each begins after an answer.
    let pauses = asked.windows(2).map(|pair| pair[1] - pair[0]);
    let shortest = pauses.min().expect("two");
    assert!(shortest >= Duration::from_millis(400), "{shortest:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_host_says_what_time_it_is_unless_a_cache_has_kept_its_answer() {
    let dated = |more: Vec<(&'static str, String)>| {
        let date = ("Date", "Mon, 01 Jan 2024 00:00:00 GMT".to_owned());
        reply(200, [vec![date], more].concat(), SAMPLE)
    };
    let server = HttpServer::start(move |request: &Request| match request.path.as_str() {
        "/dated" => dated(Vec::new()),
        _ => dated(vec![("Age", "9".to_owned())]),
    })
    .await;
    let checked = desk(&server, &["dated"]).run(&["check", "--online"]);
    assert_eq!(code(&checked), 0, "one host alone is no judge");
    let text = stdout(&checked);
    let words = " ahead of the one host that says what time it is; one of the two is wrong\n";
    assert!(text.contains("\nok    clock: this machine is "), "{text}");
    assert!(text.contains(words), "{text}");
    let rows = json(&desk(&server, &["dated"]).run(&["--format", "json", "check", "--online"]));
    assert_eq!(
        (&rows[1]["probe"], &rows[1]["ok"]),
        (&"clock".into(), &true.into())
    );
    let text = stdout(&desk(&server, &["kept"]).run(&["check", "--online"]));
    assert!(!text.contains("clock"), "{text}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_certificate_that_nobody_vouches_for_is_said_with_what_to_do() {
    let server = SecureServer::start(|_| feed(SAMPLE)).await;
    let feeds = format!("own = \"{}\"", server.url("/feed"));
    let desk = Desk::new(&config(&feeds));
    let checked = desk.run(&["check", "--online"]);
    assert_eq!(code(&checked), 1);
    let text = stdout(&checked);
    assert!(
        text.contains("FAIL  feed own: TLS with 127.0.0.1: "),
        "{text}"
    );
    assert!(text.contains("name it as `ca_file`"), "{text}");
    desk.write("ca.pem", server.ca_pem());
    let feeds = format!(
        "own = {{ url = \"{}\", ca_file = \"ca.pem\" }}",
        server.url("/feed")
    );
    desk.write("fivebells.toml", &config(&feeds));
    assert_eq!(
        code(&desk.run(&["check", "--online"])),
        0,
        "with the feed's own options"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn one_object_is_printed_for_each_feed() {
    let site = site().await;
    let desk = desk(&site, &["old", "gone"]);
    let rows = json(&desk.run(&["--format", "json", "check", "--online"]));
    let [old, gone] = rows.as_slice() else {
        panic!("{rows:?}")
    };
    for (key, value) in [
        ("probe", "feed".into()),
        ("name", "old".into()),
        ("ok", true.into()),
        ("items", 2.into()),
        ("newest", "2026-11-22T06:30:00Z".into()),
        ("moved_to", site.url("/fine").into()),
        ("slowed_by", serde_json::json!([])),
        ("error", serde_json::Value::Null),
    ] {
        assert_eq!(old[key], value, "{key}");
    }
    assert_eq!(gone["ok"], false);
    assert_eq!(gone["status"], 404);
    assert_eq!(gone["reason"], "status");
    assert_eq!(gone["error"], "status 404 Not Found");
}

/// A desk with one feed that is well, and these receivers and mail servers.
fn desk_of_receivers(ways: &str) -> Desk {
    Desk::new(&format!(
        "notify = [\"first\"]\n[feed]\nsample = \"file:sample.xml\"\n\
         [watch]\nk = \"Koizumi\"\n{ways}"
    ))
}

#[tokio::test(flavor = "multi_thread")]
async fn a_mail_server_is_tried_up_to_the_sender_and_gets_no_mail() {
    let script = || Script::new(Security::StartTls).login("bells", "right");
    let server = SmtpServer::start(script()).await;
    let ways = format!(
        "[receiver]\nfirst = {{ email = [\"desk@example.org\"] }}\n\
         [mail]\nserver = \"{}\"\nsecurity = \"starttls\"\nca_file = \"ca.pem\"\n\
         username = \"bells\"\npassword = {{ file = \"password\" }}\n\
         from = \"Bells <bells@example.org>\"\n",
        server.address()
    );
    let check = |password: &str| {
        let desk = desk_of_receivers(&ways);
        desk.write("ca.pem", server.ca_pem());
        desk.write("password", password);
        desk.run(&["check", "--online"])
    };
    let checked = check("right");
    assert_eq!(
        code(&checked),
        0,
        "{}{}",
        stdout(&checked),
        stderr(&checked)
    );
    let said = format!(
        "ok    mail server mail: {} takes mail from bells@example.org\n",
        server.address()
    );
    assert!(stdout(&checked).contains(&said), "{}", stdout(&checked));
    let verbs = |lines: &[String]| -> Vec<String> {
        let verb = |line: &String| line.split(' ').next().unwrap_or_default().to_owned();
        lines.iter().map(verb).collect()
    };
    let lines = server.lines();
    assert_eq!(
        verbs(&lines),
        ["EHLO", "STARTTLS", "EHLO", "AUTH", "MAIL", "QUIT"]
    );

    let refused = check("wrong");
    assert_eq!(code(&refused), 1);
    let text = stdout(&refused);
    assert!(text.contains("FAIL  mail server mail: AUTH: 535"), "{text}");
    server.set(script().say(Step::Mail, "550 5.7.1 not from here"));
    let text = stdout(&check("right"));
    let said = "FAIL  mail server mail: MAIL FROM: 550 5.7.1 not from here\n";
    assert!(text.contains(said), "{text}");
    assert_eq!(server.mails().len(), 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_webhook_is_connected_to_and_asked_nothing() {
    let server = SecureServer::start(|_| Answer::status(204)).await;
    let hook = server.url("/hook?key=s3cret");
    let receivers = format!(
        "[receiver]\nfirst = {{ stdout = true }}\nhook = {{ webhook = \"{hook}\" }}\n\
         bell = {{ ntfy = \"{}\" }}\n",
        server.url("/topic")
    );
    let trusting = "[poll]\nca_file = \"ca.pem\"\nper_host = \"0s\"\n";
    let desk = desk_of_receivers(&format!("{receivers}{trusting}"));
    desk.write("ca.pem", server.ca_pem());
    let checked = desk.run(&["check", "--online"]);
    assert_eq!(
        code(&checked),
        0,
        "{}{}",
        stdout(&checked),
        stderr(&checked)
    );
    let text = stdout(&checked);
    for name in ["hook", "bell"] {
        let said = format!("ok    receiver {name}: connected, nothing was sent\n");
        assert!(text.contains(&said), "{text}");
    }
    assert!(
        text.ends_with("tried: 3 fine\n"),
        "the terminal is not tried: {text}"
    );
    assert_eq!(
        (server.connections().len(), server.requests().len()),
        (2, 0)
    );

    let desk = desk_of_receivers(&receivers);
    let checked = desk.run(&["check", "--online"]);
    assert_eq!(code(&checked), 1);
    let text = stdout(&checked);
    assert!(
        text.contains("FAIL  receiver hook: TLS with 127.0.0.1: "),
        "{text}"
    );
    assert!(!text.contains("s3cret"), "{text}");
    let rows = json(&desk.run(&["--format", "json", "check", "--online"]));
    let hook = rows
        .iter()
        .find(|row| row["name"] == "hook")
        .expect("a row");
    assert_eq!(
        (&hook["probe"], &hook["reason"]),
        (&"receiver".into(), &"tls".into())
    );
}
