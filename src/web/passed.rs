//! Sockets that systemd opened for the service and passed to it: `sd_listen_fds(3)`.
//!
//! They are taken once, at the first use, and kept as long as the program runs: a reload may stop
//! to listen at them and begin again.

use std::{
    io,
    net::TcpListener,
    os::unix::net::UnixListener,
    sync::{Mutex, OnceLock, PoisonError},
};

use listenfd::ListenFd;

use super::listener::Listener;

/// A socket that was passed.
#[derive(Debug)]
enum Passed {
    Tcp(TcpListener),
    Unix(UnixListener),
}

/// Those that were passed to this process.
fn all() -> &'static Mutex<Vec<Passed>> {
    static ALL: OnceLock<Mutex<Vec<Passed>>> = OnceLock::new();
    ALL.get_or_init(|| {
        let mut passed = ListenFd::from_env();
        let sockets = (0..passed.len()).filter_map(|index| {
            if let Ok(Some(socket)) = passed.take_unix_listener(index) {
                return Some(Passed::Unix(socket));
            }
            let socket = passed.take_tcp_listener(index).ok()??;
            Some(Passed::Tcp(socket))
        });
        Mutex::new(sockets.collect())
    })
}

/// Listens at each of them. Within a runtime.
///
/// # Errors
/// [`io::ErrorKind::NotFound`] where there is none; [`io::ErrorKind::PermissionDenied`] where others
/// reach one and `is_guarded` says that nobody would be asked who they are.
pub(super) fn listen(is_guarded: bool) -> io::Result<Vec<Listener>> {
    let passed = all().lock().unwrap_or_else(PoisonError::into_inner);
    if passed.is_empty() {
        let message = "systemd passed no socket to this process";
        return Err(io::Error::new(io::ErrorKind::NotFound, message));
    }
    passed.iter().map(|it| open(it, is_guarded)).collect()
}

fn open(passed: &Passed, is_guarded: bool) -> io::Result<Listener> {
    match passed {
        Passed::Tcp(socket) => {
            let address = socket.local_addr()?;
            if !is_guarded && !address.ip().to_canonical().is_loopback() {
                let message =
                    format!("others can reach {address}, and nobody would be asked who they are");
                return Err(io::Error::new(io::ErrorKind::PermissionDenied, message));
            }
            Listener::of_tcp(socket.try_clone()?)
        }
        Passed::Unix(socket) => Listener::of_unix(socket.try_clone()?),
    }
}
