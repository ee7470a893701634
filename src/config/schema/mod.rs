//! Every key there is, declared once: the reader refuses all others, "did you mean" chooses among
//! these, and a test holds the documentation to them.

mod json;
mod key;
mod presets;
mod service;
mod story;
mod telling;
mod watching;

pub use self::{
    json::{SCHEMA_FILE, json_schema},
    key::{Key, Kind},
    presets::{PRESET, PRESET_LIMIT, PRESET_PARAMETER, PRESET_PRIORITY},
    service::{CONTROL, HEALTH, KEEP, POLL, STORE, WEB, WEB_PROXY},
    story::{CORROBORATE_TABLE, ESCALATE_TABLE},
    telling::{AT_MOST_TABLE, DIGEST_TABLE, MAIL, MAIL_SERVER, OAUTH, QUIET_TABLE, RECEIVER},
    watching::{ENTITY, EVERY_TABLE, FEED, TEST, WATCH},
};

use key::key;

/// A kind of table in the config.
#[derive(Debug, PartialEq, Eq)]
pub struct Table {
    /// Its header, such as `feed.NAME`; empty for the top of the file.
    pub header: &'static str,
    /// What it may hold.
    pub keys: &'static [Key],
}

/// What publishers can hint for.
const HINTS: [&str; 5] = ["max-age", "ttl", "update-period", "skip-hours", "skip-days"];

/// The lowest first.
const PRIORITIES: [&str; 4] = ["routine", "urgent", "bulletin", "flash"];

/// What is folded of a story.
const STORIES: [&str; 3] = ["copies", "all", "off"];

/// The top of a file.
pub const TOP: Table = Table {
    header: "",
    keys: &[
        key(
            "timezone",
            Kind::String,
            "IANA name of the zone times are shown in; the system's own if not set",
        ),
        key(
            "include",
            Kind::Strings,
            "more config files, relative to this one; `*` and `?` in the last part",
        ),
        key(
            "notify",
            Kind::Strings,
            "receivers of every watch that does not name its own",
        ),
        key(
            "on_update",
            Kind::String,
            "never, match or every, for every watch that does not say; match if not set",
        )
        .of(&["never", "match", "every"])
        .or("match"),
        key(
            "stories",
            Kind::String,
            "copies, all or off: what is folded of one story in many feeds, where neither watch nor receiver says; copies if not set",
        )
        .of(&STORIES)
        .or("copies"),
        key("feed", Kind::Table, "the feeds, by name"),
        key(
            "entity",
            Kind::Table,
            "people, bodies and things under all their names, for `@NAME` in a watch",
        ),
        key("watch", Kind::Table, "the watches, by name"),
        key("receiver", Kind::Table, "the receivers, by name"),
        key(
            "preset",
            Kind::Table,
            "services of one's own, by name: each is then a key of a receiver",
        ),
        key(
            "publisher",
            Kind::Table,
            "families of publishers, by name: domains that count as one",
        ),
        key("poll", Kind::Table, "how feeds are read"),
        key(
            "mail",
            Kind::Table,
            "the mail server; others below it, by name",
        ),
        key("health", Kind::Table, "who is notified about trouble"),
        key(
            "web",
            Kind::Table,
            "where the service answers those who watch over it",
        ),
        key("keep", Kind::Table, "how long what is kept"),
        key("store", Kind::Table, "where the state is"),
        key("control", Kind::Table, "who may ask the running service"),
        key(
            "test",
            Kind::Tables,
            "headlines and the watches they must match, for `fivebells test`",
        ),
    ],
};

/// A secret, wherever one is taken.
pub const SECRET: Table = Table {
    header: "a secret",
    keys: &[
        key("env", Kind::String, "from this environment variable"),
        key(
            "file",
            Kind::Path,
            "from this file, without its last newline",
        ),
        key(
            "credential",
            Kind::String,
            "from this systemd credential (LoadCredential=)",
        ),
    ],
};

/// Every table.
pub const TABLES: [&Table; 27] = [
    &TOP,
    &FEED,
    &ENTITY,
    &WATCH,
    &RECEIVER,
    &PRESET,
    &PRESET_PARAMETER,
    &PRESET_LIMIT,
    &PRESET_PRIORITY,
    &POLL,
    &MAIL,
    &MAIL_SERVER,
    &OAUTH,
    &HEALTH,
    &WEB,
    &WEB_PROXY,
    &KEEP,
    &STORE,
    &CONTROL,
    &TEST,
    &SECRET,
    &EVERY_TABLE,
    &DIGEST_TABLE,
    &QUIET_TABLE,
    &AT_MOST_TABLE,
    &CORROBORATE_TABLE,
    &ESCALATE_TABLE,
];
