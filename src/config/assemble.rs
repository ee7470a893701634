//! All files of a config, read as one.

use std::{collections::BTreeMap, path::Path};

use jiff::tz::TimeZone;
use toml::{Spanned, de::DeTable};

use super::{
    Config,
    context::Context,
    entities::{read_entities, report_unused as report_unused_entities},
    feeds::{ReadFeed, read_feed, report_double_urls},
    mail::Mail,
    merge::Files,
    names::{Named, report_doubles},
    off,
    place::store_places,
    policy::read_policy,
    presets::Presets,
    problem::{Problem, SourceLocation},
    publishers::read_publishers,
    receivers::read_receiver,
    rhythm::check_interval,
    sample::{ConfigTest, read_test},
    schema::{CONTROL, HEALTH, KEEP, POLL, STORE, WEB},
    selectors::Selectors,
    settings::{HealthOptions, PollOptions, read_health, read_http, read_poll, read_store},
    stories::{read_of_receiver, read_stories},
    value::Value,
    watches::{
        ReadWatch, WatchContext, read_on_update, read_receiver_names, read_watch,
        report_double_watches,
    },
    web::{read_control, read_web},
    zone::read_time_zone,
};
use crate::{
    delivery_policy::Policy,
    http::HttpOptions,
    matcher::{Entity, Matcher},
    model::{Feed, OnUpdate, ReceiverStories, Stories, Watch},
    notify::ReceiverOptions,
};

/// Reads a config as far as it can be read; there is no matcher where there are errors, which are
/// in `context` then.
pub(super) fn read<'a>(
    context: &'a Context<'a>,
    tables: &'a [Spanned<DeTable<'a>>],
) -> (Config, Option<Matcher>) {
    let files = Files::new(context, tables);
    let (poll, http) = read_polling(&files);
    let timezone = read_zone(&files).unwrap_or_else(TimeZone::system);
    let presets = Presets::read(files.entries("preset"));
    let mail = Mail::read(files.once("mail"));
    let receivers = read_receivers(&files, &presets, &mail);
    let policies = read_policies(&files, &timezone);
    let publishers = read_publishers(&files.entries("publisher"));
    let receiver_names = names(&files.entries("receiver"));
    let notify = read_notify(&files, &receiver_names);
    let health_section = files.section("health", &HEALTH);
    let health = read_health(health_section.as_ref(), &receiver_names, notify.as_deref());
    let web = read_web(files.section("web", &WEB).as_ref());
    let store_places = store_places(context, files.section("store", &STORE).as_ref());
    let keep = files.section("keep", &KEEP);
    let store = read_store(&store_places, keep.as_ref());
    let feeds = read_feeds(&files, &poll);
    let all_feeds: Vec<Feed> = feeds.iter().map(|it| it.feed.clone()).collect();
    let named = read_entities(files.entries("entity"));
    let entities: Vec<Entity> = named.iter().map(|entity| entity.item.clone()).collect();
    let around = WatchContext {
        feeds: Selectors::of(&all_feeds, names(&files.entries("feed"))),
        entities: &entities,
        receivers: &receiver_names,
        notify: notify.as_deref(),
        on_update: read_default_on_update(&files),
        publishers: &publishers,
    };
    let watches = read_watches(&files, &around);
    let tests = read_tests(&files);
    let matcher = (!context.has_errors())
        .then(|| {
            report_double_watches(&watches);
            mail.report_unused(&receivers);
            report_unused(&files, &watches, &health, notify.as_deref());
            report_entities(&named, &watches);
            off::report_all(context, &feeds, &watches);
            compile(&watches, &entities)
        })
        .flatten();
    let (feeds, watches, off) = off::taken_out(feeds, watches);
    let config = Config {
        path: main_path(context).to_owned(),
        timezone,
        feeds,
        entities,
        watches,
        off,
        presets: presets.into_own(),
        receivers,
        policies,
        stories: read_default_stories(&files),
        receiver_stories: read_receiver_stories(&files),
        publishers,
        mail: mail.into_servers(),
        http,
        store,
        store_places,
        poll,
        health,
        web,
        control: read_control(files.section("control", &CONTROL).as_ref()),
        tests,
    };
    (config, matcher)
}

fn read_polling(files: &Files<'_>) -> (PollOptions, HttpOptions) {
    let Some(section) = files.section("poll", &POLL) else {
        return Default::default();
    };
    let poll = read_poll(&section);
    check_interval(&section, poll.every, poll.max_interval);
    (poll, read_http(&section))
}

fn main_path<'a>(context: &Context<'a>) -> &'a Path {
    &context.sources.get(Context::MAIN).path
}

fn report_entities(named: &[Named<'_, Entity>], watches: &[Named<'_, ReadWatch<'_>>]) {
    let used = watches.iter().flat_map(|it| &it.item.expression.entities);
    report_unused_entities(named, used.map(String::as_str));
}

fn read_default_stories(files: &Files<'_>) -> Stories {
    let value = files.once("stories");
    value.and_then(read_stories).unwrap_or_default()
}

fn read_zone(files: &Files<'_>) -> Option<TimeZone> {
    read_time_zone(files.once("timezone")?.string()?)
}

/// The names of entries, read well or not.
fn names<'a>(entries: &[Value<'a>]) -> Vec<&'a str> {
    entries.iter().map(Value::name).collect()
}

fn read_receivers(files: &Files<'_>, presets: &Presets, mail: &Mail<'_>) -> Vec<ReceiverOptions> {
    let entries = files.entries("receiver");
    report_doubles("receivers", &entries);
    let receivers = entries.into_iter();
    receivers
        .filter_map(|entry| read_receiver(entry, presets, mail))
        .collect()
}

fn read_policies(files: &Files<'_>, zone: &TimeZone) -> BTreeMap<String, Policy> {
    let entries = files.entries("receiver").into_iter();
    let policies = entries.map(|entry| (entry.name().to_owned(), read_policy(entry, zone)));
    policies
        .filter_map(|(name, policy)| Some((name, policy?)))
        .collect()
}

fn read_receiver_stories(files: &Files<'_>) -> BTreeMap<String, ReceiverStories> {
    let entries = files.entries("receiver").into_iter();
    let said =
        entries.filter_map(|entry| Some((entry.name().to_owned(), read_of_receiver(entry)?)));
    said.collect()
}

/// The top-level `notify`; without it the only receiver there is.
fn read_notify(files: &Files<'_>, receivers: &[&str]) -> Option<Vec<String>> {
    let Some(value) = files.once("notify") else {
        return match receivers {
            [only] => Some(vec![(*only).to_owned()]),
            _ => None,
        };
    };
    let names = read_receiver_names(value, receivers);
    if value.elements().next().is_none() {
        value.error("`notify` names nobody");
    }
    names
}

fn read_feeds(files: &Files<'_>, poll: &PollOptions) -> Vec<ReadFeed> {
    let entries = files.entries("feed");
    report_doubles("feeds", &entries);
    if entries.is_empty() && !files.is_of_wrong_kind("feed") {
        let help = "add [feed] and below it name = \"https://example.org/feed.xml\"";
        files.report_absence("there is no feed to read", help);
    }
    let feeds: Vec<_> = entries
        .into_iter()
        .filter_map(|entry| {
            let item = read_feed(entry, poll)?;
            Some(Named { entry, item })
        })
        .collect();
    report_double_urls(&feeds);
    feeds.into_iter().map(|feed| feed.item).collect()
}

fn read_watches<'a>(files: &Files<'a>, around: &WatchContext<'_>) -> Vec<Named<'a, ReadWatch<'a>>> {
    let entries = files.entries("watch");
    report_doubles("watches", &entries);
    if entries.is_empty() && !files.is_of_wrong_kind("watch") {
        let help = "add [watch] and below it name = \"an expression\"";
        files.report_absence("there is nothing to watch for", help);
    } else if around.receivers.is_empty() && !files.is_of_wrong_kind("receiver") {
        let help = "add [receiver.terminal] and below it stdout = true";
        files.report_absence("there is nobody to notify: no receiver", help);
    }
    entries
        .into_iter()
        .filter_map(|entry| read_watch(entry, around))
        .collect()
}

fn read_default_on_update(files: &Files<'_>) -> OnUpdate {
    let value = files.once("on_update");
    value.and_then(read_on_update).unwrap_or_default()
}

fn read_tests(files: &Files<'_>) -> Vec<ConfigTest> {
    let feeds = names(&files.entries("feed"));
    let watches = names(&files.entries("watch"));
    files
        .tests()
        .iter()
        .filter_map(|section| read_test(section, &feeds, &watches))
        .collect()
}

fn report_unused(
    files: &Files<'_>,
    watches: &[Named<'_, ReadWatch<'_>>],
    health: &HealthOptions,
    notify: Option<&[String]>,
) {
    let of_watches = watches.iter().flat_map(|watch| &watch.item.watch.notify);
    let used: std::collections::HashSet<&str> = of_watches
        .chain(&health.notify)
        .chain(notify.unwrap_or_default())
        .map(String::as_str)
        .collect();
    for entry in files.entries("receiver") {
        if !used.contains(entry.name()) {
            let message = format!("nothing is ever sent to {:?}", entry.name());
            let help = "name it in the `notify` of a watch, of [health] or at the top";
            let problem = Problem::warning(entry.key_place(), message).help(help);
            files.context.report_absence(problem);
        }
    }
}

/// All watches that are on in one matcher. Each was read well on its own by now.
fn compile(watches: &[Named<'_, ReadWatch<'_>>], entities: &[Entity]) -> Option<Matcher> {
    let plain: Vec<Watch> = watches
        .iter()
        .filter(|watch| watch.item.is_on)
        .map(|watch| watch.item.watch.clone())
        .collect();
    let errors = match Matcher::compile(&plain, entities) {
        Ok(matcher) => return Some(matcher),
        Err(errors) => errors,
    };
    for error in errors {
        let watch = watches
            .iter()
            .find(|watch| watch.item.watch.name == error.watch);
        let watch = watch.expect("the matcher names the watches it was given");
        watch.item.expression.report(error.error);
    }
    None
}

impl Files<'_> {
    fn report_absence(&self, message: &str, help: &str) {
        let place = SourceLocation::whole(Context::MAIN);
        let problem = Problem::error(place, message).help(help);
        self.context.report_absence(problem);
    }
}
