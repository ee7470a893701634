//! What the service says of itself, and of its config, to those who ask beside it and to those who
//! watch over it.

use tracing::{debug, warn};

use super::{App, AppError, Live};
use crate::{
    config::ConfigErrors,
    model::{ConfigFailing, ConfigReason, to_second},
    scheduler::LoopEnded,
    store::{RefusedReload, ServiceRecord, StoreError},
};

/// A notice holds no more of what is wrong, in characters.
const MAX_ERROR_CHARS: usize = 2000;

/// Why a new config is not taken.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Refusal {
    /// Everything that is wrong, as `check` shows it.
    pub report: String,
    /// The same in a line for each fault.
    pub brief: String,
    /// Of the config's files, where they were read.
    pub fingerprint: Option<String>,
}

impl From<ConfigErrors> for Refusal {
    fn from(errors: ConfigErrors) -> Self {
        Self {
            report: errors.to_string(),
            brief: errors.report.brief(),
            fingerprint: Some(errors.report.sources.fingerprint()),
        }
    }
}

impl From<AppError> for Refusal {
    fn from(error: AppError) -> Self {
        let report = error.to_string();
        let brief = report.clone();
        Self {
            report,
            brief,
            fingerprint: None,
        }
    }
}

impl App {
    /// Says in the store that the service runs. It is for those who ask: where the store does not take
    /// it, the service goes on.
    pub(super) async fn note_service(&self) {
        self.note(self.record()).await;
    }

    /// Says in the store that the service ended, and why if it was by itself.
    pub(super) async fn note_end(&self, fault: Option<&LoopEnded>) {
        let record = ServiceRecord {
            stopped_at: Some(self.clock.now()),
            fault: fault.map(ToString::to_string),
            ..self.record()
        };
        self.note(record).await;
    }

    async fn note(&self, record: ServiceRecord) {
        if let Err(error) = self.store.note_service(record).await {
            debug!("the service's record is not written: {error}");
        }
    }

    /// What the service knows of itself now.
    pub fn live(&self) -> Live {
        Live {
            service: self.record(),
            pid: std::process::id(),
            polls_paused: self.scheduler.polls_are_paused(),
            store_queue: self.store.queued(),
        }
    }

    fn record(&self) -> ServiceRecord {
        let in_force = self.in_force();
        let path = &in_force.config.path;
        ServiceRecord {
            version: env!("CARGO_PKG_VERSION").to_owned(),
            config: std::path::absolute(path).unwrap_or_else(|_| path.clone()),
            started_at: self.started_at,
            stopped_at: None,
            fault: None,
            seen_at: Some(self.clock.now()),
            loaded_at: in_force.loaded_at,
            fingerprint: in_force.fingerprint,
            refused: in_force.refused,
            refused_fingerprint: in_force.refused_fingerprint,
        }
    }

    /// The reload that was refused last, while what it was refused for is on the disk.
    pub(super) fn refused(&self) -> Option<RefusedReload> {
        self.in_force().refused
    }

    /// Remembers how a reload ended, and notifies of it.
    pub(super) async fn conclude_reload(&self, refusal: Option<Refusal>) {
        let now = self.clock.now();
        let sent = match refusal {
            None => self.tell_config_well().await,
            Some(refusal) => {
                let error = shortened(&refusal.brief);
                let refused = RefusedReload {
                    at: to_second(now),
                    error: error.clone(),
                };
                self.in_force_mut().refuse(refused, refusal.fingerprint);
                self.tell_config_wrong(ConfigReason::Refused, error).await
            }
        };
        if let Err(error) = sent {
            warn!("no receiver can be notified of how the reload ended: {error}");
        }
        self.note_service().await;
    }

    /// Notifies at a start of the config's tests that fail: a wrong example must not end all alerts.
    pub(super) async fn tell_tests(&self) {
        let failed = self.in_force().failed_tests;
        let sent = if failed.is_empty() {
            self.tell_config_well().await
        } else {
            let error = shortened(&failed.join("\n"));
            self.tell_config_wrong(ConfigReason::Tests, error).await
        };
        if let Err(error) = sent {
            warn!("no receiver can be notified of whether tests of the config fail: {error}");
        }
    }

    async fn tell_config_wrong(
        &self,
        reason: ConfigReason,
        error: String,
    ) -> Result<(), StoreError> {
        let (config, now) = (self.config(), self.clock.now());
        let event = ConfigFailing {
            reason,
            path: config.path.display().to_string(),
            error,
            since: to_second(now),
        };
        let notify = config.health.notify.clone();
        self.store.notify_config_failing(event, notify, now).await?;
        Ok(())
    }

    async fn tell_config_well(&self) -> Result<(), StoreError> {
        let (config, now) = (self.config(), self.clock.now());
        let path = config.path.display().to_string();
        let notify = config.health.notify.clone();
        self.store
            .notify_config_recovered(path, notify, now)
            .await?;
        Ok(())
    }
}

fn shortened(text: &str) -> String {
    match text.char_indices().nth(MAX_ERROR_CHARS) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text.to_owned(),
    }
}
