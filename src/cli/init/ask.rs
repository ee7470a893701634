//! Questions and answers on a terminal, or on whatever takes its place.

use std::io::{self, BufRead, Write};

use rustix::termios::{LocalModes, OptionalActions, SpecialCodeIndex, tcgetattr, tcsetattr};

use super::super::{error::CliError, terminal::wrap};
use crate::view::words::one_line;

/// What Ctrl-C types where it is no signal.
const CTRL_C: u8 = 3;

/// Asks, line by line.
pub(super) struct Asker<'a> {
    input: &'a mut dyn BufRead,
    output: &'a mut dyn Write,
    /// Shows what is typed, or hides it.
    echo: &'a dyn Fn(bool),
    /// How wide the terminal is.
    columns: Option<usize>,
}

impl<'a> Asker<'a> {
    pub(super) fn new(
        input: &'a mut dyn BufRead,
        output: &'a mut dyn Write,
        echo: &'a dyn Fn(bool),
        columns: Option<usize>,
    ) -> Self {
        Self {
            input,
            output,
            echo,
            columns,
        }
    }

    pub(super) fn say(&mut self, text: &str) -> Result<(), CliError> {
        for line in text.lines().flat_map(|line| wrap(line, self.columns)) {
            writeln!(self.output, "{line}")?;
        }
        Ok(())
    }

    /// The answer without the spaces around it; empty for a bare Enter.
    pub(super) fn ask(&mut self, question: &str) -> Result<String, CliError> {
        write!(self.output, "{question} ")?;
        self.output.flush()?;
        let line = self.read_line()?;
        if line.is_empty() || line.ends_with(&[CTRL_C]) {
            let message = "there are no more answers; nothing was written";
            return Err(CliError::Failed(message.to_owned()));
        }
        match String::from_utf8(line) {
            Ok(line) => Ok(line.trim().to_owned()),
            Err(_) => Err(CliError::Failed("the answer is not UTF-8".to_owned())),
        }
    }

    /// What is typed up to Enter, or to Ctrl-C where that is no signal.
    fn read_line(&mut self) -> Result<Vec<u8>, CliError> {
        let mut line = Vec::new();
        loop {
            let typed = self.input.fill_buf()?;
            let end = typed
                .iter()
                .position(|byte| matches!(*byte, b'\n' | CTRL_C));
            let length = end.map_or(typed.len(), |end| end + 1);
            line.extend_from_slice(&typed[..length]);
            self.input.consume(length);
            if end.is_some() || length == 0 {
                return Ok(line);
            }
        }
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
        writeln!(self.output)?;
        answer
    }

    pub(super) fn yes(&mut self, question: &str, default: bool) -> Result<bool, CliError> {
        let choice = if default { "[Y/n]" } else { "[y/N]" };
        self.ask_for(&format!("{question} {choice}"), |answer| {
            match answer.to_lowercase().as_str() {
                "" => Ok(default),
                "y" | "yes" => Ok(true),
                "n" | "no" => Ok(false),
                _ => Err("type y or n".to_owned()),
            }
        })
    }
}

/// Shows what is typed on the terminal, or hides it. While it is hidden Ctrl-C ends the line and is no
/// signal: that would end the program, and leave to the shell a terminal that hides what is typed.
pub(super) fn echo(is_shown: bool) {
    let terminal = io::stdin();
    let Ok(mut modes) = tcgetattr(&terminal) else {
        return;
    };
    let changed = LocalModes::ECHO | LocalModes::ISIG;
    modes.local_modes.set(changed, is_shown);
    modes.special_codes[SpecialCodeIndex::VEOL2] = if is_shown { 0 } else { CTRL_C };
    // Where that does not work the answer is seen, as every other is.
    let _ = tcsetattr(&terminal, OptionalActions::Now, &modes);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ctrl_c_at_a_hidden_prompt_ends_the_questions_and_shows_what_is_typed_again() {
        let shown = std::cell::Cell::new(true);
        let echo = |is_shown| shown.set(is_shown);
        let (mut input, mut screen) = (&b"secr\x03et\n"[..], Vec::new());
        let mut asker = Asker::new(&mut input, &mut screen, &echo, None);
        let refused = asker.ask_hidden("password:").expect_err("no answer");
        assert_eq!(
            refused.to_string(),
            "there are no more answers; nothing was written"
        );
        assert!(shown.get());
    }

    #[test]
    fn what_is_said_breaks_between_words() {
        let (mut input, mut screen) = (&b""[..], Vec::new());
        let mut asker = Asker::new(&mut input, &mut screen, &|_| (), Some(20));
        asker.say("  is not a URL and not a feed").expect("said");
        let screen = String::from_utf8(screen).expect("UTF-8");
        assert_eq!(screen, "  is not a URL and\n  not a feed\n");
    }
}
