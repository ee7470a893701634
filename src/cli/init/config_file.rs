//! The file of a first config: how it is written and tried, and what to do next.

use std::{
    fs,
    path::{Path, PathBuf},
};

use serde::Serialize;

use super::{
    super::{
        config,
        error::{Answer, CliError},
        output::{Output, remark},
        receiver, stored,
    },
    answers::Answers,
};
use crate::{
    config::{
        self as configs, Environment, SecretPlace, limits::MAX_FILE_BYTES, schema::SCHEMA_FILE,
    },
    files::{ReplaceError, create, read_regular, replace},
};

/// The file that the config goes to.
#[derive(Debug)]
pub(super) struct ConfigFile {
    pub(super) path: PathBuf,
    /// The name of the file beside it, and of the credential, for the mail password; there is none
    /// of that name yet.
    password: String,
}

/// What was written, as JSON.
#[derive(Serialize)]
struct Written<'a> {
    file: &'a Path,
    /// The file of the password, where one was typed.
    secret: Option<PathBuf>,
    /// What to type next.
    next: Vec<String>,
}

impl ConfigFile {
    /// What was asked for, else the config; who may not write that one begins in a folder of theirs.
    pub(super) fn of(asked: Option<&Path>, config: &Path) -> Self {
        let is_root = rustix::process::geteuid().is_root();
        let own =
            (config == Path::new(config::DEFAULT) && !is_root).then(|| Path::new("fivebells.toml"));
        let file = asked.or(own).unwrap_or(config).to_owned();
        let numbered = (2..).map(|number| format!("smtp-password-{number}"));
        let mut names = std::iter::once("smtp-password".to_owned()).chain(numbered);
        let is_free = |name: &String| fs::symlink_metadata(file.with_file_name(name)).is_err();
        let password = names
            .find(is_free)
            .expect("there are more numbers than files");
        Self {
            path: file,
            password,
        }
    }

    /// Whether it is the service's, which reads files as a user of its own.
    fn is_of_service(&self) -> bool {
        self.path.starts_with("/etc/fivebells")
    }

    /// How the config points to a password that was typed. The service's user may not read files of
    /// root: systemd hands it over.
    pub(super) fn secret(&self) -> SecretPlace {
        if self.is_of_service() {
            SecretPlace::Credential(self.password.clone())
        } else {
            SecretPlace::File(self.password.clone())
        }
    }

    /// Checks the config and writes it, and before it the password that was typed.
    pub(super) fn write(&self, answers: &Answers, force: bool) -> Result<(), CliError> {
        let mut text = answers.first.text();
        if Path::new(SCHEMA_FILE).exists() {
            text.insert_str(0, &format!("#:schema file://{SCHEMA_FILE}\n"));
        }
        let environment = Environment::of_process().without_secrets();
        configs::check_text(&self.path, text.clone(), &environment).map_err(|errors| {
            remark("nothing was written: the answers make a config with errors");
            config::broken(&errors)
        })?;
        let failed = |error: ReplaceError| {
            let joint = if error.is_denied() {
                ", and"
            } else {
                "; help:"
            };
            CliError::Failed(format!("{error}{joint} --output FILE writes elsewhere"))
        };
        let folder = self.path.parent().filter(|it| !it.as_os_str().is_empty());
        if let Some(folder) = folder {
            let cannot = |cause| ReplaceError::Io {
                path: folder.to_owned(),
                cause,
            };
            fs::create_dir_all(folder).map_err(cannot).map_err(failed)?;
        }
        if let Some(password) = &answers.password {
            let file = self.password_file();
            create(&file, format!("{password}\n").as_bytes(), 0o600).map_err(failed)?;
        }
        // No secret is in it, and the service has a user of its own.
        let mode = if self.is_of_service() { 0o644 } else { 0o600 };
        let written = put(&self.path, text.as_bytes(), mode, force).map_err(failed);
        if written.is_err() && answers.password.is_some() {
            // It was made a moment ago, for a config that is not there.
            let _ = fs::remove_file(self.password_file());
        }
        written
    }

    fn password_file(&self) -> PathBuf {
        self.path.with_file_name(&self.password)
    }

    /// Sends each receiver a test notice; says whether all took it.
    pub(super) async fn try_out(&self, answers: &Answers, output: &Output) -> Answer {
        // What systemd will do for the service.
        let folder = std::path::absolute(self.password_file())?;
        let folder = folder
            .parent()
            .unwrap_or(Path::new("/"))
            .as_os_str()
            .to_owned();
        let credentials = answers
            .password
            .as_ref()
            .map(|_| ("CREDENTIALS_DIRECTORY".into(), folder));
        let environment = Environment::of(std::env::vars_os().chain(credentials));
        let loaded = configs::load(&self.path, &environment);
        let config = loaded.map_err(|errors| config::broken(&errors))?.config;
        let mut all_reached = true;
        for name in answers.first.receivers() {
            all_reached &= receiver::try_out(&config, name, output).await?;
        }
        Ok(all_reached)
    }

    /// Says what was written and what comes next.
    pub(super) fn print_next(&self, answers: &Answers, output: &Output) -> Result<(), CliError> {
        let secret = answers.password.as_ref().map(|_| self.password_file());
        let written = Written {
            file: &self.path,
            next: self.next(secret.as_deref()),
            secret,
        };
        output.print(&written, |written| {
            let secret = written.secret.as_ref();
            let secret = secret.map(|file| format!("\n{} holds the password", file.display()));
            format!(
                "{} is written{}\n\nnext:\n  {}",
                written.file.display(),
                secret.unwrap_or_default(),
                written.next.join("\n  ")
            )
        })
    }

    fn next(&self, secret: Option<&Path>) -> Vec<String> {
        let file = self.path.display();
        if !self.is_of_service() || !stored::has_unit() {
            return vec![
                format!("fivebells -c {file} check --online"),
                format!("fivebells -c {file} run"),
            ];
        }
        let credential = secret.map(|secret| {
            format!(
                "systemctl edit fivebells   # two lines: [Service] and LoadCredential={}:{}",
                self.password,
                secret.display()
            )
        });
        let commands = [
            "systemctl enable --now fivebells",
            "fivebells status",
            "fivebells feeds",
        ];
        credential
            .into_iter()
            .chain(commands.map(str::to_owned))
            .collect()
    }
}

/// Writes a file, in the place of one that is there only by `force`.
fn put(file: &Path, text: &[u8], mode: u32, force: bool) -> Result<(), ReplaceError> {
    let created = create(file, text, mode);
    let Err(ReplaceError::Exists(_)) = &created else {
        return created;
    };
    if !force {
        return created;
    }
    let before = read_regular(file, MAX_FILE_BYTES).map_err(|cause| ReplaceError::Io {
        path: file.to_owned(),
        cause,
    })?;
    replace(file, &before, text)
}
