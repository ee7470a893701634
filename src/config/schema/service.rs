//! How the service runs: `[poll]`, `[health]`, `[web]`, `[keep]`, `[store]`, `[control]`.

use super::{HINTS, Kind, Table, key};

/// `[poll]`.
pub const POLL: Table = Table {
    header: "poll",
    keys: &[
        key(
            "every",
            Kind::Every,
            "between two polls of a feed that does not say",
        ).or("15m"),
        key(
            "respect",
            Kind::Strings,
            "hints of publishers that are followed: max-age, ttl, update-period, skip-hours, skip-days; all if not set",
        ).of(&HINTS),
        key(
            "per_host",
            Kind::Duration,
            "pause between the end of one request to a host and the next",
        ).or("2s"),
        key(
            "max_interval",
            Kind::Duration,
            "the longest that a publisher's hint is followed",
        ).or("1d"),
        key(
            "parallel",
            Kind::Integer,
            "hosts that are polled at the same time, dead ones included",
        ).or("256"),
        key(
            "timeout",
            Kind::Duration,
            "for one request, first byte to last",
        ).or("1m"),
        key("max_size", Kind::Size, "the largest feed, unpacked").or("16 MiB"),
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
            "how long a feed may fail before someone is notified",
        ).or("6h"),
        key(
            "silent",
            Kind::Duration,
            "how long a feed that reads well may bring nothing new before someone is notified; or auto, or never; auto if not set",
        ).of(&["auto", "never"]).or("auto"),
        key(
            "ping",
            Kind::StringOrSecret,
            "URL that is asked after every good minute; the service behind it alerts on silence",
        ),
        key(
            "report",
            Kind::Strings,
            "when to report that all is well, or what is not, such as `Mon 09:00`; never if not set",
        ),
    ],
};

/// `[web]`.
pub const WEB: Table = Table {
    header: "web",
    keys: &[
        key(
            "listen",
            Kind::Strings,
            "addresses such as `127.0.0.1:9464`, or `unix:PATH`, that serve the pages, the API, `/metrics`, `/healthz` and `/readyz`; nowhere if not set",
        ),
        key(
            "pages",
            Kind::Boolean,
            "whether the pages, the API and the feeds of alerts are served too; true if not set",
        )
        .or("true"),
        key(
            "hosts",
            Kind::Strings,
            "names by which browsers reach it, beside `localhost` and IP addresses",
        ),
        key(
            "read_token",
            Kind::Secret,
            "who shows it may see everything",
        ),
        key(
            "act_token",
            Kind::Secret,
            "who shows it may see everything and act: poll, mute, retry, drop, send a test",
        ),
        key(
            "proxy",
            Kind::Table,
            "a proxy in front that names the user of each request in a header",
        ),
        key(
            "per_feed",
            Kind::Boolean,
            "whether the metrics have series for each feed; false if not set",
        )
        .or("false"),
        key(
            "token",
            Kind::Secret,
            "what a scraper of `/metrics` has to show as its bearer token; needed where others can reach an address",
        ),
    ],
};

/// `proxy` of `[web]`.
pub const WEB_PROXY: Table = Table {
    header: "a trusted proxy",
    keys: &[
        key(
            "header",
            Kind::String,
            "the header that names the user, such as `Remote-User`",
        ),
        key(
            "from",
            Kind::Strings,
            "IP addresses that its requests come from, or `unix`; the header is read from nobody else",
        ),
        key(
            "act",
            Kind::Strings,
            "users who may act; all others may only see; `*` for all",
        ),
    ],
};

/// `[keep]`.
pub const KEEP: Table = Table {
    header: "keep",
    keys: &[
        key("items", Kind::Duration, "items without an alert").or("90d"),
        key(
            "alerts",
            Kind::Duration,
            "alerts, their items and finished deliveries",
        )
        .or("2y"),
    ],
};

/// `[store]`.
pub const STORE: Table = Table {
    header: "store",
    keys: &[key(
        "url",
        Kind::String,
        "`sqlite:PATH`; `fivebells.db` in the state directory, `/var/lib/fivebells` for the installed service, else beside this file, if not set",
    )],
};

/// `[control]`.
pub const CONTROL: Table = Table {
    header: "control",
    keys: &[
        key(
            "mode",
            Kind::String,
            "permissions of the socket at which commands ask the service, such as \"0660\"",
        )
        .or("0660"),
        key(
            "group",
            Kind::String,
            "the group of that socket, by name or number; the service's own if not set",
        ),
    ],
};
