//! `feeds`: the state of each, when it is polled next, and why then.

use std::path::Path;

use clap::Args;

use super::{
    config,
    error::{Answer, CliError},
    output::{self, Output},
    stored,
    terminal::wrap,
};
use crate::{
    clock::{Clock as _, SystemClock},
    config::Config,
    store::{FeedStatus, Store},
    view::{
        due::{self, RuleView},
        feeds::{self, FeedContext, State},
        mutes::Mutes,
        names::unknown,
        repairs,
        trouble::{self, Paused},
        when,
        words::one_line,
    },
};

/// Show the state of each feed, and when it is polled next.
#[derive(Debug, Args)]
pub(super) struct Feeds {
    /// Show everything known about this feed.
    name: Option<String>,
}

impl Feeds {
    pub(super) async fn run(&self, path: &Path, output: &Output) -> Answer {
        let config = config::look(path)?.config;
        let store = stored::open(&config).await?;
        let now = SystemClock.now();
        let feeds = store.feeds().await?;
        let mutes = Mutes::in_force(&store, now).await?;
        let trouble = trouble::now(&store, Store::is_in_use(store.path())).await?;
        let known: Vec<String> = feeds.iter().map(|feed| feed.name.clone()).collect();
        let mut feeds = feeds::listed(feeds, &config);
        feeds.retain(|feed| self.wants(feed));
        if let (Some(name), true) = (&self.name, feeds.is_empty()) {
            return Err(never_polled(name, &config, &known));
        }
        let context = FeedContext::of(&config, &mutes, now);
        if output.is_json() {
            for feed in &feeds {
                output.print(&context.view(feed), |_| String::new())?;
            }
        } else if self.name.is_some() {
            for feed in &feeds {
                output::line(&output.facts(&sheet(feed, &context, output)))?;
            }
        } else {
            let rows: Vec<Vec<String>> = feeds.iter().map(|feed| row(feed, &context)).collect();
            output.table(
                &[
                    "feed", "state", "polled", "next", "items", "alerts", "remark",
                ],
                &rows,
            )?;
        }
        if let Some(trouble) = &trouble {
            output.print(&Paused::by(trouble), |paused| {
                wrap(&paused.in_words(&config.timezone), output.columns).join("\n")
            })?;
        }
        stored::mention_stopped(&store).await?;
        store.close().await;
        Ok(true)
    }

    fn wants(&self, feed: &FeedStatus) -> bool {
        self.name.as_ref().is_none_or(|name| *name == feed.name)
    }
}

/// That nothing is known of it: there is no such feed, or the service has not come to it.
fn never_polled(name: &str, config: &Config, known: &[String]) -> CliError {
    let mut configured = config.feeds.iter().map(|feed| feed.name.as_str());
    if configured.any(|it| it == name) {
        let help = "the service takes it up at its next start or reload";
        return CliError::Failed(format!("feed {name:?} was never polled; help: {help}"));
    }
    let configured = config.all_feeds().map(|feed| feed.name.as_str());
    let known = known.iter().map(String::as_str);
    unknown("feed", name, configured.chain(known)).into()
}

fn row(feed: &FeedStatus, context: &FeedContext<'_>) -> Vec<String> {
    let polled = feed
        .polled_at
        .map_or_else(|| "never".to_owned(), |at| when::relative(at, context.now));
    vec![
        feed.name.clone(),
        State::of(feed).as_str().to_owned(),
        polled,
        context.next(feed),
        feed.items.to_string(),
        feed.alerts.to_string(),
        context.remark(feed),
    ]
}

/// Everything known about it.
fn sheet(
    feed: &FeedStatus,
    context: &FeedContext<'_>,
    output: &Output,
) -> Vec<(&'static str, String)> {
    let moment = |at| context.moment(at);
    let optional = |text: &Option<String>| one_line(text.as_deref().unwrap_or("unknown"), 200);
    let (next, reason) = due::next(feed);
    let next = moment((!feed.gone && feed.active).then_some(next));
    let reason = if feed.active { reason } else { "off" };
    let mut lines = vec![
        ("feed", feed.name.clone()),
        ("title", optional(&feed.title)),
        ("url", feeds::shown(&feed.url)),
    ];
    lines.extend(feeds::moved(feed).map(|to| ("moved to", to)));
    lines.extend([
        ("origin", feed.origin.clone()),
        ("format", optional(&feed.format)),
        ("language", optional(&feed.language)),
        ("state", State::of(feed).as_str().to_owned()),
    ]);
    lines.extend(context.muted(feed).map(|muted| ("muted", muted)));
    lines.extend([
        ("polled", moment(feed.polled_at)),
        ("read well", moment(feed.succeeded_at)),
        ("changed", moment(feed.changed_at)),
        ("next", format!("{next} ({reason})")),
    ]);
    let columns = output.fact_columns();
    for rule in context.rules(feed) {
        let rule = rule_lines(&rule, &moment(Some(rule.at)), columns);
        lines.extend(rule.into_iter().map(|line| ("", line)));
    }
    lines.push(("in the feed", format!("{} items", feed.items_total)));
    let kept = format!("{} items, {} alerts", feed.items, feed.alerts);
    lines.push(("kept", kept));
    if feed.failures > 0 {
        let since = moment(feed.failing_since);
        let failing = format!("{} in a row, since {since}", feed.failures);
        lines.push(("failing", failing));
        lines.push(("error", optional(&feed.error)));
    }
    let silence = feeds::silence(feed, |at| moment(Some(at)));
    lines.extend(silence.map(|silence| (State::of(feed).as_str(), silence)));
    let missed = feeds::missed(feed, &moment(feed.missed_at));
    lines.extend(missed.map(|missed| ("missed", missed)));
    for (index, repair) in repairs::stored(&feed.warnings).into_iter().enumerate() {
        lines.push((if index == 0 { "repaired" } else { "" }, repair));
    }
    lines
}

/// What one rule says, marked where it won, in lines of at most so many columns.
fn rule_lines(rule: &RuleView, at: &str, columns: Option<usize>) -> Vec<String> {
    let mark = if rule.won { '>' } else { ' ' };
    let mut label = format!("{mark} {:<13} ", rule.rule);
    let room = columns.map(|columns| columns.saturating_sub(label.len()));
    let lines = wrap(&format!("{at}: {}", rule.because), room).into_iter();
    let lines = lines.map(|line| {
        let line = format!("{label}{line}");
        label = " ".repeat(label.len());
        line
    });
    lines.collect()
}

#[cfg(test)]
mod tests {
    use jiff::Timestamp;

    use super::*;

    #[test]
    fn what_a_rule_says_is_broken_beside_its_name() {
        let rule = RuleView {
            rule: "interval",
            at: Timestamp::UNIX_EPOCH,
            counts: true,
            won: true,
            because: "every 15m, at this feed's place within it".to_owned(),
        };
        let whole = "> interval      at noon: every 15m, at this feed's place within it";
        assert_eq!(rule_lines(&rule, "at noon", None), [whole]);
        assert_eq!(rule_lines(&rule, "at noon", Some(66)), [whole]);
        assert_eq!(
            rule_lines(&rule, "at noon", Some(65)),
            [
                "> interval      at noon: every 15m, at this feed's place within",
                "                it"
            ]
        );
    }
}
