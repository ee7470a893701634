//! The declarations as JSON Schema (draft 2020-12), for editors.
//!
//! A schema sees the shape of one file: keys, kinds, words. What holds between values, such as that
//! a watch names receivers that exist, only `check` sees; so what the schema refuses, `check`
//! refuses too, and not the other way round.

use serde_json::{Map, Value, json};

use super::{
    AT_MOST_TABLE, CONTROL, CORROBORATE_TABLE, DIGEST_TABLE, ENTITY, ESCALATE_TABLE, EVERY_TABLE,
    FEED, HEALTH, KEEP, Key, Kind, MAIL, MAIL_SERVER, OAUTH, POLL, PRESET, PRESET_LIMIT,
    PRESET_PARAMETER, PRESET_PRIORITY, QUIET_TABLE, RECEIVER, SECRET, STORE, TABLES, TEST, TOP,
    Table, WATCH, WEB,
};

/// Where the package puts the schema.
pub const SCHEMA_FILE: &str = "/usr/share/fivebells/fivebells.schema.json";

/// The schema of a config file.
pub fn json_schema() -> Value {
    let mut defs = Map::new();
    for table in TABLES.into_iter().filter(|table| **table != TOP) {
        defs.insert(name(table), object(table));
    }
    let mut schema = json!({
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$id": format!("file://{SCHEMA_FILE}"),
        "title": "fivebells.toml",
        "description": "The config of Fivebells, or a file that it includes. `fivebells check` says \
                        more than a schema can.",
    });
    for (key, value) in members(object(&TOP)) {
        schema[key] = value;
    }
    schema["$defs"] = Value::Object(defs);
    schema
}

/// As the table is called in `$defs`.
fn name(table: &Table) -> String {
    let words = table
        .header
        .trim_start_matches("a ")
        .trim_start_matches("an ");
    words.replace(".NAME", "_entry").replace(' ', "_")
}

fn members(value: Value) -> Map<String, Value> {
    match value {
        Value::Object(members) => members,
        _ => Map::new(),
    }
}

fn object(table: &Table) -> Value {
    let properties: Map<String, Value> = { table.keys.iter() }
        .map(|key| (key.name.to_owned(), property(table, key)))
        .collect();
    let needed: Vec<&str> = { table.keys.iter() }
        .filter(|key| key.is_needed)
        .map(|key| key.name)
        .collect();
    let mut object = json!({
        "type": "object",
        "properties": properties,
        "additionalProperties": others(table),
    });
    if !needed.is_empty() {
        object["required"] = json!(needed);
    }
    if *table == SECRET {
        object["minProperties"] = json!(1);
        object["maxProperties"] = json!(1);
    }
    object
}

/// What is under a key that is not declared.
fn others(table: &Table) -> Value {
    match table {
        table if *table == MAIL => refer(&MAIL_SERVER),
        // A `[preset]` of the config's own is a key of its receivers.
        table if *table == RECEIVER => any(&[text(), refer(&SECRET), json!({ "type": "object" })]),
        _ => json!(false),
    }
}

fn property(table: &Table, key: &Key) -> Value {
    let mut property = kind(table, key);
    property["description"] = json!(key.about);
    if let Some(default) = key.default {
        property["default"] = match key.kind {
            Kind::Integer | Kind::Boolean => {
                serde_json::from_str(default).expect("a number or a truth value")
            }
            _ => json!(default),
        };
    }
    property
}

/// One or more numbers with their units, as durations are read.
const DURATION: &str = r"^\s*([0-9]+\s*(ms|s|m|h|d|w|y)\s*)+$";

/// A number with its unit, in any case, as sizes are read.
const SIZE: &str = r"^\s*[0-9]+\s*([KkMmGg][Ii]?)?[Bb]\s*$";

/// What the key takes.
fn kind(table: &Table, key: &Key) -> Value {
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
        "corroborate" => &CORROBORATE_TABLE,
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
        ("", "publisher") => named(&one_or_more(text())),
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
        (_, "escalate") => refer(&ESCALATE_TABLE),
        _ => named(&secret_or_text()),
    }
}

/// A table of names, each with such a value.
fn named(value: &Value) -> Value {
    json!({ "type": "object", "additionalProperties": value })
}

fn refer(table: &Table) -> Value {
    json!({ "$ref": format!("#/$defs/{}", name(table)) })
}

fn any(of: &[Value]) -> Value {
    json!({ "anyOf": of })
}

fn one_or_more(value: Value) -> Value {
    let list = json!({ "type": "array", "items": value });
    any(&[value, list])
}

/// A string with something in it.
fn text() -> Value {
    json!({ "type": "string", "pattern": r"\S" })
}

fn duration() -> Value {
    json!({ "type": "string", "pattern": DURATION })
}

fn whole_number() -> Value {
    json!({ "type": "integer", "minimum": 0 })
}
