//! What a config takes from the process around it.

use std::{
    collections::BTreeMap,
    ffi::{OsStr, OsString},
    path::PathBuf,
};

/// A copy of the environment variables: secrets, `CREDENTIALS_DIRECTORY`, `STATE_DIRECTORY`.
#[derive(Clone, Default)]
pub struct Environment {
    variables: BTreeMap<OsString, OsString>,
    secrets: Secrets,
}

/// Which secrets are read, and with them the certificates that a feed or a server needs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) enum Secrets {
    /// All; one that cannot be read is an error.
    #[default]
    All,
    /// All but credentials of systemd, which only the service is given.
    Reachable,
    /// None: nothing is sent.
    None,
}

impl Environment {
    /// The variables of this process, now.
    pub fn of_process() -> Self {
        Self::of(std::env::vars_os())
    }

    /// These variables and no others.
    pub fn of<K: Into<OsString>, V: Into<OsString>>(
        variables: impl IntoIterator<Item = (K, V)>,
    ) -> Self {
        let pairs = variables.into_iter();
        Self {
            variables: pairs
                .map(|(name, value)| (name.into(), value.into()))
                .collect(),
            secrets: Secrets::All,
        }
    }

    /// The same for what sends nothing: no secret is read, and none has to be there.
    #[must_use]
    pub fn without_secrets(self) -> Self {
        Self {
            secrets: Secrets::None,
            ..self
        }
    }

    /// The same for what judges a config outside the service: its credentials are not there, and
    /// that is no error.
    #[must_use]
    pub fn outside_the_service(self) -> Self {
        Self {
            secrets: Secrets::Reachable,
            ..self
        }
    }

    pub(super) fn secrets(&self) -> Secrets {
        self.secrets
    }

    /// A variable's value.
    pub(super) fn get(&self, name: &str) -> Option<&OsStr> {
        self.variables
            .get(OsStr::new(name))
            .map(OsString::as_os_str)
    }

    /// Every variable's name that is UTF-8.
    pub(super) fn names(&self) -> impl Iterator<Item = &str> {
        self.variables.keys().filter_map(|name| name.to_str())
    }

    /// Where systemd put the credentials of `LoadCredential=`.
    pub(super) fn credentials_directory(&self) -> Option<PathBuf> {
        self.get("CREDENTIALS_DIRECTORY").map(PathBuf::from)
    }

    /// Where systemd lets the service keep its state: the first of `StateDirectory=`.
    pub(super) fn state_directory(&self) -> Option<PathBuf> {
        let directories = self.get("STATE_DIRECTORY")?;
        std::env::split_paths(directories)
            .next()
            .filter(|path| !path.as_os_str().is_empty())
    }
}

/// Shows how many there are, never what they hold.
impl std::fmt::Debug for Environment {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(formatter, "Environment({} variables)", self.variables.len())
    }
}
