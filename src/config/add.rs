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
mod tests {
    use std::fs;

    use url::Url;

    use super::*;
    use crate::config::{Proposals, load};

    const CONFIG: &str = "include = [\"more/*.toml\"]\n[feed] # ours\na = \"https://a.example/\"\n\
                          [watch]\nw = \"Koizumi\"\n[receiver]\ns = { stdout = true }\n";

    fn proposal(url: &str) -> Proposal {
        let url = Url::parse(url).expect("a URL");
        Proposals::default()
            .propose("new", &url, &[])
            .expect("usable")
    }

    fn add(folder: &Path, file: Option<&str>, url: &str) -> Result<(), AddError> {
        let file = file.map(|file| folder.join(file));
        let path = folder.join("fivebells.toml");
        let feeds = [proposal(url)];
        add_feeds(&path, file.as_deref(), &feeds, &Environment::default())
    }

    fn place(config: &str) -> tempfile::TempDir {
        let folder = tempfile::tempdir().expect("a folder");
        fs::write(folder.path().join("fivebells.toml"), config).expect("written");
        fs::create_dir(folder.path().join("more")).expect("made");
        let more = "# more\n[feed]\nb = \"https://b.example/\"\n";
        fs::write(folder.path().join("more/b.toml"), more).expect("written");
        folder
    }

    #[test]
    fn feeds_go_into_the_main_file_or_into_one_that_it_includes() {
        let folder = place(&format!("\u{feff}{CONFIG}"));
        add(folder.path(), None, "https://x.example/").expect("added");
        let more = Some("more/b.toml");
        let error = add(folder.path(), more, "https://y.example/").expect_err("the name is there");
        assert!(
            error.to_string().contains("two feeds named \"new\""),
            "{error}"
        );
        let read = |name: &str| fs::read_to_string(folder.path().join(name)).expect("read");
        let line = "a = \"https://a.example/\"\n";
        let with = format!("{line}new = \"https://x.example/\"\n");
        let expected = format!("\u{feff}{}", CONFIG.replace(line, &with));
        assert_eq!(read("fivebells.toml"), expected);
        assert_eq!(
            read("more/b.toml"),
            "# more\n[feed]\nb = \"https://b.example/\"\n"
        );
        let loaded = load(
            &folder.path().join("fivebells.toml"),
            &Environment::default(),
        );
        assert_eq!(loaded.expect("a good config").config.feeds.len(), 3);
    }

    #[test]
    fn nothing_is_written_where_the_config_would_not_check_or_is_not_concerned() {
        for (config, file, url, expected) in [
            (CONFIG, None, "https://b.example/", "have the same URL"),
            (
                CONFIG,
                Some("other.toml"),
                "https://x.example/",
                "is no file of the config",
            ),
            ("[watch]\nw = \"(\"\n", None, "https://x.example/", "error:"),
            ("[feed\n", None, "https://x.example/", "error:"),
            ("feed = {}\n", None, "https://x.example/", "in braces"),
        ] {
            let folder = place(config);
            fs::write(folder.path().join("other.toml"), "").expect("written");
            let error = add(folder.path(), file, url)
                .expect_err("refused")
                .to_string();
            assert!(error.contains(expected), "{config}: {error}");
            let now = fs::read_to_string(folder.path().join("fivebells.toml"));
            assert_eq!(now.expect("read"), config);
        }
    }
}
