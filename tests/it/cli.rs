//! The command line as a user types it: output, exit codes, formats.

use std::path::Path;

use tempfile::TempDir;

use crate::{
    desk::{Desk, SAMPLE, code, json, run, stderr, stdout},
    servers::webhook::WebhookServer,
};

#[test]
fn five_mistakes_get_five_reports_and_exit_78() {
    let desk = Desk::new(
        "[feed]\na = \"ftp://example.org/\"\nb = { url = \"https://example.org/\", evry = \"5m\" }\n\
         c = { url = \"https://example.net/\", every = \"5 parsecs\" }\n\
         [watch]\nw = \"(Koizumi\"\n\
         [receiver]\nr = { stdout = true }\n[watch.x]\nmatch = \"Hegseth\"\nnotify = [\"rr\"]\n",
    );
    let output = desk.run(&["check"]);
    assert_eq!(code(&output), 78);
    let report = stderr(&output);
    assert_eq!(report.matches("error: ").count(), 5, "{report}");
    assert!(report.contains("fivebells.toml:3:"), "{report}");
    assert!(report.contains("every"), "did you mean: {report}");

    let lines = json(&desk.run(&["--format", "json", "check"]));
    assert_eq!(lines.len(), 5, "{lines:#?}");
    assert!(
        lines
            .iter()
            .all(|line| line["line"].is_u64() && line["column"].is_u64())
    );
}

#[test]
fn a_config_that_is_not_there_is_exit_78() {
    let output = run(&["-c", "/nowhere/fivebells.toml", "check"]);
    assert_eq!(code(&output), 78);
    assert!(stderr(&output).contains("/nowhere/fivebells.toml"));
}

#[test]
fn a_warning_fails_a_strict_check_and_no_other() {
    let config = |expression: &str| {
        format!(
            "[feed]\nf = \"https://example.org/\"\n[watch]\nw = \"{expression}\"\n\
             [receiver]\nr = {{ stdout = true }}\n"
        )
    };
    let desk = Desk::new(&config("koizumi near tokyo"));
    let lax = desk.run(&["check"]);
    assert_eq!(code(&lax), 0);
    assert!(stdout(&lax).contains("fine"));
    let strict = desk.run(&["check", "--strict"]);
    assert_eq!(code(&strict), 1);
    assert_eq!(stdout(&strict), "");
    assert!(stderr(&strict).contains("`near` is searched for as a word"));
    let as_json = desk.run(&["--format", "json", "check", "--strict"]);
    assert_eq!(code(&as_json), 1);
    assert_eq!(json(&as_json)[0]["severity"], "warning");
    let fine = Desk::new(&config("koizumi NEAR/5 tokyo"));
    assert_eq!(code(&fine.run(&["check", "--strict"])), 0);
    let wrong = Desk::new(&config("koizumi NEAR tokyo"));
    assert_eq!(code(&wrong.run(&["check", "--strict"])), 78);
}

#[test]
fn try_takes_a_text_for_the_language_that_the_service_would() {
    let line = "小泉防衛相は29日、アメリカのヘグセス国防長官と会談し、同盟の強化で一致したと発表しました。";
    let tries = |expression| code(&run(&["try", expression, "--text", line]));
    assert_eq!(tries("小泉 lang:ja"), 0);
    assert_eq!(tries("小泉 -lang:ja"), 1);
    assert_eq!(tries("小泉 lang:en"), 1);
}

#[test]
fn the_effective_config_hides_secrets_and_reads_back() {
    let desk = Desk::new(
        "[feed]\nf = \"https://example.org/\"\n[watch]\nw = \"Koizumi\"\n\
         [receiver]\nhook = { webhook = { file = \"url\" }, secret = { file = \"key\" } }\n",
    );
    std::fs::write(desk.path("url"), "https://hooks.example.org/T0P53CR3T\n").expect("written");
    std::fs::write(desk.path("key"), "whsec_AAECAwQFBgcICQoLDA0ODxAREhMUFRYX\n").expect("written");
    let output = desk.run(&["config"]);
    assert_eq!(code(&output), 0, "{}", stderr(&output));
    let text = stdout(&output);
    assert!(
        !text.contains("T0P53CR3T") && !text.contains("whsec_"),
        "{text}"
    );
    text.parse::<toml::Table>().expect("TOML");
}

#[test]
fn try_says_yes_no_and_where_an_expression_is_wrong() {
    let yes = run(&[
        "try",
        "Koizumi NOT Yakumo",
        "--text",
        "Shinjirō Koizumi’s visit",
    ]);
    assert_eq!((code(&yes), stdout(&yes).contains("[Koizumi]")), (0, true));
    let no = run(&["try", "Koizumi", "--text", "Koizumian economics"]);
    assert_eq!((code(&no), stdout(&no).as_str()), (1, "no match\n"));
    let wrong = run(&["try", "Koizumi AND (", "--text", "x"]);
    assert_eq!(code(&wrong), 2);
    assert!(stderr(&wrong).contains('^'), "{}", stderr(&wrong));
    let hits = json(&run(&[
        "--format",
        "json",
        "try",
        "小泉",
        "--text",
        "小泉進次郎",
    ]));
    assert_eq!(hits[0]["matched"], true);
    assert_eq!(hits[0]["matches"][0]["range"], serde_json::json!([0, 2]));
}

#[test]
fn fetch_prints_one_object_in_the_documented_shape() {
    let desk = Desk::sample();
    for target in ["sample", desk.path("sample.xml").to_str().expect("UTF-8")] {
        let objects = json(&desk.run(&["--format", "json", "fetch", target]));
        assert_eq!(objects.len(), 1);
        let page = &objects[0];
        assert_eq!(
            page["feed"],
            serde_json::json!({"title": "Sample Wire", "link": "https://wire.example.org/", "language": "en", "format": "rss2.0"})
        );
        assert_eq!(
            page["items"][0],
            serde_json::json!({
                "id": "s-2", "title": "Shinjirō Koizumi meets Hegseth", "link": "https://wire.example.org/2",
                "published": "2026-11-22T06:30:00Z", "updated": null, "authors": [], "categories": ["Defence"],
                "language": "en", "summary": "In Tokyo.", "content": ""
            })
        );
        assert_eq!(page["warnings"], serde_json::json!([]));
    }
    let missing = desk.run(&["fetch", "nowhere"]);
    assert_eq!(code(&missing), 1);
}

#[test]
fn one_round_shows_the_alert_and_the_second_is_silent() {
    let desk = Desk::sample();
    let first = desk.run(&["run", "--once"]);
    assert_eq!(code(&first), 0, "{}", stderr(&first));
    let block = stdout(&first);
    assert!(
        block.contains("[koizumi]") && block.contains("Shinjirō Koizumi meets Hegseth"),
        "{block}"
    );
    assert!(!block.contains('\u{1b}'), "no colour into a pipe");
    assert_eq!(stdout(&desk.run(&["run", "--once"])), "");

    let alerts = json(&desk.run(&["--format", "json", "alerts"]));
    assert_eq!(alerts.len(), 1);
    assert_eq!(alerts[0]["item"]["guid"], "s-2");
    assert_eq!(alerts[0]["watches"], serde_json::json!(["koizumi"]));

    let feeds = json(&desk.run(&["--format", "json", "feeds"]));
    assert_eq!(
        (feeds[0]["name"].as_str(), feeds[0]["state"].as_str()),
        (Some("sample"), Some("ok"))
    );
    assert_eq!(feeds[0]["items"], 2);
    assert!(stdout(&desk.run(&["feeds"])).starts_with("FEED"));
    assert!(stdout(&desk.run(&["feeds", "sample"])).contains("rss2.0"));
    assert_eq!(code(&desk.run(&["feeds", "nowhere"])), 1);
    assert!(stdout(&desk.run(&["alerts"])).contains("Koizumi"));
}

#[test]
fn what_was_repaired_stays_with_the_feed_until_the_next_good_poll() {
    let desk = Desk::new(
        "[feed]\nsample = { url = \"file:sample.xml\", every = \"10s\" }\n\
         [watch]\nk = \"Koizumi\"\n[receiver]\nr = { stdout = true }\n",
    );
    let broken = SAMPLE.replace("Weather", "Wind & rain & R&D");
    let at = broken.find("& rain").expect("there");
    std::fs::write(desk.path("sample.xml"), &broken).expect("written");
    let fetched = stdout(&desk.run(&["fetch", "sample"]));
    let words = format!("bare ampersand, 3 times, first at byte {at}");
    assert!(
        fetched.contains(&format!("repaired: {words}\n")),
        "{fetched}"
    );

    assert_eq!(code(&desk.run(&["run", "--once"])), 0);
    let sheet = || stdout(&desk.run(&["feeds", "sample"]));
    let line = format!("repaired     {words}\n");
    assert!(sheet().contains(&line), "{}", sheet());
    let feeds = json(&desk.run(&["--format", "json", "feeds"]));
    assert_eq!(
        feeds[0]["warnings"],
        serde_json::json!([{"kind": "bare_ampersand", "count": 3, "first_at": at}])
    );
}

#[test]
fn a_store_that_is_not_there_is_exit_69() {
    let output = Desk::sample().run(&["alerts"]);
    assert_eq!(code(&output), 69);
    assert!(
        stderr(&output).contains("fivebells.db"),
        "{}",
        stderr(&output)
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn preview_shows_and_send_sends() {
    let hook = WebhookServer::start().await;
    let desk = Desk::new(&format!(
        "notify = [\"hook\", \"screen\"]\n[feed]\nf = \"https://example.org/\"\n[watch]\nw = \"Koizumi\"\n\
         [receiver]\nhook = {{ webhook = \"{}\" }}\nscreen = {{ stdout = true }}\n",
        hook.url()
    ));
    let preview = desk.run(&["preview", "hook"]);
    assert!(
        stdout(&preview).contains("\"alert.matched\""),
        "{}",
        stdout(&preview)
    );
    assert!(hook.requests().is_empty());
    let sent = desk.run(&["send", "hook"]);
    assert_eq!(code(&sent), 0, "{}", stderr(&sent));
    assert_eq!(hook.requests()[0].json()["type"], "test.ping");
    hook.answer_with(crate::servers::http::Answer::status(500));
    let failed = desk.run(&["send", "hook"]);
    assert_eq!(code(&failed), 1);
    let notified = "hook: not delivered (server_error), 500 Internal Server Error\n  a notice would be tried again\n";
    assert_eq!(stdout(&failed), notified);
    let unknown = desk.run(&["send", "hock"]);
    assert_eq!(code(&unknown), 1);
    assert!(stderr(&unknown).contains("hook"));
}

#[test]
fn config_tests_run_and_fail_by_name() {
    let config = |expect: &str| {
        format!(
            "[feed]\nf = \"https://example.org/\"\n[watch]\nw = \"Koizumi\"\n[receiver]\nr = {{ stdout = true }}\n\
             [[test]]\ntitle = \"Koizumi speaks\"\nexpect = {expect}\n"
        )
    };
    let good = Desk::new(&config("[\"w\"]")).run(&["test"]);
    assert_eq!(
        (code(&good), stdout(&good).ends_with("1 passed, 0 failed\n")),
        (0, true)
    );
    let bad = Desk::new(&config("[]")).run(&["test"]);
    assert_eq!(code(&bad), 1);
    assert!(
        stdout(&bad).contains("FAIL  Koizumi speaks"),
        "{}",
        stdout(&bad)
    );
    assert_eq!(code(&Desk::new(&config("[]")).run(&["check"])), 78);
}

#[test]
fn completions_and_the_manual_page_are_made_from_the_arguments() {
    for shell in ["bash", "zsh", "fish"] {
        assert!(
            stdout(&run(&["completions", shell])).contains("FIVEBELLS_COMPLETE"),
            "{shell}"
        );
    }
    assert!(stdout(&run(&["man"])).contains(".TH fivebells"));
}

#[test]
fn the_first_tab_in_zsh_is_answered_and_not_only_the_second() {
    // The call is ours, the name of the function is clap's.
    let script = stdout(&run(&["completions", "zsh"]));
    let function = "_clap_dynamic_completer_fivebells";
    assert!(
        script.contains(&format!("function {function}()")),
        "{script}"
    );
    let called = script
        .trim_end()
        .ends_with(&format!("{function} \"$@\"\nfi"));
    assert!(called, "{script}");
}

#[test]
fn the_quickstart_shows_alerts_without_a_network() {
    let desk = TempDir::new().expect("a folder");
    let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("config");
    for file in ["quickstart.toml", "sample.xml"] {
        std::fs::copy(source.join(file), desk.path().join(file)).expect("copied");
    }
    // The public feeds are left out: no test talks to anything but this machine.
    let config = desk.path().join("quickstart.toml");
    let text = std::fs::read_to_string(&config).expect("text");
    let local: Vec<&str> = text
        .lines()
        .filter(|line| !line.contains("https://"))
        .collect();
    std::fs::write(&config, local.join("\n")).expect("written");
    let output = run(&["-c", config.to_str().expect("UTF-8"), "run", "--once"]);
    assert_eq!(code(&output), 0, "{}", stderr(&output));
    assert!(
        stdout(&output).contains("小泉進次郎"),
        "{}",
        stdout(&output)
    );
}
