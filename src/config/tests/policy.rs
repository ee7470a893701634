//! What `digest`, `quiet`, `at_most` and `group_wait` are read as, and their bounds.

use std::time::Duration;

use super::Directory;
use crate::{
    config::Config,
    delivery_policy::{Policy, Rate},
    model::Priority,
};

const MINIMAL: &str = "timezone = \"Asia/Tokyo\"\n[feed]\na = \"https://example.org/a\"\n\
    [watch]\nw = \"word\"\n[receiver.r]\nstdout = true\n";

fn read(lines: &str) -> Option<Config> {
    let loaded = Directory::with(format!("{MINIMAL}{lines}\n")).load();
    loaded.ok().map(|loaded| loaded.config)
}

fn policy(lines: &str) -> Policy {
    let config = read(lines).unwrap_or_else(|| panic!("{lines}"));
    config.policies["r"].clone()
}

#[test]
fn short_forms_let_pass_what_the_documents_say() {
    let policy = policy(
        "digest = \"08:00\"\nquiet = \"22:30-06:30\"\nat_most = \"20/h\"\ngroup_wait = \"30s\"",
    );
    assert_eq!(policy.zone.iana_name(), Some("Asia/Tokyo"));
    assert_eq!(policy.digest.expect("there").passes, Priority::Flash);
    assert_eq!(policy.quiet.expect("there").passes, Priority::Bulletin);
    let rate = Rate {
        count: 20,
        per: Duration::from_hours(1),
        passes: Priority::Flash,
    };
    assert_eq!(policy.at_most, Some(rate));
    assert_eq!(policy.group_wait, Some(Duration::from_secs(30)));
}

#[test]
fn long_forms_say_what_passes() {
    let policy = policy(
        "digest = { when = \"every 2h\", passes = \"urgent\" }\n\
         quiet = { hours = [\"22:30-06:30\"], passes = \"flash\" }\n\
         at_most = { rate = \"5/10m\", passes = \"bulletin\" }",
    );
    assert_eq!(policy.digest.expect("there").passes, Priority::Urgent);
    assert_eq!(policy.quiet.expect("there").passes, Priority::Flash);
    let rate = policy.at_most.expect("there");
    assert_eq!((rate.count, rate.per), (5, Duration::from_mins(10)));
    assert_eq!(rate.passes, Priority::Bulletin);
}

#[test]
fn a_receiver_without_these_keys_has_no_policy() {
    assert!(read("").expect("a config").policies.is_empty());
}

#[test]
fn bounds_hold() {
    let hours = |count: usize| {
        let hours = vec!["\"22:30-06:30\""; count];
        format!("quiet = [{}]", hours.join(", "))
    };
    for (within, beyond) in [
        (
            "digest = [\"08:00\", \"100 alerts\"]",
            "digest = [\"08:00\", \"101 alerts\"]",
        ),
        (
            "digest = [\"08:00\", \"2 alerts\"]",
            "digest = [\"08:00\", \"1 alerts\"]",
        ),
        ("digest = \"every 1m\"", "digest = \"every 59s\""),
        ("digest = \"every 7d\"", "digest = \"every 7d1s\""),
        (&hours(20), &hours(21)),
        ("at_most = \"1000/h\"", "at_most = \"1001/h\""),
        ("at_most = \"1/s\"", "at_most = \"1/999ms\""),
        ("at_most = \"1/d\"", "at_most = \"1/25h\""),
        ("group_wait = \"1s\"", "group_wait = \"999ms\""),
        ("group_wait = \"1h\"", "group_wait = \"61m\""),
    ] {
        assert!(read(within).is_some(), "{within}");
        assert!(read(beyond).is_none(), "{beyond}");
    }
}
