//! A connector that stops before the first request: it answers whether a server is there, and
//! whether it is the right one.
//!
//! The layer takes any connector, so names, the address guard, proxy and TLS work as for every
//! request. Each connection that it makes is dropped before a byte of HTTP is written, and the
//! request ends with an error that [`is_connected`] knows.

use std::{
    pin::Pin,
    task::{Context as TaskContext, Poll},
};

use tower_layer::Layer;
use tower_service::Service;

use super::classify::find;

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

    fn poll_ready(&mut self, context: &mut TaskContext<'_>) -> Poll<Result<(), BoxError>> {
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
