//! What connections come in by: an address of TCP or a Unix socket.

use std::{
    fs, io,
    net::{IpAddr, SocketAddr},
    os::unix::fs::{FileTypeExt as _, MetadataExt as _, PermissionsExt as _, chown},
    path::{Path, PathBuf},
};

use tokio::{
    io::{AsyncRead, AsyncWrite},
    net::{TcpListener, UnixListener, UnixSocket},
};

/// Connections that wait to be taken.
const BACKLOG: u32 = 64;

/// Who is at the other end of a connection.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Peer {
    /// This address.
    Tcp(IpAddr),
    /// A program of this machine, by a Unix socket.
    Unix,
}

/// A connection, whatever it came by.
pub(super) type Stream = Box<dyn Connection>;

/// Bytes in and out.
pub(super) trait Connection: AsyncRead + AsyncWrite + Send + Unpin {}

impl<T: AsyncRead + AsyncWrite + Send + Unpin> Connection for T {}

/// Who may connect to a Unix socket.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Access {
    /// The permissions of its file.
    pub mode: u32,
    /// The group of its file; `None` for the program's own.
    pub group: Option<u32>,
}

/// Where connections come in.
#[derive(Debug)]
pub enum Listener {
    /// An address of TCP.
    Tcp(TcpListener),
    /// A Unix socket; a file that is its own is removed with it.
    Unix(UnixListener, Option<SocketFile>),
}

/// The file of a Unix socket: removed when this is dropped, unless another one stands there by then.
#[derive(Debug)]
pub struct SocketFile {
    path: PathBuf,
    id: (u64, u64),
}

impl Listener {
    /// Listens at an address such as `127.0.0.1:9464`. Within a runtime.
    ///
    /// # Errors
    /// The system's.
    pub fn tcp(address: SocketAddr) -> io::Result<Self> {
        // With SO_REUSEADDR, so that a restart need not wait for old connections.
        Self::of_tcp(std::net::TcpListener::bind(address)?)
    }

    /// Listens at a socket that somebody opened. Within a runtime.
    pub(super) fn of_tcp(listener: std::net::TcpListener) -> io::Result<Self> {
        listener.set_nonblocking(true)?;
        TcpListener::from_std(listener).map(Self::Tcp)
    }

    /// Listens at a Unix socket that somebody opened; its file stays. Within a runtime.
    pub(super) fn of_unix(listener: std::os::unix::net::UnixListener) -> io::Result<Self> {
        listener.set_nonblocking(true)?;
        Ok(Self::Unix(UnixListener::from_std(listener)?, None))
    }

    /// Makes a Unix socket for those of `access`, whatever the umask; `reached` is its path, or one that the
    /// kernel takes in its place now. A socket that stands there is replaced: the caller knows that
    /// nobody answers at it. Anything else is not.
    ///
    /// # Errors
    /// The system's; [`io::ErrorKind::AlreadyExists`] where something stands there that is no
    /// socket.
    pub fn unix(reached: &Path, path: &Path, access: Access) -> io::Result<Self> {
        match fs::symlink_metadata(path) {
            Ok(data) if data.file_type().is_socket() => fs::remove_file(path)?,
            Ok(_) => {
                let message = "something stands there that is no socket";
                return Err(io::Error::new(io::ErrorKind::AlreadyExists, message));
            }
            Err(error) if error.kind() == io::ErrorKind::NotFound => {}
            Err(error) => return Err(error),
        }
        let socket = UnixSocket::new_stream()?;
        socket.bind(reached)?;
        // Nobody can connect before `listen`, so nobody gets in under the mode of the umask.
        let file = SocketFile::at(path)?;
        if access.group.is_some() {
            chown(path, None, access.group)?;
        }
        fs::set_permissions(path, fs::Permissions::from_mode(access.mode))?;
        Ok(Self::Unix(socket.listen(BACKLOG)?, Some(file)))
    }

    /// Waits for the next connection.
    pub(super) async fn accept(&self) -> io::Result<(Stream, Peer)> {
        match self {
            Self::Tcp(listener) => {
                let (stream, from) = listener.accept().await?;
                // An answer is written in one piece; there is nothing to wait for.
                stream.set_nodelay(true)?;
                Ok((Box::new(stream), Peer::Tcp(from.ip())))
            }
            Self::Unix(listener, _) => {
                let (stream, _) = listener.accept().await?;
                Ok((Box::new(stream), Peer::Unix))
            }
        }
    }

    /// Where it listens, in words.
    pub(super) fn name(&self) -> String {
        match self {
            Self::Tcp(listener) => listener
                .local_addr()
                .map_or_else(|_| "an address".to_owned(), |address| address.to_string()),
            Self::Unix(_, Some(file)) => file.path.display().to_string(),
            Self::Unix(listener, None) => {
                let address = listener.local_addr().ok();
                let path = address.as_ref().and_then(|it| it.as_pathname());
                path.map_or_else(
                    || "a socket of systemd".to_owned(),
                    |it| it.display().to_string(),
                )
            }
        }
    }
}

impl SocketFile {
    fn at(path: &Path) -> io::Result<Self> {
        let id = Self::id(path)?;
        let path = path.to_owned();
        Ok(Self { path, id })
    }

    fn id(path: &Path) -> io::Result<(u64, u64)> {
        fs::symlink_metadata(path).map(|data| (data.dev(), data.ino()))
    }
}

impl Drop for SocketFile {
    fn drop(&mut self) {
        if Self::id(&self.path).is_ok_and(|id| id == self.id) {
            // One that stays is replaced at the next start.
            let _ = fs::remove_file(&self.path);
        }
    }
}
