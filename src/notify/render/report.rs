//! The regular report in words.

use jiff::tz::TimeZone;

use super::{
    phrase::{Trouble, at, count},
    service::by,
};
use crate::model::{
    HealthIssue, ReportReady, ReportedFeed, ReportedFirst, ReportedMute, ReportedReceiver,
    ReportedSilence, ReportedWatch,
};

pub(super) fn report_ready(report: &ReportReady, timezone: &TimeZone) -> Trouble {
    let mut facts = vec![
        ("Since", at(report.since, timezone)),
        ("Feeds", feeds(report)),
        ("Items", format!("{} new", report.items)),
        ("Alerts", report.alerts.to_string()),
    ];
    facts.extend(report.watches.iter().map(|watch| ("Watch", found(watch))));
    let named = u32::try_from(report.watches.len()).unwrap_or(u32::MAX);
    match report.watches_alerting.saturating_sub(named) {
        0 => {}
        1 => facts.push(("Watch", "and 1 other watch".to_owned())),
        more => facts.push(("Watch", format!("and {more} other watches"))),
    }
    let network = report.network_failing_since;
    facts.extend(network.map(|since| ("Network", format!("fails since {}", at(since, timezone)))));
    let named = report.failing.iter();
    facts.extend(named.map(|feed| ("Failing", failing(feed, timezone))));
    let named = u32::try_from(report.failing.len()).unwrap_or(u32::MAX);
    match report.feeds_failing.saturating_sub(named) {
        0 => {}
        more => facts.push(("Failing", format!("and {}", count(more, "other feed")))),
    }
    let silent = report.silent.iter();
    facts.extend(silent.map(|feed| silence(feed, timezone)));
    let named = u32::try_from(report.silent.len()).unwrap_or(u32::MAX);
    match report.feeds_silent.saturating_sub(named) {
        0 => {}
        more => facts.push(("Silent", format!("and {}", count(more, "other feed")))),
    }
    if report.outbox.is_empty() {
        facts.push(("Outbox", "nothing waits, nothing died".to_owned()));
    }
    let outbox = report.outbox.iter();
    facts.extend(outbox.map(|receiver| ("Outbox", receiver_line(receiver, timezone))));
    let mutes = report.mutes.iter();
    facts.extend(mutes.map(|mute| ("Muted", muted(mute, timezone))));
    facts.extend(report.firsts.iter().map(|it| ("First", first(it))));
    Trouble {
        sentence: sentence(report),
        feed: None,
        url: None,
        facts,
    }
}

fn found(watch: &ReportedWatch) -> String {
    format!("{}: {}", watch.watch, count(watch.alerts, "alert"))
}

fn first(first: &ReportedFirst) -> String {
    let stories = match first.stories {
        1 => "1 story".to_owned(),
        number => format!("{number} stories"),
    };
    let lead = match first.lead_seconds.div_ceil(60) {
        minutes @ ..120 => count(u32::try_from(minutes).unwrap_or(u32::MAX), "minute"),
        minutes => count(u32::try_from(minutes / 60).unwrap_or(u32::MAX), "hour"),
    };
    let publisher = &first.publisher;
    format!("{publisher}: {stories}, {lead} before the second publisher (median)")
}

fn sentence(report: &ReportReady) -> String {
    let (items, alerts) = (report.items, count(report.alerts, "alert"));
    let read = format!(
        "{} in {}",
        count(items, "new item"),
        count(report.feeds, "feed")
    );
    if report.is_well() {
        return format!("Report: all is well, {read}, {alerts}");
    }
    let mut faults = Vec::new();
    if report.network_failing_since.is_some() {
        faults.push("our own network fails".to_owned());
    }
    if report.feeds_failing > 0 {
        faults.push(format!("{} failing", count(report.feeds_failing, "feed")));
    }
    if report.feeds_silent > 0 {
        faults.push(format!("{} silent", count(report.feeds_silent, "feed")));
    }
    if report.feeds_missed > 0 {
        let feeds = count(report.feeds_missed, "feed");
        faults.push(format!("items may have been missed in {feeds}"));
    }
    let stuck = report.outbox.iter().filter(|it| it.failing_since.is_some());
    for receiver in stuck {
        let name = &receiver.receiver;
        faults.push(match (&receiver.through, &receiver.partial) {
            (Some(through), _) => format!("mail for {name} goes through server {through}"),
            (None, Some(partial)) => format!("receiver {name} is {partial}"),
            (None, None) => format!("receiver {name} takes nothing"),
        });
    }
    match report.outbox.iter().map(|it| it.died).sum() {
        0 => {}
        died => faults.push(format!("{} died", count(died, "notice"))),
    }
    format!("Report: {}; {read}, {alerts}", faults.join(", "))
}

fn feeds(report: &ReportReady) -> String {
    let unread = report.feeds_failing + report.feeds_silent + report.feeds_unpolled;
    let mut parts = vec![
        format!("{} ok", report.feeds.saturating_sub(unread)),
        format!("{} failing", report.feeds_failing),
        format!("{} silent", report.feeds_silent),
    ];
    if report.feeds_unpolled > 0 {
        parts.push(format!("{} not polled yet", report.feeds_unpolled));
    }
    if report.feeds_missed > 0 {
        parts.push(format!("{} may have missed items", report.feeds_missed));
    }
    parts.join(", ")
}

fn silence(feed: &ReportedSilence, timezone: &TimeZone) -> (&'static str, String) {
    let name = match feed.state {
        HealthIssue::Empty => "Empty",
        _ => "Silent",
    };
    let since = feed
        .since
        .map(|since| format!(" since {}", at(since, timezone)));
    (
        name,
        [feed.feed.clone(), since.unwrap_or_default()].concat(),
    )
}

fn failing(feed: &ReportedFeed, timezone: &TimeZone) -> String {
    let since = feed
        .since
        .map(|since| format!(" since {}", at(since, timezone)));
    let why = feed.error.as_ref().or(feed.reason.as_ref());
    let why = why.map(|why| format!(": {why}"));
    [
        feed.feed.clone(),
        since.unwrap_or_default(),
        why.unwrap_or_default(),
    ]
    .concat()
}

fn muted(mute: &ReportedMute, timezone: &TimeZone) -> String {
    let (kind, name) = (mute.kind, &mute.name);
    let suppressed = count(mute.alerts, "alert");
    format!(
        "{kind} {name} until {}{}, {suppressed} suppressed",
        at(mute.until, timezone),
        by(mute.by.as_deref())
    )
}

fn receiver_line(receiver: &ReportedReceiver, timezone: &TimeZone) -> String {
    let ReportedReceiver { waiting, died, .. } = receiver;
    let wait = if *waiting == 1 { "waits" } else { "wait" };
    let trouble = receiver.failing_since.map(|since| {
        let since = at(since, timezone);
        match (&receiver.through, &receiver.partial) {
            (Some(through), _) => format!("; goes through mail server {through} since {since}"),
            (None, Some(partial)) => format!("; {partial}, since {since}"),
            (None, None) => format!("; takes nothing since {since}"),
        }
    });
    let trouble = trouble.unwrap_or_default();
    format!(
        "{}: {waiting} {wait}, {died} died{trouble}",
        receiver.receiver
    )
}
