//! Requests that another site makes a visitor's browser send.

use axum::http::{HeaderMap, header};
use url::Url;

/// Whether another site sent this, by what browsers say of it: `Sec-Fetch-Site`, or where they do not
/// send that (over plain http to anything but this machine) `Origin`. What sends neither is no
/// browser of today. Go 1.25's `CrossOriginProtection` asks the same.
pub(in crate::web) fn is_from_elsewhere(headers: &HeaderMap) -> bool {
    let text = |name: &str| headers.get(name).map(|value| value.to_str().unwrap_or("?"));
    if let Some(site) = text("sec-fetch-site") {
        return !matches!(site, "same-origin" | "none");
    }
    let Some(origin) = text(header::ORIGIN.as_str()) else {
        return false;
    };
    let host = text(header::HOST.as_str()).unwrap_or_default();
    // The scheme is not compared: behind a proxy that ends TLS it is another one.
    let is_ours = |origin: &Url| {
        let of_host = Url::parse(&format!("{}://{host}/", origin.scheme())).ok();
        of_host.is_some_and(|it| it.host() == origin.host() && it.port() == origin.port())
    };
    !Url::parse(origin).is_ok_and(|origin| is_ours(&origin))
}

#[cfg(test)]
mod tests {
    use axum::http::HeaderValue;

    use super::*;

    #[test]
    fn a_request_of_another_site_is_known_by_what_the_browser_says() {
        for (site, origin, host, is_from_elsewhere_) in [
            (Some("same-origin"), None, "a.example", false),
            (Some("none"), None, "a.example", false),
            (Some("same-site"), None, "a.example", true),
            (Some("cross-site"), None, "a.example", true),
            // The first is the browser's own word.
            (Some("same-origin"), Some("null"), "a.example", false),
            (
                Some("cross-site"),
                Some("http://a.example"),
                "a.example",
                true,
            ),
            (None, Some("http://a.example"), "a.example", false),
            (None, Some("https://a.example"), "a.example", false),
            (None, Some("http://a.example:9464"), "a.example:9464", false),
            (None, Some("http://a.example:9465"), "a.example:9464", true),
            (None, Some("http://[::1]:9464"), "[::1]:9464", false),
            (None, Some("http://evil.example"), "a.example", true),
            (
                None,
                Some("http://a.example.evil.example"),
                "a.example",
                true,
            ),
            (None, Some("null"), "a.example", true),
            (None, Some(""), "a.example", true),
            (None, None, "a.example", false),
        ] {
            let mut headers = HeaderMap::new();
            let mut set = |name: &'static str, value: Option<&'static str>| {
                if let Some(value) = value {
                    headers.insert(name, HeaderValue::from_static(value));
                }
            };
            set("sec-fetch-site", site);
            set("origin", origin);
            set("host", Some(host));
            let said = is_from_elsewhere(&headers);
            assert_eq!(said, is_from_elsewhere_, "{site:?} {origin:?} {host}");
        }
    }
}
