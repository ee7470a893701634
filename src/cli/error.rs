//! How a command ends: with yes or no, or early with an error.

use std::path::PathBuf;

use crate::{
    app::{AppError, SetupError},
    store::StoreError,
    view::{
        ViewError, moment::EmptySpan, names::UnknownName, number::NumberError,
        stories::missing::NoStory,
    },
    web::ControlError,
};

/// A command's answer: yes, or no without any error (exit 1).
pub(super) type Answer = Result<bool, CliError>;

/// What ends a command early.
#[derive(Debug, thiserror::Error)]
pub(super) enum CliError {
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
        listed(.0)
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

impl From<ViewError> for CliError {
    fn from(error: ViewError) -> Self {
        match error {
            ViewError::Store(error) => error.into(),
            ViewError::Setup(error) => error.into(),
            ViewError::UnknownName(error) => error.into(),
            ViewError::Number(error) => error.into(),
            ViewError::NoStory(error) => Self::Failed(error.to_string()),
        }
    }
}

impl From<NoStory> for CliError {
    fn from(error: NoStory) -> Self {
        ViewError::from(error).into()
    }
}

impl From<UnknownName> for CliError {
    fn from(error: UnknownName) -> Self {
        Self::Failed(error.to_string())
    }
}

impl From<EmptySpan> for CliError {
    fn from(error: EmptySpan) -> Self {
        Self::Usage(error.to_string())
    }
}

impl From<NumberError> for CliError {
    fn from(error: NumberError) -> Self {
        match error {
            NumberError::Store(error) => error.into(),
            NumberError::NoNotice(_) => Self::Failed(error.to_string()),
            NumberError::NoNumber(_) | NumberError::OfAnother { .. } => {
                Self::Usage(error.to_string())
            }
        }
    }
}

impl CliError {
    /// The exit code.
    pub(super) fn code(&self) -> u8 {
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

/// What to do where the service cannot be asked and the error does not say it.
const fn unasked(error: &ControlError) -> &'static str {
    match error {
        ControlError::Denied { .. } => "",
        _ => {
            "; help: `systemctl kill -s HUP fivebells` makes it reload too, and its log says how that ended"
        }
    }
}

/// The places in words.
fn listed(places: &[PathBuf]) -> String {
    let places: Vec<String> = places.iter().map(|it| it.display().to_string()).collect();
    places.join(" and none at ")
}
