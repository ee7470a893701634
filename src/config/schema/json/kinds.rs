//! What each kind of value is in JSON Schema.

use serde_json::{Value, json};

use super::{
    super::{
        AT_MOST_TABLE, CONTROL, DIGEST_TABLE, ENTITY, EVERY_TABLE, FEED, HEALTH, KEEP, Key, Kind,
        MAIL, OAUTH, POLL, PRESET, PRESET_LIMIT, PRESET_PARAMETER, PRESET_PRIORITY, QUIET_TABLE,
        RECEIVER, SECRET, STORE, TEST, Table, WATCH, WEB,
    },
    name,
};

/// One or more numbers with their units, as durations are read.
const DURATION: &str = r"^\s*([0-9]+\s*(ms|s|m|h|d|w|y)\s*)+$";

/// A number with its unit, in any case, as sizes are read.
const SIZE: &str = r"^\s*[0-9]+\s*([KkMmGg][Ii]?)?[Bb]\s*$";

/// What the key takes.
pub(super) fn kind(table: &Table, key: &Key) -> Value {
    let words = || json!({ "enum": key.words });
    match key.kind {
        Kind::String if key.words.is_empty() => json!({ "type": "string" }),
        Kind::String => words(),
        Kind::Strings if key.words.is_empty() => one_or_more(text()),
        Kind::Strings => one_or_more(words()),
        Kind::Duration if key.words.is_empty() => duration(),
        Kind::Duration => any(&[duration(), words()]),
        Kind::Every => any(&[duration(), refer(&EVERY_TABLE)]),
        Kind::Size => json!({ "type": "string", "pattern": SIZE }),
        Kind::Integer => whole_number(),
        Kind::Boolean => json!({ "type": "boolean" }),
        Kind::Path => text(),
        Kind::Secret => refer(&SECRET),
        Kind::Secrets => one_or_more(refer(&SECRET)),
        Kind::StringOrSecret => any(&[text(), refer(&SECRET)]),
        Kind::StringOrInteger => any(&[json!({ "type": "string" }), json!({ "type": "integer" })]),
        Kind::Preset => any(&[text(), refer(&SECRET), json!({ "type": "object" })]),
        Kind::StringOrTable => any(&[text(), long(key)]),
        Kind::StringsOrTable => any(&[one_or_more(text()), long(key)]),
        Kind::Initial => any(&[words(), whole_number()]),
        Kind::Table => inner(table, key),
        Kind::Tables => json!({ "type": "array", "items": refer(&TEST) }),
    }
}

/// The long form of a value that has a short one.
fn long(key: &Key) -> Value {
    refer(match key.name {
        "digest" => &DIGEST_TABLE,
        "quiet" => &QUIET_TABLE,
        _ => &AT_MOST_TABLE,
    })
}

/// What the table under a key holds.
fn inner(table: &Table, key: &Key) -> Value {
    let secret_or_text = || any(&[json!({ "type": "string" }), refer(&SECRET)]);
    match (table.header, key.name) {
        ("", "feed") => named(&any(&[text(), refer(&FEED)])),
        ("", "entity") => named(&any(&[one_or_more(text()), refer(&ENTITY)])),
        ("", "watch") => named(&any(&[text(), refer(&WATCH)])),
        ("", "receiver") => named(&refer(&RECEIVER)),
        ("", "preset") => named(&refer(&PRESET)),
        ("", "poll") => refer(&POLL),
        ("", "mail") => refer(&MAIL),
        ("", "health") => refer(&HEALTH),
        ("", "keep") => refer(&KEEP),
        ("", "store") => refer(&STORE),
        ("", "web") => refer(&WEB),
        ("", "control") => refer(&CONTROL),
        ("preset.NAME", "headers") => named(&json!({ "type": "string" })),
        ("preset.NAME", "parameters") => named(&refer(&PRESET_PARAMETER)),
        ("preset.NAME", "limit") => refer(&PRESET_LIMIT),
        ("preset.NAME", "priority") => refer(&PRESET_PRIORITY),
        (_, "oauth") => refer(&OAUTH),
        _ => named(&secret_or_text()),
    }
}

/// A table of names, each with such a value.
fn named(value: &Value) -> Value {
    json!({ "type": "object", "additionalProperties": value })
}

pub(super) fn refer(table: &Table) -> Value {
    json!({ "$ref": format!("#/$defs/{}", name(table)) })
}

pub(super) fn any(of: &[Value]) -> Value {
    json!({ "anyOf": of })
}

fn one_or_more(value: Value) -> Value {
    let list = json!({ "type": "array", "items": value });
    any(&[value, list])
}

/// A string with something in it.
pub(super) fn text() -> Value {
    json!({ "type": "string", "pattern": r"\S" })
}

fn duration() -> Value {
    json!({ "type": "string", "pattern": DURATION })
}

fn whole_number() -> Value {
    json!({ "type": "integer", "minimum": 0 })
}
