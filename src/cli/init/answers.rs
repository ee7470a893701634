//! What a first config says: from flags, and from answers.

use url::Url;

use super::super::{
    error::CliError,
    output::remark,
    visitor::{Visited, Visitor, is_read},
};
use crate::config::{FirstConfig, FirstMail, NoProposal, Proposals};

/// What was answered.
#[derive(Debug, Default)]
pub(super) struct Answers {
    pub(super) first: FirstConfig,
    /// From a flag, where the server is still to be asked for.
    pub(super) mail_to: Vec<String>,
    /// Typed: it goes into a file of its own.
    pub(super) password: Option<String>,
    pub(super) proposals: Proposals,
}

impl Answers {
    /// Adds the feed that a flag names. One that cannot be read now may be so later.
    pub(super) async fn take_feed(
        &mut self,
        target: &str,
        find: impl AsyncFn(&str) -> Result<Vec<Candidate>, CliError>,
    ) -> Result<(), CliError> {
        let address = with_scheme(target);
        match find(&address).await {
            Ok(found) => {
                let mut found = found.into_iter();
                let Some(first) = found.next() else {
                    return Ok(());
                };
                let others: Vec<String> = found.map(|it| it.url.to_string()).collect();
                if !others.is_empty() {
                    let (url, others) = (&first.url, others.join(", "));
                    remark(&format!(
                        "{target} has several feeds: the first, {url}, is added; the others are {others}"
                    ));
                }
                self.add_named(target, &first)
            }
            Err(error) => {
                let Some(url) = url(&address) else {
                    return Err(error);
                };
                let title = String::new();
                self.add_named(target, &Candidate { title, url })?;
                remark(&format!(
                    "warning: {target} is added, but could not be read now: {error}"
                ));
                Ok(())
            }
        }
    }

    /// One that a flag names cannot be left out silently.
    fn add_named(&mut self, target: &str, found: &Candidate) -> Result<(), CliError> {
        match self.propose(found) {
            Ok(_) => Ok(()),
            Err(NoProposal::Known(name)) => {
                remark(&format!("{target} is added already, as {name}"));
                Ok(())
            }
            Err(reason) => Err(CliError::Usage(format!("--feed {target}: {reason}"))),
        }
    }

    /// Adds a feed; its line in the config.
    fn propose(&mut self, found: &Candidate) -> Result<String, NoProposal> {
        let feed = self.proposals.propose(&found.title, &found.url, &[])?;
        let line = feed.line();
        self.first.feeds.push(feed);
        Ok(line)
    }

    /// Adds a feed; says what became of it.
    pub(super) fn add(&mut self, found: &Candidate) -> String {
        match self.propose(found) {
            Ok(line) => format!("  + {line}"),
            Err(NoProposal::Known(name)) => format!("  added already, as {name}"),
            Err(reason) => format!("  not added: {}: {reason}", found.url),
        }
    }
}

/// A feed that could be read, or that a page names.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Candidate {
    /// Perhaps empty.
    pub(super) title: String,
    pub(super) url: Url,
}

/// The feed at an address, or those that the page there names: one at least.
pub(super) async fn find(target: &str) -> Result<Vec<Candidate>, CliError> {
    let visitor = Visitor::to(target, None)?;
    Ok(match visitor.visit().await? {
        Visited::Feed(seen) => vec![Candidate {
            title: seen.feed.title.unwrap_or_default(),
            url: visitor.url.clone(),
        }],
        Visited::Page(feeds) => { feeds.into_iter() }
            .map(|found| Candidate {
                title: found.title.unwrap_or_default(),
                url: found.url,
            })
            .collect(),
    })
}

/// What could be a feed's address though nothing could be read there.
pub(super) fn url(address: &str) -> Option<Url> {
    Url::parse(address).ok().filter(is_read)
}

/// The address as it is asked: people leave `https://` out, or a sign of it.
pub(super) fn with_scheme(typed: &str) -> String {
    let is_path = typed.starts_with(['/', '.', '~']);
    if is_path || typed.contains("://") || typed.starts_with("file:") {
        return typed.to_owned();
    }
    let slips = ["feed:", "https:/", "https//", "http:/", "http//"];
    let plain = slips.iter().find_map(|slip| typed.strip_prefix(slip));
    let plain = plain.unwrap_or(typed);
    format!("https://{plain}")
}

/// Servers take a mail from who logs in, and seldom from anybody else.
pub(super) fn with_sender(mail: FirstMail) -> FirstMail {
    if !mail.from.is_empty() {
        return mail;
    }
    let login = mail.login.as_ref().map(|(name, _)| name.clone());
    let login = login.filter(|name| name.contains('@'));
    let from = login.or_else(|| mail.to.first().cloned());
    FirstMail {
        from: from.unwrap_or_default(),
        ..mail
    }
}

/// Whether a webhook can have this URL.
pub(super) fn is_web(url: &str) -> bool {
    Url::parse(url).is_ok_and(|url| matches!(url.scheme(), "http" | "https"))
}

/// Addresses with commas between.
pub(super) fn addresses(answer: &str) -> Result<Vec<String>, String> {
    let parts = answer.split(',').map(str::trim).filter(|it| !it.is_empty());
    let parts: Vec<String> = parts.map(str::to_owned).collect();
    let is_address = |part: &String| {
        let (name, host) = part.rsplit_once('@').unwrap_or_default();
        !name.is_empty() && !host.is_empty() && !part.contains([' ', '<', '>', ':'])
    };
    if parts.is_empty() || !parts.iter().all(is_address) {
        return Err("type addresses only, such as desk@example.org".to_owned());
    }
    Ok(parts)
}

#[cfg(test)]
mod tests {
    use super::with_scheme;

    #[test]
    fn an_address_may_be_typed_without_its_scheme_or_with_a_slip_in_it() {
        for (typed, expected) in [
            ("example.org/news", "https://example.org/news"),
            ("feed:example.org", "https://example.org"),
            ("http://example.org", "http://example.org"),
            ("https:/example.org", "https://example.org"),
            ("http//example.org", "https://example.org"),
            ("./feed.xml", "./feed.xml"),
            ("file:feed.xml", "file:feed.xml"),
        ] {
            assert_eq!(with_scheme(typed), expected);
        }
    }
}
