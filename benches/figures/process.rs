//! Processes of our own: this program again, in another role.

use std::{
    path::Path,
    process::{Child, Command, ExitCode},
    time::Duration,
};

use rustix::time::{ClockId, clock_gettime};

/// The variable that says which role.
const ROLE: &str = "FIGURES_ROLE";
/// The role of those who publish feeds.
pub(crate) const PUBLISHERS: &str = "publishers";
/// The role of those who take webhooks and mails.
pub(crate) const RECEIVERS: &str = "receivers";
const FIVEBELLS: &str = "fivebells";

/// The role that this process was started in, if it is not the first.
pub(crate) fn role() -> Option<String> {
    std::env::var(ROLE).ok()
}

/// This program once more, in a role.
pub(crate) fn again(role: &str) -> Command {
    let program = std::env::current_exe().expect("Linux names it");
    let mut command = Command::new(program);
    command.env(ROLE, role);
    command
}

/// `fivebells` under a config file.
pub(crate) fn command(config: &Path, arguments: &[&str]) -> Command {
    let mut command = again(FIVEBELLS);
    command.arg("--config").arg(config).args(arguments);
    command
}

/// What the role of `fivebells` does.
pub(crate) fn fivebells() -> ExitCode {
    let runtime = tokio::runtime::Runtime::new().expect("a runtime");
    runtime.block_on(fivebells::cli::main())
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

/// The CPU time of this process, all threads, user and system (`CLOCK_PROCESS_CPUTIME_ID`).
pub(crate) fn cpu_time() -> Duration {
    let time = clock_gettime(ClockId::ProcessCPUTime);
    let part = |number: i64| u64::try_from(number).expect("not negative");
    Duration::from_secs(part(time.tv_sec)) + Duration::from_nanos(part(time.tv_nsec))
}
