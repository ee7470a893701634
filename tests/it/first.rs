//! From nothing to an alert: `init`, `add --write`, `import --write`, and the schema for editors.

use std::{fs, os::unix::fs::PermissionsExt as _, path::Path};

use crate::{
    desk::{Desk, code, json, run, stderr, stdout},
    servers::{
        feed::FeedServer,
        http::{Answer, HttpServer},
        webhook::WebhookServer,
    },
};

fn text(path: &Path) -> &str {
    path.to_str().expect("UTF-8")
}

/// `init` with these flags, into a folder that is not there yet.
fn init(folder: &Path, flags: &[&str]) -> std::process::Output {
    let file = folder.join("new/fivebells.toml");
    run(&[&["init", "--output", text(&file)], flags].concat())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_newcomer_gets_from_nothing_to_an_alert() {
    let (feed, hook) = (FeedServer::start().await, WebhookServer::start().await);
    feed.publish("Koizumi before");
    let url = feed.url();
    let site = HttpServer::start(move |_| {
        let link = format!("<link rel=alternate type='application/rss+xml' href='{url}'>");
        Answer::Reply {
            status: 200,
            headers: Vec::new(),
            body: format!("<!DOCTYPE html><html><head>{link}</head></html>").into_bytes(),
        }
    })
    .await;
    let folder = tempfile::tempdir().expect("a folder");
    let written = init(
        folder.path(),
        &[
            "--feed",
            &site.url("/"),
            "--watch",
            "Koizumi",
            "--webhook",
            &hook.url(),
        ],
    );
    assert_eq!(code(&written), 0, "{}", stderr(&written));
    let file = folder.path().join("new/fivebells.toml");
    assert!(stdout(&written).contains(&format!("-c {} run", text(&file))));
    let mode = fs::metadata(&file).expect("there").permissions().mode();
    assert_eq!(mode & 0o777, 0o600);

    let config = ["-c", text(&file)];
    let check = run(&[&config[..], &["check", "--strict"]].concat());
    assert_eq!(code(&check), 0, "{}", stderr(&check));
    let once = || run(&[&config[..], &["run", "--once"]].concat());
    assert_eq!(code(&once()), 0);
    feed.publish("Koizumi after");
    let poll = run(&[&config[..], &["poll"]].concat());
    assert_eq!(code(&poll), 0, "{}", stderr(&poll));
    assert_eq!(code(&once()), 0);
    assert_eq!(hook.titles(), ["Koizumi after"]);
}

#[test]
fn what_is_there_is_not_overwritten_and_what_is_missing_is_named() {
    let folder = tempfile::tempdir().expect("a folder");
    let missing = init(
        folder.path(),
        &["--watch", "Koizumi", "--mail-to", "a@example.org"],
    );
    assert_eq!(code(&missing), 2);
    let notified = stderr(&missing);
    assert!(notified.contains("--feed URL; --smtp HOST"), "{notified}");
    assert!(!folder.path().join("new").exists());
    let nothing = stderr(&init(folder.path(), &["--yes"]));
    assert!(nothing.contains("--yes asks no questions"), "{nothing}");
    assert!(nothing.contains("--webhook URL or --stdout"), "{nothing}");

    let feed = folder.path().join("feed.xml");
    fs::write(&feed, crate::desk::SAMPLE).expect("written");
    let flags = ["--feed", text(&feed), "--watch", "Koizumi", "--stdout"];
    assert_eq!(code(&init(folder.path(), &flags)), 0);
    let file = folder.path().join("new/fivebells.toml");
    let first = fs::read_to_string(&file).expect("read");
    assert!(first.contains("sample-wire = \"file://"), "{first}");
    let again = init(
        folder.path(),
        &["--feed", text(&feed), "--watch", "Hegseth", "--stdout"],
    );
    assert_eq!(code(&again), 1);
    assert!(
        stderr(&again).contains("exists already"),
        "{}",
        stderr(&again)
    );
    assert_eq!(fs::read_to_string(&file).expect("read"), first);
    let forced = init(
        folder.path(),
        &[
            "--feed",
            text(&feed),
            "--watch",
            "Hegseth",
            "--stdout",
            "--force",
        ],
    );
    assert_eq!(code(&forced), 0, "{}", stderr(&forced));
    assert!(
        fs::read_to_string(&file)
            .expect("read")
            .contains("hegseth = ")
    );
}

#[test]
fn a_password_is_no_argument_and_a_config_that_would_not_check_is_not_written() {
    let folder = tempfile::tempdir().expect("a folder");
    let feed = folder.path().join("feed.xml");
    fs::write(&feed, crate::desk::SAMPLE).expect("written");
    let mail = |server: &str, password: &str| {
        let flags = [
            "--feed",
            text(&feed),
            "--watch",
            "Koizumi",
            "--mail-to",
            "desk@example.org",
            "--smtp",
            server,
            "--smtp-user",
            "bells",
            "--smtp-password",
            password,
        ];
        init(folder.path(), &flags)
    };
    let refused = mail("mail.example.org", "hunter2");
    assert_eq!(code(&refused), 2);
    assert!(
        !stderr(&refused).contains("hunter2"),
        "{}",
        stderr(&refused)
    );
    let refused = mail("mail.example.org:x", "env:SMTP");
    assert_eq!(code(&refused), 78);
    assert!(!folder.path().join("new/fivebells.toml").exists());
    let json = json(&{
        let file = folder.path().join("new/fivebells.toml");
        let flags = [
            "--format",
            "json",
            "init",
            "-o",
            text(&file),
            "--feed",
            text(&feed),
            "--watch",
            "Koizumi",
            "--mail-to",
            "desk@example.org",
            "--smtp",
            "mail.example.org:587",
            "--smtp-user",
            "bells",
            "--smtp-password",
            "credential:smtp",
        ];
        run(&flags)
    });
    assert!(
        json[0]["file"]
            .as_str()
            .is_some_and(|file| file.ends_with("fivebells.toml"))
    );
    let written = fs::read_to_string(folder.path().join("new/fivebells.toml")).expect("read");
    assert!(
        written.contains("password = { credential = \"smtp\" }"),
        "{written}"
    );
    assert!(
        written.contains("from     = \"desk@example.org\""),
        "{written}"
    );
}

fn desk() -> Desk {
    Desk::new(
        "# Ours.\n[feed]   # by hand\nother = \"https://other.example/feed\"   # first\n\n\
         # What matters.\n[watch]\nk = \"Koizumi\"\n[receiver]\nr = { email = [\"a@example.org\"] }\n\
         [mail]\nserver = \"mail.example.org\"\nfrom = \"a@example.org\"\nusername = \"a\"\n\
         password = { env = \"FIVEBELLS_TEST_NOT_SET\" }\n",
    )
}

#[test]
fn a_feed_is_added_in_place_once_and_needs_no_secret() {
    let desk = desk();
    let before = desk.read("fivebells.toml");
    let feed = desk.path("sample.xml");
    let added = desk.run(&["add", "--write", text(&feed)]);
    assert_eq!(code(&added), 0, "{}", stderr(&added));
    let line = stdout(&added);
    assert!(line.starts_with("sample-wire = \"file://"), "{line}");
    assert!(
        stderr(&added).contains("1 feed added to"),
        "{}",
        stderr(&added)
    );
    assert!(
        stderr(&added).contains("fivebells reload"),
        "{}",
        stderr(&added)
    );
    let first = "other = \"https://other.example/feed\"   # first\n";
    assert_eq!(
        desk.read("fivebells.toml"),
        before.replace(first, &format!("{first}{line}"))
    );
    let again = desk.run(&["add", "--write", text(&feed)]);
    assert_eq!((code(&again), stdout(&again).as_str()), (1, ""));
    assert!(stderr(&again).contains("already configured as \"sample-wire\""));
}

#[test]
fn a_list_is_added_in_place_but_not_to_a_config_that_is_broken_or_not_there() {
    let desk = desk();
    desk.write(
        "list.opml",
        "<opml><body><outline text='A' xmlUrl='https://a.example/f'/>\
         <outline text='Other' xmlUrl='https://other.example/feed'/></body></opml>",
    );
    let list = desk.path("list.opml");
    let elsewhere = desk.path("list.toml");
    let refused = desk.run(&["import", text(&list), "--write", "--file", text(&elsewhere)]);
    assert_eq!(code(&refused), 1);
    assert!(
        stderr(&refused).contains("is no file of the config"),
        "{}",
        stderr(&refused)
    );
    let imported = desk.run(&["import", text(&list), "--write"]);
    assert_eq!(
        (code(&imported), stdout(&imported).as_str()),
        (0, "A = \"https://a.example/f\"\n")
    );
    assert!(stderr(&imported).contains("already configured as \"other\""));
    assert!(
        desk.read("fivebells.toml")
            .contains("# first\nA = \"https://a.example/f\"\n\n# What")
    );

    let broken = "[feed]\na = \"https://a.example/f\"\n[watch]\nk = \"(\"\n";
    desk.write("fivebells.toml", broken);
    assert_eq!(code(&desk.run(&["import", text(&list), "--write"])), 78);
    assert_eq!(desk.read("fivebells.toml"), broken);
    fs::remove_file(desk.path("fivebells.toml")).expect("removed");
    let none = desk.run(&["import", text(&list), "--write"]);
    assert_eq!(code(&none), 78);
    assert!(
        stderr(&none).contains("fivebells init"),
        "{}",
        stderr(&none)
    );
}

#[test]
fn the_schema_is_one_json_document() {
    let printed = run(&["schema"]);
    assert_eq!(code(&printed), 0);
    let schema: serde_json::Value = serde_json::from_str(&stdout(&printed)).expect("JSON");
    assert_eq!(
        schema["$schema"],
        "https://json-schema.org/draft/2020-12/schema"
    );
    let every = &schema["$defs"]["poll"]["properties"]["every"];
    assert_eq!(every["default"], "15m");
    assert!(
        every["description"]
            .as_str()
            .is_some_and(|it| it.contains("between two polls"))
    );
}
