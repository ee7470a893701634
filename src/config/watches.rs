//! `[watch]`, and which feeds a watch reads.

use std::collections::{BTreeSet, HashMap};

use super::{
    expressions::{ReadExpression, read_expression},
    names::{Named, read_name},
    problem::Problem,
    schema::WATCH,
    section::Section,
    selectors::Selectors,
    shape::report_no_entry,
    stories::{WatchStories, read_of_watch},
    value::Value,
};
use crate::{
    matcher::Entity,
    model::{Field, OnUpdate, Priority, Watch},
    publisher::Publishers,
};

/// What a watch can refer to, and where it sends when it does not say.
#[derive(Debug)]
pub(super) struct WatchContext<'a> {
    /// The feeds that it can read.
    pub(super) feeds: Selectors<'a>,
    /// What `@name` means.
    pub(super) entities: &'a [Entity],
    /// Names of all receivers.
    pub(super) receivers: &'a [&'a str],
    /// The top-level `notify`, or the only receiver there is.
    pub(super) notify: Option<&'a [String]>,
    /// What watches do about edited items when they do not say.
    pub(super) on_update: OnUpdate,
    /// Who can be named as a publisher.
    pub(super) publishers: &'a Publishers,
}

/// A watch, and what its expression was read from.
#[derive(Debug)]
pub(super) struct ReadWatch<'a> {
    pub(super) watch: Watch,
    pub(super) expression: ReadExpression<'a>,
    /// Whether it is to look at items.
    pub(super) is_on: bool,
}

/// Reads one entry of `[watch]`.
pub(super) fn read_watch<'a>(
    entry: Value<'a>,
    around: &WatchContext<'_>,
) -> Option<Named<'a, ReadWatch<'a>>> {
    let name = read_name(entry, "watch")?;
    if report_no_entry(entry, "watch") {
        return None;
    }
    let section = if entry.is_table() {
        Some(entry.section(format!("[watch.{name}]"), &WATCH)?)
    } else {
        None
    };
    let fields = section.as_ref().and_then(read_fields);
    let feeds = section
        .as_ref()
        .and_then(|section| read_feeds(section, around));
    let priority = section.as_ref().and_then(read_priority);
    let stories = section.as_ref().map(|section| {
        let is_said = section.get("priority").is_some();
        let own = if is_said {
            priority
        } else {
            Some(Priority::default())
        };
        read_of_watch(section, own, &around.feeds, around.publishers)
    });
    let WatchStories {
        stories,
        corroborate,
        escalate,
    } = stories.unwrap_or_default();
    let on_update = section
        .as_ref()
        .and_then(|section| read_on_update(section.get("on_update")?));
    let notify = read_notify(entry, section.as_ref(), around);
    let expression = read_expression(entry, section.as_ref(), around.entities)?;
    let is_on = section
        .as_ref()
        .and_then(|section| section.boolean("enabled"));
    let watch = Watch {
        name: name.to_owned(),
        expression: expression.text().to_owned(),
        fields: fields.unwrap_or_else(|| Field::DEFAULT.to_vec()),
        feeds,
        priority: priority.unwrap_or_default(),
        on_update: on_update.unwrap_or(around.on_update),
        notify: notify?,
        stories,
        corroborate,
        escalate,
    };
    Some(Named {
        entry,
        item: ReadWatch {
            watch,
            expression,
            is_on: is_on.unwrap_or(true),
        },
    })
}

/// Two watches of one expression over the same fields and feeds notify of everything twice. Where their
/// priorities differ they may be meant, and one that is off notifies nobody.
pub(super) fn report_double_watches(watches: &[Named<'_, ReadWatch<'_>>]) {
    let mut first = HashMap::new();
    for watch in watches.iter().filter(|watch| watch.item.is_on) {
        let ReadWatch {
            watch: own,
            expression,
            ..
        } = &watch.item;
        let key = (&expression.canonical, &own.fields, &own.feeds, own.priority);
        let Some(earlier) = first.insert(key, watch) else {
            continue;
        };
        let message = format!(
            "the watches {:?} and {:?} are the same expression over the same feeds",
            earlier.item.watch.name, own.name
        );
        let problem = Problem::warning(watch.entry.key_place(), message)
            .related(earlier.entry.key_place(), "the other one")
            .help("keep one of them: a watch can notify several receivers");
        watch.entry.context.report(problem);
    }
}

fn read_fields(section: &Section<'_>) -> Option<Vec<Field>> {
    let value = section.get("in")?;
    let named: BTreeSet<Field> = value
        .strings()?
        .iter()
        .filter_map(|name| name.one_of("field", &Field::ALL))
        .collect();
    if named.is_empty() && value.elements().next().is_none() {
        let help = "leave `in` out to read everything but the link";
        value.error_with("a watch that reads no field cannot match", help);
    }
    Some(named.into_iter().collect())
}

fn read_priority(section: &Section<'_>) -> Option<Priority> {
    section
        .string("priority")?
        .one_of("priority", &Priority::ALL)
}

/// Reads `on_update`, of a watch or at the top.
pub(super) fn read_on_update(value: Value<'_>) -> Option<OnUpdate> {
    value
        .string()?
        .one_of("value of `on_update`", &OnUpdate::ALL)
}

/// Feed names in config order, `#tag`s replaced by the feeds that have them.
fn read_feeds(section: &Section<'_>, around: &WatchContext<'_>) -> Option<Vec<String>> {
    let value = section.get("feeds")?;
    let selectors = value.strings()?;
    if selectors.is_empty() {
        let help = "leave `feeds` out to read every feed";
        value.error_with("a watch that reads no feed cannot match", help);
    }
    for selector in &selectors {
        let is_all = ["*", "all", "any", "#all"].contains(&selector.text);
        if is_all && !around.feeds.knows(selector.text) {
            let message = format!("there is no feed {:?}", selector.text);
            selector.error_with(message, "leave `feeds` out to read every feed");
        } else if !around.feeds.knows(selector.text) {
            let what = if selector.text.starts_with('#') {
                "feed with the tag"
            } else {
                "feed"
            };
            section.context.report_unknown(
                selector.place(),
                what,
                selector.text,
                around.feeds.all(),
            );
        }
    }
    Some(around.feeds.select(&selectors))
}

fn read_notify(
    entry: Value<'_>,
    section: Option<&Section<'_>>,
    around: &WatchContext<'_>,
) -> Option<Vec<String>> {
    let Some(value) = section.and_then(|section| section.get("notify")) else {
        if around.notify.is_none() && !around.receivers.is_empty() {
            let message = format!(
                "nobody is notified when the watch {:?} matches",
                entry.name()
            );
            let help = format!(
                "add a line notify = [{:?}] to it, or at the top of the config for every watch",
                around.receivers[0]
            );
            let problem = Problem::error(entry.key_place(), message).help(help);
            entry.context.report_absence(problem);
        }
        return around.notify.map(<[String]>::to_vec);
    };
    let names = read_receiver_names(value, around.receivers)?;
    if value.elements().next().is_none() {
        value.error("a watch that notifies nobody is of no use");
    }
    Some(names)
}

/// Names of receivers that exist, each once, as they are written.
pub(super) fn read_receiver_names(value: Value<'_>, receivers: &[&str]) -> Option<Vec<String>> {
    let mut names: Vec<String> = Vec::new();
    for name in value.strings()? {
        if !receivers.contains(&name.text) {
            let known = receivers.iter().copied();
            value
                .context
                .report_unknown(name.place(), "receiver", name.text, known);
        } else if !names.iter().any(|known| known == name.text) {
            names.push(name.text.to_owned());
        }
    }
    Some(names)
}
