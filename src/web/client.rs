//! The command line's side of the control socket.

use std::{
    io,
    path::{Path, PathBuf},
    time::{Duration, Instant},
};

use axum::{
    body::{Body, Bytes, to_bytes},
    http::{Method, Request, header::HOST},
};
use hyper::client::conn::http1;
use hyper_util::rt::TokioIo;
use serde::{Serialize, de::DeserializeOwned};
use tokio::{net::UnixStream, time::timeout};

use super::{
    socket::{Reachable, beside},
    wire::{Polled, Reloaded, Wait},
};
use crate::{app::Live, files::Denied, scheduler::Waiting};

/// For an answer that nothing is waited for.
const SOON: Duration = Duration::from_secs(2);

/// For a reload: a large config on a slow disk. systemd's own limit for one is 90 s.
const RELOAD_LIMIT: Duration = Duration::from_mins(1);

/// Longer than the daemon lets a request wait for polls.
const POLLED_LIMIT: Duration = Duration::from_secs(40);

/// No answer is longer: a report of all that is wrong with a config.
const MAX_ANSWER_BYTES: usize = 8 << 20;

/// Why the daemon gives no answer.
#[derive(Debug, thiserror::Error)]
pub enum ControlError {
    /// Nobody listens there: there is no socket, or it is one of a daemon that was killed.
    #[error("no daemon listens at {}", .0.display())]
    Nobody(PathBuf),
    /// It is another user's.
    #[error("cannot ask the daemon at {}: {cause}; help: {whose}", .path.display())]
    Denied {
        /// The socket.
        path: PathBuf,
        /// What the system says.
        cause: io::Error,
        /// Whose it is, and what to do.
        whose: Denied,
    },
    /// It may not be asked, or the connection broke.
    #[error("cannot ask the daemon at {}: {cause}", .path.display())]
    Broken {
        /// The socket.
        path: PathBuf,
        /// Why.
        cause: io::Error,
    },
    /// It takes too long.
    #[error("the daemon did not answer at {} for {} s", .path.display(), .limit.as_secs())]
    Silent {
        /// The socket.
        path: PathBuf,
        /// How long it was waited for.
        limit: Duration,
    },
    /// Another answer than was expected, of another version perhaps.
    #[error("the daemon answered with status {status} at {}", .path.display())]
    Refused {
        /// The socket.
        path: PathBuf,
        /// The status of HTTP.
        status: u16,
    },
}

/// The daemon that has a store open, as a command beside it asks it.
#[derive(Debug)]
pub struct Control {
    path: PathBuf,
}

impl Control {
    /// Of the daemon that has this store.
    pub fn of(store: &Path) -> Self {
        Self {
            path: beside(store),
        }
    }

    /// Tells it to look at once at what was written to the store.
    ///
    /// # Errors
    /// See [`ControlError`]. It looks by itself a moment later.
    pub async fn wake(&self) -> Result<(), ControlError> {
        self.ask(Method::POST, "/wake", Vec::new(), SOON)
            .await
            .map(drop)
    }

    /// Waits as [`until_polled`](crate::scheduler::until_polled) does.
    ///
    /// # Errors
    /// See [`ControlError`].
    pub async fn polled(&self, waiting: Waiting<'_>) -> Result<(), ControlError> {
        let wait = Wait {
            feeds: waiting.feeds.to_vec(),
            patience_ms: u64::try_from(waiting.patience.as_millis()).unwrap_or(u64::MAX),
        };
        let (mut left, mut moved_at) = (usize::MAX, Instant::now());
        loop {
            let answer = self.ask(Method::POST, "/polled", json(&wait), POLLED_LIMIT);
            let polled: Polled = self.read(&answer.await?)?;
            if polled.left < left {
                (left, moved_at) = (polled.left, Instant::now());
            }
            if polled.done || moved_at.elapsed() > waiting.stalled_after() {
                return Ok(());
            }
        }
    }

    /// Lets it read the config again, and says what that came to.
    ///
    /// # Errors
    /// See [`ControlError`].
    pub async fn reload(&self) -> Result<Reloaded, ControlError> {
        let answer = self.ask(Method::POST, "/reload", Vec::new(), RELOAD_LIMIT);
        self.read(&answer.await?)
    }

    /// What it says of itself.
    ///
    /// # Errors
    /// See [`ControlError`].
    pub async fn status(&self) -> Result<Live, ControlError> {
        let answer = self.ask(Method::GET, "/status", Vec::new(), SOON);
        self.read(&answer.await?)
    }

    async fn ask(
        &self,
        method: Method,
        path: &str,
        body: Vec<u8>,
        limit: Duration,
    ) -> Result<Bytes, ControlError> {
        let request = Request::builder()
            .method(method)
            .uri(path)
            .header(HOST, "fivebells")
            .body(Body::from(body))
            .expect("its parts are of ours");
        match timeout(limit, self.exchange(request)).await {
            Ok(answer) => answer,
            Err(_) => Err(ControlError::Silent {
                path: self.path.clone(),
                limit,
            }),
        }
    }

    async fn exchange(&self, request: Request<Body>) -> Result<Bytes, ControlError> {
        let stream = self.connect().await?;
        let broken = |error: hyper::Error| self.broken(io::Error::other(error));
        let shaken = http1::handshake(TokioIo::new(stream)).await;
        let (mut sender, connection) = shaken.map_err(broken)?;
        let answer = async move {
            let answer = sender.send_request(request).await.map_err(broken)?;
            let status = answer.status();
            if !status.is_success() {
                let path = self.path.clone();
                let status = status.as_u16();
                return Err(ControlError::Refused { path, status });
            }
            let body = to_bytes(Body::new(answer.into_body()), MAX_ANSWER_BYTES).await;
            body.map_err(|error| self.broken(io::Error::other(error)))
        };
        // What breaks the connection breaks the answer too, which tells it.
        let (answer, _) = tokio::join!(answer, connection);
        answer
    }

    async fn connect(&self) -> Result<UnixStream, ControlError> {
        let reachable = Reachable::at(&self.path).map_err(|error| self.unconnected(error))?;
        let stream = UnixStream::connect(&reachable.path).await;
        stream.map_err(|error| self.unconnected(error))
    }

    fn unconnected(&self, error: io::Error) -> ControlError {
        match error.kind() {
            io::ErrorKind::NotFound | io::ErrorKind::ConnectionRefused => {
                ControlError::Nobody(self.path.clone())
            }
            io::ErrorKind::PermissionDenied => match Denied::of(&self.path) {
                Some(whose) => ControlError::Denied {
                    path: self.path.clone(),
                    cause: error,
                    whose,
                },
                None => self.broken(error),
            },
            _ => self.broken(error),
        }
    }

    fn broken(&self, cause: io::Error) -> ControlError {
        let path = self.path.clone();
        ControlError::Broken { path, cause }
    }

    fn read<T: DeserializeOwned>(&self, answer: &[u8]) -> Result<T, ControlError> {
        let read = serde_json::from_slice(answer);
        read.map_err(|error| self.broken(error.into()))
    }
}

fn json<T: Serialize>(value: &T) -> Vec<u8> {
    serde_json::to_vec(value).expect("plain data serializes")
}
