//! Lines for `[feed]` that fit beside a config: a name of its own, and a URL it does not have.

use std::collections::{HashMap, HashSet};

use serde::Serialize;
use url::Url;

use super::{
    Config,
    limits::MAX_NAME_CHARS,
    names,
    strings::{key, quoted},
};
use crate::text;

/// The longest name made from a title.
const MAX_SLUG_CHARS: usize = 40;

/// Makes proposals that agree with a config and with each other.
#[derive(Debug, Default)]
pub struct Proposals {
    names: HashSet<String>,
    /// The number to try next for a name that is used: a list may call all its feeds the same.
    next: HashMap<String, u32>,
    /// The name under which each URL is known.
    urls: HashMap<String, String>,
}

/// A feed that could be in the config.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Proposal {
    /// Unique, ASCII.
    pub name: String,
    /// As the config takes it.
    pub url: String,
    /// Tags that the config takes.
    pub tags: Vec<String>,
    /// Whether it is to be polled.
    pub enabled: bool,
}

/// Why there is no proposal for a feed.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum NoProposal {
    /// The config has it.
    #[error("already configured as {0:?}")]
    Known(String),
    /// A stranger's list names what only the operator may choose.
    #[error("not an address of the public web; add it by hand if you want it (`fivebells add`)")]
    NotPublic,
    /// What a config cannot hold.
    #[error(
        "only http, https and file URLs are read, and none with a user name or a password in it"
    )]
    Unusable,
}

impl Proposals {
    /// Proposals for a config; without one, for a new one.
    pub fn beside(config: Option<&Config>) -> Self {
        let mut proposals = Self::default();
        for feed in config.iter().flat_map(|config| config.all_feeds()) {
            let (url, name) = (feed.url.as_str().to_owned(), feed.name.clone());
            proposals.names.insert(name.clone());
            proposals.urls.entry(url).or_insert(name);
        }
        proposals
    }

    /// Proposes a feed under a name made from its title, or from its host where that has no letter
    /// or digit of ASCII.
    pub fn propose(
        &mut self,
        title: &str,
        url: &Url,
        tags: &[String],
    ) -> Result<Proposal, NoProposal> {
        let is_plain = url.username().is_empty() && url.password().is_none();
        if !is_plain || !matches!(url.scheme(), "http" | "https" | "file") {
            return Err(NoProposal::Unusable);
        }
        if let Some(name) = self.urls.get(url.as_str()) {
            return Err(NoProposal::Known(name.clone()));
        }
        let name = self.unique(&slug(title).unwrap_or_else(|| name_of(url)));
        self.urls.insert(url.as_str().to_owned(), name.clone());
        Ok(Proposal {
            name,
            url: url.as_str().to_owned(),
            tags: usable(tags),
            enabled: true,
        })
    }

    /// The name under which it is known.
    pub fn known(&self, url: &Url) -> Option<&str> {
        self.urls.get(url.as_str()).map(String::as_str)
    }

    /// The name, or the name with the first number from 2 on that makes it unused.
    fn unique(&mut self, name: &str) -> String {
        if self.names.insert(name.to_owned()) {
            return name.to_owned();
        }
        let next = self.next.entry(name.to_owned()).or_insert(2);
        loop {
            let numbered = format!("{name}-{next}");
            *next += 1;
            if self.names.insert(numbered.clone()) {
                return numbered;
            }
        }
    }
}

impl Proposal {
    /// The line for `[feed]`.
    pub fn line(&self) -> String {
        let (name, url) = (key(&self.name), quoted(&self.url));
        if self.tags.is_empty() && self.enabled {
            return format!("{name} = {url}");
        }
        let tags: Vec<String> = self.tags.iter().map(|tag| quoted(tag)).collect();
        let tags = (!tags.is_empty()).then(|| format!(", tags = [{}]", tags.join(", ")));
        let tags = tags.unwrap_or_default();
        let off = if self.enabled {
            ""
        } else {
            ", enabled = false"
        };
        format!("{name} = {{ url = {url}{tags}{off} }}")
    }
}

/// `The Diplomat – Asia` is `the-diplomat-asia`; what is a key already stays as it is.
pub(super) fn slug(title: &str) -> Option<String> {
    let is_bare = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_');
    if !title.is_empty() && title.len() <= MAX_NAME_CHARS && title.chars().all(is_bare) {
        return Some(title.to_owned());
    }
    let folded = text::fold(title);
    let words = folded.split(|c: char| !c.is_ascii_alphanumeric());
    let mut slug = String::new();
    for word in words.filter(|word| !word.is_empty()) {
        if !slug.is_empty() && slug.len() + 1 + word.len() > MAX_SLUG_CHARS {
            break;
        }
        if !slug.is_empty() {
            slug.push('-');
        }
        slug.push_str(&word[..word.len().min(MAX_SLUG_CHARS)]);
    }
    (!slug.is_empty()).then(|| slug.to_ascii_lowercase())
}

/// `www3.nhk.or.jp` is `nhk`; a file is its own name.
fn name_of(url: &Url) -> String {
    let name = match url.host() {
        Some(url::Host::Domain(domain)) => site(domain),
        Some(address) => address.to_string(),
        None => {
            let file = url.path_segments().and_then(|mut path| path.next_back());
            let file = file.unwrap_or_default();
            file.split('.').next().unwrap_or_default().to_owned()
        }
    };
    slug(&name.replace('.', "-")).unwrap_or_else(|| "feed".to_owned())
}

/// The label of a domain that its owner chose: the one before the country and what it files under.
fn site(domain: &str) -> String {
    let labels: Vec<&str> = domain
        .split('.')
        .filter(|label| !label.is_empty())
        .collect();
    let own = match labels.as_slice() {
        [.., own, second, country] if second.len() <= 3 && country.len() == 2 => own,
        [.., own, _] | [own] => own,
        [] => "",
    };
    own.to_owned()
}

/// The tags that a config takes, each once, without a `#` in front.
fn usable(tags: &[String]) -> Vec<String> {
    let mut usable: Vec<String> = Vec::new();
    for tag in tags {
        let tag: String = tag
            .trim_start_matches(['#', ' '])
            .chars()
            .take(MAX_NAME_CHARS)
            .collect();
        let tag = tag.trim();
        if names::fault(tag).is_none() && !usable.iter().any(|earlier| earlier == tag) {
            usable.push(tag.to_owned());
        }
    }
    usable
}

#[cfg(test)]
mod tests {
    use super::*;

    fn propose(proposals: &mut Proposals, title: &str, url: &str) -> Result<Proposal, NoProposal> {
        proposals.propose(title, &Url::parse(url).expect("a URL"), &[])
    }

    fn name(title: &str, url: &str) -> String {
        propose(&mut Proposals::default(), title, url)
            .expect("usable")
            .name
    }

    #[test]
    fn names_come_from_titles_and_else_from_hosts() {
        for (title, wanted) in [
            ("The Diplomat – Asia-Pacific", "the-diplomat-asia-pacific"),
            (
                "Ōsaka Shimbun: Défense & Über",
                "osaka-shimbun-defense-uber",
            ),
            ("nhk_World-2", "nhk_World-2"),
            ("NHKニュース", "nhk"),
            ("\"; rm -rf / #", "rm-rf"),
        ] {
            assert_eq!(name(title, "https://e.org/"), wanted, "{title}");
        }
        for (url, wanted) in [
            ("https://www3.nhk.or.jp/rss/news/cat0.xml", "nhk"),
            ("https://feeds.bbci.co.uk/news/rss.xml", "bbci"),
            ("https://www.mod.go.jp/", "mod"),
            ("https://thediplomat.com/feed/", "thediplomat"),
            ("http://localhost:8080/", "localhost"),
            ("http://127.0.0.1/", "127-0-0-1"),
            ("file:///var/feeds/sample.news.xml", "sample"),
        ] {
            assert_eq!(name("小泉", url), wanted, "{url}");
        }
    }

    #[test]
    fn names_are_bounded() {
        let words = "word ".repeat(30);
        assert_eq!(name(&words, "https://e.org/").len(), 39, "whole words");
        assert_eq!(
            name(&format!("{}!", "x".repeat(90)), "https://e.org/").len(),
            MAX_SLUG_CHARS
        );
        let longest = "x".repeat(MAX_NAME_CHARS);
        assert_eq!(name(&longest, "https://e.org/"), longest);
        assert_eq!(
            name(&format!("{longest}x"), "https://e.org/").len(),
            MAX_SLUG_CHARS
        );
    }

    #[test]
    fn names_differ_and_urls_come_once() {
        let mut proposals = Proposals::default();
        let mut next = |url: &str| propose(&mut proposals, "News", url).map(|found| found.name);
        assert_eq!(next("https://a.example/").as_deref(), Ok("News"));
        assert_eq!(next("https://b.example/").as_deref(), Ok("News-2"));
        assert_eq!(next("https://c.example/").as_deref(), Ok("News-3"));
        let known = NoProposal::Known("News-2".to_owned());
        assert_eq!(next("HTTPS://B.example:443"), Err(known));
        for url in [
            "ftp://a.example/",
            "https://user:pass@a.example/",
            "data:,x",
        ] {
            assert_eq!(next(url), Err(NoProposal::Unusable), "{url}");
        }
    }

    #[test]
    fn a_long_list_of_one_name_is_named_in_linear_time() {
        let mut proposals = Proposals::default();
        let names = (0..50_000).map(|number| {
            let url = format!("https://e.org/{number}");
            propose(&mut proposals, "News", &url).expect("usable").name
        });
        assert_eq!(names.last().as_deref(), Some("News-50000"));
    }

    #[test]
    fn a_line_is_toml_whatever_stands_in_it() {
        let tags = ["#Japan", " x \"y\" ", "", "#", "Japan", "a\u{7}b"].map(str::to_owned);
        let url = Url::parse("https://e.org/?a='b'&c=\"d\"").expect("a URL");
        let proposal = Proposals::default()
            .propose("E", &url, &tags)
            .expect("usable");
        assert_eq!(proposal.tags, ["Japan", "x \"y\""]);
        let table: toml::Table = proposal.line().parse().expect("TOML");
        assert_eq!(table["E"]["url"].as_str(), Some(url.as_str()));
        assert_eq!(table["E"]["tags"][1].as_str(), Some("x \"y\""));
    }
}
