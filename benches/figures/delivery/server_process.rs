//! The receivers' servers, as a process of their own.

use std::{
    io::{BufRead as _, BufReader},
    process::{Child, ChildStdin, ChildStdout, Stdio},
};

use crate::process::{RECEIVERS, again};

/// The servers, until dropped.
pub(crate) struct Servers {
    child: Child,
    /// Its end is what stops them.
    stop: Option<ChildStdin>,
    reported: BufReader<ChildStdout>,
    pub(crate) http: u16,
    pub(crate) smtp: u16,
}

impl Servers {
    pub(crate) fn start() -> Self {
        let mut child = again(RECEIVERS)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .expect("this program starts again");
        let mut reported = BufReader::new(child.stdout.take().expect("piped"));
        let mut line = String::new();
        reported.read_line(&mut line).expect("UTF-8");
        let (http, smtp) = line.trim().split_once(' ').expect("two ports");
        Self {
            http: http.parse().expect("a port"),
            smtp: smtp.parse().expect("a port"),
            stop: child.stdin.take(),
            child,
            reported,
        }
    }

    /// How many milliseconds after its document each item arrived: the next of them.
    pub(crate) fn next_latency(&mut self) -> f64 {
        let mut line = String::new();
        self.reported.read_line(&mut line).expect("UTF-8");
        line.trim().parse().expect("a number")
    }
}

impl Drop for Servers {
    fn drop(&mut self) {
        self.stop.take();
        let _ = self.child.wait();
    }
}
