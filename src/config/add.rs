//! Feeds added to the config in place: all of them, or nothing.

use std::{
    io,
    path::{Path, PathBuf},
};

use super::{
    ConfigErrors, Environment,
    files::{self, identity},
    insert::{InsertError, insert},
    limits::MAX_FILE_BYTES,
    load_sources,
    propose::Proposal,
};
use crate::files::{ReplaceError, read_regular, replace};

/// Why nothing was added.
#[derive(Debug, thiserror::Error)]
pub enum AddError {
    /// The file is none of the config's.
    #[error(
        "{} is no file of the config {}; help: name it in `include` there first",
        file.display(),
        config.display()
    )]
    NotIncluded {
        /// What was named.
        file: PathBuf,
        /// The main file.
        config: PathBuf,
    },
    /// There is no place for the lines.
    #[error("{}: {cause}", file.display())]
    NoPlace {
        /// The file.
        file: PathBuf,
        /// Why.
        #[source]
        cause: InsertError,
    },
    /// It cannot be read.
    #[error("cannot read {}: {cause}", file.display())]
    Unreadable {
        /// The file.
        file: PathBuf,
        /// What the system says.
        #[source]
        cause: io::Error,
    },
    /// With the new lines the config would have errors, or has them without.
    #[error(transparent)]
    Config(#[from] ConfigErrors),
    /// It could not be written.
    #[error(transparent)]
    Write(#[from] ReplaceError),
}

/// Adds feeds to a file of the config at `path`: to `file`, or the main one. Comments and layout stay.
///
/// # Errors
/// Each leaves every file as it was.
pub fn add_feeds(
    path: &Path,
    file: Option<&Path>,
    feeds: &[Proposal],
    environment: &Environment,
) -> Result<(), AddError> {
    let (mut sources, problems) = files::gather(path, environment);
    let file = file.unwrap_or(path);
    let asked = identity(file);
    let known = sources.0.iter_mut().find(|it| identity(&it.path) == asked);
    let Some(source) = known else {
        let (file, config) = (file.to_owned(), path.to_owned());
        return Err(AddError::NotIncluded { file, config });
    };
    let before = read_regular(file, MAX_FILE_BYTES).map_err(|cause| AddError::Unreadable {
        file: file.to_owned(),
        cause,
    })?;
    let mark = if before.starts_with(MARK.as_bytes()) {
        MARK
    } else {
        ""
    };
    let inserted = insert(&source.text, feeds);
    match inserted {
        Ok(text) => source.text = text,
        // The report says where, and what to do.
        Err(InsertError::NotToml) => {}
        Err(cause) => {
            let file = file.to_owned();
            return Err(AddError::NoPlace { file, cause });
        }
    }
    let after = format!("{mark}{}", source.text);
    load_sources(sources, problems, environment)?;
    Ok(replace(file, &before, after.as_bytes())?)
}

/// The byte order mark, which some editors put in front.
const MARK: &str = "\u{feff}";

#[cfg(test)]
mod tests;
