//! The control socket: commands beside the daemon as a child process.

use std::{
    io::{Read as _, Write as _},
    os::unix::{
        fs::{FileTypeExt as _, PermissionsExt as _},
        net::{UnixListener, UnixStream},
    },
    path::PathBuf,
    process::{Command, Stdio},
    time::Duration,
};

use fivebells::{
    clock::{Clock as _, SystemClock},
    store::{Store, StoreOptions},
};
use serde_json::Value;

use crate::{
    daemon::Daemon,
    desk::{Desk, code, json, stderr, stdout},
    servers::{feed::FeedServer, http::Answer, webhook::WebhookServer},
    watchdog::{HANGS_AFTER, Watchdog},
};

/// A store of its own name, so that its socket has another one than the default.
fn config(feed: &str, hook: &str) -> String {
    format!(
        "[feed]\nwire = \"{feed}\"\n[watch]\nk = \"Koizumi\"\n[receiver.hook]\nwebhook = \"{hook}\"\n\
         [poll]\nper_host = \"0s\"\n"
    )
}

/// A config that asks nobody.
fn quiet() -> String {
    config("file:none.xml", "http://127.0.0.1:9/")
}

fn socket(daemon: &Daemon) -> PathBuf {
    daemon.path().with_file_name("fivebells.sock")
}

fn stop(daemon: Daemon) {
    daemon.signal("-TERM");
    let (code, lines) = daemon.end();
    assert_eq!(code, Some(0), "{lines:#?}");
}

/// What comes back, as text.
fn answer(mut stream: UnixStream) -> String {
    stream.set_read_timeout(Some(HANGS_AFTER)).expect("a limit");
    let mut answer = String::new();
    stream.read_to_string(&mut answer).expect("an answer");
    answer
}

fn ask(daemon: &Daemon, request: &str) -> UnixStream {
    let mut stream = UnixStream::connect(socket(daemon)).expect("connected");
    let request =
        format!("{request} HTTP/1.1\r\nhost: x\r\nconnection: close\r\ncontent-length: 0\r\n\r\n");
    stream.write_all(request.as_bytes()).expect("sent");
    stream
}

/// A config that takes its time.
fn large() -> String {
    let watches = (0..1000).map(|n| format!("w{n} = \"Word{n}\"\n"));
    let watches: String = watches.collect();
    quiet().replace("[watch]\n", &format!("[watch]\n{watches}"))
}

#[tokio::test(flavor = "multi_thread")]
async fn a_poll_is_done_by_the_daemon_at_once_and_says_what_came() {
    let (feed, hook) = (FeedServer::start().await, WebhookServer::start().await);
    let daemon = Daemon::start(&config(&feed.url(), &hook.url()));
    daemon.expect("READY=1");
    assert_eq!(code(&daemon.run(&["poll"])), 0);
    feed.publish("Koizumi one");
    let polled = daemon.run(&["poll", "wire"]);
    assert_eq!(
        stdout(&polled),
        "wire: 1 new item, 1 alert\n",
        "{}",
        stderr(&polled)
    );
    feed.fail_with(Some(Answer::Reply {
        status: 500,
        headers: Vec::new(),
        body: Vec::new(),
    }));
    let failed = daemon.run(&["poll"]);
    assert_eq!(code(&failed), 1);
    assert!(
        stdout(&failed).starts_with("wire: failed: "),
        "{}",
        stdout(&failed)
    );
    stop(daemon);
}

/// The service would look by itself a moment later, so what counts is that it is asked to.
#[tokio::test(flavor = "multi_thread")]
async fn commands_that_make_something_due_ask_the_service_to_look_at_once() {
    let desk = Desk::sample();
    desk.run(&["run", "--once"]);
    // In the place of the service: it has the store, and listens at its socket.
    let options = StoreOptions {
        path: desk.path("fivebells.db"),
        keep_items: Duration::from_hours(1),
        keep_alerts: Duration::from_hours(1),
    };
    let store = Store::open(&options, SystemClock.now()).await;
    let store = store.expect("a store");
    let socket = UnixListener::bind(desk.path("fivebells.sock")).expect("it is free");
    let asked = std::thread::spawn(move || {
        let mut asked = Vec::new();
        for stream in socket.incoming() {
            let mut stream = stream.expect("connected");
            let mut request = [0; 256];
            let length = stream.read(&mut request).expect("a request");
            let request = String::from_utf8_lossy(&request[..length]);
            let line = request.lines().next().unwrap_or_default().to_owned();
            if line.is_empty() {
                return asked;
            }
            asked.push(line);
            let answer = b"HTTP/1.1 204 No Content\r\n\r\n";
            stream.write_all(answer).expect("answered");
        }
        asked
    });
    let commands: [&[&str]; 4] = [
        &["mute", "watch", "koizumi", "--for", "1h"],
        &["unmute", "watch", "koizumi", "--send"],
        &["outbox", "retry", "--receiver", "screen"],
        &["outbox", "drop", "--receiver", "screen"],
    ];
    for command in commands {
        let done = desk.run(command);
        assert!(code(&done) <= 1, "{command:?}: {}", stderr(&done));
    }
    // An empty request is the end.
    drop(UnixStream::connect(desk.path("fivebells.sock")).expect("connected"));
    let asked = asked.join().expect("no panic");
    assert_eq!(asked, ["POST /wake HTTP/1.1"; 4]);
    store.close().await;
}

#[test]
fn a_reload_says_what_is_in_force_or_the_whole_report_with_exit_78() {
    let daemon = Daemon::start(&quiet());
    daemon.expect("READY=1");
    let more = quiet().replace("[watch]", "[watch]\nh = \"Hegseth\"");
    std::fs::write(daemon.path(), &more).expect("written");
    let taken = daemon.run(&["reload"]);
    assert_eq!(stdout(&taken), "reloaded: 1 feed, 2 watches, 1 receiver\n");
    let counted = json(&daemon.run(&["--format", "json", "reload"]));
    assert_eq!(counted[0]["watches"], 2, "{counted:?}");

    std::fs::write(daemon.path(), more.replace("\"Hegseth\"", "\"(Hegseth\"")).expect("written");
    let refused = daemon.run(&["reload"]);
    let said = stderr(&refused);
    assert_eq!(code(&refused), 78, "{said}");
    for part in ["not reloaded", "fivebells.toml:4:6", "\"(Hegseth\"", "^"] {
        assert!(said.contains(part), "{part}: {said}");
    }
    assert_eq!(stdout(&refused), "");
    let status = stdout(&daemon.run(&["status"]));
    assert!(status.contains("reload refused"), "{status}");

    // What is no TOML at all, and a test of the config that fails.
    let test = "[[test]]\ntitle = \"Koizumi\"\nexpect = [\"h\"]\n";
    for (wrong, part) in [
        ("[feed\n".to_owned(), "[feed"),
        (more.clone() + test, "Koizumi"),
    ] {
        std::fs::write(daemon.path(), &wrong).expect("written");
        let refused = daemon.run(&["reload"]);
        let said = stderr(&refused);
        assert_eq!(code(&refused), 78, "{said}");
        assert!(
            said.contains("not reloaded") && said.contains(part),
            "{said}"
        );
    }
    std::fs::write(daemon.path(), more).expect("written");
    assert_eq!(code(&daemon.run(&["reload"])), 0);
    let path = daemon.path();
    stop_and_ask(daemon, &path);
}

/// Exit 3, as `status`.
fn stop_and_ask(daemon: Daemon, path: &std::path::Path) {
    let desk = Desk::new(&std::fs::read_to_string(path).expect("a config"));
    stop(daemon);
    let nobody = desk.run(&["reload"]);
    assert_eq!(code(&nobody), 3, "{}", stderr(&nobody));
    assert!(
        stderr(&nobody).contains("not running"),
        "{}",
        stderr(&nobody)
    );
}

/// Each is answered for the config that was there when it asked, though all ask at once, and by
/// SIGHUP too.
#[test]
fn who_asks_while_a_reload_runs_hears_of_a_later_one() {
    let daemon = Daemon::start(&quiet());
    daemon.expect("READY=1");
    std::fs::write(daemon.path(), large()).expect("written");
    let first = ask(&daemon, "POST /reload");
    daemon.expect("RELOADING=1");
    // Whole at once: the first reload may be reading it now.
    let new = daemon.path().with_extension("new");
    std::fs::write(&new, quiet()).expect("written");
    std::fs::rename(&new, daemon.path()).expect("renamed");
    let later: Vec<UnixStream> = (0..5).map(|_| ask(&daemon, "POST /reload")).collect();
    daemon.signal("-HUP");
    let first = answer(first);
    assert!(first.contains("\"done\""), "{first}");
    for stream in later {
        let said = answer(stream);
        assert!(
            said.contains("{\"done\":{\"feeds\":1,\"watches\":1,"),
            "{said}"
        );
    }
    stop(daemon);
}

#[test]
fn a_daemon_that_ends_lets_nobody_wait() {
    let slow = std::net::TcpListener::bind("127.0.0.1:0").expect("a port");
    let url = format!("http://{}/", slow.local_addr().expect("an address"));
    let daemon = Daemon::start(&config(&url, "http://127.0.0.1:9/"));
    daemon.expect("READY=1");
    let body = r#"{"feeds":[],"patience_ms":60000}"#;
    let mut stream = UnixStream::connect(socket(&daemon)).expect("connected");
    let poll = Command::new(env!("CARGO_BIN_EXE_fivebells"))
        .args(["-c".as_ref(), daemon.path().as_os_str(), "poll".as_ref()])
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .expect("it runs");
    // Its poll is under way.
    let _taken = slow.accept().expect("a connection");
    let is_asked = || json(&daemon.run(&["--format", "json", "feeds"]))[0]["due_reason"] == "asked";
    let watchdog = Watchdog::start();
    while !is_asked() {
        assert!(watchdog.is_patient(), "nobody asks");
    }
    let head = format!(
        "POST /polled HTTP/1.1\r\nhost: x\r\ncontent-length: {}\r\n\r\n",
        body.len()
    );
    stream.write_all((head + body).as_bytes()).expect("sent");
    let left = ask(&daemon, "POST /reload");
    drop(left);
    daemon.signal("-TERM");
    daemon.expect("STOPPING=1");
    let said = answer(stream);
    assert!(said.starts_with("HTTP/1.1 503 "), "{said}");
    // A second one cuts the poll off that still runs.
    daemon.signal("-TERM");
    let polled = poll.wait_with_output().expect("it ends");
    assert_eq!(stdout(&polled), "wire: not polled yet\n");
    assert_eq!(daemon.end().0, Some(0));
}

#[test]
fn what_is_no_request_or_stays_half_of_one_harms_nobody() {
    let daemon = Daemon::start(&quiet());
    daemon.expect("READY=1");
    let half: Vec<UnixStream> = (0..20)
        .map(|_| {
            let mut stream = UnixStream::connect(socket(&daemon)).expect("connected");
            stream.write_all(b"POST /rel").expect("sent");
            stream
        })
        .collect();
    for (request, status) in [
        ("GET /", "404"),
        ("GET /reload", "405"),
        ("POST /polled", "400"),
        ("BREW", "400"),
    ] {
        let said = answer(ask(&daemon, request));
        assert!(
            said.starts_with(&format!("HTTP/1.1 {status} ")),
            "{request}: {said}"
        );
    }
    assert_eq!(code(&daemon.run(&["reload"])), 0);
    drop(half);
    stop(daemon);
}

/// The umask is neither too much nor too little; a socket that a killed daemon left is replaced, and
/// nothing is left at the end.
#[test]
fn the_socket_has_its_mode_whatever_the_umask_and_goes_with_the_daemon() {
    for umask in ["0077", "0000"] {
        let desk = Desk::new(&quiet());
        let path = desk.path("fivebells.sock");
        drop(UnixListener::bind(&path).expect("a socket that is left over"));
        let command = format!("umask {umask}; exec \"$0\" -c \"$1\" run");
        let mut child = Command::new("sh")
            .args(["-c", &command, env!("CARGO_BIN_EXE_fivebells")])
            .arg(desk.path("fivebells.toml"))
            .stderr(Stdio::null())
            .spawn()
            .expect("it runs");
        let watchdog = Watchdog::start();
        while code(&desk.run(&["reload"])) != 0 {
            assert!(watchdog.is_patient(), "it does not answer");
        }
        let data = std::fs::symlink_metadata(&path).expect("there");
        assert!(data.file_type().is_socket());
        assert_eq!(data.permissions().mode() & 0o777, 0o660, "{umask}");
        let _ = Command::new("kill").arg(child.id().to_string()).status();
        assert!(child.wait().expect("it ends").success());
        assert!(!path.exists());
    }
}

/// Where no socket can be, the daemon runs without one, and commands work by way of the store.
#[tokio::test(flavor = "multi_thread")]
async fn without_a_socket_commands_work_on_the_store() {
    let (feed, hook) = (FeedServer::start().await, WebhookServer::start().await);
    let config = config(&feed.url(), &hook.url());
    let daemon = Daemon::start_with(&config, |systemd| {
        std::fs::write(systemd.with_file_name("fivebells.sock"), "no socket").expect("written");
    });
    daemon.expect("READY=1");
    assert_eq!(code(&daemon.run(&["poll"])), 0);
    feed.publish("Koizumi one");
    let polled = daemon.run(&["poll"]);
    assert_eq!(
        stdout(&polled),
        "wire: 1 new item, 1 alert\n",
        "{}",
        stderr(&polled)
    );
    assert_eq!(code(&daemon.run(&["status"])), 0);
    let reload = daemon.run(&["reload"]);
    assert_eq!(code(&reload), 69, "{}", stderr(&reload));
    let kept = std::fs::read(socket(&daemon)).expect("kept");
    assert_eq!(kept, b"no socket");
    daemon.signal("-TERM");
    let (_, lines) = daemon.end();
    let said = lines.iter().any(|line| line.contains("no control socket"));
    assert!(said, "{lines:#?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_store_whose_path_is_too_long_for_a_socket_has_one_all_the_same() {
    let feed = FeedServer::start().await;
    let name = "d".repeat(150);
    let store = format!("[store]\nurl = \"sqlite:{name}/fivebells.db\"\n");
    let daemon = Daemon::start(&(config(&feed.url(), "http://127.0.0.1:9/") + &store));
    daemon.expect("READY=1");
    let reloaded = daemon.run(&["reload"]);
    assert_eq!(code(&reloaded), 0, "{}", stderr(&reloaded));
    assert_eq!(code(&daemon.run(&["poll"])), 0);
    stop(daemon);
}

/// The one that has the store answers; one that waits for it does not take its socket away.
#[test]
fn a_daemon_that_waits_for_the_store_leaves_the_socket_to_the_one_that_has_it() {
    let folder = tempfile::TempDir::new().expect("a folder");
    let store = folder.path().join("one.db");
    let config = quiet() + &format!("[store]\nurl = \"sqlite:{}\"\n", store.display());
    let first = Daemon::start(&config);
    first.expect("READY=1");
    let pid =
        |daemon: &Daemon| json(&daemon.run(&["--format", "json", "status"]))[0]["pid"].clone();
    let second = Daemon::start(&config);
    second.expect("STATUS=waiting");
    assert_eq!(pid(&second), Value::from(first.child.id()));
    assert_eq!(code(&first.run(&["reload"])), 0);
    assert_eq!(code(&second.run(&["reload"])), 1, "it has another config");
    first.signal("-TERM");
    second.expect("READY=1");
    assert_eq!(first.end().0, Some(0));
    assert_eq!(pid(&second), Value::from(second.child.id()));
    assert!(folder.path().join("one.sock").exists());
    stop(second);
}

/// It takes the place of the daemon, and neither has a socket nor harms one that is left over.
#[test]
fn a_round_for_cron_needs_no_socket() {
    let desk = Desk::sample();
    let path = desk.path("fivebells.sock");
    drop(UnixListener::bind(&path).expect("a socket that is left over"));
    assert_eq!(code(&desk.run(&["run", "--once"])), 0);
    assert_eq!(code(&desk.run(&["poll"])), 0);
    assert!(path.exists());
    assert_eq!(code(&desk.run(&["reload"])), 3);
}

/// It has the store open and wrote a heartbeat a moment ago, and yet it does nothing.
#[test]
fn status_says_that_a_service_does_not_answer() {
    let daemon = Daemon::start(&quiet());
    daemon.expect("READY=1");
    daemon.signal("-STOP");
    let status = daemon.run(&["status"]);
    let line = daemon.run(&["--format", "json", "status"]);
    daemon.signal("-CONT");
    let said = stdout(&status);
    assert!(said.contains("none: the daemon did not answer"), "{said}");
    assert_eq!(code(&status), 0, "its heartbeat is young: {said}");
    assert!(json(&line)[0]["unanswered"].is_string());
    stop(daemon);
}

/// The service reads its own file again: to say "reloaded" of a copy would be wrong.
#[test]
fn a_reload_with_another_file_than_the_service_has_is_refused_with_both_names() {
    let daemon = Daemon::start(&quiet());
    daemon.expect("READY=1");
    let copy = daemon.path().with_file_name("copy.toml");
    std::fs::write(
        &copy,
        quiet().replace("[watch]", "[watch]\nh = \"Hegseth\""),
    )
    .expect("written");
    let copy = copy.to_str().expect("UTF-8");
    let refused = crate::desk::run(&["-c", copy, "reload"]);
    let said = stderr(&refused);
    assert_eq!(code(&refused), 1, "{said}");
    for part in ["not reloaded", "copy.toml", "fivebells.toml"] {
        assert!(said.contains(part), "{part}: {said}");
    }
    let link = daemon.path().with_file_name("link.toml");
    std::os::unix::fs::symlink(daemon.path(), &link).expect("linked");
    let link = link.to_str().expect("UTF-8");
    let reloaded = crate::desk::run(&["-c", link, "reload"]);
    assert_eq!(code(&reloaded), 0, "{}", stderr(&reloaded));
    stop(daemon);
}

/// It may hang: the command says so at once, and not after minutes.
#[test]
fn a_poll_beside_a_service_that_does_not_answer_says_so() {
    let daemon = Daemon::start(&quiet());
    daemon.expect("READY=1");
    daemon.signal("-STOP");
    let mut poll = Command::new(env!("CARGO_BIN_EXE_fivebells"))
        .args(["-c".as_ref(), daemon.path().as_os_str(), "poll".as_ref()])
        .stdout(Stdio::null())
        .stderr(Stdio::piped())
        .spawn()
        .expect("it runs");
    let mut said = std::io::BufReader::new(poll.stderr.take().expect("piped"));
    let mut line = String::new();
    std::io::BufRead::read_line(&mut said, &mut line).expect("a line");
    daemon.signal("-CONT");
    assert!(line.contains("the service has not answered"), "{line}");
    poll.wait().expect("it ends");
    stop(daemon);
}
