//! Files as they come: several, broken, huge, in another encoding.

use std::fmt::Write;

use proptest::prelude::*;

use super::{Directory, environment};
use crate::config::{
    Environment, check_text,
    limits::{MAX_FILE_BYTES, MAX_PROBLEMS},
    load,
};

const FEED: &str = "[feed]\nnhk = \"https://example.org/nhk\"\n";
const REST: &str = "[watch]\nkoizumi = \"Koizumi\"\n[receiver.terminal]\nstdout = true\n";

#[test]
fn includes_add_up_in_order() {
    let directory = Directory::with(format!(
        "include = [\"conf.d/*.toml\", \"last.toml\"]\n{FEED}{REST}"
    ));
    directory.write("conf.d/b.toml", "[feed]\nb = \"https://example.org/b\"\n");
    directory.write(
        "conf.d/a.toml",
        "[feed]\na = \"file:a.xml\"\n[poll]\nevery = \"1h\"\n",
    );
    directory.write("conf.d/a.xml", "");
    directory.write("conf.d/.hidden.toml", "nonsense");
    directory.write("last.toml", "[watch]\nlast = \"Last\"\n");
    let config = directory
        .load()
        .unwrap_or_else(|errors| panic!("{errors}"))
        .config;
    let feeds: Vec<&str> = config.feeds.iter().map(|feed| feed.name.as_str()).collect();
    assert_eq!(feeds, ["nhk", "a", "b"]);
    assert_eq!(config.watches[1].name, "last");
    assert_eq!(config.poll.every.every.as_secs(), 3600);
    let path = directory.path("conf.d/a.xml");
    assert_eq!(config.feeds[1].url.to_file_path(), Ok(path));
}

#[test]
fn a_pattern_may_find_nothing_and_the_main_file_is_not_its_own_include() {
    for include in ["conf.d/*.toml", "*.toml", "fivebells.toml"] {
        let directory = Directory::with(format!("include = [{include:?}]\n{FEED}{REST}"));
        directory.load().unwrap_or_else(|errors| panic!("{errors}"));
    }
}

#[test]
fn what_is_in_two_files_names_both() {
    let directory = Directory::with(format!(
        "include = [\"more.toml\"]\n{FEED}{REST}[poll]\nevery = \"1h\"\n"
    ));
    directory.write(
        "more.toml",
        "include = [\"x.toml\"]\n[feed]\nnhk = \"https://example.org/2\"\n[poll]\nevery = \"2h\"\n",
    );
    let report = directory.report();
    let prefix = format!("{}/", directory.path("").display()).replace("//", "/");
    insta::assert_snapshot!(report.render(false).replace(&prefix, ""));
}

#[test]
fn names_that_an_unread_file_may_hold_are_not_called_unknown() {
    let watch = REST.replace("\"Koizumi\"", "\"@koizumi\"");
    let directory = Directory::with(format!("include = [\"entities.toml\"]\n{FEED}{watch}"));
    let lines: Vec<_> = directory.report().lines().collect();
    assert_eq!(lines.len(), 1, "{lines:?}");
    directory.write("entities.toml", "[entity]\nkoizumi = [\"Koizumi\"]\n");
    let config = directory.load().expect("a config").config;
    assert_eq!(config.entities[0].names, ["Koizumi"]);
}

#[test]
fn a_main_file_that_is_not_there() {
    let errors = load("no/such.toml".as_ref(), &Environment::default()).expect_err("no file");
    assert_eq!(errors.report.errors(), 1);
    let text = errors.to_string();
    assert!(
        text.contains("cannot read no/such.toml: there is no such file"),
        "{text}"
    );
}

#[test]
fn another_encoding_has_a_place() {
    let directory = Directory::with([FEED.as_bytes(), b"# caf\xe9\n", REST.as_bytes()].concat());
    let lines: Vec<_> = directory.report().lines().collect();
    assert_eq!(lines.len(), 1);
    assert_eq!((lines[0].line, lines[0].column), (Some(3), Some(6)));
    assert_eq!(lines[0].message, "this is not UTF-8");
}

#[test]
fn a_huge_file_is_refused() {
    let directory = Directory::with("#".repeat(usize::try_from(MAX_FILE_BYTES).expect("fits") + 1));
    let text = directory.report().to_string();
    assert!(text.contains("too large"), "{text}");
}

#[test]
fn a_report_has_a_largest_size() {
    let mut text = String::from("[feed]\n");
    for index in 0..=MAX_PROBLEMS {
        writeln!(text, "f{index} = {index}").expect("a string");
    }
    let report = Directory::with(text).report();
    assert_eq!(report.problems.len(), MAX_PROBLEMS);
    assert!(report.render(false).ends_with("1000 errors or more\n"));
}

#[test]
fn nesting_is_bounded() {
    for text in [
        format!("notify = {}", "[".repeat(100_000)),
        format!("{}a = 1", "a.".repeat(100_000)),
        format!("[{}a]", "a.".repeat(100_000)),
        format!("notify = {}", "{a=".repeat(100_000)),
    ] {
        assert!(Directory::with(text).report().errors() > 0);
    }
}

#[test]
fn the_store_lies_in_the_state_directory_or_beside_the_config() {
    let directory = Directory::with(format!("{FEED}{REST}"));
    let path = |environment: &Environment| {
        let loaded = load(&directory.path("fivebells.toml"), environment);
        loaded.expect("a config").config.store.path
    };
    assert_eq!(path(&environment()), directory.path("fivebells.db"));
    let state = Environment::of([("STATE_DIRECTORY", "/var/lib/fivebells:/var/lib/other")]);
    assert_eq!(
        path(&state).to_str(),
        Some("/var/lib/fivebells/fivebells.db")
    );
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(512))]

    /// Pieces of configs in any order, with anything between them.
    #[test]
    fn nothing_panics(pieces in proptest::collection::vec(piece(), 0..12)) {
        let directory = Directory::with(pieces.concat());
        let report = directory.report();
        report.render(true);
        prop_assert!(report.lines().all(|line| line.line != Some(0)));
    }
}

fn piece() -> impl Strategy<Value = String> {
    prop_oneof![
        3 => proptest::sample::select(vec![
            "[feed]\n", "[watch]\n", "[receiver.r]\n", "[[test]]\n", "[poll]\n", "[mail]\n", "[store]\n",
            "nhk = \"https://example.org/nhk\"\n", "url = ", "every = ", "match = ", "webhook = ", "secret = ",
            "body = \"\"\"", "headers = { ", "expect = ", "notify = ", "email = ", "server = ", "stdout = true\n",
            "\"小泉", "'", "\"", "{ ", " }", "[", "]", "\n", "\r\n", "\t", "\\", "\u{feff}", "15", "\"15m\"", "{{ x",
            "{ env = \"EMPTY\" }", "{ file = \"x\" }", "a.b = 1\n", "include = \"*\"\n",
        ]).prop_map(str::to_owned),
        1 => "\\PC{0,8}",
    ]
}

#[test]
fn many_feeds_with_tags_and_watches_that_select_them_are_read_in_linear_time() {
    crate::linear::assert_linear("feeds and watches", 3_200, |count| {
        let mut text = String::from("[receiver]\ns = { stdout = true }\n[feed]\n");
        for number in 0..count {
            let url = format!("https://h{number}.example/");
            writeln!(
                text,
                "f{number} = {{ url = \"{url}\", tags = [\"t{number}\"] }}"
            )
            .expect("a String");
        }
        text += "[watch]\n";
        for number in 0..count {
            let selected = format!("feeds = [\"#t{number}\", \"f0\"]");
            writeln!(
                text,
                "w{number} = {{ match = \"word{number}\", {selected} }}"
            )
            .expect("a String");
        }
        let loaded = check_text("many.toml".as_ref(), text, &environment());
        let config = loaded.expect("a good config").config;
        assert_eq!(config.watches[1].feeds.as_ref().map(Vec::len), Some(2));
    });
}
