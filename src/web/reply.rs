//! The shapes of answers: text, pages, JSON, problems and ways on, with what browsers may do with
//! them.

use axum::{
    body::Bytes,
    http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header},
    response::{IntoResponse as _, Response},
};
use ring::digest::{SHA256, digest};
use serde::Serialize;

use super::hex::hex;

/// Nothing from elsewhere, no script, no frame; forms lead to us.
const POLICY: &str = "default-src 'none'; style-src 'self'; img-src 'self'; form-action 'self'; \
                      base-uri 'none'; frame-ancestors 'none'";

/// What every answer says. `Referrer-Policy: no-referrer` would make browsers send `Origin: null`
/// with our own forms.
const SAFE: [(&str, &str); 6] = [
    ("content-security-policy", POLICY),
    ("x-content-type-options", "nosniff"),
    ("x-frame-options", "DENY"),
    ("referrer-policy", "same-origin"),
    ("cross-origin-opener-policy", "same-origin"),
    ("cross-origin-resource-policy", "same-origin"),
];

/// Adds what every answer says to browsers.
pub(super) fn secured(mut answer: Response) -> Response {
    let headers = answer.headers_mut();
    for (name, value) in SAFE {
        headers.insert(
            HeaderName::from_static(name),
            HeaderValue::from_static(value),
        );
    }
    headers
        .entry(header::CACHE_CONTROL)
        .or_insert(HeaderValue::from_static("no-store"));
    answer
}

/// A line.
pub(super) fn text(status: StatusCode, line: &str) -> Response {
    typed(status, "text/plain; charset=utf-8", format!("{line}\n"))
}

/// A page.
pub(super) fn html(status: StatusCode, page: String) -> Response {
    typed(status, "text/html; charset=utf-8", page)
}

/// A body of a media type.
pub(super) fn typed(
    status: StatusCode,
    media_type: &'static str,
    body: impl Into<Bytes>,
) -> Response {
    let body: Bytes = body.into();
    (status, [(header::CONTENT_TYPE, media_type)], body).into_response()
}

/// Another place, to be asked for with GET.
pub(super) fn see_other(place: &str) -> Response {
    match HeaderValue::from_str(place) {
        Ok(place) => (StatusCode::SEE_OTHER, [(header::LOCATION, place)]).into_response(),
        Err(_) => text(StatusCode::BAD_REQUEST, "no such place"),
    }
}

/// What went wrong, for programs: RFC 9457.
#[derive(Debug, Serialize)]
struct Problem {
    r#type: &'static str,
    title: &'static str,
    status: u16,
    detail: String,
}

/// What went wrong, for programs: RFC 9457. `detail` is for people.
pub(super) fn problem(status: StatusCode, detail: impl Into<String>) -> Response {
    let problem = Problem {
        r#type: "about:blank",
        title: status.canonical_reason().unwrap_or("Error"),
        status: status.as_u16(),
        detail: detail.into(),
    };
    typed(status, "application/problem+json", json_bytes(&problem))
}

/// A value as JSON.
pub(super) fn json_bytes<T: Serialize + ?Sized>(value: &T) -> Vec<u8> {
    serde_json::to_vec(value).expect("plain data serializes")
}

/// An answer that whoever has it already is spared: RFC 9110, 8.8.3 and 13.1.2.
pub(super) fn tagged(asked: &HeaderMap, media_type: &'static str, body: Vec<u8>) -> Response {
    let hash = digest(&SHA256, &body);
    let tag = format!("\"{}\"", hex(&hash.as_ref()[..12]));
    let known = asked.get_all(header::IF_NONE_MATCH).iter();
    let mut known = known
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(','))
        .map(|it| it.trim().trim_start_matches("W/"));
    let is_known = known.any(|it| it == tag || it == "*");
    let mut answer = if is_known {
        StatusCode::NOT_MODIFIED.into_response()
    } else {
        typed(StatusCode::OK, media_type, body)
    };
    let headers = answer.headers_mut();
    let tag = HeaderValue::from_str(&tag).expect("hexadecimal digits");
    headers.insert(header::ETAG, tag);
    headers.insert(
        header::CACHE_CONTROL,
        HeaderValue::from_static("private, no-cache"),
    );
    answer
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn who_has_an_answer_already_is_spared_it() {
        let first = tagged(&HeaderMap::new(), "application/json", b"[1]".to_vec());
        let tag = first.headers()[header::ETAG].clone();
        for (known, status) in [
            (tag.to_str().expect("ASCII").to_owned(), 304),
            (
                format!("\"other\", W/{}", tag.to_str().expect("ASCII")),
                304,
            ),
            ("*".to_owned(), 304),
            ("\"other\"".to_owned(), 200),
        ] {
            let value = HeaderValue::from_str(&known).expect("ASCII");
            let asked = HeaderMap::from_iter([(header::IF_NONE_MATCH, value)]);
            let again = tagged(&asked, "application/json", b"[1]".to_vec());
            assert_eq!(again.status().as_u16(), status, "{known}");
            assert_eq!(again.headers()[header::ETAG], tag);
        }
    }
}
