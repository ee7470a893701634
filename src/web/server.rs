//! The loop that takes connections at one door.
//!
//! Nobody outside can hold the program up: connections, the time for a request's head and body,
//! their sizes, and the time a peer takes to read are bounded, and a panic is one request's. Where
//! all places are taken, who asks for nothing gives way to who comes; where all are being answered, who
//! comes waits. A request that its client left is dropped.

use std::{convert::Infallible, error::Error, pin::pin, sync::Arc, time::Duration};

use axum::{
    Router,
    body::{Body, to_bytes},
    http::{Request, StatusCode},
    response::Response,
};
use hyper::{body::Incoming, server::conn::http1, service::service_fn};
use hyper_util::rt::{TokioIo, TokioTimer};
use tokio::task::{JoinError, JoinSet};
use tokio_util::sync::CancellationToken;
use tower_service::Service as _;
use tracing::{debug, error, warn};

use super::{
    listener::{Listener, Peer, Stream},
    patient::Patient,
    places::{Place, Places},
    reply,
};
use crate::unwind;

/// How long nothing is taken after the system refused a connection: no file may be open any more.
const PAUSE: Duration = Duration::from_secs(1);

/// What a door allows.
#[derive(Debug, Clone, Copy)]
pub struct Limits {
    /// Connections at once.
    pub connections: usize,
    /// For the head of a request, from the moment that the connection is free for it.
    pub head: Duration,
    /// For the body of a request.
    pub body: Duration,
    /// The longest body, in bytes.
    pub body_bytes: usize,
    /// How long a peer may read nothing of an answer.
    pub write: Duration,
    /// How long answers that are under way are waited for at the end.
    pub grace: Duration,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            connections: 64,
            head: Duration::from_secs(10),
            body: Duration::from_secs(10),
            body_bytes: 256 * 1024,
            write: Duration::from_secs(30),
            grace: Duration::from_secs(2),
        }
    }
}

/// Answers what comes in until `stop`; then lets answers under way end for a moment.
pub async fn serve(listener: Listener, router: Router, limits: Limits, stop: CancellationToken) {
    let mut connections = JoinSet::new();
    let mut places = Places::new(limits.connections);
    let mut is_refused = false;
    loop {
        let has_room = places.has_room();
        tokio::select! {
            () = stop.cancelled() => break,
            Some(ended) = connections.join_next() => log(ended),
            () = places.freed(), if !has_room => {}
            taken = listener.accept(), if has_room => match taken {
                Ok((stream, peer)) => {
                    is_refused = false;
                    let door = (router.clone(), peer);
                    let stop = stop.clone();
                    places.let_in(&mut connections, |place| {
                        connection(stream, door, place, limits, stop)
                    });
                    // Whoever was let in reads first what has come: that keeps the place.
                    tokio::task::yield_now().await;
                }
                Err(error) => {
                    if !is_refused {
                        warn!("no connection can be taken at {}: {error}", listener.name());
                    }
                    is_refused = true;
                    let _ = stop.run_until_cancelled(tokio::time::sleep(PAUSE)).await;
                }
            },
        }
    }
    drop(listener);
    let ended = async {
        while let Some(ended) = connections.join_next().await {
            log(ended);
        }
    };
    if tokio::time::timeout(limits.grace, ended).await.is_err() {
        connections.shutdown().await;
    }
}

fn log(ended: Result<(), JoinError>) {
    if let Err(error) = ended
        && !error.is_cancelled()
    {
        error!("a connection died: {error}");
    }
}

async fn connection(
    stream: Stream,
    (router, peer): (Router, Peer),
    place: Arc<Place>,
    limits: Limits,
    stop: CancellationToken,
) {
    let stream = TokioIo::new(Patient::new(stream, limits.write));
    let service = service_fn(|mut request: Request<Incoming>| {
        request.extensions_mut().insert(peer);
        answer(router.clone(), request, Arc::clone(&place), limits)
    });
    let mut connection = pin!(
        http1::Builder::new()
            .timer(TokioTimer::new())
            .header_read_timeout(limits.head)
            .serve_connection(stream, service)
    );
    let ended = tokio::select! {
        ended = connection.as_mut() => ended,
        () = stop.cancelled() => {
            connection.as_mut().graceful_shutdown();
            connection.await
        }
    };
    if let Err(error) = ended {
        debug!("a connection broke: {error}");
    }
}

async fn answer(
    mut router: Router,
    request: Request<Incoming>,
    place: Arc<Place>,
    limits: Limits,
) -> Result<Response, Infallible> {
    let (head, body) = request.into_parts();
    let path = head.uri.path().to_owned();
    let body = to_bytes(Body::new(body), limits.body_bytes);
    let body = match tokio::time::timeout(limits.body, body).await {
        Ok(Ok(body)) => body,
        Ok(Err(error)) => {
            let status = if is_broken(&error) {
                StatusCode::BAD_REQUEST
            } else {
                StatusCode::PAYLOAD_TOO_LARGE
            };
            return Ok(refused(status, &path));
        }
        Err(_) => return Ok(refused(StatusCode::REQUEST_TIMEOUT, &path)),
    };
    let _answering = place.answers();
    let answer = router.call(Request::from_parts(head, Body::from(body)));
    match unwind::catch(pin!(answer)).await {
        Ok(answer) => answer,
        Err(message) => {
            error!("the answer to {path:?} panicked: {message}");
            Ok(refused(StatusCode::INTERNAL_SERVER_ERROR, &path))
        }
    }
}

/// Whether the body itself could not be read; otherwise it was too long.
fn is_broken(error: &(dyn Error + 'static)) -> bool {
    error.is::<hyper::Error>() || error.source().is_some_and(is_broken)
}

/// That a request is not answered, as its path tells faults.
fn refused(status: StatusCode, path: &str) -> Response {
    let detail = match status {
        StatusCode::PAYLOAD_TOO_LARGE => "the body is too large",
        StatusCode::REQUEST_TIMEOUT => "the body did not come in time",
        StatusCode::BAD_REQUEST => "the body broke off, or is no body of HTTP",
        _ => "the answer failed; the service's log says why",
    };
    reply::secured(if path.starts_with("/api/") {
        reply::problem(status, detail)
    } else {
        reply::text(status, detail)
    })
}

#[cfg(test)]
mod tests;
