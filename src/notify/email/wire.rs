//! The bytes below SMTP: a socket, TLS, lines.

use std::{net::IpAddr, sync::Arc, time::Duration};

use rustls::{ClientConfig, pki_types::ServerName};
use tokio::{
    io::{AsyncRead, AsyncWrite},
    net::{TcpStream, lookup_host},
    time,
};
use tokio_rustls::TlsConnector;

use super::fault::{Fault, Phase};

/// A connection, encrypted or not.
pub(super) trait Wire: AsyncRead + AsyncWrite + Send + Unpin {}

impl<T: AsyncRead + AsyncWrite + Send + Unpin> Wire for T {}

/// Runs `step` for at most `limit`.
pub(super) async fn within<T>(
    phase: Phase,
    limit: Duration,
    step: impl Future<Output = Result<T, Fault>>,
) -> Result<T, Fault> {
    time::timeout(limit, step)
        .await
        .unwrap_or(Err(Fault::Timeout { phase, limit }))
}

/// Connects to the first address that answers; each has its share of `limit`, so that a dead one
/// leaves time for the next. With `loopback_only` any other address is refused.
pub(super) async fn connect(
    host: &str,
    port: u16,
    limit: Duration,
    loopback_only: bool,
) -> Result<TcpStream, Fault> {
    let addresses: Vec<_> = within(Phase::Connect, limit, async {
        lookup_host((host, port)).await.map_err(Fault::Connect)
    })
    .await?
    .collect();
    if loopback_only && let Some(other) = addresses.iter().find(|one| !is_loopback(one.ip())) {
        return Err(Fault::NotLoopback(other.ip()));
    }
    let share = limit / u32::try_from(addresses.len().max(1)).unwrap_or(u32::MAX);
    let mut last = Fault::Connect(std::io::ErrorKind::AddrNotAvailable.into());
    for address in addresses {
        let attempt = within(Phase::Connect, share, async {
            TcpStream::connect(address).await.map_err(Fault::Connect)
        });
        match attempt.await {
            Ok(stream) => {
                // Without it Nagle's algorithm holds the last packet of a mail back for 40 ms.
                stream.set_nodelay(true).map_err(Fault::Connect)?;
                return Ok(stream);
            }
            Err(fault) => last = fault,
        }
    }
    Err(last)
}

fn is_loopback(address: IpAddr) -> bool {
    address.to_canonical().is_loopback()
}

/// TLS as a client.
#[derive(Clone)]
pub(super) struct Tls {
    connector: TlsConnector,
    name: ServerName<'static>,
}

impl Tls {
    /// To the server of this name.
    pub(super) fn new(name: ServerName<'static>, config: ClientConfig) -> Self {
        Self {
            connector: TlsConnector::from(Arc::new(config)),
            name,
        }
    }

    pub(super) async fn handshake(
        &self,
        wire: Box<dyn Wire>,
        limit: Duration,
    ) -> Result<Box<dyn Wire>, Fault> {
        within(Phase::Tls, limit, async {
            let encrypted = self
                .connector
                .connect(self.name.clone(), wire)
                .await
                .map_err(Fault::handshake)?;
            Ok(Box::new(encrypted) as Box<dyn Wire>)
        })
        .await
    }
}
