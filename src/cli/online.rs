//! `check --online`: what the config names, tried once from here.

use std::{collections::BTreeMap, fmt::Write as _, sync::Arc};

use jiff::{Timestamp, tz::TimeZone};
use serde::Serialize;

use super::{
    error::{Answer, CliError},
    output::{self, Output},
    progress::Progress,
};
use crate::{
    app::{Fault, FeedFacts, Finding, Probes, SubjectKind, Verdict},
    clock::{Clock, SystemClock},
    config::Config,
    parse::Warning,
    view::{repairs, when, words::one_line},
};

/// Before the lines that follow a verdict.
const INDENT: &str = "      ";

/// What was found, as JSON.
#[derive(Serialize)]
struct Row<'a> {
    probe: &'static str,
    name: &'a str,
    ok: bool,
    items: Option<usize>,
    newest: Option<Timestamp>,
    moved_to: Option<String>,
    slowed_by: Vec<&'static str>,
    warnings: &'a [Warning],
    status: Option<u16>,
    reason: Option<&'static str>,
    error: Option<&'a str>,
}

/// How many of the things tried are how.
#[derive(Debug, Default)]
struct Tally {
    fine: usize,
    /// Of those that are fine.
    warnings: usize,
    failed: usize,
    not_asked: usize,
}

/// Tries everything and prints what is found in the order of the config. Yes if all is fine, and
/// with `is_strict` if there is nothing to warn of either.
pub(super) async fn run(config: &Config, output: &Output, is_strict: bool) -> Answer {
    let clock: Arc<dyn Clock> = Arc::new(SystemClock);
    let probes = Probes::of(config, &clock)?;
    let total = u64::try_from(probes.count()).unwrap_or(u64::MAX);
    let mut progress = Progress::through(total, "to try");
    let mut tally = Tally::default();
    // Those that are done, and wait for one before them in the config.
    let mut early: BTreeMap<usize, Finding> = BTreeMap::new();
    let mut next = 0;
    let print = |finding: Finding| -> Result<(), CliError> {
        progress.advance();
        early.insert(finding.number, finding);
        while let Some(finding) = early.remove(&next) {
            next += 1;
            tally.count(&finding.verdict);
            progress.clear();
            output.print(&Row::of(&finding), |_| {
                text(&finding, clock.now(), &config.timezone)
            })?;
        }
        Ok(())
    };
    let clock_finding = probes.run(print).await?;
    drop(progress);
    if let Some(finding) = clock_finding {
        tally.count(&finding.verdict);
        output.print(&Row::of(&finding), |_| {
            text(&finding, clock.now(), &config.timezone)
        })?;
    }
    if !output.is_json() {
        output::line(&tally.in_words())?;
    }
    Ok(tally.failed + tally.not_asked == 0 && !(is_strict && tally.warnings > 0))
}

impl Tally {
    fn count(&mut self, verdict: &Verdict) {
        match verdict {
            Verdict::Feed(facts) => {
                self.fine += 1;
                self.warnings += usize::from(!complaints(facts).is_empty());
            }
            Verdict::Reached(_) => self.fine += 1,
            Verdict::Failed(_) => self.failed += 1,
            Verdict::NotAsked => self.not_asked += 1,
        }
    }

    fn in_words(&self) -> String {
        let mut words = format!("tried: {} fine", self.fine);
        for (count, what) in [
            (self.warnings, "of them with a warning"),
            (self.failed, "failed"),
            (self.not_asked, "not asked"),
        ] {
            if count > 0 {
                write!(words, ", {count} {what}").expect("a String takes every write");
            }
        }
        words
    }
}

impl<'a> Row<'a> {
    fn of(finding: &'a Finding) -> Self {
        let facts = match &finding.verdict {
            Verdict::Feed(facts) => Some(facts),
            _ => None,
        };
        let fault = match &finding.verdict {
            Verdict::Failed(fault) => Some(fault),
            _ => None,
        };
        let is_asked = !matches!(finding.verdict, Verdict::NotAsked);
        let moved_to = facts.and_then(|facts| facts.moved_to.as_ref());
        let slowed_by = facts.map(|facts| facts.slowed_by.iter());
        Self {
            probe: finding.subject.kind.as_str(),
            name: &finding.subject.name,
            ok: fault.is_none() && is_asked,
            items: facts.map(|facts| facts.items),
            newest: facts.and_then(|facts| facts.newest),
            moved_to: moved_to.map(ToString::to_string),
            slowed_by: slowed_by
                .into_iter()
                .flatten()
                .map(|hint| hint.as_str())
                .collect(),
            warnings: facts.map_or(&[], |facts| &facts.warnings),
            status: fault.and_then(|fault| fault.status),
            reason: match fault {
                None if !is_asked => Some("not_asked"),
                fault => fault.map(|fault| fault.reason),
            },
            error: fault.map(|fault| fault.message.as_str()),
        }
    }
}

fn text(finding: &Finding, now: Timestamp, zone: &TimeZone) -> String {
    let kind = finding.subject.kind.as_str().replace('_', " ");
    let subject = match finding.subject.kind {
        SubjectKind::Clock => kind,
        _ => format!("{kind} {}", finding.subject.name),
    };
    match &finding.verdict {
        Verdict::Feed(facts) => {
            let notes = complaints(facts).into_iter();
            let repaired = repairs::found(&facts.warnings).into_iter();
            let notes = notes.chain(repaired.map(|what| format!("repaired: {what}")));
            let first = format!("ok    {subject}: {}", read(facts, now, zone));
            let lines = notes.map(|note| format!("{INDENT}{note}"));
            std::iter::once(first)
                .chain(lines)
                .collect::<Vec<_>>()
                .join("\n")
        }
        Verdict::Reached(how) => format!("ok    {subject}: {how}"),
        Verdict::Failed(Fault { message, .. }) => {
            format!("FAIL  {subject}: {}", one_line(message, 400))
        }
        Verdict::NotAsked => {
            format!("skip  {subject}: not asked, its host asks to wait; try again later")
        }
    }
}

/// What a feed shows.
fn read(facts: &FeedFacts, now: Timestamp, zone: &TimeZone) -> String {
    let items = match facts.items {
        1 => "1 item".to_owned(),
        items => format!("{items} items"),
    };
    match facts.newest {
        _ if facts.items == 0 => items,
        None => format!("{items}, none with a date"),
        Some(newest) => {
            let (at, relative) = (when::at(newest, zone), when::relative(newest, now));
            format!("{items}, the newest of {at} ({relative})")
        }
    }
}

/// What the operator may want to change.
fn complaints(facts: &FeedFacts) -> Vec<String> {
    let mut complaints = Vec::new();
    if facts.items == 0 {
        complaints.push("warning: it holds no items now".to_owned());
    }
    if let Some(url) = &facts.moved_to {
        let url = one_line(url.as_str(), 200);
        complaints.push(format!(
            "warning: it has moved for good; help: change its url to {url}"
        ));
    }
    if !facts.slowed.is_empty() {
        complaints.push(format!("warning: {}", facts.slowed));
    }
    complaints
}
