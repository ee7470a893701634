//! Questions and answers on a terminal, or on whatever stands in its place.

use std::io::{self, BufRead, Write};

use rustix::termios::{LocalModes, OptionalActions, tcgetattr, tcsetattr};

use super::super::{CliError, output::one_line};

/// Asks, line by line.
pub(super) struct Asker<'a> {
    input: &'a mut dyn BufRead,
    output: &'a mut dyn Write,
    /// Shows what is typed, or hides it.
    echo: &'a dyn Fn(bool),
}

impl<'a> Asker<'a> {
    pub(super) fn new(
        input: &'a mut dyn BufRead,
        output: &'a mut dyn Write,
        echo: &'a dyn Fn(bool),
    ) -> Self {
        Self {
            input,
            output,
            echo,
        }
    }

    pub(super) fn say(&mut self, text: &str) -> Result<(), CliError> {
        Ok(writeln!(self.output, "{text}")?)
    }

    /// The answer without the spaces around it; empty for a bare Enter.
    pub(super) fn ask(&mut self, question: &str) -> Result<String, CliError> {
        write!(self.output, "{question} ")?;
        self.output.flush()?;
        let mut line = String::new();
        if self.input.read_line(&mut line)? == 0 {
            let message = "the answers ended; nothing was written";
            return Err(CliError::Failed(message.to_owned()));
        }
        Ok(line.trim().to_owned())
    }

    /// Asks until the answer is what `take` takes; what it says of others is shown.
    pub(super) fn ask_for<T>(
        &mut self,
        question: &str,
        take: impl Fn(&str) -> Result<T, String>,
    ) -> Result<T, CliError> {
        loop {
            match take(&self.ask(question)?) {
                Ok(taken) => return Ok(taken),
                Err(fault) => self.say(&format!("  {}", one_line(&fault, 300)))?,
            }
        }
    }

    /// What is typed is not shown.
    pub(super) fn ask_hidden(&mut self, question: &str) -> Result<String, CliError> {
        (self.echo)(false);
        let answer = self.ask(question);
        (self.echo)(true);
        self.say("")?;
        answer
    }

    pub(super) fn yes(&mut self, question: &str, default: bool) -> Result<bool, CliError> {
        let choice = if default { "[Y/n]" } else { "[y/N]" };
        self.ask_for(&format!("{question} {choice}"), |answer| {
            match answer.to_lowercase().as_str() {
                "" => Ok(default),
                "y" | "yes" => Ok(true),
                "n" | "no" => Ok(false),
                _ => Err("write y or n".to_owned()),
            }
        })
    }
}

/// Shows what is typed on the terminal, or hides it.
pub(super) fn echo(is_shown: bool) {
    let terminal = io::stdin();
    let Ok(mut modes) = tcgetattr(&terminal) else {
        return;
    };
    modes.local_modes.set(LocalModes::ECHO, is_shown);
    // Where that does not work the answer is seen, as every other is.
    let _ = tcsetattr(&terminal, OptionalActions::Now, &modes);
}
