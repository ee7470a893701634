//! The JSON Schema and the reader agree: what the schema refuses the reader refuses, and the schema
//! sees what a schema can.

use std::{collections::BTreeSet, fs, path::Path};

use regex::Regex;
use serde_json::Value;

use super::environment;
use crate::config::{
    Environment, check_text, effective, load,
    schema::{Kind, TABLES, Table, json_schema},
};

#[test]
fn what_the_schema_refuses_the_reader_refuses_and_every_good_config_fits() {
    let schema = json_schema();
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut refused = BTreeSet::new();
    for folder in ["config", "tests/fixtures/config", "examples"] {
        for entry in fs::read_dir(root.join(folder)).expect("a folder") {
            let path = entry.expect("an entry").path();
            let name = path
                .file_stem()
                .unwrap_or_default()
                .to_string_lossy()
                .into_owned();
            let is_toml = path.extension().is_some_and(|it| it == "toml");
            let text = fs::read(&path)
                .ok()
                .and_then(|bytes| String::from_utf8(bytes).ok());
            let Some(judged) = text
                .filter(|_| is_toml)
                .and_then(|text| judged(&schema, &text).ok())
            else {
                continue;
            };
            let Some(misfit) = judged else {
                continue;
            };
            assert!(
                load(&path, &environment()).is_err(),
                "{name} loads, but: {misfit}"
            );
            refused.insert(name);
        }
    }
    for seen in [
        "duration-bare-number",
        "duration-unknown-unit",
        "enabled-as-text",
        "every-unknown-key",
        "every-without-min",
        "feed-bad-initial",
        "feed-missing-url",
        "feed-unknown-identity",
        "feed-unknown-key",
        "feed-unknown-hint",
        "feed-wrong-type",
        "five-mistakes",
        "mail-missing-keys",
    ] {
        assert!(
            refused.contains(seen),
            "the schema does not see {seen}: {refused:?}"
        );
    }
}

#[test]
fn what_is_in_effect_fits_the_schema() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("config/quickstart.toml");
    let config = load(&path, &environment()).expect("the quickstart").config;
    assert_eq!(judged(&json_schema(), &effective(&config)), Ok(None));
}

/// A config in which this table has the key, with its default or without.
fn with(table: &Table, line: &str) -> Option<String> {
    let feed = "[feed.f]\nurl = \"https://e.org/\"\n";
    let watch = "[watch.w]\nany = [\"Koizumi\"]\n";
    let hook = "[receiver.r]\nwebhook = \"https://hook.example/\"\n";
    let (top, more) = match table.header {
        "" => (line, String::new()),
        "feed.NAME" => ("", format!("{feed}{line}")),
        "watch.NAME" => ("", format!("{watch}{line}")),
        "receiver.NAME" => ("", format!("{hook}{line}")),
        "poll" | "health" | "keep" => ("", format!("[{}]\n{line}", table.header)),
        _ => return None,
    };
    let rest = [feed, watch, hook]
        .into_iter()
        .filter(|it| !more.starts_with(it));
    Some(format!("{top}\n{}{more}\n", rest.collect::<String>()))
}

#[test]
fn a_default_changes_nothing_where_it_is_written() {
    let shown = |text: &str| {
        let loaded = check_text("a.toml".as_ref(), text.to_owned(), &Environment::default());
        effective(
            &loaded
                .unwrap_or_else(|errors| panic!("{text}\n{errors}"))
                .config,
        )
    };
    let mut tried = 0;
    for table in TABLES {
        for key in table.keys {
            let Some(default) = key.default else {
                continue;
            };
            let value = match key.kind {
                Kind::Integer | Kind::Boolean => default.to_owned(),
                _ => format!("\"{default}\""),
            };
            let line = format!("{} = {value}", key.name);
            // What belongs to programs alone.
            let (Some(without), Some(with)) = (with(table, ""), with(table, &line)) else {
                continue;
            };
            if (table.header, key.name) == ("receiver.NAME", "input") {
                continue;
            }
            assert_eq!(
                shown(&with),
                shown(&without),
                "{line} of [{}]",
                table.header
            );
            tried += 1;
        }
    }
    assert!(tried > 15, "{tried} defaults were tried");
}

/// Why a value does not fit a schema, in the words of JSON Schema that ours uses; the path first.
fn misfit(root: &Value, schema: &Value, value: &Value, at: &str) -> Option<String> {
    let rules = match schema {
        Value::Bool(true) => return None,
        Value::Bool(false) => return Some(format!("{at}: not allowed")),
        rules => rules.as_object().expect("a schema"),
    };
    rules.iter().find_map(|(rule, wanted)| {
        let count = || wanted.as_u64().expect("a number");
        let fits = match rule.as_str() {
            "$ref" => {
                let place = wanted
                    .as_str()
                    .expect("a reference")
                    .trim_start_matches('#');
                let target = root.pointer(place).expect("a definition");
                return misfit(root, target, value, at);
            }
            "anyOf" => {
                let mut ways = wanted.as_array().expect("a list").iter();
                ways.any(|way| misfit(root, way, value, at).is_none())
            }
            "type" => match wanted.as_str().expect("a type") {
                "object" => value.is_object(),
                "array" => value.is_array(),
                "string" => value.is_string(),
                "integer" => value.is_i64() || value.is_u64(),
                "boolean" => value.is_boolean(),
                other => panic!("the type {other}"),
            },
            "enum" => wanted.as_array().expect("a list").contains(value),
            "pattern" => value.as_str().is_none_or(|text| {
                Regex::new(wanted.as_str().expect("a pattern"))
                    .expect("a pattern")
                    .is_match(text)
            }),
            "minimum" => value
                .as_i64()
                .is_none_or(|it| it >= 0 && it.unsigned_abs() >= count()),
            "minProperties" => value
                .as_object()
                .is_none_or(|it| it.len() as u64 >= count()),
            "maxProperties" => value
                .as_object()
                .is_none_or(|it| it.len() as u64 <= count()),
            "required" => value.as_object().is_none_or(|object| {
                let mut names = wanted.as_array().expect("a list").iter();
                names.all(|name| object.contains_key(name.as_str().expect("a name")))
            }),
            "items" => {
                let mut items = value.as_array().into_iter().flatten();
                return items.find_map(|item| misfit(root, wanted, item, &format!("{at}[]")));
            }
            "properties" => return misfit_inside(root, wanted, value, at),
            "additionalProperties" => {
                return misfit_beside(root, schema.get("properties"), wanted, value, at);
            }
            "$schema" | "$id" | "$defs" | "title" | "description" | "default" => true,
            other => panic!("the word {other}"),
        };
        (!fits).then(|| format!("{at}: {rule} {wanted}, not {value}"))
    })
}

/// Of the members that the schema names.
fn misfit_inside(root: &Value, named: &Value, value: &Value, at: &str) -> Option<String> {
    let mut held = value.as_object().into_iter().flatten();
    held.find_map(|(name, value)| misfit(root, named.get(name)?, value, &format!("{at}.{name}")))
}

/// Of those that it does not name.
fn misfit_beside(
    root: &Value,
    named: Option<&Value>,
    wanted: &Value,
    value: &Value,
    at: &str,
) -> Option<String> {
    let is_named = |name: &str| named.is_some_and(|named| named.get(name).is_some());
    let held = value.as_object().into_iter().flatten();
    let mut others = held.filter(|(name, _)| !is_named(name));
    others.find_map(|(name, value)| misfit(root, wanted, value, &format!("{at}.{name}")))
}

/// What the schema has against a text.
///
/// # Errors
/// It is no TOML.
fn judged(schema: &Value, text: &str) -> Result<Option<String>, toml::de::Error> {
    let text = text.trim_start_matches('\u{feff}');
    let table: toml::Table = text.parse()?;
    let value = serde_json::to_value(table).expect("plain data");
    Ok(misfit(schema, schema, &value, ""))
}
