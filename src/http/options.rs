//! The limits and the identity of the HTTP client, with the defaults of `[poll]`.

use std::{path::PathBuf, time::Duration};

/// Limits and identity of the one HTTP client.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HttpOptions {
    /// The whole of the User-Agent header: program, version, contact.
    pub user_agent: String,
    /// To connect, TLS included.
    pub connect_timeout: Duration,
    /// Between two reads, and the longest that a large body waits for its memory permit.
    pub idle_timeout: Duration,
    /// From the first byte out to the last byte in, one hop.
    pub total_timeout: Duration,
    /// The largest body after decoding.
    pub max_body_bytes: u64,
    /// A PEM file with extra certificate authorities, beside the system's.
    pub ca_file: Option<PathBuf>,
}

impl HttpOptions {
    /// `Fivebells/<version> (+contact)`.
    pub fn user_agent(contact: Option<&str>) -> String {
        let version = env!("CARGO_PKG_VERSION");
        match contact {
            Some(contact) => format!("Fivebells/{version} (feed monitor; +{contact})"),
            None => format!("Fivebells/{version} (feed monitor)"),
        }
    }
}

impl Default for HttpOptions {
    fn default() -> Self {
        Self {
            user_agent: Self::user_agent(None),
            connect_timeout: Duration::from_secs(10),
            idle_timeout: Duration::from_secs(20),
            total_timeout: Duration::from_mins(1),
            max_body_bytes: 16 * 1024 * 1024,
            ca_file: None,
        }
    }
}
