//! The command line: data on standard output, everything else on standard error.
//!
//! Exit codes: 0 fine, 1 no or failed, 2 usage, 3 the service does not run (as `systemctl status`),
//! 69 store or service unreachable, 78 bad configuration (the last two as in sysexits.h).

mod add;
mod alerts;
mod backup;
mod breaks;
mod check;
mod complete;
mod config;
mod due;
mod explain;
mod expression;
mod feeds;
mod fetch;
mod init;
mod installed;
mod kept;
mod layout;
mod lists;
mod logging;
mod man;
mod moment;
mod mute;
mod names;
mod number;
mod online;
mod outbox;
mod outline;
mod output;
mod poll;
mod preview;
mod progress;
mod rate;
mod receiver;
mod reload;
mod repairs;
mod run;
mod schema;
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
pub use complete::answer_the_shell;
use logging::LogFormat;
use output::Output;

/// Options of all commands come after its own.
const OF_ALL: usize = 900;

/// The config where nothing names one: the service's.
const DEFAULT_CONFIG: &str = "/etc/fivebells/fivebells.toml";

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
        display_order = OF_ALL,
        env = "FIVEBELLS_CONFIG",
        default_value = DEFAULT_CONFIG
    )]
    config: PathBuf,

    /// How results are printed: for people, one JSON object per line, or, of `alerts`, CSV.
    #[arg(long, global = true, display_order = OF_ALL, value_name = "FORMAT", default_value = "text")]
    format: Format,

    /// Whether there are colours. `auto`: on a terminal, unless `NO_COLOR` is set.
    #[arg(long, global = true, display_order = OF_ALL, value_name = "WHEN", default_value = "auto")]
    color: Color,

    /// How log lines on standard error are written.
    #[arg(long, global = true, display_order = OF_ALL, value_name = "FORMAT", default_value = "text")]
    log_format: LogFormat,

    /// What is logged: error, warn, info, debug, or directives such as `fivebells::poll=debug`.
    #[arg(long, global = true, display_order = OF_ALL, value_name = "LEVEL", env = "FIVEBELLS_LOG", value_parser = logging::level)]
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
    /// Comma-separated values (RFC 4180), for spreadsheets; of `alerts` only.
    Csv,
}

/// Whether there are colours.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Color {
    /// On a terminal, unless `NO_COLOR` is set; also elsewhere with `CLICOLOR_FORCE`.
    Auto,
    /// Everywhere.
    Always,
    /// Nowhere.
    Never,
}

impl Color {
    /// Settles it for all that is printed.
    fn settle(self) {
        let choice = match self {
            Self::Auto => anstream::ColorChoice::Auto,
            Self::Always => anstream::ColorChoice::Always,
            Self::Never => anstream::ColorChoice::Never,
        };
        choice.write_global();
    }
}

/// What it does is said where each has its arguments.
#[derive(Debug, Subcommand)]
enum Command {
    Init(init::Init),
    Run(run::Run),
    Check(check::Check),
    /// Print the configuration in effect, secrets hidden.
    Config,
    /// Run the configuration's [[test]] blocks.
    Test,
    Try(trial::Try),
    Explain(explain::Explain),
    Watches(watches::Watches),
    Search(search::Search),
    Fetch(fetch::Fetch),
    Add(add::Add),
    Import(lists::Import),
    /// Print the configured feeds as OPML, for other programs.
    Export,
    Poll(poll::Poll),
    Reload(reload::Reload),
    Status(status::Status),
    Feeds(feeds::Feeds),
    Alerts(alerts::Alerts),
    Outbox(outbox::Outbox),
    #[command(visible_alias = "mutes")]
    Mute(mute::Mute),
    Unmute(mute::Unmute),
    Preview(preview::Preview),
    Send(receiver::Send),
    Backup(backup::Backup),
    /// Print the JSON Schema of the config, for editors.
    Schema,
    Completions(complete::Completions),
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
    #[error("{0}{help}", help = unasked(.0))]
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

/// What to do where the service cannot be asked and the error does not say it.
const fn unasked(error: &ControlError) -> &'static str {
    match error {
        ControlError::Denied { .. } => "",
        _ => {
            "; help: `systemctl kill -s HUP fivebells` makes it reload too, and its log says how that ended"
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
    arguments.color.settle();
    logging::start(arguments.log_format, arguments.log.as_deref());
    let output = Output::new(arguments.format);
    if output.is_csv() && !matches!(arguments.command, Command::Alerts(_)) {
        output::complain("only `alerts` are printed as CSV; help: --format json");
        return ExitCode::from(2);
    }
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
            Self::Schema => schema::print(),
            Self::Completions(completions) => {
                completions.run()?;
                Ok(true)
            }
            Self::Man(page) => page.run(),
        }
    }
}
