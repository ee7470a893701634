//! Problems as people and programs read them.

use std::{fmt, iter::repeat_n, ops::Range};

use annotate_snippets::{
    AnnotationKind, Group, Level, Origin, Renderer, Snippet, normalize_untrusted_str,
};
use serde::Serialize;

use super::{
    limits::MAX_PROBLEMS,
    problem::{FileId, Problem, Severity, Source, SourceLocation, Sources, line_and_column},
};

/// Problems together with the text they point into.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Report {
    /// In the order of the files and of the lines in them.
    pub problems: Vec<Problem>,
    /// What the places of the problems refer to.
    pub sources: Sources,
}

/// A problem as one JSON object; lines and columns count from 1, columns in Unicode scalar values,
/// ends exclusive, all `null` where the file as a whole is meant.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ReportLine {
    /// `error` or `warning`.
    pub severity: Severity,
    /// The file as the operator named it.
    pub file: String,
    /// Where it begins.
    pub line: Option<usize>,
    /// Where it begins.
    pub column: Option<usize>,
    /// Where it ends.
    pub end_line: Option<usize>,
    /// Where it ends.
    pub end_column: Option<usize>,
    /// What is wrong.
    pub message: String,
    /// What to write instead.
    pub help: Option<String>,
}

impl Report {
    /// Sorted by place, errors and warnings mixed, at most once each; what is wrong with a file as
    /// a whole comes after what is wrong in it.
    pub(super) fn new(mut problems: Vec<Problem>, sources: Sources) -> Self {
        problems.sort_by_key(|problem| {
            let start = problem.place.span.as_ref().map(|span| span.start);
            (problem.place.file, start.unwrap_or(usize::MAX))
        });
        problems.dedup();
        Self { problems, sources }
    }

    /// How many are errors.
    pub fn errors(&self) -> usize {
        self.count(Severity::Error)
    }

    /// How many are warnings.
    pub fn warnings(&self) -> usize {
        self.count(Severity::Warning)
    }

    fn count(&self, severity: Severity) -> usize {
        self.problems
            .iter()
            .filter(|problem| problem.severity == severity)
            .count()
    }

    /// The problems as a compiler shows them, with a last line that counts them; empty where there
    /// are none. `colour` adds ANSI colours.
    pub fn render(&self, colour: bool) -> String {
        let renderer = if colour {
            Renderer::styled()
        } else {
            Renderer::plain()
        };
        let mut text = String::new();
        for problem in &self.problems {
            text.push_str(&renderer.render(&self.groups(problem)));
            text.push_str("\n\n");
        }
        text.push_str(&self.summary());
        text
    }

    /// The problems as objects for `--format json`.
    pub fn lines(&self) -> impl Iterator<Item = ReportLine> {
        self.problems.iter().map(|problem| self.line(problem))
    }

    /// The errors in a line each, for a notice.
    pub fn brief(&self) -> String {
        let errors = self.lines().filter(|line| line.severity == Severity::Error);
        let lines: Vec<String> = errors.map(|line| line.brief()).collect();
        lines.join("\n")
    }

    /// The first error in a line, and how many more there are.
    pub(super) fn first_error(&self) -> Option<String> {
        let mut errors = self.lines().filter(|line| line.severity == Severity::Error);
        let first = errors.next()?;
        let first = format!("{}: {}", first.place(), first.message);
        Some(match errors.count() {
            0 => first,
            more => format!("{first} (and {})", plural(more, "more error")),
        })
    }

    fn summary(&self) -> String {
        let (errors, warnings) = (self.errors(), self.warnings());
        let Some(main) = self.sources.0.first() else {
            return String::new();
        };
        let counted = match (errors, warnings) {
            (0, 0) => return String::new(),
            (_, 0) => plural(errors, "error"),
            (0, _) => plural(warnings, "warning"),
            _ => format!(
                "{}, {}",
                plural(errors, "error"),
                plural(warnings, "warning")
            ),
        };
        let more = match self.problems.len() {
            MAX_PROBLEMS.. => " or more",
            _ => "",
        };
        format!("{}: {counted}{more}\n", path_text(main))
    }

    fn groups<'a>(&'a self, problem: &'a Problem) -> Vec<Group<'a>> {
        let level = match problem.severity {
            Severity::Error => Level::ERROR,
            Severity::Warning => Level::WARNING,
        };
        let mut group = Group::with_title(level.primary_title(&*problem.message));
        group = match &problem.place.span {
            Some(span) => group.element(self.snippet(&problem.place, span, None)),
            None => group.element(Origin::path(path_text(
                self.sources.get(problem.place.file),
            ))),
        };
        if let Some((place, what)) = &problem.related
            && let Some(span) = &place.span
        {
            group = group.element(self.snippet(place, span, Some(what)));
        }
        if let Some(help) = &problem.help {
            group = group.element(Level::HELP.message(normalize_untrusted_str(help)));
        }
        vec![group]
    }

    /// Only the lines that are shown are handed over: a big file is not scanned for every problem.
    fn snippet<'a>(
        &'a self,
        place: &SourceLocation,
        span: &Range<usize>,
        label: Option<&'a str>,
    ) -> Snippet<'a, annotate_snippets::Annotation<'a>> {
        let source = self.sources.get(place.file);
        let (start, span) = first_line(&source.text, span);
        let line = self.concealed(place.file, &start);
        let kind = match label {
            Some(_) => AnnotationKind::Context,
            None => AnnotationKind::Primary,
        };
        let within = span.start - start.start..span.end - start.start;
        Snippet::source(line)
            .line_start(line_and_column(&source.text, start.start).0)
            .path(path_text(source))
            .annotation(kind.span(within).label(label))
    }

    /// A line with a star for each character of a secret.
    fn concealed(&self, file: FileId, line: &Range<usize>) -> String {
        let secrets: Vec<&Range<usize>> = self
            .problems
            .iter()
            .filter(|problem| problem.is_concealed && problem.place.file == file)
            .filter_map(|problem| problem.place.span.as_ref())
            .collect();
        let text = &self.sources.get(file).text[line.clone()];
        let shown = text.char_indices().flat_map(|(at, character)| {
            let hidden = secrets
                .iter()
                .any(|secret| secret.contains(&(line.start + at)));
            // As many stars as bytes: the carets keep their places.
            if hidden {
                repeat_n('*', character.len_utf8())
            } else {
                repeat_n(character, 1)
            }
        });
        shown.collect()
    }

    fn line(&self, problem: &Problem) -> ReportLine {
        let source = self.sources.get(problem.place.file);
        let at = |offset| line_and_column(&source.text, offset);
        let start = problem.place.span.as_ref().map(|span| at(span.start));
        let end = problem.place.span.as_ref().map(|span| at(span.end));
        ReportLine {
            severity: problem.severity,
            file: path_text(source),
            line: start.map(|(line, _)| line),
            column: start.map(|(_, column)| column),
            end_line: end.map(|(line, _)| line),
            end_column: end.map(|(_, column)| column),
            message: problem.message.clone(),
            help: problem.help.clone(),
        }
    }
}

impl ReportLine {
    /// Location, message and help in a line.
    fn brief(&self) -> String {
        let help = self.help.as_ref().map(|help| format!("; {help}"));
        let help = help.unwrap_or_default();
        format!("{}: {}{help}", self.place(), self.message)
    }

    fn place(&self) -> String {
        match (self.line, self.column) {
            (Some(line), Some(column)) => format!("{}:{line}:{column}", self.file),
            _ => self.file.clone(),
        }
    }
}

impl fmt::Display for Report {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.render(false).trim_end())
    }
}

/// The line `span` begins on, without its end, and `span` cut to that line.
fn first_line(text: &str, span: &Range<usize>) -> (Range<usize>, Range<usize>) {
    let first = text.floor_char_boundary(span.start);
    let start = text[..first].rfind('\n').map_or(0, |newline| newline + 1);
    let length = text[start..].find('\n').unwrap_or(text.len() - start);
    let line = text[start..start + length].trim_end_matches('\r');
    let end = start + line.len();
    let last = text.floor_char_boundary(span.end.min(end));
    let first = first.min(end);
    (start..end, first..last.max(first))
}

fn path_text(source: &Source) -> String {
    source.path.display().to_string()
}

fn plural(count: usize, noun: &str) -> String {
    match count {
        1 => format!("1 {noun}"),
        _ => format!("{count} {noun}s"),
    }
}
