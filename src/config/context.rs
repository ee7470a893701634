//! What every reader of a section shares: the text, the process around it, and the problems.

use std::{
    cell::RefCell,
    path::{Path, PathBuf},
};

use super::{
    environment::Environment,
    limits::MAX_PROBLEMS,
    problem::{FileId, Place, Problem, Sources},
    suggest::closest,
};

/// Collects problems; the readers go on after each.
#[derive(Debug)]
pub(super) struct Context<'a> {
    pub(super) sources: &'a Sources,
    pub(super) environment: &'a Environment,
    /// Lines that are not TOML. What stands there is unknown, so nothing that could be explained
    /// by it is reported.
    broken: Vec<(FileId, std::ops::Range<usize>)>,
    problems: RefCell<Vec<Problem>>,
}

impl<'a> Context<'a> {
    /// The file that was asked for, not included.
    pub(super) const MAIN: FileId = FileId(0);

    pub(super) fn new(sources: &'a Sources, environment: &'a Environment) -> Self {
        Self {
            sources,
            environment,
            broken: Vec::new(),
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
        let end = text[span.start..]
            .find('\n')
            .map_or(text.len(), |at| span.start + at);
        self.broken.push((place.file, start..end));
        self.push(problem);
    }

    /// Remembers a problem with what stands at its place.
    pub(super) fn report(&self, problem: Problem) {
        let start = problem.place.span.as_ref().map(|span| span.start);
        if start.is_none_or(|start| !self.is_broken(problem.place.file, start)) {
            self.push(problem);
        }
    }

    /// Remembers a problem that is there because something else is not.
    pub(super) fn report_absence(&self, problem: Problem) {
        if self.broken.is_empty() {
            self.report(problem);
        }
    }

    /// Remembers that no `what` has the name `name`.
    pub(super) fn report_unknown<'n>(
        &self,
        place: Place,
        what: &str,
        name: &str,
        known: impl Iterator<Item = &'n str>,
    ) {
        if self.is_full() || self.stands_on_a_broken_line(name) {
            return;
        }
        let mut problem = Problem::error(place, format!("there is no {what} {name:?}"));
        problem.help = closest(name, known).map(|meant| format!("did you mean {meant:?}?"));
        self.report(problem);
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
