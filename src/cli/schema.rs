//! `schema`: the JSON Schema of the config, made from its declarations.

use super::{error::Answer, output};
use crate::config::schema::json_schema;

/// Prints it.
pub(super) fn print() -> Answer {
    let schema = serde_json::to_string_pretty(&json_schema()).expect("plain data serializes");
    output::line(&schema)?;
    Ok(true)
}
