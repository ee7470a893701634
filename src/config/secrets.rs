//! Values that are elsewhere: in a variable, a file or a systemd credential.

use std::{io::ErrorKind, path::Path};

use super::{
    environment::Secrets,
    hints::meant_variable,
    limits::MAX_SECRET_BYTES,
    problem::Problem,
    schema::{Kind, SECRET},
    section::Section,
    value::Value,
};
use crate::{files::read_regular, model::Secret, suggest::closest};

/// Takes the place of a secret that was not read. A URL, since many secrets are.
const UNREAD: &str = "http://unread.invalid/";

/// Whether a secret was left where it is, so that nothing can be said of it.
pub(super) fn is_unread(secret: &Secret) -> bool {
    secret.expose() == UNREAD
}

/// How a secret is written.
pub(super) const HOW: &str =
    "write { env = \"NAME\" }, { file = \"path\" } or { credential = \"name\" } in its place";

impl Value<'_> {
    /// The secret that the value points to. No message ever shows it.
    pub(super) fn secret(self) -> Option<Secret> {
        if !self.is_table() {
            let message = format!(
                "`{}` is a secret and does not belong in a config",
                self.name()
            );
            let text = self.is_string().then(|| self.text(Kind::String)).flatten();
            let meant = text.and_then(|text| meant_variable(self.name(), text.text));
            self.error_concealed(message, meant.as_deref().unwrap_or(HOW));
            return None;
        }
        let section = self.section(format!("`{}`", self.name()), &SECRET)?;
        let secret = section.secret_at_its_source(self)?;
        if secret.is_empty() {
            self.error(format!("the secret of `{}` is empty", self.name()));
            return None;
        }
        Some(Secret::new(secret))
    }
}

impl Section<'_> {
    fn secret_at_its_source(&self, whole: Value<'_>) -> Option<String> {
        let sources = ["env", "file", "credential"].map(|key| self.get(key));
        match sources {
            [Some(one), None, None] | [None, Some(one), None] | [None, None, Some(one)]
                if self.context.environment.secrets() == Secrets::None =>
            {
                one.string().map(|_| UNREAD.to_owned())
            }
            [Some(name), None, None] => self.variable(name),
            [None, Some(path), None] => {
                let resolved = path.path()?;
                read_at(path, &resolved)
            }
            [None, None, Some(name)] => self.credential(name),
            _ => {
                let message = format!("{} takes exactly one of env, file, credential", self.title);
                whole.error_with(message, HOW);
                None
            }
        }
    }

    fn variable(&self, value: Value<'_>) -> Option<String> {
        let name = value.string()?.text;
        let environment = self.context.environment;
        let Some(secret) = environment.get(name) else {
            let bare = name.trim_start_matches('$').trim_matches(['{', '}']);
            let help = if bare == name {
                closest(name, environment.names()).map(|meant| format!("did you mean {meant:?}?"))
            } else {
                Some(format!("write the name alone: {{ env = {bare:?} }}"))
            };
            let message = format!("the environment variable {name:?} is not set");
            let problem = Problem::error(value.place(), message).help_if(help);
            self.context.report(problem);
            return None;
        };
        let secret = secret.to_str();
        if secret.is_none() {
            value.error(format!("the environment variable {name:?} is not UTF-8"));
        }
        secret.map(str::to_owned)
    }

    fn credential(&self, value: Value<'_>) -> Option<String> {
        let name = value.string()?.text;
        if name.contains('/') || name.starts_with('.') {
            value.error(format!("{name:?} is not the name of a credential"));
            return None;
        }
        let environment = self.context.environment;
        let Some(directory) = environment.credentials_directory() else {
            if environment.secrets() == Secrets::Reachable {
                let message = format!("the credential {name:?} was not tried");
                let help = "systemd gives it to the service alone; a start or a reload tries it";
                let problem = Problem::warning(value.place(), message).help(help);
                self.context.report(problem);
                return Some(UNREAD.to_owned());
            }
            let help = format!(
                "add `LoadCredential={name}:/path` to the unit; outside systemd use {{ file = … }}"
            );
            value.error_with(
                "systemd gave no credentials: $CREDENTIALS_DIRECTORY is not set",
                help,
            );
            return None;
        };
        read_at(value, &directory.join(name))
    }
}

fn read_at(value: Value<'_>, path: &Path) -> Option<String> {
    match read(path) {
        Ok(secret) => Some(secret),
        Err(error) => {
            value.unread(path, &error);
            None
        }
    }
}

/// Without the newline that editors and `echo` put at the end.
fn read(path: &Path) -> std::io::Result<String> {
    let secret = String::from_utf8(read_regular(path, MAX_SECRET_BYTES)?);
    let secret =
        secret.map_err(|_| std::io::Error::new(ErrorKind::InvalidData, "it is not UTF-8"))?;
    let line = secret.strip_suffix('\n').unwrap_or(&secret);
    Ok(line.strip_suffix('\r').unwrap_or(line).to_owned())
}
