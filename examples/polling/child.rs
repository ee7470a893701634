//! Processes of our own: this program again, in another role.

use std::{
    io::{BufRead, BufReader, Read, Write},
    net::{SocketAddr, TcpStream},
    path::{Path, PathBuf},
    process::{Child, ChildStdin, Command, ExitCode, Stdio},
};

use tempfile::TempDir;

use crate::publishers::{CA_FILE, address};

/// The variable that says which role.
pub(crate) const ROLE: &str = "POLLING_ROLE";

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
        let mut child = again("publishers")
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

/// `fivebells run` under a config file; killed when dropped.
#[derive(Debug)]
pub(crate) struct Daemon(Child);

impl Daemon {
    pub(crate) fn start(config: &Path) -> Self {
        let child = command(config, &["--log", "error", "run"]).spawn();
        Self(child.expect("this program starts again"))
    }

    /// A line of `/proc/PID/status` in MiB, such as `VmHWM`.
    pub(crate) fn memory(&self, name: &str) -> u64 {
        let path = format!("/proc/{}/status", self.0.id());
        let status = std::fs::read_to_string(path).expect("Linux, and it lives");
        let line = status.lines().find_map(|line| line.strip_prefix(name));
        let kib = line.and_then(|line| line.split_whitespace().next());
        kib.and_then(|kib| kib.parse::<u64>().ok())
            .expect("a number of kB")
            / 1024
    }
}

impl Drop for Daemon {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// The daemon's role.
pub(crate) fn daemon() -> ExitCode {
    let runtime = tokio::runtime::Runtime::new().expect("a runtime");
    runtime.block_on(fivebells::cli::main())
}

/// `fivebells` under a config file.
pub(crate) fn command(config: &Path, arguments: &[&str]) -> Command {
    let mut command = again("daemon");
    command.arg("--config").arg(config).args(arguments);
    command
}

fn again(role: &str) -> Command {
    let program = std::env::current_exe().expect("Linux names it");
    let mut command = Command::new(program);
    command.env(ROLE, role);
    command
}
