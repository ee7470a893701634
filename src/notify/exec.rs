//! A program of the operator's, started once for each attempt.
//!
//! **In:** the Standard Webhooks object, or ready text, on its standard input, and who it is about in
//! its environment. **Out:** its exit status as verdict, the last line on its standard error in words.
//! It runs in a process group of its own, which is killed at the time limit and where the attempt
//! is given up: nothing it started outlives that.

use std::{io, process::ExitStatus, process::Stdio, time::Duration};

use jiff::tz::TimeZone;
use rustix::process::{Pid, Signal, kill_process_group};
use tokio::{
    io::{AsyncRead, AsyncReadExt, AsyncWriteExt},
    process::{Child, Command},
    time,
};

use super::{
    ExecInput, ExecOptions, Notifier, NotifyContext, PartKind, PreviewPart, RenderError, Sending,
    hook::{failure, taken},
    render::{self, clean},
    webhook::payload,
};
use crate::model::{Notice, Outcome, Retry, SendReason};

/// How much of standard error is kept, from its end.
const MAX_TAIL_BYTES: usize = 4096;
/// How much of the last line is shown.
const MAX_ANSWER_CHARS: usize = 200;
/// How long what is left in the pipe may take once the program has ended: a process that it left
/// behind may hold the pipe for ever.
const LAST_WORDS: Duration = Duration::from_secs(1);

pub(super) struct Exec {
    options: ExecOptions,
    timezone: TimeZone,
}

impl Exec {
    pub(super) fn new(options: &ExecOptions, context: &NotifyContext) -> Self {
        Self {
            options: options.clone(),
            timezone: context.timezone.clone(),
        }
    }

    /// What it reads on its standard input. Text ends with a line feed, as programs expect of lines.
    fn input(&self, notice: &Notice) -> Vec<u8> {
        let message = || render::message(notice, &self.timezone);
        let text = match self.options.input {
            ExecInput::Json => return payload(notice),
            ExecInput::Text => message().plain_text(),
            ExecInput::Line => message().one_line(),
        };
        (text + "\n").into_bytes()
    }

    async fn start(&self, notice: &Notice) -> Outcome {
        let mut command = self.command(notice);
        let child = command.spawn().map_err(|error| {
            let retry = match error.kind() {
                io::ErrorKind::NotFound | io::ErrorKind::PermissionDenied => Retry::ReceiverBroken,
                _ => Retry::Later { after: None },
            };
            let detail = format!("the program cannot be started: {error}");
            failure(SendReason::Connect, retry, detail)
        })?;
        let run = run(Group(child), self.input(notice));
        let Ok(ended) = time::timeout(self.options.timeout, run).await else {
            let limit = self.options.timeout.as_secs_f64();
            let detail = format!("it did not end within {limit} s and was killed");
            return Err(failure(
                SendReason::Timeout,
                Retry::Later { after: None },
                detail,
            ));
        };
        let (status, line) = ended.map_err(|error| {
            let detail = format!("the program cannot be waited for: {error}");
            failure(SendReason::Protocol, Retry::Later { after: None }, detail)
        })?;
        verdict(status, &line)
    }

    fn command(&self, notice: &Notice) -> Command {
        let mut command = Command::new(&self.options.program);
        command
            .args(&self.options.command[1..])
            .env_clear()
            .envs(
                self.options
                    .environment
                    .iter()
                    .map(|(name, value)| (name, value)),
            )
            .envs(variables(notice))
            .current_dir("/")
            .stdin(Stdio::piped())
            .stdout(Stdio::null())
            .stderr(Stdio::piped())
            .process_group(0);
        command
    }
}

/// What is said of the notice beside its JSON: nothing that a stranger wrote.
fn variables(notice: &Notice) -> [(&'static str, String); 3] {
    [
        ("FIVEBELLS_ID", notice.key.to_string()),
        ("FIVEBELLS_TYPE", notice.event.kind().to_owned()),
        ("FIVEBELLS_PRIORITY", notice.event.priority().to_string()),
    ]
}

/// A program and all it has started. Dropped before it has ended, all of it is killed.
struct Group(Child);

impl Drop for Group {
    fn drop(&mut self) {
        // The id is there until the program is waited for, and thus nobody else's.
        let id = self.0.id().and_then(|id| i32::try_from(id).ok());
        if let Some(group) = id.and_then(Pid::from_raw) {
            // The only fault is that there is nobody left.
            let _ = kill_process_group(group, Signal::KILL);
        }
    }
}

/// Feeds it, listens, and waits for its end. Whether it reads its input is its own affair.
async fn run(mut group: Group, input: Vec<u8>) -> io::Result<(ExitStatus, String)> {
    let (stdin, stderr) = (group.0.stdin.take(), group.0.stderr.take());
    let mut tail = Vec::new();
    let status = {
        let feed = async move {
            if let Some(mut stdin) = stdin {
                let _ = stdin.write_all(&input).await;
            }
        };
        let listen = async {
            if let Some(stderr) = stderr {
                keep_tail(stderr, &mut tail).await;
            }
        };
        let talk = async { tokio::join!(feed, listen) };
        tokio::pin!(talk);
        let mut is_silent = false;
        let status = loop {
            tokio::select! {
                status = group.0.wait() => break status?,
                _ = &mut talk, if !is_silent => is_silent = true,
            }
        };
        if !is_silent {
            let _ = time::timeout(LAST_WORDS, talk).await;
        }
        status
    };
    Ok((status, last_line(&tail)))
}

/// Reads to the end, and keeps the last [`MAX_TAIL_BYTES`].
async fn keep_tail(mut from: impl AsyncRead + Unpin, tail: &mut Vec<u8>) {
    let mut chunk = [0; MAX_TAIL_BYTES];
    while let Ok(length @ 1..) = from.read(&mut chunk).await {
        tail.extend_from_slice(&chunk[..length]);
        let surplus = tail.len().saturating_sub(MAX_TAIL_BYTES);
        tail.drain(..surplus);
    }
}

fn last_line(tail: &[u8]) -> String {
    let text = String::from_utf8_lossy(tail);
    let mut lines = text.lines().rev().map(clean::squeezed);
    let line = lines.find(|line| !line.is_empty());
    clean::cut(&line.unwrap_or_default(), MAX_ANSWER_CHARS)
}

/// As in sysexits.h and qmail-command(8); what has no meaning there comes again.
fn verdict(status: ExitStatus, line: &str) -> Outcome {
    let answer = match line {
        "" => status.to_string(),
        line => format!("{status}: {line}"),
    };
    let later = Retry::Later { after: None };
    let (reason, retry) = match status.code() {
        Some(0) => return Ok(taken(&answer)),
        // EX_DATAERR, and qmail's permanent failure.
        Some(65 | 100) => (SendReason::Refused, Retry::Unwanted),
        // EX_USAGE and EX_CONFIG; a shell that cannot start, or find, the program.
        Some(64 | 78 | 126 | 127) => (SendReason::Refused, Retry::ReceiverBroken),
        // EX_NOPERM.
        Some(77) => (SendReason::Auth, Retry::ReceiverBroken),
        // EX_TEMPFAIL, and qmail's temporary failure.
        Some(75 | 111) => (SendReason::Busy, later),
        Some(_) | None => (SendReason::ServerError, later),
    };
    Err(failure(reason, retry, answer))
}

impl Notifier for Exec {
    fn send<'a>(&'a self, notice: &'a Notice) -> Sending<'a> {
        Box::pin(self.start(notice))
    }

    fn preview(&self, notice: &Notice) -> Result<Vec<PreviewPart>, RenderError> {
        let ExecOptions {
            program, command, ..
        } = &self.options;
        let variables = variables(notice).map(|(name, value)| format!("{name}={value}\n"));
        let arguments: Vec<String> = command[1..].iter().map(|one| format!(" {one:?}")).collect();
        let line = format!("{}{}\n", program.display(), arguments.concat());
        let kind = match self.options.input {
            ExecInput::Json => PartKind::Json,
            ExecInput::Text | ExecInput::Line => PartKind::Text,
        };
        Ok(vec![
            PreviewPart {
                label: "command",
                content: line + &variables.concat(),
                kind: PartKind::Text,
            },
            PreviewPart {
                label: "standard input",
                content: String::from_utf8_lossy(&self.input(notice)).into_owned(),
                kind,
            },
        ])
    }

    fn timeout(&self) -> Duration {
        self.options.timeout
    }
}

#[cfg(test)]
mod tests;
