//! What people type by mistake, and what commands say of it.

use std::process::Command;

use crate::desk::{Desk, code, run, stderr, stdout};

fn desk() -> Desk {
    Desk::new(
        "[feed]\nsample = { url = \"file:sample.xml\", initial = \"all\" }\n\
         broken = \"file:none.xml\"\nlocal = \"http://127.0.0.1:9/\"\n\
         idle = { url = \"https://idle.example/\", enabled = false }\n\
         [watch]\nkoizumi = \"Koizumi\"\n\"U.S. Navy\" = \"Navy\"\n\
         [receiver]\nscreen = { stdout = true }\n",
    )
}

#[test]
fn what_is_not_there_is_named_and_nothing_else() {
    let desk = desk();
    run_once(&desk);
    let retry = desk.run(&["outbox", "retry", "--mute", "99"]);
    assert_eq!(code(&retry), 1);
    assert!(
        stderr(&retry).contains("there is no mute 99"),
        "{}",
        stderr(&retry)
    );
    let muted = desk.run(&["outbox", "--state", "muted"]);
    assert!(
        stdout(&muted).contains("no delivery is muted"),
        "{}",
        stdout(&muted)
    );
    let unseen = desk.run(&["explain", "a99"]);
    let said = stdout(&unseen) + &stderr(&unseen);
    assert!(said.contains("a99") && !said.contains("broken"), "{said}");
    for command in ["feeds", "poll"] {
        let said = stderr(&desk.run(&[command, "xyz"]));
        assert!(said.contains("\"idle\""), "{command}: {said}");
    }
    desk.write(
        "list.opml",
        "<opml version=\"2.0\"><body><outline text=\"L\" type=\"rss\" \
         xmlUrl=\"http://127.0.0.1:9/\"/></body></opml>",
    );
    let list = desk.path("list.opml");
    let imported = stderr(&desk.run(&["import", list.to_str().expect("UTF-8")]));
    assert!(
        imported.contains("already configured as \"local\""),
        "{imported}"
    );
}

/// The feed that cannot be read fails the round, which is not what is tried here.
fn run_once(desk: &Desk) {
    let round = desk.run(&["run", "--once"]);
    assert_eq!(code(&round), 0, "{}", stderr(&round));
}

#[test]
fn a_mute_says_which_times_it_takes() {
    let desk = desk();
    run_once(&desk);
    let mute = |more: [&str; 2]| {
        let output = desk.run(&["mute", "watch", "koizumi", more[0], more[1]]);
        (code(&output), stdout(&output) + &stderr(&output))
    };
    let (exit, said) = mute(["--until", "25:00"]);
    assert_eq!(exit, 2);
    assert!(
        said.contains("08:00") && !said.contains("yesterday"),
        "{said}"
    );
    let (exit, said) = mute(["--for", "1hour"]);
    assert_eq!(exit, 2);
    assert!(
        said.contains("not a unit") && said.contains("12h"),
        "{said}"
    );
    for length in ["1h", "1h", "2h"] {
        let until = (crate::desk::now().to_zoned(jiff::tz::TimeZone::system())
            + std::time::Duration::from_hours(if length == "1h" { 24 } else { 48 }))
        .strftime("%Y-%m-%d")
        .to_string();
        let (exit, said) = mute(["--until", &until]);
        assert_eq!(exit, 0, "{said}");
        assert_eq!(said.contains("no longer until"), length == "2h", "{said}");
    }
}

#[test]
fn init_names_the_flag_that_is_wrong() {
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("fivebells.toml");
    let file = file.to_str().expect("UTF-8");
    let feed = concat!("file:", env!("CARGO_MANIFEST_DIR"), "/config/sample.xml");
    let init = |more: &[&str]| {
        let begun = [
            "init", "--yes", "--output", file, "--feed", feed, "--watch", "Abe",
        ];
        run(&[&begun[..], more].concat())
    };
    for (more, flag) in [
        (
            &["--webhook", "127.0.0.1:8803/hook"][..],
            "--webhook \"127.0.0.1:8803/hook\"",
        ),
        (
            &["--mail-to", "desk", "--smtp", "m.example"],
            "--mail-to \"desk\"",
        ),
        (
            &[
                "--mail-to",
                "a@b.example,c@d.example",
                "--smtp",
                "m.example",
            ],
            "once for each",
        ),
    ] {
        let refused = init(more);
        let said = stderr(&refused);
        assert_eq!(code(&refused), 2, "{said}");
        assert!(said.contains(flag) && !said.contains(".toml:"), "{said}");
    }
    assert!(!std::path::Path::new(file).exists());
}

#[test]
fn a_usage_does_not_require_what_the_environment_gives() {
    let output = Command::new(env!("CARGO_BIN_EXE_fivebells"))
        .arg("unmute")
        .env("FIVEBELLS_CONFIG", "fivebells.toml")
        .env("FIVEBELLS_LOG", "info")
        .output()
        .expect("it runs");
    let said = stderr(&output);
    assert_eq!(code(&output), 2, "{said}");
    let usage = "Usage: fivebells unmute <WHAT> <NAME>...";
    assert!(said.contains(usage), "{said}");
}

#[test]
fn the_preview_of_a_test_notice_names_the_receiver() {
    let shown = stdout(&desk().run(&["preview", "screen", "--kind", "test"]));
    let message = "Fivebells can reach the receiver \"screen\"";
    assert!(shown.contains(message), "{shown}");
}

/// What bash would type: a name with a space is one word, also where half of it was typed.
#[test]
fn bash_completes_a_name_with_a_space_as_one_word() {
    let desk = desk();
    let program = std::path::Path::new(env!("CARGO_BIN_EXE_fivebells"));
    let complete = |words: &[&str]| {
        let quoted: Vec<String> = words.iter().map(|word| format!("'{word}'")).collect();
        let [before, current] = [words.len() - 2, words.len() - 1].map(|at| quoted[at].clone());
        let script = format!(
            "source <(fivebells completions bash); compopt() {{ :; }}\n\
             COMP_WORDS=({}); COMP_CWORD={}; COMP_TYPE=9\n\
             _fivebells fivebells {current} {before}; printf '%s\\n' \"${{COMPREPLY[@]}}\"",
            quoted.join(" "),
            words.len() - 1
        );
        let path = format!(
            "{}:/usr/bin:/bin",
            program.parent().expect("a folder").display()
        );
        let output = Command::new("bash")
            .args(["--norc", "-c", &script])
            .env("PATH", path)
            .env("FIVEBELLS_CONFIG", desk.path("fivebells.toml"))
            .output()
            .expect("bash runs");
        stdout(&output).trim_end().to_owned()
    };
    for current in ["U", "U.S.\\ N"] {
        let typed = complete(&["fivebells", "mute", "watch", current]);
        assert_eq!(typed, "U.S.\\ Navy", "{current}");
    }
    assert_eq!(complete(&["fivebells", "man", "fee"]), "feeds");
    assert_eq!(complete(&["fivebells", "feeds", "id"]), "idle");
}
