//! `[health]`'s signs of life.

use url::Url;

use super::{feeds::url_fault, schema::Kind, value::Value};

/// Reads `ping`: a URL, or a secret that is one. It is a secret either way, so no message shows it.
pub(super) fn read_ping(value: Value<'_>) -> Option<Url> {
    let url = if value.is_string() {
        Url::parse(value.string()?.text.trim())
    } else if value.is_table() {
        Url::parse(value.secret()?.expose().trim())
    } else {
        return value.mismatch(Kind::StringOrSecret);
    };
    let fault = match url {
        Err(error) => format!("`ping` is not a URL: {}", url_fault(error)),
        Ok(url) if matches!(url.scheme(), "http" | "https") => return Some(url),
        Ok(_) => "`ping` is not an http: or https: URL".to_owned(),
    };
    let help = "copy the ping URL of the check from your monitoring service";
    value.error_concealed(fault, help);
    None
}
