//! Headers that a config adds to requests.

use reqwest::header::{HeaderName, HeaderValue};

use super::{problem::Problem, schema::Kind, value::Value};
use crate::model::Secret;

/// Headers that are the client's own, and why nobody else sets them.
const REFUSED: [(&str, &str); 29] = [
    ("accept-encoding", "it says what Fivebells can decode"),
    (
        "a-im",
        "a part of a feed would hide which items were missed",
    ),
    (
        "cache-control",
        "it would go past the publisher's caches at every poll",
    ),
    ("connection", FRAMING),
    ("content-encoding", NO_BODY),
    ("content-length", NO_BODY),
    ("content-type", NO_BODY),
    ("cookie", COOKIES),
    ("cookie2", COOKIES),
    ("expect", NO_BODY),
    ("forwarded", "a feed is asked by nobody but Fivebells"),
    ("host", "it is the URL's"),
    ("http2-settings", FRAMING),
    ("if-match", CONDITIONS),
    ("if-modified-since", CONDITIONS),
    ("if-none-match", CONDITIONS),
    ("if-range", CONDITIONS),
    ("if-unmodified-since", CONDITIONS),
    ("keep-alive", FRAMING),
    (
        "pragma",
        "it would go past the publisher's caches at every poll",
    ),
    ("proxy-authenticate", PROXIES),
    ("proxy-authorization", PROXIES),
    ("proxy-connection", FRAMING),
    ("range", "a feed is read whole"),
    ("referer", "there is no page that led here"),
    ("te", FRAMING),
    ("trailer", FRAMING),
    ("transfer-encoding", FRAMING),
    ("upgrade", FRAMING),
];
const FRAMING: &str = "it belongs to the connection";
const NO_BODY: &str = "a poll has no body";
const COOKIES: &str = "Fivebells keeps no cookies; ask the publisher for a key or a login";
const CONDITIONS: &str = "Fivebells asks with the validators of the last document";
const PROXIES: &str = "a proxy's login stands in the URL of `proxy`";

/// Reads a header of `headers`. `refused` says why a name, in lower case, is not to be set.
pub(super) fn read_header(
    entry: Value<'_>,
    refused: impl Fn(&str) -> Option<&'static str>,
) -> Option<(String, Secret)> {
    let value = if entry.is_string() {
        Secret::new(entry.text(Kind::String)?.text)
    } else if entry.is_table() {
        entry.secret()?
    } else {
        return entry.mismatch(Kind::StringOrSecret);
    };
    let name = entry.name();
    let fault = match HeaderName::try_from(name) {
        Err(_) => format!("{name:?} cannot be the name of a header"),
        Ok(header) => match refused(header.as_str()) {
            Some(reason) => format!("the header {name:?} cannot be set: {reason}"),
            None if !fits_a_header(&value) => {
                entry.error_concealed(
                    format!("the value of {name:?} holds what a header cannot"),
                    "a header is one line of ASCII",
                );
                return None;
            }
            None => return Some((name.to_owned(), value)),
        },
    };
    entry
        .context
        .report(Problem::error(entry.key_place(), fault));
    None
}

/// Whether a header can hold it: one line of visible ASCII.
pub(super) fn fits_a_header(value: &Secret) -> bool {
    HeaderValue::from_str(value.expose()).is_ok()
}

/// Reads `headers` of a feed.
pub(super) fn read_headers(value: Value<'_>) -> Option<Vec<(String, Secret)>> {
    let refused = |name: &str| {
        let found = REFUSED.iter().find(|(refused, _)| *refused == name);
        found.map(|(_, reason)| *reason)
    };
    let entries = value.entries()?.into_iter();
    Some(
        entries
            .filter_map(|entry| read_header(entry, refused))
            .collect(),
    )
}
