//! Services of one's own: `[preset.NAME]`.

use super::{Kind, Table, key};

/// `[preset.NAME]`.
pub const PRESET: Table = Table {
    header: "preset.NAME",
    keys: &[
        key("about", Kind::String, "the service, in one line"),
        key(
            "parameters",
            Kind::Table,
            "what a receiver has to say, by name",
        ),
        key(
            "method",
            Kind::String,
            "POST, PUT, PATCH or GET; POST if not set",
        )
        .of(&["POST", "PUT", "PATCH", "GET"])
        .or("POST"),
        key("url", Kind::String, "template of the URL").needed(),
        key(
            "headers",
            Kind::Table,
            "templates of headers, by name; one that comes out empty is not sent",
        ),
        key(
            "body",
            Kind::String,
            "template of the body; JSON, unless a header says otherwise",
        ),
        key(
            "markup",
            Kind::String,
            "plain, html, telegram, discord, mattermost or zulip; plain if not set",
        )
        .of(&[
            "plain",
            "html",
            "telegram",
            "discord",
            "mattermost",
            "zulip",
        ])
        .or("plain"),
        key(
            "unit",
            Kind::String,
            "chars, utf16 or bytes: what lengths are counted in; chars if not set",
        )
        .of(&["chars", "utf16", "bytes"])
        .or("chars"),
        key(
            "count",
            Kind::String,
            "markup or text: whether markup counts as length; markup if not set",
        )
        .of(&["markup", "text"])
        .or("markup"),
        key("limit", Kind::Table, "the longest that each part may be"),
        key(
            "priority",
            Kind::Table,
            "the service's own grade for each priority",
        ),
        key(
            "success",
            Kind::String,
            "expression that is true of a message that was taken; any 2xx if not set",
        ),
        key(
            "retry_after",
            Kind::String,
            "expression for the seconds that the service asks to wait",
        ),
        key(
            "broken",
            Kind::String,
            "expression that is true where the service will take nothing any more",
        ),
        key(
            "partial",
            Kind::String,
            "expression that is true where some behind the service have the message and others do not",
        ),
        key(
            "unclear",
            Kind::String,
            "expression that is true where the answer does not say whether some have it",
        ),
        key(
            "hint",
            Kind::String,
            "expression for what an answer means, in words",
        ),
        key(
            "probe",
            Kind::String,
            "template of a URL that is asked before each message",
        ),
        key(
            "unread",
            Kind::String,
            "expression over the answer to `probe` that is true where nobody would read the message",
        ),
    ],
};

/// `parameters.NAME` of a preset.
pub const PRESET_PARAMETER: Table = Table {
    header: "a parameter",
    keys: &[
        key("about", Kind::String, "what it is, in one line"),
        key(
            "secret",
            Kind::Boolean,
            "whether it must be a secret; it may be one anyhow",
        ),
        key(
            "required",
            Kind::Boolean,
            "whether it must be given; without a default it must",
        ),
        key("default", Kind::String, "what it is where it is not given"),
        key(
            "like",
            Kind::String,
            "regular expression for what it looks like; `check` warns of anything else",
        ),
    ],
};

/// `limit` of a preset.
pub const PRESET_LIMIT: Table = Table {
    header: "a limit",
    keys: &[
        key(
            "title",
            Kind::Integer,
            "of `title`, `heading` and `headline`",
        ),
        key("text", Kind::Integer, "of `text`"),
        key(
            "message",
            Kind::Integer,
            "of `message`, `plain` and `lines`",
        ),
        key("link", Kind::Integer, "of `link`: a longer one is left out"),
        key("body", Kind::Integer, "of the whole body, in bytes"),
    ],
};

/// `priority` of a preset.
pub const PRESET_PRIORITY: Table = Table {
    header: "grades",
    keys: &[
        key("routine", Kind::StringOrInteger, "its grade for routine").needed(),
        key("urgent", Kind::StringOrInteger, "its grade for urgent").needed(),
        key("bulletin", Kind::StringOrInteger, "its grade for bulletin").needed(),
        key("flash", Kind::StringOrInteger, "its grade for flash").needed(),
    ],
};
