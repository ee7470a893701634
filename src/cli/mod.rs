//! The command line: data on standard output, everything else on standard error.
//!
//! Exit codes: 0 fine, 1 no or failed, 2 usage, 3 the service does not run (as `systemctl status`),
//! 69 store or service unreachable, 78 bad configuration (the last two as in sysexits.h).

mod add;
mod alerts;
mod backup;
mod check;
mod complete;
mod config;
mod error;
mod explain;
mod explained;
mod expression;
mod feeds;
mod fetch;
mod import_export;
mod init;
mod item_view;
mod logging;
mod man;
mod mute;
mod online;
mod outbox;
mod output;
mod poll;
mod preview;
mod progress;
mod receiver;
mod reload;
mod run;
mod search;
mod status;
mod stored;
mod stored_items;
mod stories;
mod story;
mod table;
mod terminal;
mod try_expression;
mod visitor;
mod watches;

use std::{
    path::{Path, PathBuf},
    process::ExitCode,
};

use clap::{CommandFactory as _, Parser, Subcommand, ValueEnum, error::ErrorKind};

use error::Answer;
use logging::LogFormat;
pub use output::Format;
use output::Output;

/// Options of all commands come after its own.
const OF_ALL: usize = 900;

/// Reads feeds and alerts people by mail or webhook the moment a term they watch for appears.
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
        default_value = config::DEFAULT
    )]
    config: PathBuf,

    /// The format of results: text for people, one JSON object per line, or CSV (`alerts` only).
    #[arg(long, global = true, display_order = OF_ALL, value_name = "FORMAT", default_value = "text")]
    format: Format,

    /// When to use colours. `auto` uses them on a terminal, unless `NO_COLOR` is set.
    #[arg(long, global = true, display_order = OF_ALL, value_name = "WHEN", default_value = "auto")]
    color: Color,

    /// The format of log lines on standard error.
    #[arg(long, global = true, display_order = OF_ALL, value_name = "FORMAT", default_value = "text")]
    log_format: LogFormat,

    /// What to log: a level (error, warn, info, debug), or directives such as `fivebells::poll=debug`.
    #[arg(long, global = true, display_order = OF_ALL, value_name = "LEVEL", env = "FIVEBELLS_LOG", value_parser = logging::level)]
    log: Option<String>,

    #[command(subcommand)]
    command: Command,
}

/// When colours are used.
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
    /// Sets it for all that is printed.
    fn set(self) {
        let choice = match self {
            Self::Auto => anstream::ColorChoice::Auto,
            Self::Always => anstream::ColorChoice::Always,
            Self::Never => anstream::ColorChoice::Never,
        };
        choice.write_global();
    }
}

/// What each does is written where its arguments are.
#[derive(Debug, Subcommand)]
enum Command {
    Init(init::Init),
    Run(run::Run),
    Check(check::Check),
    /// Print the configuration in effect, secrets hidden.
    Config,
    /// Run the configuration's [[test]] blocks.
    Test,
    Try(try_expression::Try),
    Explain(explain::Explain),
    Watches(watches::Watches),
    Search(search::Search),
    Fetch(fetch::Fetch),
    Add(add::Add),
    Import(import_export::Import),
    /// Print the configured feeds as OPML, for other programs.
    Export,
    Poll(poll::Poll),
    Reload(reload::Reload),
    Status(status::Status),
    Feeds(feeds::Feeds),
    Alerts(alerts::Alerts),
    Stories(stories::Stories),
    Story(story::Story),
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

impl Arguments {
    /// Those of the process. If they are wrong, this ends the process with the error and the usage.
    fn of_process() -> Self {
        let error = match Self::try_parse() {
            Ok(arguments) => return arguments,
            Err(error) => error,
        };
        let is_help = error.kind() == ErrorKind::DisplayHelpOnMissingArgumentOrSubcommand;
        if is_help || !error.use_stderr() {
            error.exit();
        }
        // The usage of an error shows the options that were given as if they were required. Those
        // that the environment gives nobody has typed.
        let typed = Self::command()
            .mut_arg("config", |arg| arg.env(None))
            .mut_arg("log", |arg| arg.env(None));
        typed.try_get_matches().err().unwrap_or(error).exit()
    }
}

/// Answers the shell that asks for completions, and ends the process; returns if none asks.
pub fn answer_the_shell() {
    complete::answer_the_shell(Arguments::command);
}

/// Runs the program with the process's arguments.
pub async fn main() -> ExitCode {
    let arguments = Arguments::of_process();
    arguments.color.set();
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
    async fn run(self, config: &Path, output: &Output) -> Answer {
        match self {
            Self::Init(init) => init.run(config, output).await,
            Self::Run(run) => Box::pin(run.run(config)).await,
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
            Self::Export => import_export::export(config, output),
            Self::Poll(poll) => poll.run(config, output).await,
            Self::Reload(reload) => reload.run(config, output).await,
            Self::Status(status) => status.run(config, output).await,
            Self::Feeds(feeds) => feeds.run(config, output).await,
            Self::Alerts(alerts) => alerts.run(config, output).await,
            Self::Stories(stories) => stories.run(config, output).await,
            Self::Story(story) => story.run(config, output).await,
            Self::Outbox(outbox) => outbox.run(config, output).await,
            Self::Mute(mute) => mute.run(config, output).await,
            Self::Unmute(unmute) => unmute.run(config, output).await,
            Self::Preview(preview) => preview.run(config, output).await,
            Self::Send(send) => send.run(config, output).await,
            Self::Backup(backup) => backup.run(config, output).await,
            Self::Schema => config::print_schema(),
            Self::Completions(completions) => completions.run(),
            Self::Man(page) => page.run(Arguments::command()),
        }
    }
}
