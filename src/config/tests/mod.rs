//! The config as a whole, through files on disk.

mod access;
mod effective;
mod examples;
mod faults;
mod policy;
mod robust;
mod schema;
mod services;
mod stories;

use std::{fs, path::PathBuf};

use tempfile::TempDir;

use super::{ConfigErrors, Environment, Loaded, Report, load};

/// A directory with config files that is gone at the end of the test.
struct Directory(TempDir);

impl Directory {
    /// With one file, `fivebells.toml`.
    fn with(text: impl AsRef<[u8]>) -> Self {
        let directory = Self(TempDir::new().expect("a directory"));
        directory.write("fivebells.toml", text);
        directory
    }

    fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    fn write(&self, name: &str, text: impl AsRef<[u8]>) {
        let path = self.path(name);
        fs::create_dir_all(path.parent().expect("in a directory")).expect("a directory");
        fs::write(path, text).expect("a file");
    }

    fn load(&self) -> Result<Loaded, ConfigErrors> {
        load(&self.path("fivebells.toml"), &environment())
    }

    /// The report of a config that may or may not load.
    fn report(&self) -> Report {
        match self.load() {
            Ok(loaded) => loaded.warnings,
            Err(errors) => errors.report,
        }
    }
}

/// The variables that the examples and fixtures point to.
fn environment() -> Environment {
    let key = "whsec_AAECAwQFBgcICQoLDA0ODxAREhMUFRYX";
    Environment::of([
        ("SIEM_KEY", key),
        ("SIEM_OLD_KEY", key),
        ("SIEM_TOKEN", "Bearer s3cret-marker"),
        ("SMTP_PASSWORD", "s3cret-marker"),
        ("BOARD_URL", "https://board.example.org/s3cret-marker"),
        (
            "PROXY_URL",
            "http://me:s3cret-marker@proxy.example.org:3128",
        ),
        ("BAD_KEY", "whsec_s3cret-marker"),
        ("SHORT_KEY", "whsec_c2hvcnQ="),
        ("SHORT_TOKEN", "s3cret-marker"),
        ("EMPTY", ""),
        (
            "CREDENTIALS_DIRECTORY",
            concat!(
                env!("CARGO_MANIFEST_DIR"),
                "/tests/fixtures/config/credentials"
            ),
        ),
    ])
}
