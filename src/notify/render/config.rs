//! News of the config, in words.

use jiff::tz::TimeZone;

use super::phrase::{Trouble, at};
use crate::model::{ConfigFailing, ConfigReason, ConfigRecovered};

pub(super) fn config_failing(event: &ConfigFailing, timezone: &TimeZone) -> Trouble {
    let since = at(event.since, timezone);
    let (sentence, meaning) = match event.reason {
        ConfigReason::Refused => (
            format!("The new config was refused at {since}: the old one stays in force"),
            "`fivebells check` shows each fault with its place; mend them and reload",
        ),
        ConfigReason::Tests => (
            format!("Tests of the config fail since {since}; it is in force all the same"),
            "a watch or an example line is wrong: `fivebells test` says which; a reload will be \
             refused until they pass",
        ),
    };
    Trouble {
        sentence,
        feed: None,
        url: None,
        facts: vec![
            ("Config", event.path.clone()),
            ("Error", event.error.clone()),
            ("Meaning", meaning.to_owned()),
        ],
    }
}

pub(super) fn config_recovered(event: &ConfigRecovered, timezone: &TimeZone) -> Trouble {
    let since = at(event.since, timezone);
    Trouble {
        sentence: format!("The config is well again, after it was wrong since {since}"),
        feed: None,
        url: None,
        facts: vec![
            ("Config", event.path.clone()),
            ("Meaning", "what it says now is in force".to_owned()),
        ],
    }
}
