//! What every reader of a section shares: the text, the process around it, and the problems.

use std::{
    cell::RefCell,
    path::{Path, PathBuf},
};

use super::{
    environment::Environment,
    limits::MAX_PROBLEMS,
    problem::{FileId, Problem, SourceLocation, Sources},
    strings::quoted,
};
use crate::suggest::closest;

/// Names that exist are listed up to this many.
const MAX_LISTED: usize = 8;

/// Collects problems; the readers go on after each.
#[derive(Debug)]
pub(super) struct Context<'a> {
    pub(super) sources: &'a Sources,
    pub(super) environment: &'a Environment,
    /// Lines that are not TOML. What is there is unknown, so nothing that could be explained
    /// by it is reported.
    broken: Vec<(FileId, std::ops::Range<usize>)>,
    /// Whether a file could not be read. Whatever is missing may be there.
    pub(super) is_incomplete: bool,
    problems: RefCell<Vec<Problem>>,
}

impl<'a> Context<'a> {
    /// The file that was asked for, not included.
    pub(super) const MAIN: FileId = FileId::FIRST;

    pub(super) fn new(sources: &'a Sources, environment: &'a Environment) -> Self {
        Self {
            sources,
            environment,
            broken: Vec::new(),
            is_incomplete: false,
            problems: RefCell::default(),
        }
    }

    /// Remembers a fault of the syntax; the first of each line counts, the others follow from it.
    pub(super) fn report_syntax(&mut self, problem: Problem) {
        let place = &problem.place;
        let Some(span) = &place.span else {
            return self.push(problem);
        };
        if self.is_full() || self.is_broken(place.file, span.start) {
            return;
        }
        let text = &self.sources.get(place.file).text;
        let start = text[..span.start].rfind('\n').map_or(0, |at| at + 1);
        let end = broken_end(text, start, span.start);
        self.broken.push((place.file, start..end));
        self.push(problem);
    }

    /// Remembers a fault of the syntax that makes unknown all that follows it in its file.
    pub(super) fn report_syntax_to_the_end(&mut self, problem: Problem) {
        let file = problem.place.file;
        let start = problem.place.span.as_ref().map_or(0, |span| span.start);
        self.push(problem);
        let end = self.sources.get(file).text.len();
        self.broken.push((file, start..end));
    }

    /// Remembers a problem with what is at its place.
    pub(super) fn report(&self, problem: Problem) {
        let start = problem.place.span.as_ref().map(|span| span.start);
        if start.is_none_or(|start| !self.is_broken(problem.place.file, start)) {
            self.push(problem);
        }
    }

    /// Remembers a problem that is there because something else is not.
    pub(super) fn report_absence(&self, problem: Problem) {
        if self.broken.is_empty() && !self.is_incomplete {
            self.report(problem);
        }
    }

    /// Remembers that no `what` has the name `name`.
    pub(super) fn report_unknown<'n>(
        &self,
        place: SourceLocation,
        what: &str,
        name: &str,
        known: impl Iterator<Item = &'n str>,
    ) {
        if self.is_full() || self.is_incomplete || self.stands_on_a_broken_line(name) {
            return;
        }
        let known: Vec<&str> = known.collect();
        let help = match closest(name, known.iter().copied()) {
            None if name.contains(',') => Some(format!(
                "write each as a string of its own: {}",
                apart(name)
            )),
            None if what == "receiver" && name.contains(['@', '/']) => {
                Some("write the name of a [receiver.NAME], which has the address".to_owned())
            }
            Some(meant) => Some(format!("did you mean {meant:?}?")),
            None if known.is_empty() || known.len() > MAX_LISTED => None,
            None => Some(format!("there is only {known:?}").replace(['[', ']'], "")),
        };
        let message = format!("there is no {what} {name:?}");
        self.report(Problem::error(place, message).help_if(help));
    }

    /// Every problem, in the order they were found.
    pub(super) fn into_problems(self) -> Vec<Problem> {
        self.problems.into_inner()
    }

    /// Whether anything so far makes the config unusable.
    pub(super) fn has_errors(&self) -> bool {
        self.problems
            .borrow()
            .iter()
            .any(|problem| problem.severity == super::Severity::Error)
    }

    /// Whether a file whose syntax is broken seems to have a table of this name.
    pub(super) fn seems_to_name(&self, table: &str) -> bool {
        let names_it = |text: &str| {
            let mut lines = text.lines();
            lines.any(|line| line.trim_start_matches(['[', ' ', '\t']).starts_with(table))
        };
        let broken = self.broken.iter();
        let mut files = broken.map(|(file, _)| &self.sources.get(*file).text);
        files.any(|text| names_it(text))
    }

    /// Whether further problems are not remembered.
    pub(super) fn is_full(&self) -> bool {
        self.problems.borrow().len() >= MAX_PROBLEMS
    }

    /// `path` as seen from the directory of `file`.
    pub(super) fn resolve(&self, file: FileId, path: impl AsRef<Path>) -> PathBuf {
        let config = &self.sources.get(file).path;
        config.parent().unwrap_or(Path::new("")).join(path)
    }

    fn push(&self, problem: Problem) {
        if !self.is_full() {
            self.problems.borrow_mut().push(problem);
        }
    }

    fn is_broken(&self, file: FileId, at: usize) -> bool {
        self.broken
            .iter()
            .any(|(broken, line)| *broken == file && line.start <= at && at <= line.end)
    }

    fn stands_on_a_broken_line(&self, name: &str) -> bool {
        self.broken
            .iter()
            .any(|(file, line)| self.sources.get(*file).text[line.clone()].contains(name))
    }
}

/// What is between commas, as a list of strings.
pub(super) fn apart(text: &str) -> String {
    let parts = text.split(',').map(|part| quoted(part.trim()));
    format!("[{}]", parts.collect::<Vec<_>>().join(", "))
}

/// The end of what a fault at `at` makes unknown: its line, begun at `start`; where that is a
/// [header], all that is below it, too.
fn broken_end(text: &str, start: usize, at: usize) -> usize {
    let of_header = text[start..].trim_start().starts_with('[');
    let end = if of_header {
        text[at..].find("\n[")
    } else {
        text[at..].find('\n')
    };
    end.map_or(text.len(), |end| at + end)
}
