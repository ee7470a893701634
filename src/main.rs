//! The `fivebells` program.

use std::process::ExitCode;

fn main() -> ExitCode {
    // Before there are other threads: it changes the environment.
    fivebells::cli::answer_the_shell();
    run()
}

#[tokio::main]
async fn run() -> ExitCode {
    fivebells::cli::main().await
}
