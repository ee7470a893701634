//! What systemd hears, `sd_notify(3)`, without ever waiting for it for long.

use std::{env, ffi::OsStr, io, time::Duration};

use sd_notify::NotifyState;
use tokio::net::UnixDatagram;
use tracing::warn;

use super::{App, status};

/// How long a reader that stalls is waited for; then that one message is lost.
const PATIENCE: Duration = Duration::from_secs(1);

/// How often STATUS is sent.
const STATUS_EVERY: Duration = Duration::from_secs(10);

/// Notifies systemd; without it, does nothing.
pub(super) async fn tell(states: &[NotifyState<'_>]) {
    let Some(socket) = env::var_os("NOTIFY_SOCKET") else {
        return;
    };
    let lines: Vec<String> = states.iter().map(ToString::to_string).collect();
    if let Err(error) = send(&socket, lines.join("\n").as_bytes()).await {
        warn!("cannot tell systemd: {error}");
    }
}

/// Sends STATUS and feeds the watchdog, for ever.
pub(super) async fn tell_status(app: &App) {
    let watchdog = sd_notify::watchdog_enabled().map(|limit| limit / 2);
    let every = watchdog.map_or(STATUS_EVERY, |limit| limit.min(STATUS_EVERY));
    loop {
        tokio::time::sleep(every).await;
        if let Some(line) = status::line(app).await {
            tell(&[NotifyState::Status(&line)]).await;
        }
        if watchdog.is_some() && status::is_alive(app).await {
            tell(&[NotifyState::Watchdog]).await;
        }
    }
}

/// Sends one datagram. Connected, because only then does the kernel say when there is room again.
async fn send(socket: &OsStr, message: &[u8]) -> io::Result<()> {
    let sender = UnixDatagram::unbound()?;
    sender.connect(socket)?;
    tokio::time::timeout(PATIENCE, sender.send(message)).await??;
    Ok(())
}

#[cfg(test)]
mod tests {
    use std::io::ErrorKind;

    use super::*;
    use crate::watchdog::watchdog;

    /// A socket whose reader has stalled: not one more datagram fits.
    fn stalled(path: &std::path::Path) -> UnixDatagram {
        let reader = UnixDatagram::bind(path).expect("a socket");
        let filler = UnixDatagram::unbound().expect("a socket");
        filler.connect(path).expect("connected");
        let filler = filler.into_std().expect("a socket");
        while filler.send(b"STATUS=full").is_ok() {}
        reader
    }

    #[tokio::test]
    async fn a_reader_that_stalls_loses_the_message_and_holds_nobody_up() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("notify");
        let _reader = stalled(&path);
        let sent = watchdog("the message", send(path.as_os_str(), b"WATCHDOG=1")).await;
        assert_eq!(sent.unwrap_err().kind(), ErrorKind::TimedOut);
    }

    #[tokio::test]
    async fn a_reader_that_comes_back_in_time_hears_it() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("notify");
        let reader = stalled(&path);
        let read = async {
            let mut buffer = [0; 64];
            loop {
                let length = reader.recv(&mut buffer).await.expect("a message");
                if &buffer[..length] == b"READY=1" {
                    return;
                }
            }
        };
        let (sent, ()) = tokio::join!(send(path.as_os_str(), b"READY=1"), read);
        sent.expect("there was room again");
    }
}
