//! The `fivebells` program.

use std::process::ExitCode;

#[tokio::main]
async fn main() -> ExitCode {
    fivebells::cli::main().await
}
