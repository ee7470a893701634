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
const PROXIES: &str = "a proxy's login is part of the URL of `proxy`";

/// Headers that are ours to set: who we are, how long the body is, and the signature.
const OWN_HEADERS: [&str; 8] = [
    "connection",
    "content-length",
    "host",
    "transfer-encoding",
    "user-agent",
    "webhook-id",
    "webhook-signature",
    "webhook-timestamp",
];
/// Why a receiver's requests do not take this header, in lower case.
pub(super) fn own_header(name: &str) -> Option<&'static str> {
    let is_own = OWN_HEADERS.contains(&name);
    is_own.then_some("Fivebells itself sets it")
}

/// Reads a table of headers. `refused` says why a name, in lower case, is not to be set.
pub(super) fn read_headers(
    value: Value<'_>,
    refused: impl Fn(&str) -> Option<&'static str>,
) -> Option<Vec<(String, Secret)>> {
    let mut headers: Vec<(String, Secret)> = Vec::new();
    for entry in value.entries()? {
        let (name, value) = (entry.name(), read_value(entry));
        let twice = headers
            .iter()
            .any(|(earlier, _)| earlier.eq_ignore_ascii_case(name));
        let fault = match HeaderName::try_from(name) {
            Err(_) => Some(format!("{name:?} cannot be the name of a header")),
            Ok(_) if twice => Some(format!("the header {name:?} is here twice")),
            Ok(header) => refused(header.as_str())
                .map(|reason| format!("the header {name:?} cannot be set: {reason}")),
        };
        if let Some(fault) = fault {
            let problem = Problem::error(entry.key_place(), fault);
            entry.context.report(problem);
        } else if let Some(value) = value {
            headers.push((name.to_owned(), value));
        }
    }
    Some(headers)
}

fn read_value(entry: Value<'_>) -> Option<Secret> {
    let value = if entry.is_string() {
        Secret::new(entry.text(Kind::String)?.text)
    } else if entry.is_table() {
        entry.secret()?
    } else {
        return entry.mismatch(Kind::StringOrSecret);
    };
    if !fits_a_header(&value) {
        let message = format!("the value of {:?} holds what a header cannot", entry.name());
        entry.error_concealed(message, "a header is one line of ASCII");
        return None;
    }
    Some(value)
}

/// Whether a header can hold it: one line of visible ASCII.
pub(super) fn fits_a_header(value: &Secret) -> bool {
    HeaderValue::from_str(value.expose()).is_ok()
}

/// Why a feed's requests do not take this header, in lower case.
pub(super) fn refusal(name: &str) -> Option<&'static str> {
    let found = REFUSED.iter().find(|(refused, _)| *refused == name);
    found.map(|(_, reason)| *reason)
}
