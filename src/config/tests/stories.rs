//! What `stories`, `sources`, `corroborate`, `escalate` and `[publisher]` are read as.

use std::time::Duration;

use super::Directory;
use crate::{
    config::Config,
    model::{Corroborate, CountFrom, Escalate, Otherwise, Priority, Stories, Watch},
};

fn read(top: &str, watch: &str, receiver: &str) -> Config {
    let text = format!(
        "{top}\n[feed]\na = {{ url = \"https://example.org/a\", tags = [\"official\"] }}\n\
         [publisher]\nbbc = [\"bbc.co.uk\", \"BBC.com\"]\n\
         [watch.w]\nmatch = \"word\"\n{watch}\n[receiver.r]\nstdout = true\n{receiver}\n"
    );
    let loaded = Directory::with(&text).load();
    let loaded = loaded.unwrap_or_else(|errors| panic!("{text}\n{errors}"));
    assert_eq!(loaded.warnings.render(false), "", "{text}");
    loaded.config
}

fn watch(lines: &str) -> Watch {
    read("", lines, "").watches.remove(0)
}

#[test]
fn the_nearest_says_what_is_folded() {
    let [all, copies, off] = ["all", "copies", "off"].map(|mode| format!("stories = \"{mode}\""));
    for (top, of_watch, of_receiver, expected) in [
        ("", "", "", Stories::Copies),
        (&*off, "", "", Stories::Off),
        (&off, "", &*all, Stories::All),
        (&off, &*copies, &all, Stories::Copies),
    ] {
        let config = read(top, of_watch, of_receiver);
        let in_force = config.stories_for(&config.watches[0], "r");
        assert_eq!(in_force, expected, "{top} {of_watch} {of_receiver}");
    }
    assert!(read("", "", "").receiver_stories.is_empty());
    let config = read("", "", "sources = true");
    assert!(config.receiver_stories["r"].sources);
}

#[test]
fn the_short_form_is_the_long_one_with_its_defaults() {
    let short = watch("corroborate = \"2  publisher within 1h 30m\"").corroborate;
    let long = watch("corroborate = { publishers = 2, within = \"90m\" }").corroborate;
    assert_eq!(short, long);
    let expected = Corroborate {
        publishers: 2,
        within: Duration::from_mins(90),
        otherwise: Otherwise::Digest,
        from: vec![],
        passes: Priority::Flash,
    };
    assert_eq!(short, Some(expected));
}

#[test]
fn who_counts_is_named_by_tag_family_agency_or_domain() {
    let read = watch(
        "corroborate = { publishers = 2, within = \"6h\", else = \"tell\", passes = \"urgent\", \
         from = [\"#official\", \"bbc\", \"bbc.com\", \"reuters\", \"www3.nhk.or.jp\"] }",
    );
    let read = read.corroborate.expect("there");
    assert_eq!(read.otherwise, Otherwise::Send);
    assert_eq!(read.passes, Priority::Urgent);
    let publisher = |name: &str| CountFrom::Publisher(name.to_owned());
    assert_eq!(
        read.from,
        [
            CountFrom::Tag("official".to_owned()),
            publisher("bbc"),
            publisher("nhk.or.jp"),
            publisher("reuters"),
        ]
    );
}

#[test]
fn a_watch_can_wait_and_rise() {
    let read = watch(
        "corroborate = \"2 publishers within 6h\"\n\
         escalate = { publishers = 3, within = \"1d\", priority = \"bulletin\" }",
    );
    assert!(read.corroborate.is_some());
    let expected = Escalate {
        publishers: 3,
        within: Duration::from_hours(24),
        priority: Priority::Bulletin,
    };
    assert_eq!(read.escalate, Some(expected));
}

#[test]
fn domains_of_a_family_are_one_publisher() {
    let publishers = read("", "", "").publishers;
    for host in ["www.bbc.co.uk", "bbc.com"] {
        assert_eq!(publishers.of_host(host).as_deref(), Some("bbc"), "{host}");
    }
}
