//! What the service says of itself, for those who ask beside it.

use std::path::{Path, PathBuf};

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::{Store, StoreError, engine::sqlite::Sqlite, meta};

/// The service's own record, in `meta`, as JSON.
const SERVICE: &str = "service";

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
        self.read(|tx| meta::record(tx, SERVICE)).await
    }

    /// Keeps what the service says of itself.
    pub async fn note_service(&self, record: ServiceRecord) -> Result<(), StoreError> {
        self.write(move |tx| meta::set_record(tx, SERVICE, &record))
            .await
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::testing::{TempStore, at, one_feed};

    #[tokio::test]
    async fn a_store_that_is_open_is_in_use_and_remembers_the_service() {
        let temp = TempStore::new();
        let path = temp.options.path.clone();
        assert!(!Store::is_in_use(&path));
        let store = one_feed(&temp).await;
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
