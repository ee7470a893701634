//! A connection without a request: is the server there, and is it who it should be?
//!
//! The way is that of any request (names, the address guard, proxy, TLS), but whatever connection
//! comes of it is dropped before a byte of HTTP is written.

use std::{
    pin::Pin,
    task::{Context as TaskContext, Poll},
};

use tower_layer::Layer;
use tower_service::Service;
use url::Url;

use super::{
    Http,
    classify::{Context, find},
    error::HttpError,
    guard::{self, Trust},
};
use crate::model::Transport;

impl Http {
    /// Connects, with TLS where the URL says `https`, and sends nothing.
    ///
    /// # Errors
    /// Those of [`Http::send`] up to where the connection stands.
    pub async fn reach(&self, url: &Url, trust: Trust) -> Result<(), HttpError> {
        let transport = Transport::default();
        let passage = guard::admit(url, trust, None)?;
        let client = self.routes.unpooled(&transport, passage)?;
        let context = Context {
            url,
            proxy: None,
            trust,
            connect_timeout: self.options().connect_timeout,
        };
        match client.get(url.clone()).send().await {
            Err(error) if find::<Reached>(&error).is_none() => Err(context.request_failed(error)),
            _ => Ok(()),
        }
    }
}

/// The connection stands: all that was asked.
#[derive(Debug, Clone, Copy, thiserror::Error)]
#[error("the connection stands")]
struct Reached;

/// Ends each connection as soon as it stands.
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
            Err(Reached.into())
        })
    }
}
