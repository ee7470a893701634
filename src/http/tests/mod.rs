//! The client against scripted servers.

mod certificate;
mod connect;
mod crowd;
mod guarded;
mod http2;
mod limits;
mod proxied;
mod request;
mod secure;

use url::Url;

use super::{Http, HttpError, HttpOptions, HttpRequest, HttpResponse, Method, Trust};

fn http() -> Http {
    Http::new(&HttpOptions::default()).expect("a client")
}

async fn get(http: &Http, url: Url, trust: Trust) -> Result<HttpResponse, HttpError> {
    http.send(HttpRequest::new(Method::GET, url, trust)).await
}
