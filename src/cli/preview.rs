//! `preview`: what a receiver would get.

use std::path::{Path, PathBuf};

use clap::{Args, builder::PossibleValuesParser};
use jiff::Timestamp;
use serde::Serialize;
use url::form_urlencoded;

use super::{
    config,
    error::{Answer, CliError},
    output::{Output, remark},
    receiver::notifier,
    stored,
};
use crate::{
    clock::{Clock as _, SystemClock},
    config::Config,
    model::{Alert, AlertId, Event, ItemId, Notice, Watch},
    notify::{self, Notifier, PartKind, PreviewPart, marked},
    store::Store,
    view::{alerts, number::Number, sending::test_ping},
};

/// Every kind there is.
const ALL: &str = "all";

/// Show what a receiver would get; nothing is sent.
#[derive(Debug, Args)]
pub(super) struct Preview {
    /// The receiver.
    receiver: String,

    /// Show this stored alert, such as a1842, instead of made-up notices.
    #[arg(long, value_name = "ALERT", value_parser = alert_number)]
    alert: Option<AlertId>,

    /// Show this kind of notice, in each of its forms; if given several times, each of these kinds.
    #[arg(long, value_name = "KIND", value_parser = kinds(), conflicts_with = "alert",
          default_value = "alert")]
    kind: Vec<String>,

    /// Show a made-up digest: `--kind digest`.
    #[arg(long, conflicts_with_all = ["alert", "kind"])]
    digest: bool,

    /// Write the HTML of the mail to this file, for a browser; of several notices, to files in this
    /// folder.
    #[arg(long, value_name = "PATH")]
    html: Option<PathBuf>,
}

/// A part of a preview as JSON.
#[derive(Serialize)]
struct PartLine<'a> {
    /// Which kind of notice it is of.
    kind: &'a str,
    part: &'a str,
    content: &'a str,
}

/// A notice, and what it is called.
struct Sample {
    name: String,
    notice: Notice,
}

impl Preview {
    pub(super) async fn run(&self, path: &Path, output: &Output) -> Answer {
        let config = config::load(path)?.config;
        let notifier = notifier(&config, &self.receiver)?;
        let samples = self.samples(&config).await?;
        let mut pages = Vec::new();
        for sample in &samples {
            let parts = self.parts(sample, &*notifier)?;
            if self.html.is_none() {
                print(sample, samples.len() > 1, &parts, output)?;
                continue;
            }
            let html = parts.into_iter().find(|part| part.kind == PartKind::Html);
            let html = html.ok_or_else(|| {
                let receiver = &self.receiver;
                CliError::Failed(format!(
                    "receiver {receiver:?} gets no HTML: only mail has it"
                ))
            })?;
            pages.push((sample.name.as_str(), html.content));
        }
        if let Some(path) = &self.html {
            write(path, &pages)?;
        }
        Ok(true)
    }

    fn parts(&self, sample: &Sample, by: &dyn Notifier) -> Result<Vec<PreviewPart>, CliError> {
        let failed = |error| CliError::Failed(format!("receiver {:?}: {error}", self.receiver));
        by.preview(&sample.notice).map_err(failed)
    }

    async fn samples(&self, config: &Config) -> Result<Vec<Sample>, CliError> {
        if let Some(id) = self.alert {
            let store = stored::open(config).await?;
            let alert = self.stored_alert(id, config, &store).await;
            store.close().await;
            return Ok(vec![Sample {
                name: id.to_string(),
                notice: alerts::notice(alert?),
            }]);
        }
        let every = notify::sample_kinds();
        let kinds: Vec<&str> = match &self.kind[..] {
            _ if self.digest => vec!["digest"],
            kinds if kinds.iter().any(|kind| kind == ALL) => every,
            kinds => kinds.iter().map(String::as_str).collect(),
        };
        let now = SystemClock.now();
        Ok(kinds
            .into_iter()
            .flat_map(|kind| of_kind(kind, now))
            .map(|sample| self.addressed(sample))
            .collect())
    }

    /// The sample as this receiver would get it: what `send` sends names it.
    fn addressed(&self, mut sample: Sample) -> Sample {
        if let Event::TestPing(ping) = &mut sample.notice.event {
            *ping = test_ping(&self.receiver);
        }
        sample
    }

    /// The alert as this receiver has it; where it has none, as it would by the watches of the config.
    async fn stored_alert(
        &self,
        id: AlertId,
        config: &Config,
        store: &Store,
    ) -> Result<Alert, CliError> {
        let missing = || CliError::Failed(format!("there is no alert {id}"));
        let alert = store.alert(id).await?.ok_or_else(missing)?;
        let record = match alert.item.id.parse() {
            Ok(item) => store.item_record(ItemId(item)).await?,
            Err(_) => None,
        };
        let mut records = record.into_iter().flat_map(|record| record.alerts);
        let deliveries = records.find(|record| record.id == id);
        let deliveries = deliveries.into_iter().flat_map(|record| record.deliveries);
        let mut theirs = deliveries.filter(|it| it.receiver == self.receiver);
        let sent = theirs.find_map(|delivery| match delivery.notice?.event {
            Event::Alert(sent) => Some(*sent),
            _ => None,
        });
        Ok(sent.unwrap_or_else(|| self.as_configured(alert, config)))
    }

    /// What is left of the alert by the watches that notify this receiver.
    fn as_configured(&self, mut alert: Alert, config: &Config) -> Alert {
        let watches = config.all_watches();
        let theirs: Vec<&Watch> = watches
            .filter(|watch| watch.notify.contains(&self.receiver))
            .filter(|watch| alert.watches.contains(&watch.name))
            .collect();
        let Some(priority) = theirs.iter().map(|watch| watch.priority).max() else {
            let receiver = &self.receiver;
            remark(&format!(
                "receiver {receiver:?} does not get this alert: no watch of it notifies {receiver:?}"
            ));
            return alert;
        };
        alert.keep_watches(|name| theirs.iter().any(|watch| watch.name == name));
        alert.priority = priority;
        alert
    }
}

/// Each shape of a kind; from the second on they are numbered.
fn of_kind(kind: &str, now: Timestamp) -> impl Iterator<Item = Sample> {
    let samples = notify::samples(kind, now).into_iter().zip(1_u32..);
    samples.map(move |(notice, number)| Sample {
        name: match number {
            1 => kind.to_owned(),
            number => format!("{kind}-{number}"),
        },
        notice,
    })
}

fn print(
    sample: &Sample,
    is_named: bool,
    parts: &[PreviewPart],
    output: &Output,
) -> Result<(), CliError> {
    let name = if is_named {
        format!("{}: ", sample.name)
    } else {
        String::new()
    };
    for part in parts {
        let line = PartLine {
            kind: &sample.name,
            part: part.label,
            content: &part.content,
        };
        output.print(&line, |line| match laid_out(part) {
            Some(text) => format!(
                "── {name}{}, laid out (as sent: --format json) ──\n{text}",
                line.part
            ),
            None => format!("── {name}{} ──\n{}", line.part, line.content.trim_end()),
        })?;
    }
    Ok(())
}

/// One page to the file, several to files in the folder.
fn write(path: &Path, pages: &[(&str, String)]) -> Result<(), CliError> {
    let put = |path: &Path, html: &str| {
        let failed = |error| CliError::Failed(format!("cannot write {}: {error}", path.display()));
        std::fs::write(path, html).map_err(failed)
    };
    if let [(_, html)] = pages
        && !path.is_dir()
    {
        put(path, html)?;
        remark(&format!("written to {}", path.display()));
        return Ok(());
    }
    if path.exists() && !path.is_dir() {
        let message = format!("{} is no folder; several notices need one", path.display());
        return Err(CliError::Failed(message));
    }
    let failed = |error| CliError::Failed(format!("cannot make {}: {error}", path.display()));
    std::fs::create_dir_all(path).map_err(failed)?;
    for (name, html) in pages {
        put(&path.join(format!("{name}.html")), html)?;
    }
    let written = match pages.len() {
        1 => "1 page".to_owned(),
        count => format!("{count} pages"),
    };
    remark(&format!("{written} written to {}", path.display()));
    Ok(())
}

fn kinds() -> PossibleValuesParser {
    let kinds = notify::sample_kinds();
    PossibleValuesParser::new(kinds.into_iter().chain([ALL]))
}

fn alert_number(text: &str) -> Result<AlertId, String> {
    match Number::read(text) {
        Some(Number::Alert(id)) => Ok(id),
        Some(Number::Bare(id)) => Ok(AlertId(id)),
        Some(Number::Item(_)) => Err("that is the number of an item".to_owned()),
        Some(Number::Story(_)) => Err("that is the number of a story".to_owned()),
        Some(Number::Delivery(_) | Number::Notice(_)) => {
            Err("that is a delivery; `fivebells explain` shows its alert".to_owned())
        }
        None => Err("expected an alert's number, such as a1842".to_owned()),
    }
}

/// JSON with indents and without the escapes that only machines need, its keys in alphabetical
/// order; a form as `name: value` lines. `None` where what is sent can be read as it is.
fn laid_out(part: &PreviewPart) -> Option<String> {
    let text = match part.kind {
        PartKind::Json => {
            let value: serde_json::Value = serde_json::from_str(&part.content).ok()?;
            serde_json::to_string_pretty(&value).ok()?
        }
        PartKind::Form => fields(&part.content),
        PartKind::Text | PartKind::Html | PartKind::Headers => return None,
    };
    // What was escaped may act on a terminal.
    let lines = text.lines().map(|line| marked(line, &[], ["", ""]));
    Some(lines.collect::<Vec<_>>().join("\n"))
}

fn fields(form: &str) -> String {
    let fields = form_urlencoded::parse(form.as_bytes());
    let lines = fields.map(|(name, value)| format!("{name}: {}", value.replace('\n', "\n  ")));
    lines.collect::<Vec<_>>().join("\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(kind: PartKind, content: &str) -> Option<String> {
        let content = content.to_owned();
        laid_out(&PreviewPart {
            label: "body",
            content,
            kind,
        })
    }

    #[test]
    fn json_is_indented_and_without_needless_escapes() {
        let sent = r#"{"text": "\u003cb\u003e R\u0026D \"\u4e2d\"\n2", "n": [1]}"#;
        let wanted = "{\n  \"n\": [\n    1\n  ],\n  \"text\": \"<b> R&D \\\"中\\\"\\n2\"\n}";
        assert_eq!(shown(PartKind::Json, sent).as_deref(), Some(wanted));
    }

    #[test]
    fn a_form_is_a_field_a_line() {
        let sent = "token=%3Chidden%3E&message=R%26D+%E4%B8%AD%0Asecond&title=";
        let wanted = "token: <hidden>\nmessage: R&D 中\n  second\ntitle: ";
        assert_eq!(shown(PartKind::Form, sent).as_deref(), Some(wanted));
    }

    #[test]
    fn nothing_that_was_escaped_acts_on_a_terminal() {
        for (kind, sent) in [
            (PartKind::Form, "a=%1B%5B2J%C2%9B2J%E2%80%AEx"),
            (PartKind::Json, r#"{"a": "\u001b[2J\u009b2J\u202ex"}"#),
        ] {
            let shown = shown(kind, sent).expect("laid out");
            assert!(
                !shown.contains(['\u{1b}', '\u{9b}', '\u{202e}']),
                "{shown:?}"
            );
            assert!(shown.contains("2Jx"), "{shown:?}");
        }
    }

    #[test]
    fn what_can_be_read_stays_as_it_is() {
        for kind in [PartKind::Text, PartKind::Html, PartKind::Headers] {
            assert_eq!(shown(kind, r#"{"a": 1}"#), None);
        }
    }
}
