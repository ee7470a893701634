//! Debian's Prometheus: what `promtool` says of our metrics and rules, and a real scrape.

use std::{
    fs,
    io::Write as _,
    net::TcpListener,
    path::Path,
    process::{Child, Command, Output, Stdio},
    time::{Duration, Instant},
};

use fivebells::app::Exposition;
use serde_json::Value;
use tempfile::TempDir;

use crate::{
    metrics::worked,
    servers::{
        feed::FeedServer,
        watched::{Watched, ask},
    },
};

const MONITORING: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/examples/monitoring");

fn is_possible() -> bool {
    let asked = ["promtool", "prometheus"].map(|it| Command::new(it).arg("--version").output());
    asked.iter().all(Result::is_ok)
}

fn promtool(arguments: &[&str], input: &str) -> Output {
    let mut child = Command::new("promtool")
        .args(arguments)
        .current_dir(MONITORING)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("promtool starts");
    let mut stdin = child.stdin.take().expect("piped");
    stdin.write_all(input.as_bytes()).expect("written");
    drop(stdin);
    child.wait_with_output().expect("promtool ends")
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs Debian's prometheus, as .ci/run has it"]
async fn promtool_has_nothing_to_say_of_the_metrics() {
    if !is_possible() {
        println!("SKIPPED: no Prometheus here");
        return;
    }
    let (world, _feed, _hook) = worked().await;
    let text = world.app().scrape(Exposition::Classic).await;
    let said = promtool(&["check", "metrics"], &text);
    assert!(said.status.success(), "{said:?}");
    assert_eq!(said.stdout, b"", "{said:?}");
    assert_eq!(said.stderr, b"", "{said:?}");
    // And it does say something where there is something to say.
    let wrong = text.replace("fivebells_ready", "fivebells_ready_total");
    assert!(!promtool(&["check", "metrics"], &wrong).status.success());
}

#[test]
#[ignore = "needs Debian's prometheus, as .ci/run has it"]
fn promtool_takes_the_rules_and_their_tests_pass() {
    if !is_possible() {
        println!("SKIPPED: no Prometheus here");
        return;
    }
    for arguments in [
        ["check", "config", "prometheus.yml"].as_slice(),
        &["check", "rules", "alerts.yml"],
        &["test", "rules", "alerts_test.yml"],
    ] {
        let said = promtool(arguments, "");
        assert!(said.status.success(), "{arguments:?}: {said:?}");
    }
}

/// A Prometheus of the test's own.
struct Prometheus {
    child: Child,
    address: String,
    _folder: TempDir,
}

impl Prometheus {
    /// With the scrape config that we show, at this daemon, each second.
    fn watching(daemon: &str, token: &Path) -> Self {
        let folder = TempDir::new().expect("a folder");
        let shown = fs::read_to_string(Path::new(MONITORING).join("prometheus.yml"));
        let config = shown
            .expect("the example")
            .replace("127.0.0.1:9464", daemon)
            .replace("scrape_interval: 30s", "scrape_interval: 1s")
            .replace("    # authorization:", "    authorization:")
            .replace("    #   credentials_file:", "      credentials_file:")
            .replace(
                "/etc/prometheus/fivebells-token",
                &token.display().to_string(),
            )
            .replace("alerts.yml", &format!("{MONITORING}/alerts.yml"));
        let path = folder.path().join("prometheus.yml");
        fs::write(&path, config).expect("written");
        // Free a moment ago: Prometheus does not tell which port it chose.
        let free = TcpListener::bind("127.0.0.1:0").expect("a port");
        let address = free.local_addr().expect("an address").to_string();
        drop(free);
        let child = Command::new("prometheus")
            .arg(format!("--config.file={}", path.display()))
            .arg(format!(
                "--storage.tsdb.path={}",
                folder.path().join("data").display()
            ))
            .arg(format!("--web.listen-address={address}"))
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .expect("prometheus starts");
        Self {
            child,
            address,
            _folder: folder,
        }
    }

    /// The values of an expression that selects series, once there are as many.
    async fn values(&self, expression: &str, count: usize) -> Vec<Value> {
        let deadline = Instant::now() + Duration::from_mins(1);
        let mut last = String::new();
        while Instant::now() < deadline {
            tokio::time::sleep(Duration::from_millis(250)).await;
            if std::net::TcpStream::connect(&self.address).is_err() {
                continue;
            }
            let notified = ask(
                &self.address,
                &format!("GET /api/v1/query?query={expression}"),
                "",
            );
            last = notified.body;
            let answer: Value = serde_json::from_str(&last).unwrap_or_default();
            let series = answer["data"]["result"].as_array().cloned();
            if let Some(series) = series.filter(|it| it.len() == count) {
                return series.iter().map(|it| it["value"][1].clone()).collect();
            }
        }
        panic!("{expression}: {last}");
    }
}

impl Drop for Prometheus {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs Debian's prometheus, as .ci/run has it"]
async fn a_real_prometheus_scrapes_the_daemon() {
    if !is_possible() {
        println!("SKIPPED: no Prometheus here");
        return;
    }
    let feed = FeedServer::start().await;
    feed.publish("Koizumi speaks");
    let folder = TempDir::new().expect("a folder");
    let token = folder.path().join("token");
    fs::write(&token, "0123456789abcdef\n").expect("written");
    let daemon = Watched::start(&format!(
        "[feed]\nwire = {{ url = \"{}\", initial = \"all\" }}\n[watch]\nk = \"Koizumi\"\n\
         [receiver]\nscreen = {{ stdout = true }}\n\
         [web]\nlisten = \"127.0.0.1:0\"\nper_feed = true\ntoken = {{ file = \"{}\" }}\n",
        feed.url(),
        token.display()
    ));
    let prometheus = Prometheus::watching(&daemon.address(), &token);
    for (expression, values) in [
        ("up", vec!["1"]),
        ("fivebells_ready", vec!["1"]),
        ("fivebells_alerts_total", vec!["1"]),
        (
            "fivebells_delivery_attempts_total%7Boutcome=%22delivered%22%7D",
            vec!["1"],
        ),
        ("sum(fivebells_feeds)", vec!["1"]),
        ("fivebells_alert_delivery_lag_seconds_count", vec!["1"]),
        ("fivebells_feed_failures%7Bfeed=%22wire%22%7D", vec!["0"]),
        ("count(process_resident_memory_bytes%3E1000000)", vec!["1"]),
    ] {
        let notified = prometheus.values(expression, values.len()).await;
        assert_eq!(notified, values, "{expression}");
    }
}
