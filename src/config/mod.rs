//! What users write, read and checked as a whole.
//!
//! In: a TOML file, the files it includes, and the secrets they point to. Out: either everything
//! the program needs, checked to the last name, or every problem there is, each with its place.
//! Nothing is read later: a config that loads can run.
//!
//! ```text
//!  files ─► syntax ─► section, value ─► feeds entities watches … ─► assemble ─► Config
//!                        └─► context: problems ─► report
//! ```
//!
//! Types are read by hand from the spanned document and not through serde: `flatten` and untagged
//! enums lose the spans, and serde stops at the first error.

mod access;
mod add;
mod assemble;
mod context;
mod effective;
mod entities;
mod environment;
mod exec;
mod expressions;
mod feeds;
mod files;
mod first;
mod foreign;
mod headers;
mod hints;
mod insert;
pub mod limits;
mod looking;
mod mail;
mod merge;
mod names;
mod off;
mod parameters;
mod place;
mod policy;
mod presets;
mod problem;
mod propose;
mod publishers;
mod receivers;
mod report;
mod rhythm;
mod sample;
pub mod schema;
mod secrets;
mod section;
mod selectors;
mod services;
mod settings;
mod shape;
mod stories;
mod strings;
mod syntax;
mod templates;
mod times;
mod units;
mod urls;
mod value;
mod watches;
mod web;
mod webhooks;
mod zone;

#[cfg(test)]
mod tests;

use std::{
    collections::BTreeMap,
    path::{Path, PathBuf},
    sync::Arc,
};

use jiff::tz::TimeZone;

use crate::{
    delivery_policy::Policy,
    http::HttpOptions,
    matcher::{Entity, Matcher},
    model::{Feed, ReceiverStories, Stories, Watch},
    notify::{MailOptions, Preset, ReceiverOptions},
    publisher::Publishers,
    store::StoreOptions,
};

use context::Context;

pub use add::{AddError, add_feeds};
pub use effective::effective;
pub use environment::Environment;
pub use first::{FirstConfig, FirstMail, SecretPlace};
pub use looking::{Looked, fingerprint, load_for_looking, of_store};
pub use off::Off;
pub use place::usual_places;
pub use problem::{FileId, Location, Problem, Severity, Source, SourceLocation, Sources};
pub use propose::{NoProposal, Proposal, Proposals};
pub use report::{Report, ReportLine};
pub use rhythm::Every;
pub use sample::{ConfigTest, TestResult, run_tests};
pub use settings::{HealthOptions, PollOptions};
pub use strings::{key, quoted};
pub use units::{UnitError, parse_duration};
pub use web::{ControlOptions, ProxyPeer, TrustedProxy, WebAddress, WebLogin, WebOptions};

/// Everything a config says, defaults filled in, names resolved.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Config {
    /// The main file, as it was named.
    pub path: PathBuf,
    /// The zone that times are shown in.
    pub timezone: TimeZone,
    /// Those that are polled, in the order they are written.
    pub feeds: Vec<Feed>,
    /// What `@name` means in an expression, in the order they are written.
    pub entities: Vec<Entity>,
    /// Those that look at items, in the order they are written.
    pub watches: Vec<Watch>,
    /// The feeds and watches with `enabled = false`.
    pub off: Off,
    /// The presets that the config itself defines, in the order they are written.
    pub presets: Vec<Arc<Preset>>,
    /// In the order they are written; not empty.
    pub receivers: Vec<ReceiverOptions>,
    /// When each receiver is notified, by name; one that is not here gets everything at once.
    pub policies: BTreeMap<String, Policy>,
    /// What is folded of a story, where neither watch nor receiver says.
    pub stories: Stories,
    /// What receivers say of stories, by name; one that is not here says nothing.
    pub receiver_stories: BTreeMap<String, ReceiverStories>,
    /// The domains that count as one publisher.
    pub publishers: Publishers,
    /// `[mail]` first, if it is there; it is where any receiver gets mail.
    pub mail: Vec<MailOptions>,
    /// The one HTTP client.
    pub http: HttpOptions,
    /// Where the state is, and how long it is kept.
    pub store: StoreOptions,
    /// Where the state was looked for, the likeliest place first; not empty.
    pub store_places: Vec<PathBuf>,
    /// When feeds are polled.
    pub poll: PollOptions,
    /// Who is notified about trouble.
    pub health: HealthOptions,
    /// Where the running service answers.
    pub web: WebOptions,
    /// Who may ask the running service.
    pub control: ControlOptions,
    /// In the order they are written.
    pub tests: Vec<ConfigTest>,
}

impl Config {
    /// What is folded of this watch's alerts for this receiver.
    pub fn stories_for(&self, watch: &Watch, receiver: &str) -> Stories {
        let of_receiver = self.receiver_stories.get(receiver);
        let of_receiver = of_receiver.and_then(|stories| stories.mode);
        Stories::in_force(watch.stories, of_receiver, self.stories)
    }
}

/// A config that can run.
#[derive(Debug)]
pub struct Loaded {
    /// What it says.
    pub config: Config,
    /// Its watches, compiled.
    pub matcher: Matcher,
    /// What is allowed but probably not meant.
    pub warnings: Report,
}

/// A config that cannot run: all that is wrong with it. `Display` shows the report without colour.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{report}")]
pub struct ConfigErrors {
    /// At least one error; warnings too.
    pub report: Report,
}

/// Reads and checks the config at `path`, with all it includes and every secret it points to.
///
/// # Errors
/// Every problem there is, when at least one of them is an error.
pub fn load(path: &Path, environment: &Environment) -> Result<Loaded, ConfigErrors> {
    let (sources, problems) = files::gather(path, environment);
    load_sources(sources, problems, environment)
}

/// Checks a config that is this text, as if it stood at `path`. It includes nothing.
///
/// # Errors
/// Every problem there is, when at least one of them is an error.
pub fn check_text(
    path: &Path,
    text: String,
    environment: &Environment,
) -> Result<Loaded, ConfigErrors> {
    let mut sources = Sources::default();
    let path = path.to_owned();
    sources.push(Source { path, text });
    load_sources(sources, Vec::new(), environment)
}

/// What is wrong with this text as one more file of the config at `path`, and how many errors the
/// others have.
pub fn check_beside(path: &Path, text: String, environment: &Environment) -> (Report, usize) {
    let (mut sources, mut problems) = files::gather(path, environment);
    let beside = sources.push(Source {
        path: PathBuf::from("these lines"),
        text,
    });
    let (_, found) = read(&sources, environment, !problems.is_empty());
    problems.extend(found);
    let (own, others): (Vec<_>, Vec<_>) = problems
        .into_iter()
        .partition(|problem| problem.place.file == beside);
    let is_error = |problem: &&Problem| problem.severity == Severity::Error;
    let errors = others.iter().filter(is_error).count();
    (Report::new(own, sources), errors)
}

/// Reads and checks these files; `problems` are those of reading them from the disk.
fn load_sources(
    sources: Sources,
    mut problems: Vec<Problem>,
    environment: &Environment,
) -> Result<Loaded, ConfigErrors> {
    let (read, found) = read(&sources, environment, !problems.is_empty());
    problems.extend(found);
    let report = Report::new(problems, sources);
    match read {
        (config, Some(matcher)) if report.errors() == 0 => Ok(Loaded {
            config,
            matcher,
            warnings: report,
        }),
        _ => Err(ConfigErrors { report }),
    }
}

/// `is_incomplete` says that a file could not be read.
fn read(
    sources: &Sources,
    environment: &Environment,
    is_incomplete: bool,
) -> ((Config, Option<Matcher>), Vec<Problem>) {
    let mut context = Context::new(sources, environment);
    context.is_incomplete = is_incomplete;
    let files: Vec<FileId> = sources.files().map(|(file, _)| file).collect();
    let tables: Vec<_> = files
        .into_iter()
        .map(|file| syntax::parse(&mut context, file))
        .collect();
    let read = assemble::read(&context, &tables);
    (read, context.into_problems())
}
