//! Layers around the connector: one notes each connection that is opened, one stops as soon as the
//! connection is made.
//!
//! [`Dials`] distinguishes a kept connection from a new one. A server may close a connection that it
//! kept open at any moment, and so just as the next request is on its way. Nothing was answered
//! then, and only the connection failed: the request is made again, once, on another (RFC 9110
//! §9.2.2, RFC 9112 §9.3.1). A new connection that dies is the server's own answer.
//!
//! [`Stops`] answers whether a server is there, and whether it is the right one. The layer takes any
//! connector, so names, the address guard, proxy and TLS work as for every request. Each connection
//! that it makes is dropped before a byte of HTTP is written, and the request ends with an error
//! that [`is_connected`] knows.

use std::{
    cell::Cell,
    io,
    pin::Pin,
    task::{Context, Poll},
};

use tower_layer::Layer;
use tower_service::Service;

use super::classify::find;

tokio::task_local! {
    /// Whether the request that this task makes has opened a connection.
    static DIALLED: Cell<bool>;
}

/// Makes a request and says whether it went out on a connection that was open before.
pub(super) async fn watch<T>(request: impl Future<Output = T>) -> (T, bool) {
    DIALLED
        .scope(Cell::new(false), async {
            let answer = request.await;
            (answer, !DIALLED.with(Cell::get))
        })
        .await
}

/// Whether the connection ended before the answer began: closed, reset, or announced as going away.
pub(super) fn has_died(error: &reqwest::Error) -> bool {
    let closed = find::<hyper::Error>(error).is_some_and(|it| {
        it.is_incomplete_message() || it.is_closed() || it.is_canceled() || it.is_shutdown()
    });
    let cut = find::<io::Error>(error).is_some_and(|it| {
        matches!(
            it.kind(),
            io::ErrorKind::ConnectionReset
                | io::ErrorKind::ConnectionAborted
                | io::ErrorKind::BrokenPipe
                | io::ErrorKind::NotConnected
                | io::ErrorKind::UnexpectedEof
        )
    });
    let going_away = find::<h2::Error>(error).is_some_and(|it| {
        it.is_go_away() && it.is_remote() && it.reason() == Some(h2::Reason::NO_ERROR)
    });
    closed || cut || going_away
}

/// Notes each connection that is opened.
#[derive(Debug, Clone, Copy)]
pub(super) struct Dials;

impl<S> Layer<S> for Dials {
    type Service = Dialling<S>;

    fn layer(&self, connect: S) -> Self::Service {
        Dialling(connect)
    }
}

/// A connector that is watched.
#[derive(Debug, Clone)]
pub(super) struct Dialling<S>(S);

impl<S: Service<R>, R> Service<R> for Dialling<S> {
    type Response = S::Response;
    type Error = S::Error;
    type Future = S::Future;

    fn poll_ready(&mut self, context: &mut Context<'_>) -> Poll<Result<(), Self::Error>> {
        self.0.poll_ready(context)
    }

    fn call(&mut self, target: R) -> Self::Future {
        // One that is opened ahead, for nobody's request, is in no scope.
        let _ = DIALLED.try_with(|dialled| dialled.set(true));
        self.0.call(target)
    }
}

/// The connection is made, which is all that was wanted.
#[derive(Debug, Clone, Copy, thiserror::Error)]
#[error("the connection is made")]
struct Connected;

/// Whether a request ended only because its connection was made.
pub(super) fn is_connected(error: &reqwest::Error) -> bool {
    find::<Connected>(error).is_some()
}

/// Ends each connection as soon as it is made.
#[derive(Debug, Clone, Copy)]
pub(super) struct Stops;

impl<S> Layer<S> for Stops {
    type Service = Stopping<S>;

    fn layer(&self, connect: S) -> Self::Service {
        Stopping(connect)
    }
}

/// A connector whose connections are used for nothing.
#[derive(Debug, Clone)]
pub(super) struct Stopping<S>(S);

type BoxError = Box<dyn std::error::Error + Send + Sync>;

impl<S, R> Service<R> for Stopping<S>
where
    S: Service<R, Error = BoxError>,
    S::Future: Send + 'static,
    S::Response: 'static,
{
    type Response = S::Response;
    type Error = BoxError;
    type Future = Pin<Box<dyn Future<Output = Result<S::Response, BoxError>> + Send>>;

    fn poll_ready(&mut self, context: &mut Context<'_>) -> Poll<Result<(), BoxError>> {
        self.0.poll_ready(context)
    }

    fn call(&mut self, target: R) -> Self::Future {
        let connecting = self.0.call(target);
        Box::pin(async move {
            connecting.await?;
            Err(Connected.into())
        })
    }
}
