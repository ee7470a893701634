//! `import` and `export`: lists of feeds as other programs have them.

use std::{
    fs::File,
    io::{self, Read},
    path::{Path, PathBuf},
};

use clap::Args;
use url::Url;

use super::{
    add, config,
    error::{Answer, CliError},
    output::{self, Output, remark},
};
use crate::{
    config::{NoProposal, Proposals},
    http::is_public_web,
    opml::{self, OpmlFeed, OpmlList},
    parse::{self, Document},
    view::words::one_line,
};

/// The largest list that is read.
const MAX_LIST_BYTES: u64 = 32 * 1024 * 1024;

/// Print the feeds of an OPML list as lines for the config, or write them there.
#[derive(Debug, Args)]
pub(super) struct Import {
    /// The list; `-` is standard input.
    #[arg(value_name = "FILE")]
    list: PathBuf,

    #[command(flatten)]
    destination: add::Destination,
}

impl Import {
    pub(super) fn run(&self, path: &Path, output: &Output) -> Answer {
        let failed = |error: String| CliError::Failed(format!("{}: {error}", self.list.display()));
        let bytes = self.read().map_err(|error| failed(error.to_string()))?;
        let list = opml::read(&text(&bytes)).map_err(|error| failed(error.to_string()))?;
        let config = self.destination.config(path)?;
        let mut proposals = Proposals::beside(config.as_ref());
        let (mut added, mut left_out) = (Vec::new(), 0_usize);
        for (feed, url) in joined(&list) {
            let proposal = url
                .ok_or(NoProposal::Unusable)
                .and_then(|url| match proposals.known(&url) {
                    Some(name) => Err(NoProposal::Known(name.to_owned())),
                    None => of_a_stranger(url),
                })
                .and_then(|url| proposals.propose(&feed.title, &url, &feed.tags));
            match proposal {
                Ok(mut proposal) => {
                    proposal.enabled = !feed.is_off;
                    added.push(proposal);
                }
                Err(reason) => {
                    left_out += 1;
                    remark(&format!("left out: {}: {reason}", one_line(&feed.url, 200)));
                }
            }
        }
        for other in &list.lists {
            left_out += 1;
            let other = one_line(other, 200);
            remark(&format!(
                "left out: {other}: another list, to be imported by itself"
            ));
        }
        if let Some(at) = list.ended_at {
            remark(&format!("the list could be read up to byte {at} only"));
        }
        self.destination.put(path, &added, output)?;
        let feeds = if added.len() == 1 { "feed" } else { "feeds" };
        remark(&format!("{} {feeds}, {left_out} left out", added.len()));
        Ok(!added.is_empty())
    }

    fn read(&self) -> io::Result<Vec<u8>> {
        let source: Box<dyn Read> = if self.list.as_os_str() == "-" {
            Box::new(io::stdin().lock())
        } else {
            Box::new(File::open(&self.list)?)
        };
        read_bounded(source, MAX_LIST_BYTES)
    }
}

fn read_bounded(source: impl Read, limit: u64) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    source.take(limit + 1).read_to_end(&mut bytes)?;
    if bytes.len() as u64 > limit {
        let error = format!("larger than {limit} bytes");
        return Err(io::Error::new(io::ErrorKind::FileTooLarge, error));
    }
    Ok(bytes)
}

/// What a list names would count in the config as the operator's own choice. A
/// scheme that no feed is read over is refused for that.
fn of_a_stranger(url: Url) -> Result<Url, NoProposal> {
    let could_be_read = matches!(url.scheme(), "http" | "https" | "file");
    if could_be_read && !is_public_web(&url) {
        return Err(NoProposal::NotPublic);
    }
    Ok(url)
}

/// In whatever encoding it is.
fn text(bytes: &[u8]) -> String {
    let url = Url::parse("file:///list.opml").expect("a constant that parses");
    parse::text(&Document {
        bytes,
        content_type: None,
        url: &url,
    })
}

/// Every feed once, with the tags of all the folders that hold it, and its URL if it is one.
fn joined(list: &OpmlList) -> Vec<(OpmlFeed, Option<Url>)> {
    let mut feeds: Vec<(OpmlFeed, Option<Url>)> = Vec::new();
    let mut places = std::collections::HashMap::new();
    for feed in &list.feeds {
        let url = address(&feed.url);
        let key = url.as_ref().map_or(&*feed.url, Url::as_str).to_owned();
        let place = *places.entry(key).or_insert(feeds.len());
        match feeds.get_mut(place) {
            None => feeds.push((feed.clone(), url)),
            Some((first, _)) => {
                let more = feed.tags.iter().filter(|tag| !first.tags.contains(tag));
                let more: Vec<String> = more.cloned().collect();
                first.tags.extend(more);
                first.is_off &= feed.is_off;
            }
        }
    }
    feeds
}

/// The URL; `feed:` is no scheme but a hint to programs like this one.
fn address(written: &str) -> Option<Url> {
    let plain = match written.strip_prefix("feed:") {
        None => written.to_owned(),
        Some(rest) if rest.starts_with("http") => rest.to_owned(),
        Some(rest) => format!("https:{rest}"),
    };
    Url::parse(&plain).ok()
}

/// Prints the configured feeds as OPML, for other programs.
pub(super) fn export(path: &Path, output: &Output) -> Answer {
    let config = config::load_without_secrets(path)?.config;
    let feeds: Vec<OpmlFeed> = config
        .all_feeds()
        .map(|feed| OpmlFeed {
            title: feed.name.clone(),
            url: feed.url.to_string(),
            tags: feed.tags.clone(),
            is_off: config.off.has_feed(&feed.name),
        })
        .collect();
    if !output.is_json() {
        output::line(&opml::write(&feeds))?;
        return Ok(true);
    }
    for feed in feeds {
        let line = serde_json::json!({
            "name": feed.title, "url": feed.url, "tags": feed.tags, "enabled": !feed.is_off,
        });
        output.print(&line, |_| String::new())?;
    }
    Ok(true)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_list_is_read_up_to_its_bound() {
        let bytes = [0; 9];
        assert_eq!(read_bounded(&bytes[..8], 8).expect("read").len(), 8);
        let error = read_bounded(&bytes[..], 8).expect_err("too large");
        assert_eq!(error.to_string(), "larger than 8 bytes");
    }

    #[test]
    fn a_feed_in_two_folders_is_one_with_two_tags() {
        let feed = |url: &str, tag: &str| OpmlFeed {
            title: "A".to_owned(),
            url: url.to_owned(),
            tags: vec![tag.to_owned()],
            is_off: false,
        };
        let list = OpmlList {
            feeds: vec![
                feed("https://a.example", "x"),
                feed("feed://a.example/", "y"),
                feed("feed:https://a.example/", "x"),
                feed("no URL", "z"),
            ],
            ..OpmlList::default()
        };
        let joined = joined(&list);
        assert_eq!(joined.len(), 2);
        assert_eq!(joined[0].0.tags, ["x", "y"]);
        assert_eq!(joined[1].1, None);
    }
}
