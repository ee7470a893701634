//! What the service says of itself, for those who ask beside it, and what is told of its config.

use std::path::{Path, PathBuf};

use jiff::Timestamp;
use serde::{Deserialize, Serialize, de::DeserializeOwned};

use super::{
    Store, StoreError,
    engine::{Tx, sqlite::Sqlite},
    meta, outbox,
};
use crate::model::{ConfigFailing, ConfigRecovered, Event};

/// The service's own record, in `meta`, as JSON.
const SERVICE: &str = "service";
/// What was told of the config, in `meta`: the event's data as JSON.
const CONFIG_FAILING: &str = "config_failing";

/// The service as it was when it last said so.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ServiceRecord {
    /// Of the program.
    pub version: String,
    /// The config file it was started with, absolute.
    pub config: PathBuf,
    /// When it started.
    pub started_at: Timestamp,
    /// When it ended in good order; `None` while it runs, and where it was killed.
    pub stopped_at: Option<Timestamp>,
    /// Why it ended by itself; `None` where someone ended it.
    #[serde(default)]
    pub fault: Option<String>,
    /// When it last said this. A command that takes its place for a while says nothing here.
    #[serde(default)]
    pub seen_at: Option<Timestamp>,
    /// When the config that is in force was read.
    pub loaded_at: Timestamp,
    /// Another one for other texts of the config's files.
    pub fingerprint: String,
    /// The reload that was refused since.
    pub refused: Option<RefusedReload>,
    /// Of the config's files when it was refused.
    #[serde(default)]
    pub refused_fingerprint: Option<String>,
}

/// A reload that the service refused.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RefusedReload {
    /// When.
    pub at: Timestamp,
    /// Why, a line for each fault.
    pub error: String,
}

impl Store {
    /// Whether a service, or a command that takes its place, has the store at this path open now.
    pub fn is_in_use(path: &Path) -> bool {
        Sqlite::is_in_use(path)
    }

    /// What the service last said of itself; `None` where none ever ran.
    pub async fn service(&self) -> Result<Option<ServiceRecord>, StoreError> {
        self.read(|tx| read(tx, SERVICE)).await
    }

    /// Keeps what the service says of itself.
    pub async fn note_service(&self, record: ServiceRecord) -> Result<(), StoreError> {
        self.write(move |tx| keep(tx, SERVICE, &record)).await
    }

    /// What receivers were told of the config; `None` where it is well.
    pub async fn told_config_failing(&self) -> Result<Option<ConfigFailing>, StoreError> {
        self.read(|tx| read(tx, CONFIG_FAILING)).await
    }

    /// Tells these receivers that the config is wrong, once for each fault; says whether it did.
    pub async fn tell_config_failing(
        &self,
        event: ConfigFailing,
        receivers: Vec<String>,
        now: Timestamp,
    ) -> Result<bool, StoreError> {
        self.write(move |tx| {
            let told: Option<ConfigFailing> = read(tx, CONFIG_FAILING)?;
            let is_known = told.is_some_and(|told| {
                (told.reason, told.error) == (event.reason, event.error.clone())
            });
            if is_known {
                return Ok(false);
            }
            keep(tx, CONFIG_FAILING, &event)?;
            outbox::tell(tx, &Event::ConfigFailing(event), &receivers, now)?;
            Ok(true)
        })
        .await
    }

    /// Tells these receivers that the config is well again, if they were told that it is not.
    pub async fn tell_config_recovered(
        &self,
        path: String,
        receivers: Vec<String>,
        now: Timestamp,
    ) -> Result<bool, StoreError> {
        self.write(move |tx| {
            let Some(told) = read::<ConfigFailing>(tx, CONFIG_FAILING)? else {
                return Ok(false);
            };
            meta::forget(tx, CONFIG_FAILING)?;
            let since = told.since;
            let event = Event::ConfigRecovered(ConfigRecovered { path, since });
            outbox::tell(tx, &event, &receivers, now)?;
            Ok(true)
        })
        .await
    }
}

/// A record that a later version writes in another way is none.
fn read<T: DeserializeOwned>(tx: &mut dyn Tx, key: &str) -> Result<Option<T>, StoreError> {
    let kept = meta::value(tx, key)?;
    Ok(kept.and_then(|kept| serde_json::from_str(&kept).ok()))
}

fn keep<T: Serialize>(tx: &mut dyn Tx, key: &str, record: &T) -> Result<(), StoreError> {
    let text = serde_json::to_string(record).expect("plain data serializes");
    meta::set(tx, key, &text)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        model::ConfigReason,
        store::testing::{Place, at, claim_for, one_feed},
    };

    fn failing(error: &str, second: i64) -> ConfigFailing {
        ConfigFailing {
            reason: ConfigReason::Refused,
            path: "fivebells.toml".into(),
            error: error.into(),
            since: at(second),
        }
    }

    #[tokio::test]
    async fn each_fault_of_the_config_is_told_once_and_that_it_is_over_too() {
        let place = Place::new();
        let store = one_feed(&place).await;
        let desk = || vec!["desk".to_owned()];
        let recovered = |second| store.tell_config_recovered("x".into(), desk(), at(second));
        assert!(!recovered(1).await.expect("written"), "nothing was told");
        for (error, second, told) in [("one", 2, true), ("one", 3, false), ("two", 4, true)] {
            let done = store.tell_config_failing(failing(error, second), desk(), at(second));
            assert_eq!(done.await.expect("written"), told, "{error} {second}");
        }
        assert!(recovered(5).await.expect("written"));
        assert!(!recovered(6).await.expect("written"));
        let claims = claim_for(&store, "desk", at(7)).await;
        let kinds: Vec<_> = claims.iter().map(|it| it.notice.event.kind()).collect();
        assert_eq!(
            kinds,
            ["config.failing", "config.failing", "config.recovered"]
        );
    }

    #[tokio::test]
    async fn a_store_that_is_open_is_in_use_and_remembers_the_service() {
        let place = Place::new();
        let path = place.options.path.clone();
        assert!(!Store::is_in_use(&path));
        let store = one_feed(&place).await;
        assert!(Store::is_in_use(&path));
        assert_eq!(store.service().await.expect("read"), None);
        let record = ServiceRecord {
            version: "0.1.0".into(),
            config: "/etc/fivebells/fivebells.toml".into(),
            started_at: at(1),
            stopped_at: None,
            fault: None,
            seen_at: Some(at(3)),
            loaded_at: at(1),
            fingerprint: "f".into(),
            refused: Some(RefusedReload {
                at: at(2),
                error: "one".into(),
            }),
            refused_fingerprint: Some("g".into()),
        };
        let noted = store.note_service(record.clone());
        noted.await.expect("written");
        assert_eq!(store.service().await.expect("read"), Some(record));
        store.close().await;
        assert!(!Store::is_in_use(&path));
    }
}
