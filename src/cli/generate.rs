//! `completions`: made from the arguments themselves.

use std::io;

use clap::{Args, CommandFactory as _};
use clap_complete::Shell;

use super::Arguments;

/// Print completions for a shell.
#[derive(Debug, Args)]
pub(super) struct Completions {
    /// The shell.
    shell: Shell,
}

impl Completions {
    pub(super) fn run(&self) {
        let mut command = Arguments::command();
        clap_complete::generate(self.shell, &mut command, "fivebells", &mut io::stdout());
    }
}
