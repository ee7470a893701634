//! Every key there is, declared once: the reader refuses all others, "did you mean" chooses among
//! these, and a test holds the documentation to them.

mod presets;
mod service;
mod telling;
mod watching;

pub use self::{
    presets::{PRESET, PRESET_LIMIT, PRESET_PARAMETER, PRESET_PRIORITY},
    service::{CONTROL, HEALTH, KEEP, POLL, STORE, WEB},
    telling::{AT_MOST_TABLE, DIGEST_TABLE, MAIL, MAIL_SERVER, OAUTH, QUIET_TABLE, RECEIVER},
    watching::{ENTITY, EVERY_TABLE, FEED, TEST, WATCH},
};

/// A kind of table in the config.
#[derive(Debug, PartialEq, Eq)]
pub struct Table {
    /// Its header, such as `feed.NAME`; empty for the top of the file.
    pub header: &'static str,
    /// What it may hold.
    pub keys: &'static [Key],
}

/// A key of a table.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Key {
    /// As it is written.
    pub name: &'static str,
    /// What it takes.
    pub kind: Kind,
    /// What it does, in one line.
    pub about: &'static str,
}

/// What a key takes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// A string.
    String,
    /// A string or a list of strings.
    Strings,
    /// A string such as `"15m"`.
    Duration,
    /// A string such as `"15m"`, or a table with the shortest and the longest.
    Every,
    /// A string such as `"16 MiB"`.
    Size,
    /// A whole number.
    Integer,
    /// `true` or `false`.
    Boolean,
    /// The path of a file, relative to the config file it stands in.
    Path,
    /// `{ env = "…" }`, `{ file = "…" }` or `{ credential = "…" }`.
    Secret,
    /// One secret or a list of two.
    Secrets,
    /// A string, or a secret where the text is one.
    StringOrSecret,
    /// A string or a whole number.
    StringOrInteger,
    /// What a preset's receiver says: its one parameter, or all in a table.
    Preset,
    /// The short form of an entry or the long one.
    StringOrTable,
    /// The same where the short form may be a list.
    StringsOrTable,
    /// `"baseline"`, `"all"` or a whole number.
    Initial,
    /// A table with keys of its own.
    Table,
    /// Tables `[[…]]` one after the other.
    Tables,
}

impl Kind {
    /// As in "expected a string".
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::String => "a string",
            Self::Strings => "a string or a list of strings",
            Self::Duration => "a duration such as \"15m\"",
            Self::Every => "a duration such as \"15m\", or a table",
            Self::Size => "a size such as \"16 MiB\"",
            Self::Integer => "a whole number",
            Self::Boolean => "true or false",
            Self::Path => "a path",
            Self::Secret => "a secret",
            Self::Secrets => "a secret or a list of two",
            Self::StringOrSecret => "a string or a secret",
            Self::StringOrInteger => "a string or a whole number",
            Self::Preset => "a string, a secret or a table",
            Self::StringOrTable => "a string or a table",
            Self::StringsOrTable => "a list of strings or a table",
            Self::Initial => "\"baseline\", \"all\" or a number",
            Self::Table => "a table",
            Self::Tables => "a list of tables",
        }
    }
}

const fn key(name: &'static str, kind: Kind, about: &'static str) -> Key {
    Key { name, kind, about }
}

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
        ),
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
        key("poll", Kind::Table, "how feeds are read"),
        key(
            "mail",
            Kind::Table,
            "the mail server; others below it, by name",
        ),
        key("health", Kind::Table, "who is told about trouble"),
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
pub const TABLES: [&Table; 24] = [
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
    &KEEP,
    &STORE,
    &CONTROL,
    &TEST,
    &SECRET,
    &EVERY_TABLE,
    &DIGEST_TABLE,
    &QUIET_TABLE,
    &AT_MOST_TABLE,
];
