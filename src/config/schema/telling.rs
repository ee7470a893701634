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
