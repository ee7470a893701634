//! `completions` and `schema`: made from the arguments and the declarations themselves.

use std::io;

use clap::{Args, CommandFactory as _};
use clap_complete::Shell;

use super::{Answer, Arguments, output};
use crate::config::schema::json_schema;

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

/// Prints the JSON Schema of the config.
pub(super) fn schema() -> Answer {
    let schema = serde_json::to_string_pretty(&json_schema()).expect("plain data serializes");
    output::line(&schema)?;
    Ok(true)
}
