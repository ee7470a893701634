//! How a feed is reached (proxy, certificates, HTTP version), what is shown there (login, headers),
//! and the secrets in that, which never reach a log, an error or an effective config.

use std::{fmt, path::PathBuf};

use serde::{Serialize, Serializer};
use url::Url;

/// Everything about a feed's requests that the operator can choose. The default is to ask
/// directly, showing nothing.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Access {
    /// More headers, by name. They count as credentials: the feed's own origin alone sees them.
    pub headers: Vec<(String, Secret)>,
    /// The Authorization header; for the feed's own origin alone.
    pub login: Option<Login>,
    /// The way there.
    pub transport: Transport,
}

/// Who we are to the feed's server.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Login {
    /// RFC 7617.
    Basic {
        /// Without a colon.
        username: String,
        /// The password.
        password: Secret,
    },
    /// RFC 6750: the token.
    Bearer(Secret),
}

/// A way to servers. Feeds with equal ones share connections and TLS sessions.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Transport {
    /// A PEM file with certificate authorities beside those of `[poll]` and the system.
    pub ca_file: Option<PathBuf>,
    /// What is shown to a server that asks for a certificate; to the feed's own origin alone.
    pub certificate: Option<ClientCertificate>,
    /// The proxy that everything goes through.
    pub proxy: Option<Proxy>,
    /// Whether HTTP/2 is offered.
    pub http2: bool,
}

/// A certificate of ours, in PEM files.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct ClientCertificate {
    /// The certificate, then those that lead to its authority.
    pub certificate: PathBuf,
    /// Its private key, not encrypted; may be the same file.
    pub key: PathBuf,
}

/// A proxy. `Debug` shows no user and no password.
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct Proxy {
    /// `http`, `https`, `socks5` or `socks5h`, with the login where the proxy wants one.
    pub url: Url,
    /// Whether the URL came from a secret: then it is shown nowhere.
    pub is_secret: bool,
}

impl Default for Transport {
    fn default() -> Self {
        Self {
            ca_file: None,
            certificate: None,
            proxy: None,
            http2: true,
        }
    }
}

impl Transport {
    /// The same way without the certificate, for every other origin.
    #[must_use]
    pub fn without_certificate(&self) -> Self {
        Self {
            certificate: None,
            ..self.clone()
        }
    }
}

impl Access {
    /// Whether anything of it is for the feed's own origin alone.
    pub fn has_credentials(&self) -> bool {
        !self.headers.is_empty() || self.login.is_some() || self.transport.certificate.is_some()
    }
}

impl Proxy {
    /// Whether it is the proxy that resolves the names of hosts: all but `socks5`, which is sent
    /// an address (RFC 1928 §4).
    pub fn resolves_names(&self) -> bool {
        self.url.scheme() != "socks5"
    }
}

/// As messages name it: `the proxy socks5h://127.0.0.1:9050`, or `the proxy` where its URL is a
/// secret.
impl fmt::Display for Proxy {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("the proxy")?;
        if self.is_secret {
            return Ok(());
        }
        let host = self.url.host_str().unwrap_or_default();
        write!(formatter, " {}://{host}", self.url.scheme())?;
        match self.url.port() {
            Some(port) => write!(formatter, ":{port}"),
            None => Ok(()),
        }
    }
}

impl fmt::Debug for Proxy {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, formatter)
    }
}

/// A password, key or private URL. `Debug` and `Serialize` show `<hidden>`; there is no `Display`.
#[derive(Clone, PartialEq, Eq)]
pub struct Secret(String);

impl Secret {
    /// Shown in the place of the value.
    pub const HIDDEN: &'static str = "<hidden>";

    /// Wraps a value.
    pub fn new(value: impl Into<String>) -> Self {
        Self(value.into())
    }

    /// The value itself; for the bytes that go on the wire, nowhere else.
    pub fn expose(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(Self::HIDDEN)
    }
}

impl Serialize for Secret {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(Self::HIDDEN)
    }
}

#[cfg(test)]
mod tests {
    use super::{Secret, *};

    #[test]
    fn neither_debug_nor_display_shows_a_secret() {
        let proxy = |url: &str, is_secret| Proxy {
            url: Url::parse(url).expect("a URL"),
            is_secret,
        };
        let open = proxy("socks5h://me:s3cret@127.0.0.1:9050/s3cret", false);
        assert_eq!(open.to_string(), "the proxy socks5h://127.0.0.1:9050");
        let hidden = proxy("http://me:s3cret@s3cret.example.org", true);
        assert_eq!(hidden.to_string(), "the proxy");
        let access = Access {
            headers: vec![("X-Api-Key".into(), Secret::new("s3cret"))],
            login: Some(Login::Basic {
                username: "me".into(),
                password: Secret::new("s3cret"),
            }),
            transport: Transport {
                proxy: Some(open),
                ..Transport::default()
            },
        };
        let shown = format!(
            "{access:?}{hidden:?}{:?}",
            Login::Bearer(Secret::new("s3cret"))
        );
        assert!(!shown.contains("s3cret"), "{shown}");
    }

    #[test]
    fn neither_debug_nor_json_shows_the_value() {
        let secret = Secret::new("hunter2");
        assert_eq!(format!("{secret:?}"), "<hidden>");
        assert_eq!(
            serde_json::to_string(&secret).expect("a string"),
            "\"<hidden>\""
        );
    }
}
