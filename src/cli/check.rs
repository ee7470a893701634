//! `check` and `test`: whether the configuration is right, and whether it means what its writer means.

use std::path::Path;

use clap::Args;
use serde::Serialize;

use super::{
    config::{environment_to_judge, load_and_warn, load_to_judge, load_without_secrets},
    error::{Answer, CliError},
    online,
    output::{self, Output},
};
use crate::{
    app,
    config::{self, Environment, Loaded, TestResult},
};

/// Report everything that is wrong with the configuration.
#[derive(Debug, Args)]
pub(super) struct Check {
    /// Exit 1 for warnings too.
    #[arg(long)]
    strict: bool,
    /// If the configuration has no errors, also try what it names: feeds, mail servers, receivers.
    ///
    /// Each feed is fetched once, as at its first poll, one at a time per host. At a mail server a
    /// session is opened, up to MAIL FROM. Webhooks and services are only connected to. Nothing is
    /// stored and nothing is sent. Exits 1 if something fails or a host asks to wait. With --strict it
    /// also exits 1 if a feed has moved for good, holds no items, or asks to be polled less often than
    /// configured.
    #[arg(long)]
    online: bool,
}

impl Check {
    /// Reports every problem, runs the config's own tests, then tries what it names.
    pub(super) async fn run(&self, path: &Path, output: &Output) -> Answer {
        let (loaded, tests) = if output.is_json() {
            judge_as_json(path, self.online, output)?
        } else {
            judge(path, self.online)?
        };
        let is_fine = self.allows(&loaded);
        if is_fine && !output.is_json() {
            let config = app::config_counts(&loaded.config);
            output.say(&format!(
                "{}: fine; {config}, tests passed: {tests}",
                path.display()
            ))?;
        }
        if !self.online {
            return Ok(is_fine);
        }
        let is_well = online::run(&loaded.config, output, self.strict).await?;
        Ok(is_fine && is_well)
    }

    /// Whether there may be warnings, which are printed by now.
    fn allows(&self, loaded: &Loaded) -> bool {
        !self.strict || loaded.warnings.warnings() == 0
    }
}

/// The config, if it has no error and its tests pass, and how many those are.
///
/// What sends needs its secrets; without, the credentials that only the service has may be missing.
fn judge(path: &Path, sends: bool) -> Result<(Loaded, usize), CliError> {
    let loaded = if sends {
        load_and_warn(path)?
    } else {
        load_to_judge(path)?
    };
    let results = results(&loaded);
    let failed = results.iter().filter(|result| !result.passed());
    let lines: Vec<String> = failed.map(describe).collect();
    if lines.is_empty() {
        Ok((loaded, results.len()))
    } else {
        Err(CliError::Config(lines.join("\n")))
    }
}

/// The same, with one JSON object per problem; none is fine.
fn judge_as_json(path: &Path, sends: bool, output: &Output) -> Result<(Loaded, usize), CliError> {
    let environment = if sends {
        Environment::of_process()
    } else {
        environment_to_judge()
    };
    let loaded = config::load(path, &environment);
    let report = loaded
        .as_ref()
        .map_or_else(|errors| &errors.report, |loaded| &loaded.warnings);
    for problem in report.lines() {
        output.print(&problem, |_| String::new())?;
    }
    let Ok(loaded) = loaded else {
        return Err(CliError::Config(format!("{} has errors", path.display())));
    };
    let results = results(&loaded);
    let failed = results.iter().filter(|result| !result.passed()).count();
    match failed {
        0 => Ok((loaded, results.len())),
        failed => Err(CliError::Config(format!(
            "{failed} of the config's tests fail"
        ))),
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

/// A test's result as JSON.
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
