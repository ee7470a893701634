//! The answers: one object, or a list with a way to go on.

use axum::{
    http::{HeaderMap, HeaderValue, StatusCode, header::LINK},
    response::Response,
};
use serde::{Serialize, Serializer, ser::SerializeMap as _};

use super::{asked::Query, fault::Fault};
use crate::web::reply;

/// What every handler comes to.
pub(super) type Answer = Result<Response, Fault>;

/// An object.
pub(super) fn object<T: Serialize>(asked: &HeaderMap, object: &T) -> Response {
    reply::tagged(asked, "application/json", reply::json_bytes(object))
}

/// What came of something that was done.
pub(super) fn done<T: Serialize>(status: StatusCode, object: &T) -> Response {
    reply::typed(status, "application/json", reply::json_bytes(object))
}

/// Says where it goes on: RFC 8288.
pub(super) fn lead_on(answer: &mut Response, place: &str) {
    // What is escaped for a query may stand in a header.
    if let Ok(link) = HeaderValue::from_str(&format!("<{place}>; rel=\"next\"")) {
        answer.headers_mut().insert(LINK, link);
    }
}

/// A page of a list: `{"feeds": […], "next": …}`.
pub(super) struct Page<'a, T> {
    /// What its entries are.
    pub(super) name: &'static str,
    pub(super) entries: &'a [T],
    /// The parameter of the cursor, and where the next page begins.
    pub(super) next: Option<(&'static str, String)>,
}

impl<'a, T: Serialize> Page<'a, T> {
    /// All there is.
    pub(super) const fn whole(name: &'static str, entries: &'a [T]) -> Self {
        Self {
            name,
            entries,
            next: None,
        }
    }

    pub(super) fn answer(&self, asked: &HeaderMap, query: &Query) -> Response {
        let mut answer = object(asked, self);
        if let Some((name, cursor)) = &self.next {
            lead_on(&mut answer, &query.at(name, cursor));
        }
        answer
    }
}

impl<T: Serialize> Serialize for Page<'_, T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(Some(2))?;
        map.serialize_entry(self.name, self.entries)?;
        let next = self.next.as_ref().map(|(_, cursor)| cursor);
        map.serialize_entry("next", &next)?;
        map.end()
    }
}
