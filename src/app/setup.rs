//! From a config to the parts that do the work.

use std::{collections::BTreeMap, sync::Arc};

use crate::{
    clock::Clock,
    config::{self, Config, Loaded, TestResult},
    deliver::{Deliverer, Trying},
    fetch::{FetchOptions, Fetcher},
    http::{Http, HttpSetupError},
    matcher::{Entity, Matcher, WatchError},
    metrics::Metrics,
    model::{Feed, Watch},
    notify::{self, BuildError, MailServer, MailServerError, Notifier, NotifyContext, Screen},
    poll::{HealthRules, PollRules, Poller, StoryRules},
    scheduler::Work,
    store::Store,
};

/// A config that is well-formed but cannot be put to work.
#[derive(Debug, thiserror::Error)]
pub enum SetupError {
    /// The HTTP client cannot be built.
    #[error(transparent)]
    Http(#[from] HttpSetupError),
    /// A feed's own way to its server cannot be built.
    #[error("feed {feed:?}: {source}")]
    Feed {
        /// Its name.
        feed: String,
        /// Why.
        source: HttpSetupError,
    },
    /// Expressions that do not compile.
    #[error("{}", lines(.0))]
    Watches(Vec<WatchError>),
    /// A mail server cannot be set up.
    #[error("mail server {server:?}: {source}")]
    Mail {
        /// Its name.
        server: String,
        /// Why not.
        source: MailServerError,
    },
    /// A receiver cannot be built.
    #[error(transparent)]
    Receiver(#[from] BuildError),
    /// `[[test]]`s of the config that fail, each in words.
    #[error("{}", tests(.0))]
    Tests(Vec<String>),
    /// Reading or building it panicked.
    #[error("reading it failed by a fault of the program, which the log above shows")]
    Panicked,
}

fn lines(errors: &[WatchError]) -> String {
    let lines: Vec<String> = errors.iter().map(ToString::to_string).collect();
    lines.join("\n")
}

/// Failing tests, a line for each below the first.
pub(super) fn tests(failed: &[String]) -> String {
    let count = failed.len();
    format!(
        "tests of the config fail: {count}; `fivebells test` shows all\n{}",
        failed.join("\n")
    )
}

/// Everything that can fail to be built, built; no store needed.
pub(super) struct Parts {
    http: Http,
    matcher: Matcher,
    fetcher: Fetcher,
    receivers: BTreeMap<String, Box<dyn Notifier>>,
    /// The config's own tests that fail, each in words.
    pub(super) failed_tests: Vec<String>,
    /// Another one for other texts of the config's files.
    pub(super) fingerprint: String,
}

impl Parts {
    /// Runs the config's own tests and builds all parts.
    pub(super) fn build(
        loaded: Loaded,
        clock: &Arc<dyn Clock>,
    ) -> Result<(Self, Config), SetupError> {
        let Loaded {
            config,
            matcher,
            warnings,
        } = loaded;
        let results = config::run_tests(&config, &matcher);
        let http = Http::new(&config.http)?;
        prepare(&http, &config.feeds)?;
        let context = context(&config, http.clone(), clock)?;
        let receivers = config
            .receivers
            .iter()
            .map(|receiver| Ok((receiver.name.clone(), notify::build(receiver, &context)?)))
            .collect::<Result<_, BuildError>>()?;
        let parts = Self {
            http: http.clone(),
            matcher,
            fetcher: Fetcher::new(http, FetchOptions::default()),
            receivers,
            failed_tests: results.iter().filter_map(TestResult::fault).collect(),
            fingerprint: warnings.sources.fingerprint(),
        };
        Ok((parts, config))
    }

    /// The client they share.
    pub(super) fn http(&self) -> Http {
        self.http.clone()
    }

    /// Joins the parts to a store.
    pub(super) fn into_work(
        self,
        config: &Config,
        store: &Store,
        clock: &Arc<dyn Clock>,
        metrics: &Arc<Metrics>,
        trying: &Arc<Trying>,
    ) -> Work {
        let rules = PollRules {
            feeds: config.feeds.clone(),
            watches: config.watches.clone(),
            matcher: self.matcher,
            max_interval: config.poll.max_interval,
            gap: config.poll.per_host,
            health: HealthRules {
                notify: config.health.notify.clone(),
                failing_after: config.health.failing,
                silent: config.health.silent,
            },
            stories: StoryRules {
                mode: config.stories,
                receivers: config.receiver_stories.clone(),
                publishers: config.publishers.clone(),
            },
        };
        let clock = Arc::clone(clock);
        let metrics = Arc::clone(metrics);
        let poller = Poller::new(
            store.clone(),
            self.fetcher,
            Arc::clone(&clock),
            rules,
            Arc::clone(&metrics),
        );
        let notify = config.health.notify.clone();
        let policies = config.policies.clone();
        let receivers = self.receivers;
        let deliverer = Deliverer::new(store.clone(), clock, receivers, notify, policies, metrics)
            .with_trying(Arc::clone(trying));
        let parallel = usize::try_from(config.poll.parallel).unwrap_or(usize::MAX);
        Work::new(poller, deliverer, parallel)
    }
}

/// Builds every way to feeds that there is, once.
fn prepare(http: &Http, feeds: &[Feed]) -> Result<(), SetupError> {
    for feed in feeds {
        http.prepare(&feed.access.transport)
            .map_err(|source| SetupError::Feed {
                feed: feed.name.clone(),
                source,
            })?;
    }
    Ok(())
}

/// The watches, compiled; `@name` in them means the names of that entity.
///
/// # Errors
/// Every watch that does not compile.
pub fn matcher(watches: &[Watch], entities: &[Entity]) -> Result<Matcher, SetupError> {
    Matcher::compile(watches, entities).map_err(SetupError::Watches)
}

/// A fetcher under the config's limits, for `fetch`.
///
/// # Errors
/// Where the HTTP client cannot be built.
pub fn fetcher(config: &Config) -> Result<Fetcher, SetupError> {
    Ok(Fetcher::new(
        Http::new(&config.http)?,
        FetchOptions::default(),
    ))
}

/// One receiver of the config by its name, for `preview` and `send`; `None` if there is none.
///
/// # Errors
/// Where it cannot be built.
pub fn notifier(
    config: &Config,
    name: &str,
    clock: &Arc<dyn Clock>,
) -> Result<Option<Box<dyn Notifier>>, SetupError> {
    let Some(receiver) = config
        .receivers
        .iter()
        .find(|receiver| receiver.name == name)
    else {
        return Ok(None);
    };
    let context = context(config, Http::new(&config.http)?, clock)?;
    Ok(Some(notify::build(receiver, &context)?))
}

pub(super) fn context(
    config: &Config,
    http: Http,
    clock: &Arc<dyn Clock>,
) -> Result<NotifyContext, SetupError> {
    let hostname = hostname::get().unwrap_or_default();
    let hostname = hostname.to_string_lossy();
    let mail = config
        .mail
        .iter()
        .map(|mail| {
            MailServer::new(mail, &hostname, &http).map_err(|source| SetupError::Mail {
                server: mail.name.clone(),
                source,
            })
        })
        .collect::<Result<_, _>>()?;
    Ok(NotifyContext {
        http,
        mail,
        screen: Screen::stdout(),
        timezone: config.timezone.clone(),
        clock: Arc::clone(clock),
    })
}
