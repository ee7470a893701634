//! The publishers, as a process of their own.

use std::{
    io::{BufRead, BufReader, Read, Write},
    net::{SocketAddr, TcpStream},
    path::PathBuf,
    process::{Child, ChildStdin, Stdio},
};

use tempfile::TempDir;

use super::publishers::{CA_FILE, address};
use crate::process::{PUBLISHERS, again};

/// The publishers, until dropped.
#[derive(Debug)]
pub(crate) struct Publishers {
    folder: TempDir,
    port: u16,
    secure_port: u16,
    child: Child,
    /// Its end is what stops them.
    stop: Option<ChildStdin>,
}

impl Publishers {
    pub(crate) fn start() -> Self {
        let folder = TempDir::new().expect("a folder");
        let mut child = again(PUBLISHERS)
            .env(CA_FILE, folder.path().join("ca.pem"))
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .expect("this program starts again");
        let mut line = String::new();
        let out = child.stdout.take().expect("piped");
        BufReader::new(out).read_line(&mut line).expect("UTF-8");
        let (port, secure_port) = line.trim().split_once(' ').expect("two ports");
        Self {
            port: port.parse().expect("a port"),
            secure_port: secure_port.parse().expect("a port"),
            stop: child.stdin.take(),
            folder,
            child,
        }
    }

    pub(crate) fn url(&self, host: usize, path: &str) -> String {
        format!("http://{}:{}/{path}", address(host), self.port)
    }

    pub(crate) fn secure_url(&self, host: usize, path: &str) -> String {
        format!("https://{}:{}/{path}", address(host), self.secure_port)
    }

    /// An address at which nobody listens.
    pub(crate) fn dead_url(host: usize, path: &str) -> String {
        format!("http://{}:1/{path}", address(host))
    }

    /// The certificate of the authority behind all of them.
    pub(crate) fn ca_file(&self) -> PathBuf {
        self.folder.path().join("ca.pem")
    }

    /// A report, line by line; it begins anew.
    pub(crate) fn report(&self, name: &str) -> Vec<String> {
        let place = SocketAddr::from((address(0), self.port));
        let mut stream = TcpStream::connect(place).expect("they listen");
        write!(stream, "GET /{name}/ HTTP/1.1\r\n\r\n").expect("sent");
        stream.shutdown(std::net::Shutdown::Write).expect("sent");
        let mut answer = String::new();
        stream.read_to_string(&mut answer).expect("UTF-8");
        let (_, body) = answer.split_once("\r\n\r\n").expect("an answer");
        body.lines().map(str::to_owned).collect()
    }
}

impl Drop for Publishers {
    fn drop(&mut self) {
        self.stop.take();
        let _ = self.child.wait();
    }
}
