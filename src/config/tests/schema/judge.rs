//! As much of JSON Schema as ours uses.

use regex::Regex;
use serde_json::Value;

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
pub(super) fn judged(schema: &Value, text: &str) -> Result<Option<String>, toml::de::Error> {
    let text = text.trim_start_matches('\u{feff}');
    let table: toml::Table = text.parse()?;
    let value = serde_json::to_value(table).expect("plain data");
    Ok(misfit(schema, schema, &value, ""))
}
