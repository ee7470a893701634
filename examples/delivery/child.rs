//! This program again, in another role.

use std::{
    io::{BufRead as _, BufReader},
    path::Path,
    process::{Child, ChildStdin, ChildStdout, Command, ExitCode, Stdio},
};

/// The variable that says which role.
pub(crate) const ROLE: &str = "DELIVERY_ROLE";

/// The servers, until dropped.
pub(crate) struct Servers {
    child: Child,
    /// Its end is what stops them.
    stop: Option<ChildStdin>,
    told: BufReader<ChildStdout>,
    pub(crate) http: u16,
    pub(crate) smtp: u16,
}

impl Servers {
    pub(crate) fn start() -> Self {
        let mut child = again("servers")
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .expect("this program starts again");
        let mut told = BufReader::new(child.stdout.take().expect("piped"));
        let mut line = String::new();
        told.read_line(&mut line).expect("UTF-8");
        let (http, smtp) = line.trim().split_once(' ').expect("two ports");
        Self {
            http: http.parse().expect("a port"),
            smtp: smtp.parse().expect("a port"),
            stop: child.stdin.take(),
            child,
            told,
        }
    }

    /// How many milliseconds after its document each item arrived: the next of them.
    pub(crate) fn next_latency(&mut self) -> f64 {
        let mut line = String::new();
        self.told.read_line(&mut line).expect("UTF-8");
        line.trim().parse().expect("a number")
    }
}

impl Drop for Servers {
    fn drop(&mut self) {
        self.stop.take();
        let _ = self.child.wait();
    }
}

/// `fivebells run` under a config file; killed when dropped.
pub(crate) struct Daemon(Child);

impl Daemon {
    pub(crate) fn start(config: &Path) -> Self {
        let child = again("daemon")
            .arg("--config")
            .arg(config)
            .args(["--log", "off", "run"])
            .spawn();
        Self(child.expect("this program starts again"))
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

fn again(role: &str) -> Command {
    let mut command = Command::new(std::env::current_exe().expect("Linux names it"));
    command.env(ROLE, role);
    command
}
