//! `check` and `test`: is the configuration right, and does it mean what its writer means.

use std::path::Path;

use clap::Args;
use serde::Serialize;

use super::{
    Answer, CliError,
    config::{environment_to_judge, load_to_judge, load_without_secrets},
    output::{self, Output},
};
use crate::{
    app,
    config::{self, Loaded, TestResult},
};

/// Say everything that is wrong with the configuration.
#[derive(Debug, Args)]
pub(super) struct Check {
    /// Fail for warnings too: exit 1.
    #[arg(long)]
    strict: bool,
}

impl Check {
    /// Reports every problem, then runs the config's own tests.
    pub(super) fn run(&self, path: &Path, output: &Output) -> Answer {
        if output.is_json() {
            return self.run_as_json(path, output);
        }
        let loaded = load_to_judge(path)?;
        let results = results(&loaded);
        let failed: Vec<&TestResult> = results.iter().filter(|result| !result.passed()).collect();
        if !failed.is_empty() {
            let lines: Vec<String> = failed.into_iter().map(describe).collect();
            return Err(CliError::Config(lines.join("\n")));
        }
        if !self.allows(&loaded) {
            return Ok(false);
        }
        let config = app::config_in_words(&loaded.config);
        let tests = results.len();
        output::line(&format!(
            "{}: fine; {config}, tests passed: {tests}",
            path.display()
        ))?;
        Ok(true)
    }

    /// One JSON object per problem; none is fine.
    fn run_as_json(&self, path: &Path, output: &Output) -> Answer {
        let loaded = config::load(path, &environment_to_judge());
        let report = loaded
            .as_ref()
            .map_or_else(|errors| &errors.report, |loaded| &loaded.warnings);
        for problem in report.lines() {
            output.print(&problem, |_| String::new())?;
        }
        let Ok(loaded) = loaded else {
            return Err(CliError::Config(format!("{} has errors", path.display())));
        };
        let failed = results(&loaded)
            .iter()
            .filter(|result| !result.passed())
            .count();
        match failed {
            0 => Ok(self.allows(&loaded)),
            failed => Err(CliError::Config(format!(
                "{failed} of the config's tests fail"
            ))),
        }
    }

    /// Whether the warnings, which are said by now, may stand.
    fn allows(&self, loaded: &Loaded) -> bool {
        !self.strict || loaded.warnings.warnings() == 0
    }
}

/// Runs the config's tests and says how each went.
pub(super) fn test(path: &Path, output: &Output) -> Answer {
    let results = results(&load_without_secrets(path)?);
    for result in &results {
        output.print(&TestLine::of(result), |_| describe(result))?;
    }
    let failed = results.iter().filter(|result| !result.passed()).count();
    if !output.is_json() {
        output::line(&format!(
            "{} passed, {failed} failed",
            results.len() - failed
        ))?;
    }
    Ok(failed == 0)
}

fn results(loaded: &Loaded) -> Vec<TestResult> {
    config::run_tests(&loaded.config, &loaded.matcher)
}

/// A test's result on the wire.
#[derive(Serialize)]
struct TestLine<'a> {
    title: &'a str,
    passed: bool,
    missing: &'a [String],
    surplus: &'a [String],
}

impl<'a> TestLine<'a> {
    fn of(result: &'a TestResult) -> Self {
        Self {
            title: &result.title,
            passed: result.passed(),
            missing: &result.missing,
            surplus: &result.surplus,
        }
    }
}

fn describe(result: &TestResult) -> String {
    let title = &result.title;
    if result.passed() {
        return format!("pass  {title}");
    }
    let place = &result.place;
    let mut lines = vec![
        format!("FAIL  {title}"),
        format!("at {}:{}", place.path.display(), place.line),
    ];
    if !result.missing.is_empty() {
        lines.push(format!(
            "should match, but does not: {}",
            result.missing.join(", ")
        ));
    }
    if !result.surplus.is_empty() {
        lines.push(format!(
            "matches, but should not: {}",
            result.surplus.join(", ")
        ));
    }
    lines.join("\n      ")
}
