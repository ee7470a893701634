//! The files of a config: the main one and what it includes.

use std::{
    collections::HashSet,
    fs, io,
    path::{Path, PathBuf},
};

use toml::de::DeTable;

use super::{
    context::Context,
    environment::Environment,
    limits::{MAX_FILE_BYTES, MAX_FILES},
    problem::{Problem, Source, SourceLocation, Sources},
    value::{Text, Value},
};
use crate::files::{Denied, read_regular};

/// Reads the main file and all it includes, in the order of the `include` and sorted by name within
/// a pattern. A file that cannot be read is a problem and an empty text.
pub(super) fn gather(main: &Path, environment: &Environment) -> (Sources, Vec<Problem>) {
    let mut sources = Sources::default();
    let mut problems = Vec::new();
    let first = SourceLocation::whole(Context::MAIN);
    read_into(&mut sources, &mut problems, main, &first);
    let (included, of_include) = included(&sources, environment);
    problems.extend(of_include);

    let mut known = HashSet::from([identity(main)]);
    for (path, place) in included {
        if !known.insert(identity(&path)) {
            continue;
        }
        if sources.0.len() == MAX_FILES {
            let message = format!("a config has at most {MAX_FILES} files");
            problems.push(Problem::error(place, message));
            break;
        }
        read_into(&mut sources, &mut problems, &path, &place);
    }
    (sources, problems)
}

/// The same file under two names is one file.
pub(super) fn identity(path: &Path) -> PathBuf {
    fs::canonicalize(path).unwrap_or_else(|_| path.to_owned())
}

/// What the main file includes, each with the place that asks for it.
fn included(
    sources: &Sources,
    environment: &Environment,
) -> (Vec<(PathBuf, SourceLocation)>, Vec<Problem>) {
    let context = Context::new(sources, environment);
    let main = Context::MAIN;
    // Faults of the syntax are reported when the file is read in earnest.
    let (table, _) = DeTable::parse_recoverable(&sources.get(main).text);
    let patterns = table
        .get_ref()
        .get_key_value("include")
        .and_then(|(key, node)| Value::new(&context, main, key, node).strings());
    let files = patterns
        .unwrap_or_default()
        .iter()
        .flat_map(|pattern| {
            expand(pattern)
                .into_iter()
                .map(|path| (path, pattern.place()))
        })
        .collect();
    (files, context.into_problems())
}

/// The files that a pattern names. A name without `*` and `?` must exist; a pattern may find none.
fn expand(pattern: &Text<'_>) -> Vec<PathBuf> {
    let path = pattern.resolve(pattern.text);
    let (Some(directory), Some(name)) = (path.parent(), path.file_name()) else {
        pattern.error(format!("{:?} names no file", pattern.text));
        return Vec::new();
    };
    let name = name.to_string_lossy();
    if directory.to_string_lossy().contains(['*', '?']) {
        let help = "name each directory with a pattern of its own";
        pattern.error_with("`*` and `?` work in the last part of a path only", help);
        return Vec::new();
    }
    if !name.contains(['*', '?']) {
        return vec![path];
    }
    match list(directory, &name) {
        Ok(files) => files,
        Err(error) if error.kind() == io::ErrorKind::NotFound => Vec::new(),
        Err(error) => {
            let message = format!("cannot list {}: {}", directory.display(), reason(&error));
            match denied(directory, &error) {
                Some(help) => pattern.error_with(message, help),
                None => pattern.error(message),
            }
            Vec::new()
        }
    }
}

fn list(directory: &Path, pattern: &str) -> io::Result<Vec<PathBuf>> {
    let listed = if directory == Path::new("") {
        Path::new(".")
    } else {
        directory
    };
    let mut files = Vec::new();
    for entry in fs::read_dir(listed)? {
        let name = entry?.file_name();
        let path = directory.join(&name);
        if matches(pattern, &name.to_string_lossy()) && path.is_file() {
            files.push(path);
        }
    }
    files.sort();
    Ok(files)
}

/// `*` is any run of characters, `?` any one; neither takes the dot of a hidden file.
fn matches(pattern: &str, name: &str) -> bool {
    if name.starts_with('.') && !pattern.starts_with('.') {
        return false;
    }
    let (pattern, name): (Vec<char>, Vec<char>) =
        (pattern.chars().collect(), name.chars().collect());
    let (mut at, mut in_name) = (0, 0);
    // Where to go on after the last `*` took one character more.
    let mut retry = None;
    while in_name < name.len() {
        match pattern.get(at) {
            Some('*') => {
                retry = Some((at + 1, in_name));
                at += 1;
            }
            Some(&letter) if letter == '?' || letter == name[in_name] => {
                at += 1;
                in_name += 1;
            }
            _ => {
                let Some((after_star, taken)) = retry else {
                    return false;
                };
                retry = Some((after_star, taken + 1));
                (at, in_name) = (after_star, taken + 1);
            }
        }
    }
    pattern[at..].iter().all(|&letter| letter == '*')
}

/// Reads a file; a fault is reported at `asked`, the place that names it.
fn read_into(
    sources: &mut Sources,
    problems: &mut Vec<Problem>,
    path: &Path,
    asked: &SourceLocation,
) {
    let (text, fault) = match read_regular(path, MAX_FILE_BYTES) {
        Ok(bytes) => decode(bytes),
        Err(error) => {
            let message = format!("cannot read {}: {}", path.display(), reason(&error));
            let problem = Problem::error(asked.clone(), message);
            let is_missing = error.kind() == io::ErrorKind::NotFound;
            problems.push(
                if is_missing && *asked == SourceLocation::whole(Context::MAIN) {
                    problem.help("`fivebells init` writes a first one, -c FILE names another")
                } else {
                    problem.help_if(denied(path, &error))
                },
            );
            (String::new(), None)
        }
    };
    let path = path.to_owned();
    let file = sources.push(Source { path, text });
    if let Some(offset) = fault {
        let text = &sources.get(file).text;
        let letter = text[offset..].chars().next().map_or(0, char::len_utf8);
        let place = SourceLocation::new(file, offset..offset + letter);
        let problem =
            Problem::error(place, "this is not UTF-8").help("save the file in the encoding UTF-8");
        problems.push(problem);
    }
}

impl Value<'_> {
    /// Reports at the value that the file it names cannot be read.
    pub(super) fn unread(&self, path: &Path, error: &io::Error) {
        let message = format!("cannot read {}: {}", path.display(), reason(error));
        let problem = Problem::error(self.place(), message).help_if(denied(path, error));
        self.context.report(problem);
    }
}

/// Whose a file is that this user may not read, and what to do.
fn denied(path: &Path, error: &io::Error) -> Option<String> {
    let is_denied = error.kind() == io::ErrorKind::PermissionDenied;
    let denied = is_denied.then(|| Denied::of(path)).flatten();
    denied.map(|denied| denied.to_string())
}

/// Why something cannot be read, without the number that only programs read.
fn reason(error: &io::Error) -> String {
    match error.kind() {
        io::ErrorKind::NotFound => "there is no such file".to_owned(),
        io::ErrorKind::PermissionDenied => "not permitted".to_owned(),
        io::ErrorKind::IsADirectory => "it is a directory".to_owned(),
        io::ErrorKind::FileTooLarge => "it is too large".to_owned(),
        _ => error.to_string(),
    }
}

/// The text without its byte order mark, and where the first thing is that is no UTF-8.
///
/// UTF-16, as editors on Windows write it, is read too, so that this is the only fault that is reported.
fn decode(mut bytes: Vec<u8>) -> (String, Option<usize>) {
    if bytes.starts_with(&[0xff, 0xfe]) || bytes.starts_with(&[0xfe, 0xff]) {
        let (text, _, _) = encoding_rs::UTF_16LE.decode(&bytes);
        return (text.into_owned(), Some(0));
    }
    if bytes.starts_with("\u{feff}".as_bytes()) {
        bytes.drain(.."\u{feff}".len());
    }
    match String::from_utf8(bytes) {
        Ok(text) => (text, None),
        Err(error) => {
            let offset = error.utf8_error().valid_up_to();
            (
                String::from_utf8_lossy(error.as_bytes()).into_owned(),
                Some(offset),
            )
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn stars_and_question_marks() {
        for (pattern, name, expected) in [
            ("*.toml", "a.toml", true),
            ("*.toml", "a.toml.bak", false),
            ("*.toml", ".a.toml", false),
            (".*", ".a", true),
            ("?.toml", "日.toml", true),
            ("?.toml", "ab.toml", false),
            ("a*b*c", "a-b-b-c", true),
            ("a*b*c", "a-c-b", false),
            ("*", "", true),
            ("a", "a", true),
            ("a", "ab", false),
        ] {
            assert_eq!(matches(pattern, name), expected, "{pattern} {name}");
        }
    }

    #[test]
    fn text_is_utf8_without_its_mark() {
        assert_eq!(decode(b"\xef\xbb\xbfa".to_vec()), ("a".into(), None));
        assert_eq!(decode(b"ab\xff".to_vec()), ("ab\u{fffd}".into(), Some(2)));
        for utf_16 in [b"\xff\xfea\0", b"\xfe\xff\0a"] {
            assert_eq!(decode(utf_16.to_vec()), ("a".into(), Some(0)));
        }
    }

    #[test]
    fn a_file_has_a_largest_size() {
        let file = tempfile::NamedTempFile::new().expect("a file");
        file.as_file().set_len(MAX_FILE_BYTES).expect("a size");
        assert_eq!(
            read_regular(file.path(), MAX_FILE_BYTES)
                .expect("small enough")
                .len() as u64,
            MAX_FILE_BYTES
        );
        file.as_file().set_len(MAX_FILE_BYTES + 1).expect("a size");
        assert!(read_regular(file.path(), MAX_FILE_BYTES).is_err());
    }
}
