//! What the config names, tried once from here: does it answer, and as it should?
//!
//! In: the config. Out: a [`Finding`] for each [`Probe`], as they come. Nothing is stored, no notice
//! is sent, and no host is asked more than the daemon would: one thing at a time, with the pause of
//! `[poll] per_host` before the next, and nothing more once it has asked to wait.

mod clock;
mod feed;
mod way;

use std::{
    collections::{HashMap, HashSet},
    pin::{Pin, pin},
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use tokio::{
    sync::{Semaphore, mpsc},
    task::JoinSet,
};

use super::{SetupError, setup};
use crate::{clock::Clock, config::Config, http::Http, model::Origin, notify, unwind};
use clock::Clocks;
pub use feed::FeedFacts;
use feed::FeedProbe;
use way::{MailProbe, ReceiverProbe, has_host};

/// Things that are tried at the same time. Whoever runs this is there to read it, and the documents
/// of so many are in memory.
const PARALLEL: u32 = 32;

/// Findings that wait for their reader.
const WAITING: usize = 64;

/// One thing to try.
trait Probe: Send + Sync {
    /// What it is.
    fn subject(&self) -> Subject;
    /// Who is asked.
    fn origin(&self) -> Origin;
    /// Tries it.
    fn run(&self) -> Trying<'_>;
}

/// A try under way.
type Trying<'a> = Pin<Box<dyn Future<Output = Verdict> + Send + 'a>>;

/// What was tried.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Subject {
    /// What kind of thing it is.
    pub kind: SubjectKind,
    /// Its name in the config.
    pub name: String,
}

/// A kind of things that the config names.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SubjectKind {
    /// A feed.
    Feed,
    /// A mail server.
    MailServer,
    /// A receiver that has a host of its own.
    Receiver,
    /// This machine's clock, by what hosts say.
    Clock,
}

impl SubjectKind {
    /// The name as programs read it.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Feed => "feed",
            Self::MailServer => "mail_server",
            Self::Receiver => "receiver",
            Self::Clock => "clock",
        }
    }
}

/// What a try came to.
#[derive(Debug)]
pub struct Finding {
    /// Its place among all, from 0, in the order of the config.
    pub number: usize,
    /// What was tried.
    pub subject: Subject,
    /// How it is.
    pub verdict: Verdict,
}

/// How it is with what was tried.
#[derive(Debug)]
pub enum Verdict {
    /// A feed that was read.
    Feed(Box<FeedFacts>),
    /// Anything else that is there, in words.
    Reached(String),
    /// It does not work.
    Failed(Fault),
    /// It was not tried: who is asked wants to be left alone.
    NotAsked,
}

/// Why something does not work.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fault {
    /// The label of the reason.
    pub reason: &'static str,
    /// The answer's status, where there was one.
    pub status: Option<u16>,
    /// For people.
    pub message: String,
    /// Which others it keeps from being asked.
    rest: Rest,
}

/// Who wants to be left alone.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Rest {
    Nobody,
    Host,
    /// All hosts of the registrable domain.
    Domain,
}

/// All there is to try in one config.
pub struct Probes(Vec<Box<dyn Probe>>, Terms);

/// How the trying is done.
struct Terms {
    parallel: usize,
    gap: Duration,
}

impl Probes {
    /// Everything that the config names and that can be tried: feeds, mail servers, receivers.
    ///
    /// # Errors
    /// Where the HTTP client, a mail server or a receiver cannot be built.
    pub fn of(config: &Config, clock: &Arc<dyn Clock>) -> Result<Self, SetupError> {
        let http = Http::new(&config.http)?;
        let mut probes: Vec<Box<dyn Probe>> = Vec::new();
        for feed in &config.feeds {
            let probe = FeedProbe::new(feed, config, http.clone(), Arc::clone(clock));
            probes.push(Box::new(probe));
        }
        let context = setup::context(config, http, clock)?;
        for server in &context.mail {
            probes.push(Box::new(MailProbe {
                server: server.clone(),
                clock: Arc::clone(clock),
            }));
        }
        for receiver in config.receivers.iter().filter(|it| has_host(it)) {
            probes.push(Box::new(ReceiverProbe {
                options: receiver.clone(),
                notifier: notify::build(receiver, &context)?,
            }));
        }
        let parallel = config.poll.parallel.min(PARALLEL);
        let terms = Terms {
            parallel: usize::try_from(parallel).unwrap_or(usize::MAX),
            gap: config.poll.per_host,
        };
        Ok(Self(probes, terms))
    }

    /// How many there are.
    pub fn count(&self) -> usize {
        self.0.len()
    }

    /// Tries all of them, and hands over each finding as it comes. Returns what the hosts of feeds
    /// say of this machine's clock; nothing where none says what time it is.
    ///
    /// # Errors
    /// What `found` says; the rest is not tried then.
    pub async fn run<E>(
        self,
        mut found: impl FnMut(Finding) -> Result<(), E>,
    ) -> Result<Option<Finding>, E> {
        let total = self.count();
        let Self(probes, terms) = self;
        let (sender, mut findings) = mpsc::channel(WAITING);
        let places = Arc::new(Semaphore::new(terms.parallel));
        let resting = Arc::<Resting>::default();
        let mut tasks = JoinSet::new();
        for probes in by_host(probes) {
            let line = Line {
                probes,
                gap: terms.gap,
                places: Arc::clone(&places),
                resting: Arc::clone(&resting),
                findings: sender.clone(),
            };
            tasks.spawn(line.run());
        }
        drop(sender);
        let mut clocks = Clocks::default();
        while let Some(finding) = findings.recv().await {
            clocks.note(&finding.verdict);
            found(finding)?;
        }
        Ok(clocks.verdict().map(|verdict| Finding {
            number: total,
            subject: Subject {
                kind: SubjectKind::Clock,
                name: "clock".to_owned(),
            },
            verdict,
        }))
    }
}

type Numbered = (usize, Box<dyn Probe>);

fn by_host(probes: Vec<Box<dyn Probe>>) -> Vec<Vec<Numbered>> {
    let mut lines: HashMap<String, Vec<Numbered>> = HashMap::new();
    for (number, probe) in probes.into_iter().enumerate() {
        let line = lines.entry(probe.origin().host).or_default();
        line.push((number, probe));
    }
    lines.into_values().collect()
}

/// Everything that one host is asked, one after the other.
struct Line {
    probes: Vec<Numbered>,
    gap: Duration,
    places: Arc<Semaphore>,
    resting: Arc<Resting>,
    findings: mpsc::Sender<Finding>,
}

impl Line {
    async fn run(self) {
        let mut must_pause = false;
        for (number, probe) in &self.probes {
            let origin = probe.origin();
            let is_left_alone = self.resting.has(&origin);
            if must_pause && !is_left_alone {
                tokio::time::sleep(self.gap).await;
            }
            let verdict = if is_left_alone {
                Verdict::NotAsked
            } else {
                must_pause = true;
                let _place = self.places.acquire().await.expect("it is never closed");
                ask(probe.as_ref()).await
            };
            if let Verdict::Failed(fault) = &verdict {
                self.resting.note(&origin, fault.rest);
            }
            let finding = Finding {
                number: *number,
                subject: probe.subject(),
                verdict,
            };
            if self.findings.send(finding).await.is_err() {
                return;
            }
        }
    }
}

/// A panic is that one's failure.
async fn ask(probe: &dyn Probe) -> Verdict {
    let tried = unwind::catch(pin!(probe.run())).await;
    tried.unwrap_or_else(|message| Verdict::Failed(Fault::new("panic", message)))
}

/// Hosts and domains that want to be left alone.
#[derive(Debug, Default)]
struct Resting(Mutex<HashSet<String>>);

impl Resting {
    fn has(&self, origin: &Origin) -> bool {
        let resting = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        resting.contains(&origin.host) || resting.contains(&origin.domain)
    }

    fn note(&self, origin: &Origin, rest: Rest) {
        let who = match rest {
            Rest::Nobody => return,
            Rest::Host => &origin.host,
            Rest::Domain => &origin.domain,
        };
        let mut resting = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        resting.insert(who.clone());
    }
}

impl Fault {
    fn new(reason: &'static str, message: impl Into<String>) -> Self {
        Self {
            reason,
            status: None,
            message: message.into(),
            rest: Rest::Nobody,
        }
    }
}
