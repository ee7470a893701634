//! The terminal receiver: one readable block per notice.

use std::{
    fmt,
    io::{self, Write},
    sync::Arc,
    time::Duration,
};

use anstream::{AutoStream, ColorChoice};
use jiff::tz::TimeZone;
use tokio::{sync::Mutex, task, time};

use super::{Notifier, NotifyContext, PartKind, PreviewPart, RenderError, Sending, render};
use crate::model::{Notice, Outcome, Receipt, Retry, SendError, SendReason};

/// How long a reader may leave the pipe full.
const WRITE_TIMEOUT: Duration = Duration::from_secs(30);

/// Where blocks are written; clones share it.
#[derive(Clone)]
pub struct Screen {
    output: Arc<Mutex<dyn Write + Send>>,
    colour: bool,
}

impl Screen {
    /// Any output. `colour` allows ANSI sequences.
    pub fn new(output: impl Write + Send + 'static, colour: bool) -> Self {
        Self {
            output: Arc::new(Mutex::new(output)),
            colour,
        }
    }

    /// Standard output, in colour if it is a terminal and nothing speaks against it.
    pub fn stdout() -> Self {
        let stdout = io::stdout();
        let colour = AutoStream::choice(&stdout) != ColorChoice::Never;
        Self::new(stdout, colour)
    }
}

impl fmt::Debug for Screen {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("Screen")
            .field("colour", &self.colour)
            .finish_non_exhaustive()
    }
}

#[derive(Debug)]
pub(super) struct Terminal {
    screen: Screen,
    timezone: TimeZone,
}

impl Terminal {
    pub(super) fn new(context: &NotifyContext) -> Self {
        Self {
            screen: context.screen.clone(),
            timezone: context.timezone.clone(),
        }
    }

    async fn show(&self, notice: &Notice) -> Outcome {
        let block = render::terminal(notice, &self.timezone, self.screen.colour);
        let output = Arc::clone(&self.screen.output);
        let written = async {
            // Locked before a thread is taken: a pipe that nobody reads blocks one, never more.
            let mut output = output.lock_owned().await;
            task::spawn_blocking(move || {
                output.write_all(block.as_bytes())?;
                output.flush()
            })
            .await
        };
        match time::timeout(WRITE_TIMEOUT, written).await {
            Ok(Ok(Ok(()))) => Ok(Receipt {
                answer: "written".to_owned(),
                ..Receipt::default()
            }),
            Ok(Ok(Err(error))) => Err(failure(
                SendReason::Output,
                Retry::ReceiverBroken,
                format!("standard output: {error}"),
            )),
            Ok(Err(_panicked)) => Err(failure(
                SendReason::Panic,
                Retry::Later { after: None },
                "standard output: the write panicked".to_owned(),
            )),
            Err(_elapsed) => Err(failure(
                SendReason::Timeout,
                Retry::Later { after: None },
                format!(
                    "standard output: nobody read for {} s",
                    WRITE_TIMEOUT.as_secs()
                ),
            )),
        }
    }
}

fn failure(reason: SendReason, retry: Retry, detail: String) -> SendError {
    SendError {
        reason,
        retry,
        detail,
        accepted: Vec::new(),
        refused: Vec::new(),
    }
}

impl Notifier for Terminal {
    fn send<'a>(&'a self, notice: &'a Notice) -> Sending<'a> {
        Box::pin(self.show(notice))
    }

    fn preview(&self, notice: &Notice) -> Result<Vec<PreviewPart>, RenderError> {
        Ok(vec![PreviewPart {
            label: "terminal",
            content: render::terminal(notice, &self.timezone, self.screen.colour),
            kind: PartKind::Text,
        }])
    }

    fn timeout(&self) -> Duration {
        WRITE_TIMEOUT
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::notify::sample::sample_notice;

    fn terminal(output: impl Write + Send + 'static) -> Terminal {
        Terminal {
            screen: Screen::new(output, false),
            timezone: TimeZone::UTC,
        }
    }

    fn notice() -> Notice {
        sample_notice("2026-11-22T06:41:07Z".parse().expect("a time"))
    }

    #[derive(Clone, Default)]
    struct Page(Arc<std::sync::Mutex<Vec<u8>>>);

    impl Write for Page {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            self.0.lock().unwrap().write(bytes)
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    #[tokio::test]
    async fn writes_what_the_preview_shows() {
        let page = Page::default();
        let terminal = terminal(page.clone());
        terminal.send(&notice()).await.unwrap();
        let written = String::from_utf8(page.0.lock().unwrap().clone()).unwrap();
        assert_eq!(written, terminal.preview(&notice()).unwrap()[0].content);
    }

    #[tokio::test]
    async fn a_closed_pipe_breaks_the_receiver() {
        struct Closed;
        impl Write for Closed {
            fn write(&mut self, _: &[u8]) -> io::Result<usize> {
                Err(io::ErrorKind::BrokenPipe.into())
            }
            fn flush(&mut self) -> io::Result<()> {
                Ok(())
            }
        }
        let error = terminal(Closed).send(&notice()).await.unwrap_err();
        assert_eq!(
            (error.reason, error.retry),
            (SendReason::Output, Retry::ReceiverBroken)
        );
    }
}
