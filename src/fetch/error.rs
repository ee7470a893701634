//! Why a visit failed: a closed reason, which is also the metric label, and a message for people
//! that shows no query and no password.

use std::fmt;

use crate::http::{HttpError, HttpReason, HttpResponse, RetryAfter, StatusCode, retry_after};

/// The visit brought no document.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{message}")]
pub struct FetchError {
    /// The closed reason, also a metric label.
    pub reason: FetchReason,
    /// The last answer's status, where there was one.
    pub status: Option<u16>,
    /// When the server wants to be asked again, whatever the status.
    pub retry_after: Option<RetryAfter>,
    /// Whether that answer is of another host than the URL's, to which a redirect led.
    pub elsewhere: bool,
    /// For people: no URL query, no user.
    pub message: String,
}

/// Why a visit failed. Closed: it is a metric label.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum FetchReason {
    /// The name does not resolve.
    Dns,
    /// Refused, reset or unreachable.
    Connect,
    /// The proxy cannot be reached, makes no connection or wants a login: not the feed's fault.
    Proxy,
    /// The handshake failed or the certificate is not trusted.
    Tls,
    /// Too slow.
    Timeout,
    /// The address is private and a stranger chose it.
    Guard,
    /// Too many redirects, in a circle, from https to http, or to nowhere.
    Redirect,
    /// Larger than a feed may be.
    TooLarge,
    /// The body ended before its end.
    Truncated,
    /// The body is not in the coding it claims.
    Decode,
    /// The answer was not HTTP's.
    Protocol,
    /// Too many large documents at once: our want of memory, and no failure of the feed.
    Crowded,
    /// 410: gone for good.
    Gone,
    /// 429.
    TooManyRequests,
    /// 401: who asks is to be said.
    Login,
    /// 403.
    Forbidden,
    /// The site wants to see a browser: a challenge in the place of the feed.
    Challenge,
    /// Any other status that is no feed.
    Status,
    /// A `file:` that is missing, unreadable or no regular file.
    File,
}

impl FetchReason {
    /// Every reason.
    pub const ALL: [Self; 19] = [
        Self::Dns,
        Self::Connect,
        Self::Proxy,
        Self::Tls,
        Self::Timeout,
        Self::Guard,
        Self::Redirect,
        Self::TooLarge,
        Self::Truncated,
        Self::Decode,
        Self::Protocol,
        Self::Crowded,
        Self::Gone,
        Self::TooManyRequests,
        Self::Login,
        Self::Forbidden,
        Self::Challenge,
        Self::Status,
        Self::File,
    ];

    /// The label.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Dns => "dns",
            Self::Connect => "connect",
            Self::Proxy => "proxy",
            Self::Tls => "tls",
            Self::Timeout => "timeout",
            Self::Guard => "guard",
            Self::Redirect => "redirect",
            Self::TooLarge => "too_large",
            Self::Truncated => "truncated",
            Self::Decode => "decode",
            Self::Protocol => "protocol",
            Self::Crowded => "crowded",
            Self::Gone => "gone",
            Self::TooManyRequests => "too_many_requests",
            Self::Login => "login",
            Self::Forbidden => "forbidden",
            Self::Challenge => "challenge",
            Self::Status => "status",
            Self::File => "file",
        }
    }

    /// Whether nothing was heard of the feed's server: that may be the fault of our own network.
    pub const fn is_unreachable(self) -> bool {
        matches!(
            self,
            Self::Dns | Self::Connect | Self::Proxy | Self::Tls | Self::Timeout
        )
    }
}

impl fmt::Display for FetchReason {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.pad(self.as_str())
    }
}

impl FetchError {
    /// An error without an answer.
    pub(super) fn new(reason: FetchReason, message: impl Into<String>) -> Self {
        Self {
            reason,
            status: None,
            retry_after: None,
            elsewhere: false,
            message: message.into(),
        }
    }

    /// An answer that is no feed, because of its status.
    pub(super) fn of_status(response: &HttpResponse) -> Self {
        let reason = match response.status {
            StatusCode::GONE => FetchReason::Gone,
            StatusCode::TOO_MANY_REQUESTS => FetchReason::TooManyRequests,
            StatusCode::UNAUTHORIZED => FetchReason::Login,
            StatusCode::PROXY_AUTHENTICATION_REQUIRED => FetchReason::Proxy,
            StatusCode::FORBIDDEN => FetchReason::Forbidden,
            _ => FetchReason::Status,
        };
        Self::of_answer(reason, response, format!("status {}", response.status))
    }

    /// A challenge, whatever its status.
    pub(super) fn of_challenge(response: &HttpResponse, whose: &str) -> Self {
        let status = response.status;
        let message =
            format!("status {status}, a {whose} challenge that only a browser can answer");
        Self::of_answer(FetchReason::Challenge, response, message)
    }

    /// An answer that leads nowhere.
    pub(super) fn of_answer(
        reason: FetchReason,
        response: &HttpResponse,
        message: impl Into<String>,
    ) -> Self {
        Self {
            reason,
            status: Some(response.status.as_u16()),
            retry_after: retry_after(&response.headers),
            elsewhere: false,
            message: message.into(),
        }
    }
}

impl From<HttpError> for FetchError {
    fn from(error: HttpError) -> Self {
        let reason = match error.reason() {
            HttpReason::Dns => FetchReason::Dns,
            HttpReason::Connect => FetchReason::Connect,
            HttpReason::Proxy => FetchReason::Proxy,
            HttpReason::Tls => FetchReason::Tls,
            HttpReason::Timeout => FetchReason::Timeout,
            HttpReason::Guard => FetchReason::Guard,
            HttpReason::TooLarge => FetchReason::TooLarge,
            HttpReason::Truncated => FetchReason::Truncated,
            HttpReason::Decode => FetchReason::Decode,
            HttpReason::Protocol => FetchReason::Protocol,
            HttpReason::Crowded => FetchReason::Crowded,
        };
        Self::new(reason, error.to_string())
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::FetchReason;

    #[test]
    fn every_reason_has_its_own_label() {
        let labels: HashSet<_> = FetchReason::ALL.map(FetchReason::as_str).into();
        assert_eq!(labels.len(), FetchReason::ALL.len());
    }

    #[test]
    fn what_a_server_says_is_no_failure_of_the_network() {
        let ours = FetchReason::ALL
            .into_iter()
            .filter(|it| it.is_unreachable());
        let ours: Vec<_> = ours.map(FetchReason::as_str).collect();
        assert_eq!(ours, ["dns", "connect", "proxy", "tls", "timeout"]);
    }
}
