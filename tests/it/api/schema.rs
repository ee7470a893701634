//! As much of JSON Schema as `docs/openapi.json` uses. Beside that: every member is described, so
//! that the description cannot fall behind.

use serde_json::Value;

pub(super) struct Description(pub(super) Value);

impl Description {
    pub(super) fn read() -> Self {
        let text = include_str!("../../../docs/openapi.json");
        Self(serde_json::from_str(text).expect("JSON"))
    }

    fn resolved<'a>(&'a self, schema: &'a Value) -> &'a Value {
        match schema["$ref"].as_str() {
            Some(reference) => self.0.pointer(&reference[1..]).expect("it is there"),
            None => schema,
        }
    }

    /// What of a value is not as its schema says, each with its place.
    pub(super) fn faults(&self, value: &Value, schema: &Value, place: &str) -> Vec<String> {
        let schema = self.resolved(schema);
        if let Some(either) = schema["oneOf"].as_array() {
            let faults = either.iter().map(|it| self.faults(value, it, place));
            return faults.min_by_key(Vec::len).expect("some");
        }
        let types = match &schema["type"] {
            Value::Null => return Vec::new(),
            Value::Array(types) => types.clone(),
            one => vec![one.clone()],
        };
        if !types
            .iter()
            .any(|it| is(value, it.as_str().expect("a word")))
        {
            return vec![format!("{place} is {value}, not {types:?}")];
        }
        if let Some(words) = schema["enum"].as_array()
            && !words.contains(value)
        {
            return vec![format!("{place} is {value}, not of {words:?}")];
        }
        match value {
            Value::Object(members) => {
                let known = &schema["properties"];
                let required = schema["required"].as_array().into_iter().flatten();
                let required = required.map(|name| name.as_str().expect("a name"));
                let missing = required.filter(|name| !members.contains_key(*name));
                let mut faults: Vec<String> = missing
                    .map(|name| format!("{place} has no {name}"))
                    .collect();
                for (name, member) in members {
                    match known.get(name) {
                        None if known.is_null() => {}
                        None => faults.push(format!("{place}.{name} is not described")),
                        Some(schema) => {
                            faults.extend(self.faults(member, schema, &format!("{place}.{name}")));
                        }
                    }
                }
                faults
            }
            Value::Array(entries) => {
                let entries = entries.iter();
                let faults = entries.map(|it| self.faults(it, &schema["items"], place));
                faults.flatten().collect()
            }
            _ => Vec::new(),
        }
    }
}

fn is(value: &Value, kind: &str) -> bool {
    match kind {
        "null" => value.is_null(),
        "boolean" => value.is_boolean(),
        "integer" => value.is_u64() || value.is_i64(),
        "number" => value.is_number(),
        "string" => value.is_string(),
        "array" => value.is_array(),
        "object" => value.is_object(),
        other => panic!("what is {other:?}?"),
    }
}

#[test]
fn what_is_not_as_described_is_found() {
    let description = Description(serde_json::json!({}));
    let schema = serde_json::json!({"type": "object", "required": ["a"], "properties": {
        "a": {"type": ["string", "null"], "enum": ["x", null]},
        "b": {"type": "array", "items": {"type": "integer"}},
    }});
    for (value, wanted) in [
        (serde_json::json!({"a": "x", "b": [1]}), None),
        (serde_json::json!({"a": null}), None),
        (serde_json::json!({}), Some("it has no a")),
        (serde_json::json!({"a": "y"}), Some("it.a is \"y\"")),
        (serde_json::json!({"a": 1}), Some("it.a is 1")),
        (
            serde_json::json!({"a": "x", "b": [1.5]}),
            Some("it.b is 1.5"),
        ),
        (
            serde_json::json!({"a": "x", "c": 1}),
            Some("it.c is not described"),
        ),
    ] {
        let faults = description.faults(&value, &schema, "it");
        match wanted {
            None => assert!(faults.is_empty(), "{faults:?}"),
            Some(wanted) => assert!(faults.concat().contains(wanted), "{faults:?}"),
        }
    }
}
