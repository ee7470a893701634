//! Every key there is, declared once: the reader refuses all others, "did you mean" chooses among
//! these, and a test holds the documentation to them.

/// A kind of table in the config.
#[derive(Debug, PartialEq, Eq)]
pub struct Table {
    /// Its header, such as `feed.NAME`; empty for the top of the file.
    pub header: &'static str,
    /// What it may hold.
    pub keys: &'static [Key],
}

/// A key of a table.
#[derive(Debug, PartialEq, Eq)]
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
            "never or match, for every watch that does not say; match if not set",
        ),
        key("feed", Kind::Table, "the feeds, by name"),
        key(
            "entity",
            Kind::Table,
            "people, bodies and things under all their names, for `@NAME` in a watch",
        ),
        key("watch", Kind::Table, "the watches, by name"),
        key("receiver", Kind::Table, "the receivers, by name"),
        key("poll", Kind::Table, "how feeds are read"),
        key("mail", Kind::Table, "the mail server"),
        key("health", Kind::Table, "who is told about trouble"),
        key("keep", Kind::Table, "how long what is kept"),
        key("store", Kind::Table, "where the state is"),
        key(
            "test",
            Kind::Tables,
            "headlines and the watches they must match, for `fivebells test`",
        ),
    ],
};

/// `[feed.NAME]`; `NAME = "url"` for short.
pub const FEED: Table = Table {
    header: "feed.NAME",
    keys: &[
        key(
            "url",
            Kind::String,
            "`http:`, `https:`, or `file:` with a path relative to this file",
        ),
        key(
            "every",
            Kind::Every,
            "between two polls; `[poll] every` if not set",
        ),
        key(
            "respect",
            Kind::Strings,
            "the publisher's wishes that are followed; `[poll] respect` if not set",
        ),
        key(
            "tags",
            Kind::Strings,
            "words a watch can select it by, as `#word`",
        ),
        key(
            "initial",
            Kind::Initial,
            "what the first poll alerts: `\"baseline\"` nothing, `\"all\"` everything, a number the newest so many",
        ),
        key(
            "identity",
            Kind::String,
            "what an item is recognised by: auto, guid, link or title; auto, which is all together, if not set",
        ),
        key(
            "silent",
            Kind::Duration,
            "how long it may bring nothing new before someone is told; or auto, or never; `[health] silent` if not set",
        ),
        key(
            "allow_private",
            Kind::Boolean,
            "whether its name or a redirect may lead to a private address",
        ),
        key(
            "headers",
            Kind::Table,
            "more headers of its requests, by name: strings or secrets",
        ),
        key("username", Kind::String, "the login, with `password`"),
        key(
            "password",
            Kind::Secret,
            "sent as HTTP basic authentication",
        ),
        key(
            "bearer",
            Kind::Secret,
            "token, sent as HTTP bearer authentication",
        ),
        key(
            "client_cert",
            Kind::Path,
            "PEM file with our certificate, for a server that asks for one",
        ),
        key(
            "client_key",
            Kind::Path,
            "PEM file with its private key; in `client_cert` if not set",
        ),
        key(
            "ca_file",
            Kind::Path,
            "PEM file with certificate authorities beside those of `[poll]` and the system",
        ),
        key(
            "proxy",
            Kind::StringOrSecret,
            "URL of a proxy, http, https, socks5 or socks5h; `\"none\"` for none; `[poll] proxy` if not set",
        ),
        key(
            "http2",
            Kind::Boolean,
            "whether HTTP/2 is offered; true if not set",
        ),
    ],
};

/// `[entity.NAME]`; `NAME = ["name", "name"]` for short.
pub const ENTITY: Table = Table {
    header: "entity.NAME",
    keys: &[key(
        "names",
        Kind::Strings,
        "every name it goes by, as people write it; other orders, initials and romanisations come by themselves",
    )],
};

/// `[watch.NAME]`; `NAME = "expression"` for short.
pub const WATCH: Table = Table {
    header: "watch.NAME",
    keys: &[
        key(
            "match",
            Kind::String,
            "the expression; all of `match`, `any`, `all` and `none` that are given must hold together",
        ),
        key(
            "any",
            Kind::Strings,
            "expressions of which at least one holds, or `min` of them; words with spaces are a phrase",
        ),
        key(
            "min",
            Kind::Integer,
            "how many of `any` must hold; 1 if not set",
        ),
        key(
            "all",
            Kind::Strings,
            "expressions that must all hold, written as in `any`",
        ),
        key(
            "none",
            Kind::Strings,
            "expressions of which none may hold, written as in `any`",
        ),
        key(
            "in",
            Kind::Strings,
            "fields it reads: title, summary, content, author, category, link; all but link if not set",
        ),
        key(
            "feeds",
            Kind::Strings,
            "feeds it reads, by name or `#tag`; every feed if not set",
        ),
        key(
            "priority",
            Kind::String,
            "routine, urgent, bulletin or flash; routine if not set",
        ),
        key(
            "notify",
            Kind::Strings,
            "receivers it tells; the top-level `notify` if not set",
        ),
        key(
            "on_update",
            Kind::String,
            "edited items: `never`, or `match` to alert what matches only since the edit; the top-level `on_update` if not set",
        ),
    ],
};

/// `[receiver.NAME]`: exactly one of `email`, `webhook` and `stdout`.
pub const RECEIVER: Table = Table {
    header: "receiver.NAME",
    keys: &[
        key("email", Kind::Strings, "mail addresses; needs `[mail]`"),
        key("webhook", Kind::StringOrSecret, "URL that is sent a POST"),
        key("stdout", Kind::Boolean, "`true` prints a readable block"),
        key(
            "secret",
            Kind::Secrets,
            "Standard Webhooks key, `whsec_…`; two while they rotate",
        ),
        key(
            "body",
            Kind::String,
            "template of the webhook's body; the Standard Webhooks object if not set",
        ),
        key(
            "headers",
            Kind::Table,
            "more headers of the webhook, by name: strings or secrets",
        ),
        key(
            "allow_private",
            Kind::Boolean,
            "whether the webhook's name may lead to a private address",
        ),
        key(
            "timeout",
            Kind::Duration,
            "to the end of the webhook's answer",
        ),
    ],
};

/// `[poll]`.
pub const POLL: Table = Table {
    header: "poll",
    keys: &[
        key(
            "every",
            Kind::Every,
            "between two polls of a feed that does not say",
        ),
        key(
            "respect",
            Kind::Strings,
            "wishes of publishers that are followed: max-age, ttl, update-period, skip-hours, skip-days; all if not set",
        ),
        key(
            "per_host",
            Kind::Duration,
            "pause between the end of one request to a host and the next",
        ),
        key(
            "max_interval",
            Kind::Duration,
            "the longest that a publisher's wish is followed",
        ),
        key(
            "parallel",
            Kind::Integer,
            "hosts that are polled at the same time, dead ones included",
        ),
        key(
            "timeout",
            Kind::Duration,
            "for one request, first byte to last",
        ),
        key("max_size", Kind::Size, "the largest feed, unpacked"),
        key(
            "contact",
            Kind::String,
            "mail address or URL in the User-Agent, so that a publisher can reach you",
        ),
        key(
            "ca_file",
            Kind::Path,
            "PEM file with extra certificate authorities, for feeds and webhooks",
        ),
        key(
            "proxy",
            Kind::StringOrSecret,
            "URL of a proxy for feeds that do not say: http, https, socks5 or socks5h",
        ),
    ],
};

/// `[mail]`.
pub const MAIL: Table = Table {
    header: "mail",
    keys: &[
        key(
            "server",
            Kind::String,
            "`host` or `host:port`; port 587, 465 or 25 by `security` if not set",
        ),
        key(
            "security",
            Kind::String,
            "starttls, implicit or plain; by port and host if not set",
        ),
        key("username", Kind::String, "the login"),
        key("password", Kind::Secret, "its password"),
        key(
            "from",
            Kind::String,
            "sender, such as `Fivebells <bells@example.org>`",
        ),
        key(
            "ca_file",
            Kind::Path,
            "PEM file with extra certificate authorities",
        ),
        key(
            "timeout",
            Kind::Duration,
            "for one step of the conversation",
        ),
    ],
};

/// `[health]`.
pub const HEALTH: Table = Table {
    header: "health",
    keys: &[
        key(
            "notify",
            Kind::Strings,
            "receivers of notices about trouble; the top-level `notify` if not set, else all",
        ),
        key(
            "failing",
            Kind::Duration,
            "how long a feed may fail before someone is told",
        ),
        key(
            "silent",
            Kind::Duration,
            "how long a feed that reads well may bring nothing new before someone is told; or auto, or never; auto if not set",
        ),
        key(
            "ping",
            Kind::StringOrSecret,
            "URL that is asked after every good minute; the service behind it alerts on silence",
        ),
        key(
            "report",
            Kind::Strings,
            "when to tell that all is well, or what is not, such as `Mon 09:00`; never if not set",
        ),
    ],
};

/// `[keep]`.
pub const KEEP: Table = Table {
    header: "keep",
    keys: &[
        key("items", Kind::Duration, "items without an alert"),
        key(
            "alerts",
            Kind::Duration,
            "alerts, their items and finished deliveries",
        ),
    ],
};

/// `[store]`.
pub const STORE: Table = Table {
    header: "store",
    keys: &[key(
        "url",
        Kind::String,
        "`sqlite:PATH`; `fivebells.db` in the state directory, else beside this file, if not set",
    )],
};

/// `[[test]]`.
pub const TEST: Table = Table {
    header: "test",
    keys: &[
        key("title", Kind::String, "the headline"),
        key("summary", Kind::String, "the short text"),
        key("content", Kind::String, "the full text"),
        key(
            "feed",
            Kind::String,
            "feed it stands in; any feed if not set",
        ),
        key(
            "lang",
            Kind::String,
            "language tag, such as `ja`; detected if not set",
        ),
        key(
            "expect",
            Kind::Strings,
            "exactly the watches it must match; `[]` for none",
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

/// `every` where the feed's own rhythm decides.
pub const EVERY_TABLE: Table = Table {
    header: "an interval",
    keys: &[
        key("min", Kind::Duration, "the shortest interval"),
        key("max", Kind::Duration, "the longest interval"),
    ],
};

/// Every table.
pub const TABLES: [&Table; 13] = [
    &TOP,
    &FEED,
    &ENTITY,
    &WATCH,
    &RECEIVER,
    &POLL,
    &MAIL,
    &HEALTH,
    &KEEP,
    &STORE,
    &TEST,
    &SECRET,
    &EVERY_TABLE,
];
