//! A receiver that is a program.

use std::{
    ffi::{OsStr, OsString},
    fs, io,
    os::unix::fs::PermissionsExt,
    path::{Path, PathBuf},
};

use super::{
    Environment,
    limits::TIMEOUT,
    presets::named,
    problem::Problem,
    section::Section,
    strings::quoted,
    value::{Text, Value},
};
use crate::notify::{ExecInput, ExecOptions, ReceiverKind};

/// What a program gets of the daemon's own environment.
const PASSED_ON: [&str; 3] = ["PATH", "HOME", "LANG"];
/// `PATH` where there is none.
const DEFAULT_PATH: &str = "/usr/local/bin:/usr/bin:/bin";

/// Reads `exec = ["…"]`.
pub(super) fn read_exec(section: &Section<'_>, value: Value<'_>) -> Option<ReceiverKind> {
    let timeout = section.duration("timeout", &TIMEOUT);
    let input = named(
        section,
        "input",
        "input",
        &ExecInput::ALL,
        ExecInput::as_str,
    );
    let Some(first) = value.elements().next() else {
        value.error("there is no program");
        return None;
    };
    let program = first.string()?;
    let arguments = value.elements().skip(1);
    let arguments = arguments.map(|argument| argument.text(super::schema::Kind::Strings));
    let arguments: Option<Vec<Text<'_>>> = arguments.collect();
    let arguments = arguments?;
    if let Some(broken) = arguments.iter().find(|text| text.text.contains('\0')) {
        broken.error("no program can be given a NUL".to_owned());
        return None;
    }
    let environment = environment(value.context.environment);
    let found = find(&program, path_of(&environment))?;
    let command = [program].into_iter().chain(arguments);
    Some(ReceiverKind::Exec(ExecOptions {
        command: command.map(|text| text.text.to_owned()).collect(),
        program: found,
        environment,
        timeout: timeout.unwrap_or(ExecOptions::TIMEOUT),
        input: input.unwrap_or_default(),
    }))
}

fn environment(process: &Environment) -> Vec<(String, OsString)> {
    let passed_on = PASSED_ON.into_iter().filter_map(|name| {
        let default = (name == "PATH").then(|| OsStr::new(DEFAULT_PATH));
        let value = process.get(name).or(default)?;
        Some((name.to_owned(), value.to_owned()))
    });
    passed_on.collect()
}

fn path_of(environment: &[(String, OsString)]) -> &OsStr {
    let path = environment.iter().find(|(name, _)| name == "PATH");
    path.map_or(OsStr::new(DEFAULT_PATH), |(_, value)| value)
}

/// The program's file, where it can be started.
fn find(program: &Text<'_>, path: &OsStr) -> Option<PathBuf> {
    let name = Path::new(program.text);
    if name.is_absolute() {
        let Some(fault) = fault(name) else {
            return Some(name.to_owned());
        };
        let message = format!("{:?} cannot be started: {fault}", program.text);
        let words: Vec<String> = program.text.split_whitespace().map(quoted).collect();
        let help = format!("no shell reads the line: write [{}]", words.join(", "));
        let problem = Problem::error(program.place(), message);
        let help = (words.len() > 1).then_some(help);
        program.value.context.report(problem.help_if(help));
    } else if program.text.contains('/') {
        let help = "write an absolute path, or a name that is found in $PATH";
        program.error_with(format!("{:?} is a relative path", program.text), help);
    } else {
        let mut found = std::env::split_paths(path).map(|folder| folder.join(name));
        if let Some(found) = found.find(|file| file.is_absolute() && fault(file).is_none()) {
            return Some(found);
        }
        let help = "no shell reads the line: write [\"program\", \"argument\", …]";
        program.error_with(
            format!("there is no program {:?} in $PATH", program.text),
            help,
        );
    }
    None
}

/// Why it cannot be started.
fn fault(file: &Path) -> Option<String> {
    match fs::metadata(file) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => Some("it is not there".to_owned()),
        Err(error) => Some(error.to_string()),
        Ok(found) if found.is_dir() => Some("it is a directory".to_owned()),
        Ok(found) if !found.is_file() => Some("it is no file".to_owned()),
        Ok(found) if found.permissions().mode() & 0o111 == 0 => {
            Some("nobody may execute it (chmod +x)".to_owned())
        }
        Ok(_) => None,
    }
}
