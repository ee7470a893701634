//! The long forms of what a watch says of stories.

use super::{Kind, PRIORITIES, Table, key};

/// The long form of `corroborate`.
pub const CORROBORATE_TABLE: Table = Table {
    header: "a corroboration",
    keys: &[
        key(
            "publishers",
            Kind::Integer,
            "how many publishers must have the story, the first one too: 2 to 20",
        )
        .needed(),
        key(
            "within",
            Kind::Duration,
            "in what time, from the first one on: 1m to 7d",
        )
        .needed(),
        key(
            "else",
            Kind::String,
            "tell, digest or drop: what becomes of the alert when they are too few; digest if not set",
        )
        .of(&["tell", "digest", "drop"])
        .or("digest"),
        key(
            "from",
            Kind::Strings,
            "publishers that count, by family or domain, and `#tag` for those read in its feeds; all if not set",
        ),
        key(
            "passes",
            Kind::String,
            "urgent, bulletin or flash: what does not wait for others; flash if not set",
        )
        .of(&["urgent", "bulletin", "flash"])
        .or("flash"),
    ],
};

/// `escalate`.
pub const ESCALATE_TABLE: Table = Table {
    header: "an escalation",
    keys: &[
        CORROBORATE_TABLE.keys[0],
        CORROBORATE_TABLE.keys[1],
        key(
            "priority",
            Kind::String,
            "what it is sent at then: urgent, bulletin or flash, and higher than the watch's own",
        )
        .of(PRIORITIES.split_at(1).1)
        .needed(),
    ],
};
