//! What an HTTP answer means for a notice.

use std::time::Duration;

use jiff::Timestamp;
use url::Url;

use crate::{
    http::{HeaderMap, StatusCode, bare_url, header::LOCATION, retry_after},
    model::{Outcome, Receipt, Retry, SendError, SendReason},
    notify::render::clean,
};

/// The longest Retry-After that is honoured: nobody may silence an alert for a day.
pub(in crate::notify) const MAX_RETRY_AFTER: Duration = Duration::from_hours(1);
/// How much of an answer's body is kept.
const MAX_EXCERPT_CHARS: usize = 200;

/// An answer as far as it matters here.
#[derive(Debug)]
pub(in crate::notify) struct Answer<'a> {
    pub(in crate::notify) status: StatusCode,
    pub(in crate::notify) headers: &'a HeaderMap,
    pub(in crate::notify) body: &'a [u8],
    /// The URL that answered; `None` if it must not be shown.
    pub(in crate::notify) url: Option<&'a Url>,
}

/// 2xx is taken. 400, 413 and 422 refuse this notice: of its text, its size or its sense. 410 is gone for
/// good; a login that is asked for, by the receiver or by a proxy, is asked for every notice. Anything
/// else comes again, not before Retry-After: a 404 is also what a server says of a path that is not
/// there yet (Standard Webhooks 1.0 names it among the failures that are tried again), a redirect what
/// one says that is being moved, and a 403 what a firewall says for a while.
pub(in crate::notify) fn verdict(answer: &Answer<'_>, now: Timestamp) -> Outcome {
    let status = answer.status;
    if status.is_success() {
        return Ok(Receipt {
            answer: status_line(status),
            ..Receipt::default()
        });
    }
    let later = || Retry::Later {
        after: retry_after(answer.headers).map(|hint| hint.delay(now).min(MAX_RETRY_AFTER)),
    };
    let (reason, retry) = match status.as_u16() {
        408 | 425 | 429 => (SendReason::Busy, later()),
        500..=599 => (SendReason::ServerError, later()),
        410 => (SendReason::Gone, Retry::ReceiverBroken),
        401 | 407 => (SendReason::Auth, Retry::ReceiverBroken),
        403 => (SendReason::Auth, later()),
        413 => (SendReason::Refused, Retry::TooLarge),
        400 | 422 => (SendReason::Refused, Retry::Unwanted),
        _ => (SendReason::Refused, later()),
    };
    Err(SendError {
        reason,
        retry,
        detail: detail(answer),
        accepted: Vec::new(),
        refused: Vec::new(),
    })
}

fn detail(answer: &Answer<'_>) -> String {
    let line = status_line(answer.status);
    if answer.status.is_redirection() {
        return match location(answer) {
            Some(target) => format!("{line}: redirects are not followed; it points to {target}"),
            None => format!("{line}: redirects are not followed"),
        };
    }
    match excerpt(answer.body) {
        excerpt if excerpt.is_empty() => line,
        excerpt => format!("{line}: {excerpt}"),
    }
}

pub(in crate::notify) fn status_line(status: StatusCode) -> String {
    match status.canonical_reason() {
        Some(reason) => format!("{} {reason}", status.as_u16()),
        None => status.as_str().to_owned(),
    }
}

/// Where a redirect points, without query, password and fragment.
fn location(answer: &Answer<'_>) -> Option<String> {
    let header = answer.headers.get(LOCATION)?.to_str().ok()?;
    let target = answer.url?.join(header).ok()?;
    Some(clean::cut(
        &clean::line(&bare_url(&target)),
        MAX_EXCERPT_CHARS,
    ))
}

pub(in crate::notify) fn excerpt(body: &[u8]) -> String {
    // A character has at most four bytes; a little more for the white space that is squeezed.
    let start = &body[..body.len().min(MAX_EXCERPT_CHARS * 8)];
    let text = clean::squeezed(&String::from_utf8_lossy(start));
    clean::cut(&text, MAX_EXCERPT_CHARS)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn now() -> Timestamp {
        "2026-11-22T06:00:00Z".parse().unwrap()
    }

    fn answered(status: u16, headers: &[(&'static str, &str)], body: &str) -> Outcome {
        let headers: HeaderMap = headers
            .iter()
            .map(|(name, value)| (name.parse().unwrap(), value.parse().unwrap()))
            .collect();
        let url = Url::parse("https://hooks.example.org/a/b?key=1").unwrap();
        let answer = Answer {
            status: StatusCode::from_u16(status).unwrap(),
            headers: &headers,
            body: body.as_bytes(),
            url: Some(&url),
        };
        verdict(&answer, now())
    }

    #[test]
    fn every_row() {
        let later = Retry::Later { after: None };
        for (statuses, reason, retry) in [
            (&[408, 425, 429][..], SendReason::Busy, later),
            (&[500, 502, 503, 504, 599], SendReason::ServerError, later),
            (&[410], SendReason::Gone, Retry::ReceiverBroken),
            (&[401, 407], SendReason::Auth, Retry::ReceiverBroken),
            (&[403], SendReason::Auth, later),
            (&[301, 302, 303, 307, 308, 304], SendReason::Refused, later),
            (
                &[
                    402, 404, 405, 406, 409, 411, 415, 418, 421, 424, 426, 431, 451, 499,
                ],
                SendReason::Refused,
                later,
            ),
            (&[413], SendReason::Refused, Retry::TooLarge),
            (&[400, 422], SendReason::Refused, Retry::Unwanted),
        ] {
            for &status in statuses {
                let error = answered(status, &[], "").unwrap_err();
                assert_eq!((error.reason, error.retry), (reason, retry), "{status}");
            }
        }
        for status in [200, 201, 202, 204, 299] {
            assert!(answered(status, &[], "").is_ok(), "{status}");
        }
        assert_eq!(answered(204, &[], "").unwrap().answer, "204 No Content");
    }

    #[test]
    fn retry_after_as_seconds_and_as_date_up_to_an_hour() {
        for (value, after) in [
            ("0", Some(0)),
            (" 120 ", Some(120)),
            ("3600", Some(3600)),
            ("3601", Some(3600)),
            ("86400", Some(3600)),
            ("Sun, 22 Nov 2026 06:01:30 GMT", Some(90)),
            ("Sun, 22 Nov 2026 05:00:00 GMT", Some(0)),
            ("Mon, 23 Nov 2026 06:00:00 GMT", Some(3600)),
            ("soon", None),
            ("-5", None),
        ] {
            for status in [429, 503] {
                let error = answered(status, &[("retry-after", value)], "").unwrap_err();
                let after = after.map(Duration::from_secs);
                assert_eq!(error.retry, Retry::Later { after }, "{value}");
            }
        }
    }

    #[test]
    fn a_redirect_says_where_to_without_its_secrets() {
        let to = [("location", "https://u:p@example.net/login?next=secret#x")];
        assert_eq!(
            answered(302, &to, "<html>").unwrap_err().detail,
            "302 Found: redirects are not followed; it points to https://example.net/login"
        );
        assert_eq!(
            answered(308, &[("location", "../c?d")], "")
                .unwrap_err()
                .detail,
            "308 Permanent Redirect: redirects are not followed; it points to https://hooks.example.org/c"
        );
    }

    #[test]
    fn the_detail_holds_a_clean_start_of_the_body() {
        let body = format!("no\u{1b}[2J\r\n  such {}", "学".repeat(500));
        let detail = answered(404, &[], &body).unwrap_err().detail;
        assert!(
            detail.starts_with("404 Not Found: no [2J such 学"),
            "{detail}"
        );
        assert_eq!(
            detail.chars().count(),
            "404 Not Found: ".len() + MAX_EXCERPT_CHARS
        );
        assert_eq!(
            answered(500, &[], " \r\n").unwrap_err().detail,
            "500 Internal Server Error"
        );
    }
}
