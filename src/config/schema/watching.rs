//! What is read and watched for: `[feed]`, `[entity]`, `[watch]`, `[[test]]`.

use super::{HINTS, Kind, PRIORITIES, STORIES, Table, key};

/// `[feed.NAME]`; `NAME = "url"` for short.
pub const FEED: Table = Table {
    header: "feed.NAME",
    keys: &[
        key(
            "url",
            Kind::String,
            "`http:`, `https:`, or `file:` with a path relative to this file",
        ).needed(),
        key(
            "every",
            Kind::Every,
            "between two polls; `[poll] every` if not set",
        ),
        key(
            "respect",
            Kind::Strings,
            "the publisher's hints that are followed; `[poll] respect` if not set",
        ).of(&HINTS),
        key(
            "tags",
            Kind::Strings,
            "words a watch can select it by, as `#word`",
        ),
        key(
            "enabled",
            Kind::Boolean,
            "whether it is polled; true if not set",
        ).or("true"),
        key(
            "initial",
            Kind::Initial,
            "what the first poll alerts: `\"baseline\"` nothing, `\"all\"` everything, a number the newest so many",
        ).of(&["baseline", "all"]).or("baseline"),
        key(
            "identity",
            Kind::String,
            "what an item is identified by: auto, guid, link or title; auto, which is all together, if not set",
        ).of(&["auto", "guid", "link", "title"]).or("auto"),
        key(
            "silent",
            Kind::Duration,
            "how long it may bring nothing new before someone is notified; or auto, or never; `[health] silent` if not set",
        ).of(&["auto", "never"]),
        key(
            "allow_private",
            Kind::Boolean,
            "whether its name or a redirect may lead to a private address",
        ).or("false"),
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
        ).or("true"),
    ],
};

/// `[entity.NAME]`; `NAME = ["name", "name"]` for short.
pub const ENTITY: Table = Table {
    header: "entity.NAME",
    keys: &[key(
        "names",
        Kind::Strings,
        "every name it goes by, as people write it; other orders, initials and romanisations come by themselves",
    ).needed()],
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
        ).or("1"),
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
        ).of(&["title", "summary", "content", "author", "category", "link"]),
        key(
            "feeds",
            Kind::Strings,
            "feeds it reads, by name or `#tag`; every feed if not set",
        ),
        key(
            "enabled",
            Kind::Boolean,
            "whether it looks at items; true if not set",
        ).or("true"),
        key(
            "priority",
            Kind::String,
            "routine, urgent, bulletin or flash; routine if not set",
        ).of(&PRIORITIES).or("routine"),
        key(
            "notify",
            Kind::Strings,
            "receivers it notifies; the top-level `notify` if not set",
        ),
        key(
            "on_update",
            Kind::String,
            "edited items: `never`; `match` to alert what matches only since the edit; `every` to alert, also again, each edit with a hit in a new sentence; the top-level `on_update` if not set",
        ).of(&["never", "match", "every"]),
        key(
            "stories",
            Kind::String,
            "copies, all or off: what is folded of its alerts; the receiver's `stories` if not set",
        ).of(&STORIES),
        key(
            "corroborate",
            Kind::StringOrTable,
            "its alerts wait until so many publishers have the story, such as `3 publishers within 6h`",
        ),
        key(
            "escalate",
            Kind::Table,
            "its alerts are sent again, at a higher priority, when so many publishers have the story",
        ),
    ],
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
            "feed that has it; any feed if not set",
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
        )
        .needed(),
    ],
};

/// `every` where the feed's own rhythm decides.
pub const EVERY_TABLE: Table = Table {
    header: "an interval",
    keys: &[
        key("min", Kind::Duration, "the shortest interval").needed(),
        key("max", Kind::Duration, "the longest interval").needed(),
    ],
};
