//! The declarations as JSON Schema (draft 2020-12), for editors.
//!
//! A schema sees the shape of one file: keys, kinds, words. What holds between values, such as that
//! a watch names receivers that exist, only `check` sees; so what the schema refuses, `check`
//! refuses too, and not the other way round.

mod kinds;

use serde_json::{Map, Value, json};

use super::{Key, Kind, MAIL, MAIL_SERVER, RECEIVER, SECRET, TABLES, TOP, Table};
use kinds::{any, kind, refer, text};

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

/// What stands under a key that is not declared.
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
