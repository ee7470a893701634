//! The command line: data on standard output, everything else on standard error.
//!
//! Exit codes: 0 fine, 1 no or failed, 2 usage, 3 the service does not run (as `systemctl status`),
//! 69 store or service unreachable, 78 bad configuration (the last two as in sysexits.h).

mod add;
mod alerts;
mod backup;
mod check;
mod config;
mod due;
mod explain;
mod expression;
mod feeds;
mod fetch;
mod generate;
mod init;
mod installed;
mod kept;
mod layout;
mod lists;
mod logging;
mod man;
mod mute;
mod names;
mod online;
mod outbox;
mod outline;
mod output;
mod poll;
mod progress;
mod rate;
mod receiver;
mod reload;
mod repairs;
mod run;
mod search;
mod status;
mod stored;
mod story;
mod table;
mod trial;
mod visitor;
mod walk;
mod watches;
mod when;

use std::{path::PathBuf, process::ExitCode};

use clap::{Parser, Subcommand, ValueEnum};

use crate::{
    app::{AppError, SetupError},
    store::StoreError,
    web::ControlError,
};
use logging::LogFormat;
use output::Output;

/// Reads feeds and tells people the moment a term they watch for appears.
#[derive(Debug, Parser)]
#[command(
    name = "fivebells",
    version,
    max_term_width = 100,
    arg_required_else_help = true
)]
pub struct Arguments {
    /// The config file.
    #[arg(
        short,
        long,
        global = true,
        value_name = "FILE",
        env = "FIVEBELLS_CONFIG",
        default_value = "/etc/fivebells/fivebells.toml"
    )]
    config: PathBuf,

    /// How results are printed: for people, or one JSON object per line.
    #[arg(long, global = true, value_name = "FORMAT", default_value = "text")]
    format: Format,

    /// How log lines on standard error are written.
    #[arg(long, global = true, value_name = "FORMAT", default_value = "text")]
    log_format: LogFormat,

    /// What is logged: error, warn, info, debug, or directives such as `fivebells::poll=debug`.
    #[arg(long, global = true, value_name = "LEVEL", env = "FIVEBELLS_LOG", value_parser = logging::level)]
    log: Option<String>,

    #[command(subcommand)]
    command: Command,
}

/// How results are printed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Format {
    /// For people.
    Text,
    /// One JSON object per line.
    Json,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Write a first config, by asking or by flags.
    Init(init::Init),
    /// Poll, match and deliver until a signal ends it.
    Run(run::Run),
    /// Say everything that is wrong with the configuration.
    Check(check::Check),
    /// Print the configuration in effect, secrets hidden.
    Config,
    /// Run the configuration's [[test]] blocks.
    Test,
    /// Say what an expression would have matched, of the kept items or of a text.
    Try(trial::Try),
    /// Say why an item alerted, or did not: stage by stage.
    Explain(explain::Explain),
    /// Show what the watches found, and which of them need care.
    Watches(watches::Watches),
    /// Show the kept items that an expression matches.
    Search(search::Search),
    /// Show a feed as it is read; nothing is stored.
    Fetch(fetch::Fetch),
    /// Print the line that adds a feed to the config, or write it there.
    Add(add::Add),
    /// Print the feeds of an OPML list as lines for the config, or write them there.
    Import(lists::Import),
    /// Print the configured feeds as OPML, for other programs.
    Export,
    /// Poll feeds now, unless their hosts ask to wait.
    Poll(poll::Poll),
    /// Let the service read its config again, and say what that came to.
    Reload(reload::Reload),
    /// Say whether the service runs, and how everything is.
    Status(status::Status),
    /// Show the feeds and how they fare.
    Feeds(feeds::Feeds),
    /// Show the alerts.
    Alerts(alerts::Alerts),
    /// Show what waits to be delivered, and what died.
    Outbox(outbox::Outbox),
    /// Keep back what a watch, feed or receiver would tell, for a while; alone, show what is.
    #[command(visible_alias = "mutes")]
    Mute(mute::Mute),
    /// Tell it again from now on, and say what was kept back.
    Unmute(mute::Unmute),
    /// Show what a receiver would get.
    Preview(receiver::Preview),
    /// Send a receiver a test notice.
    Send(receiver::Send),
    /// Copy the store to a file, with the service up or down.
    Backup(backup::Backup),
    /// Print the JSON Schema of the config, for editors.
    Schema,
    /// Print completions for a shell.
    Completions(generate::Completions),
    /// Print a manual page.
    Man(man::Man),
}

/// What ends a command early.
#[derive(Debug, thiserror::Error)]
pub(crate) enum CliError {
    /// The report of everything that is wrong with the config, already rendered.
    #[error("{0}")]
    Config(String),
    /// The config cannot be put to work.
    #[error(transparent)]
    Setup(#[from] SetupError),
    /// The store.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// There is no store at any of these places.
    #[error(
        "there is no store at {}; help: start the service once, it makes one, or name its file in `[store] url`",
        stored::listed(.0)
    )]
    NoStore(Vec<PathBuf>),
    /// The service does not run.
    #[error("{0}")]
    NotRunning(String),
    /// The service runs and cannot be asked.
    #[error(
        "{0}; help: `systemctl kill -s HUP fivebells` makes it reload too, and its log says how that ended"
    )]
    Control(#[from] ControlError),
    /// It did not work out; the message says why.
    #[error("{0}")]
    Failed(String),
    /// The arguments do not fit together.
    #[error("{0}")]
    Usage(String),
    /// Standard output is gone or full.
    #[error("cannot write to standard output: {0}")]
    Output(#[from] std::io::Error),
}

impl From<AppError> for CliError {
    fn from(error: AppError) -> Self {
        match error {
            AppError::Setup(error) => Self::Setup(error),
            AppError::Store(error) => Self::Store(error),
            error @ (AppError::Signals(_) | AppError::Ended(_) | AppError::Door(_)) => {
                Self::Failed(error.to_string())
            }
        }
    }
}

impl CliError {
    /// The exit code.
    fn code(&self) -> u8 {
        match self {
            // `fivebells alerts | head` is no failure.
            Self::Output(error) if error.kind() == std::io::ErrorKind::BrokenPipe => 0,
            Self::Failed(_) | Self::Output(_) => 1,
            Self::Usage(_) => 2,
            Self::NotRunning(_) => 3,
            Self::Store(_) | Self::NoStore(_) | Self::Control(_) => 69,
            Self::Config(_) | Self::Setup(_) => 78,
        }
    }
}

/// A command's answer: yes, or no without any error (exit 1).
pub(crate) type Answer = Result<bool, CliError>;

/// Runs the program with the process's arguments.
pub async fn main() -> ExitCode {
    let arguments = Arguments::parse();
    logging::start(arguments.log_format, arguments.log.as_deref());
    let output = Output::new(arguments.format);
    match arguments.command.run(&arguments.config, &output).await {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::from(1),
        Err(error) => {
            let code = error.code();
            if code != 0 {
                output::complain(&error.to_string());
            }
            ExitCode::from(code)
        }
    }
}

impl Command {
    async fn run(self, config: &std::path::Path, output: &Output) -> Answer {
        match self {
            Self::Init(init) => init.run(config, output).await,
            Self::Run(run) => run.run(config).await,
            Self::Check(check) => check.run(config, output).await,
            Self::Config => config::show(config, output),
            Self::Test => check::test(config, output),
            Self::Try(try_) => try_.run(config, output).await,
            Self::Explain(explain) => explain.run(config, output).await,
            Self::Watches(watches) => watches.run(config, output).await,
            Self::Search(search) => search.run(config, output).await,
            Self::Fetch(fetch) => fetch.run(config, output).await,
            Self::Add(add) => add.run(config, output).await,
            Self::Import(import) => import.run(config, output),
            Self::Export => lists::export(config, output),
            Self::Poll(poll) => poll.run(config, output).await,
            Self::Reload(reload) => reload.run(config, output).await,
            Self::Status(status) => status.run(config, output).await,
            Self::Feeds(feeds) => feeds.run(config, output).await,
            Self::Alerts(alerts) => alerts.run(config, output).await,
            Self::Outbox(outbox) => outbox.run(config, output).await,
            Self::Mute(mute) => mute.run(config, output).await,
            Self::Unmute(unmute) => unmute.run(config, output).await,
            Self::Preview(preview) => preview.run(config, output).await,
            Self::Send(send) => send.run(config, output).await,
            Self::Backup(backup) => backup.run(config, output).await,
            Self::Schema => generate::schema(),
            Self::Completions(completions) => {
                completions.run();
                Ok(true)
            }
            Self::Man(page) => page.run(),
        }
    }
}
