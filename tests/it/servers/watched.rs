//! A daemon that others watch over HTTP: a child process with `[web]`.

use std::{
    io::{BufRead as _, BufReader, Read as _, Write as _},
    net::TcpStream,
    os::unix::net::UnixStream,
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    sync::{Arc, Condvar, Mutex},
    time::Duration,
};

use tempfile::TempDir;

use crate::watchdog::Watchdog;

/// The daemon, and what it has logged.
pub(crate) struct Watched {
    child: Child,
    folder: TempDir,
    log: Arc<(Mutex<Vec<String>>, Condvar)>,
}

/// An answer of HTTP.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) head: String,
    pub(crate) body: String,
}

impl Watched {
    pub(crate) fn start(config: &str) -> Self {
        Self::start_with(config, |_| ())
    }

    /// The same, with something about its command.
    pub(crate) fn start_with(config: &str, prepare: impl FnOnce(&mut Command)) -> Self {
        let folder = TempDir::new().expect("a folder");
        let path = folder.path().join("fivebells.toml");
        std::fs::write(&path, config).expect("a config file");
        let mut command = Command::new(env!("CARGO_BIN_EXE_fivebells"));
        command
            .args(["-c".as_ref(), path.as_os_str(), "run".as_ref()])
            .stdout(Stdio::null())
            .stderr(Stdio::piped());
        prepare(&mut command);
        let mut child = command.spawn().expect("the daemon starts");
        let log = Arc::new((Mutex::new(Vec::new()), Condvar::new()));
        let stderr = BufReader::new(child.stderr.take().expect("piped"));
        let writes = Arc::clone(&log);
        std::thread::spawn(move || {
            for line in stderr.lines().map_while(Result::ok) {
                writes.0.lock().expect("not poisoned").push(line);
                writes.1.notify_all();
            }
        });
        Self { child, folder, log }
    }

    /// Waits for a line of the log with this in it, after those that were there at `from`.
    pub(crate) fn logged(&self, wanted: &str, from: usize) -> String {
        let (lines, news) = &*self.log;
        let watchdog = Watchdog::start();
        let mut lines = lines.lock().expect("not poisoned");
        loop {
            let known = lines.iter().skip(from).find(|line| line.contains(wanted));
            if let Some(line) = known {
                return line.clone();
            }
            assert!(watchdog.is_patient(), "never logged {wanted}: {lines:#?}");
            let news = news.wait_timeout(lines, Duration::from_secs(1));
            lines = news.expect("not poisoned").0;
        }
    }

    /// How much it has logged.
    pub(crate) fn logged_so_far(&self) -> usize {
        self.log.0.lock().expect("not poisoned").len()
    }

    /// The address that the system chose for port 0.
    pub(crate) fn address(&self) -> String {
        let line = self.logged("metrics are served at ", 0);
        let address = line.rsplit(' ').next().expect("an address");
        address.to_owned()
    }

    pub(crate) fn folder(&self) -> &Path {
        self.folder.path()
    }

    pub(crate) fn path(&self) -> PathBuf {
        self.folder.path().join("fivebells.toml")
    }

    /// Writes another config and asks for a reload; waits until the log says how that ended.
    pub(crate) fn reload(&self, config: &str, ended: &str) {
        let from = self.logged_so_far();
        std::fs::write(self.path(), config).expect("a config file");
        self.signal("-HUP");
        self.logged(ended, from);
    }

    pub(crate) fn signal(&self, signal: &str) {
        let process = self.child.id().to_string();
        let sent = Command::new("kill").args([signal, &process]).status();
        assert!(sent.expect("kill runs").success());
    }

    /// Its exit code, once it has ended by itself.
    pub(crate) fn ended(&mut self) -> Option<i32> {
        self.child.wait().expect("reaped").code()
    }
}

impl Drop for Watched {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Asks an address, or with a `/` in front a Unix socket.
pub(crate) fn ask(address: &str, request: &str, headers: &str) -> Answer {
    ask_as("bells", address, request, headers)
}

/// The same, calling it by this name.
pub(crate) fn ask_as(host: &str, address: &str, request: &str, headers: &str) -> Answer {
    let text = format!("{request} HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n{headers}\r\n");
    let mut notified = Vec::new();
    if address.starts_with('/') {
        let mut stream = UnixStream::connect(address).expect("a door");
        stream.write_all(text.as_bytes()).expect("written");
        stream.read_to_end(&mut notified).expect("read");
    } else {
        let mut stream = TcpStream::connect(address).expect("a door");
        stream.write_all(text.as_bytes()).expect("written");
        stream.read_to_end(&mut notified).expect("read");
    }
    let notified = String::from_utf8(notified).expect("UTF-8");
    let (head, body) = notified.split_once("\r\n\r\n").expect("a head");
    let status = head.split(' ').nth(1).and_then(|it| it.parse().ok());
    Answer {
        status: status.expect("a status"),
        head: head.to_lowercase(),
        body: body.to_owned(),
    }
}
