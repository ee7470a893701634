//! Why a request is not answered: RFC 9457 problems.

use axum::{
    http::{
        HeaderValue, StatusCode,
        header::{ALLOW, CONTENT_TYPE, RETRY_AFTER, WWW_AUTHENTICATE},
    },
    response::{IntoResponse, Response},
};

use crate::{
    store::StoreError,
    view::{ViewError, names::UnknownName},
    web::reply,
};

/// How long to wait before it may go better, in seconds.
const SOON: u16 = 5;

/// Why a request is not answered.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Fault {
    status: StatusCode,
    detail: String,
}

impl Fault {
    /// It has not the form that it must have.
    pub(super) fn malformed(detail: impl Into<String>) -> Self {
        Self::of(StatusCode::BAD_REQUEST, detail)
    }

    /// It has the form, and means nothing: a name that nothing has, an expression with a fault.
    pub(super) fn meaningless(detail: impl Into<String>) -> Self {
        Self::of(StatusCode::UNPROCESSABLE_ENTITY, detail)
    }

    /// What the path names is not there.
    pub(super) fn not_there(detail: impl Into<String>) -> Self {
        Self::of(StatusCode::NOT_FOUND, detail)
    }

    /// It cannot be done now.
    pub(super) fn not_now(detail: impl Into<String>) -> Self {
        Self::of(StatusCode::SERVICE_UNAVAILABLE, detail)
    }

    pub(super) fn of(status: StatusCode, detail: impl Into<String>) -> Self {
        let detail = detail.into();
        Self { status, detail }
    }

    /// The same where the path has what was meant.
    pub(super) fn in_path(self) -> Self {
        match self.status {
            StatusCode::UNPROCESSABLE_ENTITY => Self::not_there(self.detail),
            _ => self,
        }
    }
}

impl IntoResponse for Fault {
    fn into_response(self) -> Response {
        let mut answer = reply::problem(self.status, self.detail);
        if self.status == StatusCode::SERVICE_UNAVAILABLE {
            let soon = HeaderValue::from(SOON);
            answer.headers_mut().insert(RETRY_AFTER, soon);
        }
        answer
    }
}

impl From<StoreError> for Fault {
    fn from(error: StoreError) -> Self {
        Self::not_now(error.to_string())
    }
}

impl From<UnknownName> for Fault {
    fn from(error: UnknownName) -> Self {
        Self::meaningless(error.to_string())
    }
}

impl From<ViewError> for Fault {
    fn from(error: ViewError) -> Self {
        match error {
            ViewError::Store(error) => error.into(),
            other => Self::meaningless(other.to_string()),
        }
    }
}

/// An answer whose fault has another form, as a problem.
pub(super) fn as_problem(answer: Response) -> Response {
    let status = answer.status();
    let is_fault = status.is_client_error() || status.is_server_error();
    let kind = answer.headers().get(CONTENT_TYPE);
    if !is_fault || kind.is_some_and(|kind| kind == "application/problem+json") {
        return answer;
    }
    let detail = match status {
        StatusCode::METHOD_NOT_ALLOWED => "this path has other methods: see `Allow`",
        StatusCode::BAD_REQUEST => "the path cannot be read",
        _ => "the request cannot be answered",
    };
    let mut problem = reply::problem(status, detail);
    for name in [ALLOW, WWW_AUTHENTICATE] {
        if let Some(value) = answer.headers().get(&name) {
            problem.headers_mut().insert(name, value.clone());
        }
    }
    problem
}
