//! The daemon as a child process, with a systemd of the test's own.

use std::{
    io::{BufRead as _, BufReader},
    os::unix::net::UnixDatagram,
    path::Path,
    process::{Child, Command, Output, Stdio},
};

use tempfile::TempDir;

use crate::{
    desk::run,
    watchdog::{HANGS_AFTER, Watchdog},
};

/// A daemon with a systemd of the test's own.
pub(crate) struct Daemon {
    pub(crate) child: Child,
    systemd: UnixDatagram,
    folder: TempDir,
}

impl Daemon {
    pub(crate) fn start(config: &str) -> Self {
        Self::start_with(config, |_| {})
    }

    /// The same, with something done to systemd's socket before.
    pub(crate) fn start_with(config: &str, before: impl FnOnce(&Path)) -> Self {
        Self::start_in(TempDir::new().expect("a folder"), config, before)
    }

    fn start_in(folder: TempDir, config: &str, before: impl FnOnce(&Path)) -> Self {
        let path = folder.path().join("fivebells.toml");
        std::fs::write(&path, config).expect("a config file");
        let socket = folder.path().join("notify");
        let systemd = UnixDatagram::bind(&socket).expect("a socket");
        systemd
            .set_read_timeout(Some(HANGS_AFTER))
            .expect("a timeout");
        before(&socket);
        let child = Command::new(env!("CARGO_BIN_EXE_fivebells"))
            .args(["-c".as_ref(), path.as_os_str(), "run".as_ref()])
            .env("NOTIFY_SOCKET", &socket)
            .env("WATCHDOG_USEC", "1000000")
            .stdout(Stdio::null())
            .stderr(Stdio::piped())
            .spawn()
            .expect("the daemon starts");
        Self {
            child,
            systemd,
            folder,
        }
    }

    /// Waits for a notification that has this in it.
    pub(crate) fn expect(&self, wanted: &str) -> String {
        let watchdog = Watchdog::start();
        let mut buffer = [0; 4096];
        while watchdog.is_patient() {
            let length = self.systemd.recv(&mut buffer).expect("a notification");
            let message = String::from_utf8_lossy(&buffer[..length]).into_owned();
            if message.contains(wanted) {
                return message;
            }
        }
        panic!("systemd never heard {wanted}");
    }

    pub(crate) fn signal(&self, signal: &str) {
        let sent = Command::new("kill")
            .args([signal, &self.child.id().to_string()])
            .status();
        assert!(sent.expect("kill runs").success());
    }

    pub(crate) fn path(&self) -> std::path::PathBuf {
        self.folder.path().join("fivebells.toml")
    }

    /// What a command says beside it.
    pub(crate) fn run(&self, arguments: &[&str]) -> Output {
        let config = self.path();
        run(&[&["-c", config.to_str().expect("UTF-8")], arguments].concat())
    }

    /// The exit code and everything on standard error.
    pub(crate) fn end(mut self) -> (Option<i32>, Vec<String>) {
        let stderr = self.child.stderr.take().expect("piped");
        let lines = BufReader::new(stderr)
            .lines()
            .map(|line| line.expect("UTF-8"))
            .collect();
        (self.child.wait().expect("reaped").code(), lines)
    }
}
