//! Who is told, and how: `[receiver]` and `[mail]`.

use super::{Kind, Table, key};

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
        key(
            "digest",
            Kind::StringsOrTable,
            "alerts are collected and told together then",
        ),
        key(
            "quiet",
            Kind::StringsOrTable,
            "hours in which nothing is told that can wait",
        ),
        key(
            "at_most",
            Kind::StringOrTable,
            "how often it is told; the rest comes as one summary",
        ),
        key(
            "group_wait",
            Kind::Duration,
            "how long a first alert waits for others to go with it",
        ),
    ],
};

/// The long form of `digest`.
pub const DIGEST_TABLE: Table = Table {
    header: "a digest",
    keys: &[
        key(
            "when",
            Kind::Strings,
            "times of day, `every 2h` after the first alert, or at `50 alerts`",
        ),
        key(
            "passes",
            Kind::String,
            "urgent, bulletin or flash: what does not wait; bulletin for `quiet`, else flash",
        ),
    ],
};

/// The long form of `quiet`.
pub const QUIET_TABLE: Table = Table {
    header: "quiet hours",
    keys: &[
        key("hours", Kind::Strings, "from when to when, on what days"),
        DIGEST_TABLE.keys[1],
    ],
};

/// The long form of `at_most`.
pub const AT_MOST_TABLE: Table = Table {
    header: "a rate",
    keys: &[
        key(
            "rate",
            Kind::String,
            "how many in what time, such as `20/h`",
        ),
        DIGEST_TABLE.keys[1],
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
