//! `[publisher]`: domains that count as one publisher.

use std::collections::HashMap;

use super::{
    names::{read_name, report_doubles},
    problem::{Problem, SourceLocation},
    strings::quoted,
    value::{Text, Value},
};
use crate::publisher::{Family, Publishers, ascii_host, is_owned};

/// Where each domain is written, and the family that has it.
type Claims<'a> = HashMap<String, (&'a str, SourceLocation)>;

/// Reads every entry of `[publisher]`.
pub(super) fn read_publishers(entries: &[Value<'_>]) -> Publishers {
    report_doubles("publishers", entries);
    let mut claims = Claims::new();
    let families = entries.iter();
    let families = families.filter_map(|entry| read_family(*entry, &mut claims));
    Publishers::of(families.collect())
}

fn read_family<'a>(entry: Value<'a>, claims: &mut Claims<'a>) -> Option<Family> {
    let name = read_name(entry, "publisher")?;
    let mut domains = Vec::new();
    // A family that is called like a domain has it.
    let own = ascii_host(name).filter(|host| is_owned(host));
    if let Some(host) = &own
        && claim(entry, name, entry.key_place(), host, claims)
    {
        domains.push(host.clone());
    }
    if entry.elements().next().is_none() {
        let help = format!("write its domains, such as {name} = [\"example.org\"]");
        entry.error_with("a publisher needs a domain", help);
        return None;
    }
    for text in entry.strings()? {
        let Some(host) = read_domain(&text) else {
            continue;
        };
        if own.as_ref() != Some(&host) && claim(entry, name, text.place(), &host, claims) {
            domains.push(host);
        }
    }
    Some(Family {
        name: name.to_owned(),
        domains,
    })
}

/// Reports a domain that stands in a family already; says whether it does not.
fn claim<'a>(
    entry: Value<'a>,
    name: &'a str,
    place: SourceLocation,
    host: &str,
    claims: &mut Claims<'a>,
) -> bool {
    let Some((family, earlier)) = claims.get(host) else {
        claims.insert(host.to_owned(), (name, place));
        return true;
    };
    let problem = if *family == name {
        Problem::warning(place, format!("{host:?} is twice in {name:?}"))
    } else {
        let message = format!("{host:?} is in two publishers, {family:?} and {name:?}");
        Problem::error(place, message).help("keep it in one of them")
    };
    let problem = problem.related(earlier.clone(), "the other one");
    entry.context.report(problem);
    false
}

fn read_domain(text: &Text<'_>) -> Option<String> {
    let written = text.text.trim();
    let host = ascii_host(written);
    if let Some(host) = host.as_deref().filter(|host| is_owned(host)) {
        return Some(host.to_owned());
    }
    let message = format!("{written:?} is not a domain that a publisher can have");
    match meant(written) {
        Some(meant) => text.error_with(message, format!("write {}", quoted(&meant))),
        None => text.error_with(message, "write one such as \"bbc.co.uk\""),
    }
    None
}

/// The domain of a URL, or without what stands for its subdomains.
fn meant(written: &str) -> Option<String> {
    let bare = written.split_once("://").map_or(written, |(_, rest)| rest);
    let bare = bare.split(['/', '?', '#', ':']).next().unwrap_or(bare);
    let bare = bare.trim_start_matches("*.").trim_start_matches(['.', '@']);
    let host = ascii_host(bare).filter(|host| is_owned(host) && bare != written)?;
    Some(host)
}
