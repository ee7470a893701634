//! The addresses of `[web] listen`: opened at the start, swapped by a reload.

use std::{
    fmt, io,
    net::SocketAddr,
    os::unix::net::UnixStream,
    pin::pin,
    sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError},
};

use tokio_util::{sync::CancellationToken, task::TaskTracker};
use tracing::{error, info};

use super::{Context, router};
use crate::{
    app::{DoorError, Doors, Swap},
    config::{WebAddress, WebOptions},
    unwind,
    web::{Access, Limits, Listener, passed, serve},
};

/// Who may ask at a Unix socket: the user of the service, and its group.
const SOCKET: Access = Access {
    mode: 0o660,
    group: None,
};

/// The doors that are open.
#[derive(Default)]
pub(crate) struct Public {
    open: Mutex<Vec<Door>>,
    /// What is asked at them; not there before the service runs.
    context: OnceLock<Context>,
    tasks: TaskTracker,
    /// Cancelled where a door has ended by itself.
    died: CancellationToken,
}

struct Door {
    address: WebAddress,
    close: CancellationToken,
}

impl fmt::Debug for Public {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let open: Vec<String> = self
            .open()
            .iter()
            .map(|it| it.address.to_string())
            .collect();
        formatter.debug_tuple("Public").field(&open).finish()
    }
}

impl Public {
    /// Answers from this, from the next swap on.
    pub(crate) fn begin(&self, context: Context) {
        let _ = self.context.set(context);
    }

    /// Waits until the service ends, and a moment longer where an answer is under way; or until a
    /// door has ended by itself.
    pub(crate) async fn run(self: Arc<Self>, stop: CancellationToken) {
        tokio::select! {
            () = stop.cancelled() => {}
            () = self.died.cancelled() => return,
        }
        self.tasks.close();
        self.tasks.wait().await;
    }

    fn open(&self) -> MutexGuard<'_, Vec<Door>> {
        self.open.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Closes some doors and opens others.
    fn swap(self: &Arc<Self>, closed: &[WebAddress], opened: Vec<(WebAddress, Listener)>) {
        let Some(context) = self.context.get() else {
            return;
        };
        let mut open = self.open();
        for address in closed {
            if let Some(at) = open.iter().position(|door| door.address == *address) {
                info!("{address} is closed: [web] does not name it any more");
                open.remove(at).close.cancel();
            }
        }
        for (address, listener) in opened {
            let name = listener.name();
            let what = if context.app.config().web.pages {
                "pages and metrics"
            } else {
                "metrics"
            };
            info!("{what} are served at {name}");
            let close = context.stop.child_token();
            let answers = serve(
                listener,
                router(context.clone()),
                Limits::default(),
                close.clone(),
            );
            open.push(Door {
                address,
                close: close.clone(),
            });
            let died = self.died.clone();
            self.tasks.spawn(async move {
                let ended = unwind::catch(pin!(answers)).await;
                if !close.is_cancelled() {
                    let why = ended.err().unwrap_or_default();
                    error!("the door at {name} has ended: {why}");
                    died.cancel();
                }
            });
        }
    }

    /// Why nobody can listen there, and what to do.
    fn refused(&self, address: &WebAddress, cause: io::Error) -> DoorError {
        let help = match (address, cause.kind()) {
            (WebAddress::Tcp(address), io::ErrorKind::AddrInUse) if self.has_port_of(address) => {
                "this service itself has the port at another address; restart it for this change"
            }
            (_, io::ErrorKind::AddrInUse) => {
                "another program listens there: stop it, or name another port"
            }
            (_, io::ErrorKind::AddrNotAvailable) => "it is no address of this machine",
            (WebAddress::Tcp(_), io::ErrorKind::PermissionDenied) => "name a port from 1024 up",
            (WebAddress::Unix(_), io::ErrorKind::NotFound) => "make its folder first",
            (WebAddress::Systemd, io::ErrorKind::NotFound) => {
                "enable the socket unit: `systemctl enable --now fivebells-web.socket`, and restart"
            }
            (WebAddress::Systemd, io::ErrorKind::PermissionDenied) => {
                "set `read_token`, `act_token` or `proxy` in [web]"
            }
            _ => "name another address in `listen`",
        };
        let address = address.clone();
        DoorError {
            address,
            cause,
            help,
        }
    }

    fn has_port_of(&self, address: &SocketAddr) -> bool {
        let mut open = self.open();
        let port = address.port();
        let has_port =
            |door: &mut Door| matches!(door.address, WebAddress::Tcp(it) if it.port() == port);
        open.iter_mut().any(has_port)
    }
}

impl Doors for Public {
    fn prepare(self: Arc<Self>, options: &WebOptions) -> Result<Swap, DoorError> {
        let mut closed: Vec<_> = self.open().iter().map(|it| it.address.clone()).collect();
        let mut opened = Vec::new();
        for address in &options.listen {
            // Systemd may have passed several.
            let is_systemd = *address == WebAddress::Systemd;
            if let Some(at) = closed.iter().position(|open| open == address) {
                closed.remove(at);
                closed.retain(|open| !is_systemd || open != address);
                continue;
            }
            let is_guarded =
                options.login.is_asked() || (!options.pages && options.token.is_some());
            let listeners = listen(address, is_guarded);
            let listeners = listeners.map_err(|cause| self.refused(address, cause))?;
            opened.extend(listeners.into_iter().map(|it| (address.clone(), it)));
        }
        Ok(Box::new(move || self.swap(&closed, opened)))
    }
}

fn listen(address: &WebAddress, is_guarded: bool) -> io::Result<Vec<Listener>> {
    let listener = match address {
        WebAddress::Systemd => return passed::listen(is_guarded),
        WebAddress::Tcp(address) => Listener::tcp(*address),
        WebAddress::Unix(path) => {
            if UnixStream::connect(path).is_ok() {
                let message = "another program answers there";
                return Err(io::Error::new(io::ErrorKind::AddrInUse, message));
            }
            Listener::unix(path, path, SOCKET)
        }
    };
    listener.map(|listener| vec![listener])
}
