//! The daemon as a child process: signals, systemd's notifications, the unit file.

use std::{os::unix::net::UnixDatagram, path::Path, process::Command, time::Duration};

use tempfile::TempDir;

use crate::{
    daemon::Daemon,
    servers::{feed::FeedServer, webhook::WebhookServer},
    watchdog::Watchdog,
};

fn config(feed: &FeedServer, hook: &WebhookServer) -> String {
    format!(
        "[feed]\nwire = \"{}\"\n[watch]\nk = \"Koizumi\"\n[receiver.hook]\nwebhook = \"{}\"\n",
        feed.url(),
        hook.url()
    )
}

#[tokio::test(flavor = "multi_thread")]
async fn systemd_hears_ready_status_watchdog_and_stopping_and_sigterm_exits_0() {
    let (feed, hook) = (FeedServer::start().await, WebhookServer::start().await);
    let daemon = Daemon::start(&config(&feed, &hook));
    daemon.expect("READY=1");
    daemon.expect("STATUS=feeds 1 (failing 0)");
    daemon.expect("WATCHDOG=1");
    daemon.signal("-TERM");
    daemon.expect("STOPPING=1");
    let (code, lines) = daemon.end();
    assert_eq!(code, Some(0), "{lines:#?}");
    assert!(
        lines.last().is_some_and(|line| line.contains("stopped")),
        "{lines:#?}"
    );
}

/// A lane sleeps until its receiver's policy lets something pass, and no longer.
#[tokio::test(flavor = "multi_thread")]
async fn a_lane_wakes_when_what_it_held_may_be_sent() {
    let (feed, hook) = (FeedServer::start().await, WebhookServer::start().await);
    feed.publish("Koizumi one");
    feed.publish("Koizumi two");
    let url = feed.url();
    let config = config(&feed, &hook) + "group_wait = \"1s\"\n";
    let entry = format!("wire = {{ url = \"{url}\", initial = \"all\" }}");
    let daemon = Daemon::start(&config.replace(&format!("wire = \"{url}\""), &entry));
    daemon.expect("READY=1");
    let watchdog = Watchdog::start();
    while hook.requests().is_empty() {
        assert!(watchdog.is_patient(), "nothing was sent");
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    let data = &hook.requests()[0].json()["data"];
    assert_eq!(data["count"], 2);
    let [since, until] = ["since", "until"].map(|key| {
        let moment: jiff::Timestamp = data[key].as_str().expect("text").parse().expect("a time");
        moment.as_second()
    });
    // Whoever asks every five seconds only would be later.
    assert!((1..5).contains(&(until - since)), "{data:#}");
    daemon.signal("-TERM");
    daemon.end();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_systemd_that_does_not_read_holds_neither_the_start_nor_the_end_up() {
    let (feed, hook) = (FeedServer::start().await, WebhookServer::start().await);
    let mut daemon = Daemon::start_with(&config(&feed, &hook), |systemd| {
        let filler = UnixDatagram::unbound().expect("a socket");
        filler.set_nonblocking(true).expect("not blocking");
        while filler.send_to(b"STATUS=full", systemd).is_ok() {}
    });
    let watchdog = Watchdog::start();
    while feed.requests().is_empty() {
        assert!(watchdog.is_patient(), "nothing is polled");
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    daemon.signal("-TERM");
    while daemon.child.try_wait().expect("a child").is_none() {
        assert!(watchdog.is_patient(), "the daemon does not end");
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    assert_eq!(daemon.end().0, Some(0));
}

#[tokio::test(flavor = "multi_thread")]
async fn sighup_takes_a_good_config_and_keeps_the_old_one_over_a_bad_one() {
    let (feed, hook) = (FeedServer::start().await, WebhookServer::start().await);
    let daemon = Daemon::start(&config(&feed, &hook));
    daemon.expect("READY=1");
    std::fs::write(daemon.path(), "[feed]\nwire = 7\n").expect("written");
    daemon.signal("-HUP");
    let reloading = daemon.expect("RELOADING=1");
    assert!(reloading.contains("MONOTONIC_USEC="), "{reloading}");
    daemon.expect("READY=1");
    let more = config(&feed, &hook).replace("[watch]", "[watch]\nh = \"Hegseth\"");
    std::fs::write(daemon.path(), more).expect("written");
    daemon.signal("-HUP");
    daemon.expect("READY=1");
    daemon.signal("-TERM");
    let (code, lines) = daemon.end();
    assert_eq!(code, Some(0));
    let log = lines.join("\n");
    assert!(log.contains("the old config stays in force"), "{log}");
    assert!(
        log.contains("reloaded: 1 feed, 2 watches, 1 receiver"),
        "{log}"
    );
}

/// A restart does not run into the daemon that is still ending, nor into a `poll`: and a signal that
/// comes meanwhile is not lost, and does not end it.
#[test]
fn a_second_daemon_on_one_store_waits_and_a_reload_asked_for_meanwhile_is_made() {
    let config = "[feed]\nf = \"http://127.0.0.1:9/\"\n[watch]\nk = \"Koizumi\"\n[receiver]\nt = { stdout = true }\n";
    let store = TempDir::new().expect("a folder");
    let store = store.path().join("one.db");
    let config = format!("{config}[store]\nurl = \"sqlite:{}\"\n", store.display());
    let first = Daemon::start(&config);
    first.expect("READY=1");
    let second = Daemon::start(&config);
    second.expect("STATUS=waiting");
    second.signal("-HUP");
    first.signal("-TERM");
    assert_eq!(first.end().0, Some(0));
    second.expect("READY=1");
    second.expect("RELOADING=1");
    let third = Daemon::start(&config);
    third.expect("STATUS=waiting");
    third.signal("-TERM");
    assert_eq!(third.end().0, Some(0), "a stop ends the waiting too");
    second.signal("-TERM");
    assert_eq!(second.end().0, Some(0));
}

#[test]
fn the_unit_file_is_hardened() {
    let unit = Path::new(env!("CARGO_MANIFEST_DIR")).join("systemd/fivebells.service");
    let unit = std::fs::read_to_string(unit).expect("the unit file");
    assert!(
        !unit.contains("ExecStartPre"),
        "systemd does not look at its exit status"
    );
    for line in [
        "Type=notify",
        "ExecStart=/usr/bin/fivebells -c /etc/fivebells/fivebells.toml run",
        "ExecReload=/usr/bin/fivebells -c /etc/fivebells/fivebells.toml reload",
        "RestartPreventExitStatus=78",
        "StateDirectory=fivebells",
        "DynamicUser=yes",
        "CapabilityBoundingSet=",
        "NoNewPrivileges=yes",
        "MemoryDenyWriteExecute=yes",
        "ProtectSystem=strict",
        "SystemCallFilter=@system-service",
        "UMask=0077",
    ] {
        assert!(
            unit.lines().any(|have| have == line),
            "the unit lacks {line}"
        );
    }
}

/// A shell allows 1,024 or less, whatever may be had.
#[test]
fn it_asks_for_all_the_files_it_may_have_and_says_where_those_are_too_few() {
    let folder = TempDir::new().expect("a folder");
    let path = folder.path().join("fivebells.toml");
    let config = "[feed]\nf = \"file:none.xml\"\n[watch]\nk = \"Koizumi\"\n\
                  [receiver]\nt = { stdout = true }\n";
    std::fs::write(&path, config).expect("a config file");
    let said = |limits: &str| {
        let output = Command::new("sh")
            .args(["-c", &format!("{limits}; exec \"$0\" -c \"$1\" run --once")])
            .args([env!("CARGO_BIN_EXE_fivebells").as_ref(), path.as_os_str()])
            .output();
        String::from_utf8_lossy(&output.expect("it runs").stderr).into_owned()
    };
    let words = "files may be open at once";
    let stderr = said("ulimit -S -n 64");
    assert!(!stderr.contains(words), "{stderr}");
    let stderr = said("ulimit -n 64");
    assert!(stderr.contains(&format!("only 64 {words}")), "{stderr}");
}
