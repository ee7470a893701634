//! Who is notified, and how: `[receiver]` and `[mail]`.

use super::{Kind, STORIES, Table, key};

/// `[receiver.NAME]`: exactly one of `email`, `webhook`, `exec`, `stdout` and the services.
pub const RECEIVER: Table = Table {
    header: "receiver.NAME",
    keys: &[
        key("email", Kind::Strings, "mail addresses; needs `[mail]`"),
        key(
            "mail",
            Kind::String,
            "the NAME of the `[mail.NAME]` that its mail goes through; `[mail]` itself if not set",
        ),
        key(
            "subject",
            Kind::String,
            "template of the mail's subject; `[mail]`'s if not set",
        ),
        key(
            "text",
            Kind::String,
            "template of the mail's text; `[mail]`'s if not set",
        ),
        key(
            "html",
            Kind::String,
            "template of the mail's HTML, values escaped; `[mail]`'s if not set",
        ),
        key(
            "webhook",
            Kind::StringOrSecret,
            "URL that is sent a request",
        ),
        key(
            "exec",
            Kind::Strings,
            "a program and its arguments, started for each notice; no shell",
        ),
        key("stdout", Kind::Boolean, "`true` prints a readable block"),
        key(
            "apprise",
            Kind::Preset,
            "Apprise API, which passes it on to its own services",
        ),
        key(
            "discord",
            Kind::Preset,
            "Discord, through a channel's webhook",
        ),
        key("gotify", Kind::Preset, "Gotify"),
        key(
            "matrix",
            Kind::Preset,
            "Matrix, as a user in an unencrypted room",
        ),
        key(
            "mattermost",
            Kind::Preset,
            "Mattermost, through an incoming webhook",
        ),
        key(
            "ntfy",
            Kind::Preset,
            "ntfy, a topic at ntfy.sh or at a server of one's own",
        ),
        key("pagerduty", Kind::Preset, "PagerDuty, Events API v2"),
        key("pushover", Kind::Preset, "Pushover"),
        key("slack", Kind::Preset, "Slack, through an incoming webhook"),
        key("teams", Kind::Preset, "Microsoft Teams, through a workflow"),
        key("telegram", Kind::Preset, "Telegram, through a bot"),
        key("zulip", Kind::Preset, "Zulip, as a bot in a channel"),
        key(
            "method",
            Kind::String,
            "POST, PUT or PATCH of the webhook; POST if not set",
        )
        .of(&["POST", "PUT", "PATCH"])
        .or("POST"),
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
            "more headers of the webhook or service, by name: strings or secrets",
        ),
        key(
            "allow_private",
            Kind::Boolean,
            "whether the name of its host may lead to a private address",
        )
        .or("false"),
        key(
            "timeout",
            Kind::Duration,
            "to the end of the answer, or of the program",
        )
        .or("30s"),
        key(
            "input",
            Kind::String,
            "what a program reads: json, text or line; json if not set",
        )
        .of(&["json", "text", "line"])
        .or("json"),
        key(
            "digest",
            Kind::StringsOrTable,
            "alerts are collected and sent together then",
        ),
        key(
            "quiet",
            Kind::StringsOrTable,
            "hours in which nothing is sent that can wait",
        ),
        key(
            "at_most",
            Kind::StringOrTable,
            "how often it is notified; the rest comes as one summary",
        ),
        key(
            "group_wait",
            Kind::Duration,
            "how long a first alert waits for others to go with it",
        ),
        key(
            "stories",
            Kind::String,
            "copies, all or off: what is folded for it; the top-level `stories` if not set",
        )
        .of(&STORIES),
        key(
            "sources",
            Kind::Boolean,
            "whether it is sent a line such as `14 more sources` at the end of a story",
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
        )
        .needed(),
        key(
            "passes",
            Kind::String,
            "urgent, bulletin or flash: what does not wait; bulletin for `quiet`, else flash",
        )
        .of(&["urgent", "bulletin", "flash"]),
    ],
};

/// The long form of `quiet`.
pub const QUIET_TABLE: Table = Table {
    header: "quiet hours",
    keys: &[
        key("hours", Kind::Strings, "from when to when, on what days").needed(),
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
        )
        .needed(),
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
        )
        .needed(),
        key(
            "security",
            Kind::String,
            "starttls, implicit or plain; by port and host if not set",
        )
        .of(&["starttls", "implicit", "plain"]),
        key("username", Kind::String, "the login"),
        key("password", Kind::Secret, "its password"),
        key(
            "oauth",
            Kind::Table,
            "in the place of a password: where tokens for the login come from",
        ),
        key(
            "from",
            Kind::String,
            "sender, such as `Fivebells <bells@example.org>`",
        ),
        key(
            "hello",
            Kind::String,
            "name said in EHLO; the machine's full name if not set, or else its address",
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
        )
        .or("30s"),
        key(
            "fallback",
            Kind::String,
            "the NAME of the `[mail.NAME]` that takes the mail while this one takes none",
        ),
        key(
            "subject",
            Kind::String,
            "template of every mail's subject; the program's own if not set",
        ),
        key(
            "text",
            Kind::String,
            "template of every mail's text; the program's own if not set",
        ),
        key(
            "html",
            Kind::String,
            "template of every mail's HTML, values escaped; the program's own if not set",
        ),
    ],
};

/// `[mail.NAME]`: as `[mail]`, but for the templates.
pub const MAIL_SERVER: Table = Table {
    header: "mail.NAME",
    keys: MAIL.keys.split_at(10).0,
};

/// `oauth` of a mail server.
pub const OAUTH: Table = Table {
    header: "oauth",
    keys: &[
        key(
            "token_url",
            Kind::String,
            "where tokens are asked for; https",
        )
        .needed(),
        key("client_id", Kind::String, "the client's id there").needed(),
        key(
            "client_secret",
            Kind::Secret,
            "the client's secret; needed without `refresh_token`",
        ),
        key(
            "refresh_token",
            Kind::Secret,
            "a grant of the mailbox's owner; the client's own credentials if not set",
        ),
        key(
            "scope",
            Kind::String,
            "what the tokens are for; as the server has it if not set",
        ),
    ],
};
